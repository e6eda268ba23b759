//! Weights and biases as words, and what that costs.

use network::Hopfield;
use network::description::{FormatChoice, HopfieldFormat, ScaleChoice, ScaleWord, WeightCoding};
use program::{Coding, Format, Overflow, Rounding, rounding};

use super::levels::Levels;
use super::scale::{Part, Scale, largest};
use crate::QuantizeError;
use crate::real::rounded;

/// The widest weights that are looked at, in bits.
pub const WIDEST: u32 = 16;

/// How the weights of a network become words.
#[derive(Debug, Clone, PartialEq)]
pub struct Words {
    /// The format of a weight.
    pub format: Format,
    levels: Levels,
    /// One for all rows, or one for each.
    scales: Vec<Scaled>,
    rounding: Rounding,
    overflow: Overflow,
}

/// The scale of some rows.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Scaled {
    scale: Scale,
    /// Whether every weight and bias is whole, but for noise of the float numbers.
    whole: bool,
}

/// The rows that have one scale.
fn parts<'a>(network: &'a Hopfield, formats: &HopfieldFormat) -> Vec<Part<'a>> {
    if formats.per_row {
        Part::each(network).collect()
    } else {
        vec![Part::whole(network)]
    }
}

impl Words {
    /// Words that hold every weight and bias exactly, of the narrowest format, where there are
    /// any of the coding and scale that are asked for.
    pub fn exact(network: &Hopfield, formats: &HopfieldFormat) -> Option<Words> {
        if formats.clip.is_some() {
            return None;
        }
        // A bias enters the sum as it stands, with the fraction bits of the weights.
        let bias = match formats.bias {
            FormatChoice::Fixed(format) => Some(format.fraction()),
            FormatChoice::Auto => None,
        };
        let binary = formats.scale == Some(ScaleChoice::Word(ScaleWord::PowerOfTwo));
        let fractions = match bias {
            Some(fraction) => fraction..=fraction,
            None if binary && !formats.per_row => 0..=12,
            None => 0..=0,
        };
        let coding = formats.coding_of(formats.weights);
        fractions.into_iter().find_map(|fraction| {
            let scale = |part: Part<'_>| match formats.scale {
                None => Scale::exact(&part),
                Some(ScaleChoice::Factor(factor)) => Some(Scale::factor(factor)),
                Some(ScaleChoice::Word(ScaleWord::PowerOfTwo)) if formats.per_row => {
                    Scale::exact_binary(&part)
                }
                Some(ScaleChoice::Word(ScaleWord::PowerOfTwo)) => {
                    Some(Scale::factor(f64::from(fraction).exp2()))
                }
                Some(ScaleChoice::Word(ScaleWord::Largest | ScaleWord::Best)) => None,
            };
            let scales: Option<Vec<Scale>> =
                parts(network, formats).into_iter().map(scale).collect();
            Words::holding(network, formats, &scales?, coding, fraction)
        })
    }

    /// Words of the narrowest format in which all weights and biases at these scales are whole.
    fn holding(
        network: &Hopfield,
        formats: &HopfieldFormat,
        scales: &[Scale],
        coding: WeightCoding,
        fraction: i32,
    ) -> Option<Words> {
        let parts = parts(network, formats);
        let pairs = || parts.iter().zip(scales);
        let whole = pairs().all(|(part, scale)| part.numbers().all(|n| scale.is_whole(n)));
        if !whole {
            return None;
        }
        let raw = || {
            pairs().flat_map(|(part, scale)| {
                part.weights()
                    .map(|weight| rounded(scale.raw(weight), Rounding::HalfEven))
            })
        };
        let (low, high) = (raw().min().unwrap_or(0), raw().max().unwrap_or(0));
        let format = narrowest(coding, low, high, fraction)?;
        let levels = Levels::new(coding, format);
        if !raw().all(|raw| levels.hold(raw)) {
            return None;
        }
        let scaled = |&scale: &Scale| Scaled { scale, whole: true };
        Some(Words {
            format,
            levels,
            scales: scales.iter().map(scaled).collect(),
            rounding: formats.rounding,
            overflow: formats.overflow,
        })
    }

    /// Words of a given format, at the scale that is asked for.
    ///
    /// # Errors
    /// When the format does not suit the coding.
    pub fn fixed(
        network: &Hopfield,
        formats: &HopfieldFormat,
        format: Format,
    ) -> Result<Words, QuantizeError> {
        let coding = formats.coding_of(FormatChoice::Fixed(format));
        suits(coding, format)?;
        let levels = Levels::new(coding, format);
        let part = |part: Part<'_>| scaled(&part, formats, levels, format.fraction());
        Ok(Words {
            format,
            levels,
            scales: parts(network, formats).into_iter().map(part).collect(),
            rounding: formats.rounding,
            overflow: formats.overflow,
        })
    }

    /// The formats of weights that are looked at where none is fixed, narrowest first.
    pub fn formats(network: &Hopfield, formats: &HopfieldFormat) -> Vec<Format> {
        let fraction = match formats.bias {
            FormatChoice::Fixed(format) => format.fraction(),
            FormatChoice::Auto => 0,
        };
        let signed = |width: u32, fraction: i32| Format::signed(width, fraction).ok();
        match formats.coding_of(formats.weights) {
            WeightCoding::Bipolar => vec![Format::BIPOLAR],
            WeightCoding::Ternary => signed(2, fraction).into_iter().collect(),
            coding @ (WeightCoding::TwosComplement | WeightCoding::PowerOfTwo) => {
                let part = Part::whole(network);
                let widths = 2..=WIDEST;
                match formats.scale {
                    Some(ScaleChoice::Factor(factor)) => {
                        let end = largest(part.weights()) * factor;
                        let end = rounded(end, Rounding::HalfUp);
                        let format = narrowest(coding, -end, end, fraction);
                        format.into_iter().collect()
                    }
                    Some(ScaleChoice::Word(ScaleWord::PowerOfTwo))
                        if !formats.per_row && formats.bias == FormatChoice::Auto =>
                    {
                        let of = |width| {
                            let levels = Levels::new(coding, signed(width, 0)?);
                            let scale = Scale::binary_filling(&part, levels.largest());
                            signed(width, -scale.unit().log2() as i32)
                        };
                        widths.filter_map(of).collect()
                    }
                    _ => widths.filter_map(|width| signed(width, fraction)).collect(),
                }
            }
        }
    }

    /// Whether every weight and bias is exact.
    pub fn is_exact(&self) -> bool {
        self.scales.iter().all(|scaled| scaled.whole)
    }

    /// What a word of 1 stands for, in the weight's unit: for all rows, or for each.
    pub fn units(&self) -> Vec<f64> {
        self.scales.iter().map(|of| of.scale.unit()).collect()
    }

    fn scaled(&self, row: usize) -> Scaled {
        let found = match self.scales.as_slice() {
            [all] => Some(all),
            rows => rows.get(row),
        };
        found.copied().unwrap_or(Scaled {
            scale: Scale::factor(1.0),
            whole: false,
        })
    }

    /// How numbers of a row are rounded: whole ones to what they are, whatever the mode.
    fn rounding(&self, scaled: Scaled) -> Rounding {
        if scaled.whole {
            Rounding::HalfEven
        } else {
            self.rounding
        }
    }

    /// The word of a weight.
    ///
    /// # Errors
    /// When it does not fit and the overflow mode is `error`.
    pub fn weight(&self, row: usize, column: usize, weight: f64) -> Result<i64, QuantizeError> {
        let scaled = self.scaled(row);
        let raw = scaled.scale.raw(weight);
        let word = self.levels.word(raw, self.rounding(scaled), self.overflow);
        word.map_err(|over| QuantizeError::Format {
            field: "format.weights",
            found: self.format,
            why: format!(
                "the weight from unit {column} to unit {row} is {} raw units",
                over.value
            ),
            would: Format::signed_holding(
                -over.value.abs(),
                over.value.abs(),
                self.format.fraction(),
            )
            .map_or("a smaller scale".into(), |format| format.to_string()),
        })
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
        let raw = |(row, &bias): (usize, &f64)| {
            let scaled = self.scaled(row);
            rounded(scaled.scale.raw(bias), self.rounding(scaled))
        };
        let raw: Vec<i128> = network.bias.iter().enumerate().map(raw).collect();
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
    ///
    /// # Errors
    /// As [`Words::weight`].
    pub fn max_abs_error(
        &self,
        network: &Hopfield,
        bias: Option<&[i64]>,
    ) -> Result<f64, QuantizeError> {
        let mut most: f64 = 0.0;
        for row in 0..network.units() {
            let scaled = self.scaled(row);
            let distance = |number: f64, raw: i64| {
                let error = (scaled.scale.value(raw) - number).abs();
                // What double precision lost of a whole number, the word does not lose.
                let noise = if scaled.whole {
                    number.abs() * 1e-12
                } else {
                    0.0
                };
                if error <= noise { 0.0 } else { error }
            };
            for (column, weight) in network.weights.row(row) {
                most = most.max(distance(weight, self.weight(row, column, weight)?));
            }
            let raw = bias.and_then(|bias| bias.get(row)).copied().unwrap_or(0);
            let number = network.bias.get(row).copied().unwrap_or(0.0);
            most = most.max(distance(number, raw));
        }
        Ok(most)
    }
}

/// The scale of some rows whose words have a given format, with so many fraction bits.
fn scaled(part: &Part<'_>, formats: &HopfieldFormat, levels: Levels, fraction: i32) -> Scaled {
    let whole = |scale: Scale| {
        let fits = |weight| levels.hold(rounded(scale.raw(weight), Rounding::HalfEven));
        part.numbers().all(|number| scale.is_whole(number)) && part.weights().all(fits)
    };
    let (limit, manner) = (levels.largest(), (formats.rounding, formats.overflow));
    let scale = match (formats.clip, formats.scale) {
        (Some(deviations), _) => Scale::clipping(part, limit, deviations),
        (None, None) => match Scale::exact(part).filter(|&scale| whole(scale)) {
            Some(scale) => return Scaled { scale, whole: true },
            None if levels.are_all() => Scale::filling(part, limit),
            None => Scale::best(part, levels, manner),
        },
        (_, Some(ScaleChoice::Factor(factor))) => Scale::factor(factor),
        (_, Some(ScaleChoice::Word(word))) => match word {
            ScaleWord::Largest => Scale::filling(part, limit),
            ScaleWord::Best => Scale::best(part, levels, manner),
            ScaleWord::PowerOfTwo if formats.per_row => Scale::binary_filling(part, limit),
            ScaleWord::PowerOfTwo => Scale::factor(f64::from(fraction).exp2()),
        },
    };
    let whole = whole(scale);
    Scaled { scale, whole }
}

/// The narrowest format of a coding that holds these raw values.
fn narrowest(coding: WeightCoding, low: i128, high: i128, fraction: i32) -> Option<Format> {
    let width = Format::signed_holding(low, high, fraction)?.width();
    let width = match coding {
        WeightCoding::Bipolar => return Some(Format::BIPOLAR),
        WeightCoding::Ternary => 2,
        // The same powers on both sides.
        WeightCoding::PowerOfTwo => {
            let largest = low.unsigned_abs().max(high.unsigned_abs());
            (largest.max(1).ilog2() + 2).max(2)
        }
        // One bit holds only -1 and 0; two are the least that hold a weight of either sign.
        WeightCoding::TwosComplement => width.max(2),
    };
    Format::signed(width, fraction).ok()
}

fn suits(coding: WeightCoding, format: Format) -> Result<(), QuantizeError> {
    let signed = format.coding() == Coding::Signed;
    let (holds, why, would) = match coding {
        WeightCoding::Bipolar => (
            format == Format::BIPOLAR,
            "bipolar weights have one bit",
            "b1".to_owned(),
        ),
        WeightCoding::Ternary => (
            signed && format.width() == 2,
            "ternary weights have two bits",
            "s2f0".to_owned(),
        ),
        WeightCoding::TwosComplement | WeightCoding::PowerOfTwo => {
            let would = Format::signed(format.width().max(2), format.fraction());
            (
                signed && format.width() >= 2,
                "weights are of either sign",
                would.map_or("s8f0".into(), |format| format.to_string()),
            )
        }
    };
    if holds {
        return Ok(());
    }
    Err(QuantizeError::Format {
        field: "format.weights",
        found: format,
        why: why.into(),
        would,
    })
}
