//! Bidirectional associative memories: B. Kosko, Bidirectional associative memories, IEEE
//! Transactions on Systems, Man, and Cybernetics 18 (1988) 49; in continuous time the same, section
//! V; with delays K. Gopalsamy, X.-Z. He, Delay-independent stability in bidirectional associative
//! memory networks, IEEE Transactions on Neural Networks 5 (1994) 998.
//!
//! W leads from x to y and its transpose W' back; c and d are the biases of y and x.

mod build;
mod discrete;
mod facts;
mod recall;

use crate::continuous::Continuous;
use crate::dynamics::{
    Answer, Cue, Dynamics, Flow, Moment, Part, Start, StopRule, Variable, agreement,
};
use crate::fact::{Fact, Level};
use crate::spectrum::Enclosure;
use build::From;

pub use discrete::{Discrete, HELD, Layer, X, Y};

/// A bidirectional associative memory.
#[derive(Debug, Clone, PartialEq)]
pub struct Bidirectional {
    /// Name of the network.
    pub name: String,
    /// Units of x and of y.
    pub units: (usize, usize),
    /// Rows and columns of x and of y, where they are pictures.
    pub grids: [Option<(usize, usize)>; 2],
    /// The equations.
    pub form: Form,
}

/// The equations.
#[derive(Debug, Clone, PartialEq)]
pub enum Form {
    /// Units of two states.
    Discrete(Discrete),
    /// `dx/dt = -decay x + W' g(y) + d` and `dy/dt = -decay y + W g(x) + c`, or the map
    /// `x+ = g(W' y + d)`, `y+ = g(W x + c)`: a continuous Hopfield network whose units are those of
    /// x, then those of y, and whose weights are those of both directions. Its patterns are pairs.
    Graded(Box<Continuous>),
}

impl Bidirectional {
    /// The equations.
    pub fn dynamics(&self) -> &dyn Dynamics {
        match &self.form {
            Form::Discrete(memory) => memory,
            Form::Graded(network) => network.as_ref(),
        }
    }

    /// A state of the graded form as one of x and one of y.
    fn halves<'s>(&self, state: &'s [f64]) -> (&'s [f64], &'s [f64]) {
        state.split_at(self.units.0.min(state.len()))
    }
}

impl Dynamics for Bidirectional {
    fn variables(&self) -> Vec<Variable> {
        self.dynamics().variables()
    }

    fn stop(&self) -> StopRule {
        self.dynamics().stop()
    }

    fn starts(&self) -> Vec<Start> {
        self.dynamics().starts()
    }

    fn start_from(&self, state: &[f64]) -> Start {
        self.dynamics().start_from(state)
    }

    fn start_from_variable(&self, variable: usize, state: &[f64]) -> Option<Start> {
        self.dynamics().start_from_variable(variable, state)
    }

    fn begin(&self, start: &Start) -> Moment {
        self.dynamics().begin(start)
    }

    fn step(&self, moment: &mut Moment) -> Option<bool> {
        self.dynamics().step(moment)
    }

    fn settles(&self) -> u64 {
        self.dynamics().settles()
    }

    fn flow(&self, start: &Start) -> Option<Box<dyn Flow + '_>> {
        self.dynamics().flow(start)
    }

    fn energy(&self, moment: &Moment) -> Option<f64> {
        self.dynamics().energy(moment)
    }

    fn facts(&self, level: Level) -> Vec<Fact> {
        self.dynamics().facts(level)
    }

    fn answer(&self, moment: &Moment) -> Option<Answer> {
        match &self.form {
            Form::Discrete(memory) => {
                let pairs = memory.x.patterns.iter().zip(&memory.y.patterns);
                let pairs = pairs.map(|(x, y)| (x.as_slice(), y.as_slice()));
                recall::recalled(pairs, (moment.of(X), moment.of(Y)))
            }
            Form::Graded(network) => {
                let pairs = network.patterns.iter().map(|pair| self.halves(pair));
                recall::recalled(pairs, self.halves(moment.of(0)))
            }
        }
    }

    fn cues(&self) -> Vec<Cue> {
        let starts = self.starts();
        let (x, y) = match &self.form {
            Form::Discrete(memory) => (memory.x.patterns.clone(), memory.y.patterns.clone()),
            Form::Graded(network) => {
                let pairs = network.patterns.iter().map(|pair| self.halves(pair));
                pairs.map(|(x, y)| (x.to_vec(), y.to_vec())).unzip()
            }
        };
        let cues = [("x", x), ("y", y)].into_iter();
        let cues = cues.filter(|(_, patterns)| !patterns.is_empty());
        cues.map(|(name, patterns)| Cue::new(name, &patterns, &starts))
            .collect()
    }

    fn start_from_cue(&self, cue: usize, values: &[f64]) -> Start {
        match &self.form {
            Form::Discrete(memory) => memory.start_of_layer(cue, values),
            Form::Graded(network) => {
                let from = match cue {
                    Y => From::Y(values.to_vec()),
                    _ => From::X(values.to_vec()),
                };
                network.start_from(&build::joined(network, self.units.0, &from))
            }
        }
    }

    fn agreement(&self, pattern: usize, moment: &Moment) -> f64 {
        let stored = |patterns: &'_ [Vec<f64>]| patterns.get(pattern).cloned().unwrap_or_default();
        match &self.form {
            Form::Discrete(memory) => {
                let (x, y) = (stored(&memory.x.patterns), stored(&memory.y.patterns));
                agreement([(&x[..], moment.of(X)), (&y[..], moment.of(Y))])
            }
            Form::Graded(network) => {
                let pair = stored(&network.patterns);
                agreement([(&pair[..], moment.of(0))])
            }
        }
    }

    fn margin(&self, pattern: usize) -> Option<Enclosure> {
        match &self.form {
            Form::Discrete(memory) => facts::margin(memory, pattern),
            Form::Graded(_) => None,
        }
    }

    fn parts(&self, moment: &Moment) -> Vec<Part> {
        let (x, y) = match &self.form {
            Form::Discrete(_) => (moment.of(X), moment.of(Y)),
            Form::Graded(_) => self.halves(moment.of(0)),
        };
        let part = |name, grid, values: &[f64]| Part {
            name,
            grid,
            values: values.to_vec(),
        };
        let [grid_x, grid_y] = self.grids;
        let parts = [part("x", grid_x, x), part("y", grid_y, y)];
        // Before the first step of a discrete memory only the layer that it starts from is known.
        let known = match &self.form {
            Form::Discrete(_) if moment.step == 0 => {
                let from_y = moment.of(HELD).iter().all(|held| *held > 0.5);
                if from_y { 1..2 } else { 0..1 }
            }
            Form::Discrete(_) | Form::Graded(_) => 0..2,
        };
        parts.get(known).unwrap_or_default().to_vec()
    }

    fn patterns(&self) -> &[Vec<f64>] {
        self.dynamics().patterns()
    }

    fn patterns_of(&self, variable: usize) -> &[Vec<f64>] {
        self.dynamics().patterns_of(variable)
    }
}
