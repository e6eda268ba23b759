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
mod entries;
mod fit;
mod linear;
mod measure;
mod nodes;
mod operations;
mod plan;
mod target;

use network::Activation;
use network::description::{ActivationTable, TableWord};
use program::{Coding, Format};

pub use plan::{Figures, Kind, Plan};

use crate::QuantizeError;
use candidates::{Candidate, candidates};
use measure::{Measured, first_look, measure};
use plan::Form;
use target::Target;

/// The widest argument: its words are all looked at.
pub const MAX_INPUT_BITS: u32 = 24;
/// The widest result: real numbers tell its units apart.
pub const MAX_OUTPUT_BITS: u32 = 32;
/// The most bits of tables, where none are asked for.
pub const DEFAULT_BUDGET: u64 = 1 << 16;

/// The error that is good enough where none is asked for, in units of the result: half a unit
/// more than rounding alone.
const DEFAULT_ERROR: f64 = 1.0;

/// The forms that are looked at in full where none is good enough.
const LIKELY: usize = 8;

/// What is wanted of a function in words; what is left out is chosen.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Wish {
    /// The kind.
    pub kind: Option<Kind>,
    /// The number of entries or segments, a power of two.
    pub entries: Option<usize>,
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

/// The best of each kind that there is for a wish, in the order of [`Kind`].
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
    let kinds = [Kind::Operations, Kind::Full, Kind::Half, Kind::Linear];
    let of = |kind| {
        let wish = Wish {
            kind: Some(kind),
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

/// The cheapest candidate that is good enough; else the most exact one.
fn choose(target: &Target<'_>, wish: &Wish) -> Result<Plan, QuantizeError> {
    let unit = target.output.unit();
    let bound = wish.error.map_or(DEFAULT_ERROR, |error| error / unit);
    let kinds = |kind: Kind| match (wish.kind, wish.entries) {
        (Some(wanted), _) => kind == wanted,
        (None, Some(_)) => kind != Kind::Operations,
        (None, None) => true,
    };
    let budget = wish.budget.unwrap_or(DEFAULT_BUDGET);
    let affordable = |candidate: &Candidate| match wish.entries {
        Some(entries) => candidate.entries == entries,
        None => candidate.cost.memory_bits <= budget,
    };
    let all = |bound: f64| {
        let mut all = candidates(target, kinds, bound);
        all.retain(affordable);
        all
    };
    if let Some(plan) = cheapest(target, &all(bound), bound) {
        return Ok(plan);
    }
    let best = most_exact(target, &all(f64::INFINITY));
    match (best, wish.error) {
        (Some(plan), None) => Ok(plan),
        (Some(plan), Some(wanted)) => Err(QuantizeError::Activation {
            why: format!(
                "nothing has an error of at most {wanted} in {}",
                target.output
            ),
            would: format!(
                "an error of {}, or a result with more fraction bits",
                plan.figures().held_error
            ),
        }),
        (None, _) => Err(nothing(target, wish)),
    }
}

/// Why there is no candidate at all.
fn nothing(target: &Target<'_>, wish: &Wish) -> QuantizeError {
    let (input, output) = (target.input, target.output);
    let (why, would) = match (wish.kind, wish.entries) {
        (Some(Kind::Half), _) if target.twice_centre.is_none() => (
            format!(
                "{} from {input} to {output} has no half table",
                target.activation
            ),
            "a full or linear one; halves need an odd function, or 1 - g(x) = g(-x), and formats \
             that hold both sides"
                .to_owned(),
        ),
        (Some(Kind::Operations), _) => (
            format!("{} needs a table", target.activation),
            "a full, half or linear one".to_owned(),
        ),
        (_, Some(entries)) => (
            format!(
                "{} from {input} to {output} has no such table of {entries} entries",
                target.activation
            ),
            "a smaller or larger power of two, or another kind".to_owned(),
        ),
        _ => (
            format!(
                "{} from {input} to {output} has no table within {} bits",
                target.activation,
                wish.budget.unwrap_or(DEFAULT_BUDGET)
            ),
            "a larger budget, or fewer bits of argument and result".to_owned(),
        ),
    };
    QuantizeError::Activation { why, would }
}

/// Whether a form has the properties that the function has.
fn proper(target: &Target<'_>, measured: &Measured) -> bool {
    (target.direction.is_none() || measured.monotone) && (!target.is_odd() || measured.symmetric)
}

fn cheapest(target: &Target<'_>, candidates: &[Candidate], bound: f64) -> Option<Plan> {
    let mut best: Option<Plan> = None;
    for candidate in candidates {
        let total = |plan: &Plan| plan.figures().cost.total();
        if best
            .as_ref()
            .is_some_and(|best| total(best) <= candidate.cost.total())
        {
            break;
        }
        for form in candidate.make(target) {
            let dearer = best
                .as_ref()
                .is_some_and(|best| total(best) <= form.cost().total());
            if dearer || first_look(&form, target, bound) > bound {
                continue;
            }
            let measured = measure(&form, target);
            if measured.held.error <= bound && proper(target, &measured) {
                best = Some(Plan::new(form, target, measured));
            }
        }
    }
    best
}

/// The candidate of the smallest error, among those that a first look finds best; the cheapest of
/// equal ones.
fn most_exact(target: &Target<'_>, candidates: &[Candidate]) -> Option<Plan> {
    let mut likely: Vec<(f64, Form)> = vec![];
    for form in candidates
        .iter()
        .flat_map(|candidate| candidate.make(target))
    {
        let full = likely.len() == LIKELY;
        let worst = likely.last().filter(|_| full);
        let bound = worst.map_or(f64::INFINITY, |(error, _)| *error);
        let error = first_look(&form, target, bound);
        if !full || error < bound {
            let place = likely.partition_point(|(other, _)| *other <= error);
            likely.insert(place, (error, form));
            likely.truncate(LIKELY);
        }
    }
    let measured = likely.into_iter().map(|(_, form)| {
        let measured = measure(&form, target);
        (form, measured)
    });
    let proper = measured.filter(|(_, measured)| proper(target, measured));
    let best = proper.min_by(|(_, a), (_, b)| a.held.error.total_cmp(&b.held.error));
    best.map(|(form, measured)| Plan::new(form, target, measured))
}
