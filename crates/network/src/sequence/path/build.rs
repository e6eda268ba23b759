//! From a description to a layer that gives the best path.

use super::{BestPath, Emission, logarithms};
use crate::description::{LayerWord, TensorSource, layer_field};
use crate::diagnostic::NetworkError;
use crate::matrix::Matrix;
use crate::problem::Problem;
use crate::sequence::build::Reader;
use crate::sequence::{check_probabilities, normalised};
use crate::tensor::Tensor;

impl Reader<'_> {
    /// A layer that gives the best path.
    ///
    /// # Errors
    /// Tables of another shape, or that hold no probabilities where these are wanted.
    pub(in crate::sequence) fn best_path(&self) -> Result<BestPath, NetworkError> {
        let path = match self.section.kind {
            LayerWord::HiddenMarkov => self.hidden_markov()?,
            _ => self.random_field()?,
        };
        Ok(path)
    }

    fn hidden_markov(&self) -> Result<BestPath, NetworkError> {
        let (section, tags) = (self.section, self.units());
        let longest = section.longest.unwrap_or(1);
        let start = self.probabilities("start", &section.start, (1, Some(tags)))?;
        let transition =
            self.probabilities("transition", &section.transition, (tags, Some(tags)))?;
        let emission = self.probabilities("emission", &section.emission, (tags, None))?;
        let [start, transition, emission] = logarithms([start, transition, emission], longest);
        Ok(BestPath {
            start: start.row(0).map(|(_, score)| score).collect(),
            transition,
            end: vec![0.0; tags],
            emission: Emission::Symbols(emission),
            longest,
        })
    }

    fn random_field(&self) -> Result<BestPath, NetworkError> {
        let (section, tags) = (self.section, self.units());
        let what = "the matrix of transitions";
        let transition = self.table("transition", &section.transition, (tags, Some(tags)), what)?;
        let start = self.list(&section.start, tags, "the list of start scores", "start")?;
        let end = self.list(&section.end, tags, "the list of end scores", "end")?;
        Ok(BestPath {
            start: start.of(0).to_vec(),
            transition,
            end: end.of(0).to_vec(),
            emission: Emission::Given,
            longest: section.longest.unwrap_or(1),
        })
    }

    /// A table of probabilities, each row of which sums to one.
    fn probabilities(
        &self,
        key: &'static str,
        given: &Option<TensorSource>,
        shape: (usize, Option<usize>),
    ) -> Result<Matrix, NetworkError> {
        let what = match key {
            "start" => "the list of start probabilities",
            "transition" => "the matrix of transitions",
            _ => "the matrix of emissions",
        };
        let table = self.table(key, given, shape, what)?;
        let shares = match self.section.normalise {
            Some(true) => normalised(&table),
            _ => table,
        };
        self.fit(key, check_probabilities(&shares).map(|()| shares))
    }

    /// A table of so many rows, and columns where their number is known.
    fn table(
        &self,
        key: &str,
        given: &Option<TensorSource>,
        (rows, columns): (usize, Option<usize>),
        what: &'static str,
    ) -> Result<Matrix, NetworkError> {
        let Some(given) = given else {
            return Ok(Matrix::dense(rows, columns.unwrap_or(1), &[]));
        };
        let read = || {
            let tensor = Tensor::from_source(given, self.source.folder(), what)?;
            tensor.check_finite(what)?;
            let found = match tensor.shape.as_slice() {
                [columns] if rows == 1 => (1, *columns),
                [rows, columns] => (*rows, *columns),
                _ => (0, 0),
            };
            let suits = columns.is_none_or(|columns| columns == found.1);
            if found.0 != rows || found.1 == 0 || !suits {
                return Err(Problem::Shape {
                    what,
                    found: format!("the shape {}", tensor.shape_text()),
                    expected: match (rows, columns) {
                        (1, Some(columns)) => format!("{columns} numbers"),
                        (_, Some(columns)) => format!("{rows} x {columns} numbers"),
                        (_, None) => format!("{rows} rows, one number for each symbol"),
                    },
                });
            }
            Ok(Matrix::dense(rows, found.1, &tensor.values))
        };
        read().map_err(|problem| self.source.error(&layer_field(self.number, key), problem))
    }
}
