//! Activation functions: `y = g(beta x)`, with what stability and energy arguments ask of g.

mod build;
mod inverse;
mod polyline;
mod slope;

use std::f64::consts::{FRAC_2_PI, FRAC_PI_2};
use std::fmt;

pub use build::KeyProblem;
pub use polyline::Polyline;
pub use slope::Slopes;

use crate::description::FunctionWord;
use crate::problem::Problem;

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
    /// `slope x + 1/2` between 0 and 1, the nearer of these elsewhere.
    HardSigmoid {
        /// The slope, above 0.
        slope: f64,
    },
    /// `max(x, 0)`.
    Relu,
    /// `x` from 0 on, `slope x` below.
    LeakyRelu {
        /// The slope below 0, from 0 to 1.
        slope: f64,
    },
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
            Function::HardSigmoid { slope } => (slope * x + 0.5).clamp(0.0, 1.0),
            Function::Relu if x < 0.0 => 0.0,
            Function::Relu => x,
            Function::LeakyRelu { slope } if x < 0.0 => slope * x,
            Function::LeakyRelu { .. } => x,
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
            Function::HardSigmoid { slope } => {
                let end = 0.5 / slope;
                line(&[[-end, 0.0], [end, 1.0]], 0.0, 0.0)
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
            Function::HardSigmoid { .. } => FunctionWord::HardSigmoid,
            Function::Relu => FunctionWord::Relu,
            Function::LeakyRelu { .. } => FunctionWord::LeakyRelu,
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
    /// [`Problem::OutOfRange`] for a gain outside [`MIN_GAIN`] to [`MAX_GAIN`], a slope of
    /// [`Function::HardSigmoid`] outside the same bounds, or one of [`Function::LeakyRelu`] outside
    /// 0 to 1.
    pub fn new(function: Function, gain: f64) -> Result<Activation, Problem> {
        within("the gain", gain, MIN_GAIN, MAX_GAIN)?;
        match function {
            Function::HardSigmoid { slope } => {
                within("the slope of `hard_sigmoid`", slope, MIN_GAIN, MAX_GAIN)?;
            }
            Function::LeakyRelu { slope } => {
                within("the slope of `leaky_relu` below 0", slope, 0.0, 1.0)?;
            }
            _ => {}
        }
        Ok(Activation { function, gain })
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
            Function::Exp => (0.0, f64::INFINITY),
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
            | Function::Exp => true,
            Function::Reciprocal | Function::Sign | Function::Step => false,
            function => (function.polyline()).is_some_and(|line| line.is_increasing()),
        }
    }

    /// Whether a larger argument never gives a smaller value, over all real numbers.
    pub fn is_nondecreasing(&self) -> bool {
        match &self.function {
            Function::Reciprocal => false,
            Function::Sign | Function::Step => true,
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
            Function::Tanh | Function::Arctangent | Function::Softsign | Function::Sign => {
                Some(0.0)
            }
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

fn within(what: &'static str, value: f64, low: f64, high: f64) -> Result<(), Problem> {
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

impl fmt::Display for Function {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = self.word().map(FunctionWord::name);
        match self {
            Function::HardSigmoid { slope } | Function::LeakyRelu { slope } => {
                write!(f, "{} (slope {slope})", name.unwrap_or_default())
            }
            Function::Samples(line) => write!(f, "{} sampled points", line.knots().len()),
            _ => f.write_str(name.unwrap_or_default()),
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
