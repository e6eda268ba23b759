//! Gated recurrent units in integers.
//!
//! `NAME_gates` makes the update and reset gates. Where the reset comes before the product,
//! `NAME_reset` weighs the state with it, and `NAME` gathers from that; where it comes after,
//! `NAME_entering` weighs the input, and `NAME` the state.

use network::sequence::{Gru, GruGate, ResetForm};
use program::{NodeId, Part, VectorId};

use super::cell::{side_by_side, stacked};
use super::chain::{Chain, Flow};
use super::function::{Function, Use};
use crate::QuantizeError;
use crate::assembly::Wide;

/// Fraction bits of the weighted input beyond those of arguments.
const GUARD: i32 = 2;

impl Chain<'_> {
    /// The stages of the cell.
    pub fn gru(
        &mut self,
        name: &str,
        cell: &Gru,
        flow: Flow,
        last: bool,
    ) -> Result<Flow, QuantizeError> {
        let hidden = self.kept(&format!("{name}_hidden"), &cell.initial, self.formats.data);
        let read = self.beside(&format!("{name}_read"), &[flow, hidden]);
        let gates = self.gru_gates(name, cell, read)?;
        match &cell.reset {
            ResetForm::Before => self.reset_before(name, cell, (flow, hidden), gates, last),
            ResetForm::After { bias } => {
                self.reset_after(name, cell, (flow, hidden), (gates, bias), last)
            }
        }
    }

    /// The update and the reset gate.
    fn gru_gates(
        &mut self,
        name: &str,
        cell: &Gru,
        read: Flow,
    ) -> Result<[VectorId; 2], QuantizeError> {
        let units = cell.units();
        let stage = format!("{name}_gates");
        let (matrix, bias) = stacked(&[cell.block(GruGate::Update), cell.block(GruGate::Reset)]);
        let source = self.source(&stage, read, &matrix, &bias)?;
        let open = self.function(Use {
            activation: &cell.gate,
            bound: self.bound(read, &matrix, &bias),
            clip: cell.clip,
            output: self.formats.gate,
        })?;
        let given = (stage.clone(), false);
        let given = self.writing(&stage, vec![source], 2 * units, given, |apply| {
            let sum = apply.gathered("sum", 0)?;
            open.of(apply, "gate", sum)
        })?;
        let mut view = |word: &str, first: usize| {
            let part = Part {
                of: given.vector,
                first,
                count: units,
            };
            self.joined(&format!("{name}_{word}"), vec![part]).vector
        };
        Ok([view("update_gate", 0), view("reset_gate", units)])
    }

    fn reset_before(
        &mut self,
        name: &str,
        cell: &Gru,
        (flow, hidden): (Flow, Flow),
        [update, reset]: [VectorId; 2],
        last: bool,
    ) -> Result<Flow, QuantizeError> {
        let (units, formats) = (cell.units(), self.formats);
        let stage = format!("{name}_reset");
        let back = self.writing(&stage, vec![], units, (stage.clone(), false), |apply| {
            let gate = apply.element("reset_gate", reset)?;
            let before = apply.element("before", hidden.vector)?;
            let product = apply.product("product", gate, before)?;
            apply.resized("kept", product, formats.data, formats.manner)
        })?;
        let read = self.beside(&format!("{name}_candidate_read"), &[flow, back]);
        let block = cell.block(GruGate::Candidate);
        let matrix = side_by_side(&block.input, &block.recurrent);
        let source = self.source(name, read, &matrix, &block.bias)?;
        let candidate = self.candidate(cell, self.bound(read, &matrix, &block.bias))?;
        self.moving(name, vec![source], hidden, last, |apply| {
            let sum = apply.gathered("sum", 0)?;
            let new = candidate.of(apply, "candidate", sum)?;
            let before = apply.element("before", hidden.vector)?;
            let gate = apply.element("update_gate", update)?;
            let next = between(apply, gate, (new, before))?;
            apply.resized("hidden", next, formats.data, formats.manner)
        })
    }

    fn reset_after(
        &mut self,
        name: &str,
        cell: &Gru,
        (flow, hidden): (Flow, Flow),
        ([update, reset], bias): ([VectorId; 2], &[f64]),
        last: bool,
    ) -> Result<Flow, QuantizeError> {
        let (units, formats) = (cell.units(), self.formats);
        let block = cell.block(GruGate::Candidate);
        let stage = format!("{name}_entering");
        let source = self.source(&stage, flow, &block.input, &block.bias)?;
        let fraction = formats.argument + GUARD;
        let entering = (stage.clone(), false);
        let entering = self.writing(&stage, vec![source], units, entering, |apply| {
            let sum = apply.gathered("sum", 0)?;
            apply.rounded("entering", sum, fraction, formats.manner.0)
        })?;
        let source = self.source(name, hidden, &block.recurrent, bias)?;
        let bound = self.bound(flow, &block.input, &block.bias)
            + self.bound(hidden, &block.recurrent, bias);
        let candidate = self.candidate(cell, bound)?;
        self.moving(name, vec![source], hidden, last, |apply| {
            let back = apply.gathered("back", 0)?;
            let back = apply.rounded("back_rounded", back, fraction, formats.manner.0)?;
            let gate = apply.element("reset_gate", reset)?;
            let back = apply.product("back_reset", gate, back)?;
            let entering = apply.element("entering", entering.vector)?;
            let sum = apply.plus("sum", entering, back)?;
            let new = candidate.of(apply, "candidate", sum)?;
            let before = apply.element("before", hidden.vector)?;
            let gate = apply.element("update_gate", update)?;
            let next = between(apply, gate, (new, before))?;
            apply.resized("hidden", next, formats.data, formats.manner)
        })
    }

    fn candidate(&mut self, cell: &Gru, bound: f64) -> Result<Function, QuantizeError> {
        self.function(Use {
            activation: &cell.candidate,
            bound,
            clip: cell.clip,
            output: self.formats.gate,
        })
    }
}

/// `(1 - gate) new + gate before`, as `new + gate (before - new)`: one product.
fn between(
    apply: &mut Wide<'_>,
    gate: NodeId,
    (new, before): (NodeId, NodeId),
) -> Result<NodeId, QuantizeError> {
    let difference = apply.minus("difference", before, new)?;
    let moved = apply.product("moved", gate, difference)?;
    apply.plus("next", new, moved)
}
