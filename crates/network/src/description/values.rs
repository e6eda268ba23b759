//! Values that may be written in more than one way.

use std::borrow::Cow;
use std::fmt;

use program::Format;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{Deserialize, Deserializer, Error, MapAccess, SeqAccess, Visitor};

/// Numbers from a file or written in place.
#[derive(Debug, Clone, PartialEq)]
pub enum TensorSource {
    /// A file: `w.npy`, `w.npz:key`, `w.csv`, `model.safetensors:key` or `image.png`. The path
    /// counts from the folder of the description.
    File(String),
    /// A list of numbers.
    Vector(Vec<f64>),
    /// Rows of numbers; the lengths may differ here and are checked where the tensor is made.
    Matrix(Vec<Vec<f64>>),
}

/// Fields of a description that name files, and the names.
pub type NamedFiles = Vec<(Cow<'static, str>, String)>;

/// The fields whose numbers come from files, and the names of these.
pub(super) fn named<const N: usize>(
    fields: [(&'static str, Option<&TensorSource>); N],
) -> NamedFiles {
    let file = |(field, source): (&'static str, Option<&TensorSource>)| match source {
        Some(TensorSource::File(file)) => Some((field.into(), file.clone())),
        _ => None,
    };
    fields.into_iter().filter_map(file).collect()
}

/// As [`named`], for the keys of a section whose name is not known beforehand.
pub(super) fn named_in<const N: usize>(
    section: &str,
    keys: [(&'static str, Option<&TensorSource>); N],
) -> NamedFiles {
    let within =
        |(key, file): (Cow<'static, str>, String)| (format!("{section}.{key}").into(), file);
    named(keys).into_iter().map(within).collect()
}

impl PatternSource {
    /// The field and the name of the file that it comes from, where it stands at `field`.
    pub(super) fn file(&self, field: &'static str) -> Option<(Cow<'static, str>, String)> {
        match self {
            PatternSource::Tensor(TensorSource::File(file)) => Some((field.into(), file.clone())),
            PatternSource::Tensor(_) => None,
            PatternSource::Prototypes(prototypes) => Some((
                format!("{field}.labelled_images").into(),
                prototypes.labelled_images.clone(),
            )),
        }
    }
}

/// Patterns from a file, written in place, or made from labelled images.
#[derive(Debug, Clone, PartialEq)]
pub enum PatternSource {
    /// One pattern a row, of values -1 or +1.
    Tensor(TensorSource),
    /// Class prototypes of labelled images.
    Prototypes(PrototypeSource),
}

/// One pattern for each class: the majority of its thresholded images, pixel by pixel.
#[derive(Debug, Clone, PartialEq, serde::Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PrototypeSource {
    /// A file of labelled images: in each row the values of one image, then its label (0, 1, ..).
    pub labelled_images: String,
    /// A pixel counts as +1 where its value is at least this, else as -1; the prototype has the
    /// value that at least half of the images of the class have.
    pub threshold: f64,
}

/// A word format, or the wish that one be chosen.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum FormatChoice {
    /// Chosen by the quantiser.
    #[default]
    Auto,
    /// As written.
    Fixed(Format),
}

/// A number, or the wish that one be chosen.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub enum AutoNumber {
    /// Chosen.
    #[default]
    Auto,
    /// As written.
    Given(f64),
}

impl AutoNumber {
    /// The number, where it is written.
    pub fn given(self) -> Option<f64> {
        match self {
            AutoNumber::Auto => None,
            AutoNumber::Given(number) => Some(number),
        }
    }
}

/// The start state of a cellular array.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Start {
    /// The input image.
    Input,
    /// The second image.
    Second,
    /// The same value in all cells.
    Value(f64),
}

/// An element of a list: a number, or a row of numbers.
enum Element {
    Number(f64),
    Row(Vec<f64>),
}

impl<'de> Deserialize<'de> for Element {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Element, D::Error> {
        struct ElementVisitor;
        impl<'de> Visitor<'de> for ElementVisitor {
            type Value = Element;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a number or a row of numbers")
            }

            fn visit_i64<E: Error>(self, value: i64) -> Result<Element, E> {
                Ok(Element::Number(value as f64))
            }

            fn visit_u64<E: Error>(self, value: u64) -> Result<Element, E> {
                Ok(Element::Number(value as f64))
            }

            fn visit_f64<E: Error>(self, value: f64) -> Result<Element, E> {
                Ok(Element::Number(value))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut row: A) -> Result<Element, A::Error> {
                let mut numbers = Vec::new();
                while let Some(number) = row.next_element::<f64>()? {
                    numbers.push(number);
                }
                Ok(Element::Row(numbers))
            }
        }
        deserializer.deserialize_any(ElementVisitor)
    }
}

pub(super) fn tensor_from_list<'de, A: SeqAccess<'de>>(
    mut list: A,
) -> Result<TensorSource, A::Error> {
    let (mut numbers, mut rows) = (Vec::new(), Vec::new());
    while let Some(element) = list.next_element()? {
        match element {
            Element::Number(number) => numbers.push(number),
            Element::Row(row) => rows.push(row),
        }
    }
    match (numbers.is_empty(), rows.is_empty()) {
        (false, false) => Err(A::Error::custom(
            "invalid value: a list of numbers and rows, expected either numbers or rows of numbers",
        )),
        (_, true) => Ok(TensorSource::Vector(numbers)),
        (true, false) => Ok(TensorSource::Matrix(rows)),
    }
}

impl<'de> Deserialize<'de> for TensorSource {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<TensorSource, D::Error> {
        struct TensorVisitor;
        impl<'de> Visitor<'de> for TensorVisitor {
            type Value = TensorSource;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a file name, a list of numbers, or a list of rows of numbers")
            }

            fn visit_str<E: Error>(self, file: &str) -> Result<TensorSource, E> {
                Ok(TensorSource::File(file.to_string()))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, list: A) -> Result<TensorSource, A::Error> {
                tensor_from_list(list)
            }
        }
        deserializer.deserialize_any(TensorVisitor)
    }
}

impl<'de> Deserialize<'de> for PatternSource {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<PatternSource, D::Error> {
        struct PatternVisitor;
        impl<'de> Visitor<'de> for PatternVisitor {
            type Value = PatternSource;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(
                    "a file name, a list of rows of -1 and +1, or { labelled_images, threshold }",
                )
            }

            fn visit_str<E: Error>(self, file: &str) -> Result<PatternSource, E> {
                Ok(PatternSource::Tensor(TensorSource::File(file.to_string())))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, list: A) -> Result<PatternSource, A::Error> {
                tensor_from_list(list).map(PatternSource::Tensor)
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<PatternSource, A::Error> {
                PrototypeSource::deserialize(serde::de::value::MapAccessDeserializer::new(map))
                    .map(PatternSource::Prototypes)
            }
        }
        deserializer.deserialize_any(PatternVisitor)
    }
}

impl<'de> Deserialize<'de> for FormatChoice {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<FormatChoice, D::Error> {
        let text = Cow::<str>::deserialize(deserializer)?;
        match &*text {
            "auto" => Ok(FormatChoice::Auto),
            text => text.parse().map(FormatChoice::Fixed).map_err(Error::custom),
        }
    }
}

impl<'de> Deserialize<'de> for AutoNumber {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<AutoNumber, D::Error> {
        struct AutoVisitor;
        impl Visitor<'_> for AutoVisitor {
            type Value = AutoNumber;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a number or `auto`")
            }

            fn visit_str<E: Error>(self, word: &str) -> Result<AutoNumber, E> {
                match word {
                    "auto" => Ok(AutoNumber::Auto),
                    _ => Err(E::invalid_value(serde::de::Unexpected::Str(word), &self)),
                }
            }

            fn visit_i64<E: Error>(self, value: i64) -> Result<AutoNumber, E> {
                Ok(AutoNumber::Given(value as f64))
            }

            fn visit_u64<E: Error>(self, value: u64) -> Result<AutoNumber, E> {
                Ok(AutoNumber::Given(value as f64))
            }

            fn visit_f64<E: Error>(self, value: f64) -> Result<AutoNumber, E> {
                Ok(AutoNumber::Given(value))
            }
        }
        deserializer.deserialize_any(AutoVisitor)
    }
}

impl<'de> Deserialize<'de> for Start {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Start, D::Error> {
        struct StartVisitor;
        impl Visitor<'_> for StartVisitor {
            type Value = Start;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("`input`, `second`, or a number from -1 to 1")
            }

            fn visit_str<E: Error>(self, word: &str) -> Result<Start, E> {
                match word {
                    "input" => Ok(Start::Input),
                    "second" => Ok(Start::Second),
                    _ => Err(E::invalid_value(serde::de::Unexpected::Str(word), &self)),
                }
            }

            fn visit_i64<E: Error>(self, value: i64) -> Result<Start, E> {
                Ok(Start::Value(value as f64))
            }

            fn visit_u64<E: Error>(self, value: u64) -> Result<Start, E> {
                Ok(Start::Value(value as f64))
            }

            fn visit_f64<E: Error>(self, value: f64) -> Result<Start, E> {
                Ok(Start::Value(value))
            }
        }
        deserializer.deserialize_any(StartVisitor)
    }
}

const FILE_TEXT: &str = "File that holds the numbers: `w.npy`, `w.npz:key`, `w.csv`, \
     `model.safetensors:key`, `w.mat:name`, or `image.png` where an image is asked for. The path \
     counts from the folder of the description.";

fn tensor_variants() -> Vec<Schema> {
    vec![
        json_schema!({ "type": "string", "description": FILE_TEXT }),
        json_schema!({ "type": "array", "items": { "type": "number" } }),
        json_schema!({
            "type": "array",
            "items": { "type": "array", "items": { "type": "number" } },
        }),
    ]
}

impl JsonSchema for TensorSource {
    fn schema_name() -> Cow<'static, str> {
        "TensorSource".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "Numbers written in place, or from a file: `w.npy`, `w.npz:key`, `w.csv`, \
                `w.safetensors:key`, `w.mat:name` (a real array of MATLAB, versions 5 to 7), or \
                `image.png` where an image is asked for; the key may be left out where there is \
                one array.",
            "anyOf": tensor_variants(),
        })
    }
}

impl JsonSchema for PatternSource {
    fn schema_name() -> Cow<'static, str> {
        "PatternSource".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let mut variants = tensor_variants();
        variants.push(generator.subschema_for::<PrototypeSource>());
        json_schema!({
            "description": "Patterns from a file, written in place, or made from labelled images.",
            "anyOf": variants,
        })
    }
}

impl JsonSchema for FormatChoice {
    fn schema_name() -> Cow<'static, str> {
        "FormatChoice".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "A word format, or `auto`.",
            "anyOf": [{ "const": "auto" }, generator.subschema_for::<Format>()],
        })
    }
}

impl JsonSchema for AutoNumber {
    fn schema_name() -> Cow<'static, str> {
        "AutoNumber".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "A number, or `auto`: one is chosen.",
            "anyOf": [{ "const": "auto" }, { "type": "number" }],
        })
    }
}

impl JsonSchema for Start {
    fn schema_name() -> Cow<'static, str> {
        "Start".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "The start state: an image, or the same value in all cells.",
            "anyOf": [
                { "enum": ["input", "second"] },
                { "type": "number", "minimum": -1, "maximum": 1 },
            ],
        })
    }
}
