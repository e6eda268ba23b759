//! Affine forms: how a node's value depends on what it was made of.
//!
//! Intervals forget that two operands hang together, so that `x + h (f - x)` seems to grow. A form
//! keeps the value as a weighted sum of symbols and of an interval for what was rounded away
//! (L. H. de Figueiredo and J. Stolfi, Affine arithmetic: concepts and applications, 2004). Its
//! numbers have [`FRACTION`] fraction bits; a form is given up where one is no multiple of the
//! last of them, or leaves 127 bits: the intervals hold without it.

use std::collections::BTreeMap;

use super::interval::Interval;
use crate::rounding::Rounding;

/// Fraction bits of the numbers of a form.
pub const FRACTION: u32 = 32;

/// 1 as a number of a form.
const ONE: i128 = 1 << FRACTION;

/// Something with a known interval that forms are made of. Numbers are places: of a vector in the
/// program, of a gather in its stage, of a node in its expression.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Symbol {
    /// The element's own value of a vector.
    Element(usize),
    /// What a gather sums up.
    Sum(usize),
    /// The value of a node that is no weighted sum of others.
    Node(usize),
}

/// `value = sum of coefficient * symbol + something of the interval`, in raw units.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Form {
    /// What has no symbol.
    rest: Interval,
    /// Each symbol's coefficient.
    terms: BTreeMap<Symbol, i128>,
}

impl Form {
    /// A symbol itself.
    pub fn symbol(symbol: Symbol) -> Form {
        Form {
            rest: Interval::point(0),
            terms: BTreeMap::from([(symbol, ONE)]),
        }
    }

    /// A constant.
    pub fn constant(raw: i64) -> Form {
        let raw = i128::from(raw) * ONE;
        Form {
            rest: Interval::new(raw, raw),
            terms: BTreeMap::new(),
        }
    }

    /// The form times a whole number.
    pub fn times(&self, factor: i64) -> Option<Form> {
        let scaled = |(&symbol, coefficient): (&Symbol, &i128)| {
            Some((symbol, coefficient.checked_mul(i128::from(factor))?))
        };
        let terms: Option<_> = self.terms.iter().map(scaled).collect();
        Some(Form {
            rest: self.rest.times(Interval::point(factor))?,
            terms: terms?,
        })
    }

    /// The sum of two forms.
    pub fn plus(&self, other: &Form) -> Option<Form> {
        let mut terms = self.terms.clone();
        for (&symbol, &coefficient) in &other.terms {
            let sum = terms.entry(symbol).or_insert(0);
            *sum = sum.checked_add(coefficient)?;
        }
        Some(Form {
            rest: self.rest.plus(other.rest)?,
            terms,
        })
    }

    /// The value with its point moved by so many places to the right (the left where negative), as
    /// a resize does; `value` is the interval of what is rounded.
    pub fn resized(&self, dropped: i32, rounding: Rounding, value: Interval) -> Option<Form> {
        if dropped <= 0 {
            let places = dropped.unsigned_abs();
            return self.times(1i64.checked_shl(places).filter(|&power| power > 0)?);
        }
        let dropped = dropped.unsigned_abs();
        let unit = (dropped <= FRACTION).then(|| 1i128 << dropped)?;
        if self
            .terms
            .values()
            .any(|coefficient| coefficient % unit != 0)
        {
            return None;
        }
        let rest = self.rest.plus(rounding_error(unit, rounding, value))?;
        let terms = self.terms.iter();
        Some(Form {
            // Outwards, as the interval is no exact number.
            rest: Interval::new(rest.low >> dropped, -(-rest.high >> dropped)),
            terms: terms
                .map(|(&s, coefficient)| (s, coefficient / unit))
                .collect(),
        })
    }

    /// The whole numbers that the value can be; `None` where a sum leaves 127 bits or a symbol is
    /// not known.
    pub fn interval(&self, of: impl Fn(Symbol) -> Option<Interval>) -> Option<Interval> {
        let mut sum = self.rest;
        for (&symbol, &coefficient) in &self.terms {
            let coefficient = Interval::new(coefficient, coefficient);
            sum = sum.plus(of(symbol)?.times(coefficient)?)?;
        }
        // Toward the inside: the value is whole.
        Some(Interval::new(-(-sum.low >> FRACTION), sum.high >> FRACTION))
    }
}

/// What rounding to a multiple of `unit` adds, as a number of a form.
fn rounding_error(unit: i128, rounding: Rounding, value: Interval) -> Interval {
    let most = unit - 1;
    let (low, high) = match rounding {
        Rounding::Floor => (-most, 0),
        Rounding::TowardZero => (
            if value.high <= 0 { 0 } else { -most },
            if value.low >= 0 { 0 } else { most },
        ),
        Rounding::HalfUp => (1 - unit / 2, unit / 2),
        Rounding::HalfEven => (-unit / 2, unit / 2),
    };
    Interval::new(low * ONE, high * ONE)
}
