//! Jordan's layer: M. I. Jordan, Serial order: a parallel distributed processing approach, ICS
//! Report 8604 (1986), with a context that is the last output.

use super::gates::{Gates, clipped, list, sane};
use super::recurrent::State;
use super::{Dense, gates};
use crate::activation::Activation;
use crate::problem::Problem;

/// `h = f(W x + R y + b)`, `y+ = g(V h + c)`; gives `y+`, which goes back, not h.
#[derive(Debug, Clone, PartialEq)]
pub struct Jordan {
    /// One gate: W [H, I], R [H, O], b [H].
    pub gates: Gates,
    /// f.
    pub activation: Activation,
    /// The largest magnitude of the argument of f.
    pub clip: Option<f64>,
    /// What leads from h to y: V [O, H], c [O], g.
    pub readout: Dense,
    /// y before the first step: [O].
    pub initial: Vec<f64>,
}

impl Jordan {
    /// Its hidden units, H.
    pub fn units(&self) -> usize {
        self.gates.input.rows()
    }

    /// The state before the first step: y.
    pub fn start(&self) -> State {
        State::of(&self.initial)
    }

    /// One step.
    pub fn step(&self, x: &[f64], state: &mut State) -> Vec<f64> {
        let unit = |row| {
            let sum = self.gates.sum(row, x, &state.hidden);
            self.activation.value(clipped(sum, self.clip))
        };
        let hidden: Vec<f64> = (0..self.units()).map(unit).collect();
        state.hidden = self.readout.apply(&hidden);
        state.hidden.clone()
    }

    /// That its parts fit each other and so many inputs.
    pub(super) fn check(&self, inputs: usize) -> Result<(), Problem> {
        let (units, outputs) = (self.units(), self.readout.units());
        sane(units, self.clip)?;
        gates::sane(outputs, None)?;
        self.gates.check(1, units, inputs, outputs)?;
        self.readout.check(units)?;
        list("the initial state", &self.initial, outputs)
    }
}
