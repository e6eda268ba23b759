//! The layers of a sequence network, each a section `[[layer]]`.

use schemars::JsonSchema;
use serde::Deserialize;

use super::checks::{Checked, Checker, MAX_SIDE};
use super::decoder::DecoderSection;
use super::reservoir::{MAX_UNITS, ReservoirSection, RidgeSection};
use super::tree::TreeSection;
use super::values::{NamedFiles, TensorSource, named_in};
use super::window::WindowSection;
use super::{ActivationSource, FunctionWord};
use crate::sequence::{MAX_COUNT, MAX_COUNTS, MAX_VOCABULARY};

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

/// The kinds of layers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum LayerWord {
    /// Elman's: h+ = (1 - leak) h + leak f(W x + R h + b). `rnn` is read too.
    #[serde(alias = "rnn")]
    Elman,
    /// The reservoir of an echo state network: Elman's with weights that are made from a seed.
    Reservoir,
    /// Jordan's: h = f(W x + R y + b), y+ = g(V h + c).
    Jordan,
    /// Long short-term memory.
    Lstm,
    /// Gated recurrent units.
    Gru,
    /// The row of a table for a token; as the first layer of a network with one input.
    Embedding,
    /// How often each token was seen in the sequence so far; as the first layer of a network with one
    /// input.
    Count,
    /// The number of one of the elements, drawn by chance: e^(x_i / temperature) / sum
    /// e^(x_j / temperature) is the probability of i.
    Sample,
    /// The token that follows a token, drawn by chance: `w`, vocabulary x vocabulary, has the
    /// probabilities of those that follow token t in row t. As the first layer of a network with one
    /// input.
    Markov,
    /// A tree network over a postfix program of tokens: a leaf puts its vector on a stack, an operator
    /// puts f(W h + b) of the values that it takes there; as the first layer of a network with one
    /// input.
    Tree,
    /// g(W x + b), in each step.
    Dense,
    /// A convolution over the elements of each vector, then a function.
    Convolution,
    /// A transposed convolution, then a function.
    TransposedConvolution,
    /// The mean of each window; zeros beyond the input count only with `count_padding`.
    AveragePool,
    /// The largest element of each window; what lies beyond the input never is.
    MaxPool,
    /// A function of each element.
    Activation,
    /// e^x_i / sum e^x_j.
    Softmax,
    /// The number, from 0, of the largest element.
    #[serde(alias = "arg_max")]
    Argmax,
    /// The most probable path of hidden states, for symbols that are given by their numbers from 0: the
    /// only layer.
    HiddenMarkov,
    /// The path of tags of the largest score, for the scores of tags that the layer before gives; the
    /// last layer.
    #[serde(alias = "crf")]
    ConditionalRandomField,
    /// A recurrent cell that gives tokens one after another, up to an end token, and looks at what the
    /// layers before it gave for the whole sequence; the last layer.
    Decoder,
}

/// Where the reset gate of a GRU stands.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ResetWord {
    /// Before the product with the recurrent weights (`linear_before_reset = 0` of ONNX).
    #[default]
    Before,
    /// After it (`linear_before_reset = 1`; PyTorch, cuDNN, Keras with `reset_after`).
    After,
}

/// How a recurrent layer reads a sequence.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum DirectionWord {
    /// From its start.
    #[default]
    Forward,
    /// From its end.
    Reverse,
    /// Both ways: gives what the forward cell gives, then what the reverse one gives.
    Bidirectional,
}

/// What a recurrent layer gives.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum GivesWord {
    /// A vector for each step.
    #[default]
    EveryStep,
    /// One vector: that of the step that each direction makes last.
    LastState,
}

impl LayerWord {
    /// The word.
    pub fn name(self) -> &'static str {
        match self {
            LayerWord::Elman => "elman",
            LayerWord::Reservoir => "reservoir",
            LayerWord::Jordan => "jordan",
            LayerWord::Lstm => "lstm",
            LayerWord::Gru => "gru",
            LayerWord::Embedding => "embedding",
            LayerWord::Count => "count",
            LayerWord::Sample => "sample",
            LayerWord::Markov => "markov",
            LayerWord::Tree => "tree",
            LayerWord::Dense => "dense",
            LayerWord::Convolution => "convolution",
            LayerWord::TransposedConvolution => "transposed_convolution",
            LayerWord::AveragePool => "average_pool",
            LayerWord::MaxPool => "max_pool",
            LayerWord::Activation => "activation",
            LayerWord::Softmax => "softmax",
            LayerWord::Argmax => "argmax",
            LayerWord::HiddenMarkov => "hidden_markov",
            LayerWord::ConditionalRandomField => "conditional_random_field",
            LayerWord::Decoder => "decoder",
        }
    }

    /// Whether it has a state.
    pub fn is_recurrent(self) -> bool {
        use LayerWord::{Elman, Gru, Jordan, Lstm, Reservoir};
        matches!(self, Elman | Reservoir | Jordan | Lstm | Gru)
    }

    /// Whether it is a convolution, of either way.
    pub fn is_convolution(self) -> bool {
        matches!(
            self,
            LayerWord::Convolution | LayerWord::TransposedConvolution
        )
    }

    /// Whether it is a pool, of either kind.
    pub fn is_pool(self) -> bool {
        matches!(self, LayerWord::AveragePool | LayerWord::MaxPool)
    }

    /// Whether it takes tokens.
    pub fn takes_tokens(self) -> bool {
        matches!(
            self,
            LayerWord::Embedding | LayerWord::Count | LayerWord::Markov
        )
    }

    /// Whether it has an array `w`.
    pub fn has_table(self) -> bool {
        self.is_weighted() || matches!(self, LayerWord::Embedding | LayerWord::Markov)
    }

    /// Whether it gives the best path.
    pub fn gives_path(self) -> bool {
        matches!(
            self,
            LayerWord::HiddenMarkov | LayerWord::ConditionalRandomField
        )
    }

    /// Whether it has units.
    pub fn has_units(self) -> bool {
        self.has_links() || self == LayerWord::Embedding || self.gives_path()
    }

    fn has_links(self) -> bool {
        let other = matches!(self, LayerWord::Dense | LayerWord::Tree);
        self.is_recurrent() || self.is_convolution() || other
    }

    /// Whether these weights are given, not made.
    pub fn is_weighted(self) -> bool {
        self.has_links() && self != LayerWord::Reservoir
    }

    /// The blocks of its weights.
    pub fn gates(self) -> usize {
        match self {
            LayerWord::Lstm => 4,
            LayerWord::Gru => 3,
            _ => 1,
        }
    }

    /// The activations of one direction of a recurrent layer, where none are given.
    pub fn defaults(self) -> &'static [FunctionWord] {
        match self {
            LayerWord::Elman | LayerWord::Reservoir | LayerWord::Tree => &[FunctionWord::Tanh],
            LayerWord::Jordan => &[FunctionWord::Tanh, FunctionWord::Identity],
            LayerWord::Lstm => &[
                FunctionWord::Logistic,
                FunctionWord::Tanh,
                FunctionWord::Tanh,
            ],
            LayerWord::Gru => &[FunctionWord::Logistic, FunctionWord::Tanh],
            LayerWord::Embedding
            | LayerWord::Count
            | LayerWord::Sample
            | LayerWord::Markov
            | LayerWord::Dense
            | LayerWord::Convolution
            | LayerWord::TransposedConvolution
            | LayerWord::AveragePool
            | LayerWord::MaxPool
            | LayerWord::Activation
            | LayerWord::Softmax
            | LayerWord::Argmax
            | LayerWord::HiddenMarkov
            | LayerWord::ConditionalRandomField
            | LayerWord::Decoder => &[],
        }
    }
}

impl DirectionWord {
    /// Its number of cells.
    pub fn cells(self) -> usize {
        match self {
            DirectionWord::Forward | DirectionWord::Reverse => 1,
            DirectionWord::Bidirectional => 2,
        }
    }
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

    /// Each key that only some kinds of layers have: whether it is given, whether it has a meaning
    /// here, and with what it would.
    fn keys(&self) -> [(&'static str, bool, bool, &'static str); 20] {
        use LayerWord::{Activation, Dense, Elman, Gru, Jordan, Lstm, Reservoir};
        let convolution = self.kind.is_convolution();
        let kind = self.kind;
        let recurrent = kind.is_recurrent();
        let learned = self.ridge.is_some();
        let weighted = kind.is_weighted() && !learned;
        let functional = recurrent || kind == LayerWord::Tree;
        let (all, some) = ("a recurrent or dense layer", "a recurrent layer");
        let given = match learned {
            true => "a layer that does not learn its weights by `ridge`",
            false => all,
        };
        let back = recurrent && kind != Reservoir;
        let leaky = matches!(kind, Elman | Reservoir);
        let jordan = "kind = \"jordan\"";
        let lstm = "kind = \"lstm\"";
        let functions = matches!(kind, Dense | Activation) || convolution;
        [
            ("units", self.units.is_some(), kind.has_units(), all),
            ("outputs", self.outputs.is_some(), kind == Jordan, jordan),
            ("w", self.w.is_some(), kind.has_table() && !learned, given),
            ("r", self.r.is_some(), back, some),
            ("bias", self.bias.is_some(), weighted, given),
            ("peepholes", self.peepholes.is_some(), kind == Lstm, lstm),
            ("v", self.v.is_some(), kind == Jordan, jordan),
            ("v_bias", self.v_bias.is_some(), kind == Jordan, jordan),
            ("activations", self.activations.is_some(), functional, some),
            (
                "activation",
                self.activation.is_some(),
                functions && !learned,
                match learned {
                    true => given,
                    false => "kind = \"dense\" or \"activation\"",
                },
            ),
            ("clip", self.clip.is_some(), recurrent, some),
            (
                "leak",
                self.leak.is_some(),
                leaky,
                "kind = \"elman\" or \"reservoir\"",
            ),
            (
                "reservoir",
                self.reservoir.is_some(),
                kind == Reservoir,
                "kind = \"reservoir\"",
            ),
            ("ridge", learned, kind == Dense, "kind = \"dense\""),
            ("coupled", self.coupled.is_some(), kind == Lstm, lstm),
            ("reset", self.reset.is_some(), kind == Gru, "kind = \"gru\""),
            ("direction", self.direction.is_some(), recurrent, some),
            ("gives", self.gives.is_some(), recurrent, some),
            ("initial", self.initial.is_some(), recurrent, some),
            ("loaded", self.loaded.is_some(), recurrent, some),
        ]
    }

    /// Checks what can be checked without reading a file.
    pub(super) fn check(&self, check: &Checker<'_>, number: usize) -> Checked {
        let field = |key: &str| layer_field(number, key);
        if self.kind == LayerWord::Decoder {
            return self.check_decoder(check, number);
        }
        let decoder = self.decoder.is_some();
        check.only(&field("decoder"), decoder, false, "kind = \"decoder\"")?;
        for (key, given, case, when) in self.keys().into_iter().chain(self.path_keys()) {
            check.only(&field(key), given, case, when)?;
        }
        let (cells, lstm) = (self.initial_cell.is_some(), self.kind == LayerWord::Lstm);
        check.only(&field("initial_cell"), cells, lstm, "kind = \"lstm\"")?;
        self.check_tokens(check, number)?;
        self.check_tree(check, number)?;
        let windowed = self.kind.is_convolution() || self.kind.is_pool();
        let window = self.window.is_some();
        check.only(
            &field("window"),
            window,
            windowed,
            "a convolution or a pool",
        )?;
        self.check_needed(check, number)?;
        self.check_path(check, number)?;
        if let Some(window) = &self.window {
            window.check(check, self.kind, &field("window"))?;
        } else if windowed {
            let what = "how it goes over its input";
            check.missing(&field("window"), "window", what)?;
        }
        if let Some(units) = self.units {
            check.count(&field("units"), "the number of units", units, MAX_SIDE)?;
        }
        if let Some(outputs) = self.outputs {
            check.count(
                &field("outputs"),
                "the number of outputs",
                outputs,
                MAX_SIDE,
            )?;
        }
        if let Some(clip) = self.clip {
            check.range(&field("clip"), "the clip", clip, f64::MIN_POSITIVE, 1e6)?;
        }
        if let Some(leak) = self.leak {
            check.range(&field("leak"), "the leak", leak, f64::MIN_POSITIVE, 1.0)?;
        }
        if let (LayerWord::Reservoir, Some(units)) = (self.kind, self.units) {
            let what = "the number of units of a reservoir";
            check.count(&field("units"), what, units, MAX_UNITS)?;
            let made = self.reservoir.unwrap_or_default();
            made.check(check, units, &field("reservoir"))?;
        }
        if let Some(ridge) = &self.ridge {
            ridge.check(check, &field("ridge"))?;
        }
        self.check_activations(check, number)
    }

    /// The keys without which there is no such layer.
    fn check_needed(&self, check: &Checker<'_>, number: usize) -> Checked {
        let (recurrent, jordan) = (self.kind.is_recurrent(), self.kind == LayerWord::Jordan);
        let weighted = self.kind.has_table() && self.ridge.is_none();
        let back = recurrent && self.kind != LayerWord::Reservoir;
        let needed = [
            (
                "units",
                self.units.is_some(),
                self.kind.has_units(),
                "the number of units",
            ),
            (
                "outputs",
                self.outputs.is_some(),
                jordan,
                "the elements of its output",
            ),
            (
                "w",
                self.w.is_some(),
                weighted,
                "the weights from the input",
            ),
            (
                "r",
                self.r.is_some(),
                back,
                "the weights from the step before",
            ),
            ("v", self.v.is_some(), jordan, "the weights to the output"),
            (
                "activation",
                self.activation.is_some(),
                self.kind == LayerWord::Activation,
                "the function, as \"relu\"",
            ),
        ];
        for (key, given, wanted, what) in needed {
            if wanted && !given {
                check.missing(&layer_field(number, key), key, what)?;
            }
        }
        Ok(())
    }

    /// The keys of layers that take tokens.
    fn check_tokens(&self, check: &Checker<'_>, number: usize) -> Checked {
        let field = |key: &str| layer_field(number, key);
        let (tokens, count) = (self.kind.takes_tokens(), self.kind == LayerWord::Count);
        let given = self.vocabulary.is_some();
        let with = "kind = \"embedding\", \"count\" or \"markov\"";
        check.only(&field("vocabulary"), given, tokens, with)?;
        for (key, given) in [
            ("largest", self.largest.is_some()),
            ("hash", self.hash.is_some()),
        ] {
            check.only(&field(key), given, count, "kind = \"count\"")?;
        }
        self.check_draws(check, number)?;
        match self.vocabulary {
            Some(vocabulary) => {
                let (least, most) = (2.0, MAX_VOCABULARY as f64);
                let what = "the size of the vocabulary";
                check.range(&field("vocabulary"), what, vocabulary as f64, least, most)?;
            }
            None if tokens => {
                let what = "the tokens are the whole numbers below it";
                check.missing(&field("vocabulary"), "vocabulary", what)?;
            }
            None => {}
        }
        let counts = self.hash.map(|hash| hash.buckets).or(self.vocabulary);
        if let Some(counts) = counts.filter(|_| count) {
            let key = match self.hash {
                Some(_) => "hash.buckets",
                None => "vocabulary",
            };
            check.count(&field(key), "the number of counts", counts, MAX_COUNTS)?;
        }
        match self.largest {
            Some(largest) => {
                let what = "the largest count";
                check.count(&field("largest"), what, largest as usize, MAX_COUNT)
            }
            None => Ok(()),
        }
    }

    /// The keys of layers that draw.
    fn check_draws(&self, check: &Checker<'_>, number: usize) -> Checked {
        let field = |key: &str| layer_field(number, key);
        let (sample, markov) = (
            self.kind == LayerWord::Sample,
            self.kind == LayerWord::Markov,
        );
        let given = self.temperature.is_some();
        check.only(&field("temperature"), given, sample, "kind = \"sample\"")?;
        let given = self.normalise.is_some();
        let shares = markov || self.kind == LayerWord::HiddenMarkov;
        let with = "kind = \"markov\" or \"hidden_markov\"";
        check.only(&field("normalise"), given, shares, with)?;
        let with = "kind = \"sample\" or \"markov\"";
        check.only(&field("seed"), self.seed.is_some(), sample || markov, with)?;
        if let Some(temperature) = self.temperature {
            let what = "the temperature";
            check.range(&field("temperature"), what, temperature, 0.01, 100.0)?;
        }
        match self.seed {
            Some(seed) => {
                let most = f64::from(u32::MAX);
                check.range(&field("seed"), "the seed", seed as f64, 1.0, most)
            }
            None => Ok(()),
        }
    }

    /// The section that only a tree network has.
    fn check_tree(&self, check: &Checker<'_>, number: usize) -> Checked {
        let field = layer_field(number, "tree");
        let tree = self.kind == LayerWord::Tree;
        check.only(&field, self.tree.is_some(), tree, "kind = \"tree\"")?;
        match &self.tree {
            Some(section) => section.check(check, &field),
            None if tree => check.missing(&field, "tree", "the tokens and the stack"),
            None => Ok(()),
        }
    }

    fn check_activations(&self, check: &Checker<'_>, number: usize) -> Checked {
        if let Some(activation) = &self.activation {
            activation.check(check.source, &layer_field(number, "activation"))?;
        }
        let Some(activations) = &self.activations else {
            return Ok(());
        };
        let field = layer_field(number, "activations");
        let one = self.kind.defaults().len();
        let all = one * self.reading().cells();
        let (found, kind) = (activations.len(), self.kind.name());
        if found != one && found != all {
            let message = format!("{found} activations are given for a layer `{kind}`");
            let expected = match one == all {
                true => format!("{one}"),
                false => format!("{one} for both directions, or {all}"),
            };
            check.conflict(&field, message, &expected)?;
        }
        let mut all = activations.iter();
        all.try_for_each(|activation| activation.check(check.source, &field))
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
