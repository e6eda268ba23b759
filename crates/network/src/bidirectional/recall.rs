//! What a memory's state means: its energy, and the pair that it is nearest to.

use super::{Bidirectional, Form, Layer};
use crate::dynamics::Answer;

impl Bidirectional {
    /// `-y'Wx - c'y - d'x` over what the layers give each other (Kosko 1988, equation 6), and with
    /// an activation function g the integral of its inverse for each unit, times its decay. None
    /// where g does not rise, or a value is none that g gives.
    pub fn energy_of(&self, x: &[f64], y: &[f64]) -> Option<f64> {
        let (x, y) = (self.outputs(x), self.outputs(y));
        let both = self.y.weights.times(&x).into_iter().zip(&y);
        let coupling: f64 = both.map(|(sum, y)| sum * y).sum();
        let biases = |layer: &Layer, outputs: &[f64]| -> f64 {
            let terms = layer.bias.iter().zip(outputs);
            terms.map(|(bias, output)| bias * output).sum()
        };
        let stored = self.stored(&self.x, &x)? + self.stored(&self.y, &y)?;
        let energy = stored - coupling - biases(&self.x, &x) - biases(&self.y, &y);
        energy.is_finite().then_some(energy)
    }

    /// `sum decay int g^-1` up to the outputs of a layer.
    fn stored(&self, layer: &Layer, outputs: &[f64]) -> Option<f64> {
        if self.form == Form::Discrete {
            return Some(0.0);
        }
        if !self.activation.is_nondecreasing() {
            return None;
        }
        let each = outputs.iter().zip(&layer.decay);
        let each = each.map(|(&output, decay)| {
            let decay = if self.alternates() { 1.0 } else { *decay };
            Some(decay * self.activation.inverse_integral(output)?)
        });
        each.sum()
    }

    /// The stored pair that both layers together overlap most with; none where no pair is stored.
    pub fn recalled(&self, x: &[f64], y: &[f64]) -> Option<Answer> {
        let pairs = self.x.patterns.iter().zip(&self.y.patterns);
        let agreeing = |pattern: &[f64], state: &[f64]| {
            let both = pattern.iter().zip(state);
            both.filter(|(a, b)| (**a < 0.0) == (**b < 0.0)).count()
        };
        let counted = pairs.map(|(px, py)| (agreeing(px, x), agreeing(py, y)));
        let counted = counted.enumerate();
        let (pair, (in_x, in_y)) = counted.reduce(|best, next| {
            let sum = |of: (usize, (usize, usize))| of.1.0 + of.1.1;
            if sum(next) > sum(best) { next } else { best }
        })?;
        let (of_x, of_y) = (self.x.units(), self.y.units());
        let valid = in_x == of_x && in_y == of_y;
        let text = if valid {
            format!("pair {pair}")
        } else {
            format!(
                "no stored pair; nearest to pair {pair}, with {in_x} of {of_x} units of x and \
                 {in_y} of {of_y} of y"
            )
        };
        Some(Answer {
            measure: "pair",
            value: pair as f64,
            valid,
            lines: vec![text],
        })
    }
}
