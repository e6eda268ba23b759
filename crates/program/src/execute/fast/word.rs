//! The words that kernels compute with: two's complement of 32 or 64 bits whose arithmetic wraps.

use crate::range::Interval;

/// Values that are computed side by side.
pub const LANES: usize = 16;

/// Values side by side.
pub type Lanes<W> = [W; LANES];

/// A word for each lane. All are computed before any is written, so that the compiler need not ask
/// whether what is written is what is read, and computes them side by side.
#[inline(always)]
pub fn lanes<W: Word>(of: impl Fn(usize) -> W) -> Lanes<W> {
    let mut all = [W::default(); LANES];
    for (lane, word) in all.iter_mut().enumerate() {
        *word = of(lane);
    }
    all
}

/// How wide a word is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Width {
    /// 32 bits.
    Narrow,
    /// 64 bits.
    Wide,
}

impl Width {
    /// The narrowest word that holds every value of an interval within 64 bits.
    pub fn of(values: Interval) -> Width {
        let narrow = Interval::new(i128::from(i32::MIN), i128::from(i32::MAX));
        match values.within(narrow) {
            true => Width::Narrow,
            false => Width::Wide,
        }
    }

    /// The most fraction bits that a resize can drop, so that the half of a unit is a positive word.
    pub fn most_dropped(self) -> i32 {
        match self {
            Width::Narrow => 30,
            Width::Wide => 62,
        }
    }
}

/// A word.
pub trait Word: Copy + Ord + Default {
    /// Its bits.
    const BITS: u32;
    /// The low bits of a value.
    fn of(raw: i64) -> Self;
    /// The nearest word to a value.
    fn nearest(raw: i64) -> Self;
    /// The value.
    fn raw(self) -> i64;
    /// The sum.
    fn plus(self, other: Self) -> Self;
    /// The difference.
    fn minus(self, other: Self) -> Self;
    /// The product.
    fn times(self, other: Self) -> Self;
    /// The bits that both have.
    fn and(self, other: Self) -> Self;
    /// Moved to the left; less than [`Word::BITS`] places.
    fn left(self, places: u32) -> Self;
    /// Moved to the right, filled with the sign.
    fn right(self, places: u32) -> Self;
    /// Moved to the right, filled with zeros.
    fn right_with_zeros(self, places: u32) -> Self;
}

macro_rules! word {
    ($word:ty, $unsigned:ty) => {
        impl Word for $word {
            const BITS: u32 = <$word>::BITS;

            #[inline(always)]
            fn of(raw: i64) -> $word {
                raw as $word
            }

            #[inline(always)]
            fn nearest(raw: i64) -> $word {
                raw.clamp(i64::from(<$word>::MIN), i64::from(<$word>::MAX)) as $word
            }

            #[inline(always)]
            fn raw(self) -> i64 {
                i64::from(self)
            }

            #[inline(always)]
            fn plus(self, other: $word) -> $word {
                self.wrapping_add(other)
            }

            #[inline(always)]
            fn minus(self, other: $word) -> $word {
                self.wrapping_sub(other)
            }

            #[inline(always)]
            fn times(self, other: $word) -> $word {
                self.wrapping_mul(other)
            }

            #[inline(always)]
            fn and(self, other: $word) -> $word {
                self & other
            }

            #[inline(always)]
            fn left(self, places: u32) -> $word {
                self.wrapping_shl(places)
            }

            #[inline(always)]
            fn right(self, places: u32) -> $word {
                self.wrapping_shr(places)
            }

            #[inline(always)]
            fn right_with_zeros(self, places: u32) -> $word {
                (self as $unsigned).wrapping_shr(places) as $word
            }
        }
    };
}

word!(i32, u32);
word!(i64, u64);
