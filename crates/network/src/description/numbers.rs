//! A number, or the wish that one be chosen.

use std::borrow::Cow;
use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{Deserialize, Deserializer, Error, Unexpected, Visitor};

/// A number, or the wish that one be chosen.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub enum NumberOrAuto {
    /// Chosen.
    #[default]
    Auto,
    /// As written.
    Number(f64),
}

impl<'de> Deserialize<'de> for NumberOrAuto {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<NumberOrAuto, D::Error> {
        struct NumberVisitor;
        impl Visitor<'_> for NumberVisitor {
            type Value = NumberOrAuto;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a number or `auto`")
            }

            fn visit_i64<E: Error>(self, value: i64) -> Result<NumberOrAuto, E> {
                Ok(NumberOrAuto::Number(value as f64))
            }

            fn visit_u64<E: Error>(self, value: u64) -> Result<NumberOrAuto, E> {
                Ok(NumberOrAuto::Number(value as f64))
            }

            fn visit_f64<E: Error>(self, value: f64) -> Result<NumberOrAuto, E> {
                Ok(NumberOrAuto::Number(value))
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<NumberOrAuto, E> {
                match text {
                    "auto" => Ok(NumberOrAuto::Auto),
                    _ => Err(E::invalid_value(Unexpected::Str(text), &self)),
                }
            }
        }
        deserializer.deserialize_any(NumberVisitor)
    }
}

impl JsonSchema for NumberOrAuto {
    fn schema_name() -> Cow<'static, str> {
        "NumberOrAuto".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "A number, or `auto`.",
            "anyOf": [{ "const": "auto" }, { "type": "number" }],
        })
    }
}
