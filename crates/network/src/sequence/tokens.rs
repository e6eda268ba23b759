//! Tokens: vectors of one element, a whole number below the size of the vocabulary.

use super::SequenceNetwork;
use crate::noise::SplitMix64;
use crate::problem::Problem;
use crate::tensor::Tensor;

/// The largest vocabulary: tokens are words of 16 bits at most.
pub const MAX_VOCABULARY: usize = 1 << 16;

/// The token of a vector; `None` where its element is no whole number from 0 on.
pub(super) fn place(x: &[f64]) -> Option<usize> {
    let &token = x.first()?;
    let whole = token.fract() == 0.0 && (0.0..MAX_VOCABULARY as f64).contains(&token);
    whole.then_some(token as usize)
}

/// That vectors of so many elements may be tokens.
pub(super) fn one_token(inputs: usize) -> Result<(), Problem> {
    match inputs {
        1 => Ok(()),
        _ => Err(Problem::Shape {
            what: "the input of a layer that takes tokens",
            found: format!("{inputs} elements"),
            expected: "one element, the number of the token".into(),
        }),
    }
}

/// That every number of an array is a token of the vocabulary.
pub(super) fn check_tokens(
    tensor: &Tensor,
    what: &'static str,
    vocabulary: usize,
) -> Result<(), Problem> {
    let outside = |&value: &f64| place(&[value]).is_none_or(|token| token >= vocabulary);
    match tensor.values.iter().position(outside) {
        None => Ok(()),
        Some(at) => Err(Problem::Token {
            what,
            value: tensor.values.get(at).copied().unwrap_or(0.0),
            position: Some(tensor.position(at)),
            vocabulary,
        }),
    }
}

/// The next number of a random sequence: between -magnitude and magnitude, or a token.
pub(super) fn drawn(numbers: &mut SplitMix64, magnitude: f64, vocabulary: Option<usize>) -> f64 {
    match vocabulary {
        Some(vocabulary) => numbers.below(vocabulary) as f64,
        None => (2.0 * numbers.uniform() - 1.0) * magnitude,
    }
}

impl SequenceNetwork {
    /// Where the network takes tokens: the size of their vocabulary.
    pub fn vocabulary(&self) -> Option<usize> {
        self.layers.first()?.vocabulary()
    }

    /// That only the first layer takes tokens.
    pub(super) fn check_tokens(&self) -> Result<(), (usize, Problem)> {
        let mut later = self.layers.iter().enumerate().skip(1);
        match later.find(|(_, layer)| layer.vocabulary().is_some()) {
            None => Ok(()),
            Some((number, _)) => Err((
                number,
                Problem::Conflict {
                    message: "the layer takes tokens, and the one before it gives vectors".into(),
                    expected: "a layer that takes tokens as the first of the chain".into(),
                },
            )),
        }
    }
}
