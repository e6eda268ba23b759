//! Activation functions: `y = g(beta x)`, with what stability and energy arguments ask of g.

mod build;
mod inverse;
mod parameters;
mod polyline;
mod slope;

use std::f64::consts::{FRAC_2_PI, FRAC_PI_2};
use std::fmt;

pub use build::KeyProblem;
pub use parameters::Parameters;
pub use polyline::Polyline;
pub use slope::Slopes;

use crate::description::FunctionWord;
use crate::problem::Problem;
use parameters::within;

/// The smallest gain.
pub const MIN_GAIN: f64 = 1e-6;
/// The largest gain.
pub const MAX_GAIN: f64 = 1e6;

/// A function g of one real number.
#[derive(Debug, Clone, PartialEq)]
pub enum Function {
    /// `x`.
    Identity,
    /// The hyperbolic tangent.
    Tanh,
    /// The logistic function `1 / (1 + e^-x)`; its slope at 0 is 1/4.
    Logistic,
    /// The arctangent scaled to slope 1 at 0 and to the range from -1 to 1:
    /// `(2 / pi) atan(pi x / 2)`.
    Arctangent,
    /// `x / (1 + |x|)`.
    Softsign,
    /// `e^x`.
    Exp,
    /// `1 / x`; infinite at 0.
    Reciprocal,
    /// `(|x + 1| - |x - 1|) / 2`: x between -1 and 1, the nearer of these elsewhere. The output of
    /// a cellular network (Chua & Yang 1988).
    Clamp,
    /// `slope x + offset`.
    Affine {
        /// The slope.
        slope: f64,
        /// The value at 0.
        offset: f64,
    },
    /// `slope x + offset` between 0 and 1, the nearer of these elsewhere.
    HardSigmoid {
        /// The slope, above 0.
        slope: f64,
        /// The value at 0, as long as it lies between 0 and 1.
        offset: f64,
    },
    /// `scale tanh(slope x)`.
    ScaledTanh {
        /// What multiplies the hyperbolic tangent.
        scale: f64,
        /// What multiplies its argument.
        slope: f64,
    },
    /// `max(x, 0)`.
    Relu,
    /// `x` from 0 on, `slope x` below.
    LeakyRelu {
        /// The slope below 0, from 0 to 1.
        slope: f64,
    },
    /// `x` above a threshold, 0 up to it.
    ThresholdedRelu {
        /// The threshold.
        threshold: f64,
    },
    /// `x` from 0 on, `scale (e^x - 1)` below.
    Elu {
        /// Minus the limit on the left; 0 or more.
        scale: f64,
    },
    /// `ln(1 + e^x)`.
    Softplus,
    /// -1 below 0, 0 at 0, +1 above.
    Sign,
    /// 0 below 0, 1 from 0 on (Heaviside).
    Step,
    /// Linear between sampled points, constant beyond the first and the last.
    Samples(Polyline),
}

/// An activation function with a gain: `y = g(beta x)`.
#[derive(Debug, Clone, PartialEq)]
pub struct Activation {
    function: Function,
    gain: f64,
}

impl Function {
    /// g(x); not a number where x is none.
    pub fn value(&self, x: f64) -> f64 {
        match self {
            Function::Identity => x,
            Function::Tanh => x.tanh(),
            Function::Logistic => logistic(x),
            Function::Arctangent => FRAC_2_PI * (FRAC_PI_2 * x).atan(),
            Function::Softsign if x.is_infinite() => x.signum(),
            Function::Softsign => x / (1.0 + x.abs()),
            Function::Exp => x.exp(),
            Function::Reciprocal if x == 0.0 => f64::INFINITY,
            Function::Reciprocal => 1.0 / x,
            Function::Clamp => x.clamp(-1.0, 1.0),
            Function::Affine { slope, offset } => slope * x + offset,
            Function::HardSigmoid { slope, offset } => (slope * x + offset).clamp(0.0, 1.0),
            Function::ScaledTanh { scale, slope } => scale * (slope * x).tanh(),
            Function::Relu if x < 0.0 => 0.0,
            Function::Relu => x,
            Function::LeakyRelu { slope } if x < 0.0 => slope * x,
            Function::LeakyRelu { .. } => x,
            Function::ThresholdedRelu { threshold } if x <= *threshold => 0.0,
            Function::ThresholdedRelu { .. } => x,
            Function::Elu { scale } if x < 0.0 => scale * x.exp_m1(),
            Function::Elu { .. } => x,
            // Without overflow at either end.
            Function::Softplus => x.max(0.0) + (-x.abs()).exp().ln_1p(),
            Function::Sign if x == 0.0 => 0.0,
            Function::Sign => x.signum(),
            Function::Step if x < 0.0 => 0.0,
            Function::Step if x >= 0.0 => 1.0,
            Function::Step => x,
            Function::Samples(points) => points.value(x),
        }
    }

    /// The function as straight pieces, where it is continuous and made of such.
    pub fn polyline(&self) -> Option<Polyline> {
        let line = |knots: &[[f64; 2]], left, right| Some(Polyline::raw(knots, left, right));
        match self {
            Function::Identity => line(&[[0.0, 0.0]], 1.0, 1.0),
            Function::Clamp => line(&[[-1.0, -1.0], [1.0, 1.0]], 0.0, 0.0),
            Function::Affine { slope, offset } => line(&[[0.0, *offset]], *slope, *slope),
            Function::HardSigmoid { slope, offset } => {
                let (first, last) = (-offset / slope, (1.0 - offset) / slope);
                line(&[[first, 0.0], [last, 1.0]], 0.0, 0.0)
            }
            Function::Relu => line(&[[0.0, 0.0]], 0.0, 1.0),
            Function::LeakyRelu { slope } => line(&[[0.0, 0.0]], *slope, 1.0),
            Function::Samples(points) => Some(points.clone()),
            Function::Tanh
            | Function::Logistic
            | Function::Arctangent
            | Function::Softsign
            | Function::Exp
            | Function::Reciprocal
            | Function::ScaledTanh { .. }
            | Function::ThresholdedRelu { .. }
            | Function::Elu { .. }
            | Function::Softplus
            | Function::Sign
            | Function::Step => None,
        }
    }

    /// The word that names it in a description; none for sampled points.
    pub fn word(&self) -> Option<FunctionWord> {
        Some(match self {
            Function::Identity => FunctionWord::Identity,
            Function::Tanh => FunctionWord::Tanh,
            Function::Logistic => FunctionWord::Logistic,
            Function::Arctangent => FunctionWord::Arctangent,
            Function::Softsign => FunctionWord::Softsign,
            Function::Exp => FunctionWord::Exp,
            Function::Reciprocal => FunctionWord::Reciprocal,
            Function::Clamp => FunctionWord::Clamp,
            Function::Affine { .. } => FunctionWord::Affine,
            Function::HardSigmoid { .. } => FunctionWord::HardSigmoid,
            Function::ScaledTanh { .. } => FunctionWord::ScaledTanh,
            Function::Relu => FunctionWord::Relu,
            Function::LeakyRelu { .. } => FunctionWord::LeakyRelu,
            Function::ThresholdedRelu { .. } => FunctionWord::ThresholdedRelu,
            Function::Elu { .. } => FunctionWord::Elu,
            Function::Softplus => FunctionWord::Softplus,
            Function::Sign => FunctionWord::Sign,
            Function::Step => FunctionWord::Step,
            Function::Samples(_) => return None,
        })
    }
}

/// Without overflow at either end.
fn logistic(x: f64) -> f64 {
    if x >= 0.0 {
        return 1.0 / (1.0 + (-x).exp());
    }
    let small = x.exp();
    small / (1.0 + small)
}

impl Activation {
    /// A function with a gain.
    ///
    /// # Errors
    /// [`Problem::OutOfRange`] for a gain outside [`MIN_GAIN`] to [`MAX_GAIN`], or a parameter of the
    /// function outside its bounds.
    pub fn new(function: Function, gain: f64) -> Result<Activation, Problem> {
        within("the gain", gain, MIN_GAIN, MAX_GAIN)?;
        function.check().map_err(|(_, problem)| problem)?;
        Ok(Activation { function, gain })
    }

    /// `y = x`.
    pub fn identity() -> Activation {
        Activation {
            function: Function::Identity,
            gain: 1.0,
        }
    }

    /// The function g.
    pub fn function(&self) -> &Function {
        &self.function
    }

    /// The gain beta, above 0.
    pub fn gain(&self) -> f64 {
        self.gain
    }

    /// `g(beta x)`.
    pub fn value(&self, x: f64) -> f64 {
        self.function.value(self.gain * x)
    }

    /// The smallest interval with all values and their limits; infinite bounds are limits only.
    pub fn range(&self) -> (f64, f64) {
        match &self.function {
            Function::Tanh | Function::Arctangent | Function::Softsign | Function::Sign => {
                (-1.0, 1.0)
            }
            Function::Logistic | Function::Step => (0.0, 1.0),
            Function::Exp | Function::Softplus => (0.0, f64::INFINITY),
            Function::ScaledTanh { slope: 0.0, .. } => (0.0, 0.0),
            Function::ScaledTanh { scale, .. } => (-scale.abs(), scale.abs()),
            Function::ThresholdedRelu { threshold } => (threshold.min(0.0), f64::INFINITY),
            Function::Elu { scale } => (-scale, f64::INFINITY),
            function => function
                .polyline()
                .map_or((f64::NEG_INFINITY, f64::INFINITY), |line| line.range()),
        }
    }

    /// Whether a larger argument gives a larger value, over all real numbers: the energy argument
    /// of Hopfield (1984) asks for it.
    pub fn is_increasing(&self) -> bool {
        match &self.function {
            Function::Tanh
            | Function::Logistic
            | Function::Arctangent
            | Function::Softsign
            | Function::Softplus
            | Function::Exp => true,
            Function::ScaledTanh { scale, slope } => scale * slope > 0.0,
            Function::Elu { scale } => *scale > 0.0,
            Function::Reciprocal
            | Function::ThresholdedRelu { .. }
            | Function::Sign
            | Function::Step => false,
            function => (function.polyline()).is_some_and(|line| line.is_increasing()),
        }
    }

    /// Whether a larger argument never gives a smaller value, over all real numbers.
    pub fn is_nondecreasing(&self) -> bool {
        match &self.function {
            Function::Reciprocal => false,
            Function::Sign | Function::Step | Function::Elu { .. } => true,
            Function::ScaledTanh { scale, slope } => scale * slope >= 0.0,
            Function::ThresholdedRelu { threshold } => *threshold >= 0.0,
            function => match function.polyline() {
                Some(line) => line.is_nondecreasing(),
                None => self.is_increasing(),
            },
        }
    }

    /// The c with `g(-x) + g(x) = 2c` for all x, where there is one: 0 for odd functions, 1/2 for
    /// the logistic function and the hard sigmoid.
    pub fn centre(&self) -> Option<f64> {
        match &self.function {
            Function::Tanh
            | Function::Arctangent
            | Function::Softsign
            | Function::ScaledTanh { .. }
            | Function::Sign => Some(0.0),
            Function::Logistic => Some(0.5),
            // No value at 0, and that of a step is none of the middle.
            Function::Exp | Function::Reciprocal | Function::Step => None,
            function => function.polyline()?.centre(),
        }
    }

    /// Whether `g(-x) = -g(x)` for all x.
    pub fn is_odd(&self) -> bool {
        self.centre() == Some(0.0)
    }
}

impl fmt::Display for Function {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = self.word().map(FunctionWord::name);
        let name = name.unwrap_or_default();
        match self {
            // The usual offset goes without saying.
            Function::HardSigmoid { slope, offset: 0.5 } | Function::LeakyRelu { slope } => {
                write!(f, "{name} (slope {slope})")
            }
            Function::HardSigmoid { slope, offset } | Function::Affine { slope, offset } => {
                write!(f, "{name} (slope {slope}, offset {offset})")
            }
            Function::ScaledTanh { scale, slope } => {
                write!(f, "{name} (scale {scale}, slope {slope})")
            }
            Function::ThresholdedRelu { threshold } => write!(f, "{name} (threshold {threshold})"),
            Function::Elu { scale } => write!(f, "{name} (scale {scale})"),
            Function::Samples(line) => write!(f, "{} sampled points", line.knots().len()),
            _ => f.write_str(name),
        }
    }
}

impl fmt::Display for Activation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.gain == 1.0 {
            return write!(f, "{}", self.function);
        }
        write!(f, "{} with gain {}", self.function, self.gain)
    }
}
