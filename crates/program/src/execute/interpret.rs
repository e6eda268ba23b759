//! The definition of a stage: element by element, node by node, in wide integers.

use std::ops::Range;

use super::observe::{Observer, Place};
use super::{ExecutionError, OverflowPlace};
use crate::format::Format;
use crate::program::Program;
use crate::rounding;
use crate::stage::{Arrangement, Boundary, Expression, Gather, Node, Operation, Shape, Stage};

/// A stage within its program.
pub struct Interpreter<'a> {
    /// The program.
    pub program: &'a Program,
    /// The place of the stage in the program.
    pub place: usize,
    /// The stage.
    pub stage: &'a Stage,
    /// The step, for error reports.
    pub step: u64,
}

impl Interpreter<'_> {
    /// Updates the elements of one block: all are computed from the values before the block. Says
    /// whether all are at rest, as far as the stage judges that. The observer sees every sum and
    /// every node.
    ///
    /// # Errors
    /// When a value overflows.
    pub fn run<O: Observer>(
        &self,
        values: &mut [Vec<i64>],
        block: Range<usize>,
        observer: &mut O,
    ) -> Result<bool, ExecutionError> {
        let stage = self.place;
        let mut results = vec![];
        let mut at_rest = true;
        for element in block {
            let mut sums = Vec::with_capacity(self.stage.gathers.len());
            for (gather, of) in self.stage.gathers.iter().enumerate() {
                let mut watch = |node: usize, raw: i64| {
                    let place = Place::Map {
                        stage,
                        gather,
                        node,
                    };
                    observer.see(place, raw);
                };
                let sum = self.gather(of, values, element, &mut watch)?;
                observer.see(Place::Sum { stage, gather }, sum);
                sums.push(sum);
            }
            let nodes = self.evaluate(&self.stage.apply, values, &sums, element)?;
            for (node, &raw) in nodes.iter().enumerate() {
                observer.see(Place::Node { stage, node }, raw);
            }
            at_rest &= self.stage.rest.is_none_or(|node| nodes[node.0] != 0);
            for &(target, node) in &self.stage.writes {
                results.push((target.0, element, nodes[node.0]));
            }
        }
        for (target, element, value) in results {
            values[target][element] = value;
        }
        Ok(at_rest)
    }

    /// The sum of a gather for one element; `watch` is given the nodes of its map.
    fn gather(
        &self,
        gather: &Gather,
        values: &[Vec<i64>],
        element: usize,
        watch: &mut impl FnMut(usize, i64),
    ) -> Result<i64, ExecutionError> {
        let mut sum = gather
            .offset
            .map_or(0, |offset| i128::from(values[offset.0][element]));
        match &gather.weights.arrangement {
            Arrangement::Dense {
                columns,
                values: weights,
                ..
            } => {
                let row = &weights[element * columns..(element + 1) * columns];
                for (column, &weight) in row.iter().enumerate() {
                    let source = self.source(gather, values, column, watch)?;
                    sum += i128::from(weight) * i128::from(source);
                }
            }
            Arrangement::Sparse { rows, .. } => {
                for &(column, weight) in &rows[element] {
                    let source = self.source(gather, values, column, watch)?;
                    sum += i128::from(weight) * i128::from(source);
                }
            }
            Arrangement::Stencil {
                radius,
                coefficients,
                boundary,
            } => {
                let side = 2 * radius + 1;
                for (place, &weight) in coefficients.iter().enumerate() {
                    if weight == 0 {
                        continue;
                    }
                    let offset = (
                        (place / side) as i64 - *radius as i64,
                        (place % side) as i64 - *radius as i64,
                    );
                    let place = (element, offset, *boundary);
                    let source = self.neighbour(gather, values, place, watch)?;
                    sum += i128::from(weight) * i128::from(source);
                }
            }
        }
        self.held("accumulator", gather.accumulator, sum, element)
    }

    fn neighbour(
        &self,
        gather: &Gather,
        values: &[Vec<i64>],
        (element, (south, east), boundary): (usize, (i64, i64), Boundary),
        watch: &mut impl FnMut(usize, i64),
    ) -> Result<i64, ExecutionError> {
        let shape = self.program.vectors[gather.source.0].shape;
        let Shape::Grid { rows, columns } = shape else {
            return Ok(0);
        };
        let (rows, columns) = (rows as i64, columns as i64);
        let row = element as i64 / columns + south;
        let column = element as i64 % columns + east;
        let inside = (0..rows).contains(&row) && (0..columns).contains(&column);
        let (row, column) = match boundary {
            _ if inside => (row, column),
            Boundary::Fixed(value) => return Ok(value),
            Boundary::ZeroFlux => (row.clamp(0, rows - 1), column.clamp(0, columns - 1)),
            Boundary::Periodic => (row.rem_euclid(rows), column.rem_euclid(columns)),
        };
        self.source(gather, values, (row * columns + column) as usize, watch)
    }

    /// A source element after the gather's map.
    fn source(
        &self,
        gather: &Gather,
        values: &[Vec<i64>],
        element: usize,
        watch: &mut impl FnMut(usize, i64),
    ) -> Result<i64, ExecutionError> {
        match &gather.map {
            None => Ok(values[gather.source.0][element]),
            Some((map, node)) => {
                let nodes = self.evaluate(map, values, &[], element)?;
                nodes
                    .iter()
                    .enumerate()
                    .for_each(|(node, &raw)| watch(node, raw));
                Ok(nodes[node.0])
            }
        }
    }

    fn evaluate(
        &self,
        expression: &Expression,
        values: &[Vec<i64>],
        sums: &[i64],
        element: usize,
    ) -> Result<Vec<i64>, ExecutionError> {
        let mut results = Vec::with_capacity(expression.nodes.len());
        for node in &expression.nodes {
            let value = self.node(expression, node, values, sums, &results, element)?;
            results.push(value);
        }
        Ok(results)
    }

    fn node(
        &self,
        expression: &Expression,
        node: &Node,
        values: &[Vec<i64>],
        sums: &[i64],
        results: &[i64],
        element: usize,
    ) -> Result<i64, ExecutionError> {
        let wide = |id: crate::NodeId| i128::from(results[id.0]);
        let value = match node.operation {
            Operation::Gathered(place) => i128::from(sums[place]),
            Operation::Element(vector) => i128::from(values[vector.0][element]),
            Operation::Constant(raw) => i128::from(raw),
            Operation::Add(a, b) => wide(a) + wide(b),
            Operation::Subtract(a, b) => wide(a) - wide(b),
            Operation::Multiply(a, b) => wide(a) * wide(b),
            Operation::Scale(a) => wide(a),
            Operation::Less(a, b) => i128::from(wide(a) < wide(b)),
            Operation::Select {
                condition,
                high,
                low,
            } => {
                if results[condition.0] != 0 {
                    wide(high)
                } else {
                    wide(low)
                }
            }
            Operation::Minimum(a, b) => wide(a).min(wide(b)),
            Operation::Maximum(a, b) => wide(a).max(wide(b)),
            Operation::Resize {
                of,
                rounding,
                overflow,
            } => {
                let from = expression.nodes[of.0].format;
                let resized =
                    rounding::resize(results[of.0], from, node.format, rounding, overflow);
                match resized {
                    Ok(value) => i128::from(value),
                    Err(over) => {
                        return Err(self.overflow(&node.name, node.format, over.value, element));
                    }
                }
            }
            Operation::Lookup { of, table } => {
                let argument = results[of.0];
                let entry = self.program.table(table);
                let entry = entry.and_then(|table| table.entry(argument));
                i128::from(entry.unwrap_or(0))
            }
        };
        self.held(&node.name, node.format, value, element)
    }

    /// An exact result must be a value of its format.
    fn held(
        &self,
        name: &str,
        format: Format,
        value: i128,
        element: usize,
    ) -> Result<i64, ExecutionError> {
        match i64::try_from(value) {
            Ok(raw) if format.holds(raw) => Ok(raw),
            _ => Err(self.overflow(name, format, value, element)),
        }
    }

    fn overflow(&self, node: &str, format: Format, value: i128, element: usize) -> ExecutionError {
        ExecutionError::Overflow(Box::new(OverflowPlace {
            program: self.program.name.clone(),
            step: self.step,
            stage: self.stage.name.clone(),
            described: self.program.source(&self.stage.name).map(String::from),
            element,
            node: node.into(),
            value,
            format,
        }))
    }
}
