//! Activation functions as a description writes them; any section may hold one.

use std::borrow::Cow;
use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::value::{MapAccessDeserializer, StrDeserializer};
use serde::de::{Deserialize, Deserializer, Error, MapAccess, Visitor};

use super::Source;
use crate::activation::KeyProblem;
use crate::diagnostic::NetworkError;
use crate::problem::{Problem, closest};

/// An activation: the word for a function, or a table that says more.
#[derive(Debug, Clone, PartialEq)]
pub enum ActivationSource {
    /// A function with gain 1.
    Word(FunctionWord),
    /// A function with what belongs to it, or points.
    Fields(ActivationFields),
}

/// An activation `y = g(gain x)`: exactly one of `function`, `points` and `file` says what g is.
#[derive(Debug, Clone, Default, PartialEq, serde::Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct ActivationFields {
    /// The function.
    pub function: Option<FunctionWord>,
    /// Points `[x, y]`, at least two, x rising: linear between them, constant beyond the ends.
    pub points: Option<Vec<Vec<f64>>>,
    /// A file of points, x and y in a row: `table.csv`, `table.npy`, `table.npz:key`.
    pub file: Option<String>,
    /// The argument is multiplied by it; above 0. Default 1.
    pub gain: Option<f64>,
    /// `leaky_relu`: the slope below 0, 0 to 1, default 0.01. `hard_sigmoid`: the slope between
    /// its ends, default 0.25. `affine`: the slope, default 1. `scaled_tanh`: what multiplies the
    /// argument, default 1.
    pub slope: Option<f64>,
    /// The value at 0: of `affine`, default 0; of `hard_sigmoid`, default 0.5.
    pub offset: Option<f64>,
    /// `scaled_tanh`: what multiplies the tangent; `elu`: what multiplies `e^x - 1` below 0, 0 or
    /// more. Default 1.
    pub scale: Option<f64>,
    /// `thresholded_relu`: the largest argument that gives 0. Default 1.
    pub threshold: Option<f64>,
}

/// The activation functions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum FunctionWord {
    /// x.
    Identity,
    /// The hyperbolic tangent.
    Tanh,
    /// 1 / (1 + e^-x); `sigmoid` is read too.
    #[serde(alias = "sigmoid")]
    Logistic,
    /// (2 / pi) atan(pi x / 2): slope 1 at 0, from -1 to 1.
    Arctangent,
    /// x / (1 + |x|).
    Softsign,
    /// e^x.
    Exp,
    /// 1 / x.
    Reciprocal,
    /// (|x + 1| - |x - 1|) / 2: x, between -1 and 1.
    Clamp,
    /// slope x + offset.
    Affine,
    /// slope x + offset, between 0 and 1.
    HardSigmoid,
    /// scale tanh(slope x).
    ScaledTanh,
    /// max(x, 0).
    Relu,
    /// x from 0 on, slope x below.
    LeakyRelu,
    /// x above a threshold, 0 up to it.
    ThresholdedRelu,
    /// x from 0 on, scale (e^x - 1) below.
    Elu,
    /// ln(1 + e^x).
    Softplus,
    /// -1, 0 or 1: the sign of x.
    Sign,
    /// 0 below 0, 1 from 0 on.
    Step,
}

/// How an activation is made in hardware; what is left out is chosen, by cost, for the wanted
/// error.
#[derive(Debug, Clone, Copy, Default, PartialEq, serde::Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct ActivationTable {
    /// The kind of table.
    pub kind: Option<TableWord>,
    /// Entries of the table, or segments: a power of two.
    pub entries: Option<usize>,
    /// Kind `linear` only: the slopes of segments.
    pub slopes: Option<SlopeWord>,
    /// The largest error. Default: half a unit of the result's format more than rounding alone.
    pub error: Option<f64>,
}

/// The kinds of tables.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum TableWord {
    /// An entry for every argument, or for every argument of fewer bits.
    Full,
    /// Entries for arguments from 0 on, mirrored for those below.
    Half,
    /// Segments of equal length, each with an offset and a slope.
    Linear,
}

/// The slopes of segments.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum SlopeWord {
    /// Any, with a multiplier.
    Free,
    /// Powers of two, which only move the point.
    PowersOfTwo,
}

impl FunctionWord {
    /// Every word.
    pub const ALL: [FunctionWord; 18] = [
        FunctionWord::Identity,
        FunctionWord::Tanh,
        FunctionWord::Logistic,
        FunctionWord::Arctangent,
        FunctionWord::Softsign,
        FunctionWord::Exp,
        FunctionWord::Reciprocal,
        FunctionWord::Clamp,
        FunctionWord::Affine,
        FunctionWord::HardSigmoid,
        FunctionWord::ScaledTanh,
        FunctionWord::Relu,
        FunctionWord::LeakyRelu,
        FunctionWord::ThresholdedRelu,
        FunctionWord::Elu,
        FunctionWord::Softplus,
        FunctionWord::Sign,
        FunctionWord::Step,
    ];

    /// The word.
    pub fn name(self) -> &'static str {
        match self {
            FunctionWord::Identity => "identity",
            FunctionWord::Tanh => "tanh",
            FunctionWord::Logistic => "logistic",
            FunctionWord::Arctangent => "arctangent",
            FunctionWord::Softsign => "softsign",
            FunctionWord::Exp => "exp",
            FunctionWord::Reciprocal => "reciprocal",
            FunctionWord::Clamp => "clamp",
            FunctionWord::Affine => "affine",
            FunctionWord::HardSigmoid => "hard_sigmoid",
            FunctionWord::ScaledTanh => "scaled_tanh",
            FunctionWord::Relu => "relu",
            FunctionWord::LeakyRelu => "leaky_relu",
            FunctionWord::ThresholdedRelu => "thresholded_relu",
            FunctionWord::Elu => "elu",
            FunctionWord::Softplus => "softplus",
            FunctionWord::Sign => "sign",
            FunctionWord::Step => "step",
        }
    }

    /// The function that a word names, by the rules of the description file.
    ///
    /// # Errors
    /// [`Problem::UnknownWord`] with the nearest word.
    pub fn named(word: &str) -> Result<FunctionWord, Problem> {
        let read = StrDeserializer::<serde::de::value::Error>::new(word);
        FunctionWord::deserialize(read).map_err(|_| {
            let known = FunctionWord::ALL.map(FunctionWord::name);
            Problem::UnknownWord {
                what: "activation function",
                found: word.chars().take(80).collect(),
                suggestion: closest(word, known),
                known: known.map(str::to_string).to_vec(),
            }
        })
    }
}

/// The most entries of a table, as many as its widest argument has values.
const MAX_ENTRIES: usize = 1 << program::Table::MAX_BITS;
/// The smallest error that can be wanted.
const MIN_ERROR: f64 = 1e-9;
/// The largest error that can be wanted.
const MAX_ERROR: f64 = 1e9;

impl ActivationTable {
    /// Checks what it says; `field` is where it stands.
    ///
    /// # Errors
    /// As [`ActivationTable::judge`], with the place.
    pub fn check(&self, source: &Source, field: &str) -> Result<(), NetworkError> {
        self.judge()
            .map_err(|(key, problem)| source.error(&format!("{field}.{key}"), problem))
    }

    /// Checks what it says.
    ///
    /// # Errors
    /// [`Problem::Conflict`] for entries that are no power of two or keys that do not go together,
    /// [`Problem::OutOfRange`] for too few or many entries and for an error that is none; and the
    /// key.
    pub fn judge(&self) -> Result<(), KeyProblem> {
        let conflict = |message: String, expected: String| Problem::Conflict { message, expected };
        let within = |key, what, value: f64, low: f64, high: f64| {
            if (low..=high).contains(&value) {
                return Ok(());
            }
            let problem = Problem::OutOfRange {
                what,
                value,
                low,
                high,
            };
            Err((key, problem))
        };
        if let Some(entries) = self.entries {
            let (key, most) = ("entries", MAX_ENTRIES as f64);
            within(key, "the number of entries", entries as f64, 2.0, most)?;
            if !entries.is_power_of_two() {
                let above = entries.next_power_of_two();
                let message = format!("{entries} entries are no power of two");
                return Err((key, conflict(message, format!("{} or {above}", above / 2))));
            }
        }
        if self.slopes.is_some() && self.kind != Some(TableWord::Linear) {
            let message = "`slopes` has no meaning here".to_string();
            let expected = "`slopes` only for the kind `linear`; else leave it out".to_string();
            return Err(("slopes", conflict(message, expected)));
        }
        self.error.map_or(Ok(()), |error| {
            within("error", "the largest error", error, MIN_ERROR, MAX_ERROR)
        })
    }
}

impl From<FunctionWord> for ActivationSource {
    fn from(word: FunctionWord) -> ActivationSource {
        ActivationSource::Word(word)
    }
}

impl ActivationSource {
    /// What it says, field by field.
    pub fn fields(&self) -> ActivationFields {
        match self {
            ActivationSource::Word(word) => ActivationFields {
                function: Some(*word),
                ..ActivationFields::default()
            },
            ActivationSource::Fields(fields) => fields.clone(),
        }
    }
}

impl<'de> Deserialize<'de> for ActivationSource {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<ActivationSource, D::Error> {
        struct ActivationVisitor;
        impl<'de> Visitor<'de> for ActivationVisitor {
            type Value = ActivationSource;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(
                    "a function such as \"tanh\", { function, gain }, { points } or { file }",
                )
            }

            fn visit_str<E: Error>(self, word: &str) -> Result<ActivationSource, E> {
                FunctionWord::deserialize(StrDeserializer::new(word)).map(ActivationSource::Word)
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<ActivationSource, A::Error> {
                ActivationFields::deserialize(MapAccessDeserializer::new(map))
                    .map(ActivationSource::Fields)
            }
        }
        deserializer.deserialize_any(ActivationVisitor)
    }
}

impl JsonSchema for ActivationSource {
    fn schema_name() -> Cow<'static, str> {
        "ActivationSource".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "An activation function: a word, or a table that says more.",
            "anyOf": [
                generator.subschema_for::<FunctionWord>(),
                generator.subschema_for::<ActivationFields>(),
            ],
        })
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::super::{Source, syntax};
    use super::*;
    use crate::activation::{Activation, Function};

    /// A description that holds nothing else.
    #[derive(Debug, serde::Deserialize, JsonSchema)]
    #[serde(deny_unknown_fields)]
    struct Holder {
        /// The function.
        activation: ActivationSource,
        /// Its hardware.
        #[serde(default)]
        table: ActivationTable,
    }

    fn read(value: &str, folder: &Path) -> Result<Activation, NetworkError> {
        let source = Source::new(&format!("activation = {value}\n"), "net.toml", folder)?;
        let holder: Holder = syntax::sections(&source)?;
        holder.activation.check(&source, "activation")?;
        holder.table.check(&source, "table")?;
        Activation::from_description(&holder.activation, &source, "activation")
    }

    #[test]
    fn each_word_is_its_function() {
        for word in FunctionWord::ALL {
            let read = read(&format!("\"{}\"", word.name()), Path::new("")).unwrap();
            assert_eq!(read.function(), &word.function(None));
            assert_eq!(read.function().word(), Some(word));
            assert_eq!(FunctionWord::named(word.name()), Ok(word));
        }
        assert_eq!(FunctionWord::named("sigmoid"), Ok(FunctionWord::Logistic));
    }

    #[test]
    fn tables_say_more() {
        let here = Path::new("");
        let fine = read("{ function = \"tanh\", gain = 2 }", here).unwrap();
        assert_eq!(fine, Activation::new(Function::Tanh, 2.0).unwrap());
        let leaky = read("{ function = \"leaky_relu\", slope = 0.125 }", here).unwrap();
        assert_eq!(leaky.value(-8.0), -1.0);
        let affine = read("{ function = \"affine\", slope = -2, offset = 1 }", here).unwrap();
        assert_eq!((affine.value(3.0), affine.lipschitz()), (-5.0, 2.0));
        let hard = "{ function = \"hard_sigmoid\", slope = 0.5, offset = 0.25 }";
        let hard = read(hard, here).unwrap();
        assert_eq!(
            [-1.0, 0.0, 0.5, 2.0].map(|x| hard.value(x)),
            [0.0, 0.25, 0.5, 1.0]
        );
        let scaled = "{ function = \"scaled_tanh\", scale = 3, slope = 0.5 }";
        let scaled = read(scaled, here).unwrap();
        assert_eq!(scaled.value(2.0), 3.0 * 1.0_f64.tanh());
        let above = read("{ function = \"thresholded_relu\", threshold = 2 }", here).unwrap();
        assert_eq!([1.0, 2.0, 2.5].map(|x| above.value(x)), [0.0, 0.0, 2.5]);
        let elu = read("{ function = \"elu\", scale = 2 }", here).unwrap();
        assert_eq!(
            (elu.value(-1.0), elu.value(4.0)),
            (2.0 * (-1.0_f64).exp_m1(), 4.0)
        );
        let points = read("{ points = [[-1, 0], [1, 4]], gain = 0.5 }", here).unwrap();
        assert_eq!((points.value(0.0), points.value(9.0)), (2.0, 4.0));
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("t.csv"), "# x, y\n-1, 0\n1, 4\n").unwrap();
        let filed = read("{ file = \"t.csv\", gain = 0.5 }", folder.path()).unwrap();
        assert_eq!(filed, points);
    }

    #[test]
    fn errors_say_what_would_be_right() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("three.csv"), "1, 2, 3\n").unwrap();
        std::fs::write(folder.path().join("falls.csv"), "1, 2\n0, 3\n").unwrap();
        let cases = [
            "\"tahn\"",
            "7",
            "{ function = \"tanh\", gian = 2.0 }",
            "{ function = \"tanh\", gain = 0.0 }",
            "{ function = \"tanh\", gain = inf }",
            "{ function = \"tanh\", slope = 0.5 }",
            "{ function = \"leaky_relu\", slope = 1.5 }",
            "{ function = \"elu\", scale = -1.0 }",
            "{ function = \"tanh\", offset = 1.0 }",
            "{ function = \"relu\", threshold = 1.0 }",
            "{ function = \"affine\", offset = nan }",
            "{ gain = 2.0 }",
            "{ function = \"tanh\", file = \"t.csv\" }",
            "{ points = [[0, 0]] }",
            "{ points = [[0, 0, 1], [1, 1, 1]] }",
            "{ points = [[0, 0], [0, 1]] }",
            "{ points = [[0, 0], [1, nan]] }",
            "{ file = \"none.csv\" }",
            "{ file = \"three.csv\" }",
            "{ file = \"falls.csv\" }",
            "\"tanh\"\n[table]\nkind = \"haff\"",
            "\"tanh\"\n[table]\nentries = 100",
            "\"tanh\"\n[table]\nentries = 1",
            "\"tanh\"\n[table]\nerror = -1.0",
            "\"tanh\"\n[table]\nkind = \"full\"\nslopes = \"free\"",
        ];
        let texts = cases.map(|case| {
            let error = read(case, folder.path()).expect_err(case);
            let shown = folder.path().display().to_string();
            format!("--- {case}\n{error}\n").replace(&shown, "DIR")
        });
        insta::with_settings!({ omit_expression => true }, {
            insta::assert_snapshot!(texts.concat());
        });
    }
}
