//! Elman's layer: J. L. Elman, Finding structure in time, Cognitive Science 14 (1990) 179; as the
//! operator `RNN` of ONNX. With a leak it has the units of H. Jaeger, M. Lukosevicius, D. Popovici,
//! U. Siewert, Optimization and applications of echo state networks with leaky-integrator neurons,
//! Neural Networks 20 (2007) 335, in the discrete form of M. Lukosevicius, A practical guide to
//! applying echo state networks (2012), equations 2 and 3.

use super::gates::{Gates, clipped, list, sane};
use super::recurrent::State;
use crate::activation::Activation;
use crate::problem::Problem;

/// `h+ = (1 - leak) h + leak f(W x + R h + b)`; gives `h+`.
#[derive(Debug, Clone, PartialEq)]
pub struct Elman {
    /// One gate: W [H, I], R [H, H], b [H].
    pub gates: Gates,
    /// f.
    pub activation: Activation,
    /// The largest magnitude of the argument of f.
    pub clip: Option<f64>,
    /// The share of a unit that is new after a step, above 0; 1 for Elman's own layer.
    pub leak: f64,
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
            let before = state.hidden.get(row).copied().unwrap_or(0.0);
            let new = self.activation.value(clipped(sum, self.clip));
            match self.leak == 1.0 {
                true => new,
                false => (1.0 - self.leak) * before + self.leak * new,
            }
        };
        state.hidden = (0..self.units()).map(unit).collect();
        state.hidden.clone()
    }

    /// That its parts fit each other and so many inputs.
    pub(super) fn check(&self, inputs: usize) -> Result<(), Problem> {
        let units = self.units();
        sane(units, self.clip)?;
        if !(self.leak > 0.0 && self.leak <= 1.0) {
            return Err(Problem::OutOfRange {
                what: "the leak",
                value: self.leak,
                low: f64::MIN_POSITIVE,
                high: 1.0,
            });
        }
        self.gates.check(1, units, inputs, units)?;
        list("the initial state", &self.initial, units)
    }
}
