//! Weights and coefficients as words.

use network::description::FormatChoice;
use program::rounding::fit;
use program::{Coding, Format, Overflow, Rounding};

use crate::QuantizeError;
use crate::real::rounded;

/// The most fraction bits that are looked at for exact coefficients.
const FINEST_EXACT: i32 = 12;

/// Significant bits of the largest coefficient, and fraction bits at least, where coefficients
/// are not exact in binary.
const NEAREST: i32 = 8;

/// The most fraction bits at all.
const FINEST: i32 = 24;

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

/// How numbers become words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Manner {
    /// The key of the description that gives the format.
    pub field: &'static str,
    /// How they are rounded.
    pub rounding: Rounding,
    /// What happens to numbers beyond the format.
    pub overflow: Overflow,
}

impl Default for Manner {
    /// Weights, rounded to the nearest, refused beyond their format.
    fn default() -> Manner {
        Manner {
            field: "format.weights",
            rounding: Rounding::HalfEven,
            overflow: Overflow::Error,
        }
    }
}

impl Coefficients {
    /// The words of `values` in the manner that is usual: as [`Coefficients::by`].
    ///
    /// # Errors
    /// When the fixed format is not signed, or a coefficient lies outside it.
    pub fn new(
        values: &[f64],
        wanted: FormatChoice,
        template: &[f64],
    ) -> Result<Coefficients, QuantizeError> {
        Coefficients::by(Manner::default(), values, wanted, template)
    }

    /// The words of `values`: in a fixed format, or exact with the fewest bits, or with eight
    /// fraction bits (more where all are small) where no twelve make them exact. A fixed format
    /// is that of all numbers of the `template`.
    ///
    /// # Errors
    /// When the fixed format is not signed, or a coefficient lies outside it and is not to
    /// saturate or wrap.
    pub fn by(
        manner: Manner,
        values: &[f64],
        wanted: FormatChoice,
        template: &[f64],
    ) -> Result<Coefficients, QuantizeError> {
        let format = match wanted {
            FormatChoice::Fixed(format) => format,
            FormatChoice::Auto => automatic(values, NEAREST, manner.rounding)?,
        };
        let refused = |why: String| QuantizeError::Format {
            field: manner.field,
            found: format,
            why,
            would: automatic(template, NEAREST, manner.rounding)
                .map_or("smaller numbers".into(), |it| it.to_string()),
        };
        if format.coding() != Coding::Signed {
            return Err(refused("weights are of either sign".into()));
        }
        let word = |&value: &f64| {
            let raw = scaled(value, format.fraction(), manner.rounding);
            fit(raw, format, manner.overflow).map_err(|_| {
                let (low, high) = (
                    format.value(format.min_raw()),
                    format.value(format.max_raw()),
                );
                refused(format!("the coefficient {value} is outside {low}..={high}"))
            })
        };
        let raw: Vec<i64> = values.iter().map(word).collect::<Result<_, _>>()?;
        let errors = raw.iter().zip(values);
        let errors = errors.map(|(&raw, value)| (format.value(raw) - value).abs());
        let error = errors.fold(0.0, f64::max);
        Ok(Coefficients { format, raw, error })
    }

    /// The words of `values`, exact where twelve fraction bits are enough for that, else with so
    /// many significant bits of the largest.
    ///
    /// # Errors
    /// When one needs more than 64 bits.
    pub fn with_bits(values: &[f64], significant: i32) -> Result<Coefficients, QuantizeError> {
        let format = automatic(values, significant, Rounding::HalfEven)?;
        Coefficients::with_fraction(values, format.fraction())
    }

    /// The words of `values`, rounded to the nearest, with so many fraction bits.
    ///
    /// # Errors
    /// When one needs more than 64 bits.
    pub fn with_fraction(values: &[f64], fraction: i32) -> Result<Coefficients, QuantizeError> {
        let words = || {
            let nearest = |&value: &f64| scaled(value, fraction, Rounding::HalfEven);
            values.iter().map(nearest)
        };
        let (low, high) = (words().min().unwrap_or(0), words().max().unwrap_or(0));
        let format = Format::signed_holding(low.min(0), high.max(0), fraction);
        let format = format.ok_or(QuantizeError::TooWide { of: "a weight" })?;
        Coefficients::new(values, FormatChoice::Fixed(format), values)
    }

    /// What a word stands for; 0 where there is none.
    pub fn value(&self, place: usize) -> f64 {
        let raw = self.raw.get(place);
        raw.map_or(0.0, |&raw| self.format.value(raw))
    }

    /// Whether nothing is weighed at all.
    pub fn is_zero(&self) -> bool {
        self.raw.iter().all(|&raw| raw == 0)
    }
}

fn scaled(value: f64, fraction: i32, rounding: Rounding) -> i128 {
    rounded(value * f64::from(fraction).exp2(), rounding)
}

fn automatic(
    values: &[f64],
    significant: i32,
    rounding: Rounding,
) -> Result<Format, QuantizeError> {
    let exact = (0..=FINEST_EXACT).find(|&fraction| {
        let scale = f64::from(fraction).exp2();
        values.iter().all(|value| (value * scale).fract() == 0.0)
    });
    let fraction = exact.unwrap_or_else(|| {
        let largest = values
            .iter()
            .fold(0.0, |most: f64, value| most.max(value.abs()));
        (significant - 1 - largest.log2().floor() as i32).clamp(significant, FINEST)
    });
    let words = || {
        values
            .iter()
            .map(|&value| scaled(value, fraction, rounding))
    };
    let low = words().min().unwrap_or(0).min(0);
    let high = words().max().unwrap_or(0).max(0);
    Format::signed_holding(low, high, fraction).ok_or(QuantizeError::TooWide { of: "a weight" })
}
