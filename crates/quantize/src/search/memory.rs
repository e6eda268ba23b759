//! The words of a Hopfield memory: widths of the weights, and where they are clipped.

use std::collections::BTreeMap;

use network::Hopfield;
use network::description::{FormatChoice, HopfieldFormat};
use program::Format;

use super::trials::Trials;
use super::{Subject, Wish};
use crate::hopfield::{Words, finish};
use crate::{QuantizeError, Quantized};

/// The widest weights that are looked at.
const WIDEST: u32 = 16;

/// Clipping bounds in standard deviations of the weights. Beyond four almost nothing is clipped.
const CLIPS: [f64; 5] = [1.5, 2.0, 2.5, 3.0, 4.0];

/// Words to look at.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Candidate {
    /// Words that hold every weight exactly.
    Exact(Words),
    /// Words of a format, filled by so many standard deviations or by the largest weight.
    Rounded {
        /// The format.
        format: Format,
        /// The standard deviations.
        clip: Option<f64>,
    },
}

/// A memory, and what it is tried on.
pub struct Memory<'a> {
    network: &'a Hopfield,
    formats: &'a HopfieldFormat,
    trials: Trials,
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
}

impl Subject for Memory<'_> {
    type Candidate = Candidate;

    /// Exact words, where there are some, and every narrower width; else every width.
    fn candidates(&self) -> Result<Vec<Candidate>, QuantizeError> {
        // A bias enters the sum as it stands, with the fraction bits of the weights.
        let fraction = match self.formats.bias {
            FormatChoice::Fixed(format) => format.fraction(),
            FormatChoice::Auto => 0,
        };
        let exact = Words::exact(self.network, fraction);
        let widest = exact.map_or(WIDEST, |words| (words.format.width() - 1).min(WIDEST));
        let clips = || CLIPS.into_iter().map(Some).chain([None]);
        let rounded = (2..=widest)
            .filter_map(|width| Format::signed(width, fraction).ok())
            .flat_map(|format| clips().map(move |clip| Candidate::Rounded { format, clip }));
        Ok(rounded.chain(exact.map(Candidate::Exact)).collect())
    }

    fn quantize(&self, candidate: &Candidate) -> Result<Quantized, QuantizeError> {
        let words = match *candidate {
            Candidate::Exact(words) => words,
            Candidate::Rounded { format, clip } => {
                Words::fixed(self.network, format, self.formats.rounding, clip)?
            }
        };
        finish(self.network, self.formats, &words)
    }

    fn fields(&self, candidate: &Candidate) -> BTreeMap<&'static str, String> {
        let (format, clip) = match candidate {
            Candidate::Exact(words) => (words.format, &None),
            Candidate::Rounded { format, clip } => (*format, clip),
        };
        let clip = clip.map(|clip| ("clip", format!("{clip:?}")));
        let weights = ("weights", format!("\"{format}\""));
        [weights].into_iter().chain(clip).collect()
    }

    fn float(&self) -> f64 {
        self.trials.float()
    }

    fn judge(&self, quantized: &Quantized) -> Result<(f64, f64), QuantizeError> {
        self.trials.judge(quantized)
    }
}
