//! The projection rule.

use super::{clear_diagonal, values};

/// The projection on the span of the patterns, `W = X (X'X)^-1 X'`, which is X times its
/// pseudo-inverse, without its diagonal: L. Personnaz, I. Guyon, G. Dreyfus, J. Physique Lettres
/// 46 (1985) L-359; without self-coupling: I. Kanter & H. Sompolinsky, Phys. Rev. A 35 (1987) 380.
///
/// It is built from an orthonormal basis of the span (Gram-Schmidt, each vector orthogonalised
/// twice, which is as good as exact: L. Giraud et al., Numer. Math. 101 (2005) 87), so that
/// patterns that depend on others, or come twice, do no harm. Symmetric; every pattern whose units
/// have `w_ii < 1` before the diagonal is cleared is stable.
pub fn projection(units: usize, patterns: &[Vec<i8>]) -> Vec<f64> {
    let mut weights = projector(units, patterns);
    clear_diagonal(&mut weights, units);
    weights
}

/// As [`projection`], with its diagonal: the orthogonal projection itself, positive semidefinite.
pub fn projector(units: usize, patterns: &[Vec<i8>]) -> Vec<f64> {
    let mut basis: Vec<Vec<f64>> = Vec::new();
    for pattern in patterns {
        if basis.len() == units {
            break;
        }
        let mut vector = values(pattern, units);
        let length = norm(&vector);
        for _ in 0..2 {
            for direction in &basis {
                let along = dot(&vector, direction);
                vector
                    .iter_mut()
                    .zip(direction)
                    .for_each(|(value, d)| *value -= along * d);
            }
        }
        let rest = norm(&vector);
        // What is left of a dependent pattern is rounding noise, 10^-13 of its length at most.
        if rest > 1e-9 * length {
            vector.iter_mut().for_each(|value| *value /= rest);
            basis.push(vector);
        }
    }
    let mut weights = vec![0.0; units * units];
    for (i, row) in weights.chunks_mut(units.max(1)).enumerate() {
        for direction in &basis {
            let factor = direction.get(i).copied().unwrap_or(0.0);
            row.iter_mut()
                .zip(direction)
                .for_each(|(weight, d)| *weight += factor * d);
        }
    }
    weights
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

fn norm(vector: &[f64]) -> f64 {
    dot(vector, vector).sqrt()
}
