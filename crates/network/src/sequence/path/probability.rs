//! From tables of probabilities to scores.

use crate::matrix::Matrix;

/// The natural logarithms of tables of probabilities.
///
/// What has probability 0 gets a score so low that no path of `longest` steps with it is better than one
/// without, whatever else is on them, words with at least no fraction bit included: twice the lowest
/// other score, less one, for each step. So a path is impossible only where all are, and then it has the
/// fewest steps of probability 0.
pub fn logarithms<const N: usize>(tables: [Matrix; N], longest: usize) -> [Matrix; N] {
    let lowest = |least: f64, (_, _, value): (usize, usize, f64)| match value > 0.0 {
        true => least.min(value.ln()),
        false => least,
    };
    let lowest = tables.iter().flat_map(Matrix::entries).fold(0.0, lowest);
    let never = 2.0 * longest as f64 * (lowest.floor() - 1.0);
    let score = |value: f64| if value > 0.0 { value.ln() } else { never };
    tables.map(|table| table.map(|_, _, value| score(value)))
}
