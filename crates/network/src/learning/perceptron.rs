//! The perceptron rule with a margin.

use super::values;

/// Settings of [`perceptron`].
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Perceptron {
    /// A unit is learned until `x_i h_i` is above the margin, in units of one learning step.
    pub margin: f64,
    /// The largest number of passes over all patterns.
    pub max_epochs: usize,
    /// Whether w_ij and w_ji change together.
    pub symmetric: bool,
}

impl Perceptron {
    /// The settings that are used where nothing is said: a margin of as much as there are
    /// units, 1000 epochs, symmetric weights.
    pub fn default_for(units: usize) -> Perceptron {
        Perceptron {
            margin: units as f64,
            max_epochs: 1000,
            symmetric: true,
        }
    }
}

/// What [`perceptron`] found.
#[derive(Debug, Clone, PartialEq)]
pub struct PerceptronOutcome {
    /// Integer weights with 0 on the diagonal.
    pub weights: Vec<f64>,
    /// Passes made, the last one, in which nothing was left to learn, included.
    pub epochs: usize,
    /// Whether every unit of every pattern has its margin.
    pub converged: bool,
}

/// The perceptron rule, unit by unit: wherever `x_i sum_j w_ij x_j` of a pattern is not above the
/// margin, `w_ij += x_i x_j` for all j != i. It ends where a solution with that margin exists:
/// E. Gardner, J. Phys. A 21 (1988) 257; the symmetric form changes w_ji likewise.
/// Patterns and units are visited in order, so that the result is always the same.
pub fn perceptron(units: usize, patterns: &[Vec<i8>], settings: Perceptron) -> PerceptronOutcome {
    let patterns: Vec<Vec<f64>> = patterns
        .iter()
        .map(|pattern| values(pattern, units))
        .collect();
    let mut weights = vec![0.0; units * units];
    for epoch in 1..=settings.max_epochs {
        let mut learned = false;
        for pattern in &patterns {
            for unit in 0..units {
                learned |= learn_unit(&mut weights, pattern, unit, settings);
            }
        }
        if !learned {
            return PerceptronOutcome {
                weights,
                epochs: epoch,
                converged: true,
            };
        }
    }
    PerceptronOutcome {
        weights,
        epochs: settings.max_epochs,
        converged: false,
    }
}

/// Learns one unit of one pattern where it lacks its margin; whether it did.
fn learn_unit(weights: &mut [f64], pattern: &[f64], unit: usize, settings: Perceptron) -> bool {
    let units = pattern.len();
    let x = pattern.get(unit).copied().unwrap_or(0.0);
    let Some(row) = weights.get_mut(unit * units..(unit + 1) * units) else {
        return false;
    };
    let field: f64 = row.iter().zip(pattern).map(|(weight, x)| weight * x).sum();
    if x * field > settings.margin {
        return false;
    }
    for (j, (weight, y)) in row.iter_mut().zip(pattern).enumerate() {
        if j != unit {
            *weight += x * y;
        }
    }
    if settings.symmetric {
        let column = weights.iter_mut().skip(unit).step_by(units.max(1));
        for (j, (weight, y)) in column.zip(pattern).enumerate() {
            if j != unit {
                *weight += x * y;
            }
        }
    }
    true
}
