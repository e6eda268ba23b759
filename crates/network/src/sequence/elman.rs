//! Elman's layer: J. L. Elman, Finding structure in time, Cognitive Science 14 (1990) 179; as the
//! operator `RNN` of ONNX.

use super::gates::{Gates, clipped, list, sane};
use super::recurrent::State;
use crate::activation::Activation;
use crate::problem::Problem;

/// `h+ = f(W x + R h + b)`; gives `h+`.
#[derive(Debug, Clone, PartialEq)]
pub struct Elman {
    /// One gate: W [H, I], R [H, H], b [H].
    pub gates: Gates,
    /// f.
    pub activation: Activation,
    /// The largest magnitude of the argument of f.
    pub clip: Option<f64>,
    /// h before the first step: [H].
    pub initial: Vec<f64>,
}

impl Elman {
    /// Its units, H.
    pub fn units(&self) -> usize {
        self.gates.fed_back()
    }

    /// The state before the first step.
    pub fn start(&self) -> State {
        State::of(&self.initial)
    }

    /// One step.
    pub fn step(&self, x: &[f64], state: &mut State) -> Vec<f64> {
        let unit = |row| {
            let sum = self.gates.sum(row, x, &state.hidden);
            self.activation.value(clipped(sum, self.clip))
        };
        state.hidden = (0..self.units()).map(unit).collect();
        state.hidden.clone()
    }

    /// That its parts fit each other and so many inputs.
    pub(super) fn check(&self, inputs: usize) -> Result<(), Problem> {
        let units = self.units();
        sane(units, self.clip)?;
        self.gates.check(1, units, inputs, units)?;
        list("the initial state", &self.initial, units)
    }
}
