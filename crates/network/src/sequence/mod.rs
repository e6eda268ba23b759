//! Sequence networks: chains of layers over vectors that arrive one a step.
//!
//! The recurrent layers follow the operators of ONNX (`RNN`, `GRU`, `LSTM`, operator set 22), each
//! equation standing where its layer does. A run is one sequence, [time, features].

mod build;
mod count;
mod data;
pub mod decoder;
mod dense;
mod elman;
mod embedding;
mod facts;
mod gates;
mod generate;
mod gru;
mod jordan;
mod layer;
mod lstm;
pub mod path;
mod pool;
mod postfix;
mod readout;
mod recurrent;
mod reservoir;
mod run;
mod sample;
mod score;
mod starts;
mod token_layers;
mod tokens;
mod tree;
mod tree_layer;
mod window;
mod windowed;

pub use count::{Count, Hash, MAX_COUNT, MAX_COUNTS};
pub use decoder::Decoder;
pub use dense::Dense;
pub use elman::Elman;
pub use embedding::Embedding;
pub use gates::{Block, Gates, clipped};
pub use generate::{Generate, MAX_GENERATED};
pub use gru::{Gru, GruGate, ResetForm};
pub use jordan::Jordan;
pub use layer::{Layer, argmax, softmax};
pub use lstm::{Lstm, LstmGate, Peepholes};
pub use path::{BestPath, Emission, Scores};
pub use pool::MaxPool;
pub use postfix::{Fault, Postfix, Token};
pub use recurrent::{Cell, Direction, Gives, Recurrent, State};
pub use reservoir::Reservoir;
pub use run::Run;
pub use sample::{Markov, NOISE_BITS, SUM_TOLERANCE, Sample, check_probabilities, normalised};
pub use score::Score;
pub use starts::{Given, Starts};
pub use tokens::MAX_VOCABULARY;
pub use tree::{Stack, Tree};
pub use window::{Axis, Way, Window};

use crate::description::ActivationTable;
use crate::fact::{Fact, Level};
use crate::problem::Problem;

/// A chain of layers over sequences of vectors.
#[derive(Debug, Clone, PartialEq)]
pub struct SequenceNetwork {
    /// Name of the network.
    pub name: String,
    /// Elements of each input vector.
    pub inputs: usize,
    /// The layers, from the input on.
    pub layers: Vec<Layer>,
    /// What a run gives.
    pub output: Output,
    /// How it feeds itself, where it does; of each sequence the first vector is the start then.
    pub generate: Option<Generate>,
    /// Whether a sequence begins with the states in which the one before it ended.
    pub carry: bool,
    /// The layers whose initial states come with each sequence, and these states.
    pub starts: Starts,
    /// The most steps of a sequence that is gone through more than once, where that is stated.
    pub longest: Option<usize>,
    /// Rows and columns of the pictures that its outputs are, one after another.
    pub picture: Option<[usize; 2]>,
    /// How activation functions are made in hardware, where they need a table.
    pub table: ActivationTable,
    /// The sequences of the description, each [time, inputs].
    pub sequences: Vec<Vec<Vec<f64>>>,
    /// What the network should give for each sequence, where that is known, each as a run gives it.
    pub targets: Vec<Vec<Vec<f64>>>,
    /// The first vectors of each target that are not judged.
    pub washout: usize,
}

/// What a run gives.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Output {
    /// The output vector of every step.
    #[default]
    EveryStep,
    /// That of the last step.
    Last,
}

impl SequenceNetwork {
    /// That each layer takes what the one before it gives.
    ///
    /// # Errors
    /// [`Problem::Shape`] of the first layer of which this is not true, or whose own parts disagree,
    /// [`Problem::Conflict`] of one that cannot stand where it does; and its number.
    pub fn check(&self) -> Result<(), (usize, Problem)> {
        let mut width = self.inputs;
        for (number, layer) in self.layers.iter().enumerate() {
            layer.check(width).map_err(|problem| (number, problem))?;
            path::place(self, number).map_err(|problem| (number, problem))?;
            decoder::place(self, number).map_err(|problem| (number, problem))?;
            width = layer.outputs(width);
        }
        self.check_tokens()
    }

    /// Elements of each output vector.
    pub fn outputs(&self) -> usize {
        let wider = |width, layer: &Layer| layer.outputs(width);
        self.layers.iter().fold(self.inputs, wider)
    }

    /// Whether a run gives one vector, however long the sequence is.
    pub fn gives_one(&self) -> bool {
        let mut recurrent = self.layers.iter().filter_map(Layer::recurrent);
        self.output == Output::Last || recurrent.any(|layer| layer.gives == Gives::LastState)
    }

    /// Every recurrent cell, in the order of the layers, forward before reverse: the order of the
    /// states of a run.
    pub fn cells(&self) -> impl Iterator<Item = &Cell> {
        let recurrent = self.layers.iter().filter_map(Layer::recurrent);
        recurrent.flat_map(|layer| layer.direction.cells())
    }

    /// The cells of all layers, that of a decoder too, whose state begins anew with each sequence.
    pub fn every_cell(&self) -> impl Iterator<Item = &Cell> {
        let decoder = self.decoder().map(|decoder| &decoder.cell);
        self.cells().chain(decoder)
    }

    /// Units of all layers that have weights.
    pub fn units(&self) -> usize {
        self.layers.iter().map(Layer::units).sum()
    }

    /// Whether hardware goes through a sequence more than once: a decoder looks at all of it, or a layer
    /// reads from the end, unless it is the first one and gives its last state, when the sequence can be
    /// sent from its end too.
    pub fn needs_passes(&self) -> bool {
        let layers = self.layers.iter().enumerate();
        let mut recurrent = layers.filter_map(|(at, layer)| Some((at, layer.recurrent()?)));
        let backward = recurrent.any(|(at, layer)| {
            let sent = at == 0 && layer.gives == Gives::LastState;
            layer.direction.reverse().is_some() && !sent
        });
        backward || self.decoder().is_some()
    }

    /// Steps of a sequence that a network remembers which goes through it more than once: as many as
    /// are stated, or those of the longest sequence of the description, or 256 where there is none.
    pub fn longest(&self) -> usize {
        if let Some(stated) = self.stated_longest() {
            return stated;
        }
        let longest = self.sequences.iter().map(Vec::len).max();
        longest.filter(|steps| *steps > 0).unwrap_or(256)
    }

    /// Whether the output of a step depends on no later input, so that the network can go on step by
    /// step: no layer reads from the end, and none waits for it.
    pub fn is_causal(&self) -> bool {
        self.layers.iter().all(Layer::is_causal)
    }

    /// Whether a run gives the best path of tags.
    pub fn gives_path(&self) -> bool {
        self.layers.last().and_then(Layer::best_path).is_some()
    }

    /// Whether what a run gives are numbers of tags or tokens, of which none is near another one.
    pub fn gives_names(&self) -> bool {
        self.gives_path() || self.decoder().is_some()
    }

    /// The decoder at the end of the chain, where there is one.
    pub fn decoder(&self) -> Option<&Decoder> {
        self.layers.last().and_then(Layer::decoder)
    }

    /// The most steps of a sequence, where a layer that remembers all of them states it.
    pub fn stated_longest(&self) -> Option<usize> {
        let paths = self.layers.iter().filter_map(Layer::best_path);
        let paths = paths.map(|path| path.longest);
        let decoder = self.decoder().map(|decoder| decoder.longest);
        paths.chain(decoder).chain(self.longest).min()
    }

    /// What can be said before it runs.
    pub fn facts(&self, level: Level) -> Vec<Fact> {
        facts::facts(self, level)
    }
}
