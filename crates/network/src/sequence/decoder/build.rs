//! From a description to a decoder.

use super::{Attention, Decoder, Kind};
use crate::activation::Activation;
use crate::description::{AttentionWord, DecoderSection, TensorSource, layer_field};
use crate::diagnostic::NetworkError;
use crate::matrix::Matrix;
use crate::problem::Problem;
use crate::sequence::build::{Reader, matrix};
use crate::sequence::{Dense, Direction, Embedding};

impl Reader<'_> {
    /// A decoder.
    ///
    /// # Errors
    /// Arrays of another shape, or that cannot be read.
    pub(in crate::sequence) fn decoder(&self) -> Result<Decoder, NetworkError> {
        let missing = || Problem::MissingKey {
            key: "decoder".into(),
            expected: "`decoder`: how tokens are made".into(),
        };
        let described = self.section.decoder.as_ref().ok_or_else(missing);
        let described = self.fit("decoder", described)?;
        let (units, tokens) = (self.units(), described.vocabulary);
        let what = "the table of tokens";
        let embedding = Embedding {
            table: self.weights(
                (tokens, described.embedding_units),
                &described.embedding,
                what,
            )?,
        };
        let cell = self.section.cell_section();
        let reader = Reader {
            section: &cell,
            inputs: embedding.units().saturating_add(self.inputs),
            ..*self
        };
        let none = || Problem::Conflict {
            message: "there is no cell".into(),
            expected: "one that reads from the start".into(),
        };
        let cell = match reader.recurrent()?.direction {
            Direction::Forward(cell) => Ok(cell),
            _ => Err(none()),
        };
        let readout = (&described.readout, &described.readout_bias);
        Ok(Decoder {
            attention: self.attention(described)?,
            bridge: self.bridge(described)?,
            readout: self.layer_of((tokens, units), readout, READOUT)?,
            cell: self.fit("decoder.cell", cell)?,
            embedding,
            start: described.start,
            end: described.end,
            most: described.most,
            longest: self.section.longest.unwrap_or(1),
        })
    }

    fn attention(&self, described: &DecoderSection) -> Result<Attention, NetworkError> {
        let units = self.units();
        let keys = match described.attention {
            AttentionWord::Additive => described.attention_units.unwrap_or(units),
            AttentionWord::Dot | AttentionWord::None => units,
        };
        let key = match &described.key {
            Some(given) => {
                let given = (given, &described.key_bias);
                Some(self.layer_of((keys, self.inputs), given, KEY)?)
            }
            None => None,
        };
        let kind = match described.attention {
            AttentionWord::None => Kind::Last,
            AttentionWord::Dot => Kind::Dot {
                scale: described.scale.unwrap_or(1.0),
            },
            AttentionWord::Additive => {
                let what = "the matrix of queries";
                let query = self.array(&described.query, (keys, units), what, "decoder.query")?;
                let what = "the list of scores";
                let score = self.list(&described.score, keys, what, "decoder.score")?;
                Kind::Additive {
                    query: matrix(keys, units, query.as_ref(), 0),
                    score: score.of(0).to_vec(),
                }
            }
        };
        Ok(Attention { kind, key })
    }

    fn bridge(&self, described: &DecoderSection) -> Result<Option<Dense>, NetworkError> {
        let Some(given) = &described.bridge else {
            return Ok(None);
        };
        let shape = (self.units(), self.inputs);
        let mut bridge = self.layer_of(shape, (given, &described.bridge_bias), BRIDGE)?;
        let field = layer_field(self.number, "decoder.bridge_activation");
        if let Some(word) = &described.bridge_activation {
            bridge.activation = Activation::from_description(word, self.source, &field)?;
        }
        Ok(Some(bridge))
    }

    /// A matrix of a key of the section.
    fn weights(
        &self,
        (rows, columns): (usize, usize),
        given: &TensorSource,
        what: &'static str,
    ) -> Result<Matrix, NetworkError> {
        let given = Some(given.clone());
        let parts = self.array(&given, (rows, columns), what, "decoder.embedding")?;
        Ok(matrix(rows, columns, parts.as_ref(), 0))
    }

    /// A dense layer of two keys of the section, with the identity.
    fn layer_of(
        &self,
        (rows, columns): (usize, usize),
        (weights, bias): (&TensorSource, &Option<TensorSource>),
        named: Named,
    ) -> Result<Dense, NetworkError> {
        let weights = Some(weights.clone());
        let weights = self.array(&weights, (rows, columns), named.weights, named.key)?;
        let bias = self.list(bias, rows, named.bias, named.bias_key)?;
        Ok(Dense {
            weights: matrix(rows, columns, weights.as_ref(), 0),
            bias: bias.of(0).to_vec(),
            activation: Activation::identity(),
        })
    }
}

/// What a dense layer of the section is called in errors.
struct Named {
    weights: &'static str,
    key: &'static str,
    bias: &'static str,
    bias_key: &'static str,
}

const READOUT: Named = Named {
    weights: "the matrix of the read-out",
    key: "decoder.readout",
    bias: "the list of biases of the read-out",
    bias_key: "decoder.readout_bias",
};

const KEY: Named = Named {
    weights: "the matrix of keys",
    key: "decoder.key",
    bias: "the list of biases of keys",
    bias_key: "decoder.key_bias",
};

const BRIDGE: Named = Named {
    weights: "the matrix of the bridge",
    key: "decoder.bridge",
    bias: "the list of biases of the bridge",
    bias_key: "decoder.bridge_bias",
};
