//! Attention: the vector that a decoder takes of those that an encoder gave.

use super::super::gates::{list, shape};
use super::super::softmax;
use super::Dense;
use crate::matrix::Matrix;
use crate::problem::Problem;

/// The context `c = sum_i p_i h_i` of the vectors `h_1 .. h_T` for a state s, with `p = softmax(a)` of the
/// scores that the kind says. They compare s with the keys `k_i = U h_i + b`, or `k_i = h_i`.
#[derive(Debug, Clone, PartialEq)]
pub struct Attention {
    /// How scores are made.
    pub kind: Kind,
    /// U and b, where keys are not the vectors themselves; its activation is the identity.
    pub key: Option<Dense>,
}

/// How scores are made.
#[derive(Debug, Clone, PartialEq)]
pub enum Kind {
    /// There are none: the context is `h_T` (Cho et al. 2014).
    Last,
    /// `a_i = scale s . k_i` (M. Luong, H. Pham, C. Manning, EMNLP 2015; with the scale of A. Vaswani et
    /// al., NIPS 2017).
    Dot {
        /// What scores are multiplied by.
        scale: f64,
    },
    /// `a_i = v . tanh(W s + k_i)` (Bahdanau et al. 2015).
    Additive {
        /// W: [A, H].
        query: Matrix,
        /// v: [A].
        score: Vec<f64>,
    },
}

impl Attention {
    /// The keys of vectors.
    pub fn keys(&self, encoded: &[Vec<f64>]) -> Vec<Vec<f64>> {
        match (&self.kind, &self.key) {
            (Kind::Last, _) => vec![],
            (_, None) => encoded.to_vec(),
            (_, Some(key)) => encoded.iter().map(|h| key.apply(h)).collect(),
        }
    }

    /// The scores of keys for a state.
    pub fn scores(&self, state: &[f64], keys: &[Vec<f64>]) -> Vec<f64> {
        let dot = |a: &[f64], b: &[f64]| -> f64 { a.iter().zip(b).map(|(a, b)| a * b).sum() };
        match &self.kind {
            Kind::Last => vec![],
            Kind::Dot { scale } => keys.iter().map(|key| scale * dot(state, key)).collect(),
            Kind::Additive { query, score } => {
                let query = query.times(state);
                let near = |key: &Vec<f64>| {
                    let bent = query.iter().zip(key).map(|(q, k)| (q + k).tanh());
                    dot(score, &bent.collect::<Vec<f64>>())
                };
                keys.iter().map(near).collect()
            }
        }
    }

    /// The context for a state.
    pub fn context(&self, state: &[f64], encoded: &[Vec<f64>], keys: &[Vec<f64>]) -> Vec<f64> {
        let last = encoded.last().cloned().unwrap_or_default();
        if self.kind == Kind::Last {
            return last;
        }
        let shares = softmax(&self.scores(state, keys));
        let mut context = vec![0.0; last.len()];
        for (share, vector) in shares.iter().zip(encoded) {
            for (sum, value) in context.iter_mut().zip(vector) {
                *sum += share * value;
            }
        }
        context
    }

    /// Elements of a key of vectors of so many elements.
    pub fn key_units(&self, inputs: usize) -> usize {
        self.key.as_ref().map_or(inputs, Dense::units)
    }

    /// That its parts fit vectors of so many elements, and a state of so many units.
    pub(super) fn check(&self, inputs: usize, units: usize) -> Result<(), Problem> {
        let keys = self.key_units(inputs);
        if let Some(key) = &self.key {
            shape("the matrix of keys", &key.weights, keys, inputs)?;
            list("the bias of keys", &key.bias, keys)?;
        }
        match &self.kind {
            Kind::Last => Ok(()),
            Kind::Dot { .. } if keys == units => Ok(()),
            Kind::Dot { .. } => Err(Problem::Shape {
                what: "a key of dot-product attention",
                found: format!("{keys} elements"),
                expected: format!("{units}, as the state has: `key` makes them"),
            }),
            Kind::Additive { query, score } => {
                shape("the matrix of queries", query, keys, units)?;
                list("the list of scores", score, keys)
            }
        }
    }
}
