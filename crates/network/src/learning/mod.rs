//! Learning rules: from patterns to weights. A pattern is a list of -1 and +1; the weights are a
//! square matrix, row by row, row i holding the weights into unit i.

mod hebb;
mod pairs;
mod perceptron;
mod projection;
mod prototypes;
mod ridge;
mod storkey;

pub use hebb::{hebb, outer_products};
pub use pairs::{PairWeights, PseudoRelaxation, kosko, pseudo_relaxation};
pub use perceptron::{Perceptron, PerceptronOutcome, perceptron, perceptron_within};
pub use projection::{projection, projector};
pub use prototypes::{LabelledImages, prototypes};
pub use ridge::{Ridge, RidgeFit, ridge};
pub use storkey::storkey;

/// The overlap `sum_i a_i b_i / n` of two states, from -1 to 1; 0 for states without units.
pub fn overlap(a: &[i8], b: &[i8]) -> f64 {
    let sum: i64 = a
        .iter()
        .zip(b)
        .map(|(&a, &b)| i64::from(a) * i64::from(b))
        .sum();
    if a.is_empty() {
        0.0
    } else {
        sum as f64 / a.len() as f64
    }
}

/// The values of a pattern as they enter a sum; missing ones are 0.
fn values(pattern: &[i8], units: usize) -> Vec<f64> {
    let mut values: Vec<f64> = pattern.iter().map(|&value| f64::from(value)).collect();
    values.resize(units, 0.0);
    values
}

fn clear_diagonal(weights: &mut [f64], units: usize) {
    weights
        .iter_mut()
        .step_by(units + 1)
        .for_each(|weight| *weight = 0.0);
}
