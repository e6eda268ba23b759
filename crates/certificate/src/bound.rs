//! Bounds of a value: intervals, and weighted sums of symbols.

use std::collections::BTreeMap;

/// From the smallest to the largest value.
pub type Interval = (i128, i128);

/// All sums; `None` beyond 127 bits.
pub fn plus(a: Interval, b: Interval) -> Option<Interval> {
    Some((a.0.checked_add(b.0)?, a.1.checked_add(b.1)?))
}

/// All products; `None` beyond 127 bits.
pub fn times(a: Interval, b: Interval) -> Option<Interval> {
    let all = [(a.0, b.0), (a.0, b.1), (a.1, b.0), (a.1, b.1)].map(|(a, b)| a.checked_mul(b));
    Some((all.into_iter().min()??, all.into_iter().max()??))
}

pub fn hull(a: Interval, b: Interval) -> Interval {
    (a.0.min(b.0), a.1.max(b.1))
}

pub fn within(a: Interval, b: Interval) -> bool {
    b.0 <= a.0 && a.1 <= b.1
}

/// A value with so many fraction bits less, at most 126.
pub fn round(value: i128, dropped: u32, rounding: &str) -> i128 {
    let (unit, floor) = (1i128 << dropped, value >> dropped);
    let rest = value - (floor << dropped);
    let up = match rounding {
        "toward_zero" => value < 0 && rest != 0,
        "half_up" => rest >= unit - rest,
        "half_even" => rest > unit - rest - (floor & 1),
        _ => false,
    };
    floor + i128::from(up)
}

/// An element of a vector, the sum of a gather or a node, by kind and place.
pub type Symbol = (u8, usize);
pub const ELEMENT: u8 = 0;
pub const SUM: u8 = 1;
pub const NODE: u8 = 2;

/// One symbol once, in the numbers of a form.
pub const ONE: i128 = 1 << 32;

/// `2^32 * value = sum of coefficient * symbol + something of the interval`.
#[derive(Clone, Default)]
pub struct Form {
    pub rest: Interval,
    pub terms: BTreeMap<Symbol, i128>,
}

impl Form {
    /// One symbol, once.
    pub fn symbol(symbol: Symbol) -> Form {
        Form { rest: (0, 0), terms: [(symbol, ONE)].into() }
    }

    /// `factor * self + other`; given up beyond 127 bits.
    pub fn times_plus(&self, factor: i128, other: &Form) -> Option<Form> {
        let mut sum = other.clone();
        sum.rest = plus(times(self.rest, (factor, factor))?, other.rest)?;
        for (&symbol, weight) in &self.terms {
            let all = sum.terms.entry(symbol).or_insert(0);
            *all = all.checked_add(weight.checked_mul(factor)?)?;
        }
        Some(sum)
    }

    /// The form after rounding a value of an interval; given up where a weight is no whole number.
    pub fn rounded(&self, dropped: u32, rounding: &str, of: Interval) -> Option<Form> {
        let unit = 1i128 << dropped;
        let (down, up) = match rounding {
            "floor" => (1 - unit, 0),
            "toward_zero" => ((1 - unit) * i128::from(of.1 > 0), (unit - 1) * i128::from(of.0 < 0)),
            "half_up" => (-((unit - 1) / 2), unit / 2),
            _ => (-unit / 2, unit / 2),
        };
        let whole = dropped <= 32 && self.terms.values().all(|weight| weight % unit == 0);
        let terms = self.terms.iter().map(|(&symbol, weight)| (symbol, weight / unit));
        let rest = plus(self.rest, (down * ONE, up * ONE))?;
        let rest = (rest.0 >> dropped, -(-rest.1 >> dropped));
        whole.then(|| Form { rest, terms: terms.collect() })
    }

    /// The whole numbers that the value can be.
    pub fn bounds(&self, of: impl Fn(Symbol) -> Option<Interval>) -> Option<Interval> {
        let term = |(&symbol, &weight): (&Symbol, &i128)| times(of(symbol)?, (weight, weight));
        let mut terms = self.terms.iter().map(term);
        let sum = terms.try_fold(self.rest, |sum, term| plus(sum, term?))?;
        Some((-(-sum.0 >> 32), sum.1 >> 32))
    }
}
