//! The scale from weights to words.
//!
//! The sign of `sum w s + b` does not change when weights and biases are multiplied by one positive
//! number, and zero stays zero. So a word may stand for any positive multiple of a weight, as
//! long as it is the same multiple everywhere.

use std::ops::Range;

use network::Hopfield;

/// The largest word that the search for an exact scale looks at.
const LARGEST: f64 = 32_767.0;

/// How far, in raw units, a weight may be from a whole number and still count as one: far more
/// than double precision loses over [`LARGEST`] units, far less than unrelated weights miss by.
const NOISE: f64 = 1e-9;

/// Rows of a network that have one scale.
#[derive(Debug, Clone)]
pub struct Part<'a> {
    network: &'a Hopfield,
    rows: Range<usize>,
}

impl<'a> Part<'a> {
    /// All rows.
    pub fn whole(network: &'a Hopfield) -> Part<'a> {
        let rows = 0..network.units();
        Part { network, rows }
    }

    /// Each row by itself.
    pub fn each(network: &'a Hopfield) -> impl Iterator<Item = Part<'a>> {
        (0..network.units()).map(move |row| Part {
            network,
            rows: row..row + 1,
        })
    }

    /// The weights, row by row.
    pub fn weights(&self) -> impl Iterator<Item = f64> + '_ {
        let rows = self.rows.clone();
        rows.flat_map(|row| self.network.weights.row(row))
            .map(|(_, weight)| weight)
    }

    /// The biases.
    fn biases(&self) -> impl Iterator<Item = f64> + '_ {
        let biases = self.network.bias.get(self.rows.clone());
        biases.unwrap_or_default().iter().copied()
    }

    /// All weights and biases.
    pub fn numbers(&self) -> impl Iterator<Item = f64> + '_ {
        self.weights().chain(self.biases())
    }
}

/// The largest magnitude.
pub fn largest(numbers: impl Iterator<Item = f64>) -> f64 {
    numbers.fold(0.0, |largest: f64, number| largest.max(number.abs()))
}

/// A positive scale: a weight is `weight / divisor * multiplier` in raw units.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Scale {
    divisor: f64,
    multiplier: f64,
}

impl Scale {
    /// The scale at which every weight and bias is a whole number of at most 16 bits, and the
    /// smallest such numbers; `None` where there is none.
    ///
    /// Numbers that are whole after a power of two are exact. So are those with a common unit
    /// that is no binary fraction, as Hebb's rule divided by 100 units, but for what double
    /// precision lost of them before: there, ties that it broke are ties again.
    pub fn exact(part: &Part<'_>) -> Option<Scale> {
        Scale::binary(part).or_else(|| Scale::common(part))
    }

    /// The smallest power of two at which every number is whole, up to 2^12.
    pub fn exact_binary(part: &Part<'_>) -> Option<Scale> {
        let powers = (0..=12).map(|n| Scale::factor(f64::from(1u32 << n)));
        let whole = |scale: &Scale| part.numbers().all(|number| scale.is_whole(number));
        powers.into_iter().find(whole)
    }

    fn binary(part: &Part<'_>) -> Option<Scale> {
        let multiplier = (0..=12).map(|n| f64::from(1u32 << n)).find(|multiplier| {
            part.numbers().all(|number| {
                let raw = number * multiplier;
                raw.fract() == 0.0 && raw.abs() <= LARGEST
            })
        })?;
        let whole = part
            .numbers()
            .map(|number| (number * multiplier).abs() as u64);
        let divisor = whole.fold(0, greatest_common_divisor).max(1) as f64;
        Some(Scale {
            divisor,
            multiplier,
        })
    }

    fn common(part: &Part<'_>) -> Option<Scale> {
        let largest = largest(part.numbers());
        let mut units = 1.0;
        for number in part.numbers() {
            let raw = number.abs() / largest * units;
            if (raw - raw.round()).abs() > NOISE {
                // The common unit of both divides the largest number in as many parts.
                units = (units / common_measure(1.0, raw.fract())).round();
            }
            if units.is_nan() || units > LARGEST {
                return None;
            }
        }
        let scale = Scale {
            divisor: largest,
            multiplier: units,
        };
        let whole = |number: f64| scale.is_whole(number);
        part.numbers().all(whole).then_some(scale)
    }

    /// The scale at which the largest weight becomes `limit`; where all weights are 0, the
    /// largest bias does.
    pub fn filling(part: &Part<'_>, limit: i64) -> Scale {
        let largest = match largest(part.weights()) {
            0.0 => largest(part.biases()),
            largest => largest,
        };
        Scale {
            divisor: if largest > 0.0 { largest } else { 1.0 },
            multiplier: limit.max(1) as f64,
        }
    }

    /// The scale at which `deviations` standard deviations of the weights become `limit`, or the
    /// largest weight where that is less: large weights are few, and a finer unit for all others
    /// can be worth more than what they lose. Weights that are 0 do not count.
    pub fn clipping(part: &Part<'_>, limit: i64, deviations: f64) -> Scale {
        let (count, squares) = part
            .weights()
            .filter(|&weight| weight != 0.0)
            .fold((0.0, 0.0), |(n, sum), weight| {
                (n + 1.0, sum + weight * weight)
            });
        let filling = Scale::filling(part, limit);
        let bound = deviations * f64::sqrt(squares / f64::max(count, 1.0));
        if bound > 0.0 && bound < filling.divisor {
            return Scale {
                divisor: bound,
                ..filling
            };
        }
        filling
    }

    /// The largest power of two at which every weight stays within `limit` after rounding to the
    /// nearest.
    pub fn binary_filling(part: &Part<'_>, limit: i64) -> Scale {
        let filling = Scale::filling(part, limit);
        // A weight of less than half a unit beyond the limit is rounded back to it.
        let room = (limit.max(1) as f64 + 0.5).next_down() / filling.divisor;
        let exponent = room.log2().floor().clamp(-1000.0, 1000.0);
        Scale::factor(exponent.exp2())
    }

    /// The scale that multiplies by a factor.
    pub fn factor(factor: f64) -> Scale {
        Scale {
            divisor: 1.0,
            multiplier: factor,
        }
    }

    /// The scale at which a word of 1 stands for so much.
    pub fn of_unit(unit: f64) -> Scale {
        Scale {
            divisor: unit,
            multiplier: 1.0,
        }
    }

    /// The same with raw values so many times as large.
    pub fn times(self, factor: f64) -> Scale {
        Scale {
            multiplier: self.multiplier * factor,
            ..self
        }
    }

    /// A weight or bias in raw units, not rounded.
    pub fn raw(self, number: f64) -> f64 {
        number / self.divisor * self.multiplier
    }

    /// Whether a number is whole in raw units of at most 16 bits, up to noise.
    pub fn is_whole(self, number: f64) -> bool {
        let raw = self.raw(number);
        (raw - raw.round()).abs() <= NOISE && raw.abs() <= LARGEST
    }

    /// What a raw value stands for.
    pub fn value(self, raw: i64) -> f64 {
        raw as f64 / self.multiplier * self.divisor
    }

    /// What a raw value of 1 stands for.
    pub fn unit(self) -> f64 {
        self.divisor / self.multiplier
    }
}

fn greatest_common_divisor(a: u64, b: u64) -> u64 {
    if b == 0 {
        a
    } else {
        greatest_common_divisor(b, a % b)
    }
}

/// Euclid's algorithm on real numbers, up to noise. `a` is at least `b`.
fn common_measure(a: f64, b: f64) -> f64 {
    // A remainder this small is noise: no unit of interest is below 1 / LARGEST.
    let noise = 1.0 / (16.0 * LARGEST);
    let (mut a, mut b) = (a, b);
    while b > noise {
        let parts = (a / b).round();
        (a, b) = (b, (a - parts * b).abs());
    }
    a
}
