//! What is computed for a node: its operation with formats turned into shifts and bounds.

use crate::format::{Coding, Format};
use crate::range::interval::saturation;
use crate::range::{Bound, Fit};
use crate::rounding::{Overflow, Rounding};
use crate::stage::{Expression, Node, Operation};

/// What is computed; operands are numbers of nodes, or of columns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Work {
    /// The sums of a gather.
    Sums(usize),
    /// The elements of a vector.
    Element(usize),
    /// A raw value.
    Constant(i64),
    /// Sum.
    Add(usize, usize),
    /// Difference.
    Subtract(usize, usize),
    /// Product.
    Multiply(usize, usize),
    /// 1 where the left is below the right, else 0.
    Less(usize, usize),
    /// The smaller one.
    Minimum(usize, usize),
    /// The larger one.
    Maximum(usize, usize),
    /// `high` where the condition is not 0, else `low`.
    Select {
        /// What is asked.
        condition: usize,
        /// The one branch.
        high: usize,
        /// The other branch.
        low: usize,
    },
    /// Another number of fraction bits, then what a format can hold.
    Resize {
        /// The operand.
        of: usize,
        /// What becomes of fraction bits.
        shift: Shift,
        /// What becomes of values out of range.
        limit: Limit,
    },
    /// The entry of a table.
    Lookup {
        /// The operand.
        of: usize,
        /// The table.
        table: usize,
    },
}

/// How fraction bits change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shift {
    /// So many more, or none.
    Left(u32),
    /// So many fewer, at least 1.
    Right(u32, Rounding),
}

/// What becomes of rounded values; within these bounds, or of this width.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Limit {
    /// All can be held.
    Holds,
    /// Those beyond a bound become the bound.
    Clamp(i64, i64),
    /// So many low bits are kept, the highest of which is the sign.
    Signed(u32),
    /// So many low bits are kept.
    Unsigned(u32),
    /// -1 below 0, else 1.
    Sign,
}

impl Work {
    /// What is computed for a node, whose bound is known.
    pub fn of(expression: &Expression, node: &Node, bound: &Bound) -> Work {
        match node.operation {
            Operation::Gathered(gather) => Work::Sums(gather),
            Operation::Element(vector) => Work::Element(vector.0),
            Operation::Constant(raw) => Work::Constant(raw),
            Operation::Add(a, b) => Work::Add(a.0, b.0),
            Operation::Subtract(a, b) => Work::Subtract(a.0, b.0),
            Operation::Multiply(a, b) => Work::Multiply(a.0, b.0),
            Operation::Less(a, b) => Work::Less(a.0, b.0),
            Operation::Minimum(a, b) => Work::Minimum(a.0, b.0),
            Operation::Maximum(a, b) => Work::Maximum(a.0, b.0),
            Operation::Select {
                condition,
                high,
                low,
            } => Work::Select {
                condition: condition.0,
                high: high.0,
                low: low.0,
            },
            Operation::Resize {
                of,
                rounding,
                overflow,
            } => {
                let from = expression.nodes[of.0].format.fraction();
                Work::Resize {
                    of: of.0,
                    shift: Shift::of(from - node.format.fraction(), rounding),
                    limit: Limit::of(node.format, overflow, bound.fit),
                }
            }
            Operation::Scale(of) => Work::Resize {
                of: of.0,
                shift: Shift::Left(0),
                limit: Limit::Holds,
            },
            Operation::Lookup { of, table } => Work::Lookup {
                of: of.0,
                table: table.0,
            },
        }
    }

    /// The operand whose value this has in every case.
    pub fn copied(self) -> Option<usize> {
        match self {
            Work::Resize {
                of,
                shift: Shift::Left(0),
                limit: Limit::Holds,
            } => Some(of),
            _ => None,
        }
    }

    /// The operands.
    pub fn operands(self) -> Vec<usize> {
        let mut all = vec![];
        self.with(|of| {
            all.push(of);
            of
        });
        all
    }

    /// The same with other operands.
    pub fn with(self, mut other: impl FnMut(usize) -> usize) -> Work {
        match self {
            Work::Sums(_) | Work::Element(_) | Work::Constant(_) => self,
            Work::Add(a, b) => Work::Add(other(a), other(b)),
            Work::Subtract(a, b) => Work::Subtract(other(a), other(b)),
            Work::Multiply(a, b) => Work::Multiply(other(a), other(b)),
            Work::Less(a, b) => Work::Less(other(a), other(b)),
            Work::Minimum(a, b) => Work::Minimum(other(a), other(b)),
            Work::Maximum(a, b) => Work::Maximum(other(a), other(b)),
            Work::Select {
                condition,
                high,
                low,
            } => Work::Select {
                condition: other(condition),
                high: other(high),
                low: other(low),
            },
            Work::Resize { of, shift, limit } => Work::Resize {
                of: other(of),
                shift,
                limit,
            },
            Work::Lookup { of, table } => Work::Lookup {
                of: other(of),
                table,
            },
        }
    }
}

impl Shift {
    fn of(drop: i32, rounding: Rounding) -> Shift {
        match drop > 0 {
            true => Shift::Right(drop.unsigned_abs(), rounding),
            false => Shift::Left(drop.unsigned_abs()),
        }
    }
}

impl Limit {
    /// An overflow that would stop the run is none of those that occur.
    fn of(format: Format, overflow: Overflow, fit: Fit) -> Limit {
        let (low, high) = saturation(format, overflow);
        match (format.coding(), overflow) {
            (Coding::Bipolar, _) => Limit::Sign,
            _ if fit == Fit::Holds => Limit::Holds,
            (Coding::Signed, Overflow::Wrap) => Limit::Signed(format.width()),
            (Coding::Unsigned, Overflow::Wrap) => Limit::Unsigned(format.width()),
            _ => Limit::Clamp(low, high),
        }
    }
}
