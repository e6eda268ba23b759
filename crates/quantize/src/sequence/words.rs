//! The word formats of a sequence network.

use network::Activation;
use program::{Format, Overflow, Rounding};

use super::seen::Seen;
use crate::QuantizeError;
use crate::dynamic::Words;

/// How much larger than in the runs of the description a value may become that nothing bounds.
const HEADROOM: f64 = 2.0;

/// Fraction bits of the results of gates beyond those of the data.
const GUARD: i32 = 2;

/// The widest argument of an activation: each of its words is looked at.
const ARGUMENT_BITS: i32 = 20;

/// The most fraction bits of an argument.
const ARGUMENT_FRACTION: i32 = 15;

/// What kinds of values there are, and the words that they take.
#[derive(Debug, Clone, Copy)]
pub struct Formats {
    /// Inputs, states, and what layers give.
    pub data: Format,
    /// Memories of LSTM cells.
    pub cell: Format,
    /// Results of gates and candidates, which stay within a layer.
    pub gate: Format,
    /// Fraction bits of arguments of activations.
    pub argument: i32,
    /// How results are brought into their formats.
    pub manner: (Rounding, Overflow),
}

impl Formats {
    /// For these words.
    ///
    /// # Errors
    /// When no word of 64 bits would hold the values.
    pub fn new(
        words: &Words,
        seen: &Seen,
        gates: impl Iterator<Item = f64>,
        bounded: bool,
    ) -> Result<Formats, QuantizeError> {
        let headroom = if bounded { 1.0 } else { HEADROOM };
        let data = words.bounded_state(headroom * seen.data)?;
        let cell = words.bounded_state(HEADROOM * seen.cells)?;
        let fraction = data.fraction() + GUARD;
        let free = Words {
            state: None,
            fraction,
            ..*words
        };
        let gate = match words.activation {
            Some(format) => format,
            None => free.bounded_state(gates.fold(1.0, f64::max))?,
        };
        Ok(Formats {
            data,
            cell,
            gate,
            argument: fraction.min(ARGUMENT_FRACTION),
            manner: words.manner(),
        })
    }

    /// The format of sums from 1 to `most`, as the argument of a reciprocal: the larger they may be, the
    /// fewer fraction bits the words of a table leave.
    ///
    /// # Errors
    /// When no word of 64 bits would hold it.
    pub fn total(&self, most: f64) -> Result<Format, QuantizeError> {
        let bits = (most.max(1.0).log2().ceil() as i32 + 1).min(ARGUMENT_BITS - 2);
        let fraction = self.argument.min(ARGUMENT_BITS - 1 - bits);
        let width = u32::try_from(bits + fraction + 1).unwrap_or(64);
        let too_wide = |_| QuantizeError::TooWide {
            of: "the argument of a reciprocal",
        };
        Format::signed(width.max(2), fraction).map_err(too_wide)
    }

    /// The format of the argument of an activation: up to `bound`, or as far as the function still
    /// moves by a unit of its result.
    ///
    /// # Errors
    /// When no word of 64 bits would hold it.
    pub fn argument(&self, activation: &Activation, bound: f64) -> Result<Format, QuantizeError> {
        let unit = self.gate.unit() / 4.0;
        let mut bits = 0;
        while f64::from(bits).exp2() < bound && self.argument + bits + 2 < ARGUMENT_BITS {
            let reach = f64::from(bits).exp2();
            let settles = |x: f64| (activation.value(x) - activation.value(2.0 * x)).abs() < unit;
            if settles(reach) && settles(-reach) && settles(4.0 * reach) && settles(-4.0 * reach) {
                break;
            }
            bits += 1;
        }
        let width = u32::try_from((bits + self.argument + 1).max(2)).unwrap_or(64);
        let too_wide = |_| QuantizeError::TooWide {
            of: "the argument of an activation",
        };
        Format::signed(width, self.argument).map_err(too_wide)
    }
}
