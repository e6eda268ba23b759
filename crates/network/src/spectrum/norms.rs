//! Norms of matrices, enclosed.

use super::enclosure::{Enclosure, dot};
use super::extremes::extremes;
use crate::matrix::Matrix;

/// A norm of matrices that belongs to one of vectors: `|Wx| <= |W| |x|`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Norm {
    /// The largest sum of magnitudes of a row, which belongs to the largest magnitude of a vector.
    Row,
    /// The largest sum of magnitudes of a column, which belongs to the sum of magnitudes.
    Column,
    /// The largest singular value, which belongs to the Euclidean length.
    Spectral,
}

impl Norm {
    /// All of them.
    pub const ALL: [Norm; 3] = [Norm::Row, Norm::Column, Norm::Spectral];

    /// The norm of a matrix.
    pub fn of(self, matrix: &Matrix) -> Enclosure {
        match self {
            Norm::Row => largest_row_sum(matrix),
            Norm::Column => largest_row_sum(&matrix.transposed()),
            Norm::Spectral => spectral(matrix),
        }
    }

    /// Its name in a sentence.
    pub fn name(self) -> &'static str {
        match self {
            Norm::Row => "the largest row sum of magnitudes",
            Norm::Column => "the largest column sum of magnitudes",
            Norm::Spectral => "the largest singular value",
        }
    }
}

/// The smallest of the three norms of a matrix.
pub fn smallest_norm(matrix: &Matrix) -> (Norm, Enclosure) {
    let all = Norm::ALL.map(|norm| (norm, norm.of(matrix)));
    let [first, others @ ..] = all;
    let smaller = |a: (Norm, Enclosure), b: (Norm, Enclosure)| {
        if b.1.high < a.1.high { b } else { a }
    };
    others.into_iter().fold(first, smaller)
}

fn largest_row_sum(matrix: &Matrix) -> Enclosure {
    let sum = |row| dot(matrix.row(row).map(|(_, value)| (value.abs(), 1.0)));
    let zero = Enclosure::exact(0.0);
    (0..matrix.rows()).map(sum).fold(zero, Enclosure::max)
}

/// The singular values are the magnitudes of the eigenvalues of `(0 W; W' 0)`.
fn spectral(matrix: &Matrix) -> Enclosure {
    let (rows, columns) = (matrix.rows(), matrix.columns());
    let entries = matrix.links().flat_map(|(row, column, value)| {
        let column = rows + column;
        [(row, column, value), (column, row, value)]
    });
    let order = rows + columns;
    let both = Matrix::sparse(order, order, &entries.collect::<Vec<_>>());
    let nowhere_negative = Enclosure {
        low: 0.0,
        high: f64::INFINITY,
    };
    extremes(&both).largest.and(nowhere_negative)
}
