//! Real numbers rounded to whole ones, by the rules of [`program::rounding`].

use program::{Format, Rounding};

/// The whole number that `value` rounds to; values beyond 127 bits give the largest of their sign,
/// and NaN, which no network holds, gives 0.
pub fn rounded(value: f64, rounding: Rounding) -> i128 {
    let floor = value.floor();
    let rest = value - floor;
    let whole = match rounding {
        Rounding::Floor => floor,
        Rounding::TowardZero => value.trunc(),
        // Not floor(value + 0.5): that sum rounds just below one half.
        Rounding::HalfUp if rest >= 0.5 => floor + 1.0,
        Rounding::HalfUp => floor,
        Rounding::HalfEven => value.round_ties_even(),
    };
    whole as i128
}

/// The largest raw value of a format that stands for no more than a number; the smallest one where
/// all stand for more.
pub fn floor(value: f64, format: Format) -> i64 {
    let raw = (value * f64::from(format.fraction()).exp2()).floor();
    // As from a cast, numbers beyond the last word become it.
    (raw as i64).clamp(format.min_raw(), format.max_raw())
}

/// The smallest raw value of a format that stands for no less than a number; the largest one where
/// all stand for less.
pub fn ceil(value: f64, format: Format) -> i64 {
    let raw = (value * f64::from(format.fraction()).exp2()).ceil();
    (raw as i64).clamp(format.min_raw(), format.max_raw())
}

#[cfg(test)]
mod tests {
    use super::*;
    use program::rounding::resize;

    #[test]
    fn real_numbers_round_as_words_do() {
        let modes = [
            Rounding::Floor,
            Rounding::TowardZero,
            Rounding::HalfUp,
            Rounding::HalfEven,
        ];
        let (fine, whole) = ("s16f3".parse().unwrap(), "s16f0".parse::<Format>().unwrap());
        for raw in -64..=64 {
            for mode in modes {
                let word = resize(raw, fine, whole, mode, program::Overflow::Error).unwrap();
                assert_eq!(
                    rounded(fine.value(raw), mode),
                    i128::from(word),
                    "{raw} {mode:?}"
                );
            }
        }
        assert_eq!(rounded(0.5f64.next_down(), Rounding::HalfUp), 0);
    }
}
