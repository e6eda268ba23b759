//! A number that is the same for every unit, or one number for each.

use std::borrow::Cow;
use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::value::{SeqAccessDeserializer, StrDeserializer};
use serde::de::{Deserialize, Deserializer, Error, SeqAccess, Visitor};

use super::Source;
use super::checks::{Checked, Checker};
use super::values::TensorSource;
use crate::diagnostic::NetworkError;
use crate::given;
use crate::problem::Problem;

/// A number that is the same for every unit, or one number for each.
#[derive(Debug, Clone, PartialEq)]
pub enum PerUnit {
    /// The same for all.
    Same(f64),
    /// One for each, in order.
    Each(TensorSource),
}

/// What such a number is, and between which bounds.
#[derive(Debug, Clone, Copy)]
pub struct Quantity {
    /// Its name in errors.
    pub what: &'static str,
    /// The smallest.
    pub low: f64,
    /// The largest.
    pub high: f64,
}

impl PerUnit {
    /// Checks a number that stands for all units.
    ///
    /// # Errors
    /// When it lies outside, at `field`.
    pub(in crate::description) fn check(
        &self,
        quantity: Quantity,
        source: &Source,
        field: &str,
    ) -> Checked {
        match self {
            PerUnit::Same(value) => {
                let Quantity { what, low, high } = quantity;
                Checker { source }.range(field, what, *value, low, high)
            }
            PerUnit::Each(_) => Ok(()),
        }
    }

    /// The number of each of `units` units.
    ///
    /// # Errors
    /// A file that cannot be read, another number of numbers, or one outside, at `field`.
    pub fn values(
        &self,
        units: usize,
        quantity: Quantity,
        source: &Source,
        field: &str,
    ) -> Result<Vec<f64>, NetworkError> {
        let Quantity { what, low, high } = quantity;
        let values = match self {
            PerUnit::Same(value) => vec![*value; units],
            PerUnit::Each(given) => given::vector(given, units, what, source, field)?,
        };
        let outside = values.iter().find(|value| !(low..=high).contains(*value));
        match outside.copied() {
            None => Ok(values),
            Some(value) => Err(source.error(
                field,
                Problem::OutOfRange {
                    what,
                    value,
                    low,
                    high,
                },
            )),
        }
    }

    /// The numbers of each unit, where they are not the same for all.
    pub(in crate::description) fn tensor(&self) -> Option<&TensorSource> {
        match self {
            PerUnit::Same(_) => None,
            PerUnit::Each(given) => Some(given),
        }
    }
}

impl<'de> Deserialize<'de> for PerUnit {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<PerUnit, D::Error> {
        struct PerUnitVisitor;
        impl<'de> Visitor<'de> for PerUnitVisitor {
            type Value = PerUnit;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a number, a list of numbers, or a file name")
            }

            fn visit_i64<E: Error>(self, value: i64) -> Result<PerUnit, E> {
                Ok(PerUnit::Same(value as f64))
            }

            fn visit_u64<E: Error>(self, value: u64) -> Result<PerUnit, E> {
                Ok(PerUnit::Same(value as f64))
            }

            fn visit_f64<E: Error>(self, value: f64) -> Result<PerUnit, E> {
                Ok(PerUnit::Same(value))
            }

            fn visit_str<E: Error>(self, file: &str) -> Result<PerUnit, E> {
                TensorSource::deserialize(StrDeserializer::new(file)).map(PerUnit::Each)
            }

            fn visit_seq<A: SeqAccess<'de>>(self, list: A) -> Result<PerUnit, A::Error> {
                TensorSource::deserialize(SeqAccessDeserializer::new(list)).map(PerUnit::Each)
            }
        }
        deserializer.deserialize_any(PerUnitVisitor)
    }
}

impl JsonSchema for PerUnit {
    fn schema_name() -> Cow<'static, str> {
        "PerUnit".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "A number that is the same for every unit, or one number for each: a \
                list, or a file.",
            "anyOf": [{ "type": "number" }, generator.subschema_for::<TensorSource>()],
        })
    }
}
