//! Templates over grids, row by row: each tap of the template and each node of the expression is
//! one loop over a row.
//!
//! The kernel is made only where the ranges prove that no value leaves its format, so that nothing
//! needs to be checked while it runs.

use super::elementwise::Elementwise;
use super::proof;
use crate::program::Program;
use crate::range::StageBounds;
use crate::stage::{Arrangement, Boundary, NodeId, Shape, Stage, Table, VectorId};

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
    map: Option<(Elementwise, NodeId)>,
    offset: Option<VectorId>,
    apply: Elementwise,
    writes: Vec<(VectorId, NodeId)>,
    rest: Option<NodeId>,
}

impl GridKernel {
    /// The kernel of a stage, where it applies.
    pub fn of(program: &Program, stage: &Stage, bounds: &StageBounds) -> Option<GridKernel> {
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
        let proved = proof::holds(stage, bounds);
        let map = gather.map.as_ref();
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
            map: map.map(|(map, node)| (Elementwise::new(map), *node)),
            offset: gather.offset,
            apply: Elementwise::new(&stage.apply),
            writes: stage.writes.clone(),
            rest: stage.rest,
        })
    }

    /// Runs the stage once. Says whether all cells are at rest, as far as the stage judges that.
    pub fn run(&mut self, tables: &[Table], values: &mut [Vec<i64>]) -> bool {
        let padded = self.padded(tables, values);
        let width = self.columns + 2 * self.radius;
        let mut results: Vec<Vec<i64>> = self
            .writes
            .iter()
            .map(|_| Vec::with_capacity(self.rows * self.columns))
            .collect();
        let mut at_rest = true;
        let mut sums = [vec![0i64; self.columns]];
        for row in 0..self.rows {
            let cells = row * self.columns..(row + 1) * self.columns;
            let [sum] = &mut sums;
            match self.offset {
                Some(offset) => sum.copy_from_slice(&values[offset.0][cells.clone()]),
                None => sum.fill(0),
            }
            for &(south, east, weight) in &self.taps {
                let start = (row + south) * width + east;
                let source = &padded[start..start + self.columns];
                sum.iter_mut().zip(source).for_each(|(sum, &source)| {
                    *sum = sum.wrapping_add(weight.wrapping_mul(source))
                });
            }
            self.apply.run(tables, &sums, values, cells);
            let rest = self.rest.map(|node| self.apply.node(node));
            at_rest &= rest.is_none_or(|rest| rest.iter().all(|&rests| rests != 0));
            for (result, (_, node)) in results.iter_mut().zip(&self.writes) {
                result.extend_from_slice(self.apply.node(*node));
            }
        }
        for ((target, _), result) in self.writes.iter().zip(results) {
            values[target.0] = result;
        }
        at_rest
    }

    /// The mapped source with `radius` cells beyond each edge.
    fn padded(&mut self, tables: &[Table], values: &[Vec<i64>]) -> Vec<i64> {
        let source = values[self.source.0].as_slice();
        let source = match &mut self.map {
            None => source,
            Some((map, node)) => {
                map.run(tables, &[], values, 0..source.len());
                map.node(*node)
            }
        };
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
