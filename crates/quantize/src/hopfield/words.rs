//! Weights and biases as words, and what that costs.

use network::Hopfield;
use network::description::{FormatChoice, HopfieldFormat};
use program::{Coding, Format, Overflow, Rounding, rounding};

use super::scale::{Scale, numbers, weights};
use crate::QuantizeError;
use crate::real::rounded;

/// How the weights of a network become words.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Words {
    /// The format of a weight.
    pub format: Format,
    /// From weights to raw units.
    pub scale: Scale,
    /// How weights and biases are rounded.
    rounding: Rounding,
    /// Whether every weight and bias is exact.
    pub exact: bool,
}

impl Words {
    /// Exact words of the narrowest format with so many fraction bits, where there are any.
    pub fn exact(network: &Hopfield, fraction: i32) -> Option<Words> {
        let scale = Scale::exact(network)?;
        let raw = || weights(network).map(|weight| rounded(scale.raw(weight), Rounding::HalfEven));
        let low = raw().min().unwrap_or(0);
        let high = raw().max().unwrap_or(0);
        let format = Format::signed_holding(low, high, fraction)?;
        // One bit holds only -1 and 0; two are the least that hold a weight of either sign.
        let format = Format::signed(format.width().max(2), fraction).ok()?;
        Some(Words {
            format,
            scale,
            // The words are whole but for noise of the float numbers, whatever the mode.
            rounding: Rounding::HalfEven,
            exact: true,
        })
    }

    /// Words of a given format: with `clip`, such that so many standard deviations fill it; else
    /// exact where they fit, and where they do not such that the largest weight fills it.
    ///
    /// # Errors
    /// When the format cannot hold weights of either sign.
    pub fn fixed(
        network: &Hopfield,
        format: Format,
        rounding: Rounding,
        clip: Option<f64>,
    ) -> Result<Words, QuantizeError> {
        if format.coding() != Coding::Signed || format.width() < 2 {
            let would = Format::signed(format.width().max(2), format.fraction());
            return Err(QuantizeError::Format {
                field: "format.weights",
                found: format,
                why: "weights are of either sign".into(),
                would: would.map_or("s8f0".into(), |format| format.to_string()),
            });
        }
        if let Some(deviations) = clip {
            return Ok(Words {
                format,
                scale: Scale::clipping(network, format.max_raw(), deviations),
                rounding,
                exact: false,
            });
        }
        let exact = Words::exact(network, format.fraction());
        if let Some(words) = exact.filter(|words| words.format.width() <= format.width()) {
            return Ok(Words { format, ..words });
        }
        Ok(Words {
            format,
            scale: Scale::filling(network, format.max_raw()),
            rounding,
            exact: false,
        })
    }

    /// The word of a weight.
    pub fn weight(&self, weight: f64) -> i64 {
        let raw = rounded(self.scale.raw(weight), self.rounding);
        rounding::fit(raw, self.format, Overflow::Saturate).unwrap_or(0)
    }

    /// The words of the biases and their format; `None` where all are zero.
    ///
    /// # Errors
    /// When a bias does not fit and the overflow mode is `error`, or the format that was asked
    /// for has not the fraction bits of the weights, which the sum needs.
    pub fn bias(
        &self,
        network: &Hopfield,
        formats: &HopfieldFormat,
    ) -> Result<Option<(Format, Vec<i64>)>, QuantizeError> {
        let fraction = self.format.fraction();
        let raw: Vec<i128> = network
            .bias
            .iter()
            .map(|&bias| rounded(self.scale.raw(bias), self.rounding))
            .collect();
        let low = raw.iter().copied().min().unwrap_or(0);
        let high = raw.iter().copied().max().unwrap_or(0);
        if (low, high) == (0, 0) {
            return Ok(None);
        }
        let holding = Format::signed_holding(low, high, fraction);
        let holding = holding.ok_or(QuantizeError::TooWide { of: "the biases" });
        let format = match formats.bias {
            FormatChoice::Auto => holding.clone()?,
            FormatChoice::Fixed(format) => format,
        };
        let refused = |why: String| QuantizeError::Format {
            field: "format.bias",
            found: format,
            why,
            would: holding
                .as_ref()
                .map_or("narrower weights".into(), ToString::to_string),
        };
        if format.fraction() != fraction || format.coding() != Coding::Signed {
            let weights = self.format;
            return Err(refused(format!(
                "a bias is signed and has the {fraction} fraction bits of the weights, {weights}"
            )));
        }
        let word = |(unit, raw): (usize, i128)| {
            rounding::fit(raw, format, formats.overflow)
                .map_err(|_| refused(format!("the bias of unit {unit} is {raw} raw units")))
        };
        let words: Result<Vec<i64>, QuantizeError> =
            raw.into_iter().enumerate().map(word).collect();
        Ok(Some((format, words?)))
    }

    /// The largest distance between a weight or bias and what its word stands for.
    pub fn max_abs_error(&self, network: &Hopfield, bias: Option<&[i64]>) -> f64 {
        if self.exact && bias.is_none() {
            return 0.0;
        }
        let distance = |number: f64, raw: i64| (self.scale.value(raw) - number).abs();
        let of_weights = weights(network).map(|weight| distance(weight, self.weight(weight)));
        let of_biases = network.bias.iter().enumerate().map(|(unit, &number)| {
            let raw = bias.and_then(|bias| bias.get(unit)).copied().unwrap_or(0);
            distance(number, raw)
        });
        let largest = of_weights.chain(of_biases).fold(0.0, f64::max);
        let noise = numbers(network).fold(0.0, |most: f64, number| most.max(number.abs())) * 1e-12;
        if self.exact && largest <= noise {
            // What is left is what double precision lost, not what the words lose.
            return 0.0;
        }
        largest
    }
}
