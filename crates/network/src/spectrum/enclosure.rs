//! Real numbers between two bounds, with bounds that rounding cannot break.

use std::fmt;
use std::ops::{Add, Div, Mul, Neg, Sub};

/// Half the distance from 1 to the next number: the largest relative error of one operation.
const UNIT_ROUNDOFF: f64 = f64::EPSILON / 2.0;

/// A real number that lies between two bounds, both included. Operations round outwards, so that
/// the result lies between the bounds of the result; an operation without a result (as a division
/// by what may be 0) gives [`Enclosure::UNKNOWN`].
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Enclosure {
    /// It is not below this.
    pub low: f64,
    /// It is not above this.
    pub high: f64,
}

impl Enclosure {
    /// Any number.
    pub const UNKNOWN: Enclosure = Enclosure {
        low: f64::NEG_INFINITY,
        high: f64::INFINITY,
    };

    /// This number; any one where it is none or infinite.
    pub fn exact(value: f64) -> Enclosure {
        if !value.is_finite() {
            return Enclosure::UNKNOWN;
        }
        Enclosure {
            low: value,
            high: value,
        }
    }

    /// From the lower of two numbers to the higher one.
    pub fn between(a: f64, b: f64) -> Enclosure {
        if a.is_nan() || b.is_nan() {
            return Enclosure::UNKNOWN;
        }
        Enclosure {
            low: a.min(b),
            high: a.max(b),
        }
    }

    /// A number that is at most `error` from `value`.
    pub fn around(value: f64, error: f64) -> Enclosure {
        outward(value - error, value + error)
    }

    /// Whether it is above a bound; none where that is not known.
    pub fn is_above(self, bound: f64) -> Option<bool> {
        match self {
            Enclosure { low, .. } if low > bound => Some(true),
            Enclosure { high, .. } if high <= bound => Some(false),
            Enclosure { .. } => None,
        }
    }

    /// Whether it is below a bound; none where that is not known.
    pub fn is_below(self, bound: f64) -> Option<bool> {
        (-self).is_above(-bound)
    }

    /// Its magnitude.
    pub fn magnitude(self) -> Enclosure {
        let (low, high) = (self.low.abs(), self.high.abs());
        let holds_zero = self.low <= 0.0 && self.high >= 0.0;
        Enclosure {
            low: if holds_zero { 0.0 } else { low.min(high) },
            high: low.max(high),
        }
    }

    /// What is known when both are.
    pub fn and(self, other: Enclosure) -> Enclosure {
        Enclosure {
            low: self.low.max(other.low),
            high: self.high.min(other.high),
        }
    }

    /// The larger of the two.
    pub fn max(self, other: Enclosure) -> Enclosure {
        Enclosure {
            low: self.low.max(other.low),
            high: self.high.max(other.high),
        }
    }

    /// The smaller of the two.
    pub fn min(self, other: Enclosure) -> Enclosure {
        -((-self).max(-other))
    }

    /// The number in the middle, for display; not a bound.
    pub fn middle(self) -> f64 {
        self.low / 2.0 + self.high / 2.0
    }
}

/// Bounds that were rounded to the nearest, moved outwards by more than that.
fn outward(low: f64, high: f64) -> Enclosure {
    if low.is_nan() || high.is_nan() {
        return Enclosure::UNKNOWN;
    }
    Enclosure {
        low: low.next_down(),
        high: high.next_up(),
    }
}

impl Neg for Enclosure {
    type Output = Enclosure;

    fn neg(self) -> Enclosure {
        Enclosure {
            low: -self.high,
            high: -self.low,
        }
    }
}

impl Add for Enclosure {
    type Output = Enclosure;

    fn add(self, other: Enclosure) -> Enclosure {
        outward(self.low + other.low, self.high + other.high)
    }
}

impl Sub for Enclosure {
    type Output = Enclosure;

    fn sub(self, other: Enclosure) -> Enclosure {
        self + -other
    }
}

impl Mul for Enclosure {
    type Output = Enclosure;

    fn mul(self, other: Enclosure) -> Enclosure {
        corners(self, other, |a, b| a * b)
    }
}

impl Div for Enclosure {
    type Output = Enclosure;

    fn div(self, other: Enclosure) -> Enclosure {
        if other.low <= 0.0 && other.high >= 0.0 {
            return Enclosure::UNKNOWN;
        }
        corners(self, other, |a, b| a / b)
    }
}

/// An operation that is monotone in each operand, over both.
fn corners(a: Enclosure, b: Enclosure, of: impl Fn(f64, f64) -> f64) -> Enclosure {
    let all = [
        of(a.low, b.low),
        of(a.low, b.high),
        of(a.high, b.low),
        of(a.high, b.high),
    ];
    if all.iter().any(|value| value.is_nan()) {
        return Enclosure::UNKNOWN;
    }
    outward(
        all.into_iter().fold(f64::INFINITY, f64::min),
        all.into_iter().fold(f64::NEG_INFINITY, f64::max),
    )
}

/// `n u / (1 - n u)`: the relative error of n operations one after another; N. J. Higham, Accuracy
/// and Stability of Numerical Algorithms (2nd ed. 2002), lemma 3.1.
pub(super) fn gamma(operations: usize) -> f64 {
    let error = operations as f64 * UNIT_ROUNDOFF;
    if error < 0.5 {
        error / (1.0 - error)
    } else {
        f64::INFINITY
    }
}

/// `sum a b` over pairs: the computed sum and the bound of its error, Higham (2002), equation 3.5.
/// Where no operation rounds, as with words of few bits, it is the sum itself.
pub fn dot(pairs: impl IntoIterator<Item = (f64, f64)>) -> Enclosure {
    let (mut sum, mut size, mut terms) = (0.0, 0.0, 0usize);
    let mut exact = true;
    for (a, b) in pairs {
        let product = a * b;
        let next = sum + product;
        exact = exact && is_product(product, a, b) && is_sum(next, sum, product);
        sum = next;
        size += product.abs();
        terms += 1;
    }
    if exact {
        return Enclosure::exact(sum);
    }
    // Twice the operations cover the rounding of `size` and of the bound itself; the last term,
    // products too small for a number of full precision.
    let tiny = terms as f64 * f64::MIN_POSITIVE;
    Enclosure::around(sum, gamma(2 * terms + 4) * size + tiny)
}

/// Whether a product is exact. Below a certain size its error may be too small for a number.
fn is_product(product: f64, a: f64, b: f64) -> bool {
    product == 0.0 && (a == 0.0 || b == 0.0)
        || product.abs() > 1e-200 && a.mul_add(b, -product) == 0.0
}

/// Whether a sum is exact, by Knuth's error of a sum.
fn is_sum(sum: f64, a: f64, b: f64) -> bool {
    let part = sum - a;
    (a - (sum - part)) + (b - part) == 0.0
}

impl fmt::Display for Enclosure {
    /// As many digits as both bounds have in common, four at least and ten at most.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.low == self.high {
            return write!(f, "{}", self.low);
        }
        for digits in (4..=10).rev() {
            let (low, high) = (
                format!("{:.digits$}", self.low),
                format!("{:.digits$}", self.high),
            );
            let zero = format!("{:.digits$}", 0.0);
            if low == high || low.trim_start_matches('-') == zero && high == zero {
                return f.write_str(&high);
            }
        }
        write!(f, "{:.4} to {:.4}", self.low, self.high)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decisions_are_made_only_where_the_bounds_allow() {
        let known = Enclosure::between(2.0, 1.0);
        assert_eq!(known.is_above(0.5), Some(true));
        assert_eq!(known.is_above(1.5), None);
        assert_eq!(known.is_above(2.0), Some(false));
        assert_eq!(known.is_below(2.5), Some(true));
        assert_eq!(known.is_below(1.0), Some(false));
        assert_eq!(Enclosure::UNKNOWN.is_below(1e300), None);
        assert_eq!(Enclosure::exact(f64::NAN), Enclosure::UNKNOWN);
        assert_eq!(
            Enclosure::between(-3.0, 2.0).magnitude(),
            Enclosure::between(0.0, 3.0)
        );
    }

    #[test]
    fn results_hold_what_rounding_hides() {
        let third = Enclosure::exact(1.0) / Enclosure::exact(3.0);
        assert!(third.low < third.high && third.high - third.low < 1e-15);
        let one = third * Enclosure::exact(3.0);
        assert!(one.low < 1.0 && one.high > 1.0);
        assert_eq!(third / Enclosure::between(-1.0, 1.0), Enclosure::UNKNOWN);
        assert_eq!(dot([(0.5, 3.0), (-1.5, 1.0)]), Enclosure::exact(0.0));
        assert_eq!(dot([(0.1, 0.0), (-7.0, 0.25)]), Enclosure::exact(-1.75));
        // 1 + 1e16 - 1e16, in which the computed sum loses the 1.
        let sum = dot([(1.0, 1.0), (1e8, 1e8), (-1e8, 1e8)]);
        assert!(sum.low <= 1.0 && sum.high >= 1.0);
        assert_eq!(format!("{}", Enclosure::exact(0.25)), "0.25");
        assert_eq!(format!("{third}"), "0.3333333333");
        assert_eq!(
            format!("{}", Enclosure::between(-1e-14, 1e-14)),
            "0.0000000000"
        );
        assert_eq!(
            format!("{}", Enclosure::between(1.0, 2.0)),
            "1.0000 to 2.0000"
        );
    }
}
