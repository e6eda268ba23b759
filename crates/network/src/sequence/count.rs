//! Bags of words: how often each token was seen in a sequence so far.

use super::recurrent::State;
use super::tokens::{MAX_VOCABULARY, one_token, place};
use crate::noise::SplitMix64;
use crate::problem::Problem;

/// `c_b+ = min(c_b + 1, largest)` for the bucket b of the token, `c_i+ = c_i` for every other; gives
/// `c+`. Without a hash the bucket is the token itself: one row a word of the vocabulary.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Count {
    /// Tokens are the whole numbers below this one.
    pub vocabulary: usize,
    /// How tokens fall into buckets, where they are fewer than the tokens.
    pub hash: Option<Hash>,
    /// The count that does not rise any more.
    pub largest: u32,
}

/// A hash of tokens by multiplication (M. Dietzfelbinger, T. Hagerup, J. Katajainen, M. Penttonen,
/// A reliable randomized algorithm for the closest-pair problem, Journal of Algorithms 25 (1997) 19).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hash {
    /// Buckets, 1 to 4096.
    pub buckets: usize,
    /// Seed of the factor.
    pub seed: u64,
}

impl Hash {
    /// Bits of the product that are kept: its upper half of 32.
    pub const KEPT: u32 = 16;

    /// The factor a, odd and below 2^32: the upper half of the first number of SplitMix64, made odd.
    pub fn factor(&self) -> u32 {
        (SplitMix64::new(self.seed).bits() >> 32) as u32 | 1
    }

    /// The bucket of a token t: `floor(buckets h / 2^16)` with `h = floor((a t mod 2^32) / 2^16)`.
    pub fn bucket(&self, token: usize) -> usize {
        let high = (token as u32).wrapping_mul(self.factor()) >> Hash::KEPT;
        (high as usize * self.buckets) >> Hash::KEPT
    }
}

impl Count {
    /// Elements of what it gives.
    pub fn buckets(&self) -> usize {
        self.hash.map_or(self.vocabulary, |hash| hash.buckets)
    }

    /// The bucket of a token.
    pub fn bucket(&self, token: usize) -> usize {
        self.hash.map_or(token, |hash| hash.bucket(token))
    }

    /// The counts before the first step.
    pub fn start(&self) -> State {
        State::of(&vec![0.0; self.buckets()])
    }

    /// One step.
    pub fn step(&self, x: &[f64], state: &mut State) -> Vec<f64> {
        let bucket = place(x).map(|token| self.bucket(token));
        if let Some(count) = bucket.and_then(|bucket| state.hidden.get_mut(bucket)) {
            *count = (*count + 1.0).min(f64::from(self.largest));
        }
        state.hidden.clone()
    }

    /// That it takes a token, and counts something.
    pub(super) fn check(&self, inputs: usize) -> Result<(), Problem> {
        one_token(inputs)?;
        let ranges = [
            (
                "the size of the vocabulary",
                self.vocabulary,
                MAX_VOCABULARY,
            ),
            ("the number of counts", self.buckets(), MAX_COUNTS),
            ("the largest count", self.largest as usize, MAX_COUNT),
        ];
        let outside = |(_, value, high): &&(_, usize, usize)| !(1..=*high).contains(value);
        match ranges.iter().find(outside) {
            None => Ok(()),
            Some(&(what, value, high)) => Err(Problem::OutOfRange {
                what,
                value: value as f64,
                low: 1.0,
                high: high as f64,
            }),
        }
    }
}

/// The most counts.
pub const MAX_COUNTS: usize = 4096;
/// The largest count that may be asked for.
pub const MAX_COUNT: usize = (1 << 16) - 1;
