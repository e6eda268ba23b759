//! Affine forms: how a node's value depends on what it was made of.
//!
//! Intervals forget that two operands hang together, so that `x + h (f - x)` seems to grow. A form
//! keeps `2^shift * value` as a weighted sum of symbols and of an interval for what was rounded
//! away (L. H. de Figueiredo and J. Stolfi, Affine arithmetic: concepts and applications, 2004).

use serde::{Deserialize, Serialize};

use super::interval::Interval;
use crate::rounding::Rounding;

/// The most symbols of a form, which keeps long expressions in bounds.
pub const MAX_TERMS: usize = 64;

/// The most halvings of a form.
pub const MAX_SHIFT: u32 = 62;

/// Something with a known interval that forms are made of. Numbers are places: of a vector in the
/// program, of a gather in its stage, of a node in its expression.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Symbol {
    /// The element's own value of a vector.
    Element(usize),
    /// What a gather sums up, without the element's own term where all rows weigh it alike.
    Rest(usize),
    /// The value of a node that is no weighted sum of others.
    Node(usize),
}

/// `2^shift * value = sum of coefficient * symbol + something from low to high`, in raw units.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Form {
    /// Halvings: all other numbers are over `2^shift`.
    pub shift: u32,
    /// The smallest value of the part without symbols.
    pub low: i64,
    /// Its largest value.
    pub high: i64,
    /// Symbols, rising, with their coefficients, none of which is zero.
    pub terms: Vec<(Symbol, i64)>,
}

impl Form {
    /// A symbol itself.
    pub fn symbol(symbol: Symbol) -> Form {
        Form {
            shift: 0,
            low: 0,
            high: 0,
            terms: vec![(symbol, 1)],
        }
    }

    /// A constant.
    pub fn constant(raw: i64) -> Form {
        Form {
            shift: 0,
            low: raw,
            high: raw,
            terms: vec![],
        }
    }

    /// The form times a whole number; `None` where a number leaves 64 bits.
    pub fn times(&self, factor: i64) -> Option<Form> {
        let (low, high) = (
            self.low.checked_mul(factor)?,
            self.high.checked_mul(factor)?,
        );
        let scaled = |&(symbol, coefficient): &(Symbol, i64)| {
            Some((symbol, coefficient.checked_mul(factor)?))
        };
        let terms: Option<Vec<_>> = self.terms.iter().map(scaled).collect();
        Some(Form {
            shift: self.shift,
            low: low.min(high),
            high: low.max(high),
            terms: terms?.into_iter().filter(|&(_, c)| c != 0).collect(),
        })
    }

    /// The sum of two forms; `None` where it has too many symbols or too large numbers.
    pub fn plus(&self, other: &Form) -> Option<Form> {
        let shift = self.shift.max(other.shift);
        let (a, b) = (self.at(shift)?, other.at(shift)?);
        let mut terms: Vec<(Symbol, i64)> = vec![];
        let mut all: Vec<(Symbol, i64)> = a.terms.into_iter().chain(b.terms).collect();
        all.sort_unstable();
        for (symbol, coefficient) in all {
            match terms.last_mut() {
                Some((last, sum)) if *last == symbol => *sum = sum.checked_add(coefficient)?,
                _ => terms.push((symbol, coefficient)),
            }
        }
        terms.retain(|&(_, coefficient)| coefficient != 0);
        (terms.len() <= MAX_TERMS).then_some(Form {
            shift,
            low: a.low.checked_add(b.low)?,
            high: a.high.checked_add(b.high)?,
            terms,
        })
    }

    /// The same value over a larger power of two.
    fn at(&self, shift: u32) -> Option<Form> {
        let mut form = self.times(power(shift - self.shift)?)?;
        form.shift = shift;
        Some(form)
    }

    /// The value with its point moved by so many places to the right (the left where negative), as
    /// a resize does; `value` is the interval of what is rounded.
    pub fn resized(&self, dropped: i32, rounding: Rounding, value: Interval) -> Option<Form> {
        if dropped <= 0 {
            return self.times(power(dropped.unsigned_abs())?);
        }
        let dropped = dropped.unsigned_abs();
        let shift = self
            .shift
            .checked_add(dropped)
            .filter(|&s| s <= MAX_SHIFT)?;
        let (down, up) = rounding_error(dropped, rounding, value)?;
        let unit = power(self.shift)?;
        Some(Form {
            shift,
            low: self.low.checked_add(down.checked_mul(unit)?)?,
            high: self.high.checked_add(up.checked_mul(unit)?)?,
            terms: self.terms.clone(),
        })
    }

    /// The whole numbers that the value can be; `None` where a sum leaves 127 bits or a symbol is
    /// not known.
    pub fn interval(&self, of: impl Fn(Symbol) -> Option<Interval>) -> Option<Interval> {
        let mut sum = Interval::new(i128::from(self.low), i128::from(self.high));
        for &(symbol, coefficient) in &self.terms {
            sum = sum.plus(of(symbol)?.times(Interval::point(coefficient))?)?;
        }
        // Toward the inside: the value is whole.
        Some(Interval::new(
            -((-sum.low) >> self.shift),
            sum.high >> self.shift,
        ))
    }
}

/// `2^places`, where it is a positive number of 64 bits.
fn power(places: u32) -> Option<i64> {
    (places <= MAX_SHIFT).then(|| 1i64 << places)
}

/// What rounding adds, in units of the last of `dropped` bits: from, to.
fn rounding_error(dropped: u32, rounding: Rounding, value: Interval) -> Option<(i64, i64)> {
    let most = power(dropped)? - 1;
    let half = power(dropped - 1)?;
    Some(match rounding {
        Rounding::Floor => (-most, 0),
        Rounding::TowardZero => (
            if value.high <= 0 { 0 } else { -most },
            if value.low >= 0 { 0 } else { most },
        ),
        Rounding::HalfUp => (1 - half, half),
        Rounding::HalfEven => (-half, half),
    })
}
