//! A network of any kind.

use crate::annealed::Annealed;
use crate::bidirectional::Bidirectional;
use crate::bifurcation::SimulatedBifurcation;
use crate::brain_state::BrainState;
use crate::cellular::Cellular;
use crate::chaotic::Chaotic;
use crate::cohen_grossberg::CohenGrossberg;
use crate::continuous::Continuous;
use crate::dense_memory::DenseMemory;
use crate::description::Description;
use crate::diagnostic::NetworkError;
use crate::dynamics::Dynamics;
use crate::fact::{Fact, Level};
use crate::hopfield::Hopfield;
use crate::kind::Kind;
use crate::oscillator::Oscillator;
use crate::projection::Projection;
use crate::sequence::SequenceNetwork;

/// A network in real numbers: what the user meant.
#[derive(Debug, Clone, PartialEq)]
pub enum Network {
    /// A discrete Hopfield network.
    Hopfield(Hopfield),
    /// A cellular array.
    Cellular(Cellular),
    /// A brain-state-in-a-box.
    BrainState(BrainState),
    /// A continuous Hopfield network.
    Continuous(Box<Continuous>),
    /// A projection network.
    Projection(Projection),
    /// An annealed Hopfield network.
    Annealed(Annealed),
    /// A simulated bifurcation.
    Bifurcation(SimulatedBifurcation),
    /// A transiently chaotic network.
    Chaotic(Chaotic),
    /// A sequence network.
    Sequence(SequenceNetwork),
    /// A bidirectional associative memory.
    Bidirectional(Box<Bidirectional>),
    /// A dense associative memory.
    DenseMemory(DenseMemory),
    /// A Cohen-Grossberg network.
    CohenGrossberg(Box<CohenGrossberg>),
    /// A digital oscillatory network.
    Oscillator(Box<Oscillator>),
}

impl Network {
    /// Builds the network of a description: reads the files that it names, learns weights, checks
    /// shapes and values.
    ///
    /// # Errors
    /// The first thing found wrong, with the place in the description that leads to it.
    pub fn from_description(description: &Description) -> Result<Network, NetworkError> {
        let sections = description.sections.described();
        sections.build(&description.source)
    }

    /// The network kind.
    pub fn kind(&self) -> Kind {
        match self {
            Network::Hopfield(_) => Kind::Hopfield,
            Network::Cellular(_) => Kind::Cellular,
            Network::BrainState(_) => Kind::BrainState,
            Network::Continuous(_) => Kind::Continuous,
            Network::Projection(_) => Kind::Projection,
            Network::Annealed(_) => Kind::Annealed,
            Network::Bifurcation(_) => Kind::Bifurcation,
            Network::Chaotic(_) => Kind::Chaotic,
            Network::Sequence(_) => Kind::Sequence,
            Network::Bidirectional(_) => Kind::Bidirectional,
            Network::DenseMemory(_) => Kind::DenseMemory,
            Network::CohenGrossberg(_) => Kind::CohenGrossberg,
            Network::Oscillator(_) => Kind::Oscillator,
        }
    }

    /// The network as one whose state moves step by step in real numbers; none for the kinds that
    /// have runs of their own.
    pub fn dynamics(&self) -> Option<&dyn Dynamics> {
        match self {
            Network::Hopfield(_) | Network::Cellular(_) | Network::Sequence(_) => None,
            Network::BrainState(network) => Some(network),
            Network::Continuous(network) => Some(network.as_ref()),
            Network::Projection(network) => Some(network),
            Network::Annealed(network) => Some(network),
            Network::Bifurcation(network) => Some(network),
            Network::Chaotic(network) => Some(network),
            Network::Bidirectional(network) => Some(network.as_ref()),
            Network::DenseMemory(network) => Some(network),
            Network::CohenGrossberg(network) => Some(network.as_ref()),
            Network::Oscillator(network) => Some(network.as_ref()),
        }
    }

    /// The number of units or cells.
    pub fn units(&self) -> usize {
        match self {
            Network::Hopfield(network) => network.units(),
            Network::Cellular(network) => network.cells(),
            Network::BrainState(network) => network.weights.rows(),
            Network::Continuous(network) => network.units(),
            Network::Projection(network) => network.units(),
            Network::Annealed(network) => network.minimisation.units(),
            Network::Bifurcation(network) => network.minimisation.units(),
            Network::Chaotic(network) => network.minimisation.units(),
            Network::Sequence(network) => network.units(),
            Network::Bidirectional(network) => network.units.0 + network.units.1,
            Network::DenseMemory(network) => network.units,
            Network::CohenGrossberg(network) => network.units(),
            Network::Oscillator(network) => network.units(),
        }
    }

    /// What can be said before it runs.
    pub fn facts(&self) -> Vec<Fact> {
        match self {
            Network::Hopfield(network) => network.facts(Level::Float),
            Network::Cellular(network) => network.facts(Level::Float),
            Network::BrainState(network) => network.facts(Level::Float),
            Network::Continuous(network) => network.facts(Level::Float),
            Network::Projection(network) => network.facts(Level::Float),
            Network::Annealed(network) => network.facts(Level::Float),
            Network::Bifurcation(network) => network.facts(Level::Float),
            Network::Chaotic(network) => network.facts(Level::Float),
            Network::Sequence(network) => network.facts(Level::Float),
            Network::Bidirectional(network) => network.facts(Level::Float),
            Network::DenseMemory(network) => network.facts(Level::Float),
            Network::CohenGrossberg(network) => network.facts(Level::Float),
            Network::Oscillator(network) => network.facts(Level::Float),
        }
    }
}
