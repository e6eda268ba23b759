//! Brain-state-in-a-box: J. A. Anderson, J. W. Silverstein, S. A. Ritz, R. S. Jones, Distinctive
//! features, categorical perception, and probability learning, Psychological Review 84 (1977) 413.

mod build;
mod facts;

use program::Rounding;

use crate::dynamics::{Dynamics, Moment, Start, StopRule, Variable, VariableRole};
use crate::fact::{Fact, Level};
use crate::matrix::Matrix;
use crate::spectrum::Enclosure;

/// A brain-state-in-a-box: `x+ = clamp(decay x + gain (W x + b) + input x(0), -1, 1)`.
#[derive(Debug, Clone, PartialEq)]
pub struct BrainState {
    /// Name of the network.
    pub name: String,
    /// units x units weights; row i leads into unit i.
    pub weights: Matrix,
    /// One bias a unit.
    pub bias: Vec<f64>,
    /// What multiplies `W x + b`.
    pub gain: f64,
    /// What multiplies the state.
    pub decay: f64,
    /// What multiplies the start state; where it is not 0, the start state is an input too.
    pub input: f64,
    /// How the state is rounded in integers.
    pub rounding: Rounding,
    /// When a run ends.
    pub stop: StopRule,
    /// The stored patterns, of -1 and +1.
    pub patterns: Vec<Vec<f64>>,
    /// Start states of the description.
    pub probes: Vec<Vec<f64>>,
}

/// The place of the state among the variables.
const STATE: usize = 0;
/// The place of the start state, where it is an input.
const INPUT: usize = 1;

impl BrainState {
    /// The field `W x + b`.
    pub fn field(&self, state: &[f64]) -> Vec<f64> {
        let fields = self.weights.times(state).into_iter().zip(&self.bias);
        fields.map(|(field, bias)| field + bias).collect()
    }
}

impl Dynamics for BrainState {
    fn variables(&self) -> Vec<Variable> {
        let variable = |name: &'static str, role| Variable {
            name: name.into(),
            length: self.weights.rows(),
            role,
        };
        let mut variables = vec![variable("state", VariableRole::State)];
        if self.input != 0.0 {
            variables.push(variable("input", VariableRole::Input));
        }
        variables
    }

    fn stop(&self) -> StopRule {
        self.stop
    }

    fn starts(&self) -> Vec<Start> {
        let start = |probe: &Vec<f64>| self.start_from(probe);
        self.probes.iter().map(start).collect()
    }

    /// The start state is the input too.
    fn start_from(&self, state: &[f64]) -> Start {
        let loaded = if self.input != 0.0 { 2 } else { 1 };
        vec![state.to_vec(); loaded]
    }

    fn step(&self, moment: &mut Moment) -> Option<bool> {
        let state = moment.of(STATE);
        let start = moment
            .of(INPUT)
            .iter()
            .copied()
            .chain(std::iter::repeat(0.0));
        let next = self.field(state).into_iter().zip(state).zip(start);
        let next = next.map(|((field, x), start)| {
            (self.decay * x + self.gain * field + self.input * start).clamp(-1.0, 1.0)
        });
        let next = next.collect();
        moment.set(STATE, next);
        None
    }

    /// With the decay l, the gain a and the input term d, a step moves x along the gradient of
    /// `-x'Wx/2 - b'x + (1 - l) x'x / 2a - d x(0)'x / a` and holds it in the box: R. M. Golden,
    /// Journal of Mathematical Psychology 30 (1986) 73, and 37 (1993) 282. For l = 1 and d = 0 it
    /// is `-x'Wx/2 - b'x`.
    fn energy(&self, moment: &Moment) -> Option<f64> {
        let state = moment.of(STATE);
        let start = moment
            .of(INPUT)
            .iter()
            .copied()
            .chain(std::iter::repeat(0.0));
        let fields = self.weights.times(state).into_iter().zip(&self.bias);
        let terms = fields
            .zip(state)
            .zip(start)
            .map(|(((field, bias), x), start)| {
                let held = (1.0 - self.decay) / 2.0 * x - self.input * start;
                x * (held / self.gain - field / 2.0 - bias)
            });
        Some(terms.sum())
    }

    fn facts(&self, level: Level) -> Vec<Fact> {
        facts::facts(self, level)
    }

    fn margin(&self, pattern: usize) -> Option<Enclosure> {
        facts::margin(self, self.patterns.get(pattern)?)
    }

    fn patterns(&self) -> &[Vec<f64>] {
        &self.patterns
    }
}
