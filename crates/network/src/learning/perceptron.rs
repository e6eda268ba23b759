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
    perceptron_within(units, patterns, settings, |_, _| true)
}

/// As [`perceptron`], with weights only where `coupled(i, j)` says that unit j acts on unit i; for
/// symmetric weights it should say the same of (j, i).
pub fn perceptron_within(
    units: usize,
    patterns: &[Vec<i8>],
    settings: Perceptron,
    coupled: impl Fn(usize, usize) -> bool,
) -> PerceptronOutcome {
    let sources: Vec<Vec<usize>> = (0..units)
        .map(|i| (0..units).filter(|&j| i != j && coupled(i, j)).collect())
        .collect();
    let patterns: Vec<Vec<f64>> = patterns
        .iter()
        .map(|pattern| values(pattern, units))
        .collect();
    let mut weights = vec![0.0; units * units];
    for epoch in 1..=settings.max_epochs {
        let mut learned = false;
        for pattern in &patterns {
            for (unit, sources) in sources.iter().enumerate() {
                learned |= learn_unit(&mut weights, pattern, unit, sources, settings);
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
fn learn_unit(
    weights: &mut [f64],
    pattern: &[f64],
    unit: usize,
    sources: &[usize],
    settings: Perceptron,
) -> bool {
    let units = pattern.len();
    let x = pattern.get(unit).copied().unwrap_or(0.0);
    let Some(row) = weights.get(unit * units..(unit + 1) * units) else {
        return false;
    };
    let field: f64 = row.iter().zip(pattern).map(|(weight, x)| weight * x).sum();
    if x * field > settings.margin {
        return false;
    }
    for &source in sources {
        let change = x * pattern.get(source).copied().unwrap_or(0.0);
        add(weights, unit * units + source, change);
        if settings.symmetric {
            add(weights, source * units + unit, change);
        }
    }
    true
}

fn add(weights: &mut [f64], place: usize, change: f64) {
    if let Some(weight) = weights.get_mut(place) {
        *weight += change;
    }
}
