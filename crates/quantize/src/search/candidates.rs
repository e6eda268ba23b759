//! What a search looks at.

use network::Hopfield;
use program::Format;

use crate::hopfield::Words;

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

/// The candidates for a network whose weights have so many fraction bits: exact words, where there
/// are some, and every narrower width; else every width.
pub fn candidates(network: &Hopfield, fraction: i32) -> Vec<Candidate> {
    let exact = Words::exact(network, fraction);
    let widest = exact.map_or(WIDEST, |words| (words.format.width() - 1).min(WIDEST));
    let clips = || CLIPS.into_iter().map(Some).chain([None]);
    let rounded = (2..=widest)
        .filter_map(|width| Format::signed(width, fraction).ok())
        .flat_map(|format| clips().map(move |clip| Candidate::Rounded { format, clip }));
    rounded.chain(exact.map(Candidate::Exact)).collect()
}
