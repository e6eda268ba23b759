//! Templates over grids, row by row: each tap of the template and each node of the expression is
//! one loop over a row.
//!
//! The kernel is made only where the ranges prove that no value leaves its format, so that nothing
//! needs to be checked while it runs.

use crate::program::Program;
use crate::range::interval::saturation;
use crate::rounding::Rounding;
use crate::stage::{Arrangement, Boundary, Expression, NodeId, Operation, Shape, Stage, VectorId};

mod proof;

/// The kernel of a stage with one stencil gather.
#[derive(Debug, Clone)]
pub struct GridKernel {
    rows: usize,
    columns: usize,
    radius: usize,
    /// (rows south, columns east, weight), without zeros.
    taps: Vec<(usize, usize, i64)>,
    boundary: Boundary,
    source: VectorId,
    map: Option<(Expression, NodeId)>,
    offset: Option<VectorId>,
    apply: Expression,
    writes: Vec<(VectorId, NodeId)>,
}

impl GridKernel {
    /// The kernel of a stage, where it applies.
    pub fn of(program: &Program, stage: &Stage) -> Option<GridKernel> {
        let [gather] = stage.gathers.as_slice() else {
            return None;
        };
        let Arrangement::Stencil {
            radius,
            coefficients,
            boundary,
        } = &gather.weights.arrangement
        else {
            return None;
        };
        let Shape::Grid { rows, columns } = program.vector(gather.source)?.shape else {
            return None;
        };
        let proved = proof::holds(program, stage, gather);
        let side = 2 * radius + 1;
        let taps = coefficients
            .iter()
            .enumerate()
            .filter(|(_, weight)| **weight != 0);
        proved.then(|| GridKernel {
            rows,
            columns,
            radius: *radius,
            taps: taps
                .map(|(place, &weight)| (place / side, place % side, weight))
                .collect(),
            boundary: *boundary,
            source: gather.source,
            map: gather.map.clone(),
            offset: gather.offset,
            apply: stage.apply.clone(),
            writes: stage.writes.clone(),
        })
    }

    /// Runs the stage once.
    pub fn run(&self, values: &mut [Vec<i64>]) {
        let padded = self.padded(values);
        let width = self.columns + 2 * self.radius;
        let mut results: Vec<Vec<i64>> = self
            .writes
            .iter()
            .map(|_| Vec::with_capacity(self.rows * self.columns))
            .collect();
        let mut nodes = vec![vec![0i64; self.columns]; self.apply.nodes.len()];
        let mut sum = vec![0i64; self.columns];
        for row in 0..self.rows {
            let cells = row * self.columns..(row + 1) * self.columns;
            match self.offset {
                Some(offset) => sum.copy_from_slice(&values[offset.0][cells.clone()]),
                None => sum.fill(0),
            }
            for &(south, east, weight) in &self.taps {
                let start = (row + south) * width + east;
                let source = &padded[start..start + self.columns];
                sum.iter_mut()
                    .zip(source)
                    .for_each(|(sum, &source)| *sum += weight * source);
            }
            evaluate(&self.apply, &mut nodes, &sum, values, cells);
            for (result, (_, node)) in results.iter_mut().zip(&self.writes) {
                result.extend_from_slice(&nodes[node.0]);
            }
        }
        for ((target, _), result) in self.writes.iter().zip(results) {
            values[target.0] = result;
        }
    }

    /// The mapped source with `radius` cells beyond each edge.
    fn padded(&self, values: &[Vec<i64>]) -> Vec<i64> {
        let source = &values[self.source.0];
        let mapped = self.map.as_ref().map(|(map, node)| {
            let mut nodes = vec![vec![0i64; source.len()]; map.nodes.len()];
            evaluate(map, &mut nodes, &[], values, 0..source.len());
            nodes.swap_remove(node.0)
        });
        let source = mapped.as_ref().unwrap_or(source);
        let (rows, columns, radius) = (self.rows as i64, self.columns as i64, self.radius as i64);
        let mut padded =
            Vec::with_capacity(((rows + 2 * radius) * (columns + 2 * radius)) as usize);
        for row in -radius..rows + radius {
            let Some(real) = beyond(row, rows, self.boundary) else {
                let value = fixed(self.boundary);
                padded.resize(padded.len() + (columns + 2 * radius) as usize, value);
                continue;
            };
            let cells = &source[(real * columns) as usize..((real + 1) * columns) as usize];
            let edge = |column: i64| match beyond(column, columns, self.boundary) {
                Some(column) => cells[column as usize],
                None => fixed(self.boundary),
            };
            padded.extend((-radius..0).map(edge));
            padded.extend_from_slice(cells);
            padded.extend((columns..columns + radius).map(edge));
        }
        padded
    }
}

/// The place on the grid that stands for a place; `None` where the boundary's value does.
fn beyond(place: i64, length: i64, boundary: Boundary) -> Option<i64> {
    match boundary {
        _ if (0..length).contains(&place) => Some(place),
        Boundary::Fixed(_) => None,
        Boundary::ZeroFlux => Some(place.clamp(0, length - 1)),
        Boundary::Periodic => Some(place.rem_euclid(length)),
    }
}

fn fixed(boundary: Boundary) -> i64 {
    match boundary {
        Boundary::Fixed(value) => value,
        Boundary::ZeroFlux | Boundary::Periodic => 0,
    }
}

/// Every node of an expression over a run of cells.
fn evaluate(
    expression: &Expression,
    nodes: &mut [Vec<i64>],
    sum: &[i64],
    values: &[Vec<i64>],
    cells: std::ops::Range<usize>,
) {
    for (place, node) in expression.nodes.iter().enumerate() {
        let (earlier, rest) = nodes.split_at_mut(place);
        let result = rest[0].as_mut_slice();
        let of = |id: NodeId| earlier[id.0].as_slice();
        match node.operation {
            Operation::Gathered(_) => result.copy_from_slice(sum),
            Operation::Element(vector) => {
                result.copy_from_slice(&values[vector.0][cells.clone()]);
            }
            Operation::Constant(raw) => result.fill(raw),
            Operation::Scale(a) => result.copy_from_slice(of(a)),
            Operation::Add(a, b) => pairwise(result, of(a), of(b), |a, b| a + b),
            Operation::Subtract(a, b) => pairwise(result, of(a), of(b), |a, b| a - b),
            Operation::Multiply(a, b) => pairwise(result, of(a), of(b), |a, b| a * b),
            Operation::Less(a, b) => pairwise(result, of(a), of(b), |a, b| i64::from(a < b)),
            Operation::Minimum(a, b) => pairwise(result, of(a), of(b), i64::min),
            Operation::Maximum(a, b) => pairwise(result, of(a), of(b), i64::max),
            Operation::Select {
                condition,
                high,
                low,
            } => {
                let branches = of(high).iter().zip(of(low));
                for ((result, &condition), (&high, &low)) in
                    result.iter_mut().zip(of(condition)).zip(branches)
                {
                    *result = if condition != 0 { high } else { low };
                }
            }
            Operation::Resize {
                of: operand,
                rounding,
                overflow,
            } => {
                let shift = expression.nodes[operand.0].format.fraction() - node.format.fraction();
                let (low, high) = saturation(node.format, overflow);
                let source = of(operand);
                for (result, &value) in result.iter_mut().zip(source) {
                    *result = round(value, shift, rounding).clamp(low, high);
                }
            }
            // `proof` leaves expressions with tables to the interpreter.
            Operation::Lookup { .. } => result.fill(0),
        }
    }
}

fn pairwise(result: &mut [i64], a: &[i64], b: &[i64], of: impl Fn(i64, i64) -> i64) {
    for ((result, &a), &b) in result.iter_mut().zip(a).zip(b) {
        *result = of(a, b);
    }
}

/// [`crate::rounding::round`] for values that fit 64 bits before and after.
#[inline]
fn round(value: i64, drop: i32, rounding: Rounding) -> i64 {
    if drop <= 0 {
        return value << -drop;
    }
    let floor = value >> drop;
    let rest = value - (floor << drop);
    let half = 1i64 << (drop - 1);
    let up = match rounding {
        Rounding::Floor => false,
        Rounding::TowardZero => value < 0 && rest != 0,
        Rounding::HalfUp => rest >= half,
        Rounding::HalfEven => rest > half || (rest == half && floor & 1 == 1),
    };
    floor + i64::from(up)
}
