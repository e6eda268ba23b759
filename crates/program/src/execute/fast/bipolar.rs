//! Sums over a bipolar state, kept up to date as units flip.
//!
//! A flip of unit j changes every sum i by `2 w_ij` up or down, so that a step costs one pass over
//! a column of weights for each unit that flips, and nothing for those that do not.

use crate::execute::blocks::Blocks;
use crate::format::Format;
use crate::program::Program;
use crate::stage::{Arrangement, Expression, NodeId, Operation, Role, Stage, VectorId};

/// The widest accumulator whose sums, and steps of twice a weight, stay within 32 bits.
const MAX_ACCUMULATOR: u32 = 30;

/// The kernel of a stage whose state takes the sign of its sum, and keeps it where that is zero.
#[derive(Debug, Clone)]
pub struct Bipolar {
    state: VectorId,
    /// `2 w_ij` by source: for each j the sums that it enters.
    columns: Columns,
    sums: Vec<i32>,
    /// The state that `sums` belongs to.
    known: Vec<i64>,
}

#[derive(Debug, Clone)]
enum Columns {
    Dense(Vec<i32>),
    Sparse(Vec<Vec<(u32, i32)>>),
}

impl Bipolar {
    /// The kernel of a stage, where it applies.
    pub fn of(program: &Program, stage: &Stage) -> Option<Bipolar> {
        let ([gather], [(target, node)], None) = (
            stage.gathers.as_slice(),
            stage.writes.as_slice(),
            stage.rest,
        ) else {
            return None;
        };
        let vector = program.vector(*target)?;
        let plain = gather.source == *target && gather.map.is_none();
        let bipolar = vector.format == Format::BIPOLAR && vector.role == Role::State;
        let narrow = gather.accumulator.width() <= MAX_ACCUMULATOR;
        let sign = takes_sign(&stage.apply, *node, *target) && cannot_overflow(&stage.apply);
        if !(plain && bipolar && narrow && sign && stage.when.in_steps()) {
            return None;
        }
        let units = vector.shape.elements();
        // The sums where every unit is -1.
        let mut sums = match gather.offset {
            None => vec![0; units],
            Some(offset) => match &program.vector(offset)?.role {
                Role::Parameter(values) => values.iter().map(|&value| value as i32).collect(),
                _ => return None,
            },
        };
        let columns = match &gather.weights.arrangement {
            Arrangement::Dense {
                columns, values, ..
            } => {
                let mut by_source = vec![0i32; values.len()];
                for (row, weights) in values.chunks(*columns).enumerate() {
                    for (column, &weight) in weights.iter().enumerate() {
                        sums[row] -= weight as i32;
                        by_source[column * units + row] = 2 * weight as i32;
                    }
                }
                Columns::Dense(by_source)
            }
            Arrangement::Sparse { columns, rows } => {
                let mut by_source = vec![vec![]; *columns];
                for (row, weights) in rows.iter().enumerate() {
                    for &(column, weight) in weights {
                        sums[row] -= weight as i32;
                        by_source[column].push((row as u32, 2 * weight as i32));
                    }
                }
                Columns::Sparse(by_source)
            }
            Arrangement::Stencil { .. } => return None,
        };
        Some(Bipolar {
            state: *target,
            columns,
            sums,
            known: vec![-1; units],
        })
    }

    /// Runs the stage once.
    pub fn run(&mut self, values: &mut [Vec<i64>], blocks: &Blocks) {
        let Some(state) = values.get_mut(self.state.0) else {
            return;
        };
        self.catch_up(state);
        let mut flips = vec![];
        for block in blocks {
            flips.clear();
            for unit in block {
                let next = match self.sums[unit].signum() {
                    0 => state[unit],
                    sign => i64::from(sign),
                };
                if next != state[unit] {
                    flips.push(unit);
                }
            }
            for &unit in &flips {
                state[unit] = -state[unit];
                self.flip(unit, state[unit] > 0);
            }
        }
        self.known.clone_from(state);
    }

    /// Brings the sums to the present state.
    fn catch_up(&mut self, state: &[i64]) {
        for (unit, &value) in state.iter().enumerate() {
            if value != self.known[unit] {
                self.flip(unit, value > 0);
            }
        }
    }

    fn flip(&mut self, unit: usize, up: bool) {
        match &self.columns {
            Columns::Dense(columns) => {
                let units = self.sums.len();
                let column = &columns[unit * units..(unit + 1) * units];
                if up {
                    self.sums
                        .iter_mut()
                        .zip(column)
                        .for_each(|(sum, twice)| *sum += twice);
                } else {
                    self.sums
                        .iter_mut()
                        .zip(column)
                        .for_each(|(sum, twice)| *sum -= twice);
                }
            }
            Columns::Sparse(columns) => {
                for &(row, twice) in &columns[unit] {
                    self.sums[row as usize] += if up { twice } else { -twice };
                }
            }
        }
    }
}

/// Whether a node is +1 for a positive sum, -1 for a negative one, and else the state itself.
fn takes_sign(apply: &Expression, node: NodeId, state: VectorId) -> bool {
    let operation = |node: NodeId| apply.nodes.get(node.0).map(|node| node.operation);
    let is = |node: NodeId, wanted: Operation| operation(node) == Some(wanted);
    let positive = |node: NodeId| match operation(node) {
        Some(Operation::Less(a, b)) => {
            is(a, Operation::Constant(0)) && is(b, Operation::Gathered(0))
        }
        _ => false,
    };
    let negative = |node: NodeId| match operation(node) {
        Some(Operation::Less(a, b)) => {
            is(a, Operation::Gathered(0)) && is(b, Operation::Constant(0))
        }
        _ => false,
    };
    let Some(Operation::Select {
        condition,
        high,
        low,
    }) = operation(node)
    else {
        return false;
    };
    let Some(Operation::Select {
        condition: second,
        high: minus,
        low: kept,
    }) = operation(low)
    else {
        return false;
    };
    positive(condition)
        && is(high, Operation::Constant(1))
        && negative(second)
        && is(minus, Operation::Constant(-1))
        && is(kept, Operation::Element(state))
}

/// Whether no node of an expression can leave its format, used or not: none is arithmetic.
fn cannot_overflow(apply: &Expression) -> bool {
    apply.nodes.iter().all(|node| match node.operation {
        Operation::Gathered(_)
        | Operation::Element(_)
        | Operation::Constant(_)
        | Operation::Less(..)
        | Operation::Select { .. }
        | Operation::Minimum(..)
        | Operation::Maximum(..)
        | Operation::Lookup { .. } => true,
        Operation::Add(..)
        | Operation::Subtract(..)
        | Operation::Multiply(..)
        | Operation::Scale(_)
        | Operation::Resize { .. } => false,
    })
}
