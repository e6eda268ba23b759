//! The smallest and the largest eigenvalue of a symmetric matrix, enclosed.

use nalgebra::{DMatrix, DVector, SymmetricEigen};

use super::enclosure::{Enclosure, dot, gamma};
use crate::matrix::Matrix;
use crate::noise::SplitMix64;

/// Units up to which all eigenvectors are computed to find the first and the last.
const FULL: usize = 256;
/// Units up to which bounds are made sharp; beyond, they are those of Gershgorin on one side.
const SHARP: usize = 2048;
/// The dimension of the Krylov space in which larger matrices are looked at.
const KRYLOV: usize = 240;
/// Iterations in which eigenvectors are found, or not at all.
const ITERATIONS: usize = 100_000;
/// Bounds that are tried, each this many times as far from the estimate as the one before.
const TRIES: usize = 16;
const FARTHER: f64 = 6.0;

/// The ends of a spectrum.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Extremes {
    /// The smallest eigenvalue.
    pub smallest: Enclosure,
    /// The largest eigenvalue.
    pub largest: Enclosure,
}

impl Extremes {
    /// The largest magnitude of an eigenvalue.
    pub fn radius(&self) -> Enclosure {
        self.smallest.magnitude().max(self.largest.magnitude())
    }
}

/// The extreme eigenvalues of the symmetric part `(A + A') / 2` of a square matrix, which is A where
/// A is symmetric. A matrix of no rows has none: both enclosures are 0.
///
/// An eigenvalue is estimated first (all eigenvectors by nalgebra, for large matrices Lanczos'
/// method) and then enclosed, whatever the estimate is worth: the quotient `x'Ax / x'x` of any x is
/// no further out than the extreme eigenvalue; and where Cholesky's decomposition of `A - s I` runs
/// to its end in floating point, all eigenvalues are above s less a bound of its error (N. J.
/// Higham, Accuracy and Stability of Numerical Algorithms, 2nd ed. 2002, theorem 10.5; S. M. Rump,
/// BIT Numerical Mathematics 46 (2006) 433). Where it does not, and for more than 2048 rows,
/// Gershgorin's discs bound the other side.
pub fn extremes(matrix: &Matrix) -> Extremes {
    let order = matrix.rows();
    if order == 0 || matrix.columns() != order {
        let none = Enclosure::exact(if order == 0 { 0.0 } else { f64::NAN });
        return Extremes {
            smallest: none,
            largest: none,
        };
    }
    let part = symmetric_part(matrix);
    // Squares of larger numbers leave the range of f64.
    if !part.iter().all(|value| value.abs() < 1e140) {
        return Extremes {
            smallest: Enclosure::UNKNOWN,
            largest: Enclosure::UNKNOWN,
        };
    }
    let [first, last] = ends(&part);
    let opposite = -&part;
    // The symmetric part itself is rounded, once an entry.
    let rounding = match matrix.asymmetry() {
        Some(_) => gamma(2) * discs(&part).1.max(discs(&opposite).1),
        None => 0.0,
    };
    let blur = |bound: Enclosure| bound + Enclosure::between(-rounding, rounding);
    Extremes {
        smallest: blur(smallest(&part, &first)),
        largest: blur(-smallest(&opposite, &last)),
    }
}

fn symmetric_part(matrix: &Matrix) -> DMatrix<f64> {
    let mut part = DMatrix::zeros(matrix.rows(), matrix.rows());
    for (row, column, value) in matrix.links() {
        for place in [(row, column), (column, row)] {
            if let Some(entry) = part.get_mut(place) {
                *entry += value / 2.0;
            }
        }
    }
    part
}

/// The smallest eigenvalue, with an estimate of its eigenvector.
fn smallest(matrix: &DMatrix<f64>, vector: &DVector<f64>) -> Enclosure {
    let (quotient, residual) = rayleigh(matrix, vector);
    let (low, high) = discs(matrix);
    let mut known = Enclosure {
        low,
        high: high.min(quotient.high),
    };
    if matrix.nrows() > SHARP {
        return known;
    }
    let smallest_gap = f64::EPSILON * (matrix.nrows() as f64).powi(2) * low.abs().max(high.abs());
    let mut gap = residual.min(high - low) + smallest_gap;
    for _ in 0..TRIES {
        if let Some(bound) = above(matrix, quotient.low - gap) {
            known.low = known.low.max(bound);
            break;
        }
        gap *= FARTHER;
    }
    known
}

/// `x'Ax / x'x`, which is nowhere outside of the spectrum, and an estimate of `|Ax - (x'Ax) x|` for
/// x of length 1.
fn rayleigh(matrix: &DMatrix<f64>, vector: &DVector<f64>) -> (Enclosure, f64) {
    let images: Vec<Enclosure> = matrix
        .column_iter()
        .map(|column| dot(column.iter().copied().zip(vector.iter().copied())))
        .collect();
    let term = |(image, x): (&Enclosure, &f64)| *image * Enclosure::exact(*x);
    let product = images.iter().zip(vector.iter()).map(term);
    let product = product.fold(Enclosure::exact(0.0), |sum, term| sum + term);
    let quotient = product / dot(vector.iter().map(|&x| (x, x)));
    let middle = quotient.middle();
    let off = images.iter().zip(vector.iter());
    let off = off.map(|(image, x)| (image.middle() - middle * x).powi(2));
    (quotient, off.sum::<f64>().sqrt())
}

/// Bounds of all eigenvalues by Gershgorin's discs.
fn discs(matrix: &DMatrix<f64>) -> (f64, f64) {
    let mut bounds = (f64::INFINITY, f64::NEG_INFINITY);
    for (at, column) in matrix.column_iter().enumerate() {
        let centre = column.get(at).copied().unwrap_or(0.0);
        let around = column.iter().enumerate().filter(|(other, _)| *other != at);
        let radius = dot(around.map(|(_, value)| (value.abs(), 1.0))).high;
        let disc = Enclosure::around(centre, radius);
        bounds = (bounds.0.min(disc.low), bounds.1.max(disc.high));
    }
    bounds
}

/// A bound that all eigenvalues are above, near `shift`; none where Cholesky's decomposition of
/// `A - shift I` fails.
fn above(matrix: &DMatrix<f64>, shift: f64) -> Option<f64> {
    let mut shifted = matrix.clone();
    let (mut trace, mut largest) = (Enclosure::exact(0.0), 0.0f64);
    for at in 0..matrix.nrows() {
        let entry = shifted.get_mut((at, at))?;
        *entry -= shift;
        if *entry <= 0.0 {
            return None;
        }
        largest = largest.max(*entry);
        trace = trace + Enclosure::exact(*entry);
    }
    shifted.cholesky()?;
    // Twice the operations of the theorem allow for a division done by a reciprocal; then the
    // rounding of the shifted diagonal, and numbers too small for full precision.
    let order = matrix.nrows();
    let error = gamma(2 * order + 8);
    let error = Enclosure::exact(error / (1.0 - error)) * trace
        + Enclosure::exact(f64::EPSILON) * Enclosure::exact(largest)
        + Enclosure::exact(order as f64 * order as f64 * 1e-290);
    let bound = Enclosure::exact(shift) - error;
    bound.low.is_finite().then_some(bound.low)
}

/// Estimates of the eigenvectors of the smallest and of the largest eigenvalue.
fn ends(matrix: &DMatrix<f64>) -> [DVector<f64>; 2] {
    if matrix.nrows() <= FULL {
        return extreme_vectors(matrix.clone());
    }
    let (basis, projected) = krylov(matrix);
    extreme_vectors(projected).map(|weights| {
        let terms = basis.iter().zip(weights.iter());
        terms.fold(DVector::zeros(matrix.nrows()), |sum, (vector, weight)| {
            sum + vector * *weight
        })
    })
}

/// Zeros where the iteration does not end.
fn extreme_vectors(matrix: DMatrix<f64>) -> [DVector<f64>; 2] {
    let zeros = DVector::zeros(matrix.nrows());
    let Some(all) = SymmetricEigen::try_new(matrix, f64::EPSILON, ITERATIONS) else {
        return [zeros.clone(), zeros];
    };
    let values = &all.eigenvalues;
    [values.imin(), values.imax()].map(|at| all.eigenvectors.column(at).into_owned())
}

/// Lanczos' method with every vector orthogonalised against all before: an orthonormal basis of a
/// Krylov space and the matrix in it.
fn krylov(matrix: &DMatrix<f64>) -> (Vec<DVector<f64>>, DMatrix<f64>) {
    let order = matrix.nrows();
    let mut random = SplitMix64::new(1);
    let mut next = DVector::from_fn(order, |_, _| random.uniform() - 0.5);
    let mut basis: Vec<DVector<f64>> = vec![];
    let mut projected = DMatrix::zeros(KRYLOV, KRYLOV);
    while basis.len() < KRYLOV {
        for vector in basis.iter().chain(&basis) {
            let along = vector.dot(&next);
            next.axpy(-along, vector, 1.0);
        }
        let length = next.norm();
        // An invariant subspace is used up: go on in another.
        if length <= f64::MIN_POSITIVE || length.is_nan() {
            next = DVector::from_fn(order, |_, _| random.uniform() - 0.5);
            continue;
        }
        let at = basis.len();
        let vector = next / length;
        next = matrix * &vector;
        for (other, earlier) in basis.iter().chain([&vector]).enumerate() {
            let entry = earlier.dot(&next);
            for place in [(at, other), (other, at)] {
                if let Some(slot) = projected.get_mut(place) {
                    *slot = entry;
                }
            }
        }
        basis.push(vector);
    }
    (basis, projected)
}
