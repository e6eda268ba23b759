//! Embeddings: the row of a table that a token chooses.

use super::tokens::{one_token, place};
use crate::matrix::Matrix;
use crate::problem::Problem;

/// `y_u = T_tu` for the token t: the first layer of a chain over tokens.
#[derive(Debug, Clone, PartialEq)]
pub struct Embedding {
    /// T: [vocabulary, units].
    pub table: Matrix,
}

impl Embedding {
    /// Elements of a row.
    pub fn units(&self) -> usize {
        self.table.columns()
    }

    /// Tokens are the whole numbers below this one.
    pub fn vocabulary(&self) -> usize {
        self.table.rows()
    }

    /// What it gives for a token, a vector of one element; zeros for one outside the vocabulary.
    pub fn apply(&self, x: &[f64]) -> Vec<f64> {
        let row = place(x).filter(|&token| token < self.vocabulary());
        let entry = |unit| row.map_or(0.0, |row| self.table.get(row, unit));
        (0..self.units()).map(entry).collect()
    }

    /// The largest magnitude of an entry.
    pub fn largest(&self) -> f64 {
        let entries = self.table.links().map(|(_, _, entry)| entry.abs());
        entries.fold(0.0, f64::max)
    }

    /// That it takes a token, and has a row for each.
    pub(super) fn check(&self, inputs: usize) -> Result<(), Problem> {
        one_token(inputs)?;
        match self.units() * self.vocabulary() {
            0 => Err(Problem::Shape {
                what: "the table of the embedding",
                found: format!("{} x {} numbers", self.vocabulary(), self.units()),
                expected: "a row for each token".into(),
            }),
            _ => Ok(()),
        }
    }
}
