//! Units of two states: `y = sgn(W x + c)`, then `x = sgn(W' y + d)`; a unit whose sum is 0 stays as
//! it is.

use super::facts;
use crate::dynamics::{Dynamics, Moment, Start, StopRule, Variable, VariableRole};
use crate::fact::{Fact, Level};
use crate::matrix::Matrix;

/// One of the two layers.
#[derive(Debug, Clone, PartialEq)]
pub struct Layer {
    /// The weights from the other layer into the units of this one.
    pub weights: Matrix,
    /// One bias a unit.
    pub bias: Vec<f64>,
    /// The stored patterns, of -1 and +1; number p of x and of y are a pair.
    pub patterns: Vec<Vec<f64>>,
}

/// A memory whose units have two states.
#[derive(Debug, Clone, PartialEq)]
pub struct Discrete {
    /// The layer x.
    pub x: Layer,
    /// The layer y.
    pub y: Layer,
    /// When a run ends.
    pub stop: StopRule,
    /// Start states of the description.
    pub starts: Vec<Start>,
}

/// The place of x among the variables.
pub const X: usize = 0;
/// The place of y among the variables.
pub const Y: usize = 1;
/// The place of what says which units of y keep their value in the first step, so that a run can
/// start from y though y is computed first.
pub const HELD: usize = 2;

impl Layer {
    /// The number of units.
    pub fn units(&self) -> usize {
        self.weights.rows()
    }

    /// What each unit receives from the other layer: its bias and the weighted sum.
    pub fn field(&self, other: &[f64]) -> Vec<f64> {
        let sums = self.weights.times(other).into_iter().zip(&self.bias);
        sums.map(|(sum, bias)| sum + bias).collect()
    }

    /// The next state.
    fn moved(&self, state: &[f64], other: &[f64]) -> Vec<f64> {
        let units = state.iter().zip(self.field(other));
        let next = units.map(|(&state, field)| match field {
            field if field > 0.0 => 1.0,
            field if field < 0.0 => -1.0,
            _ => state,
        });
        next.collect()
    }
}

impl Discrete {
    /// The start from a state of one layer, [`X`] or [`Y`].
    pub fn start_of_layer(&self, layer: usize, state: &[f64]) -> Start {
        let (x, y) = (self.x.units(), self.y.units());
        match layer {
            Y => vec![vec![-1.0; x], state.to_vec(), vec![1.0; y]],
            _ => vec![state.to_vec(), vec![-1.0; y], vec![0.0; y]],
        }
    }
}

impl Dynamics for Discrete {
    fn variables(&self) -> Vec<Variable> {
        let variable = |name: &'static str, length, role| Variable {
            name: name.into(),
            length,
            role,
        };
        vec![
            variable("x", self.x.units(), VariableRole::State),
            variable("y", self.y.units(), VariableRole::State),
            variable("held", self.y.units(), VariableRole::Input),
        ]
    }

    fn stop(&self) -> StopRule {
        self.stop
    }

    fn starts(&self) -> Vec<Start> {
        self.starts.clone()
    }

    fn start_from(&self, state: &[f64]) -> Start {
        self.start_of_layer(X, state)
    }

    fn start_from_variable(&self, variable: usize, state: &[f64]) -> Option<Start> {
        (variable <= Y).then(|| self.start_of_layer(variable, state))
    }

    fn step(&self, moment: &mut Moment) -> Option<bool> {
        let (x, y) = (moment.of(X).to_vec(), moment.of(Y).to_vec());
        let mut next_y = self.y.moved(&y, &x);
        let mut holds = false;
        if moment.step == 0 {
            let held = next_y.iter_mut().zip(&y).zip(moment.of(HELD));
            for ((next, y), _) in held.filter(|(_, held)| **held > 0.5) {
                (*next, holds) = (*y, true);
            }
        }
        let next_x = self.x.moved(&x, &next_y);
        let moved = next_x != x || next_y != y;
        moment.set(X, next_x);
        moment.set(Y, next_y);
        // A y that was held may be about to change.
        Some(!holds && !moved)
    }

    fn energy(&self, moment: &Moment) -> Option<f64> {
        Some(self.energy_of(moment.of(X), moment.of(Y)))
    }

    fn facts(&self, level: Level) -> Vec<Fact> {
        facts::facts(self, level)
    }

    fn patterns(&self) -> &[Vec<f64>] {
        &self.x.patterns
    }

    fn patterns_of(&self, variable: usize) -> &[Vec<f64>] {
        match variable {
            X => &self.x.patterns,
            Y => &self.y.patterns,
            _ => &[],
        }
    }
}
