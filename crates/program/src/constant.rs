//! Numbers that are known when the hardware is made, in codings that cost less than two's
//! complement: signed digits for what is multiplied by, sign and exponent for what is stored.

use crate::format::Coding;
use crate::stage::{Arrangement, Storage, Weights};

/// The canonical signed-digit form of a number: (power of two, whether it counts negative), no two
/// of them neighbours, so that there are as few as can be (Reitwieser 1960).
pub fn signed_digits(number: i64) -> Vec<(u32, bool)> {
    let mut rest = i128::from(number);
    let mut digits = vec![];
    let mut place = 0;
    while rest != 0 {
        if rest & 1 == 1 {
            let negative = rest & 2 == 2;
            digits.push((place, negative));
            rest += if negative { 1 } else { -1 };
        }
        rest >>= 1;
        place += 1;
    }
    digits
}

/// How many digits [`signed_digits`] gives: they are where a number and three times it differ.
pub fn signed_digit_count(number: i64) -> u32 {
    let number = i128::from(number.unsigned_abs());
    (number ^ (3 * number)).count_ones()
}

/// Words that are zero, or plus or minus a power of two, as a sign and the number of the power: a
/// product is a shift, and a word takes fewer bits.
///
/// From the lowest bit on: 0 for zero, or 1 and up for the powers from the least, then the sign.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Powers {
    /// The exponent of the smallest power.
    least: u32,
    /// How many powers there are from it on.
    count: u32,
}

impl Powers {
    /// The powers of words, where all are zero or powers of two, and some are powers.
    pub fn of(words: impl Iterator<Item = i64>) -> Option<Powers> {
        let mut ends: Option<(u32, u32)> = None;
        for word in words.filter(|word| *word != 0) {
            let magnitude = word.unsigned_abs();
            if !magnitude.is_power_of_two() {
                return None;
            }
            let exponent = magnitude.trailing_zeros();
            let (least, most) = ends.unwrap_or((exponent, exponent));
            ends = Some((least.min(exponent), most.max(exponent)));
        }
        ends.map(|(least, most)| Powers {
            least,
            count: most - least + 1,
        })
    }

    /// Bits that tell zero and the powers apart.
    pub fn exponent_bits(self) -> u32 {
        u32::BITS - self.count.leading_zeros()
    }

    /// Bits of a word.
    pub fn width(self) -> u32 {
        self.exponent_bits() + 1
    }

    /// The exponent that each number below the sign stands for; `None` for zero and for numbers
    /// that are not used.
    pub fn exponents(self) -> Vec<Option<u32>> {
        let number = |number: u32| (1..=self.count).contains(&number);
        let all = 0..1u32 << self.exponent_bits();
        all.map(|of| number(of).then(|| self.least + of - 1))
            .collect()
    }

    /// The coded word of a raw value that is one of these.
    pub fn encode(self, raw: i64) -> i64 {
        if raw == 0 {
            return 0;
        }
        let exponent = raw.unsigned_abs().trailing_zeros();
        let number = i64::from(exponent.saturating_sub(self.least)) + 1;
        number | i64::from(raw < 0) << self.exponent_bits()
    }

    /// The raw value of each coded word.
    pub fn values(self) -> Vec<i64> {
        let exponents = self.exponents();
        let value = |sign: i64| {
            let powers = exponents.iter();
            powers
                .map(move |exponent| exponent.map_or(0, |e| 1i64.checked_shl(e).unwrap_or(0)))
                .map(move |power| {
                    if sign < 0 {
                        power.wrapping_neg()
                    } else {
                        power
                    }
                })
        };
        value(1).chain(value(-1)).collect()
    }
}

impl Weights {
    /// All weights that are stored, in the order of their arrangement.
    pub fn words(&self) -> Box<dyn Iterator<Item = i64> + '_> {
        match &self.arrangement {
            Arrangement::Dense { values, .. } => Box::new(values.iter().copied()),
            Arrangement::Sparse { rows, .. } => {
                Box::new(rows.iter().flatten().map(|&(_, weight)| weight))
            }
            Arrangement::Stencil { coefficients, .. } => Box::new(coefficients.iter().copied()),
        }
    }

    /// The coding as sign and exponent of weights of units, where they are fixed and it takes fewer
    /// bits than their format.
    pub fn powers(&self) -> Option<Powers> {
        let stencil = matches!(self.arrangement, Arrangement::Stencil { .. });
        if stencil || self.storage == Storage::Ram || self.format.coding() == Coding::Bipolar {
            return None;
        }
        Powers::of(self.words()).filter(|powers| powers.width() < self.format.width())
    }

    /// Bits of a weight in its memory.
    pub fn stored_width(&self) -> u32 {
        self.powers()
            .map_or(self.format.width(), |powers| powers.width())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signed_digits_add_up_and_are_never_neighbours() {
        for number in -1000i64..=1000 {
            let digits = signed_digits(number);
            let value =
                |&(place, negative): &(u32, bool)| (1i64 << place) * if negative { -1 } else { 1 };
            assert_eq!(digits.iter().map(value).sum::<i64>(), number);
            assert_eq!(signed_digit_count(number) as usize, digits.len());
            assert!(
                digits.windows(2).all(|pair| pair[1].0 > pair[0].0 + 1),
                "{number}"
            );
        }
    }

    #[test]
    fn the_count_holds_at_the_ends() {
        for number in [i64::MIN, i64::MIN + 1, i64::MAX, i64::MAX - 1, 0x5555 << 40] {
            let digits = signed_digits(number).len();
            assert_eq!(signed_digit_count(number) as usize, digits, "{number}");
        }
    }

    #[test]
    fn coded_powers_stand_for_what_they_were() {
        for (words, width) in [
            (vec![0, 1, -1], 2),
            (vec![4, -4], 2),
            (vec![0, 8, -2, 4], 3),
            (vec![-128, 64, 1], 5),
            (vec![i64::MIN, 1 << 62], 3),
        ] {
            let powers = Powers::of(words.iter().copied()).unwrap();
            assert_eq!(powers.width(), width, "{words:?}");
            let values = powers.values();
            assert_eq!(values.len(), 1 << width);
            for word in words {
                let coded = powers.encode(word);
                assert!((0..1 << width).contains(&coded));
                assert_eq!(values[coded as usize], word);
            }
        }
        assert_eq!(Powers::of([0, 0].into_iter()), None);
        assert_eq!(Powers::of([2, 3].into_iter()), None);
    }
}
