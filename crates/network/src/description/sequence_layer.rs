//! The layers of a sequence network, each a section `[[layer]]`.

use schemars::JsonSchema;
use serde::Deserialize;

use super::ActivationSource;
use super::decoder::DecoderSection;
use super::layer_word::{DirectionWord, GivesWord, LayerWord, ResetWord};
use super::reservoir::{ReservoirSection, RidgeSection};
use super::tree::TreeSection;
use super::values::{NamedFiles, TensorSource, named_in};
use super::window::WindowSection;

/// A layer. H stands for its units, I for the elements of the vectors that it takes, G for its gates
/// (1 of `elman` and `jordan`, 4 of `lstm`, 3 of `gru`). A bidirectional layer has the arrays of both
/// directions one behind the other, forward first.
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LayerSection {
    /// The kind.
    pub kind: LayerWord,
    /// Units, of each direction: 1 to 4096; `reservoir`: to 1024; hidden states of `hidden_markov`, tags of
    /// `conditional_random_field`: 1 to 64. Not of `activation`, `softmax` and `argmax`.
    pub units: Option<usize>,
    /// `jordan`: elements of its output, 1 to 4096.
    pub outputs: Option<usize>,
    /// Weights from the input: G H x I, blocks of H rows in the order i, o, f, c of `lstm`, and z, r,
    /// h of `gru` (W of ONNX). `dense`: H x I.
    pub w: Option<TensorSource>,
    /// Weights from what the layer gave one step before: G H x H (R of ONNX); `jordan`: H x outputs.
    pub r: Option<TensorSource>,
    /// Biases: G H, or those of w and then those of r, 2 G H (B of ONNX). `dense`: H. Default 0.
    pub bias: Option<TensorSource>,
    /// `lstm`: weights from each cell to its input, output and forget gate, 3 H (P of ONNX).
    pub peepholes: Option<TensorSource>,
    /// `jordan`: weights from the units to the output, outputs x H.
    pub v: Option<TensorSource>,
    /// `jordan`: biases of the output. Default 0.
    pub v_bias: Option<TensorSource>,
    /// The activations of a recurrent layer: f of `elman` and `reservoir`, by default tanh; f of the units and g of
    /// the output of `jordan`, by default tanh and identity; f of the gates, g of the candidate and h
    /// of the cells of `lstm`, by default logistic, tanh, tanh; f and g of `gru`, by default logistic
    /// and tanh. For a bidirectional layer those of the reverse direction may follow.
    pub activations: Option<Vec<ActivationSource>>,
    /// The activation of `dense` (by default the identity) and of `activation`.
    pub activation: Option<ActivationSource>,
    /// The largest magnitude of the arguments of f and g, above 0. Default: none.
    pub clip: Option<f64>,
    /// `elman`, `reservoir`: the share of a unit that is new after a step, above 0 and at most 1.
    /// Default 1.
    pub leak: Option<f64>,
    /// `lstm`: whether the forget gate is 1 - i (`input_forget` of ONNX). Default false.
    pub coupled: Option<bool>,
    /// `gru`: whether the reset gate stands before the product with r or after it. Default `before`.
    pub reset: Option<ResetWord>,
    /// How a recurrent layer reads the sequence. Default `forward`.
    pub direction: Option<DirectionWord>,
    /// What a recurrent layer gives: a vector for each step, or one: that of the step that each
    /// direction makes last. Default `every_step`.
    pub gives: Option<GivesWord>,
    /// What goes back in the first step: H; `jordan`: outputs. Default 0.
    pub initial: Option<TensorSource>,
    /// `lstm`: the cells before the first step, H. Default 0.
    pub initial_cell: Option<TensorSource>,
    /// Whether each sequence brings the states that a recurrent layer begins with, `starts` of `[data]`,
    /// in the place of `initial` and `initial_cell`. Default false.
    pub loaded: Option<bool>,
    /// How a convolution or a pool goes over its input. Units of a convolution are the channels of its
    /// output; `w` has the weights in the order of ONNX, `bias` one number a channel.
    pub window: Option<WindowSection>,
    /// `reservoir`: what its weights are made from.
    pub reservoir: Option<ReservoirSection>,
    /// `dense`, as the last layer or before `argmax`: how its weights are learned, instead of `w` and
    /// `bias`.
    pub ridge: Option<RidgeSection>,
    /// `embedding`, `count`, `markov`: tokens are the whole numbers below this one, 2 to 65536. `w` of an
    /// embedding is its table, vocabulary x H.
    pub vocabulary: Option<usize>,
    /// `count`: the count that does not rise any more, 1 to 65535. Default 255.
    pub largest: Option<u32>,
    /// `count`: how tokens fall into buckets. Default: each token has one of its own.
    pub hash: Option<HashSection>,
    /// `sample`: what scores are divided by, 0.01 to 100. Default 1.
    pub temperature: Option<f64>,
    /// `markov`, `hidden_markov`: whether each row of probabilities is divided by its sum; without that,
    /// rows that do not sum to 1 are refused. Default false.
    pub normalise: Option<bool>,
    /// `sample`, `markov`: seed of the noise, 1 to 4294967295. Default 1.
    pub seed: Option<u64>,
    /// `hidden_markov`: the probabilities of the states before the first symbol, H.
    /// `conditional_random_field`: the scores of the tags of the first step, H, by default 0.
    pub start: Option<TensorSource>,
    /// `hidden_markov`: the probabilities of going from a state (row) to a state (column), H x H.
    /// `conditional_random_field`: the scores of going from a tag (row) to a tag (column), H x H.
    pub transition: Option<TensorSource>,
    /// `hidden_markov`: the probabilities of the symbols in each state, H x symbols.
    pub emission: Option<TensorSource>,
    /// `conditional_random_field`: the scores of the tags of the last step, H. Default 0.
    pub end: Option<TensorSource>,
    /// `hidden_markov`, `conditional_random_field`, `decoder`: the most steps of a sequence, 1 to 16384.
    /// The hardware remembers so many. The same of a recurrent layer that reads from the end; by default
    /// those of the longest sequence of `[data]` there, or 256.
    pub longest: Option<usize>,
    /// `tree`: its tokens and its stack. `w` has H rows for each binary operator, binary H x 2 H, the
    /// columns of the left operand first; `bias` a number for each.
    pub tree: Option<TreeSection>,
    /// `decoder`: how it makes tokens of what the layers before it gave for the whole sequence.
    pub decoder: Option<DecoderSection>,
}

/// How tokens fall into buckets: of the token t into floor(buckets h / 2^16), with h the upper half of
/// the 32 bits a t mod 2^32, and a an odd number made of the seed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct HashSection {
    /// Buckets, 1 to 4096.
    pub buckets: usize,
    /// Seed of the factor a. Default 1.
    #[serde(default = "first_seed")]
    pub seed: u64,
}

fn first_seed() -> u64 {
    1
}

/// The field of a key of layer `number`.
pub fn layer_field(number: usize, key: &str) -> String {
    format!("layer.{number}.{key}")
}

impl LayerSection {
    /// A layer of a kind, of which nothing else is said.
    pub fn new(kind: LayerWord) -> LayerSection {
        LayerSection {
            kind,
            units: None,
            outputs: None,
            w: None,
            r: None,
            bias: None,
            peepholes: None,
            v: None,
            v_bias: None,
            activations: None,
            activation: None,
            clip: None,
            leak: None,
            coupled: None,
            reset: None,
            direction: None,
            gives: None,
            initial: None,
            initial_cell: None,
            loaded: None,
            window: None,
            reservoir: None,
            ridge: None,
            vocabulary: None,
            largest: None,
            hash: None,
            temperature: None,
            normalise: None,
            seed: None,
            start: None,
            transition: None,
            emission: None,
            end: None,
            longest: None,
            tree: None,
            decoder: None,
        }
    }

    /// How it reads.
    pub fn reading(&self) -> DirectionWord {
        self.direction.unwrap_or_default()
    }

    /// Whether it reads from the end.
    pub(super) fn reads_backward(&self) -> bool {
        self.kind.is_recurrent() && self.reading() != DirectionWord::Forward
    }

    /// Rows of its weights; none of a layer without weights.
    pub(super) fn rows(&self) -> Option<usize> {
        if let Some(window) = &self.window {
            // A convolution has a row for each place, about as many as its input has.
            let places = window.shape.iter().skip(1);
            return places
                .copied()
                .fold(self.units, |rows, places| rows?.checked_mul(places));
        }
        if self.kind == LayerWord::Count {
            return self.hash.map(|hash| hash.buckets).or(self.vocabulary);
        }
        if self.kind == LayerWord::Markov {
            return self.vocabulary;
        }
        if self.decoder.is_some() {
            return self.cell_section().rows();
        }
        if let Some(tree) = &self.tree {
            return Some(self.units?.saturating_mul(tree.binary.len()));
        }
        let rows = self.units?.saturating_mul(self.kind.gates());
        Some(rows.saturating_mul(self.reading().cells()))
    }

    /// The fields that name files, and the names.
    pub(super) fn files(&self, number: usize) -> NamedFiles {
        let keys = [
            ("w", self.w.as_ref()),
            ("r", self.r.as_ref()),
            ("bias", self.bias.as_ref()),
            ("peepholes", self.peepholes.as_ref()),
            ("v", self.v.as_ref()),
            ("v_bias", self.v_bias.as_ref()),
            ("initial", self.initial.as_ref()),
            ("initial_cell", self.initial_cell.as_ref()),
            ("start", self.start.as_ref()),
            ("transition", self.transition.as_ref()),
            ("emission", self.emission.as_ref()),
            ("end", self.end.as_ref()),
        ];
        let section = format!("layer.{number}");
        let mut files = named_in(&section, keys);
        if let Some(ridge) = &self.ridge {
            files.extend(ridge.files(&format!("{section}.ridge")));
        }
        if let Some(tree) = &self.tree {
            files.extend(tree.files(&format!("{section}.tree")));
        }
        if let Some(decoder) = &self.decoder {
            files.extend(decoder.files(&format!("{section}.decoder")));
        }
        files
    }
}
