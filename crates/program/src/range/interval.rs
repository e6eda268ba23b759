//! Intervals of raw values, in exact integers.

use crate::format::{Coding, Format};
use crate::rounding::{self, Overflow, Rounding};

/// The smallest and the largest raw value, both attained or not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Interval {
    /// The smallest.
    pub low: i128,
    /// The largest; at least `low`.
    pub high: i128,
}

/// What becomes of an exact result in the format of its node.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Fit {
    /// Every result is a value of the format.
    Holds,
    /// Some results are brought to the nearest bound, as the program says.
    Saturates,
    /// Some results lose their high bits, as the program says.
    Wraps,
    /// Some results may end the run with an error.
    Stops,
}

impl Interval {
    /// From one bound to the other.
    pub fn new(low: i128, high: i128) -> Interval {
        Interval { low, high }
    }

    /// One value.
    pub fn point(value: i64) -> Interval {
        Interval::new(i128::from(value), i128::from(value))
    }

    /// Every value of a format.
    pub fn of(format: Format) -> Interval {
        Interval::new(i128::from(format.min_raw()), i128::from(format.max_raw()))
    }

    /// The smallest interval with all these values; `None` where there are none.
    pub fn hull(values: impl IntoIterator<Item = i64>) -> Option<Interval> {
        values
            .into_iter()
            .map(Interval::point)
            .reduce(Interval::union)
    }

    /// The smallest interval that holds both.
    pub fn union(self, other: Interval) -> Interval {
        Interval::new(self.low.min(other.low), self.high.max(other.high))
    }

    /// What both have in common; `None` for nothing.
    pub fn intersection(self, other: Interval) -> Option<Interval> {
        let both = Interval::new(self.low.max(other.low), self.high.min(other.high));
        (both.low <= both.high).then_some(both)
    }

    /// Whether this lies within another interval.
    pub fn within(self, other: Interval) -> bool {
        other.low <= self.low && self.high <= other.high
    }

    /// Whether there is one value only.
    pub fn is_point(self) -> bool {
        self.low == self.high
    }

    /// Both bounds brought into another interval.
    pub fn clamped(self, to: Interval) -> Interval {
        let clamp = |value: i128| value.clamp(to.low, to.high);
        Interval::new(clamp(self.low), clamp(self.high))
    }

    /// All sums; `None` beyond 127 bits.
    pub fn plus(self, other: Interval) -> Option<Interval> {
        let (low, high) = (
            self.low.checked_add(other.low)?,
            self.high.checked_add(other.high)?,
        );
        Some(Interval::new(low, high))
    }

    /// All differences; `None` beyond 127 bits.
    pub fn minus(self, other: Interval) -> Option<Interval> {
        let (low, high) = (
            self.low.checked_sub(other.high)?,
            self.high.checked_sub(other.low)?,
        );
        Some(Interval::new(low, high))
    }

    /// All products; `None` beyond 127 bits.
    pub fn times(self, other: Interval) -> Option<Interval> {
        let a = self.low.checked_mul(other.low)?;
        let b = self.low.checked_mul(other.high)?;
        let c = self.high.checked_mul(other.low)?;
        let d = self.high.checked_mul(other.high)?;
        Some(Interval::new(
            a.min(b).min(c).min(d),
            a.max(b).max(c).max(d),
        ))
    }

    /// The narrowest signed word that holds every value, in bits; `None` beyond 64.
    pub fn width(self) -> Option<u32> {
        Format::signed_holding(self.low, self.high, 0).map(Format::width)
    }

    /// The bounds in 64 bits; `None` where they need more.
    pub fn raw(self) -> Option<(i64, i64)> {
        Some((
            i64::try_from(self.low).ok()?,
            i64::try_from(self.high).ok()?,
        ))
    }

    /// Every value rounded to another number of fraction bits; rounding is monotone, so that the
    /// bounds go to bounds. `None` where the values are none of 64 bits.
    pub fn rounded(self, from: i32, to: i32, rounding: Rounding) -> Option<Interval> {
        let (low, high) = self.raw()?;
        let round = |raw| rounding::round(raw, from, to, rounding);
        Some(Interval::new(round(low), round(high)))
    }

    /// Rounded values brought into a format by its overflow rule, and what that does to them.
    pub fn fitted(self, format: Format, overflow: Overflow) -> (Interval, Fit) {
        if format.coding() == Coding::Bipolar {
            let sign = |value: i128| if value < 0 { -1 } else { 1 };
            return (
                Interval::new(sign(self.low), sign(self.high)),
                Fit::Saturates,
            );
        }
        let whole = Interval::of(format);
        let (low, high) = saturation(format, overflow);
        let kept = Interval::new(i128::from(low), i128::from(high));
        match overflow {
            _ if self.within(kept) => (self, Fit::Holds),
            Overflow::Saturate | Overflow::SaturateSymmetric => {
                (self.clamped(kept), Fit::Saturates)
            }
            Overflow::Wrap => (whole, Fit::Wraps),
            Overflow::Error => (self.clamped(whole), Fit::Stops),
        }
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
