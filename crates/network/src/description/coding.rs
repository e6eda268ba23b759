//! How weights become words: the words they may become, and what they are multiplied by.

use std::borrow::Cow;
use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{Deserialize, Deserializer, Error, Visitor};

/// The words that a weight may become.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Deserialize, serde::Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum WeightCoding {
    /// Every word of the format.
    TwosComplement,
    /// -1 and +1, in one bit; a weight of 0 becomes +1.
    Bipolar,
    /// -1, 0 and +1, in two bits.
    Ternary,
    /// 0, and plus or minus a power of two of at most 2^(width - 2) raw units: a product is a
    /// shift. Not with weights that are loaded at run time.
    PowerOfTwo,
}

/// What a weight is multiplied by.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum ScaleChoice {
    /// A factor that is looked for.
    Word(ScaleWord),
    /// This factor.
    Factor(f64),
}

/// Factors that are looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ScaleWord {
    /// That at which the largest weight fills the format.
    Largest,
    /// That with which the sum of the squared errors of the weights is least.
    Best,
    /// The power of two that the format says: a word stands for the weight itself.
    PowerOfTwo,
}

const EXPECTED: &str = "`largest`, `best`, `power_of_two`, or a positive number";

impl ScaleChoice {
    /// The value as it is written in a description.
    pub fn text(self) -> String {
        match self {
            ScaleChoice::Word(ScaleWord::Largest) => "\"largest\"".into(),
            ScaleChoice::Word(ScaleWord::Best) => "\"best\"".into(),
            ScaleChoice::Word(ScaleWord::PowerOfTwo) => "\"power_of_two\"".into(),
            ScaleChoice::Factor(factor) => format!("{factor:?}"),
        }
    }
}

impl WeightCoding {
    /// The word as it is written in a description.
    pub fn word(self) -> &'static str {
        match self {
            WeightCoding::TwosComplement => "twos_complement",
            WeightCoding::Bipolar => "bipolar",
            WeightCoding::Ternary => "ternary",
            WeightCoding::PowerOfTwo => "power_of_two",
        }
    }
}

impl<'de> Deserialize<'de> for ScaleChoice {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<ScaleChoice, D::Error> {
        struct ScaleVisitor;
        impl Visitor<'_> for ScaleVisitor {
            type Value = ScaleChoice;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(EXPECTED)
            }

            fn visit_str<E: Error>(self, word: &str) -> Result<ScaleChoice, E> {
                let word = serde::de::value::StrDeserializer::<E>::new(word);
                ScaleWord::deserialize(word).map(ScaleChoice::Word)
            }

            fn visit_i64<E: Error>(self, factor: i64) -> Result<ScaleChoice, E> {
                Ok(ScaleChoice::Factor(factor as f64))
            }

            fn visit_u64<E: Error>(self, factor: u64) -> Result<ScaleChoice, E> {
                Ok(ScaleChoice::Factor(factor as f64))
            }

            fn visit_f64<E: Error>(self, factor: f64) -> Result<ScaleChoice, E> {
                Ok(ScaleChoice::Factor(factor))
            }
        }
        deserializer.deserialize_any(ScaleVisitor)
    }
}

impl JsonSchema for ScaleChoice {
    fn schema_name() -> Cow<'static, str> {
        "ScaleChoice".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "What a weight is multiplied by: a word, or a positive number.",
            "anyOf": [
                generator.subschema_for::<ScaleWord>(),
                { "type": "number", "exclusiveMinimum": 0 },
            ],
        })
    }
}
