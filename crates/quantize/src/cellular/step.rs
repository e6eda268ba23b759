//! The step of the Euler method.

use program::{Format, NodeId, Operation, Rounding};

use crate::QuantizeError;
use crate::real::rounded;
use crate::wide::Wide;

/// Significant bits of a step that is no power of two.
const SIGNIFICANT: i32 = 12;

/// The most halvings that are done by moving the point.
const MAX_HALVINGS: f64 = 32.0;

/// A step h between 0 and 1.
#[derive(Debug, Clone, PartialEq)]
pub enum EulerStep {
    /// `2^-halvings`: the point moves, which costs nothing.
    Halvings(i32),
    /// A word to multiply by.
    Word {
        /// Its format.
        format: Format,
        /// Its raw value.
        raw: i64,
        /// How far it is from the step.
        error: f64,
    },
}

impl EulerStep {
    /// The step as halvings where it is a power of two, else as a word of twelve significant bits.
    ///
    /// # Errors
    /// When the step is so small that no format holds it.
    pub fn new(step: f64) -> Result<EulerStep, QuantizeError> {
        let too_wide = QuantizeError::TooWide {
            of: "the Euler step",
        };
        let halvings = -step.log2();
        if halvings.fract() == 0.0 && (0.0..=MAX_HALVINGS).contains(&halvings) {
            return Ok(EulerStep::Halvings(halvings as i32));
        }
        let fraction = SIGNIFICANT + halvings.floor().clamp(0.0, 1e6) as i32;
        let raw = rounded(step * f64::from(fraction).exp2(), Rounding::HalfEven);
        let format = Format::signed_holding(0, raw, fraction);
        let (Some(format), Ok(raw)) = (format, i64::try_from(raw)) else {
            return Err(too_wide);
        };
        let error = (format.value(raw) - step).abs();
        Ok(EulerStep::Word { format, raw, error })
    }

    /// How far the step is from what was asked for.
    pub fn error(&self) -> f64 {
        match self {
            EulerStep::Halvings(_) => 0.0,
            EulerStep::Word { error, .. } => *error,
        }
    }

    /// A node `change`: the step times another node, exact.
    ///
    /// # Errors
    /// When no word of 64 bits holds every product.
    pub fn times(&self, apply: &mut Wide<'_>, slope: NodeId) -> Result<NodeId, QuantizeError> {
        match *self {
            EulerStep::Halvings(halvings) => {
                let from = apply.format(slope);
                let format =
                    Format::signed(from.width(), from.fraction() + halvings).map_err(|_| {
                        QuantizeError::TooWide {
                            of: "the Euler step",
                        }
                    })?;
                apply.push("change", Operation::Scale(slope), format)
            }
            EulerStep::Word { format, raw, .. } => {
                let step = apply.push("step", Operation::Constant(raw), format)?;
                apply.product("change", slope, step)
            }
        }
    }
}
