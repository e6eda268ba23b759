//! Weight matrices, dense or sparse.

use crate::problem::Problem;

/// A square matrix of weights; row i holds the weights into unit i.
#[derive(Debug, Clone, PartialEq)]
pub enum Weights {
    /// All weights, row by row.
    Dense {
        /// Rows and columns.
        units: usize,
        /// units x units values.
        values: Vec<f64>,
    },
    /// Compressed rows: row i holds the entries `row_starts[i] .. row_starts[i + 1]`, by rising
    /// column.
    Sparse {
        /// Rows and columns.
        units: usize,
        /// units + 1 positions in `columns` and `values`.
        row_starts: Vec<usize>,
        /// The column of each entry.
        columns: Vec<usize>,
        /// The weight of each entry.
        values: Vec<f64>,
    },
}

impl Weights {
    /// A dense matrix of units x units values, row by row.
    ///
    /// # Errors
    /// When the number of values is another, or one is not finite.
    pub fn dense(units: usize, values: Vec<f64>) -> Result<Weights, Problem> {
        if units.checked_mul(units) != Some(values.len()) {
            let what = "the weight matrix";
            let found = format!("{} values", values.len());
            return Err(Problem::Shape {
                what,
                found,
                expected: format!("{units} x {units}"),
            });
        }
        if let Some(at) = values.iter().position(|value| !value.is_finite()) {
            let value = values.get(at).copied().unwrap_or(f64::NAN);
            let position = format!("row {}, column {}", at / units, at % units);
            return Err(Problem::NotFinite {
                what: "the weight matrix",
                value,
                position,
            });
        }
        Ok(Weights::Dense { units, values })
    }

    /// A sparse matrix from triples row, column, value, in any order.
    ///
    /// # Errors
    /// When a place lies outside, is given twice, or its value is not finite.
    pub fn sparse(units: usize, triples: &[(f64, f64, f64)]) -> Result<Weights, Problem> {
        let mut entries = Vec::with_capacity(triples.len());
        for (entry, &(row, column, value)) in triples.iter().enumerate() {
            let fail = |reason: String, expected: String| {
                Err(Problem::SparseEntry {
                    entry,
                    reason,
                    expected,
                })
            };
            for (what, place) in [("row", row), ("column", column)] {
                if !(place >= 0.0 && place < units as f64 && place.fract() == 0.0) {
                    let reason = format!("its {what} is {place}");
                    return fail(
                        reason,
                        format!("a whole number from 0 to {}", units.max(1) - 1),
                    );
                }
            }
            if !value.is_finite() {
                return fail(
                    format!("its value is {value}"),
                    "finite numbers only".into(),
                );
            }
            entries.push((row as usize, column as usize, value, entry));
        }
        entries.sort_by_key(|&(row, column, _, entry)| (row, column, entry));
        let same = entries
            .iter()
            .zip(entries.iter().skip(1))
            .find(|(a, b)| (a.0, a.1) == (b.0, b.1));
        if let Some((_, &(row, column, _, entry))) = same {
            let reason = format!("row {row}, column {column} was given before");
            return Err(Problem::SparseEntry {
                entry,
                reason,
                expected: "each place once".into(),
            });
        }
        Ok(Weights::from_sorted(
            units,
            entries.into_iter().map(|(i, j, value, _)| (i, j, value)),
        ))
    }

    fn from_sorted(units: usize, entries: impl Iterator<Item = (usize, usize, f64)>) -> Weights {
        let mut counts = vec![0usize; units + 1];
        let (mut columns, mut values) = (Vec::new(), Vec::new());
        for (row, column, value) in entries {
            if let Some(count) = counts.get_mut(row + 1) {
                *count += 1;
                columns.push(column);
                values.push(value);
            }
        }
        let mut total = 0;
        for count in &mut counts {
            total += *count;
            *count = total;
        }
        Weights::Sparse {
            units,
            row_starts: counts,
            columns,
            values,
        }
    }

    /// The same matrix with only the places that `keep(row, column)` keeps, as a sparse matrix;
    /// places of a dense matrix that hold 0 are dropped.
    pub fn filtered(&self, keep: impl Fn(usize, usize) -> bool) -> Weights {
        let kept = (0..self.units())
            .flat_map(|row| {
                self.row(row)
                    .map(move |(column, value)| (row, column, value))
            })
            .filter(|&(row, column, value)| value != 0.0 && keep(row, column));
        Weights::from_sorted(self.units(), kept)
    }

    /// Rows and columns.
    pub fn units(&self) -> usize {
        match self {
            Weights::Dense { units, .. } | Weights::Sparse { units, .. } => *units,
        }
    }

    /// The entries of a row: column and weight, by rising column; of a dense matrix all of them.
    pub fn row(&self, row: usize) -> impl Iterator<Item = (usize, f64)> + '_ {
        let (columns, values) = match self {
            Weights::Dense { units, values } => (
                None,
                values
                    .get(row * units..(row + 1) * units)
                    .unwrap_or_default(),
            ),
            Weights::Sparse {
                row_starts,
                columns,
                values,
                ..
            } => {
                let start = row_starts.get(row).copied().unwrap_or(0);
                let end = row_starts.get(row + 1).copied().unwrap_or(start);
                let columns = columns.get(start..end).unwrap_or_default();
                (Some(columns), values.get(start..end).unwrap_or_default())
            }
        };
        values.iter().enumerate().map(move |(place, &value)| {
            let column = columns.map_or(place, |columns| columns.get(place).copied().unwrap_or(0));
            (column, value)
        })
    }

    /// The weight from unit `column` to unit `row`; 0 where there is none.
    pub fn get(&self, row: usize, column: usize) -> f64 {
        match self {
            Weights::Dense { units, values } if row < *units && column < *units => {
                values.get(row * units + column).copied().unwrap_or(0.0)
            }
            Weights::Dense { .. } => 0.0,
            Weights::Sparse { .. } => self
                .row(row)
                .find(|entry| entry.0 == column)
                .map_or(0.0, |entry| entry.1),
        }
    }

    /// The number of entries that are kept: units x units of a dense matrix.
    pub fn entries(&self) -> usize {
        match self {
            Weights::Dense { values, .. } | Weights::Sparse { values, .. } => values.len(),
        }
    }

    /// `sum_j w_ij s_j` for unit i.
    pub fn field(&self, unit: usize, state: &[i8]) -> f64 {
        self.row(unit)
            .map(|(column, value)| value * f64::from(state.get(column).copied().unwrap_or(0)))
            .sum()
    }

    /// All values, row by row, units x units.
    pub fn to_dense(&self) -> Vec<f64> {
        let units = self.units();
        let mut out = vec![0.0; units * units];
        for row in 0..units {
            for (column, value) in self.row(row) {
                if let Some(place) = out.get_mut(row * units + column) {
                    *place = value;
                }
            }
        }
        out
    }

    /// The first pair of units i < j with w_ij != w_ji, or none: the matrix is symmetric.
    pub fn asymmetry(&self) -> Option<(usize, usize)> {
        (0..self.units())
            .flat_map(|row| {
                self.row(row)
                    .map(move |(column, value)| (row, column, value))
            })
            .find(|&(row, column, value)| self.get(column, row) != value)
            .map(|(row, column, _)| (row.min(column), row.max(column)))
    }
}
