//! Long short-term memory: S. Hochreiter, J. Schmidhuber, Neural Computation 9 (1997) 1735; with
//! forget gates (F. A. Gers et al., Neural Computation 12 (2000) 2451) and peepholes (F. A. Gers,
//! N. N. Schraudolph, J. Schmidhuber, JMLR 3 (2002) 115); as the operator `LSTM` of ONNX.

use super::gates::{Block, Gates, clipped, list, sane};
use super::recurrent::State;
use crate::activation::Activation;
use crate::problem::Problem;

/// With `*` element by element, and the arguments of f and g (not that of h) held within the clip:
///
/// ```text
/// i  = f(Wi x + Ri h + bi + Pi * c)
/// f  = f(Wf x + Rf h + bf + Pf * c), or 1 - i where input and forget gate are coupled
/// c+ = f * c + i * g(Wc x + Rc h + bc)
/// o  = f(Wo x + Ro h + bo + Po * c+)
/// h+ = o * h(c+)
/// ```
///
/// It gives `h+`.
#[derive(Debug, Clone, PartialEq)]
pub struct Lstm {
    /// Four gates, in the order of [`LstmGate`]: W [4 H, I], R [4 H, H], b [4 H].
    pub gates: Gates,
    /// What the gates see of c, where they do.
    pub peepholes: Option<Peepholes>,
    /// Whether the forget gate is `1 - i`, whatever its weights.
    pub coupled: bool,
    /// The largest magnitude of the arguments of f and g.
    pub clip: Option<f64>,
    /// f, of the three gates.
    pub gate: Activation,
    /// g, of what may enter c.
    pub candidate: Activation,
    /// h, of what leaves c.
    pub output: Activation,
    /// h before the first step: [H].
    pub initial: Vec<f64>,
    /// c before the first step: [H].
    pub initial_cell: Vec<f64>,
}

/// The gates of an LSTM in the order of their blocks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LstmGate {
    /// i.
    Input,
    /// o.
    Output,
    /// f.
    Forget,
    /// What may enter the cell.
    Candidate,
}

/// Weights from each cell to its own gates, each [H].
#[derive(Debug, Clone, PartialEq)]
pub struct Peepholes {
    /// To the input gate, from c before the step.
    pub input: Vec<f64>,
    /// To the output gate, from c after it.
    pub output: Vec<f64>,
    /// To the forget gate, from c before the step.
    pub forget: Vec<f64>,
}

impl Lstm {
    /// Its units, H.
    pub fn units(&self) -> usize {
        self.gates.fed_back()
    }

    /// The weights of a gate.
    pub fn block(&self, gate: LstmGate) -> Block {
        self.gates.block(gate as usize, self.units())
    }

    /// The state before the first step.
    pub fn start(&self) -> State {
        State {
            hidden: self.initial.clone(),
            cell: self.initial_cell.clone(),
            ..State::default()
        }
    }

    /// One step.
    pub fn step(&self, x: &[f64], state: &mut State) -> Vec<f64> {
        let units = self.units();
        let mut next = State::default();
        for unit in 0..units {
            let sum = |gate: LstmGate| {
                self.gates
                    .sum(gate as usize * units + unit, x, &state.hidden)
            };
            let peep = |of: fn(&Peepholes) -> &Vec<f64>, cell: f64| {
                let weights = self.peepholes.as_ref().map(of);
                weights
                    .and_then(|all| all.get(unit))
                    .copied()
                    .unwrap_or(0.0)
                    * cell
            };
            let open = |sum: f64| self.gate.value(clipped(sum, self.clip));
            let before = state.cell.get(unit).copied().unwrap_or(0.0);
            let input = open(sum(LstmGate::Input) + peep(|all| &all.input, before));
            let forget = match self.coupled {
                true => 1.0 - input,
                false => open(sum(LstmGate::Forget) + peep(|all| &all.forget, before)),
            };
            let candidate = clipped(sum(LstmGate::Candidate), self.clip);
            let cell = forget * before + input * self.candidate.value(candidate);
            let output = open(sum(LstmGate::Output) + peep(|all| &all.output, cell));
            next.hidden.push(output * self.output.value(cell));
            next.cell.push(cell);
        }
        *state = next;
        state.hidden.clone()
    }

    /// That its parts fit each other and so many inputs.
    pub(super) fn check(&self, inputs: usize) -> Result<(), Problem> {
        let units = self.units();
        sane(units, self.clip)?;
        self.gates.check(4, units, inputs, units)?;
        if let Some(peepholes) = &self.peepholes {
            list(
                "the list of peepholes of the input gate",
                &peepholes.input,
                units,
            )?;
            list(
                "the list of peepholes of the output gate",
                &peepholes.output,
                units,
            )?;
            list(
                "the list of peepholes of the forget gate",
                &peepholes.forget,
                units,
            )?;
        }
        list("the initial state", &self.initial, units)?;
        list("the initial state of the cells", &self.initial_cell, units)
    }
}
