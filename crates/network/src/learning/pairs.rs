//! Rules that learn pairs of patterns: which x belongs to which y.

use super::values;

/// Kosko's sum of outer products `W = sum_p y_p x_p'`, row by row, row i leading from x into unit i
/// of y; integers from -P to P for P pairs: B. Kosko, Bidirectional associative memories, IEEE
/// Transactions on Systems, Man, and Cybernetics 18 (1988) 49.
pub fn kosko((x_units, y_units): (usize, usize), x: &[Vec<i8>], y: &[Vec<i8>]) -> Vec<f64> {
    let mut weights = vec![0.0; x_units * y_units];
    for (x, y) in x.iter().zip(y) {
        let (x, y) = (values(x, x_units), values(y, y_units));
        for (row, y) in weights.chunks_mut(x_units.max(1)).zip(&y) {
            row.iter_mut().zip(&x).for_each(|(w, x)| *w += x * y);
        }
    }
    weights
}

/// Settings of [`pseudo_relaxation`].
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PseudoRelaxation {
    /// The relaxation factor lambda, above 0 and below 2.
    pub relaxation: f64,
    /// A unit of a pair is moved where its sum, in the direction of its value, is not above this;
    /// it is moved towards 1. From 0 to below 1.
    pub margin: f64,
    /// The largest number of passes over all pairs.
    pub max_epochs: usize,
}

impl Default for PseudoRelaxation {
    /// As published, with a factor of 1.8: a pair that is stored is left alone.
    fn default() -> PseudoRelaxation {
        PseudoRelaxation {
            relaxation: 1.8,
            margin: 0.0,
            max_epochs: 1000,
        }
    }
}

/// What [`pseudo_relaxation`] found.
#[derive(Debug, Clone, PartialEq)]
pub struct PairWeights {
    /// The weights, row by row, row i leading from x into unit i of y.
    pub weights: Vec<f64>,
    /// One bias a unit of x.
    pub bias_x: Vec<f64>,
    /// One bias a unit of y.
    pub bias_y: Vec<f64>,
    /// Passes made, the last one, in which nothing was left to learn, included.
    pub epochs: usize,
    /// Whether every unit of every pair has its margin.
    pub converged: bool,
}

/// The pseudo-relaxation rule (PRLAB): H. Oh, S. C. Kothari, Adaptation of the relaxation method
/// for learning in bidirectional associative memory, IEEE Transactions on Neural Networks 5 (1994)
/// 576. Each unit of each pair asks that its sum has the sign of its value; where it has not, its
/// weights and its bias are moved towards the sum `value`, by lambda times the way. The weights of
/// both directions are the same. It ends where all demands can be met at once.
pub fn pseudo_relaxation(
    (x_units, y_units): (usize, usize),
    x: &[Vec<i8>],
    y: &[Vec<i8>],
    settings: PseudoRelaxation,
) -> PairWeights {
    let pairs = x.iter().zip(y);
    let pairs: Vec<(Vec<f64>, Vec<f64>)> = pairs
        .map(|(x, y)| (values(x, x_units), values(y, y_units)))
        .collect();
    let mut found = PairWeights {
        weights: vec![0.0; x_units * y_units],
        bias_x: vec![0.0; x_units],
        bias_y: vec![0.0; y_units],
        epochs: settings.max_epochs,
        converged: false,
    };
    for epoch in 1..=settings.max_epochs {
        let mut moved = false;
        for (x, y) in &pairs {
            let rows = found.weights.chunks_mut(x_units.max(1));
            for ((row, bias), &value) in rows.zip(&mut found.bias_y).zip(y) {
                moved |= relax(row.iter_mut(), bias, x, value, settings);
            }
            for (column, (bias, &value)) in found.bias_x.iter_mut().zip(x).enumerate() {
                let column = found.weights.iter_mut().skip(column).step_by(x_units);
                moved |= relax(column, bias, y, value, settings);
            }
        }
        if !moved {
            found.epochs = epoch;
            found.converged = true;
            break;
        }
    }
    found
}

/// Moves the weights into a unit and its bias where its sum lacks the margin; whether it did.
fn relax<'w>(
    weights: impl Iterator<Item = &'w mut f64>,
    bias: &mut f64,
    sources: &[f64],
    value: f64,
    settings: PseudoRelaxation,
) -> bool {
    let mut weights: Vec<&mut f64> = weights.collect();
    let terms = weights.iter().zip(sources);
    let sum: f64 = terms.map(|(w, source)| **w * source).sum();
    let along = value * (sum + *bias);
    if along > settings.margin {
        return false;
    }
    // The squared length of the sources, which are of -1 and +1, and of the 1 that the bias weighs.
    let length = 1.0 + sources.len() as f64;
    let change = value * settings.relaxation * (1.0 - along) / length;
    weights
        .iter_mut()
        .zip(sources)
        .for_each(|(w, source)| **w += change * source);
    *bias += change;
    true
}
