//! Hebb's rule as of Hopfield (1982).

use super::{clear_diagonal, values};

/// `w_ij = sum_p x_i x_j` for i != j and 0 on the diagonal: symmetric integers from -P to P, the
/// unnormalised form of Hopfield, Proc. Natl. Acad. Sci. 79 (1982) 2554, equation 2. About 0.138
/// random patterns a unit can be recalled (Amit, Gutfreund & Sompolinsky 1985).
pub fn hebb(units: usize, patterns: &[Vec<i8>]) -> Vec<f64> {
    let mut weights = outer_products(units, patterns);
    clear_diagonal(&mut weights, units);
    weights
}

/// As [`hebb`], with its diagonal, which is P: positive semidefinite.
pub fn outer_products(units: usize, patterns: &[Vec<i8>]) -> Vec<f64> {
    let mut weights = vec![0.0; units * units];
    for pattern in patterns {
        let pattern = values(pattern, units);
        for (row, x) in weights.chunks_mut(units.max(1)).zip(&pattern) {
            for (weight, y) in row.iter_mut().zip(&pattern) {
                *weight += x * y;
            }
        }
    }
    weights
}
