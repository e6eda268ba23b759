//! What each op does to one element, for any machine integer that is wide enough.
//!
//! The simulator runs narrow designs in `i32`; the meaning is stated once for both.

use crate::types::{MAX_WIDTH, Type};

/// A machine integer that holds element values: sign-extended where the type is signed, else
/// zero-extended. A type fits where its width is below the machine's, or equal to it for `i64`.
pub trait Word: Copy + Ord + Eq {
    /// The low bits of `value`.
    fn from_i64(value: i64) -> Self;
    /// The value, sign-extended.
    fn to_i64(self) -> i64;
    /// The value that the low `ty.width` bits have as an element of `ty`.
    fn wrap(self, ty: Type) -> Self;
    /// Sum, modulo the machine's width.
    fn plus(self, other: Self) -> Self;
    /// Difference, modulo the machine's width.
    fn minus(self, other: Self) -> Self;
    /// Product, modulo the machine's width.
    fn times(self, other: Self) -> Self;
    /// Every bit inverted.
    fn inverted(self) -> Self;
    /// Bitwise and.
    fn and(self, other: Self) -> Self;
    /// Bitwise or.
    fn or(self, other: Self) -> Self;
    /// Bitwise exclusive or.
    fn xor(self, other: Self) -> Self;
    /// Shifted left; the amount is below the machine's width.
    fn left(self, amount: u32) -> Self;
    /// Shifted right; the sign enters where `signed`, else zeros.
    fn right(self, amount: u32, signed: bool) -> Self;
    /// Whether `self < other`, read as signed or unsigned.
    fn below(self, other: Self, signed: bool) -> bool;
}

macro_rules! word {
    ($signed:ty, $unsigned:ty) => {
        impl Word for $signed {
            #[inline(always)]
            fn from_i64(value: i64) -> Self {
                value as $signed
            }
            #[inline(always)]
            fn to_i64(self) -> i64 {
                self as i64
            }
            #[inline(always)]
            fn wrap(self, ty: Type) -> Self {
                let unused = <$signed>::BITS - ty.width.min(<$signed>::BITS);
                if ty.signed {
                    (self << unused) >> unused
                } else {
                    (((self as $unsigned) << unused) >> unused) as $signed
                }
            }
            #[inline(always)]
            fn plus(self, other: Self) -> Self {
                self.wrapping_add(other)
            }
            #[inline(always)]
            fn minus(self, other: Self) -> Self {
                self.wrapping_sub(other)
            }
            #[inline(always)]
            fn times(self, other: Self) -> Self {
                self.wrapping_mul(other)
            }
            #[inline(always)]
            fn inverted(self) -> Self {
                !self
            }
            #[inline(always)]
            fn and(self, other: Self) -> Self {
                self & other
            }
            #[inline(always)]
            fn or(self, other: Self) -> Self {
                self | other
            }
            #[inline(always)]
            fn xor(self, other: Self) -> Self {
                self ^ other
            }
            #[inline(always)]
            fn left(self, amount: u32) -> Self {
                self << amount
            }
            #[inline(always)]
            fn right(self, amount: u32, signed: bool) -> Self {
                if signed {
                    self >> amount
                } else {
                    ((self as $unsigned) >> amount) as $signed
                }
            }
            #[inline(always)]
            fn below(self, other: Self, signed: bool) -> bool {
                if signed {
                    self < other
                } else {
                    (self as $unsigned) < (other as $unsigned)
                }
            }
        }
    };
}

word!(i64, u64);
word!(i32, u32);

/// [`crate::Op::Not`].
#[inline(always)]
pub fn not<T: Word>(ty: Type, a: T) -> T {
    a.inverted().wrap(ty)
}

/// [`crate::Op::Negate`].
#[inline(always)]
pub fn negate<T: Word>(ty: Type, a: T) -> T {
    T::from_i64(0).minus(a).wrap(ty)
}

/// [`crate::Op::Add`].
#[inline(always)]
pub fn add<T: Word>(ty: Type, a: T, b: T) -> T {
    a.plus(b).wrap(ty)
}

/// [`crate::Op::Subtract`].
#[inline(always)]
pub fn subtract<T: Word>(ty: Type, a: T, b: T) -> T {
    a.minus(b).wrap(ty)
}

/// [`crate::Op::AddSubtract`].
#[inline(always)]
pub fn add_subtract<T: Word>(ty: Type, minus: bool, left: T, right: T) -> T {
    if minus {
        subtract(ty, left, right)
    } else {
        add(ty, left, right)
    }
}

/// [`crate::Op::Multiply`].
#[inline(always)]
pub fn multiply<T: Word>(ty: Type, a: T, b: T) -> T {
    a.times(b).wrap(ty)
}

/// [`crate::Op::ShiftLeft`].
#[inline(always)]
pub fn shift_left<T: Word>(ty: Type, a: T, amount: u32) -> T {
    a.left(amount).wrap(ty)
}

/// [`crate::Op::ShiftRight`].
#[inline(always)]
pub fn shift_right<T: Word>(ty: Type, a: T, amount: u32) -> T {
    a.right(amount, ty.signed)
}

/// [`crate::Op::Less`] over operands of type `of`.
#[inline(always)]
pub fn less<T: Word>(of: Type, a: T, b: T) -> bool {
    a.below(b, of.signed)
}

/// [`crate::Op::LessEqual`] over operands of type `of`.
#[inline(always)]
pub fn less_equal<T: Word>(of: Type, a: T, b: T) -> bool {
    !b.below(a, of.signed)
}

/// [`crate::Op::Resize`]: an element's value already carries its extension.
#[inline(always)]
pub fn resize<T: Word>(to: Type, a: T) -> T {
    a.wrap(to)
}

/// [`crate::Op::Slice`]: bits `low` and up, as many as `to` has.
#[inline(always)]
pub fn slice<T: Word>(to: Type, a: T, low: u32) -> T {
    a.right(low, true).wrap(to)
}

/// [`crate::Op::All`] for one element of type `of`.
#[inline(always)]
pub fn all_bits<T: Word>(of: Type, a: T) -> bool {
    let ones = T::from_i64(-1).wrap(Type {
        signed: false,
        ..of
    });
    a.wrap(Type {
        signed: false,
        ..of
    }) == ones
}

/// [`crate::Op::Concat`]: one more part above what has been gathered in the low `below` bits.
#[inline(always)]
pub fn place(gathered: u64, of: Type, part: i64, below: u32) -> u64 {
    debug_assert!(below < MAX_WIDTH);
    gathered | (of.pattern(part) << below)
}
