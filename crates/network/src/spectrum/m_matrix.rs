//! The test of nonsingular M-matrices, by which global stability is decided.

use super::enclosure::{Enclosure, dot};
use crate::matrix::Matrix;

/// Products of matrix and vector that a test makes at most, and multiplications in all of them.
const MAX_PRODUCTS: usize = 2000;
const MAX_MULTIPLICATIONS: usize = 4_000_000_000;

/// Components of a vector below this share of the largest do not count for a lower bound.
const SUPPORT: f64 = 1e-9;

/// Whether `diag(g) - |C| diag(l)` is a nonsingular M-matrix, and on what that rests.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct MMatrix {
    /// Whether it is; none where the bounds do not decide it.
    pub holds: Option<bool>,
    /// The spectral radius of `diag(1/g) |C| diag(l)`: it is one where this is below 1.
    pub radius: Enclosure,
}

/// Tests `diag(g) - |C| diag(l)` for a square C, with l of no negative numbers: it is a nonsingular
/// M-matrix if and only if all g are above 0 and the spectral radius of `B = diag(1/g) |C| diag(l)`
/// is below 1 (A. Berman, R. J. Plemmons, Nonnegative Matrices in the Mathematical Sciences (1979),
/// chapter 6). Bounds of the radius are those of Collatz and Wielandt (chapter 2 of the same):
/// `min (Bx)_i / x_i <= radius` over the elements of any x >= 0 that are not 0, and
/// `radius <= max (Bx)_i / x_i` of any x > 0. Numbers that `g` or `l` lack count as not known.
pub fn m_matrix(g: &[Enclosure], c: &Matrix, l: &[Enclosure]) -> MMatrix {
    let order = c.rows();
    let at = |of: &[Enclosure], at: usize| of.get(at).copied().unwrap_or(Enclosure::UNKNOWN);
    if (0..order).any(|row| at(g, row).high <= 0.0) {
        return MMatrix {
            holds: Some(false),
            radius: Enclosure::UNKNOWN,
        };
    }
    if (0..order).any(|row| at(g, row).low <= 0.0 || !at(l, row).high.is_finite()) {
        return MMatrix {
            holds: None,
            radius: Enclosure::UNKNOWN,
        };
    }
    let scaled =
        c.map(|row, column, value| value.abs() * at(l, column).middle() / at(g, row).middle());
    let ratio = |row: usize, x: &[f64]| {
        let part = |bound: fn(Enclosure) -> f64| {
            let terms = c.row(row).map(|(column, value)| {
                let x = x.get(column).copied().unwrap_or(0.0);
                (value.abs() * x, bound(at(l, column)))
            });
            // The product before rounds once more.
            dot(terms) * Enclosure::around(1.0, f64::EPSILON)
        };
        let sum = Enclosure::between(part(|l| l.low).low, part(|l| l.high).high);
        let x = Enclosure::exact(x.get(row).copied().unwrap_or(0.0));
        sum / (at(g, row) * x)
    };
    let radius = radius(&scaled, ratio);
    MMatrix {
        holds: radius.is_below(1.0),
        radius,
    }
}

/// Bounds of the spectral radius of a matrix without negative entries; `ratio` encloses
/// `(Bx)_i / x_i`.
fn radius(b: &Matrix, ratio: impl Fn(usize, &[f64]) -> Enclosure) -> Enclosure {
    let order = b.rows();
    let mut known = Enclosure {
        low: 0.0,
        high: if order == 0 { 0.0 } else { f64::INFINITY },
    };
    let mut learn = |x: &[f64]| {
        if x.iter().all(|&x| x > 0.0 && x.is_finite()) {
            let highest = (0..order).map(|row| ratio(row, x).high);
            known.high = known.high.min(highest.fold(0.0, f64::max));
        }
        let largest = x.iter().copied().fold(0.0, f64::max);
        let kept = |&x: &f64| if x > SUPPORT * largest { x } else { 0.0 };
        let kept: Vec<f64> = x.iter().map(kept).collect();
        let lowest = (0..order).filter(|&row| kept.get(row).is_some_and(|&x| x > 0.0));
        let lowest = lowest.map(|row| ratio(row, &kept).low);
        let lowest = lowest.fold(f64::INFINITY, f64::min);
        if lowest.is_finite() {
            known.low = known.low.max(lowest);
        }
    };
    let multiplications = b.entries().count().max(1);
    let products = (MAX_MULTIPLICATIONS / multiplications).clamp(4, MAX_PRODUCTS);
    // The eigenvector of the radius: the powers of B + I, which have no cycles.
    let mut x = vec![1.0; order];
    for _ in 0..products / 2 {
        let sum = b.times(&x).into_iter().zip(&x).map(|(image, x)| image + x);
        let next = unit_largest(sum.collect());
        let moved = next.iter().zip(&x).map(|(a, b)| (a - b).abs());
        let moved = moved.fold(0.0, f64::max);
        x = next;
        if moved < 1e-15 {
            break;
        }
    }
    learn(&x);
    // Where B falls apart into blocks that vector has zeros. The sum of the powers of B on ones has
    // none, and Bx < x as soon as a power is below 1.
    let (mut sum, mut power) = (vec![1.0; order], vec![1.0; order]);
    for _ in 0..products / 2 {
        power = b.times(&power);
        let largest = power.iter().copied().fold(0.0, f64::max);
        if !(0.5..=1e100).contains(&largest) {
            break;
        }
        sum.iter_mut()
            .zip(&power)
            .for_each(|(sum, power)| *sum += power);
    }
    learn(&sum);
    known
}

/// The vector over its largest element.
fn unit_largest(mut x: Vec<f64>) -> Vec<f64> {
    let largest = x.iter().copied().fold(0.0, f64::max);
    if largest > 0.0 && largest.is_finite() {
        x.iter_mut().for_each(|x| *x /= largest);
    }
    x
}
