//! Cellular arrays in integers.

mod lower;
mod range;
mod search;

use network::Cellular;
use network::cellular::Model;
use network::description::{CellularFormat, FormatChoice};
use program::{Format, Overflow};

use crate::coefficients::Manner;
use crate::report::Report;
use crate::{Options, QuantizeError, Quantized};
use lower::{Formats, Lowering};
pub(crate) use range::{holding_ones, one, state_format, unit_range};
pub(crate) use search::{Case, cases};

/// Makes a program of an array.
///
/// Formats `auto`: template coefficients are exact with up to 12 fraction bits, else have 8. The
/// input has one bit where the description's picture is black and white, else 8 fraction bits.
/// The state has the fewest fraction bits, 0 to 8, with which the description's pictures (seeded
/// random ones where it has none) end as in real numbers: exactly, where those end black and
/// white, else within half a grey level of 256.
///
/// # Errors
/// When a format that was asked for cannot hold what it must, or a sum needs more than 64 bits.
pub fn quantize(
    network: &Cellular,
    formats: &CellularFormat,
    options: &Options,
) -> Result<Quantized, QuantizeError> {
    let weights = options.weights.map_or(formats.weights, FormatChoice::Fixed);
    let state = options.state.map_or(formats.state, FormatChoice::Fixed);
    let input = match formats.input {
        FormatChoice::Fixed(format) => {
            range::holding_ones("format.input", format, range::is_binary(network))?
        }
        FormatChoice::Auto => range::input_format(network),
    };
    let manner = Manner {
        rounding: formats.weight_rounding,
        overflow: formats.weight_overflow.unwrap_or(Overflow::Error),
        ..Manner::default()
    };
    let make = |state: Format| -> Result<Quantized, QuantizeError> {
        let formats = Formats {
            weights,
            threshold: formats.threshold,
            manner,
            accumulators: [formats.accumulator, formats.control_accumulator],
            state,
            input,
            rounding: formats.rounding,
            overflow: formats.overflow,
        };
        let lowering = Lowering::new(network, formats)?;
        let program = lowering.program()?;
        program::check(&program)?;
        let report = Report::of(&program, lowering.max_abs_error(), 1.0);
        Ok(Quantized { program, report })
    };
    match (network.model, state) {
        (Model::Discrete, _) => make(Format::BIPOLAR),
        (_, FormatChoice::Fixed(format)) => {
            make(range::holding_ones("format.state", format, false)?)
        }
        (_, FormatChoice::Auto) => search::narrowest(network, make),
    }
}
