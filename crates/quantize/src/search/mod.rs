//! The search for the cheapest words that keep what a user wants kept.
//!
//! Every candidate is lowered to its program, which is run and costed; what it loses against the
//! network in real numbers and what it costs make a point, and the points that no other beats in
//! both make the Pareto front.

mod candidates;
mod cost;
mod trials;

use network::Hopfield;
use network::description::{FormatChoice, HopfieldFormat};
use program::{Format, Program};
use rayon::prelude::*;
use serde::Serialize;

pub use cost::Cost;
pub use trials::{NEAR, Trials};

use crate::hopfield::{Words, finish};
use crate::{QuantizeError, Quantized};
use candidates::{Candidate, candidates};

/// What is to be kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Keep {
    /// The share of noisy patterns that are recalled, with an overlap of [`NEAR`] or more.
    Recall,
    /// The stored patterns that are fixed points.
    Stability,
    /// The weights themselves: the loss is the largest error of a weight, in the weight's unit.
    Weights,
}

/// What a search looks for.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Wish {
    /// What is to be kept.
    pub keep: Keep,
    /// How much of it may be lost: a share of the trials or patterns, or an error.
    pub tolerance: f64,
    /// The share of units that is flipped in a trial.
    pub noise: f64,
    /// How many trials.
    pub trials: usize,
    /// The seed of their noise.
    pub seed: u64,
    /// The most look-up tables that the hardware may take; any number where `None`.
    pub budget_lut: Option<u64>,
}

/// A candidate, what it costs, and what it loses.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Point {
    /// The format of the weights.
    pub weights: Format,
    /// The standard deviations of the weights that fill the format, larger ones being brought to
    /// that bound; `None` where the largest weight does, or all are exact.
    pub clip: Option<f64>,
    /// Whether every weight is exact.
    pub exact: bool,
    /// The format of the sums.
    pub accumulator: Format,
    /// What it costs.
    pub cost: Cost,
    /// Look-up tables of the hardware, estimated; where there is a budget for them.
    pub lut: Option<u64>,
    /// What it keeps: the share of trials recalled, or of patterns that stay fixed points.
    pub kept: f64,
    /// What it loses against the network in real numbers, 0 or more.
    pub error: f64,
    /// Whether no other point is cheaper and loses no more.
    pub on_front: bool,
    /// Whether it is the answer.
    pub chosen: bool,
}

/// What a search found.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Exploration {
    /// What was looked for.
    pub wish: Wish,
    /// What the network in real numbers keeps.
    pub float: f64,
    /// Every point, the cheapest first.
    pub points: Vec<Point>,
}

impl Exploration {
    /// The answer; `None` where no point is within the wish.
    pub fn chosen(&self) -> Option<&Point> {
        self.points.iter().find(|point| point.chosen)
    }
}

/// Tells how many look-up tables a program takes; `None` where that cannot be said.
pub type Tables<'a> = &'a (dyn Fn(&Program) -> Option<u64> + Sync);

/// Looks at words of 2 to 16 bits and several clipping bounds; the same for the same wish, on one
/// core or many. The quantised network is that of the chosen point, or of the one that loses least
/// where none is within the wish.
///
/// # Errors
/// When there is nothing to keep, nothing is within the budget, or a candidate's sums need more
/// than 64 bits.
pub fn explore(
    network: &Hopfield,
    formats: &HopfieldFormat,
    wish: Wish,
    tables: Tables<'_>,
) -> Result<(Exploration, Quantized), QuantizeError> {
    let trials = Trials::new(network, &wish)?;
    let fraction = match formats.bias {
        FormatChoice::Fixed(format) => format.fraction(),
        FormatChoice::Auto => 0,
    };
    let search = Search {
        network,
        formats,
        trials: &trials,
        tables: wish.budget_lut.map(|_| tables),
    };
    let mut looked_at: Vec<(Point, Candidate)> = candidates(network, fraction)
        .into_par_iter()
        .map(|candidate| Ok((search.look(&candidate)?, candidate)))
        .collect::<Result<_, QuantizeError>>()?;
    // A stable sort: the order of candidates breaks ties, so that cores do not matter.
    looked_at.sort_by_key(|(point, _)| point.cost.total());
    mark_front(&mut looked_at);
    let place = best(&looked_at, &wish).ok_or(QuantizeError::Search {
        why: "no words are within the budget".into(),
        would: "a larger budget".into(),
    })?;
    if let Some((point, _)) = looked_at.get_mut(place) {
        point.chosen = point.error <= wish.tolerance;
    }
    let (_, candidate) = looked_at.get(place).ok_or(QuantizeError::Mismatched)?;
    let quantized = search.quantize(candidate)?;
    Ok((
        Exploration {
            wish,
            float: trials.float(),
            points: looked_at.into_iter().map(|(point, _)| point).collect(),
        },
        quantized,
    ))
}

/// The cheapest point within the tolerance and the budget, of equals the one that loses least;
/// where none is within the tolerance, the one that loses least.
fn best(points: &[(Point, Candidate)], wish: &Wish) -> Option<usize> {
    let affordable = |point: &Point| match (wish.budget_lut, point.lut) {
        (None, _) => true,
        (Some(budget), lut) => lut.is_some_and(|lut| lut <= budget),
    };
    let candidates = points
        .iter()
        .enumerate()
        .map(|(place, (point, _))| (place, point));
    let candidates = candidates.filter(|(_, point)| affordable(point));
    let beyond = |point: &Point| f64::max(0.0, point.error - wish.tolerance);
    candidates
        .min_by(|(_, a), (_, b)| {
            let loss = beyond(a).total_cmp(&beyond(b));
            let cost = a.cost.total().cmp(&b.cost.total());
            loss.then(cost).then(a.error.total_cmp(&b.error))
        })
        .map(|(place, _)| place)
}

/// What candidates are looked at with.
struct Search<'a> {
    network: &'a Hopfield,
    formats: &'a HopfieldFormat,
    trials: &'a Trials,
    tables: Option<Tables<'a>>,
}

impl Search<'_> {
    fn quantize(&self, candidate: &Candidate) -> Result<Quantized, QuantizeError> {
        let words = match *candidate {
            Candidate::Exact(words) => words,
            Candidate::Rounded { format, clip } => {
                Words::fixed(self.network, format, self.formats.rounding, clip)?
            }
        };
        finish(self.network, self.formats, &words)
    }

    fn look(&self, candidate: &Candidate) -> Result<Point, QuantizeError> {
        let quantized = self.quantize(candidate)?;
        let (kept, error) = self.trials.judge(&quantized)?;
        let program = &quantized.program;
        let mut gathers = program.stages.iter().flat_map(|stage| &stage.gathers);
        let gather = gathers.next().ok_or(QuantizeError::Mismatched)?;
        Ok(Point {
            weights: gather.weights.format,
            clip: match candidate {
                Candidate::Exact(_) => None,
                Candidate::Rounded { clip, .. } => *clip,
            },
            exact: quantized.report.exact,
            accumulator: gather.accumulator,
            cost: Cost::of(program),
            lut: self.tables.and_then(|tables| tables(program)),
            kept,
            error,
            on_front: false,
            chosen: false,
        })
    }
}

/// Marks the points that no other beats in cost or loss without being beaten in the other.
fn mark_front(points: &mut [(Point, Candidate)]) {
    let all: Vec<(u64, f64)> = points
        .iter()
        .map(|(point, _)| (point.cost.total(), point.error))
        .collect();
    for (place, (point, _)) in points.iter_mut().enumerate() {
        let (cost, error) = (point.cost.total(), point.error);
        let mut others = all.iter().enumerate();
        point.on_front = !others.any(|(other, &(its_cost, its_error))| {
            let cheaper = its_cost < cost && its_error <= error;
            let closer = its_cost <= cost && its_error < error;
            let same_but_earlier = its_cost == cost && its_error == error && other < place;
            cheaper || closer || same_but_earlier
        });
    }
}
