//! Activation functions in words: tables and straight pieces made of [`network::Activation`].
//!
//! [`plan`] chooses the cheapest way to compute a function of a word, for a wanted largest error:
//!
//! - **operations**: hard forms (identity, clamp, hard sigmoid, ReLU, leaky ReLU, sign, step) need
//!   no table; a slope that is a power of two costs no multiplier either;
//! - **full**: an entry for every argument, or for every argument saturated to a narrower range
//!   and cut off to fewer fraction bits;
//! - **half**: the same for magnitudes, where results can be mirrored: odd functions, and those with
//!   `g(-x) = 1 - g(x)`;
//! - **linear**: segments of equal length, a power of two, each with an offset and a slope. Slopes
//!   are free, or powers of two, which need no multiplier.
//!
//! **Cost** is [`crate::search::Cost`]: one for each bit of a table, for each bit of an adder,
//! comparison or selection, and for each one-bit product of a multiplier. It says which of two ways
//! is smaller, not how many look-up tables either takes.
//!
//! **Errors** are found over every word of the argument, never sampled. That against the real
//! function is reported; candidates are judged by the error against the real function brought
//! within the result's format, since no table can do anything about the rest. Rounding alone loses
//! half a unit of the result; the default asks for one unit.
//!
//! **Properties** are checked over every word too, and a way that lacks them is no candidate:
//! results never go back where the function does not (the energy of a continuous network needs it),
//! and results of an odd function are odd for all but the most negative word, which has no negative.
//! So that the largest result has one, an odd function never gives the most negative word.

mod address;
mod candidates;
mod choose;
mod entries;
mod fit;
mod linear;
mod measure;
mod nodes;
mod operations;
mod plan;
mod shift;
mod target;
#[cfg(test)]
mod tests;

use network::Activation;
use network::description::{ActivationTable, SlopeWord, TableWord};
use program::{Coding, Format};

pub use plan::{Figures, Kind, Plan};

use crate::QuantizeError;
use choose::choose;
use target::Target;

/// The widest argument: its words are all looked at.
pub const MAX_INPUT_BITS: u32 = 24;
/// The widest result: real numbers tell its units apart.
pub const MAX_OUTPUT_BITS: u32 = 32;
/// The most bits of tables, where none are asked for.
pub const DEFAULT_BUDGET: u64 = 1 << 16;

/// What is wanted of a function in words; what is left out is chosen.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Wish {
    /// The kind.
    pub kind: Option<Kind>,
    /// The number of entries or segments, a power of two.
    pub entries: Option<usize>,
    /// Straight pieces, with slopes that are powers of two (`true`) or free.
    pub shifts: Option<bool>,
    /// The largest error within the bounds of the result's format, as a real number.
    pub error: Option<f64>,
    /// The most bits of tables; [`DEFAULT_BUDGET`] where `None`.
    pub budget: Option<u64>,
}

impl From<&ActivationTable> for Wish {
    fn from(described: &ActivationTable) -> Wish {
        Wish {
            kind: described.kind.map(Kind::from),
            entries: described.entries,
            shifts: described.slopes.map(|word| word == SlopeWord::PowersOfTwo),
            error: described.error,
            budget: None,
        }
    }
}

impl From<TableWord> for Kind {
    fn from(word: TableWord) -> Kind {
        match word {
            TableWord::Full => Kind::Full,
            TableWord::Half => Kind::Half,
            TableWord::Linear => Kind::Linear,
        }
    }
}

/// The cheapest way to compute an activation function of a word of the format `input` as a word of
/// the format `output`, with the error that is wished for. Where no error is wished for and none
/// within the budget of table bits is as good as the default, it is the most exact one within the
/// budget.
///
/// # Errors
/// When a format cannot be used, or nothing fulfils the wish.
pub fn plan(
    activation: &Activation,
    input: Format,
    output: Format,
    wish: &Wish,
) -> Result<Plan, QuantizeError> {
    check(input, output)?;
    let target = Target::new(activation, input, output);
    choose(&target, wish)
}

/// The best of each kind that there is for a wish, in the order of [`Kind`]; straight pieces with
/// free slopes, then with powers of two.
///
/// # Errors
/// When a format cannot be used.
pub fn alternatives(
    activation: &Activation,
    input: Format,
    output: Format,
    wish: &Wish,
) -> Result<Vec<Plan>, QuantizeError> {
    check(input, output)?;
    let target = Target::new(activation, input, output);
    let kinds = [
        (Kind::Operations, None),
        (Kind::Full, None),
        (Kind::Half, None),
        (Kind::Linear, Some(false)),
        (Kind::Linear, Some(true)),
    ];
    let of = |(kind, shifts)| {
        let wish = Wish {
            kind: Some(kind),
            shifts,
            ..*wish
        };
        choose(&target, &wish).ok()
    };
    Ok(kinds.into_iter().filter_map(of).collect())
}

fn check(input: Format, output: Format) -> Result<(), QuantizeError> {
    let refuse = |why: String, would: &str| {
        Err(QuantizeError::Activation {
            why,
            would: would.to_owned(),
        })
    };
    if input.coding() == Coding::Bipolar {
        return refuse(
            "an argument of one bit".into(),
            "a signed or unsigned format",
        );
    }
    if input.width() > MAX_INPUT_BITS {
        return refuse(
            format!("an argument of {input}, which has too many words to look at each"),
            "a format of at most 24 bits: round and saturate the argument first",
        );
    }
    if output.width() > MAX_OUTPUT_BITS {
        return refuse(
            format!("a result of {output}"),
            "a format of at most 32 bits",
        );
    }
    Ok(())
}
