//! The words of a Hopfield memory: widths of the weights, and where they are clipped.

use std::collections::BTreeMap;

use network::Hopfield;
use network::description::{FormatChoice, HopfieldFormat, ScaleChoice, ScaleWord, WeightCoding};
use network::hopfield::Storage;
use program::{Format, Overflow};

use super::trials::Trials;
use super::{Subject, Wish};
use crate::hopfield::{WIDEST, Words, lost, quantize};
use crate::{Options, QuantizeError, Quantized};

/// Clipping bounds in standard deviations of the weights. Beyond four almost nothing is clipped.
const CLIPS: [f64; 5] = [1.5, 2.0, 2.5, 3.0, 4.0];

/// The widest powers of two that are looked at: seven powers of either sign.
const WIDEST_POWERS: u32 = 8;

/// A memory, and what it is tried on.
pub struct Memory<'a> {
    network: &'a Hopfield,
    formats: &'a HopfieldFormat,
    trials: Trials<'a>,
}

impl<'a> Memory<'a> {
    /// Runs the network in real numbers on its trials.
    ///
    /// # Errors
    /// When there is nothing to keep.
    pub fn new(
        network: &'a Hopfield,
        formats: &'a HopfieldFormat,
        wish: &Wish,
    ) -> Result<Memory<'a>, QuantizeError> {
        Ok(Memory {
            network,
            formats,
            trials: Trials::new(network, wish)?,
        })
    }

    /// The codings that are looked at.
    fn codings(&self) -> Vec<WeightCoding> {
        match (self.formats.coding, self.formats.weights) {
            (Some(coding), _) => vec![coding],
            (None, FormatChoice::Fixed(_)) => vec![self.formats.coding_of(self.formats.weights)],
            (None, FormatChoice::Auto) => {
                let free = self.network.storage == Storage::Rom;
                let powers = free.then_some(WeightCoding::PowerOfTwo);
                let codings = [
                    WeightCoding::TwosComplement,
                    WeightCoding::Bipolar,
                    WeightCoding::Ternary,
                ];
                let mut codings: Vec<WeightCoding> = codings.into_iter().chain(powers).collect();
                if self.formats.overflow == Overflow::Wrap {
                    codings.truncate(1);
                }
                codings
            }
        }
    }

    /// Formats of weights of a coding, every one with less than `below` bits.
    fn widths(&self, formats: &HopfieldFormat, below: u32) -> Vec<Format> {
        if let FormatChoice::Fixed(format) = self.formats.weights {
            return vec![format];
        }
        let powers = formats.coding == Some(WeightCoding::PowerOfTwo);
        let widest = if powers { WIDEST_POWERS } else { WIDEST };
        let mut all = Words::formats(self.network, formats);
        // Powers of two bits are the ternary words.
        let least = if powers { 3 } else { 1 };
        all.retain(|format| (least..below.min(widest + 1)).contains(&format.width()));
        all
    }

    /// Scales, and clipping bounds in their place.
    fn scales(&self, coding: WeightCoding) -> Vec<(Option<ScaleChoice>, Option<f64>)> {
        let formats = self.formats;
        if formats.scale.is_some() || formats.clip.is_some() {
            return vec![(formats.scale, formats.clip)];
        }
        let best = (Some(ScaleChoice::Word(ScaleWord::Best)), None);
        let largest = (Some(ScaleChoice::Word(ScaleWord::Largest)), None);
        let clips = || CLIPS.into_iter().map(|clip| (None, Some(clip)));
        match coding {
            WeightCoding::Bipolar => vec![best],
            WeightCoding::PowerOfTwo => vec![best, largest],
            WeightCoding::Ternary => clips().chain([best]).collect(),
            WeightCoding::TwosComplement => clips().chain([best, largest]).collect(),
        }
    }
}

impl Subject for Memory<'_> {
    type Candidate = HopfieldFormat;

    /// Of every coding, with one scale and with one for each row: exact words, where there are
    /// some, and every narrower width at several scales; else every width.
    fn candidates(&self) -> Result<Vec<HopfieldFormat>, QuantizeError> {
        let mut all = vec![];
        for coding in self.codings() {
            let rows: &[bool] = if self.formats.per_row {
                &[true]
            } else {
                &[false, true]
            };
            for &per_row in rows {
                let formats = HopfieldFormat {
                    coding: Some(coding),
                    per_row,
                    ..self.formats.clone()
                };
                let exact = match self.formats.weights {
                    FormatChoice::Auto => Words::exact(self.network, &formats),
                    FormatChoice::Fixed(_) => None,
                };
                let below = exact
                    .as_ref()
                    .map_or(u32::MAX, |words| words.format.width());
                for (scale, clip) in self.scales(coding) {
                    let formats = HopfieldFormat {
                        scale,
                        clip,
                        ..formats.clone()
                    };
                    let widths = self.widths(&formats, below).into_iter();
                    all.extend(widths.map(|format| HopfieldFormat {
                        weights: FormatChoice::Fixed(format),
                        ..formats.clone()
                    }));
                }
                all.extend(exact.map(|words| HopfieldFormat {
                    weights: FormatChoice::Fixed(words.format),
                    ..formats
                }));
            }
        }
        Ok(all)
    }

    fn quantize(&self, candidate: &HopfieldFormat) -> Result<Quantized, QuantizeError> {
        quantize(self.network, candidate, &Options::default())
    }

    fn fields(&self, candidate: &HopfieldFormat) -> BTreeMap<&'static str, String> {
        let mut fields = BTreeMap::new();
        if let FormatChoice::Fixed(format) = candidate.weights {
            fields.insert("weights", format!("\"{format}\""));
        }
        let coding = candidate.coding_of(candidate.weights);
        let default = HopfieldFormat {
            coding: None,
            ..candidate.clone()
        };
        if coding != default.coding_of(candidate.weights) {
            fields.insert("coding", format!("\"{}\"", coding.word()));
        }
        if let Some(scale) = candidate.scale {
            fields.insert("scale", scale.text());
        }
        if let Some(clip) = candidate.clip {
            fields.insert("clip", format!("{clip:?}"));
        }
        if candidate.per_row {
            fields.insert("per_row", "true".into());
        }
        fields
    }

    fn lost(&self, quantized: &Quantized) -> Vec<&'static str> {
        lost(self.network, &quantized.program)
    }

    fn float(&self) -> f64 {
        self.trials.float()
    }

    fn judge(&self, quantized: &Quantized) -> Result<(f64, f64), QuantizeError> {
        self.trials.judge(quantized)
    }
}
