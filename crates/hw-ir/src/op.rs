//! The ops: what each one computes, and how it is written in Verilog, side by side.
//!
//! Every match over [`Op`] in this file is exhaustive without a `_` arm, so that a new op does not
//! compile until it has both meanings.

use serde::{Deserialize, Serialize};

use crate::design::NetId;
use crate::types::Type;

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
