//! Matrices of weights, of any shape: what leads from each source to each target.

use crate::description::{Source, TensorSource};
use crate::diagnostic::NetworkError;
use crate::problem::Problem;
use crate::tensor::Tensor;

/// A matrix, kept by rows; row i holds the weights into target i.
#[derive(Debug, Clone, PartialEq)]
pub struct Matrix {
    columns: usize,
    rows: Vec<Row>,
}

/// A row, in full or by its entries.
#[derive(Debug, Clone, PartialEq)]
enum Row {
    /// A weight for each column.
    Full(Vec<f64>),
    /// Column and weight, by rising column.
    Entries(Vec<(usize, f64)>),
}

impl Matrix {
    /// A full matrix from its values, row by row; missing ones are 0.
    pub fn dense(rows: usize, columns: usize, values: &[f64]) -> Matrix {
        let row = |row: usize| {
            let start = row.saturating_mul(columns).min(values.len());
            let end = start.saturating_add(columns).min(values.len());
            let mut full = values.get(start..end).unwrap_or_default().to_vec();
            full.resize(columns, 0.0);
            Row::Full(full)
        };
        Matrix {
            columns,
            rows: (0..rows).map(row).collect(),
        }
    }

    /// A sparse matrix from row, column and value, in any order; values at one place add up, and
    /// places outside are left out.
    pub fn sparse(rows: usize, columns: usize, entries: &[(usize, usize, f64)]) -> Matrix {
        let mut all = vec![std::collections::BTreeMap::<usize, f64>::new(); rows];
        for &(row, column, value) in entries.iter().filter(|(_, column, _)| *column < columns) {
            if let Some(row) = all.get_mut(row) {
                *row.entry(column).or_insert(0.0) += value;
            }
        }
        let rows = all.into_iter();
        Matrix {
            columns,
            rows: rows
                .map(|row| Row::Entries(row.into_iter().collect()))
                .collect(),
        }
    }

    /// The matrix with these numbers on its diagonal, sparse.
    pub fn diagonal(values: &[f64]) -> Matrix {
        let entries = values
            .iter()
            .enumerate()
            .map(|(at, &value)| (at, at, value));
        Matrix::sparse(values.len(), values.len(), &entries.collect::<Vec<_>>())
    }

    /// Takes a matrix of rows x columns numbers from a description.
    ///
    /// # Errors
    /// A file that cannot be read, another shape, or a number that is not finite, at `field`.
    pub fn from_source(
        given: &TensorSource,
        (rows, columns): (usize, usize),
        what: &'static str,
        source: &Source,
        field: &str,
    ) -> Result<Matrix, NetworkError> {
        let read = || {
            let tensor = Tensor::from_source(given, source.folder(), what)?;
            tensor.check_finite(what)?;
            let flat = rows == 1 && tensor.shape == [columns];
            if tensor.shape != [rows, columns] && !flat {
                return Err(Problem::Shape {
                    what,
                    found: format!("the shape {}", tensor.shape_text()),
                    expected: format!("{rows} x {columns} numbers"),
                });
            }
            Ok(Matrix::dense(rows, columns, &tensor.values))
        };
        read().map_err(|problem| source.error(field, problem))
    }

    /// Takes a sparse matrix from a description: triples row, column, value, from 0.
    ///
    /// # Errors
    /// A file that cannot be read, another shape, a place outside or given twice, or a number that
    /// is not finite, at `field`.
    pub fn from_triples(
        given: &TensorSource,
        (rows, columns): (usize, usize),
        what: &'static str,
        source: &Source,
        field: &str,
    ) -> Result<Matrix, NetworkError> {
        let read = || {
            let tensor = Tensor::from_source(given, source.folder(), what)?;
            tensor.check_finite(what)?;
            if !matches!(tensor.shape.as_slice(), [_, 3]) {
                return Err(Problem::Shape {
                    what,
                    found: format!("the shape {}", tensor.shape_text()),
                    expected: "one row for each weight: row, column, value".into(),
                });
            }
            let triples = tensor.values.as_chunks::<3>().0;
            places(triples, rows, columns).map(|entries| Matrix::sparse(rows, columns, &entries))
        };
        read().map_err(|problem| source.error(field, problem))
    }

    /// The number of rows: targets.
    pub fn rows(&self) -> usize {
        self.rows.len()
    }

    /// The number of columns: sources.
    pub fn columns(&self) -> usize {
        self.columns
    }

    /// Whether every row is kept in full.
    pub fn is_dense(&self) -> bool {
        self.rows.iter().all(|row| matches!(row, Row::Full(_)))
    }

    /// The entries of a row, zeros of a full row included; none for a row that is not there.
    pub fn row(&self, row: usize) -> impl Iterator<Item = (usize, f64)> {
        let (full, entries) = match self.rows.get(row) {
            Some(Row::Full(full)) => (full.as_slice(), &[][..]),
            Some(Row::Entries(entries)) => (&[][..], entries.as_slice()),
            None => (&[][..], &[][..]),
        };
        let full = full.iter().copied().enumerate();
        full.chain(entries.iter().copied())
    }

    /// The weight at a place; 0 where there is none.
    pub fn get(&self, row: usize, column: usize) -> f64 {
        match self.rows.get(row) {
            Some(Row::Full(full)) => full.get(column).copied().unwrap_or(0.0),
            Some(Row::Entries(entries)) => {
                let found = entries.binary_search_by_key(&column, |(column, _)| *column);
                let found = found.ok().and_then(|at| entries.get(at));
                found.map_or(0.0, |(_, value)| *value)
            }
            None => 0.0,
        }
    }

    /// `sum_j w_ij x_j` for row i; elements that `x` lacks count as 0.
    pub fn row_times(&self, row: usize, x: &[f64]) -> f64 {
        let term = |(column, weight): (usize, f64)| weight * x.get(column).copied().unwrap_or(0.0);
        self.row(row).map(term).sum()
    }

    /// `W x`.
    pub fn times(&self, x: &[f64]) -> Vec<f64> {
        (0..self.rows()).map(|row| self.row_times(row, x)).collect()
    }

    /// Some of its rows, in their order; those that are not there are left out.
    pub fn rows_of(&self, rows: std::ops::Range<usize>) -> Matrix {
        let (from, to) = (rows.start.min(rows.end), rows.end);
        let kept = self.rows.iter().take(to).skip(from);
        Matrix {
            columns: self.columns,
            rows: kept.cloned().collect(),
        }
    }

    /// The transpose; dense where this is.
    pub fn transposed(&self) -> Matrix {
        let (rows, columns) = (self.columns, self.rows());
        if self.is_dense() {
            let mut values = vec![0.0; rows * columns];
            for (row, column, value) in self.entries() {
                if let Some(place) = values.get_mut(column * columns + row) {
                    *place = value;
                }
            }
            return Matrix::dense(rows, columns, &values);
        }
        let entries = self
            .entries()
            .map(|(row, column, value)| (column, row, value));
        Matrix::sparse(rows, columns, &entries.collect::<Vec<_>>())
    }

    /// The same places with other values.
    pub fn map(&self, value: impl Fn(usize, usize, f64) -> f64) -> Matrix {
        let row = |(at, row): (usize, &Row)| match row {
            Row::Full(full) => {
                let values = full.iter().enumerate();
                Row::Full(
                    values
                        .map(|(column, &old)| value(at, column, old))
                        .collect(),
                )
            }
            Row::Entries(entries) => {
                let values = entries.iter();
                let values = values.map(|&(column, old)| (column, value(at, column, old)));
                Row::Entries(values.collect())
            }
        };
        Matrix {
            columns: self.columns,
            rows: self.rows.iter().enumerate().map(row).collect(),
        }
    }

    /// The same matrix with every row kept in full.
    pub fn to_dense(&self) -> Matrix {
        let full = |row: usize| {
            let mut values = vec![0.0; self.columns];
            for (column, value) in self.row(row) {
                if let Some(place) = values.get_mut(column) {
                    *place = value;
                }
            }
            Row::Full(values)
        };
        Matrix {
            columns: self.columns,
            rows: (0..self.rows()).map(full).collect(),
        }
    }

    /// Every entry: row, column, value; zeros of full rows included.
    pub fn entries(&self) -> impl Iterator<Item = (usize, usize, f64)> {
        (0..self.rows()).flat_map(|row| {
            self.row(row)
                .map(move |(column, value)| (row, column, value))
        })
    }

    /// Every entry whose value is not 0.
    pub fn links(&self) -> impl Iterator<Item = (usize, usize, f64)> {
        self.entries().filter(|(_, _, value)| *value != 0.0)
    }

    /// The largest `|w_ij - w_ji|` with its place, unless the matrix is symmetric; a matrix that is
    /// not square is asymmetric where it stands out.
    pub fn asymmetry(&self) -> Option<(usize, usize, f64)> {
        let pair = |(row, column, value): (usize, usize, f64)| {
            (row, column, (value - self.get(column, row)).abs())
        };
        let largest = self.links().map(pair).max_by(|a, b| a.2.total_cmp(&b.2));
        largest.filter(|(_, _, difference)| *difference > 0.0)
    }

    /// `max_i sum_j |w_ij|`: the norm of the matrix that belongs to the largest magnitude of a
    /// vector.
    pub fn largest_row_sum(&self) -> f64 {
        let sum = |row| self.row(row).map(|(_, value)| value.abs()).sum();
        (0..self.rows()).map(sum).fold(0.0, f64::max)
    }
}

/// Triples as places of a matrix, each once.
///
/// # Errors
/// A place that is none, or given before.
pub(crate) fn places(
    triples: &[[f64; 3]],
    rows: usize,
    columns: usize,
) -> Result<Vec<(usize, usize, f64)>, Problem> {
    let mut taken = std::collections::HashSet::new();
    let mut entries = vec![];
    for (entry, &[row, column, value]) in triples.iter().enumerate() {
        for (name, place, count) in [("row", row, rows), ("column", column, columns)] {
            if !(place >= 0.0 && place < count as f64 && place.fract() == 0.0) {
                return Err(Problem::SparseEntry {
                    entry,
                    reason: format!("its {name} is {place}"),
                    expected: format!("a whole number from 0 to {}", count.max(1) - 1),
                });
            }
        }
        let (row, column) = (row as usize, column as usize);
        if !taken.insert((row, column)) {
            return Err(Problem::SparseEntry {
                entry,
                reason: format!("row {row}, column {column} was given before"),
                expected: "each place once".into(),
            });
        }
        entries.push((row, column, value));
    }
    Ok(entries)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sparse_and_dense_say_the_same() {
        let dense = Matrix::dense(2, 3, &[1.0, 0.0, 2.0, 0.0, -3.0, 0.0]);
        let sparse = Matrix::sparse(2, 3, &[(1, 1, -3.0), (0, 2, 2.0), (0, 0, 1.0)]);
        let x = [1.0, 10.0, 100.0];
        assert_eq!(dense.times(&x), [201.0, -30.0]);
        assert_eq!(sparse.times(&x), [201.0, -30.0]);
        assert!(dense.links().eq(sparse.links()));
        assert_eq!(dense.transposed().times(&[1.0, 2.0]), [1.0, -6.0, 2.0]);
        assert_eq!(sparse.transposed().times(&[1.0, 2.0]), [1.0, -6.0, 2.0]);
        assert_eq!(sparse.largest_row_sum(), 3.0);
        assert_eq!(sparse.get(0, 1), 0.0);
    }

    #[test]
    fn asymmetry_names_the_place() {
        let matrix = Matrix::dense(2, 2, &[0.0, 1.0, 1.0, 5.0]);
        assert_eq!(matrix.asymmetry(), None);
        let other = matrix.map(|row, _, value| if row == 0 { value } else { value * 2.0 });
        assert_eq!(other.asymmetry().map(|it| it.2), Some(1.0));
    }
}
