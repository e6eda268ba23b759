//! What a memory's state means: its energy, and the pair that it is nearest to.

use super::discrete::{Discrete, Layer};
use crate::dynamics::Answer;

impl Discrete {
    /// `-y'Wx - c'y - d'x` (Kosko 1988, equation 6).
    pub fn energy_of(&self, x: &[f64], y: &[f64]) -> f64 {
        let coupling = self.y.weights.times(x).into_iter().zip(y);
        let coupling: f64 = coupling.map(|(sum, y)| sum * y).sum();
        let biases = |layer: &Layer, state: &[f64]| -> f64 {
            let terms = layer.bias.iter().zip(state);
            terms.map(|(bias, state)| bias * state).sum()
        };
        -coupling - biases(&self.x, x) - biases(&self.y, y)
    }
}

/// The stored pair that both layers together agree most with, in signs; none where no pair is
/// stored.
pub fn recalled<'p>(
    pairs: impl Iterator<Item = (&'p [f64], &'p [f64])>,
    (x, y): (&[f64], &[f64]),
) -> Option<Answer> {
    let agreeing = |pattern: &[f64], state: &[f64]| {
        let both = pattern.iter().zip(state);
        // A state of 0 agrees with no pattern.
        both.filter(|(pattern, state)| *pattern * *state > 0.0)
            .count()
    };
    let counted = pairs.map(|(of_x, of_y)| (agreeing(of_x, x), agreeing(of_y, y)));
    let counted = counted.enumerate();
    let (pair, (in_x, in_y)) = counted.reduce(|best, next| {
        let sum = |of: (usize, (usize, usize))| of.1.0 + of.1.1;
        if sum(next) > sum(best) { next } else { best }
    })?;
    let valid = in_x == x.len() && in_y == y.len();
    let text = format!(
        "no stored pair; nearest to pair {pair}, with {in_x} of {} units of x and {in_y} of {} of y",
        x.len(),
        y.len()
    );
    Some(Answer {
        measure: "pair",
        value: pair as f64,
        valid,
        lines: if valid { vec![] } else { vec![text] },
    })
}
