//! Storkey's rule.

use super::{clear_diagonal, values};

/// Storkey's rule: A. Storkey, Increasing the capacity of a Hopfield network without sacrificing
/// functionality, ICANN 1997. Pattern after pattern, for i != j,
/// `w_ij += (x_i x_j - x_i h_ji - h_ij x_j) / n` with `h_ij = sum over k != i, j of w_ik x_k`.
/// Symmetric, and 0 on the diagonal; the order of the patterns matters.
pub fn storkey(units: usize, patterns: &[Vec<i8>]) -> Vec<f64> {
    let mut weights = vec![0.0; units * units];
    for pattern in patterns {
        let x = values(pattern, units);
        // The diagonal is 0, so that k != i is left out of the whole sum already.
        let fields: Vec<f64> = weights
            .chunks(units.max(1))
            .map(|row| row.iter().zip(&x).map(|(weight, x)| weight * x).sum())
            .collect();
        let before = weights.clone();
        for (i, row) in weights.chunks_mut(units.max(1)).enumerate() {
            let (x_i, field_i) = (at(&x, i), at(&fields, i));
            for (j, weight) in row.iter_mut().enumerate() {
                let (x_j, field_j) = (at(&x, j), at(&fields, j));
                let h_ij = field_i - at(&before, i * units + j) * x_j;
                let h_ji = field_j - at(&before, j * units + i) * x_i;
                *weight += (x_i * x_j - x_i * h_ji - h_ij * x_j) / units as f64;
            }
        }
        clear_diagonal(&mut weights, units);
    }
    weights
}

fn at(values: &[f64], place: usize) -> f64 {
    values.get(place).copied().unwrap_or(0.0)
}
