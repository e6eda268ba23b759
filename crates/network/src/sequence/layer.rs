//! The layers of a chain.

use super::{BestPath, Cell, Decoder, Dense, Direction, Embedding, Gives, MaxPool, Recurrent};
use crate::activation::Activation;
use crate::problem::Problem;

/// A layer.
#[expect(clippy::large_enum_variant, reason = "a network has a few of them")]
#[derive(Debug, Clone, PartialEq)]
pub enum Layer {
    /// A recurrent layer.
    Recurrent(Recurrent),
    /// A dense layer.
    Dense(Dense),
    /// The row of a table for a token.
    Embedding(Embedding),
    /// The largest element of each window.
    MaxPool(MaxPool),
    /// A function of each element by itself.
    Elementwise(Activation),
    /// `e^x_i / sum_j e^x_j`.
    Softmax,
    /// The number, from 0, of the largest element, of the first one where there are many; one
    /// element.
    ArgMax,
    /// The best path of tags through the whole sequence: the number, from 0, of a tag in each step.
    BestPath(BestPath),
    /// Tokens one after another, made of what the layers before gave for the whole sequence.
    Decoder(Box<Decoder>),
}

impl Layer {
    /// A layer that reads from the start and gives a vector for each step.
    pub fn forward(cell: super::Cell) -> Layer {
        Layer::Recurrent(Recurrent {
            direction: Direction::Forward(cell),
            gives: Gives::EveryStep,
        })
    }

    /// The recurrent layer that it is.
    pub fn recurrent(&self) -> Option<&Recurrent> {
        match self {
            Layer::Recurrent(layer) => Some(layer),
            _ => None,
        }
    }

    /// Where it takes tokens: the size of their vocabulary.
    pub fn vocabulary(&self) -> Option<usize> {
        match self {
            Layer::Embedding(layer) => Some(layer.vocabulary()),
            Layer::BestPath(layer) => layer.vocabulary(),
            Layer::Recurrent(layer) => layer.direction.cells().find_map(Cell::vocabulary),
            _ => None,
        }
    }

    /// Where it gives the number of one of so many things: how many these are.
    pub fn numbers(&self, inputs: usize) -> Option<usize> {
        match self {
            Layer::ArgMax => Some(inputs),
            Layer::Recurrent(layer) => layer.direction.cells().find_map(|cell| match cell {
                Cell::Sample(cell) => Some(cell.scores),
                Cell::Markov(cell) => Some(cell.tokens()),
                _ => None,
            }),
            _ => None,
        }
    }

    /// Elements of a vector that it gives for vectors of so many.
    pub fn outputs(&self, inputs: usize) -> usize {
        match self {
            Layer::Recurrent(layer) => layer.outputs(),
            Layer::Dense(layer) => layer.units(),
            Layer::Embedding(layer) => layer.units(),
            Layer::MaxPool(layer) => layer.windows.len(),
            Layer::Elementwise(_) | Layer::Softmax => inputs,
            Layer::ArgMax | Layer::BestPath(_) | Layer::Decoder(_) => 1,
        }
    }

    /// Its units; none of a layer without weights.
    pub fn units(&self) -> usize {
        match self {
            Layer::Recurrent(layer) => layer.direction.cells().map(super::Cell::units).sum(),
            Layer::Dense(layer) => layer.units(),
            Layer::Embedding(layer) => layer.units(),
            Layer::BestPath(layer) => layer.tags(),
            Layer::Decoder(layer) => layer.units(),
            Layer::MaxPool(_) | Layer::Elementwise(_) | Layer::Softmax | Layer::ArgMax => 0,
        }
    }

    /// Whether what it gives in a step depends on no later input.
    pub fn is_causal(&self) -> bool {
        match self {
            Layer::Recurrent(layer) => {
                layer.direction.reverse().is_none() && layer.gives == Gives::EveryStep
            }
            Layer::BestPath(_) | Layer::Decoder(_) => false,
            _ => true,
        }
    }

    /// The layer that it is, where it gives the best path.
    pub fn best_path(&self) -> Option<&BestPath> {
        match self {
            Layer::BestPath(layer) => Some(layer),
            _ => None,
        }
    }

    /// The layer that it is, where it gives tokens made of a whole sequence.
    pub fn decoder(&self) -> Option<&Decoder> {
        match self {
            Layer::Decoder(layer) => Some(layer),
            _ => None,
        }
    }

    /// What it gives for one vector; for the best path, for a sequence of this one; `None` for a
    /// recurrent layer, which needs its state, and for a decoder, which gives as many as it likes.
    pub fn apply(&self, x: &[f64]) -> Option<Vec<f64>> {
        match self {
            Layer::Recurrent(_) | Layer::Decoder(_) => None,
            Layer::BestPath(layer) => layer.run(&[x.to_vec()]).pop(),
            Layer::Dense(layer) => Some(layer.apply(x)),
            Layer::Embedding(layer) => Some(layer.apply(x)),
            Layer::MaxPool(layer) => Some(layer.apply(x)),
            Layer::Elementwise(activation) => {
                Some(x.iter().map(|&x| activation.value(x)).collect())
            }
            Layer::Softmax => Some(softmax(x)),
            Layer::ArgMax => Some(vec![argmax(x) as f64]),
        }
    }

    pub(super) fn check(&self, inputs: usize) -> Result<(), Problem> {
        match self {
            Layer::Recurrent(layer) => layer.check(inputs),
            Layer::Dense(layer) => layer.check(inputs),
            Layer::Embedding(layer) => layer.check(inputs),
            Layer::MaxPool(layer) => layer.check(inputs),
            Layer::BestPath(layer) => layer.check(inputs),
            Layer::Decoder(layer) => layer.check(inputs),
            Layer::Elementwise(_) | Layer::Softmax | Layer::ArgMax => Ok(()),
        }
    }
}

/// `e^x_i / sum_j e^x_j`, with the largest element subtracted from each, so that none overflows.
pub fn softmax(x: &[f64]) -> Vec<f64> {
    let largest = x.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let powers: Vec<f64> = x.iter().map(|x| (x - largest).exp()).collect();
    let sum: f64 = powers.iter().sum();
    powers.iter().map(|power| power / sum).collect()
}

/// The number of the largest element, of the first one where there are many; 0 of none.
pub fn argmax(x: &[f64]) -> usize {
    let larger = |best: (usize, f64), (at, &x): (usize, &f64)| {
        if x > best.1 { (at, x) } else { best }
    };
    let best = (0, f64::NEG_INFINITY);
    x.iter().enumerate().fold(best, larger).0
}
