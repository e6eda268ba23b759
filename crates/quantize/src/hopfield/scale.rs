//! Weights as words: the scale, and what it costs.

use network::Hopfield;
use program::{Format, rounding::nearest};

/// How far the search for a common factor goes: weights that are integers after one of these
/// factors are exact.
const LARGEST_EXACT: f64 = 32_767.0;

/// A format and the factor from weights to words.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Scaled {
    /// The format of a weight's word.
    pub format: Format,
    /// A word is `weight * factor`, rounded to the nearest, in raw units.
    pub factor: f64,
    /// The largest word, without regard to sign.
    pub largest: i64,
}

impl Scaled {
    /// The scale at which every weight and bias is a whole number of small size: as they are, or
    /// times a power of two, and without a common divisor.
    pub fn exact(network: &Hopfield) -> Option<Scaled> {
        let factor = (0..=12).map(|n| f64::from(1u32 << n)).find(|factor| {
            values(network).all(|value| {
                let scaled = value * factor;
                scaled.fract() == 0.0 && scaled.abs() <= LARGEST_EXACT
            })
        })?;
        let whole = |value: f64| (value * factor).abs() as u64;
        let divisor = values(network).map(whole).fold(0, common_divisor).max(1);
        let factor = factor / divisor as f64;
        let weights = || entries(network).map(|weight| weight * factor);
        let high = weights().fold(0.0, f64::max) as i128;
        let low = weights().fold(0.0, f64::min) as i128;
        let format = Format::signed_holding(low, high, 0)?;
        // One bit holds only -1 and 0; two are the least that hold a weight of either sign.
        let format = if format.width() < 2 {
            Format::signed(2, 0).ok()?
        } else {
            format
        };
        Some(Scaled {
            format,
            factor,
            largest: (high.max(-low)) as i64,
        })
    }

    /// The scale at which the largest weight fills the format.
    pub fn full_range(network: &Hopfield, format: Format) -> Scaled {
        let largest = entries(network).fold(0.0, |largest: f64, weight| largest.max(weight.abs()));
        let limit = format
            .max_raw()
            .min(-format.min_raw().saturating_add(1))
            .max(1);
        let factor = if largest > 0.0 {
            limit as f64 / largest
        } else {
            1.0
        };
        Scaled {
            format,
            factor,
            largest: limit,
        }
    }

    /// Whether every word fits another format of whole numbers.
    pub fn fits(&self, format: Format) -> bool {
        self.largest <= format.max_raw()
    }

    /// The word of a weight.
    pub fn word(&self, weight: f64) -> i64 {
        // The factor counts raw units, whatever fraction the format gives them.
        let raw = weight * self.factor * self.format.unit();
        nearest(raw, self.format).unwrap_or(0)
    }

    /// The largest distance between a weight and what its word stands for.
    pub fn max_abs_error(&self, network: &Hopfield) -> f64 {
        let error = |weight: f64| (self.word(weight) as f64 / self.factor - weight).abs();
        entries(network).map(error).fold(0.0, f64::max)
    }
}

fn entries(network: &Hopfield) -> impl Iterator<Item = f64> + '_ {
    (0..network.units())
        .flat_map(|row| network.weights.row(row))
        .map(|(_, weight)| weight)
}

fn values(network: &Hopfield) -> impl Iterator<Item = f64> + '_ {
    entries(network).chain(network.bias.iter().copied())
}

fn common_divisor(a: u64, b: u64) -> u64 {
    if b == 0 { a } else { common_divisor(b, a % b) }
}
