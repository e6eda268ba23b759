//! Bidirectional associative memories: B. Kosko, Bidirectional associative memories, IEEE
//! Transactions on Systems, Man, and Cybernetics 18 (1988) 49; in continuous time the same, section
//! V.

mod build;
mod facts;
mod recall;

use crate::activation::Activation;
use crate::description::ActivationTable;
use crate::dynamics::{
    Answer, Dynamics, Moment, Start, StopRule, Variable, VariableRole, largest_change,
};
use crate::fact::{Fact, Level};
use crate::matrix::Matrix;

/// What moves the states; W leads from x to y and its transpose W' back, c and d are the biases of y
/// and x.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Form {
    /// `y = sgn(W x + c)`, then `x = sgn(W' y + d)`; a unit whose sum is 0 stays as it is.
    Discrete,
    /// `y = g(W x + c)`, then `x = g(W' y + d)`.
    Map,
    /// Euler steps of `dx/dt = -decay x + W' g(y) + d` and `dy/dt = -decay y + W g(x) + c`, both at
    /// the same time.
    Euler {
        /// The step h.
        step: f64,
    },
}

/// One of the two layers.
#[derive(Debug, Clone, PartialEq)]
pub struct Layer {
    /// The weights from the other layer into the units of this one.
    pub weights: Matrix,
    /// One bias a unit.
    pub bias: Vec<f64>,
    /// One decay a unit; only with Euler steps.
    pub decay: Vec<f64>,
    /// The stored patterns, of -1 and +1; number p of x and of y are a pair.
    pub patterns: Vec<Vec<f64>>,
}

/// A bidirectional associative memory.
#[derive(Debug, Clone, PartialEq)]
pub struct Bidirectional {
    /// Name of the network.
    pub name: String,
    /// What moves the states.
    pub form: Form,
    /// The layer x.
    pub x: Layer,
    /// The layer y.
    pub y: Layer,
    /// The activation function g; not in the discrete form.
    pub activation: Activation,
    /// How g is made in hardware.
    pub table: ActivationTable,
    /// When a run ends.
    pub stop: StopRule,
    /// Start states of the description.
    pub starts: Vec<Start>,
}

/// The place of x among the variables.
pub const X: usize = 0;
/// The place of y among the variables.
pub const Y: usize = 1;
/// The place of what says which units of y keep their value in the first step.
const HELD: usize = 2;

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
}

impl Bidirectional {
    /// Whether y is computed from x and x from that y, so that a run that starts from y must keep
    /// it in the first step.
    pub fn alternates(&self) -> bool {
        !matches!(self.form, Form::Euler { .. })
    }

    /// A state of which nothing is known.
    fn blank(&self, units: usize) -> Vec<f64> {
        match self.form {
            Form::Discrete => vec![-1.0; units],
            Form::Map | Form::Euler { .. } => vec![0.0; units],
        }
    }

    /// The start from a state of one layer; [`X`] or [`Y`].
    fn from_layer(&self, layer: usize, state: &[f64]) -> Start {
        let (units, held) = (self.y.units(), if layer == Y { 1.0 } else { 0.0 });
        let mut start = match layer {
            Y => vec![self.blank(self.x.units()), state.to_vec()],
            _ => vec![state.to_vec(), self.blank(units)],
        };
        if self.alternates() {
            start.push(vec![held; units]);
        }
        start
    }

    /// The next state of a layer whose units receive these sums.
    fn moved(&self, layer: &Layer, state: &[f64], field: Vec<f64>) -> Vec<f64> {
        let units = state.iter().zip(field).zip(&layer.decay);
        let next = units.map(|((&state, field), decay)| match self.form {
            Form::Discrete if field > 0.0 => 1.0,
            Form::Discrete if field < 0.0 => -1.0,
            Form::Discrete => state,
            Form::Map => self.activation.value(field),
            Form::Euler { step } => state + step * (field - decay * state),
        });
        next.collect()
    }

    /// What reaches the other layer of a state.
    fn outputs(&self, state: &[f64]) -> Vec<f64> {
        match self.form {
            Form::Discrete | Form::Map => state.to_vec(),
            Form::Euler { .. } => state.iter().map(|&x| self.activation.value(x)).collect(),
        }
    }
}

impl Dynamics for Bidirectional {
    fn variables(&self) -> Vec<Variable> {
        let variable = |name: &'static str, length, role| Variable {
            name: name.into(),
            length,
            role,
        };
        let mut variables = vec![
            variable("x", self.x.units(), VariableRole::State),
            variable("y", self.y.units(), VariableRole::State),
        ];
        if self.alternates() {
            variables.push(variable("held", self.y.units(), VariableRole::Input));
        }
        variables
    }

    fn stop(&self) -> StopRule {
        self.stop
    }

    fn starts(&self) -> Vec<Start> {
        self.starts.clone()
    }

    fn start_from(&self, state: &[f64]) -> Start {
        self.from_layer(X, state)
    }

    fn start_from_variable(&self, variable: usize, state: &[f64]) -> Option<Start> {
        (variable <= Y).then(|| self.from_layer(variable, state))
    }

    fn step(&self, moment: &mut Moment) -> Option<bool> {
        let (x, y) = (moment.of(X).to_vec(), moment.of(Y).to_vec());
        let field = self.y.field(&self.outputs(&x));
        let mut next_y = self.moved(&self.y, &y, field);
        let mut holds = false;
        if self.alternates() && moment.step == 0 {
            let held = next_y.iter_mut().zip(&y).zip(moment.of(HELD));
            for ((next, y), _) in held.filter(|(_, held)| **held > 0.5) {
                (*next, holds) = (*y, true);
            }
        }
        let seen = if self.alternates() { &next_y } else { &y };
        let field = self.x.field(&self.outputs(seen));
        let next_x = self.moved(&self.x, &x, field);
        let change = largest_change(&[x, y], &[next_x.clone(), next_y.clone()]);
        moment.set(X, next_x);
        moment.set(Y, next_y);
        // A y that was kept may be about to change.
        Some(!holds && change <= self.stop.tolerance)
    }

    fn energy(&self, moment: &Moment) -> Option<f64> {
        self.energy_of(moment.of(X), moment.of(Y))
    }

    fn facts(&self, level: Level) -> Vec<Fact> {
        facts::facts(self, level)
    }

    fn answer(&self, moment: &Moment) -> Option<Answer> {
        self.recalled(moment.of(X), moment.of(Y))
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
