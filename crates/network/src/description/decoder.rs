//! How a decoder makes tokens.

use schemars::JsonSchema;
use serde::Deserialize;

use super::checks::{Checked, Checker, MAX_SIDE};
use super::values::{NamedFiles, TensorSource, named_in};
use super::{ActivationSource, LayerSection, LayerWord, layer_field};
use crate::sequence::decoder::MAX_GIVEN;

/// A decoder: the cell that the layer describes takes, in each of its steps, the row of the token
/// before, and after it the context that attention makes of what the layers before gave. D stands for
/// the elements of a row, I for those of what the layers before give, H for units, V for tokens. `w` of
/// the layer is G H x (D + I).
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DecoderSection {
    /// The cell.
    pub cell: CellWord,
    /// Tokens that it gives are the whole numbers below this one, V: 2 to 4096.
    pub vocabulary: usize,
    /// D, 1 to 4096.
    pub embedding_units: usize,
    /// A row for each token: V x D.
    pub embedding: TensorSource,
    /// The token before the first.
    pub start: usize,
    /// The token after which it ends.
    pub end: usize,
    /// Tokens that it gives at most, the end token among them: 1 to 4096.
    pub most: usize,
    /// How the context is made.
    pub attention: AttentionWord,
    /// `additive`: elements of a key, A. Default H.
    pub attention_units: Option<usize>,
    /// Makes a key of each vector: A x I; `dot`: H x I. Default: the vectors are their keys.
    pub key: Option<TensorSource>,
    /// Biases of keys. Default 0.
    pub key_bias: Option<TensorSource>,
    /// `additive`: makes a query of the state, A x H.
    pub query: Option<TensorSource>,
    /// `additive`: weighs tanh(query + key), A.
    pub score: Option<TensorSource>,
    /// `dot`: what scores are multiplied by, above 0. Default 1.
    pub scale: Option<f64>,
    /// Makes the state before the first token of the last vector, H x I. Default: `initial`.
    pub bridge: Option<TensorSource>,
    /// Biases of the bridge. Default 0.
    pub bridge_bias: Option<TensorSource>,
    /// The activation of the bridge. Default the identity.
    pub bridge_activation: Option<ActivationSource>,
    /// A score for each token: V x H.
    pub readout: TensorSource,
    /// Biases of the scores. Default 0.
    pub readout_bias: Option<TensorSource>,
}

/// The cell of a decoder.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum CellWord {
    /// Elman's.
    Elman,
    /// Long short-term memory.
    Lstm,
    /// Gated recurrent units.
    Gru,
}

/// How the context is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum AttentionWord {
    /// It is the last vector.
    None,
    /// By the scores scale state . key.
    Dot,
    /// By the scores score . tanh(query state + key).
    Additive,
}

impl LayerSection {
    /// The section of the cell of a decoder, as if it were a layer.
    pub(crate) fn cell_section(&self) -> LayerSection {
        let kind = self.decoder.as_ref().map(|decoder| match decoder.cell {
            CellWord::Elman => LayerWord::Elman,
            CellWord::Lstm => LayerWord::Lstm,
            CellWord::Gru => LayerWord::Gru,
        });
        LayerSection {
            kind: kind.unwrap_or(LayerWord::Elman),
            decoder: None,
            longest: None,
            direction: None,
            gives: None,
            loaded: None,
            ..self.clone()
        }
    }

    /// Checks a decoder, as far as it can be checked without reading a file.
    pub(super) fn check_decoder(&self, check: &Checker<'_>, number: usize) -> Checked {
        let field = |key: &str| layer_field(number, key);
        let Some(decoder) = &self.decoder else {
            return check.missing(&field("decoder"), "decoder", "how tokens are made");
        };
        let some = "a recurrent layer";
        check.only(&field("direction"), self.direction.is_some(), false, some)?;
        check.only(&field("gives"), self.gives.is_some(), false, some)?;
        check.only(&field("loaded"), self.loaded.is_some(), false, some)?;
        self.cell_section().check(check, number)?;
        if self.longest.is_none() {
            let what = "the most steps of a sequence";
            check.missing(&field("longest"), "longest", what)?;
        }
        self.check_longest(check, number)?;
        decoder.check(check, &field("decoder"))
    }
}

impl DecoderSection {
    fn check(&self, check: &Checker<'_>, field: &str) -> Checked {
        let at = |key: &str| format!("{field}.{key}");
        let tokens = self.vocabulary as f64;
        let most = MAX_SIDE as f64;
        let what = "the size of the vocabulary";
        check.range(&at("vocabulary"), what, tokens, 2.0, most)?;
        for (key, what, token) in [
            ("start", "the start token", self.start),
            ("end", "the end token", self.end),
        ] {
            check.range(&at(key), what, token as f64, 0.0, tokens - 1.0)?;
        }
        let (what, units) = ("the elements of a row", self.embedding_units);
        check.count(&at("embedding_units"), what, units, MAX_SIDE)?;
        check.count(&at("most"), "the number of tokens", self.most, MAX_GIVEN)?;
        if let Some(units) = self.attention_units {
            let what = "the elements of a key";
            check.count(&at("attention_units"), what, units, MAX_SIDE)?;
        }
        if let Some(scale) = self.scale {
            let what = "the scale of scores";
            check.range(&at("scale"), what, scale, f64::MIN_POSITIVE, 1e6)?;
        }
        for (key, given, case, when) in self.keys() {
            check.only(&at(key), given, case, when)?;
        }
        for (key, given, what) in [
            ("query", self.query.is_some(), "the matrix of queries"),
            ("score", self.score.is_some(), "the list of scores"),
        ] {
            if self.attention == AttentionWord::Additive && !given {
                check.missing(&at(key), key, what)?;
            }
        }
        match &self.bridge_activation {
            Some(activation) => activation.check(check.source, &at("bridge_activation")),
            None => Ok(()),
        }
    }

    /// The keys that not every decoder has: whether each is given, whether it has a meaning here, and
    /// with what it would.
    fn keys(&self) -> [(&'static str, bool, bool, &'static str); 8] {
        let additive = self.attention == AttentionWord::Additive;
        let (dot, looks) = (
            self.attention == AttentionWord::Dot,
            self.attention != AttentionWord::None,
        );
        let one = "attention = \"additive\"";
        let both = "attention = \"dot\" or \"additive\"";
        let other = "attention = \"dot\"";
        let key = self.key.is_some();
        let bridge = self.bridge.is_some();
        let activation = self.bridge_activation.is_some();
        [
            (
                "attention_units",
                self.attention_units.is_some(),
                additive,
                one,
            ),
            ("key", key, looks, both),
            ("key_bias", self.key_bias.is_some(), key, "`key`"),
            ("query", self.query.is_some(), additive, one),
            ("score", self.score.is_some(), additive, one),
            ("scale", self.scale.is_some(), dot, other),
            (
                "bridge_bias",
                self.bridge_bias.is_some(),
                bridge,
                "`bridge`",
            ),
            ("bridge_activation", activation, bridge, "`bridge`"),
        ]
    }

    /// The fields that name files, and the names.
    pub(super) fn files(&self, section: &str) -> NamedFiles {
        let keys = [
            ("embedding", Some(&self.embedding)),
            ("key", self.key.as_ref()),
            ("key_bias", self.key_bias.as_ref()),
            ("query", self.query.as_ref()),
            ("score", self.score.as_ref()),
            ("bridge", self.bridge.as_ref()),
            ("bridge_bias", self.bridge_bias.as_ref()),
            ("readout", Some(&self.readout)),
            ("readout_bias", self.readout_bias.as_ref()),
        ];
        named_in(section, keys)
    }
}
