//! Decoders: a recurrent cell that gives tokens one after another, and looks at what layers before it
//! gave for a whole sequence. I. Sutskever, O. Vinyals, Q. Le, Sequence to sequence learning with neural
//! networks, NIPS 2014; K. Cho et al., Learning phrase representations using RNN encoder-decoder for
//! statistical machine translation, EMNLP 2014; with attention: D. Bahdanau, K. Cho, Y. Bengio, Neural
//! machine translation by jointly learning to align and translate, ICLR 2015.

mod attention;
mod build;

pub use attention::{Attention, Kind};

use super::gates::{list, shape};
use super::path::first_conflict;
use super::{Cell, Dense, Embedding, Gives, Layer, Output, SequenceNetwork, State, argmax};
use crate::activation::Activation;
use crate::problem::Problem;

/// The most tokens of a run.
pub const MAX_GIVEN: usize = 4096;

/// With the vectors `h_1 .. h_T` of the layers before, and `c_t` the context that attention makes of them
/// for the state `s_(t-1)` ([`Attention`]):
///
/// ```text
/// s_0 = f(B h_T + b), or given
/// s_t = cell([e(y_(t-1)); c_t], s_(t-1))
/// o_t = V s_t + v
/// y_t = argmax o_t                          greedy
/// ```
///
/// It gives `y_t` up to the end token, or as many as it may. `y_0` is the start token.
#[derive(Debug, Clone, PartialEq)]
pub struct Decoder {
    /// e: a row for each token that it gives.
    pub embedding: Embedding,
    /// How the context is made.
    pub attention: Attention,
    /// The cell: Elman's, an LSTM or a GRU.
    pub cell: Cell,
    /// f, B and b, where the state before the first token is made of the last vector.
    pub bridge: Option<Dense>,
    /// V and v: a score for each token. Its activation is the identity.
    pub readout: Dense,
    /// The token before the first.
    pub start: usize,
    /// The token after which it ends.
    pub end: usize,
    /// Tokens that it gives at most, the end token among them.
    pub most: usize,
    /// The most vectors that it looks at: steps of a sequence.
    pub longest: usize,
}

impl Decoder {
    /// Its tokens.
    pub fn vocabulary(&self) -> usize {
        self.embedding.vocabulary()
    }

    /// Units of its cell.
    pub fn units(&self) -> usize {
        self.cell.outputs()
    }

    /// The state before the first token.
    pub fn start_state(&self, encoded: &[Vec<f64>]) -> State {
        let mut state = self.cell.start();
        if let (Some(bridge), Some(last)) = (&self.bridge, encoded.last()) {
            state.hidden = bridge.apply(last);
        }
        state
    }

    /// The tokens for what the layers before gave; each a vector of one element.
    pub fn run(&self, encoded: &[Vec<f64>]) -> Vec<Vec<f64>> {
        self.run_seen(encoded, |_| ())
    }

    /// As [`Decoder::run`]; `see` is shown the state before the first token and after each one.
    pub fn run_seen(&self, encoded: &[Vec<f64>], mut see: impl FnMut(&State)) -> Vec<Vec<f64>> {
        let keys = self.attention.keys(encoded);
        let mut state = self.start_state(encoded);
        see(&state);
        let mut token = self.start;
        let mut given = vec![];
        while given.len() < self.most {
            token = self.step(token, (encoded, &keys), &mut state);
            see(&state);
            given.push(vec![token as f64]);
            if token == self.end {
                break;
            }
        }
        given
    }

    /// The token after a token; moves the state.
    pub fn step(
        &self,
        token: usize,
        (encoded, keys): (&[Vec<f64>], &[Vec<f64>]),
        state: &mut State,
    ) -> usize {
        let context = self.attention.context(&state.hidden, encoded, keys);
        let mut x = self.embedding.apply(&[token as f64]);
        x.extend(context);
        let hidden = self.cell.step(&x, state);
        argmax(&self.readout.apply(&hidden))
    }

    /// That its parts fit each other and so many inputs.
    pub(super) fn check(&self, inputs: usize) -> Result<(), Problem> {
        let (units, tokens) = (self.units(), self.vocabulary());
        self.embedding.check(1)?;
        self.attention.check(inputs, units)?;
        self.check_functions()?;
        self.cell.check(self.embedding.units() + inputs)?;
        if let Some(bridge) = &self.bridge {
            shape("the matrix of the bridge", &bridge.weights, units, inputs)?;
            list("the bias of the bridge", &bridge.bias, units)?;
        }
        let readout = &self.readout;
        shape(
            "the matrix of the read-out",
            &readout.weights,
            tokens,
            units,
        )?;
        list("the bias of the read-out", &readout.bias, tokens)?;
        let token = |what, token: usize| match token < tokens {
            true => Ok(()),
            false => Err(Problem::Token {
                what,
                value: token as f64,
                position: None,
                vocabulary: tokens,
            }),
        };
        token("the start", self.start)?;
        token("the end", self.end)
    }
}

impl Decoder {
    /// That scores and keys are the sums themselves, and that the cell is one that decodes.
    fn check_functions(&self) -> Result<(), Problem> {
        let bent = [Some(&self.readout), self.attention.key.as_ref()];
        let bent = bent.into_iter().flatten();
        let bent = bent.filter(|of| of.activation != Activation::identity());
        let decodes = matches!(self.cell, Cell::Elman(_) | Cell::Lstm(_) | Cell::Gru(_));
        let wrong = match (bent.count(), decodes) {
            (0, true) => return Ok(()),
            (0, false) => ("the cell of a decoder", "an Elman, LSTM or GRU cell"),
            (_, _) => ("an activation of scores or keys", "the identity"),
        };
        Err(Problem::Conflict {
            message: format!("{} that no decoder has", wrong.0),
            expected: wrong.1.into(),
        })
    }
}

/// That a decoder stands last, behind layers that give a vector for each step, and that each sequence is
/// by itself.
pub(super) fn place(network: &SequenceNetwork, number: usize) -> Result<(), Problem> {
    let layer = network.layers.get(number);
    if layer.and_then(Layer::decoder).is_none() {
        return Ok(());
    }
    let before = network.layers.get(..number).unwrap_or_default();
    let waits = |layer: &Layer| layer.recurrent().map(|of| of.gives) == Some(Gives::LastState);
    let wrong = [
        (
            number + 1 < network.layers.len(),
            "a layer takes what a decoder gives",
            "the decoder as the last layer",
        ),
        (
            number == 0,
            "a decoder has no layers before it",
            "an encoder before it: layers that give a vector for each step",
        ),
        (
            before.iter().any(waits),
            "a decoder looks at every step, and a layer before it gives one vector",
            "`gives = \"every_step\"`",
        ),
        (
            network.output == Output::Last,
            "a decoder gives tokens one after another, and only the last one is wanted",
            "`output = \"every_step\"`",
        ),
        (
            network.carry || network.generate.is_some(),
            "a decoder belongs to one sequence",
            "neither `carry` nor `generate`",
        ),
    ];
    first_conflict(wrong)
}
