//! Functions of a unit's state as a description writes them: numbers, polynomials, or what an
//! activation function may be.

use std::borrow::Cow;
use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::value::{MapAccessDeserializer, StrDeserializer};
use serde::de::{Deserialize, Deserializer, Error, MapAccess, Visitor};

use super::Source;
use super::activation::{ActivationFields, ActivationSource, FunctionWord};
use super::checks::{Checked, Checker};
use super::values::TensorSource;

/// A function of a unit's state.
#[derive(Debug, Clone, PartialEq)]
pub enum ResponseSource {
    /// The same number for every state.
    Constant(f64),
    /// A function with gain 1.
    Word(FunctionWord),
    /// A polynomial, or a function with what belongs to it, or points.
    Fields(ResponseFields),
}

/// A function of a unit's state: exactly one of `polynomial`, `function`, `points` and `file` says
/// which.
#[derive(Debug, Clone, Default, PartialEq, serde::Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct ResponseFields {
    /// The coefficients of a polynomial, at most 4, that of x^0 first: a list for all units, or one
    /// row for each.
    pub polynomial: Option<TensorSource>,
    /// An activation function.
    pub function: Option<FunctionWord>,
    /// Points `[x, y]`, at least two, x rising: linear between them, constant beyond the ends.
    pub points: Option<Vec<Vec<f64>>>,
    /// A file of points, x and y in a row.
    pub file: Option<String>,
    /// The argument of an activation function is multiplied by it; above 0. Default 1.
    pub gain: Option<f64>,
    /// The slope of `leaky_relu` below 0, or of `affine`, `hard_sigmoid` and `scaled_tanh`.
    pub slope: Option<f64>,
    /// The value at 0 of `affine` and `hard_sigmoid`.
    pub offset: Option<f64>,
    /// What multiplies `scaled_tanh`, or `elu` below 0.
    pub scale: Option<f64>,
    /// The threshold of `thresholded_relu`.
    pub threshold: Option<f64>,
}

/// The largest magnitude of a constant.
const LARGEST: f64 = 1e6;

impl ResponseSource {
    /// The activation function that it is, where it is one.
    pub fn activation(&self) -> Option<ActivationSource> {
        match self {
            ResponseSource::Constant(_) => None,
            ResponseSource::Word(word) => Some(ActivationSource::Word(*word)),
            ResponseSource::Fields(fields) if fields.polynomial.is_some() => None,
            ResponseSource::Fields(fields) => Some(ActivationSource::Fields(ActivationFields {
                function: fields.function,
                points: fields.points.clone(),
                file: fields.file.clone(),
                gain: fields.gain,
                slope: fields.slope,
                offset: fields.offset,
                scale: fields.scale,
                threshold: fields.threshold,
            })),
        }
    }

    /// Checks what can be checked without reading a file; `field` is where it stands.
    ///
    /// # Errors
    /// The first thing found wrong, with its place.
    pub(in crate::description) fn check(&self, source: &Source, field: &str) -> Checked {
        let check = Checker { source };
        if let ResponseSource::Constant(value) = self {
            return check.range(field, "a constant", *value, -LARGEST, LARGEST);
        }
        if let ResponseSource::Fields(fields) = self
            && fields.polynomial.is_some()
        {
            let others = [
                ("function", fields.function.is_some()),
                ("points", fields.points.is_some()),
                ("file", fields.file.is_some()),
                ("gain", fields.gain.is_some()),
                ("slope", fields.slope.is_some()),
                ("offset", fields.offset.is_some()),
                ("scale", fields.scale.is_some()),
                ("threshold", fields.threshold.is_some()),
            ];
            for (key, given) in others {
                let when = "a function that is no polynomial";
                check.only(&format!("{field}.{key}"), given, false, when)?;
            }
        }
        match self.activation() {
            Some(activation) => activation.check(source, field),
            None => Ok(()),
        }
    }

    /// The file that it names, with the key.
    pub(in crate::description) fn file(&self) -> Option<(&'static str, String)> {
        match self {
            ResponseSource::Fields(ResponseFields {
                polynomial: Some(TensorSource::File(file)),
                ..
            }) => Some(("polynomial", file.clone())),
            ResponseSource::Fields(ResponseFields {
                file: Some(file), ..
            }) => Some(("file", file.clone())),
            _ => None,
        }
    }
}

impl<'de> Deserialize<'de> for ResponseSource {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<ResponseSource, D::Error> {
        struct ResponseVisitor;
        impl<'de> Visitor<'de> for ResponseVisitor {
            type Value = ResponseSource;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(
                    "a number, a function such as \"tanh\", { polynomial }, { function, gain }, \
                     { points } or { file }",
                )
            }

            fn visit_i64<E: Error>(self, value: i64) -> Result<ResponseSource, E> {
                Ok(ResponseSource::Constant(value as f64))
            }

            fn visit_u64<E: Error>(self, value: u64) -> Result<ResponseSource, E> {
                Ok(ResponseSource::Constant(value as f64))
            }

            fn visit_f64<E: Error>(self, value: f64) -> Result<ResponseSource, E> {
                Ok(ResponseSource::Constant(value))
            }

            fn visit_str<E: Error>(self, word: &str) -> Result<ResponseSource, E> {
                FunctionWord::deserialize(StrDeserializer::new(word)).map(ResponseSource::Word)
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<ResponseSource, A::Error> {
                ResponseFields::deserialize(MapAccessDeserializer::new(map))
                    .map(ResponseSource::Fields)
            }
        }
        deserializer.deserialize_any(ResponseVisitor)
    }
}

impl JsonSchema for ResponseSource {
    fn schema_name() -> Cow<'static, str> {
        "ResponseSource".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "A function of a unit's state: a number, an activation function, or a \
                table that says more.",
            "anyOf": [
                { "type": "number" },
                generator.subschema_for::<FunctionWord>(),
                generator.subschema_for::<ResponseFields>(),
            ],
        })
    }
}
