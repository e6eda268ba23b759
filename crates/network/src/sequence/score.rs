//! How near outputs are to what a network should give.

use serde::Serialize;

use super::{Layer, SequenceNetwork};

/// How near outputs are to their targets.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Score {
    /// The root of the mean square of all differences.
    pub rms: f64,
    /// The same over the standard deviation of the targets (NRMSE): 1 for their mean, given always.
    /// `None` where they do not differ.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub normalised: Option<f64>,
    /// Of a network that ends with a choice, or with the best path: how many of its numbers are right.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub right: Option<usize>,
    /// The numbers compared.
    pub of: usize,
    /// Of a decoder: how many sequences of tokens are right from the first to the last.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub whole: Option<usize>,
}

impl SequenceNetwork {
    /// The score of runs: each with the number of its sequence, and all that it gave, vector after
    /// vector, of which the washout is passed over. `None` without targets.
    pub fn score<'o>(&self, runs: impl IntoIterator<Item = (usize, &'o [f64])>) -> Option<Score> {
        let (mut right, mut squares, mut whole) = (0, 0.0, 0);
        let (mut targets, mut absent) = (vec![], 0);
        let skipped = self.washout.saturating_mul(self.outputs());
        for (number, outputs) in runs {
            let target = self.targets.get(number)?.iter().flatten();
            whole += usize::from(outputs.iter().eq(target.clone()));
            let missing = self.missing(outputs.len(), target.clone().count());
            absent += missing;
            for (output, &target) in outputs.iter().zip(target).skip(skipped) {
                right += usize::from(*output == target);
                squares += (output - target) * (output - target);
                targets.push(target);
            }
        }
        let of = targets.len();
        let decodes = self.decoder().is_some();
        let mean = targets.iter().sum::<f64>() / of as f64;
        let spread: f64 = targets.iter().map(|x| (x - mean) * (x - mean)).sum();
        let chooses =
            decodes || matches!(self.layers.last(), Some(Layer::ArgMax | Layer::BestPath(_)));
        (of > 0).then(|| Score {
            rms: (squares / of as f64).sqrt(),
            normalised: (spread > 0.0 && !chooses).then(|| (squares / spread).sqrt()),
            right: chooses.then_some(right),
            of: of + absent,
            whole: decodes.then_some(whole),
        })
    }

    /// Tokens that a decoder gave beyond its target, or left out; they count as wrong ones.
    fn missing(&self, given: usize, wanted: usize) -> usize {
        match self.decoder() {
            Some(_) => given.abs_diff(wanted),
            None => 0,
        }
    }
}
