//! Long short-term memory in integers.
//!
//! `NAME_gates` makes all gates that see the cells before the step, each row with its own function;
//! `NAME` moves the cells. Without peepholes that stage gives the output, too; with them the output
//! gate sees the cells after the step, and has the stage `NAME_output`.

use network::Matrix;
use network::sequence::{Block, Lstm, LstmGate, Peepholes};
use program::{Format, NodeId, Part, Role, VectorId, When};

use super::cell::stacked;
use super::chain::{Chain, Flow};
use super::function::{Function, Use};
use crate::QuantizeError;
use crate::assembly::{Wide, Written};

/// The gates of a stage, one block of rows for each.
struct Rows {
    gates: Vec<LstmGate>,
    matrix: Matrix,
    bias: Vec<f64>,
}

impl Rows {
    fn new(cell: &Lstm, gates: &[LstmGate]) -> Rows {
        let blocks: Vec<Block> = gates.iter().map(|gate| cell.block(*gate)).collect();
        let (matrix, bias) = stacked(&blocks);
        Rows {
            gates: gates.to_vec(),
            matrix,
            bias,
        }
    }
}

/// The vectors of a cell while it is lowered.
struct Parts {
    hidden: Flow,
    cells: Flow,
    read: Flow,
    /// The gates, by block.
    gates: Vec<(LstmGate, Flow)>,
}

impl Parts {
    fn gate(&self, gate: LstmGate) -> Option<VectorId> {
        let mut gates = self.gates.iter();
        let found = gates.find(|(of, _)| *of == gate);
        found.map(|(_, flow)| flow.vector)
    }
}

impl Chain<'_> {
    /// The stages of the cell.
    pub fn lstm(
        &mut self,
        name: &str,
        cell: &Lstm,
        flow: Flow,
        last: bool,
    ) -> Result<Flow, QuantizeError> {
        let formats = self.formats;
        let hidden = self.kept(&format!("{name}_hidden"), &cell.initial, formats.data);
        let cells = self.kept(&format!("{name}_cell"), &cell.initial_cell, formats.cell);
        let read = self.beside(&format!("{name}_read"), &[flow, hidden]);
        let mut gates = vec![LstmGate::Input];
        if cell.peepholes.is_none() {
            gates.push(LstmGate::Output);
        }
        if !cell.coupled {
            gates.push(LstmGate::Forget);
        }
        gates.push(LstmGate::Candidate);
        let rows = Rows::new(cell, &gates);
        let mut parts = Parts {
            hidden,
            cells,
            read,
            gates: vec![],
        };
        parts.gates = self.gates(name, cell, &rows, &parts)?;
        let output = self.function(Use {
            activation: &cell.output,
            bound: formats.cell.value(formats.cell.min_raw()).abs(),
            clip: None,
            output: formats.gate,
        })?;
        match &cell.peepholes {
            None => self.cells(name, cell, &parts, Some((&output, last))),
            Some(peepholes) => {
                self.cells(name, cell, &parts, None)?;
                self.output_gate(name, cell, &parts, (peepholes, &output), last)
            }
        }
    }

    /// The stage of the gates that see the cells before the step.
    fn gates(
        &mut self,
        name: &str,
        cell: &Lstm,
        rows: &Rows,
        parts: &Parts,
    ) -> Result<Vec<(LstmGate, Flow)>, QuantizeError> {
        let units = cell.units();
        let stage = format!("{name}_gates");
        let source = self.source(&stage, parts.read, &rows.matrix, &rows.bias)?;
        let peep = match &cell.peepholes {
            Some(peepholes) => Some(self.peep(&stage, cell, rows, peepholes, parts.cells)?),
            None => None,
        };
        let seen = peep.as_ref().map_or(0.0, |peep| peep.bound);
        let bound = self.bound(parts.read, &rows.matrix, &rows.bias) + seen;
        let (clip, output) = (cell.clip, self.formats.gate);
        let mut function = |activation| {
            self.function(Use {
                activation,
                bound,
                clip,
                output,
            })
        };
        let (open, candidate) = (function(&cell.gate)?, function(&cell.candidate)?);
        let kinds = rows.gates.iter().flat_map(|gate| {
            let candidate = i64::from(*gate == LstmGate::Candidate);
            std::iter::repeat_n(candidate, units)
        });
        let kinds = Role::Parameter(kinds.collect());
        let all = units * rows.gates.len();
        let kinds = self
            .assembly
            .vector(&format!("{stage}_candidate"), all, Format::TRUTH, kinds);
        let same = cell.gate == cell.candidate;
        let given = self.writing(&stage, vec![source], all, (stage.clone(), false), |apply| {
            let mut sum = apply.gathered("sum", 0)?;
            if let Some(peep) = &peep {
                sum = peep.add(apply, sum)?;
            }
            let gate = open.of(apply, "gate", sum)?;
            if same {
                return Ok(gate);
            }
            let value = candidate.of(apply, "candidate", sum)?;
            let kind = apply.element("is_candidate", kinds)?;
            apply.select("chosen", kind, (value, gate))
        })?;
        let block = |at: usize| Part {
            of: given.vector,
            first: at * units,
            count: units,
        };
        let mut gates = vec![];
        for (at, &gate) in rows.gates.iter().enumerate() {
            let word = match gate {
                LstmGate::Input => "input_gate",
                LstmGate::Output => "output_gate",
                LstmGate::Forget => "forget_gate",
                LstmGate::Candidate => "candidate",
            };
            let view = self.joined(&format!("{name}_{word}"), vec![block(at)]);
            gates.push((gate, view));
        }
        Ok(gates)
    }

    /// What gates see of the cells before the step.
    fn peep(
        &mut self,
        stage: &str,
        cell: &Lstm,
        rows: &Rows,
        peepholes: &Peepholes,
        cells: Flow,
    ) -> Result<Peep, QuantizeError> {
        let units = cell.units();
        let weights: Vec<f64> = rows
            .gates
            .iter()
            .flat_map(|gate| match gate {
                LstmGate::Input => peepholes.input.clone(),
                LstmGate::Forget => peepholes.forget.clone(),
                LstmGate::Output | LstmGate::Candidate => vec![0.0; units],
            })
            .collect();
        let whole = Part {
            of: cells.vector,
            first: 0,
            count: units,
        };
        let seen = self.joined(&format!("{stage}_seen"), vec![whole; rows.gates.len()]);
        self.peephole(stage, &weights, seen.vector)
    }

    /// Weights of elements of a vector of cells.
    fn peephole(
        &mut self,
        stage: &str,
        weights: &[f64],
        seen: VectorId,
    ) -> Result<Peep, QuantizeError> {
        let format = self.formats.cell;
        let most = format.value(format.min_raw()).abs();
        let largest = weights.iter().fold(0.0, |most: f64, of| most.max(of.abs()));
        let weights = self.element_weights(&format!("{stage}_peephole"), weights)?;
        Ok(Peep {
            weights,
            seen,
            bound: most * largest,
        })
    }

    /// The stage of the cells; of the output, too, where its gate is there.
    fn cells(
        &mut self,
        name: &str,
        cell: &Lstm,
        parts: &Parts,
        output: Option<(&Function, bool)>,
    ) -> Result<Flow, QuantizeError> {
        let formats = self.formats;
        let last = output.is_some_and(|(_, last)| last);
        let new = self.given(cell.units(), last);
        self.assembly
            .stage(name, When::EveryStep, vec![], |apply| {
                let own = |apply: &mut Wide<'_>, name: &str, of: Option<VectorId>| {
                    apply.element(name, of.ok_or(QuantizeError::Mismatched)?)
                };
                let input = own(apply, "input_gate", parts.gate(LstmGate::Input))?;
                let candidate = own(apply, "candidate", parts.gate(LstmGate::Candidate))?;
                let before = apply.element("cell_before", parts.cells.vector)?;
                let forget = match parts.gate(LstmGate::Forget) {
                    Some(gate) => apply.element("forget_gate", gate)?,
                    None => {
                        let one = formats.gate.fraction().clamp(0, 62);
                        let one = apply.known("one", 1 << one, holding_one(one)?)?;
                        apply.minus("forget_gate", one, input)?
                    }
                };
                let kept = apply.product("kept", forget, before)?;
                let taken = apply.product("taken", input, candidate)?;
                let sum = apply.plus("cell_sum", kept, taken)?;
                let next = apply.resized("cell_next", sum, formats.cell, formats.manner)?;
                let mut known = vec![(parts.cells.vector, next)];
                let mut made = vec![];
                if let Some((function, _)) = output {
                    let gate = own(apply, "output_gate", parts.gate(LstmGate::Output))?;
                    let shown = function.of(apply, "shown", next)?;
                    let hidden = apply.product("hidden_product", gate, shown)?;
                    let node = apply.resized("hidden", hidden, formats.data, formats.manner)?;
                    known.push((parts.hidden.vector, node));
                    made = new(node);
                }
                Ok(Written {
                    known,
                    new: made,
                    rest: None,
                })
            })?;
        Ok(Flow {
            given: last,
            ..parts.hidden
        })
    }

    /// The stage of an output gate that sees the cells after the step, and of the output.
    fn output_gate(
        &mut self,
        name: &str,
        cell: &Lstm,
        parts: &Parts,
        (peepholes, shown): (&Peepholes, &Function),
        last: bool,
    ) -> Result<Flow, QuantizeError> {
        let formats = self.formats;
        let stage = format!("{name}_output");
        let rows = Rows::new(cell, &[LstmGate::Output]);
        let source = self.source(&stage, parts.read, &rows.matrix, &rows.bias)?;
        let peep = self.peephole(&stage, &peepholes.output, parts.cells.vector)?;
        let open = self.function(Use {
            activation: &cell.gate,
            bound: self.bound(parts.read, &rows.matrix, &rows.bias) + peep.bound,
            clip: cell.clip,
            output: formats.gate,
        })?;
        self.moving(&stage, vec![source], parts.hidden, last, |apply| {
            let sum = apply.gathered("sum", 0)?;
            let sum = peep.add(apply, sum)?;
            let gate = open.of(apply, "output_gate", sum)?;
            let now = apply.element("cell_now", parts.cells.vector)?;
            let shown = shown.of(apply, "shown", now)?;
            let hidden = apply.product("hidden_product", gate, shown)?;
            apply.resized("hidden", hidden, formats.data, formats.manner)
        })
    }
}

/// The word for 1 with so many fraction bits.
fn holding_one(fraction: i32) -> Result<Format, QuantizeError> {
    let format = Format::signed_holding(0, 1 << fraction, fraction);
    format.ok_or(QuantizeError::TooWide { of: "a gate" })
}

/// Weights of elements of a vector, and that vector.
struct Peep {
    weights: VectorId,
    seen: VectorId,
    /// The largest magnitude of a product.
    bound: f64,
}

impl Peep {
    /// A node with the product added.
    fn add(&self, apply: &mut Wide<'_>, sum: NodeId) -> Result<NodeId, QuantizeError> {
        let weight = apply.element("peephole", self.weights)?;
        let seen = apply.element("cell_seen", self.seen)?;
        let product = apply.product("peeped", weight, seen)?;
        apply.plus("sum_peeped", sum, product)
    }
}
