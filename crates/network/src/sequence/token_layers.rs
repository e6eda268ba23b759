//! From the description of a layer that takes tokens to the layer.

use super::build::{Reader, matrix};
use super::{Count, Embedding, Hash};
use crate::diagnostic::NetworkError;

impl Reader<'_> {
    fn vocabulary(&self) -> usize {
        self.section.vocabulary.unwrap_or(0)
    }

    /// An embedding.
    ///
    /// # Errors
    /// A table of another shape.
    pub(super) fn embedding(&self) -> Result<Embedding, NetworkError> {
        let (rows, columns) = (self.vocabulary(), self.units());
        let what = "the table of the embedding";
        let table = self.array(&self.section.w, (rows, columns), what, "w")?;
        Ok(Embedding {
            table: matrix(rows, columns, table.as_ref(), 0),
        })
    }

    /// Counts of tokens.
    pub(super) fn count(&self) -> Count {
        let section = self.section;
        Count {
            vocabulary: self.vocabulary(),
            hash: section.hash.map(|hash| Hash {
                buckets: hash.buckets,
                seed: hash.seed,
            }),
            largest: section.largest.unwrap_or(DEFAULT_LARGEST),
        }
    }
}

/// The largest count where none is given: that of a byte.
pub const DEFAULT_LARGEST: u32 = 255;
