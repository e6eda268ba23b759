//! Intervals of an expression's nodes, to prove that no value leaves its format.

use super::sum_interval;
use crate::format::{Coding, Format};
use crate::program::Program;
use crate::rounding::{self, Overflow, Rounding};
use crate::stage::{Expression, Gather, NodeId, Operation};

/// Formats wider than this are left to the interpreter, so that sums and shifts stay in 64 bits.
const MAX_WIDTH: u32 = 48;

/// The smallest and the largest value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Interval {
    low: i128,
    high: i128,
}

impl Interval {
    /// Every value of a format; `None` where the format is too wide for the kernel.
    pub fn of(format: Format) -> Option<Interval> {
        let (low, high) = (i128::from(format.min_raw()), i128::from(format.max_raw()));
        (format.width() <= MAX_WIDTH).then_some(Interval { low, high })
    }

    fn hull(values: &[i128]) -> Option<Interval> {
        Some(Interval {
            low: *values.iter().min()?,
            high: *values.iter().max()?,
        })
    }

    /// Whether the bounds lie within those of the format.
    fn within(self, format: Format) -> bool {
        let bounds = i128::from(format.min_raw())..=i128::from(format.max_raw());
        bounds.contains(&self.low) && bounds.contains(&self.high)
    }
}

/// The bounds of a saturating resize; those of the format otherwise.
pub fn saturation(format: Format, overflow: Overflow) -> (i64, i64) {
    let symmetric = overflow == Overflow::SaturateSymmetric && format.is_signed();
    let low = if symmetric {
        -format.max_raw()
    } else {
        format.min_raw()
    };
    (low, format.max_raw())
}

/// Whether every node's value is one of its format, whatever the sums and elements are.
pub fn expression(program: &Program, expression: &Expression, gather: Option<&Gather>) -> bool {
    let mut intervals: Vec<Interval> = vec![];
    // Zero lies between the values of `b1` and is none, so that an interval proves nothing there.
    let between = expression.nodes.iter().any(|node| {
        let arithmetic = matches!(
            node.operation,
            Operation::Add(..) | Operation::Subtract(..) | Operation::Multiply(..)
        );
        arithmetic && node.format.coding() == Coding::Bipolar
    });
    if between {
        return false;
    }
    for node in &expression.nodes {
        let interval = node_interval(
            program,
            expression,
            &intervals,
            node.operation,
            gather,
            node.format,
        );
        match interval.filter(|interval| interval.within(node.format)) {
            Some(interval) if Interval::of(node.format).is_some() => intervals.push(interval),
            _ => return false,
        }
    }
    true
}

fn node_interval(
    program: &Program,
    expression: &Expression,
    intervals: &[Interval],
    operation: Operation,
    gather: Option<&Gather>,
    format: Format,
) -> Option<Interval> {
    let of = |id: NodeId| intervals.get(id.0).copied();
    match operation {
        Operation::Gathered(_) => sum_interval(gather?),
        Operation::Element(vector) => Interval::of(program.vector(vector)?.format),
        Operation::Constant(raw) => Interval::hull(&[i128::from(raw)]),
        Operation::Scale(a) => of(a),
        Operation::Add(a, b) => {
            let (a, b) = (of(a)?, of(b)?);
            Interval::hull(&[a.low + b.low, a.high + b.high])
        }
        Operation::Subtract(a, b) => {
            let (a, b) = (of(a)?, of(b)?);
            Interval::hull(&[a.low - b.high, a.high - b.low])
        }
        Operation::Multiply(a, b) => {
            let (a, b) = (of(a)?, of(b)?);
            Interval::hull(&[
                a.low * b.low,
                a.low * b.high,
                a.high * b.low,
                a.high * b.high,
            ])
        }
        Operation::Less(..) => Interval::hull(&[0, 1]),
        Operation::Select { high, low, .. } => {
            let (a, b) = (of(high)?, of(low)?);
            Interval::hull(&[a.low, b.low, a.high, b.high])
        }
        Operation::Minimum(a, b) => {
            let (a, b) = (of(a)?, of(b)?);
            Some(Interval {
                low: a.low.min(b.low),
                high: a.high.min(b.high),
            })
        }
        Operation::Maximum(a, b) => {
            let (a, b) = (of(a)?, of(b)?);
            Some(Interval {
                low: a.low.max(b.low),
                high: a.high.max(b.high),
            })
        }
        Operation::Resize {
            of: operand,
            rounding,
            overflow,
        } => {
            let from = expression.format(operand)?;
            resized(of(operand)?, from, format, rounding, overflow)
        }
    }
}

fn resized(
    interval: Interval,
    from: Format,
    to: Format,
    rounding: Rounding,
    overflow: Overflow,
) -> Option<Interval> {
    // A shift to the left must stay within 64 bits, and one to the right within the word.
    let shift = from.fraction() - to.fraction();
    let narrow = from.width() as i32 - shift.min(0) <= 62 && shift <= 62;
    if !narrow || to.coding() == Coding::Bipolar {
        return None;
    }
    // The bounds are values of a format of at most 48 bits, so that the cast is exact.
    let round =
        |value: i128| rounding::round(value as i64, from.fraction(), to.fraction(), rounding);
    let rounded = Interval {
        low: round(interval.low),
        high: round(interval.high),
    };
    match overflow {
        Overflow::Saturate | Overflow::SaturateSymmetric => {
            let (low, high) = saturation(to, overflow);
            let clamp = |value: i128| value.clamp(i128::from(low), i128::from(high));
            Some(Interval {
                low: clamp(rounded.low),
                high: clamp(rounded.high),
            })
        }
        // Wrapping and stopping are as good as exact where nothing can overflow.
        Overflow::Wrap | Overflow::Error => rounded.within(to).then_some(rounded),
    }
}
