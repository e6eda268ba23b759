//! An expression over a run of elements: each node is one loop over the run.
//!
//! Nothing is checked while it runs: [`super::proof`] says where nothing needs to be.

use std::ops::Range;

use crate::format::{Coding, Format};
use crate::range::interval::saturation;
use crate::rounding::{Overflow, Rounding};
use crate::stage::{Expression, NodeId, Operation, Table};

/// An expression, and the values of its nodes for a run of elements.
#[derive(Debug, Clone)]
pub struct Elementwise {
    expression: Expression,
    nodes: Vec<Vec<i64>>,
    count: usize,
}

impl Elementwise {
    /// Before the first run.
    pub fn new(expression: &Expression) -> Elementwise {
        Elementwise {
            expression: expression.clone(),
            nodes: vec![vec![]; expression.nodes.len()],
            count: 0,
        }
    }

    /// Computes every node for some elements, given their sums, gather by gather.
    pub fn run(
        &mut self,
        tables: &[Table],
        sums: &[Vec<i64>],
        values: &[Vec<i64>],
        elements: Range<usize>,
    ) {
        self.count = elements.len();
        for (place, node) in self.expression.nodes.iter().enumerate() {
            let (earlier, rest) = self.nodes.split_at_mut(place);
            let result = &mut rest[0];
            result.resize(self.count, 0);
            let result = result.as_mut_slice();
            let of = |id: NodeId| earlier[id.0].as_slice();
            match node.operation {
                Operation::Gathered(gather) => result.copy_from_slice(&sums[gather]),
                Operation::Element(vector) => {
                    result.copy_from_slice(&values[vector.0][elements.clone()]);
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
                } => select(result, of(condition), of(high), of(low)),
                Operation::Resize {
                    of: operand,
                    rounding,
                    overflow,
                } => {
                    let from = self.expression.nodes[operand.0].format;
                    let drop = from.fraction() - node.format.fraction();
                    let rounded = |value| round(value, drop, rounding);
                    resize(result, of(operand), rounded, node.format, overflow);
                }
                Operation::Lookup { of: operand, table } => {
                    let table = &tables[table.0];
                    each(result, of(operand), |v| table.entry(v).unwrap_or(0));
                }
            }
        }
    }

    /// The values of a node in the last run.
    pub fn node(&self, node: NodeId) -> &[i64] {
        &self.nodes[node.0][..self.count]
    }
}

fn pairwise(result: &mut [i64], a: &[i64], b: &[i64], of: impl Fn(i64, i64) -> i64) {
    for ((result, &a), &b) in result.iter_mut().zip(a).zip(b) {
        *result = of(a, b);
    }
}

fn select(result: &mut [i64], condition: &[i64], high: &[i64], low: &[i64]) {
    let branches = high.iter().zip(low);
    for ((result, &condition), (&high, &low)) in result.iter_mut().zip(condition).zip(branches) {
        *result = if condition != 0 { high } else { low };
    }
}

/// [`crate::rounding::fit`] of rounded values; an overflow is none of those that occur.
fn resize(
    result: &mut [i64],
    of: &[i64],
    rounded: impl Fn(i64) -> i64,
    format: Format,
    overflow: Overflow,
) {
    let (low, high) = saturation(format, overflow);
    let unused = 64 - format.width();
    match (format.coding(), overflow) {
        (Coding::Bipolar, _) => each(result, of, |v| if rounded(v) < 0 { -1 } else { 1 }),
        (Coding::Signed, Overflow::Wrap) => each(result, of, |v| rounded(v) << unused >> unused),
        (Coding::Unsigned, Overflow::Wrap) => each(result, of, |v| {
            ((rounded(v) as u64) << unused >> unused) as i64
        }),
        _ => each(result, of, |v| rounded(v).clamp(low, high)),
    }
}

fn each(result: &mut [i64], of: &[i64], what: impl Fn(i64) -> i64) {
    for (result, &value) in result.iter_mut().zip(of) {
        *result = what(value);
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
