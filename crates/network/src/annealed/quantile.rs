//! The quantile function that turns uniform words into logistic noise.

/// `ln(u / (1 - u)) / 2` at the middles u of `2^bits` equal parts of the interval from 0 to 1.
#[derive(Debug, Clone, PartialEq)]
pub struct Quantile {
    bits: u32,
    values: Vec<f64>,
}

impl Quantile {
    /// For words of so many bits, 1 to 16.
    pub fn new(bits: u32) -> Quantile {
        let bits = bits.clamp(1, 16);
        let parts = f64::from(1u32 << bits);
        let value = |word: u32| {
            let part = f64::from(word) + 0.5;
            (part / (parts - part)).ln() / 2.0
        };
        Quantile {
            bits,
            values: (0..1u32 << bits).map(value).collect(),
        }
    }

    /// The same with its values replaced by others, as after rounding.
    pub fn with_values(&self, values: Vec<f64>) -> Quantile {
        Quantile {
            bits: self.bits,
            values,
        }
    }

    /// Bits of a word.
    pub fn bits(&self) -> u32 {
        self.bits
    }

    /// The values, by rising word.
    pub fn values(&self) -> &[f64] {
        &self.values
    }

    /// The value for a word; 0 for one that is too large.
    pub fn of(&self, word: i64) -> f64 {
        let place = usize::try_from(word).ok();
        let value = place.and_then(|place| self.values.get(place));
        value.copied().unwrap_or(0.0)
    }

    /// The largest value.
    pub fn largest(&self) -> f64 {
        self.values.last().copied().unwrap_or(0.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_of_words_is_below_as_the_distribution_says() {
        let quantile = Quantile::new(12);
        for level in [-2.0f64, -0.5, 0.0, 0.3, 1.5] {
            let below = quantile.values().iter().filter(|&&value| value < level);
            let share = below.count() as f64 / 4096.0;
            let logistic = 1.0 / (1.0 + (-2.0 * level).exp());
            assert!((share - logistic).abs() <= 0.5 / 4096.0 + 1e-12, "{level}");
        }
        assert_eq!(quantile.of(0), -quantile.of(4095));
        assert_eq!(quantile.largest(), (8191.0f64).ln() / 2.0);
    }
}
