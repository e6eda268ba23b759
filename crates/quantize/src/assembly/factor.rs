//! Real numbers that multiply a node: steps of the Euler method, gains, decays.

use program::{Format, NodeId, Operation, Rounding};

use super::wide::Wide;
use crate::QuantizeError;
use crate::real::rounded;

/// Significant bits of a factor that is no power of two.
const SIGNIFICANT: i32 = 12;

/// The most places that a power of two moves the point.
const MAX_PLACES: f64 = 32.0;

/// A real number that a node is multiplied by.
#[derive(Debug, Clone, PartialEq)]
pub enum Factor {
    /// `2^-halvings`: the point moves, which costs nothing.
    Halvings(i32),
    /// A word to multiply by.
    Word {
        /// Its format.
        format: Format,
        /// Its raw value.
        raw: i64,
        /// How far it is from the number.
        error: f64,
    },
}

impl Factor {
    /// A number as halvings where it is a positive power of two, exact where so many significant
    /// bits are enough for that, else as a word of twelve significant bits.
    ///
    /// # Errors
    /// When the number is so large or small that no format holds it.
    pub fn new(value: f64) -> Result<Factor, QuantizeError> {
        let too_wide = QuantizeError::TooWide {
            of: "a factor of the equations",
        };
        if value == 0.0 {
            let (format, raw, error) = (Format::TRUTH, 0, 0.0);
            return Ok(Factor::Word { format, raw, error });
        }
        let halvings = -value.abs().log2();
        if value > 0.0 && halvings.fract() == 0.0 && halvings.abs() <= MAX_PLACES {
            return Ok(Factor::Halvings(halvings as i32));
        }
        let most = SIGNIFICANT + halvings.floor().clamp(-1e6, 1e6) as i32;
        let exact = |fraction: &i32| (value * f64::from(*fraction).exp2()).fract() == 0.0;
        let fraction = (most - SIGNIFICANT..most).find(exact).unwrap_or(most);
        let raw = rounded(value * f64::from(fraction).exp2(), Rounding::HalfEven);
        let format = Format::signed_holding(raw.min(0), raw.max(0), fraction);
        let (Some(format), Ok(raw)) = (format, i64::try_from(raw)) else {
            return Err(too_wide);
        };
        let error = (format.value(raw) - value).abs();
        Ok(Factor::Word { format, raw, error })
    }

    /// The number that multiplies in fact.
    pub fn value(&self) -> f64 {
        match *self {
            Factor::Halvings(halvings) => (-f64::from(halvings)).exp2(),
            Factor::Word { format, raw, .. } => format.value(raw),
        }
    }

    /// How far it is from what was asked for.
    pub fn error(&self) -> f64 {
        match self {
            Factor::Halvings(_) => 0.0,
            Factor::Word { error, .. } => *error,
        }
    }

    /// A node `name`: the number times another node, exact.
    ///
    /// # Errors
    /// When no word of 64 bits holds every product.
    pub fn times(
        &self,
        apply: &mut Wide<'_>,
        name: &str,
        node: NodeId,
    ) -> Result<NodeId, QuantizeError> {
        match *self {
            Factor::Halvings(0) => Ok(node),
            Factor::Halvings(halvings) => {
                let from = apply.format(node);
                let too_wide = |_| QuantizeError::TooWide {
                    of: "a factor of the equations",
                };
                let fraction = from.fraction() + halvings;
                let format = match from.coding() {
                    program::Coding::Unsigned => Format::unsigned(from.width(), fraction),
                    _ => Format::signed(from.width(), fraction),
                };
                apply.push(name, Operation::Scale(node), format.map_err(too_wide)?)
            }
            Factor::Word { format, raw, .. } => {
                let factor = format!("{name}_factor");
                let factor = apply.push(&factor, Operation::Constant(raw), format)?;
                apply.product(name, node, factor)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn powers_of_two_move_the_point() {
        assert_eq!(Factor::new(0.25), Ok(Factor::Halvings(2)));
        assert_eq!(Factor::new(4.0), Ok(Factor::Halvings(-2)));
        for value in [0.75, -1.0, -0.5, 3.0, 100.0, 0.0] {
            let factor = Factor::new(value).unwrap();
            assert_eq!((factor.value(), factor.error()), (value, 0.0));
        }
        let third = Factor::new(1.0 / 3.0).unwrap();
        assert!(third.error() > 0.0 && third.error() < 1e-4);
        assert!((third.value() - 1.0 / 3.0).abs() == third.error());
    }
}
