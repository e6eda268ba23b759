//! The scale from weights to words.
//!
//! The sign of `sum w s + b` does not change when weights and biases are multiplied by one positive
//! number, and zero stays zero. So a word may stand for any positive multiple of a weight, as
//! long as it is the same multiple everywhere.

use network::Hopfield;

/// The largest word that the search for an exact scale looks at.
const LARGEST: f64 = 32_767.0;

/// How far, in raw units, a weight may be from a whole number and still count as one: far more
/// than double precision loses over [`LARGEST`] units, far less than unrelated weights miss by.
const NOISE: f64 = 1e-9;

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
    pub fn exact(network: &Hopfield) -> Option<Scale> {
        Scale::binary(network).or_else(|| Scale::common(network))
    }

    fn binary(network: &Hopfield) -> Option<Scale> {
        let multiplier = (0..=12).map(|n| f64::from(1u32 << n)).find(|multiplier| {
            numbers(network).all(|number| {
                let raw = number * multiplier;
                raw.fract() == 0.0 && raw.abs() <= LARGEST
            })
        })?;
        let whole = numbers(network).map(|number| (number * multiplier).abs() as u64);
        let divisor = whole.fold(0, greatest_common_divisor).max(1) as f64;
        Some(Scale {
            divisor,
            multiplier,
        })
    }

    fn common(network: &Hopfield) -> Option<Scale> {
        let largest = numbers(network).fold(0.0, |largest: f64, number| largest.max(number.abs()));
        let mut units = 1.0;
        for number in numbers(network) {
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
        let whole = |number: f64| {
            let raw = scale.raw(number);
            (raw - raw.round()).abs() <= NOISE
        };
        numbers(network).all(whole).then_some(scale)
    }

    /// The scale at which the largest weight becomes `limit`; where all weights are 0, the
    /// largest bias does.
    pub fn filling(network: &Hopfield, limit: i64) -> Scale {
        let of = |numbers: &mut dyn Iterator<Item = f64>| {
            numbers.fold(0.0, |largest: f64, number| largest.max(number.abs()))
        };
        let largest = match of(&mut weights(network)) {
            0.0 => of(&mut network.bias.iter().copied()),
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
    pub fn clipping(network: &Hopfield, limit: i64, deviations: f64) -> Scale {
        let (count, squares) = weights(network)
            .filter(|&weight| weight != 0.0)
            .fold((0.0, 0.0), |(n, sum), weight| {
                (n + 1.0, sum + weight * weight)
            });
        let filling = Scale::filling(network, limit);
        let bound = deviations * f64::sqrt(squares / f64::max(count, 1.0));
        if bound > 0.0 && bound < filling.divisor {
            return Scale {
                divisor: bound,
                ..filling
            };
        }
        filling
    }

    /// A weight or bias in raw units, not rounded.
    pub fn raw(self, number: f64) -> f64 {
        number / self.divisor * self.multiplier
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

/// All weights, row by row.
pub fn weights(network: &Hopfield) -> impl Iterator<Item = f64> + '_ {
    (0..network.units())
        .flat_map(|row| network.weights.row(row))
        .map(|(_, weight)| weight)
}

/// All weights and biases.
pub fn numbers(network: &Hopfield) -> impl Iterator<Item = f64> + '_ {
    weights(network).chain(network.bias.iter().copied())
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
