//! The parameters of functions: which function has which, their defaults and bounds.

use super::{Function, KeyProblem, MAX_GAIN, MIN_GAIN};
use crate::description::{ActivationFields, FunctionWord};
use crate::problem::Problem;

/// The slope of `leaky_relu` below 0 where none is given, as in ONNX.
const LEAK: f64 = 0.01;
/// The slope of `hard_sigmoid` where none is given: that of the logistic function at 0.
const HARD_SIGMOID_SLOPE: f64 = 0.25;

/// Numbers that belong to a function; what is left out has the default of the function.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Parameters {
    /// A slope: of `leaky_relu` below 0, of `affine` and `hard_sigmoid`, of `scaled_tanh` inside.
    pub slope: Option<f64>,
    /// The value at 0 of `affine` and `hard_sigmoid`.
    pub offset: Option<f64>,
    /// What multiplies `scaled_tanh`, and `elu` below 0.
    pub scale: Option<f64>,
    /// The threshold of `thresholded_relu`.
    pub threshold: Option<f64>,
}

impl ActivationFields {
    /// The parameters of the function.
    pub fn parameters(&self) -> Parameters {
        Parameters {
            slope: self.slope,
            offset: self.offset,
            scale: self.scale,
            threshold: self.threshold,
        }
    }
}

impl FunctionWord {
    /// The function with this slope, where it has one, and else its defaults.
    pub fn function(self, slope: Option<f64>) -> Function {
        self.with(&Parameters {
            slope,
            ..Parameters::default()
        })
    }

    /// The function with these parameters; those that it has not do not count.
    pub fn with(self, given: &Parameters) -> Function {
        let slope = |default: f64| given.slope.unwrap_or(default);
        let offset = |default: f64| given.offset.unwrap_or(default);
        let scale = given.scale.unwrap_or(1.0);
        match self {
            FunctionWord::Identity => Function::Identity,
            FunctionWord::Tanh => Function::Tanh,
            FunctionWord::Logistic => Function::Logistic,
            FunctionWord::Arctangent => Function::Arctangent,
            FunctionWord::Softsign => Function::Softsign,
            FunctionWord::Exp => Function::Exp,
            FunctionWord::Reciprocal => Function::Reciprocal,
            FunctionWord::Clamp => Function::Clamp,
            FunctionWord::Affine => Function::Affine {
                slope: slope(1.0),
                offset: offset(0.0),
            },
            FunctionWord::HardSigmoid => Function::HardSigmoid {
                slope: slope(HARD_SIGMOID_SLOPE),
                offset: offset(0.5),
            },
            FunctionWord::ScaledTanh => Function::ScaledTanh {
                scale,
                slope: slope(1.0),
            },
            FunctionWord::Relu => Function::Relu,
            FunctionWord::LeakyRelu => Function::LeakyRelu { slope: slope(LEAK) },
            FunctionWord::ThresholdedRelu => Function::ThresholdedRelu {
                threshold: given.threshold.unwrap_or(1.0),
            },
            FunctionWord::Elu => Function::Elu { scale },
            FunctionWord::Softplus => Function::Softplus,
            FunctionWord::Sign => Function::Sign,
            FunctionWord::Step => Function::Step,
        }
    }
}

impl Parameters {
    /// That each that is given has a meaning for this function.
    pub(super) fn suit(&self, word: FunctionWord) -> Result<(), KeyProblem> {
        use FunctionWord::{Affine, Elu, HardSigmoid, LeakyRelu, ScaledTanh, ThresholdedRelu};
        let rules: [(&'static str, Option<f64>, &[FunctionWord], &str); 4] = [
            (
                "slope",
                self.slope,
                &[Affine, HardSigmoid, LeakyRelu, ScaledTanh],
                "`affine`, `hard_sigmoid`, `leaky_relu` or `scaled_tanh`; else `gain`",
            ),
            (
                "offset",
                self.offset,
                &[Affine, HardSigmoid],
                "`affine` or `hard_sigmoid`; else",
            ),
            (
                "scale",
                self.scale,
                &[Elu, ScaledTanh],
                "`elu` or `scaled_tanh`; else",
            ),
            (
                "threshold",
                self.threshold,
                &[ThresholdedRelu],
                "`thresholded_relu`; else",
            ),
        ];
        for (key, given, words, with) in rules {
            if given.is_some() && !words.contains(&word) {
                let comma = if key == "slope" { ", or" } else { "" };
                let problem = Problem::Conflict {
                    message: format!("`{key}` has no meaning here"),
                    expected: format!("`{key}` only with {with}{comma} leave it out"),
                };
                return Err((key, problem));
            }
        }
        Ok(())
    }
}

impl Function {
    /// That its parameters are within their bounds; else the key and what is wrong.
    ///
    /// # Errors
    /// [`Problem::OutOfRange`], with the key of the parameter.
    pub fn check(&self) -> Result<(), KeyProblem> {
        let any = |key, what, value| at(key, what, value, -MAX_GAIN, MAX_GAIN);
        match *self {
            Function::Affine { slope, offset } => {
                any("slope", "the slope of `affine`", slope)?;
                any("offset", "the offset of `affine`", offset)
            }
            Function::HardSigmoid { slope, offset } => {
                let what = "the slope of `hard_sigmoid`";
                at("slope", what, slope, MIN_GAIN, MAX_GAIN)?;
                any("offset", "the offset of `hard_sigmoid`", offset)
            }
            Function::ScaledTanh { scale, slope } => {
                any("scale", "the scale of `scaled_tanh`", scale)?;
                any("slope", "the slope of `scaled_tanh`", slope)
            }
            Function::LeakyRelu { slope } => at(
                "slope",
                "the slope of `leaky_relu` below 0",
                slope,
                0.0,
                1.0,
            ),
            Function::ThresholdedRelu { threshold } => any(
                "threshold",
                "the threshold of `thresholded_relu`",
                threshold,
            ),
            Function::Elu { scale } => at("scale", "the scale of `elu`", scale, 0.0, MAX_GAIN),
            _ => Ok(()),
        }
    }
}

fn at(
    key: &'static str,
    what: &'static str,
    value: f64,
    low: f64,
    high: f64,
) -> Result<(), KeyProblem> {
    within(what, value, low, high).map_err(|problem| (key, problem))
}

/// That a number lies within bounds.
pub(super) fn within(what: &'static str, value: f64, low: f64, high: f64) -> Result<(), Problem> {
    if (low..=high).contains(&value) {
        return Ok(());
    }
    Err(Problem::OutOfRange {
        what,
        value,
        low,
        high,
    })
}
