//! The ops: what each one computes, and how it is written in Verilog, side by side.
//!
//! Every match over [`Op`] in this file is exhaustive without a `_` arm, so that a new op does not
//! compile until it has both meanings.

use serde::{Deserialize, Serialize};

use crate::design::NetId;
use crate::text::{Operand, Text, braces, chunk_text, literal, part, resize_text};
use crate::types::Type;
use crate::word;

/// An operation over nets of one module. Unless said otherwise the operands have the type of the
/// result, and an op over vectors works element by element.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Op {
    /// One value an element.
    Constant(Vec<i64>),
    /// Every bit inverted.
    Not(NetId),
    /// Bitwise and.
    And(NetId, NetId),
    /// Bitwise or.
    Or(NetId, NetId),
    /// Bitwise exclusive or.
    Xor(NetId, NetId),
    /// The negative, wrapped to the width. Scalar.
    Negate(NetId),
    /// The sum, wrapped to the width. Scalar.
    Add(NetId, NetId),
    /// The difference, wrapped to the width. Scalar.
    Subtract(NetId, NetId),
    /// `minuend - operand` where the bit `subtract` is 1, else `minuend + operand`. Scalar.
    AddSubtract {
        /// One bit.
        subtract: NetId,
        /// The left operand.
        left: NetId,
        /// The right operand, which is added or subtracted.
        right: NetId,
    },
    /// The product, wrapped to the width. Scalar.
    Multiply(NetId, NetId),
    /// Shifted left by a constant below the width; zeros enter. Scalar.
    ShiftLeft(NetId, u32),
    /// Shifted right by a constant below the width; the sign enters where signed. Scalar.
    ShiftRight(NetId, u32),
    /// One bit: the operands, of one type, are equal in every element.
    Equal(NetId, NetId),
    /// One bit: the operands, of one type, differ in some element.
    NotEqual(NetId, NetId),
    /// One bit: left < right. The operands are scalars of one type.
    Less(NetId, NetId),
    /// One bit: left <= right. The operands are scalars of one type.
    LessEqual(NetId, NetId),
    /// `high` where the bit `select` is 1, else `low`. Whole vectors are chosen.
    Mux {
        /// One bit.
        select: NetId,
        /// The value where `select` is 1.
        high: NetId,
        /// The value where `select` is 0.
        low: NetId,
    },
    /// One bit: some bit of the operand (of any type) is 1.
    Any(NetId),
    /// One bit: every bit of the operand (of any type) is 1.
    All(NetId),
    /// A scalar of any width and sign brought to the result's: extended by the operand's sign (zero
    /// where unsigned), or cut to the low bits. The only extension and truncation there is.
    Resize(NetId),
    /// Bits `low` and up of a scalar; the result is unsigned and tells how many.
    Slice(NetId, u32),
    /// Scalars beside each other, the first in the lowest bits; the result is one unsigned scalar.
    Concat(Vec<NetId>),
    /// Nets of one element type after one another, elements of the first first.
    Join(Vec<NetId>),
    /// Elements `start` and up of a vector; the result tells how many.
    Elements(NetId, u32),
    /// Chunk number `index` of a vector that is cut into chunks of the result's type. The vector's
    /// elements are a multiple of the chunk's; `index` is unsigned, `address_bits(chunks)` wide,
    /// and below the number of chunks.
    Select {
        /// The vector.
        vector: NetId,
        /// The number of the chunk.
        index: NetId,
    },
    /// The vector with chunk number `index` replaced; as for `Select`.
    Insert {
        /// The vector, of the result's type.
        vector: NetId,
        /// The number of the chunk.
        index: NetId,
        /// The new chunk.
        chunk: NetId,
    },
}

/// A `Select` or `Insert` whose index is not below the number of chunks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct IndexOutOfRange {
    /// The index found.
    pub index: i64,
    /// The number of chunks.
    pub chunks: u32,
}

/// A typed value: what [`Op::eval`] reads for an operand.
#[derive(Debug, Clone, Copy)]
pub struct Value<'a> {
    /// The net's type.
    pub ty: Type,
    /// One value an element.
    pub elements: &'a [i64],
}

impl Value<'_> {
    fn scalar(self) -> i64 {
        self.elements.first().copied().unwrap_or(0)
    }
}

impl Op {
    /// The nets that the op reads, in the order in which they are written in the Verilog.
    pub fn operands(&self) -> Vec<NetId> {
        match self {
            Op::Constant(_) => vec![],
            Op::Not(a) | Op::Negate(a) | Op::ShiftLeft(a, _) | Op::ShiftRight(a, _) => vec![*a],
            Op::Any(a) | Op::All(a) | Op::Resize(a) | Op::Slice(a, _) => vec![*a],
            Op::Elements(a, _) => vec![*a],
            Op::And(a, b) | Op::Or(a, b) | Op::Xor(a, b) => vec![*a, *b],
            Op::Add(a, b) | Op::Subtract(a, b) | Op::Multiply(a, b) => vec![*a, *b],
            Op::Equal(a, b) | Op::NotEqual(a, b) => vec![*a, *b],
            Op::Less(a, b) | Op::LessEqual(a, b) => vec![*a, *b],
            Op::AddSubtract {
                subtract,
                left,
                right,
            } => vec![*subtract, *left, *right],
            Op::Mux { select, high, low } => vec![*select, *high, *low],
            Op::Concat(parts) | Op::Join(parts) => parts.clone(),
            Op::Select { vector, index } => vec![*vector, *index],
            Op::Insert {
                vector,
                index,
                chunk,
            } => vec![*vector, *index, *chunk],
        }
    }

    /// The value of the op: the elements of a result of type `ty`, given its operands' values.
    ///
    /// # Errors
    /// [`IndexOutOfRange`] for a `Select` or `Insert` beyond the last chunk.
    pub fn eval<'a>(
        &self,
        ty: Type,
        value: &dyn Fn(NetId) -> Value<'a>,
    ) -> Result<Vec<i64>, IndexOutOfRange> {
        let unary = |a: NetId, f: &dyn Fn(i64) -> i64| -> Vec<i64> {
            value(a).elements.iter().map(|&a| f(a)).collect()
        };
        let binary = |a: NetId, b: NetId, f: &dyn Fn(i64, i64) -> i64| -> Vec<i64> {
            value(a)
                .elements
                .iter()
                .zip(value(b).elements)
                .map(|(&a, &b)| f(a, b))
                .collect()
        };
        let bit = |truth: bool| vec![i64::from(truth)];
        Ok(match self {
            Op::Constant(elements) => elements.clone(),
            Op::Not(a) => unary(*a, &|a| word::not(ty, a)),
            Op::And(a, b) => binary(*a, *b, &|a, b| a & b),
            Op::Or(a, b) => binary(*a, *b, &|a, b| a | b),
            Op::Xor(a, b) => binary(*a, *b, &|a, b| a ^ b),
            Op::Negate(a) => unary(*a, &|a| word::negate(ty, a)),
            Op::Add(a, b) => binary(*a, *b, &|a, b| word::add(ty, a, b)),
            Op::Subtract(a, b) => binary(*a, *b, &|a, b| word::subtract(ty, a, b)),
            Op::AddSubtract {
                subtract,
                left,
                right,
            } => {
                let minus = value(*subtract).scalar() != 0;
                binary(*left, *right, &|a, b| word::add_subtract(ty, minus, a, b))
            }
            Op::Multiply(a, b) => binary(*a, *b, &|a, b| word::multiply(ty, a, b)),
            Op::ShiftLeft(a, amount) => unary(*a, &|a| word::shift_left(ty, a, *amount)),
            Op::ShiftRight(a, amount) => unary(*a, &|a| word::shift_right(ty, a, *amount)),
            Op::Equal(a, b) => bit(value(*a).elements == value(*b).elements),
            Op::NotEqual(a, b) => bit(value(*a).elements != value(*b).elements),
            Op::Less(a, b) => {
                let (a, b) = (value(*a), value(*b));
                bit(word::less(a.ty, a.scalar(), b.scalar()))
            }
            Op::LessEqual(a, b) => {
                let (a, b) = (value(*a), value(*b));
                bit(word::less_equal(a.ty, a.scalar(), b.scalar()))
            }
            Op::Mux { select, high, low } => {
                let chosen = if value(*select).scalar() != 0 {
                    high
                } else {
                    low
                };
                value(*chosen).elements.to_vec()
            }
            Op::Any(a) => bit(value(*a).elements.iter().any(|&a| a != 0)),
            Op::All(a) => {
                let a = value(*a);
                bit(a
                    .elements
                    .iter()
                    .all(|&element| word::all_bits(a.ty, element)))
            }
            Op::Resize(a) => unary(*a, &|a| word::resize(ty, a)),
            Op::Slice(a, low) => unary(*a, &|a| word::slice(ty, a, *low)),
            Op::Concat(parts) => vec![concat(ty, parts, value)],
            Op::Join(parts) => parts
                .iter()
                .flat_map(|&part| value(part).elements.iter().copied())
                .collect(),
            Op::Elements(a, start) => {
                let elements = value(*a).elements.iter();
                elements
                    .skip(*start as usize)
                    .take(ty.count as usize)
                    .copied()
                    .collect()
            }
            Op::Select { vector, index } => {
                let range = chunk_range(value(*vector), value(*index).scalar(), ty.count)?;
                value(*vector).elements[range].to_vec()
            }
            Op::Insert {
                vector,
                index,
                chunk,
            } => {
                let chunk = value(*chunk);
                let range = chunk_range(value(*vector), value(*index).scalar(), chunk.ty.count)?;
                let mut elements = value(*vector).elements.to_vec();
                elements[range].copy_from_slice(chunk.elements);
                elements
            }
        })
    }

    /// The op in Verilog, for a net called `target` of type `ty`.
    pub fn verilog<'a>(
        &self,
        target: &str,
        ty: Type,
        operand: &dyn Fn(NetId) -> Operand<'a>,
    ) -> Text {
        let name = |a: &NetId| operand(*a).name;
        let infix = |a: &NetId, sign: &str, b: &NetId| {
            Text::expression(format!("{} {sign} {}", name(a), name(b)))
        };
        match self {
            Op::Constant(elements) => Text::expression(literal(ty, elements)),
            Op::Not(a) => Text::expression(format!("~{}", name(a))),
            Op::And(a, b) => infix(a, "&", b),
            Op::Or(a, b) => infix(a, "|", b),
            Op::Xor(a, b) => infix(a, "^", b),
            Op::Negate(a) => Text::expression(format!("-{}", name(a))),
            Op::Add(a, b) => infix(a, "+", b),
            Op::Subtract(a, b) => infix(a, "-", b),
            Op::AddSubtract {
                subtract,
                left,
                right,
            } => {
                let (left, right) = (name(left), name(right));
                Text::expression(format!(
                    "{} ? {left} - {right} : {left} + {right}",
                    name(subtract)
                ))
            }
            Op::Multiply(a, b) => infix(a, "*", b),
            Op::ShiftLeft(a, amount) => Text::expression(format!("{} << {amount}", name(a))),
            Op::ShiftRight(a, amount) => {
                let sign = if ty.signed { ">>>" } else { ">>" };
                Text::expression(format!("{} {sign} {amount}", name(a)))
            }
            Op::Equal(a, b) => infix(a, "==", b),
            Op::NotEqual(a, b) => infix(a, "!=", b),
            Op::Less(a, b) => infix(a, "<", b),
            Op::LessEqual(a, b) => infix(a, "<=", b),
            Op::Mux { select, high, low } => {
                Text::expression(format!("{} ? {} : {}", name(select), name(high), name(low)))
            }
            Op::Any(a) => Text::expression(format!("|{}", name(a))),
            Op::All(a) => Text::expression(format!("&{}", name(a))),
            Op::Resize(a) => Text::expression(resize_text(ty, operand(*a))),
            Op::Slice(a, low) => {
                Text::expression(part(operand(*a), u64::from(*low), u64::from(ty.width)))
            }
            Op::Concat(parts) | Op::Join(parts) => Text::expression(braces(parts, &name)),
            Op::Elements(a, start) => {
                let low = u64::from(*start) * u64::from(ty.width);
                Text::expression(part(operand(*a), low, ty.bits()))
            }
            Op::Select { vector, index } => {
                chunk_text(target, operand(*vector), operand(*index), ty, None)
            }
            Op::Insert {
                vector,
                index,
                chunk,
            } => {
                let chunk = operand(*chunk);
                chunk_text(
                    target,
                    operand(*vector),
                    operand(*index),
                    chunk.ty,
                    Some(chunk.name),
                )
            }
        }
    }
}

fn concat<'a>(ty: Type, parts: &[NetId], value: &dyn Fn(NetId) -> Value<'a>) -> i64 {
    let mut gathered = 0;
    let mut below = 0;
    for &part in parts {
        let part = value(part);
        gathered = word::place(gathered, part.ty, part.scalar(), below);
        below += part.ty.width;
    }
    ty.wrap(gathered as i64)
}

fn chunk_range(
    vector: Value<'_>,
    index: i64,
    count: u32,
) -> Result<std::ops::Range<usize>, IndexOutOfRange> {
    let chunks = vector.ty.count / count.max(1);
    if index < 0 || index >= i64::from(chunks) {
        return Err(IndexOutOfRange { index, chunks });
    }
    let start = index as usize * count as usize;
    Ok(start..start + count as usize)
}
