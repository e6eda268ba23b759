//! An expression over a run of elements: each node is one loop over the run.
//!
//! Nothing is checked while it runs: [`super::proof`] says where nothing needs to be.

use std::ops::Range;

use multiversion::multiversion;

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
        for node in &mut self.nodes {
            node.resize(self.count, 0);
        }
        let given = Given {
            tables,
            sums,
            values,
            elements,
        };
        every_node(&self.expression, &mut self.nodes, &given);
    }

    /// The values of a node in the last run.
    pub fn node(&self, node: NodeId) -> &[i64] {
        &self.nodes[node.0][..self.count]
    }
}

/// What the nodes of a run are computed from.
struct Given<'a> {
    tables: &'a [Table],
    /// Gather by gather.
    sums: &'a [Vec<i64>],
    values: &'a [Vec<i64>],
    elements: Range<usize>,
}

/// Computes the nodes in order; all loops are compiled for what the processor has.
#[multiversion(targets(
    "x86_64+avx512f+avx512bw+avx512dq+avx512vl+avx2+bmi1+bmi2+fma+lzcnt+popcnt",
    "x86_64+avx2+bmi1+bmi2+fma+lzcnt+popcnt"
))]
fn every_node(expression: &Expression, nodes: &mut [Vec<i64>], given: &Given<'_>) {
    for (place, node) in expression.nodes.iter().enumerate() {
        let (earlier, rest) = nodes.split_at_mut(place);
        let result = rest[0].as_mut_slice();
        let of = |id: NodeId| earlier[id.0].as_slice();
        match node.operation {
            Operation::Gathered(gather) => result.copy_from_slice(&given.sums[gather]),
            Operation::Element(vector) => {
                result.copy_from_slice(&given.values[vector.0][given.elements.clone()]);
            }
            Operation::Constant(raw) => result.fill(raw),
            Operation::Scale(a) => result.copy_from_slice(of(a)),
            Operation::Add(a, b) => pairwise(result, of(a), of(b), |a, b| a + b),
            Operation::Subtract(a, b) => pairwise(result, of(a), of(b), |a, b| a - b),
            Operation::Multiply(a, b) => pairwise(result, of(a), of(b), |a, b| a * b),
            Operation::Less(a, b) => pairwise(result, of(a), of(b), |a, b| i64::from(a < b)),
            Operation::Minimum(a, b) => pairwise(result, of(a), of(b), |a, b| a.min(b)),
            Operation::Maximum(a, b) => pairwise(result, of(a), of(b), |a, b| a.max(b)),
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
                let from = expression.nodes[operand.0].format;
                let drop = from.fraction() - node.format.fraction();
                resize(result, of(operand), (drop, rounding), node.format, overflow);
            }
            Operation::Lookup { of: operand, table } => {
                let table = &given.tables[table.0];
                let (first, entries) = (table.input.min_raw(), table.entries.as_slice());
                each(result, of(operand), |v| {
                    let place = v.wrapping_sub(first) as usize;
                    entries.get(place).copied().unwrap_or(0)
                });
            }
        }
    }
}

#[inline(always)]
fn pairwise(result: &mut [i64], a: &[i64], b: &[i64], of: impl Fn(i64, i64) -> i64) {
    for ((result, &a), &b) in result.iter_mut().zip(a).zip(b) {
        *result = of(a, b);
    }
}

#[inline(always)]
fn select(result: &mut [i64], condition: &[i64], high: &[i64], low: &[i64]) {
    let branches = high.iter().zip(low);
    for ((result, &condition), (&high, &low)) in result.iter_mut().zip(condition).zip(branches) {
        *result = if condition != 0 { high } else { low };
    }
}

/// [`crate::rounding::resize`] of values that fit 64 bits before and after; an overflow is none of
/// those that occur. Each way of rounding has loops of its own.
#[inline(always)]
fn resize(
    result: &mut [i64],
    of: &[i64],
    (drop, rounding): (i32, Rounding),
    format: Format,
    overflow: Overflow,
) {
    if drop <= 0 {
        return fit(result, of, |v| v << -drop, format, overflow);
    }
    let half = 1i64 << (drop - 1);
    // What is dropped is no less than 0 and below two halves, so that no sum of it overflows.
    let split = |value: i64| (value >> drop, value & (half + (half - 1)));
    let carry = |sum: i64| (sum as u64 >> drop) as i64;
    match rounding {
        Rounding::Floor => fit(result, of, |v| v >> drop, format, overflow),
        Rounding::TowardZero => {
            let rounded = |v: i64| {
                let (floor, rest) = split(v);
                floor + i64::from(v < 0 && rest != 0)
            };
            fit(result, of, rounded, format, overflow);
        }
        Rounding::HalfUp => {
            let rounded = |v: i64| {
                let (floor, rest) = split(v);
                floor + carry(rest + half)
            };
            fit(result, of, rounded, format, overflow);
        }
        Rounding::HalfEven => {
            let rounded = |v: i64| {
                let (floor, rest) = split(v);
                floor + carry(rest + (half - 1) + (floor & 1))
            };
            fit(result, of, rounded, format, overflow);
        }
    }
}

/// [`crate::rounding::fit`] of rounded values.
#[inline(always)]
fn fit(
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
        // `clamp` would check its bounds for each value.
        _ => each(result, of, |v| rounded(v).max(low).min(high)),
    }
}

#[inline(always)]
fn each(result: &mut [i64], of: &[i64], what: impl Fn(i64) -> i64) {
    for (result, &value) in result.iter_mut().zip(of) {
        *result = what(value);
    }
}
