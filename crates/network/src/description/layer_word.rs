//! The words of a layer of a sequence network, and what they mean for its other keys.

use schemars::JsonSchema;
use serde::Deserialize;

use super::FunctionWord;

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

    pub(super) fn has_links(self) -> bool {
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
