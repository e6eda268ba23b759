//! What all networks with real states have in common on the way to integers: loading, reading back,
//! and the choice of fraction bits by what their runs lose.

mod search;

use network::description::{ActivationTable, FormatChoice, RealFormat};
use network::dynamics::{Start, StopRule, VariableRole};
use network::{Activation, Dynamics};
use program::{Executor, Format, Overflow, Program, Rounding, Stop, VectorId, rounding::nearest};

use crate::activation::{Plan, Wish, plan};
use crate::cellular::{holding_ones, unit_range};
use crate::coefficients::Coefficients;
use crate::{Options, QuantizeError};
pub use search::{narrowest, thriftiest};

/// The words that a lowering is asked for.
#[derive(Debug, Clone, Copy)]
pub struct Words {
    /// Fraction bits of the states, where their format is not fixed.
    pub fraction: i32,
    /// The format of the states, where it is fixed.
    pub state: Option<Format>,
    /// The format of the weights, where it is fixed.
    pub weights: Option<Format>,
    /// The format of what an activation function gives, where it is fixed.
    pub activation: Option<Format>,
    /// How values are rounded.
    pub rounding: Rounding,
    /// What happens to states that their format cannot hold.
    pub overflow: Overflow,
}

impl Words {
    /// What a description and the caller fix, with so many fraction bits for the rest.
    pub fn new(formats: &RealFormat, options: &Options, fraction: i32) -> Words {
        let fixed = |choice: FormatChoice| match choice {
            FormatChoice::Fixed(format) => Some(format),
            FormatChoice::Auto => None,
        };
        Words {
            fraction,
            state: options.state.or(fixed(formats.state)),
            weights: options.weights.or(fixed(formats.weights)),
            activation: fixed(formats.activation),
            rounding: formats.rounding,
            overflow: formats.overflow,
        }
    }

    /// The format of a state that is held between -1 and +1, both of which it must hold.
    ///
    /// # Errors
    /// When a fixed format cannot hold them, or is not signed.
    pub fn unit_state(&self) -> Result<Format, QuantizeError> {
        match self.state {
            Some(format) => holding_ones("format.state", format, false),
            None => Ok(unit_range(self.fraction)),
        }
    }

    /// The format of a state whose magnitude stays below a bound.
    ///
    /// # Errors
    /// When no word of 64 bits holds that.
    pub fn bounded_state(&self, bound: f64) -> Result<Format, QuantizeError> {
        let whole = bound.abs().log2().floor().clamp(-64.0, 64.0) as i32 + 1;
        match self.state {
            Some(format) => Ok(format),
            None => signed(
                whole.max(1 - self.fraction) + self.fraction + 1,
                self.fraction,
            ),
        }
    }

    /// The words of weights: in their fixed format, or exact, or with as many significant bits as
    /// the states have fraction bits and two more, eight at least.
    ///
    /// # Errors
    /// When a weight lies outside a fixed format, or needs more than 64 bits.
    pub fn weights(&self, values: &[f64]) -> Result<Coefficients, QuantizeError> {
        match self.weights {
            Some(format) => Coefficients::new(values, FormatChoice::Fixed(format), values),
            None => Coefficients::with_bits(values, (self.fraction + 2).max(8)),
        }
    }

    /// How an activation function is made of a word: in its fixed format, or with the fraction bits
    /// of the states and as wide as what it gives.
    ///
    /// # Errors
    /// When a format cannot be used, or nothing fulfils the wish of the description.
    pub fn activation(
        &self,
        activation: &Activation,
        argument: Format,
        table: &ActivationTable,
    ) -> Result<Plan, QuantizeError> {
        let output = match self.activation {
            Some(format) => format,
            None => {
                let ends = [argument.min_raw(), argument.max_raw()];
                let reached = ends.map(|raw| activation.value(argument.value(raw)).abs());
                let reached = reached[0].max(reached[1]);
                let (low, high) = activation.range();
                let whole = low.abs().max(high.abs());
                // What neither rises nor falls all the way may be largest in between.
                let largest = match activation.is_nondecreasing() || whole.is_infinite() {
                    true => whole.min(reached),
                    false => whole,
                };
                self.free().bounded_state(largest)?
            }
        };
        plan(activation, argument, output, &Wish::from(table))
    }

    /// The same without a fixed format of states: for values that are none.
    pub fn free(&self) -> Words {
        let state = None;
        Words { state, ..*self }
    }

    /// How a value is brought into its format.
    pub fn manner(&self) -> (Rounding, Overflow) {
        (self.rounding, self.overflow)
    }
}

fn signed(width: i32, fraction: i32) -> Result<Format, QuantizeError> {
    let width = u32::try_from(width).unwrap_or(0);
    Format::signed(width, fraction).map_err(|_| QuantizeError::TooWide { of: "a state" })
}

/// When the integer program ends.
pub fn stop(rule: StopRule) -> Stop {
    Stop {
        max_steps: rule.max_steps,
        when_stable: rule.when_stable,
        on_period_two: rule.on_period_two,
    }
}

/// The raw values that a program is loaded with for a start.
pub fn loads(
    program: &Program,
    network: &dyn Dynamics,
    start: &Start,
) -> Vec<(VectorId, Vec<i64>)> {
    let variables = network.variables().into_iter();
    let loaded = variables.filter(|variable| variable.role != VariableRole::Output);
    loaded
        .zip(start)
        .filter_map(|(variable, values)| {
            let id = program.find(&variable.name)?;
            let format = program.vector(id)?.format;
            let zero = std::iter::repeat(&0.0);
            let values = values.iter().chain(zero).take(variable.length);
            Some((id, values.map(|&value| raw(value, format)).collect()))
        })
        .collect()
}

/// The raw value of a format that is nearest to a number.
fn raw(value: f64, format: Format) -> i64 {
    nearest(value, format).unwrap_or(0)
}

/// The values of a network's variables as the integers stand for them, in the variables' order.
pub fn values(executor: &Executor<'_>, program: &Program, network: &dyn Dynamics) -> Vec<Vec<f64>> {
    let read = |name: &str| {
        let id = program.find(name)?;
        let format = program.vector(id)?.format;
        let raw = executor.values(id).iter();
        Some(raw.map(|&raw| format.value(raw)).collect())
    };
    let variables = network.variables().into_iter();
    variables
        .map(|variable| read(&variable.name).unwrap_or_default())
        .collect()
}
