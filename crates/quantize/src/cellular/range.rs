//! Formats of values between -1 and +1.

use network::Cellular;
use network::cellular::{Boundary, Model};
use program::{Coding, Format};

use crate::QuantizeError;

/// Fraction bits of an input that is not just black and white: finer than 256 grey levels.
const GREY_FRACTION: i32 = 8;

/// The raw value of 1; beyond every word where the format has none.
pub fn one(format: Format) -> i64 {
    match format.fraction() {
        fraction @ 0..=62 => 1i64 << fraction,
        _ => i64::MAX,
    }
}

/// The format with so many fraction bits that holds -1 and +1.
pub fn unit_range(fraction: i32) -> Format {
    Format::signed((2 + fraction.clamp(0, 32)) as u32, fraction).unwrap_or(Format::BIPOLAR)
}

/// The format of the state with so many fraction bits.
///
/// # Errors
/// When the state's bound needs more than 64 bits.
pub fn state_format(network: &Cellular, fraction: i32) -> Result<Format, QuantizeError> {
    match network.model {
        Model::Discrete => Ok(Format::BIPOLAR),
        Model::Clipped => Ok(unit_range(fraction)),
        Model::ChuaYang { .. } => {
            let bound = (network.state_bound() * f64::from(fraction).exp2()).ceil() as i128;
            let bound = bound.saturating_add(1);
            Format::signed_holding(-bound, bound, fraction)
                .ok_or(QuantizeError::TooWide { of: "the state" })
        }
    }
}

/// The format that was asked for, where it holds -1 and +1; one bit only where `bits_do`.
///
/// # Errors
/// When it does not.
pub fn holding_ones(
    field: &'static str,
    format: Format,
    bits_do: bool,
) -> Result<Format, QuantizeError> {
    let words = format.coding() == Coding::Signed && one(format) <= format.max_raw();
    if words || (format == Format::BIPOLAR && bits_do) {
        return Ok(format);
    }
    let why = match format.coding() {
        Coding::Bipolar => "there are values between -1 and +1",
        Coding::Signed | Coding::Unsigned => "it cannot hold both -1 and +1",
    };
    Err(QuantizeError::Format {
        field,
        found: format,
        why: why.into(),
        would: unit_range(format.fraction().clamp(0, 32)).to_string(),
    })
}

/// Whether the description's picture, and what lies around it, is black and white.
pub fn is_binary(network: &Cellular) -> bool {
    let binary = |value: f64| value == 1.0 || value == -1.0;
    let around = match network.boundary {
        Boundary::Fixed(value) => binary(value),
        Boundary::ZeroFlux | Boundary::Periodic => true,
    };
    around && network.input.iter().all(|&value| binary(value))
}

/// One bit for a black and white picture, else grey levels; also where there is no picture, for
/// who knows what comes.
pub fn input_format(network: &Cellular) -> Format {
    if is_binary(network) && !network.input.is_empty() {
        Format::BIPOLAR
    } else {
        unit_range(GREY_FRACTION)
    }
}
