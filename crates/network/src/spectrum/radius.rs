//! Spectral radii of matrices of any kind.

use nalgebra::{DMatrix, Schur};

use crate::matrix::Matrix;

/// Iterations for an eigenvalue, or none is found.
const ITERATIONS: usize = 100;

/// The largest magnitude of an eigenvalue of a square matrix, by Schur's form (nalgebra's Francis
/// iteration). The eigenvalues are those of a matrix that differs from the given one by a small
/// multiple of the unit roundoff times its Frobenius norm (G. H. Golub & C. F. Van Loan, Matrix
/// Computations, 4th ed. 2013, section 7.5.6). `None` where the iteration does not end, or the matrix
/// is not square or not finite; 0 for one of no rows.
pub fn spectral_radius(matrix: &Matrix) -> Option<f64> {
    let order = matrix.rows();
    if order == 0 {
        return Some(0.0);
    }
    let mut full = DMatrix::zeros(order, order);
    for (row, column, value) in matrix.links() {
        *full.get_mut((row, column))? = value;
    }
    if matrix.columns() != order || !full.iter().all(|value| value.is_finite()) {
        return None;
    }
    let form = Schur::try_new(full, f64::EPSILON, ITERATIONS.saturating_mul(order))?;
    let values = form.complex_eigenvalues();
    let radius = values
        .iter()
        .fold(0.0, |most: f64, value| most.max(value.re.hypot(value.im)));
    radius.is_finite().then_some(radius)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::noise::SplitMix64;

    fn radius(order: usize, values: &[f64]) -> Option<f64> {
        spectral_radius(&Matrix::dense(order, order, values))
    }

    #[test]
    fn small_matrices_have_the_radius_of_their_polynomials() {
        let golden = (1.0 + 5f64.sqrt()) / 2.0;
        let cases = [
            (vec![], 0, 0.0),
            (vec![-3.0], 1, 3.0),
            (vec![1.0, 1.0, 1.0, 0.0], 2, golden),
            // A turn by a right angle, made twice as long: both eigenvalues are imaginary.
            (vec![0.0, -2.0, 2.0, 0.0], 2, 2.0),
            // The companion matrix of x^3 - 8.
            (vec![0.0, 0.0, 8.0, 1.0, 0.0, 0.0, 0.0, 1.0, 0.0], 3, 2.0),
            (vec![0.0, 7.0, 0.0, 0.0], 2, 0.0),
        ];
        for (values, order, wanted) in cases {
            let found = radius(order, &values).unwrap();
            assert!((found - wanted).abs() < 1e-12, "{values:?}: {found}");
        }
        assert_eq!(radius(1, &[f64::NAN]), None);
        assert_eq!(spectral_radius(&Matrix::dense(2, 3, &[])), None);
    }

    /// What powers of a matrix grow by is its radius: `|A^k|^(1/k)` is never below it (Gelfand).
    #[test]
    fn powers_grow_by_the_radius() {
        let mut random = SplitMix64::new(3);
        for order in [2, 9, 30] {
            let values: Vec<f64> = (0..order * order)
                .map(|_| 2.0 * random.uniform() - 1.0)
                .collect();
            let found = radius(order, &values).unwrap();
            let full = DMatrix::from_row_slice(order, order, &values);
            let (mut power, mut logarithm, doublings) = (full.clone(), 0.0, 14);
            for _ in 0..doublings {
                let norm = power.norm();
                power /= norm;
                logarithm = 2.0 * (logarithm + norm.ln());
                power = &power * &power;
            }
            let growth = ((logarithm + power.norm().ln()) / f64::from(1 << doublings)).exp();
            assert!(
                (growth / found - 1.0).abs() < 1e-3,
                "{order}: {growth} {found}"
            );
            assert!(growth > found * (1.0 - 1e-9), "{order}: {growth} {found}");
        }
    }
}
