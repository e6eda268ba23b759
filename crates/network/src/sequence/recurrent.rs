//! What all recurrent layers have in common: states, directions, and what they give.

use super::sample::silent;
use super::{Count, Elman, Gru, Jordan, Lstm, Markov, Sample, Stack, Tree};
use crate::problem::Problem;

/// A recurrent layer.
#[derive(Debug, Clone, PartialEq)]
pub struct Recurrent {
    /// Its cells, and how they read the sequence.
    pub direction: Direction,
    /// What it gives.
    pub gives: Gives,
}

/// How a layer reads a sequence.
#[expect(clippy::large_enum_variant, reason = "a network has a few of them")]
#[derive(Debug, Clone, PartialEq)]
pub enum Direction {
    /// From its start.
    Forward(Cell),
    /// From its own end; the output of a step stands at the place of its input.
    Reverse(Cell),
    /// From both ends; the output of a step is that of the forward cell, then that of the reverse
    /// one, at the place of their input.
    Bidirectional {
        /// From the start.
        forward: Cell,
        /// From the end.
        reverse: Cell,
    },
}

/// What a recurrent layer gives.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Gives {
    /// A vector for each step (`Y` of ONNX).
    #[default]
    EveryStep,
    /// One vector: that of the step that each direction makes last (`Y_h` of ONNX).
    LastState,
}

/// What a recurrent layer does in a step.
#[derive(Debug, Clone, PartialEq)]
pub enum Cell {
    /// Elman's.
    Elman(Elman),
    /// Jordan's.
    Jordan(Jordan),
    /// Long short-term memory.
    Lstm(Box<Lstm>),
    /// Gated recurrent units.
    Gru(Gru),
    /// The counts of a bag of words.
    Count(Count),
    /// A draw from scores.
    Sample(Sample),
    /// A step of a Markov chain.
    Markov(Markov),
    /// A tree network over a postfix program.
    Tree(Box<Tree>),
}

/// What a cell remembers.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct State {
    /// The vector that goes back through the recurrent weights.
    pub hidden: Vec<f64>,
    /// The cells of an LSTM; empty elsewhere.
    pub cell: Vec<f64>,
    /// The register of the noise, of a cell that draws; it begins each sequence with the seed.
    pub noise: u32,
    /// The stack of a tree network; empty elsewhere.
    pub stack: Stack,
}

impl State {
    /// A state without cells, and with an empty stack.
    pub fn of(hidden: &[f64]) -> State {
        State {
            hidden: hidden.to_vec(),
            ..State::default()
        }
    }
}

impl Cell {
    /// Its units.
    pub fn units(&self) -> usize {
        match self {
            Cell::Elman(cell) => cell.units(),
            Cell::Jordan(cell) => cell.units() + cell.readout.units(),
            Cell::Lstm(cell) => cell.units(),
            Cell::Gru(cell) => cell.units(),
            Cell::Count(cell) => cell.buckets(),
            Cell::Sample(_) => 1,
            Cell::Markov(cell) => cell.tokens(),
            Cell::Tree(cell) => cell.units(),
        }
    }

    /// Elements of what it gives, which is what goes back.
    pub fn outputs(&self) -> usize {
        match self {
            Cell::Jordan(cell) => cell.readout.units(),
            Cell::Sample(_) | Cell::Markov(_) => 1,
            _ => self.units(),
        }
    }

    /// Where it takes tokens: the size of their vocabulary.
    pub fn vocabulary(&self) -> Option<usize> {
        match self {
            Cell::Count(cell) => Some(cell.vocabulary),
            Cell::Markov(cell) => Some(cell.tokens()),
            Cell::Elman(_) | Cell::Jordan(_) | Cell::Lstm(_) | Cell::Gru(_) | Cell::Sample(_) => {
                None
            }
            Cell::Tree(cell) => Some(cell.postfix.tokens()),
        }
    }

    /// The state before the first step.
    pub fn start(&self) -> State {
        match self {
            Cell::Elman(cell) => cell.start(),
            Cell::Jordan(cell) => cell.start(),
            Cell::Lstm(cell) => cell.start(),
            Cell::Gru(cell) => cell.start(),
            Cell::Count(cell) => cell.start(),
            Cell::Sample(Sample { seed, .. }) | Cell::Markov(Markov { seed, .. }) => silent(*seed),
            Cell::Tree(cell) => cell.start(),
        }
    }

    /// One step: takes an input, moves the state, gives an output.
    pub fn step(&self, x: &[f64], state: &mut State) -> Vec<f64> {
        match self {
            Cell::Elman(cell) => cell.step(x, state),
            Cell::Jordan(cell) => cell.step(x, state),
            Cell::Lstm(cell) => cell.step(x, state),
            Cell::Gru(cell) => cell.step(x, state),
            Cell::Count(cell) => cell.step(x, state),
            Cell::Sample(cell) => cell.step(x, state),
            Cell::Markov(cell) => cell.step(x, state),
            Cell::Tree(cell) => cell.step(x, state),
        }
    }

    pub(super) fn check(&self, inputs: usize) -> Result<(), Problem> {
        match self {
            Cell::Elman(cell) => cell.check(inputs),
            Cell::Jordan(cell) => cell.check(inputs),
            Cell::Lstm(cell) => cell.check(inputs),
            Cell::Gru(cell) => cell.check(inputs),
            Cell::Count(cell) => cell.check(inputs),
            Cell::Sample(cell) => cell.check(inputs),
            Cell::Markov(cell) => cell.check(inputs),
            Cell::Tree(cell) => cell.check(inputs),
        }
    }
}

impl Direction {
    /// The cell that reads from the start.
    pub fn forward(&self) -> Option<&Cell> {
        match self {
            Direction::Forward(cell) | Direction::Bidirectional { forward: cell, .. } => Some(cell),
            Direction::Reverse(_) => None,
        }
    }

    /// The cell that reads from the end.
    pub fn reverse(&self) -> Option<&Cell> {
        match self {
            Direction::Reverse(cell) | Direction::Bidirectional { reverse: cell, .. } => Some(cell),
            Direction::Forward(_) => None,
        }
    }

    /// The cells, forward before reverse.
    pub fn cells(&self) -> impl Iterator<Item = &Cell> {
        self.forward().into_iter().chain(self.reverse())
    }
}

impl Recurrent {
    /// Elements of a vector that it gives.
    pub fn outputs(&self) -> usize {
        self.direction.cells().map(Cell::outputs).sum()
    }

    /// Gives the vectors of a sequence; `states` holds one state for each cell, before and after.
    pub(super) fn run(&self, sequence: &[Vec<f64>], states: &mut [State]) -> Vec<Vec<f64>> {
        let steps = sequence.len();
        let mut states = states.iter_mut();
        let mut outputs = vec![vec![]; steps];
        let mut last = vec![];
        let mut read = |cell: &Cell, order: &mut dyn Iterator<Item = usize>| {
            let mut none = State::default();
            let state = states.next().unwrap_or(&mut none);
            for at in order {
                let given = sequence.get(at).map(|x| cell.step(x, state));
                if let (Some(output), Some(given)) = (outputs.get_mut(at), given) {
                    output.extend(given);
                }
            }
            last.extend_from_slice(&state.hidden);
        };
        if let Some(cell) = self.direction.forward() {
            read(cell, &mut (0..steps));
        }
        if let Some(cell) = self.direction.reverse() {
            read(cell, &mut (0..steps).rev());
        }
        match self.gives {
            Gives::EveryStep => outputs,
            Gives::LastState => vec![last],
        }
    }

    pub(super) fn check(&self, inputs: usize) -> Result<(), Problem> {
        self.direction
            .cells()
            .try_for_each(|cell| cell.check(inputs))
    }
}
