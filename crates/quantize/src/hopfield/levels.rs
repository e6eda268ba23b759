//! The raw values that a weight may become, and which of them it becomes.

use network::description::WeightCoding;
use program::rounding::{Overflowed, fit};
use program::{Format, Overflow, Rounding};

use crate::real::rounded;

/// The words that weights of a coding and format may become.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Levels {
    coding: WeightCoding,
    format: Format,
}

impl Levels {
    /// Those of a format, which suits the coding.
    pub fn new(coding: WeightCoding, format: Format) -> Levels {
        Levels { coding, format }
    }

    /// Whether they are all words of the format.
    pub fn are_all(self) -> bool {
        self.coding == WeightCoding::TwosComplement
    }

    /// The largest.
    pub fn largest(self) -> i64 {
        match self.coding {
            WeightCoding::TwosComplement => self.format.max_raw(),
            WeightCoding::Bipolar | WeightCoding::Ternary => 1,
            WeightCoding::PowerOfTwo => 1i64 << (self.format.width().max(2) - 2),
        }
    }

    /// Whether a raw value is one of them.
    pub fn hold(self, raw: i128) -> bool {
        let largest = i128::from(self.largest());
        match self.coding {
            WeightCoding::TwosComplement => {
                i64::try_from(raw).is_ok_and(|raw| self.format.holds(raw))
            }
            WeightCoding::Bipolar => raw.abs() == 1,
            WeightCoding::Ternary => raw.abs() <= 1,
            WeightCoding::PowerOfTwo => {
                raw == 0 || raw.abs() <= largest && raw.unsigned_abs().is_power_of_two()
            }
        }
    }

    /// The word of a number in raw units.
    ///
    /// # Errors
    /// When it lies beyond the words, and the mode is [`Overflow::Error`].
    pub fn word(self, raw: f64, rounding: Rounding, overflow: Overflow) -> Result<i64, Overflowed> {
        let whole = match self.coding {
            WeightCoding::TwosComplement => {
                return fit(rounded(raw, rounding), self.format, overflow);
            }
            WeightCoding::Bipolar => return Ok(if raw < 0.0 { -1 } else { 1 }),
            WeightCoding::Ternary => rounded(raw, rounding),
            WeightCoding::PowerOfTwo => power(raw, rounding),
        };
        let largest = i128::from(self.largest());
        if whole.abs() > largest && overflow == Overflow::Error {
            return Err(Overflowed { value: whole });
        }
        // The levels lie within 64 bits.
        Ok(whole.clamp(-largest, largest) as i64)
    }
}

/// The power of two, or zero, that a number is rounded to: half modes go to the nearest, on ties up,
/// or to the one whose place is even when they are counted from zero outwards.
fn power(raw: f64, rounding: Rounding) -> i128 {
    let magnitude = raw.abs();
    // Casts saturate, and no level is beyond 2^62.
    let exponent = magnitude.log2().floor().clamp(-1.0, 126.0) as i32;
    let mut low: i128 = if exponent < 0 { 0 } else { 1 << exponent };
    // Where the logarithm was rounded up to the next whole number.
    if low as f64 > magnitude {
        low /= 2;
    }
    let high = if low == 0 { 1 } else { low.saturating_mul(2) };
    if low as f64 == magnitude {
        return if raw < 0.0 { -low } else { low };
    }
    let middle = (low as f64 + high as f64) / 2.0;
    let away = match rounding {
        Rounding::Floor => raw < 0.0,
        Rounding::TowardZero => false,
        Rounding::HalfUp => magnitude > middle || magnitude == middle && raw > 0.0,
        Rounding::HalfEven => {
            let odd = low != 0 && low.trailing_zeros().is_multiple_of(2);
            magnitude > middle || magnitude == middle && odd
        }
    };
    let found = if away { high } else { low };
    if raw < 0.0 { -found } else { found }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn levels(coding: WeightCoding, format: &str) -> Levels {
        Levels::new(coding, format.parse().unwrap())
    }

    /// All levels of a coding.
    fn all(levels: Levels) -> Vec<i64> {
        (-200..=200)
            .filter(|&raw| levels.hold(raw.into()))
            .collect()
    }

    #[test]
    fn codings_have_these_levels() {
        use WeightCoding::{Bipolar, PowerOfTwo, Ternary, TwosComplement};
        assert_eq!(all(levels(Bipolar, "b1")), [-1, 1]);
        assert_eq!(all(levels(Ternary, "s2f0")), [-1, 0, 1]);
        assert_eq!(
            all(levels(TwosComplement, "s3f0")),
            [-4, -3, -2, -1, 0, 1, 2, 3]
        );
        assert_eq!(all(levels(PowerOfTwo, "s4f0")), [-4, -2, -1, 0, 1, 2, 4]);
        assert_eq!(all(levels(PowerOfTwo, "s2f0")), [-1, 0, 1]);
    }

    /// Every mode by its definition, over all levels.
    #[test]
    fn numbers_go_to_the_level_that_the_mode_says() {
        use WeightCoding::{PowerOfTwo, Ternary};
        for levels in [levels(PowerOfTwo, "s6f0"), levels(Ternary, "s2f0")] {
            let all = all(levels);
            let place = |level: i64| all.iter().position(|&other| other == level).unwrap();
            for raw in (-320..=320).map(|n| f64::from(n) / 16.0) {
                let below = all.iter().rev().find(|&&level| level as f64 <= raw);
                let above = all.iter().find(|&&level| level as f64 >= raw);
                let (low, high) = match (below, above) {
                    (Some(&low), Some(&high)) => (low, high),
                    (Some(&end), None) | (None, Some(&end)) => (end, end),
                    (None, None) => unreachable!(),
                };
                let nearest = (raw - low as f64).total_cmp(&(high as f64 - raw));
                let even = |level: i64| place(level).abs_diff(all.len() / 2).is_multiple_of(2);
                for (mode, wanted) in [
                    (Rounding::Floor, low),
                    (Rounding::TowardZero, if raw < 0.0 { high } else { low }),
                    (Rounding::HalfUp, if nearest.is_lt() { low } else { high }),
                    (
                        Rounding::HalfEven,
                        match nearest {
                            std::cmp::Ordering::Less => low,
                            std::cmp::Ordering::Greater => high,
                            std::cmp::Ordering::Equal if even(low) => low,
                            std::cmp::Ordering::Equal => high,
                        },
                    ),
                ] {
                    let word = levels.word(raw, mode, Overflow::Saturate).unwrap();
                    assert_eq!(word, wanted, "{raw} {mode:?} {levels:?}");
                }
            }
        }
    }

    #[test]
    fn beyond_the_levels_is_an_error_where_asked() {
        let levels = levels(WeightCoding::PowerOfTwo, "s4f0");
        let word = |raw, mode| levels.word(raw, Rounding::HalfEven, mode);
        assert_eq!(word(5.0, Overflow::Error), Ok(4));
        assert_eq!(word(-7.0, Overflow::Error), Err(Overflowed { value: -8 }));
        assert_eq!(word(-7.0, Overflow::Saturate), Ok(-4));
        for extreme in [f64::MAX, -f64::MAX, f64::MIN_POSITIVE, 0.0, -0.0] {
            assert!(word(extreme, Overflow::Saturate).is_ok());
        }
    }
}
