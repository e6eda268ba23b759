//! The type of a net: its sign, its width and how many elements it carries.

use serde::{Deserialize, Serialize};

/// The widest element, in bits.
pub const MAX_WIDTH: u32 = 64;

/// A net carries `count` elements of `width` bits each, all signed or all unsigned.
///
/// An element's value is an `i64`: sign-extended where signed, zero-extended where unsigned (a
/// 64-bit unsigned value keeps its bit pattern). On the wire, element 0 stands in the lowest bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Type {
    /// Two's complement where true, natural binary where false.
    pub signed: bool,
    /// Bits of one element, 1 to 64.
    pub width: u32,
    /// Elements, at least 1.
    pub count: u32,
}

impl Type {
    /// One bit.
    pub const BIT: Type = Type::unsigned(1);

    /// One signed element.
    pub const fn signed(width: u32) -> Type {
        Type {
            signed: true,
            width,
            count: 1,
        }
    }

    /// One unsigned element.
    pub const fn unsigned(width: u32) -> Type {
        Type {
            signed: false,
            width,
            count: 1,
        }
    }

    /// The same element `count` times.
    pub const fn times(self, count: u32) -> Type {
        Type { count, ..self }
    }

    /// One element of this type.
    pub const fn element(self) -> Type {
        Type { count: 1, ..self }
    }

    /// Whether there is just one element.
    pub const fn is_scalar(self) -> bool {
        self.count == 1
    }

    /// Bits of all elements together.
    pub const fn bits(self) -> u64 {
        self.width as u64 * self.count as u64
    }

    /// The value whose low `width` bits are those of `bits`, as this type reads them.
    #[inline]
    pub const fn wrap(self, bits: i64) -> i64 {
        let unused = MAX_WIDTH - self.width;
        if self.signed {
            (bits << unused) >> unused
        } else {
            (((bits as u64) << unused) >> unused) as i64
        }
    }

    /// Whether `value` is one that an element can have.
    pub const fn holds(self, value: i64) -> bool {
        self.wrap(value) == value
    }

    /// The bit pattern of an element's value, in the low `width` bits.
    #[inline]
    pub const fn pattern(self, value: i64) -> u64 {
        (value as u64) & (u64::MAX >> (MAX_WIDTH - self.width))
    }
}

/// Bits of the narrowest unsigned word that holds `value`, at least 1.
pub const fn bits_for(value: u64) -> u32 {
    let bits = u64::BITS - value.leading_zeros();
    if bits == 0 { 1 } else { bits }
}

/// Bits of an address into `depth` words (the largest address is `depth - 1`), at least 1.
pub const fn address_bits(depth: u64) -> u32 {
    bits_for(depth.saturating_sub(1))
}
