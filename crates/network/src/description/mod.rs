//! The description file: what a user writes, with errors that name file, line and field.

mod activation;
mod annealed;
mod bidirectional;
mod bifurcation;
mod brain_state;
mod cellular;
mod chaotic;
mod checks;
mod coding;
mod cohen_grossberg;
mod combinatorial;
mod continuous;
mod course;
mod decoder;
mod delays;
mod dense_memory;
mod dynamic;
mod hopfield;
mod ising;
mod keywords;
mod layer_check;
mod layer_word;
mod name;
mod numbers;
mod oscillator;
mod path;
mod per_unit;
mod projection;
mod real_weights;
mod reservoir;
mod response;
mod schema;
mod sequence;
mod sequence_layer;
mod source;
mod starter;
mod syntax;
mod tree;
mod values;
mod window;

use std::path::Path;

pub use activation::{
    ActivationFields, ActivationSource, ActivationTable, FunctionWord, SlopeWord, TableWord,
};
pub use annealed::{
    AnnealedDescription, AnnealedDynamics, AnnealedFormat, AnnealedKind, AnnealedNetwork,
    MAX_TEMPERATURE,
};
pub use bidirectional::{
    BidirectionalData, BidirectionalDescription, BidirectionalDynamics, BidirectionalKind,
    BidirectionalNetwork, FromWord, PairFormWord, PairLearn, PairRule, PairWeights,
};
pub use bifurcation::{
    BifurcationDescription, BifurcationDynamics, BifurcationForm, BifurcationKind,
    BifurcationNetwork,
};
pub use brain_state::{
    BrainStateData, BrainStateDescription, BrainStateDynamics, BrainStateKind, BrainStateNetwork,
};
pub use cellular::{
    BoundarySection, BoundaryWord, CellularData, CellularDescription, CellularFormat,
    CellularHardware, CellularKind, CellularNetwork, CellularUpdate, Dynamics, Form, ModelWord,
    StateSection, TemplateSection, Until,
};
pub use chaotic::{ChaoticDescription, ChaoticDynamics, ChaoticKind, ChaoticNetwork};
pub use checks::MAX_SIDE;
pub use coding::{ScaleChoice, ScaleWord, WeightCoding};
pub use cohen_grossberg::{
    BOUND, CohenGrossbergData, CohenGrossbergDescription, CohenGrossbergDynamics,
    CohenGrossbergKind, CohenGrossbergNetwork, CohenGrossbergWeights,
};
pub use combinatorial::{ProblemFormat, ProblemSection, ProblemWord};
pub use continuous::{
    ContinuousData, ContinuousDescription, ContinuousDynamics, ContinuousKind, ContinuousNetwork,
    FormWord, InputSection, MethodWord, POSITIVE,
};
pub use course::{Course, Ramp, RampShape};
pub use decoder::{AttentionWord, CellWord, DecoderSection};
pub use delays::{DelaySection, DelaySections, HistorySection};
pub use dense_memory::{
    DenseMemoryData, DenseMemoryDescription, DenseMemoryDynamics, DenseMemoryKind,
    DenseMemoryNetwork, ImageSource, InteractionWord, StoredPatterns,
};
pub use dynamic::{Described, RealFormat, RunSection, RunUntil};
pub use hopfield::{
    Fold, HopfieldData, HopfieldDescription, HopfieldFormat, HopfieldKind, HopfieldNetwork,
    HopfieldUpdate, HopfieldWeights, Learn, Neighbourhood, Noise, OrderWord, Rule, Storage,
};
pub use ising::{IsingData, IsingSections, IsingWeights, SweepSection};
pub use keywords::is_keyword;
pub use layer_word::{DirectionWord, GivesWord, LayerWord, ResetWord};
pub use name::check_name;
pub use numbers::NumberOrAuto;
pub use oscillator::{
    OscillatorData, OscillatorDescription, OscillatorDynamics, OscillatorKind, OscillatorNetwork,
    OscillatorUntil, OscillatorUpdate,
};
pub use per_unit::{PerUnit, Quantity};
pub use projection::{
    Bounds, Equality, Inequality, ProjectionData, ProjectionDescription, ProjectionDynamics,
    ProjectionKind, ProjectionMethod, ProjectionNetwork, ProjectionProblem, ProjectionWeights,
};
pub use real_weights::{RealLearn, RealRule, RealWeights};
pub use reservoir::{ReservoirSection, RidgeSection};
pub use response::{ResponseFields, ResponseSource};
pub use schema::schema;
pub use sequence::{
    GenerateSection, MAX_LAYERS, OutputWord, RandomSequences, SequenceData, SequenceDescription,
    SequenceKind, SequenceSection,
};
pub use sequence_layer::{HashSection, LayerSection, layer_field};
pub use source::Source;
pub use starter::starter;
pub use tree::TreeSection;
pub use values::{
    AutoNumber, FormatChoice, NamedFiles, PatternSource, PrototypeSource, Start, TensorSource,
};
pub use window::WindowSection;

use crate::diagnostic::NetworkError;
use crate::kind::Kind;

/// Largest description file, in bytes; inline weights of a thousand units fit.
pub const MAX_DESCRIPTION_BYTES: u64 = 16 << 20;

/// A description that was read and checked, together with the text it came from.
#[derive(Debug, Clone)]
pub struct Description {
    /// What it says.
    pub sections: Sections,
    /// Where it says it.
    pub source: Source,
}

/// The sections, by network kind.
#[derive(Debug, Clone, PartialEq)]
pub enum Sections {
    /// A discrete Hopfield network.
    Hopfield(HopfieldDescription),
    /// A cellular array.
    Cellular(CellularDescription),
    /// A brain-state-in-a-box.
    BrainState(BrainStateDescription),
    /// A continuous Hopfield network.
    Continuous(Box<ContinuousDescription>),
    /// A projection network.
    Projection(ProjectionDescription),
    /// An annealed Hopfield network.
    Annealed(AnnealedDescription),
    /// A simulated bifurcation.
    Bifurcation(BifurcationDescription),
    /// A transiently chaotic network.
    Chaotic(ChaoticDescription),
    /// A sequence network.
    Sequence(SequenceDescription),
    /// A bidirectional associative memory.
    Bidirectional(Box<BidirectionalDescription>),
    /// A dense associative memory.
    DenseMemory(DenseMemoryDescription),
    /// A Cohen-Grossberg network.
    CohenGrossberg(Box<CohenGrossbergDescription>),
    /// A digital oscillatory network.
    Oscillator(Box<OscillatorDescription>),
}

impl Sections {
    /// The sections of whatever kind.
    pub fn described(&self) -> &dyn Described {
        match self {
            Sections::Hopfield(sections) => sections,
            Sections::Cellular(sections) => sections,
            Sections::BrainState(sections) => sections,
            Sections::Continuous(sections) => sections.as_ref(),
            Sections::Projection(sections) => sections,
            Sections::Annealed(sections) => sections,
            Sections::Bifurcation(sections) => sections,
            Sections::Chaotic(sections) => sections,
            Sections::Sequence(sections) => sections,
            Sections::Bidirectional(sections) => sections.as_ref(),
            Sections::DenseMemory(sections) => sections,
            Sections::CohenGrossberg(sections) => sections.as_ref(),
            Sections::Oscillator(sections) => sections.as_ref(),
        }
    }
}

impl Description {
    /// Reads and checks the description at `path`. Files that it names are read later, by
    /// [`crate::Network::from_description`]; their paths count from the folder of `path`.
    ///
    /// # Errors
    /// The first thing found wrong, with its place.
    pub fn load(path: impl AsRef<Path>) -> Result<Description, NetworkError> {
        Description::from_source(Source::read(path.as_ref())?)
    }

    /// Reads and checks a description from memory. `file` is its name in errors, and data paths
    /// count from `folder`.
    ///
    /// # Errors
    /// The first thing found wrong, with its place.
    pub fn parse(text: &str, file: &str, folder: &Path) -> Result<Description, NetworkError> {
        Description::from_source(Source::new(text, file, folder)?)
    }

    fn from_source(source: Source) -> Result<Description, NetworkError> {
        let sections = match syntax::kind(&source)? {
            Kind::Hopfield => Sections::Hopfield(syntax::sections(&source)?),
            Kind::Cellular => Sections::Cellular(syntax::sections(&source)?),
            Kind::BrainState => Sections::BrainState(syntax::sections(&source)?),
            Kind::Continuous => Sections::Continuous(Box::new(syntax::sections(&source)?)),
            Kind::Projection => Sections::Projection(syntax::sections(&source)?),
            Kind::Annealed => Sections::Annealed(syntax::sections(&source)?),
            Kind::Bifurcation => Sections::Bifurcation(syntax::sections(&source)?),
            Kind::Chaotic => Sections::Chaotic(syntax::sections(&source)?),
            Kind::Sequence => Sections::Sequence(syntax::sections(&source)?),
            Kind::Bidirectional => Sections::Bidirectional(Box::new(syntax::sections(&source)?)),
            Kind::DenseMemory => Sections::DenseMemory(syntax::sections(&source)?),
            Kind::CohenGrossberg => Sections::CohenGrossberg(Box::new(syntax::sections(&source)?)),
            Kind::Oscillator => Sections::Oscillator(Box::new(syntax::sections(&source)?)),
        };
        sections.described().check(&source)?;
        Ok(Description { sections, source })
    }

    /// The network kind.
    pub fn kind(&self) -> Kind {
        match self.sections {
            Sections::Hopfield(_) => Kind::Hopfield,
            Sections::Cellular(_) => Kind::Cellular,
            Sections::BrainState(_) => Kind::BrainState,
            Sections::Continuous(_) => Kind::Continuous,
            Sections::Projection(_) => Kind::Projection,
            Sections::Annealed(_) => Kind::Annealed,
            Sections::Bifurcation(_) => Kind::Bifurcation,
            Sections::Chaotic(_) => Kind::Chaotic,
            Sections::Sequence(_) => Kind::Sequence,
            Sections::Bidirectional(_) => Kind::Bidirectional,
            Sections::DenseMemory(_) => Kind::DenseMemory,
            Sections::CohenGrossberg(_) => Kind::CohenGrossberg,
            Sections::Oscillator(_) => Kind::Oscillator,
        }
    }

    /// The name of the network and of its top module.
    pub fn name(&self) -> &str {
        self.sections.described().name()
    }
}
