//! The scale with the least squared error.

use program::{Overflow, Rounding};
use rayon::prelude::*;

use super::levels::Levels;
use super::scale::{Part, Scale};

/// Weights that judge a scale at most.
const MOST_JUDGED: usize = 1 << 18;

/// Scales that are improved.
const FEW: usize = 6;

impl Scale {
    /// The scale with which the sum of the squared errors of the weights is least, as far as this
    /// search finds it: of 129 factors, from the one at which the largest weight fills the levels
    /// to sixteen times as much, the best few are improved as long as that helps. Many weights
    /// are judged by some that are taken evenly.
    pub fn best(part: &Part<'_>, levels: Levels, manner: (Rounding, Overflow)) -> Scale {
        let overflow = match manner.1 {
            Overflow::SaturateSymmetric => Overflow::SaturateSymmetric,
            // What wraps or stops is to be avoided, as it is where words end.
            Overflow::Saturate | Overflow::Wrap | Overflow::Error => Overflow::Saturate,
        };
        let weights: Vec<f64> = part.weights().filter(|&weight| weight != 0.0).collect();
        let stride = weights.len().div_ceil(MOST_JUDGED).max(1);
        let judge = Judge {
            weights: weights.into_iter().step_by(stride).collect(),
            levels,
            manner: (manner.0, overflow),
        };
        let filling = Scale::filling(part, levels.largest());
        let at = |place: u32| filling.times((f64::from(place) / 32.0).exp2());
        let mut found: Vec<(f64, Scale)> = (0..=128)
            .into_par_iter()
            .map(|place| (judge.squares(at(place)).0, at(place)))
            .collect();
        found.sort_by(|(a, _), (b, _)| a.total_cmp(b));
        let improved = found
            .par_iter()
            .take(FEW)
            .map(|(_, scale)| judge.improved(*scale));
        let improved: Vec<(f64, Scale)> = improved.collect();
        let best = improved.into_iter().min_by(|(a, _), (b, _)| a.total_cmp(b));
        best.map_or(filling, |(_, scale)| scale)
    }
}

/// Weights, and how they become words.
struct Judge {
    weights: Vec<f64>,
    levels: Levels,
    manner: (Rounding, Overflow),
}

impl Judge {
    /// The sum of the squared errors at a scale, and the unit that is best for the words there:
    /// `sum w r / sum r^2`.
    fn squares(&self, scale: Scale) -> (f64, f64) {
        let (mut errors, mut products, mut squares) = (0.0, 0.0, 0.0);
        for &weight in &self.weights {
            let word = self
                .levels
                .word(scale.raw(weight), self.manner.0, self.manner.1);
            let word = word.unwrap_or(0);
            let error = scale.value(word) - weight;
            errors += error * error;
            products += weight * word as f64;
            squares += (word as f64) * (word as f64);
        }
        (errors, products / squares)
    }

    /// The scale with the best unit for its words, and so on, until that no longer helps.
    fn improved(&self, scale: Scale) -> (f64, Scale) {
        let (mut least, mut unit) = self.squares(scale);
        let mut best = scale;
        for _ in 0..20 {
            if !(unit > 0.0 && unit.is_finite()) {
                break;
            }
            let next = Scale::of_unit(unit);
            let (errors, better) = self.squares(next);
            if errors >= least {
                break;
            }
            (least, best, unit) = (errors, next, better);
        }
        (least, best)
    }
}
