//! Gated recurrent units: K. Cho et al., Learning phrase representations using RNN encoder-decoder
//! for statistical machine translation, EMNLP (2014) 1724; as the operator `GRU` of ONNX.

use super::gates::{Block, Gates, clipped, list, sane};
use super::recurrent::State;
use crate::activation::Activation;
use crate::problem::Problem;

/// With `*` element by element, and the arguments of f and g held within the clip:
///
/// ```text
/// z  = f(Wz x + Rz h + bz)
/// r  = f(Wr x + Rr h + br)
/// n  = g(Wn x + Rn (r * h) + bn)         reset before the product
/// n  = g(Wn x + r * (Rn h + an) + bn)    reset after it
/// h+ = (1 - z) * n + z * h
/// ```
///
/// It gives `h+`.
#[derive(Debug, Clone, PartialEq)]
pub struct Gru {
    /// Three gates, in the order of [`GruGate`]: W [3 H, I], R [3 H, H], b [3 H]. The bias of the
    /// candidate is `bn`; where the reset comes before the product, both biases of ONNX are in it.
    pub gates: Gates,
    /// Where the reset gate stands.
    pub reset: ResetForm,
    /// The largest magnitude of the arguments of f and g.
    pub clip: Option<f64>,
    /// f, of the two gates.
    pub gate: Activation,
    /// g, of the candidate.
    pub candidate: Activation,
    /// h before the first step: [H].
    pub initial: Vec<f64>,
}

/// Where the reset gate stands.
#[derive(Debug, Clone, PartialEq)]
pub enum ResetForm {
    /// Before the product with the recurrent weights: `linear_before_reset = 0` of ONNX, as in the
    /// paper.
    Before,
    /// After it: `linear_before_reset = 1`, as in PyTorch and cuDNN.
    After {
        /// `an`, the bias within the reset: [H].
        bias: Vec<f64>,
    },
}

/// The gates of a GRU in the order of their blocks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GruGate {
    /// z.
    Update,
    /// r.
    Reset,
    /// What may become the state.
    Candidate,
}

impl Gru {
    /// Its units, H.
    pub fn units(&self) -> usize {
        self.gates.fed_back()
    }

    /// The weights of a gate.
    pub fn block(&self, gate: GruGate) -> Block {
        self.gates.block(gate as usize, self.units())
    }

    /// The state before the first step.
    pub fn start(&self) -> State {
        State::of(&self.initial)
    }

    /// One step.
    pub fn step(&self, x: &[f64], state: &mut State) -> Vec<f64> {
        let units = self.units();
        let row = |gate: GruGate, unit: usize| gate as usize * units + unit;
        let open = |gate: GruGate, unit: usize| {
            let sum = self.gates.sum(row(gate, unit), x, &state.hidden);
            self.gate.value(clipped(sum, self.clip))
        };
        let reset: Vec<f64> = (0..units).map(|unit| open(GruGate::Reset, unit)).collect();
        let kept: Vec<f64> = reset
            .iter()
            .zip(&state.hidden)
            .map(|(r, h)| r * h)
            .collect();
        let next = (reset.iter().zip(&state.hidden).enumerate()).map(|(unit, (reset, before))| {
            let candidate = row(GruGate::Candidate, unit);
            let back = match &self.reset {
                ResetForm::Before => self.gates.recurrent.row_times(candidate, &kept),
                ResetForm::After { bias } => {
                    let back = self.gates.recurrent.row_times(candidate, &state.hidden);
                    reset * (back + bias.get(unit).copied().unwrap_or(0.0))
                }
            };
            let sum = self.gates.input_sum(candidate, x) + back;
            let new = self.candidate.value(clipped(sum, self.clip));
            let update = open(GruGate::Update, unit);
            (1.0 - update) * new + update * before
        });
        state.hidden = next.collect();
        state.hidden.clone()
    }

    /// That its parts fit each other and so many inputs.
    pub(super) fn check(&self, inputs: usize) -> Result<(), Problem> {
        let units = self.units();
        sane(units, self.clip)?;
        self.gates.check(3, units, inputs, units)?;
        if let ResetForm::After { bias } = &self.reset {
            list("the bias within the reset", bias, units)?;
        }
        list("the initial state", &self.initial, units)
    }
}
