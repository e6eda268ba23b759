//! Which candidate is taken.

use super::candidates::{Candidate, candidates};
use super::measure::{Measured, first_look, measure};
use super::plan::{Form, Kind, Plan};
use super::target::Target;
use super::{DEFAULT_BUDGET, Wish};
use crate::QuantizeError;

/// The error that is good enough where none is asked for, in units of the result: half a unit
/// more than rounding alone.
const DEFAULT_ERROR: f64 = 1.0;

/// The forms that are looked at in full where none is good enough.
const LIKELY: usize = 8;

/// The cheapest candidate that is good enough; else the most exact one.
pub fn choose(target: &Target<'_>, wish: &Wish) -> Result<Plan, QuantizeError> {
    let unit = target.output.unit();
    let bound = wish.error.map_or(DEFAULT_ERROR, |error| error / unit);
    let kinds = |kind: Kind| match wish.kind {
        Some(wanted) => kind == wanted,
        None => kind != Kind::Operations || wish.entries.is_none(),
    };
    let budget = wish.budget.unwrap_or(DEFAULT_BUDGET);
    let affordable = |candidate: &Candidate| match wish.entries {
        Some(entries) => candidate.entries == entries,
        None => candidate.cost.memory_bits <= budget,
    };
    let sloped = |candidate: &Candidate| wish.shifts.is_none() || candidate.shifts() == wish.shifts;
    let all = |bound: f64| {
        let mut all = candidates(target, kinds, bound);
        all.retain(|candidate| affordable(candidate) && sloped(candidate));
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
                three_digits_up(plan.figures().held_error)
            ),
        }),
        (None, _) => Err(nothing(target, wish)),
    }
}

/// A positive number in three digits, no smaller than it is.
fn three_digits_up(value: f64) -> f64 {
    let digit = 10f64.powi(value.log10().floor() as i32 - 2);
    let up = (value / digit).ceil() * digit;
    // Without the last bits of the product.
    format!("{up:.2e}").parse().unwrap_or(up).max(value)
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
            "a full or linear one (a half needs an odd function, or g(-x) = 1 - g(x), and formats \
             that hold both sides)"
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
pub fn proper(target: &Target<'_>, measured: &Measured) -> bool {
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
