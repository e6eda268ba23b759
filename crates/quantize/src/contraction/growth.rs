//! What a step makes of differences, and the bound that follows.

use serde::Serialize;

use super::{Contraction, NoBound, shown};

/// By what a computed number is enlarged: more than a million roundings of `f64` lose.
const ENLARGED: f64 = 1.0 + 1.0 / (1u64 << 30) as f64;

/// Products of matrix and vector in the search for scaled units.
const MOST_PRODUCTS: usize = 4000;

/// Times that a bound is made sharper element by element.
const SHARPENED: usize = 256;

/// A number without a sign that is no less than one computed in `f64` by up to a million operations on
/// numbers without a sign.
pub fn up(computed: f64) -> f64 {
    computed * ENLARGED + f64::MIN_POSITIVE
}

/// The norm of a factor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Norm {
    /// The largest magnitude of an element.
    Largest,
    /// The largest magnitude of an element in units of its own, none larger than 1.
    Scaled,
}

/// What a step makes of differences between integers and real numbers.
#[derive(Debug, Clone, PartialEq)]
pub struct Growth {
    /// For each element, how much of a difference of which element before can be in it after a step:
    /// (element before, magnitude).
    pub rows: Vec<Vec<(usize, f64)>>,
    /// What a step adds to the difference of each element.
    pub added: Vec<f64>,
    /// The largest difference of a start.
    pub start: f64,
    /// How large a difference may be for all this to be true: beyond, a word may overflow.
    pub valid: f64,
}

impl Growth {
    /// The bound.
    ///
    /// # Errors
    /// That differences may grow.
    pub fn bound(&self) -> Result<Contraction, NoBound> {
        let finite = self
            .added
            .iter()
            .chain(self.rows.iter().flatten().map(|(_, size)| size));
        if !finite.into_iter().all(|value| value.is_finite()) {
            return Err(NoBound::because("what a step can add is not bounded"));
        }
        let ones = vec![1.0; self.rows.len()];
        let largest = self.factor(&ones);
        let (norm, scale, factor) = match largest < 1.0 {
            true => (Norm::Largest, ones, largest),
            false => {
                let (scale, factor) = self.scaled();
                (Norm::Scaled, scale, factor)
            }
        };
        if factor.is_nan() || factor >= 1.0 {
            return Err(NoBound {
                factor: Some(largest),
                why: format!("a step may leave {largest:.6} of a difference, not less than 1"),
            });
        }
        let parts = self.added.iter().zip(&scale);
        let rounding = parts.fold(0.0, |most: f64, (added, scale)| most.max(added / scale));
        let rounding = up(rounding);
        let started = scale
            .iter()
            .fold(0.0, |most: f64, scale| most.max(self.start / scale));
        let bound = up(rounding / (1.0 - factor)).max(up(started));
        let wide: Vec<f64> = scale.iter().map(|scale| up(scale * bound)).collect();
        let sharp = self.sharpened(wide);
        let sharp = sharp.into_iter().fold(0.0, f64::max).min(bound);
        if sharp > self.valid {
            return Err(NoBound {
                factor: Some(factor),
                why: format!(
                    "differences of {}, which are possible, may overflow a word",
                    shown(sharp)
                ),
            });
        }
        Ok(Contraction {
            factor,
            norm,
            rounding,
            bound,
            sharp,
        })
    }

    /// `max_i (M v)_i / v_i`, not below the true one.
    fn factor(&self, scale: &[f64]) -> f64 {
        let image = self.times(scale);
        let ratios = image.iter().zip(scale).map(|(image, scale)| image / scale);
        up(ratios.fold(
            0.0,
            |most: f64, ratio| if ratio <= most { most } else { ratio },
        ))
    }

    /// Units in which differences shrink, if such are found: the sum of the powers of M on ones, of
    /// which `M v < v` holds as soon as a power is below 1.
    fn scaled(&self) -> (Vec<f64>, f64) {
        let (mut sum, mut power) = (vec![1.0; self.rows.len()], vec![1.0; self.rows.len()]);
        for _ in 0..MOST_PRODUCTS {
            power = self.times(&power);
            let largest = power.iter().copied().fold(0.0, f64::max);
            sum.iter_mut()
                .zip(&power)
                .for_each(|(sum, power)| *sum += power);
            if !(0.5..1e100).contains(&largest) {
                break;
            }
        }
        let largest = sum.iter().copied().fold(f64::MIN_POSITIVE, f64::max);
        sum.iter_mut().for_each(|sum| *sum /= largest);
        let factor = self.factor(&sum);
        (sum, factor)
    }

    /// Smaller bounds of the elements: where `M b + e <= b`, it holds of `M b + e`, too.
    fn sharpened(&self, mut bounds: Vec<f64>) -> Vec<f64> {
        for _ in 0..SHARPENED {
            let next = self.times(&bounds).into_iter().zip(&self.added);
            let next = next.map(|(left, added)| up(left + added).max(self.start));
            let next: Vec<f64> = next.zip(&bounds).map(|(next, of)| next.min(*of)).collect();
            if next == bounds {
                break;
            }
            bounds = next;
        }
        bounds
    }

    fn times(&self, of: &[f64]) -> Vec<f64> {
        let row = |row: &Vec<(usize, f64)>| {
            let terms = row.iter();
            terms
                .map(|&(at, size)| size * of.get(at).copied().unwrap_or(0.0))
                .sum()
        };
        self.rows.iter().map(row).collect()
    }
}
