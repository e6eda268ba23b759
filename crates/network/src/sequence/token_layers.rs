//! From the description of a layer that takes tokens to the layer.

use super::build::{Reader, matrix};
use super::{Count, Embedding, Hash, Markov, Sample, check_probabilities, normalised};
use crate::description::layer_field;
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

    /// A Markov chain.
    ///
    /// # Errors
    /// A table of another shape, or one that holds no probabilities.
    pub(super) fn markov(&self) -> Result<Markov, NetworkError> {
        let tokens = self.vocabulary();
        let what = "the table of probabilities";
        let table = self.array(&self.section.w, (tokens, tokens), what, "w")?;
        let mut probabilities = matrix(tokens, tokens, table.as_ref(), 0);
        if self.section.normalise == Some(true) {
            probabilities = normalised(&probabilities);
        }
        let fail = |problem| self.source.error(&layer_field(self.number, "w"), problem);
        check_probabilities(&probabilities).map_err(fail)?;
        Ok(Markov {
            probabilities,
            seed: self.seed(),
        })
    }

    /// A draw from scores.
    pub(super) fn sample(&self) -> Sample {
        Sample {
            scores: self.inputs,
            temperature: self.section.temperature.unwrap_or(1.0),
            seed: self.seed(),
        }
    }

    fn seed(&self) -> u64 {
        self.section.seed.unwrap_or(1)
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
