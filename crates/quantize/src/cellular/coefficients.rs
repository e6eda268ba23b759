//! Template coefficients as words.

use program::{Format, rounding::nearest};

use crate::QuantizeError;
use network::description::FormatChoice;

/// The most fraction bits that are looked at for exact coefficients.
const FINEST_EXACT: i32 = 12;

/// Fraction bits of coefficients that are not exact in binary.
const NEAREST_FRACTION: i32 = 8;

/// Coefficients in words.
#[derive(Debug, Clone, PartialEq)]
pub struct Coefficients {
    /// The format.
    pub format: Format,
    /// Raw values, in the template's order.
    pub raw: Vec<i64>,
    /// The largest distance to a coefficient.
    pub error: f64,
}

impl Coefficients {
    /// The words of a template: in a fixed format, or exact with the fewest bits, or with
    /// eight fraction bits where no twelve make them exact.
    ///
    /// # Errors
    /// When a coefficient lies outside the fixed format.
    pub fn new(values: &[f64], wanted: FormatChoice) -> Result<Coefficients, QuantizeError> {
        let format = match wanted {
            FormatChoice::Fixed(format) => format,
            FormatChoice::Auto => automatic(values)?,
        };
        let (low, high) = (
            format.value(format.min_raw()),
            format.value(format.max_raw()),
        );
        if let Some(value) = values.iter().find(|value| !(low..=high).contains(*value)) {
            return Err(QuantizeError::Format {
                field: "format.weights",
                found: format,
                why: format!("the coefficient {value} is outside {low}..={high}"),
                would: automatic(values)?.to_string(),
            });
        }
        let raw: Vec<i64> = values
            .iter()
            .map(|&value| nearest(value, format).unwrap_or(0))
            .collect();
        let errors = raw
            .iter()
            .zip(values)
            .map(|(&raw, value)| (format.value(raw) - value).abs());
        let error = errors.fold(0.0, f64::max);
        Ok(Coefficients { format, raw, error })
    }

    /// Whether nothing is weighed at all.
    pub fn is_zero(&self) -> bool {
        self.raw.iter().all(|&raw| raw == 0)
    }
}

fn automatic(values: &[f64]) -> Result<Format, QuantizeError> {
    let fraction = (0..=FINEST_EXACT).find(|&fraction| {
        let scale = f64::from(fraction).exp2();
        values.iter().all(|value| (value * scale).fract() == 0.0)
    });
    let fraction = fraction.unwrap_or(NEAREST_FRACTION);
    let scale = f64::from(fraction).exp2();
    let words = || {
        values
            .iter()
            .map(|value| (value * scale).round_ties_even() as i128)
    };
    let (low, high) = (
        words().min().unwrap_or(0).min(0),
        words().max().unwrap_or(0).max(0),
    );
    Format::signed_holding(low, high, fraction).ok_or(QuantizeError::TooWide { of: "template" })
}
