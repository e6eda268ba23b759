//! Cellular arrays in integers.

mod coefficients;
mod lower;

use network::Cellular;
use network::cellular::Model;
use network::description::{CellularFormat, FormatChoice};
use program::{Executor, Format};

use crate::report::{Report, Tried};
use crate::{Options, QuantizeError, Quantized, cellular_output, cellular_start};
use lower::{Formats, Lowering};

/// The most fraction bits that the automatic choice tries.
const FINEST: i32 = 8;

/// Fraction bits of an input that is not just black and white.
const GREY_FRACTION: i32 = 8;

/// Half the distance of two grey levels of a picture of 256.
const HALF_GREY_LEVEL: f64 = 1.0 / 255.0;

/// Makes a program of an array.
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
        FormatChoice::Fixed(format) => format,
        FormatChoice::Auto => input_format(network),
    };
    let make = |state: Format| -> Result<Quantized, QuantizeError> {
        let formats = Formats {
            weights,
            state,
            input,
            rounding: formats.rounding,
        };
        let lowering = Lowering::new(network, formats)?;
        let program = lowering.program()?;
        program::check(&program)?;
        let report = Report::of(&program, lowering.max_abs_error(), 1.0);
        Ok(Quantized { program, report })
    };
    let fixed = match (network.model, state) {
        (Model::Discrete, _) => Some(Format::BIPOLAR),
        (_, FormatChoice::Fixed(format)) => Some(format),
        (_, FormatChoice::Auto) => None,
    };
    match fixed {
        Some(format) => make(format),
        None => search(network, make),
    }
}

/// One bit where the picture and what lies around it are black and white, else grey levels.
fn input_format(network: &Cellular) -> Format {
    let binary = |value: f64| value == 1.0 || value == -1.0;
    let around = match network.boundary {
        network::cellular::Boundary::Fixed(value) => binary(value),
        network::cellular::Boundary::ZeroFlux | network::cellular::Boundary::Periodic => true,
    };
    if around && network.input.iter().all(|&value| binary(value)) {
        return Format::BIPOLAR;
    }
    lower::unit_range(GREY_FRACTION)
}

/// The fewest fraction bits of the state that lose nothing on the description's pictures.
fn search(
    network: &Cellular,
    make: impl Fn(Format) -> Result<Quantized, QuantizeError>,
) -> Result<Quantized, QuantizeError> {
    let wanted = network.run(&network.input, &network.second).output;
    let binary = wanted.iter().all(|&value| value == 1.0 || value == -1.0);
    let mut tried = vec![];
    for fraction in 0..=FINEST {
        let format = lower::state_format(network, fraction)?;
        let mut quantized = make(format)?;
        let found = judge(network, &quantized, format, &wanted, binary)?;
        let done = found.loses_nothing || fraction == FINEST;
        tried.push(found);
        if done {
            quantized.report.tried = tried;
            return Ok(quantized);
        }
    }
    Err(QuantizeError::TooWide { of: "state" })
}

fn judge(
    network: &Cellular,
    quantized: &Quantized,
    format: Format,
    wanted: &[f64],
    binary: bool,
) -> Result<Tried, QuantizeError> {
    let program = &quantized.program;
    let mut executor = Executor::new(program)?;
    for (vector, values) in cellular_start(program, network, &network.input, &network.second) {
        executor.load(vector, &values)?;
    }
    executor.start()?;
    executor.run()?;
    let state = program
        .find("state")
        .map_or(&[][..], |state| executor.values(state));
    let output = cellular_output(program, state);
    let errors = || {
        output
            .iter()
            .zip(wanted)
            .map(|(found, wanted)| (found - wanted).abs())
    };
    let largest = errors().fold(0.0, f64::max);
    let allowed = if binary { 0.0 } else { HALF_GREY_LEVEL };
    Ok(Tried {
        format,
        kept: errors().filter(|&error| error <= allowed).count(),
        of: wanted.len(),
        score: largest,
        loses_nothing: largest <= allowed,
    })
}
