//! How near outputs are to what a network should give.

use serde::Serialize;

use super::{Layer, SequenceNetwork};

/// How near outputs are to their targets.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Score {
    /// The root of the mean square of all differences.
    pub rms: f64,
    /// Of a network that ends with a choice, or with the best path: how many of its numbers are right.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub right: Option<usize>,
    /// The numbers compared.
    pub of: usize,
}

impl SequenceNetwork {
    /// The score of runs: each with the number of its sequence, and all that it gave, vector after
    /// vector. `None` without targets.
    pub fn score<'o>(&self, runs: impl IntoIterator<Item = (usize, &'o [f64])>) -> Option<Score> {
        let (mut of, mut right, mut squares) = (0, 0, 0.0);
        for (number, outputs) in runs {
            let target = self.targets.get(number)?.iter().flatten();
            for (output, target) in outputs.iter().zip(target) {
                of += 1;
                right += usize::from(output == target);
                squares += (output - target) * (output - target);
            }
        }
        let chooses = matches!(self.layers.last(), Some(Layer::ArgMax | Layer::BestPath(_)));
        (of > 0).then(|| Score {
            rms: (squares / of as f64).sqrt(),
            right: chooses.then_some(right),
            of,
        })
    }
}
