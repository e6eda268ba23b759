//! The search for the cheapest words that keep what a user wants kept.
//!
//! Every candidate is lowered to its program, which is run and costed; what it loses against the
//! network in real numbers and what it costs make a point, and the points that no other beats in
//! both make the Pareto front.

mod array;
mod cost;
mod memory;
mod moving;
mod record;
mod trials;

use std::collections::BTreeMap;

use network::{Description, Network, Sections};
use program::{Format, Program};
use rayon::prelude::*;
use serde::Serialize;

pub use cost::Cost;
pub use record::{Judgement, Record};
pub use trials::NEAR;

use crate::{QuantizeError, Quantized};

/// What is to be kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Keep {
    /// The share of noisy patterns that are recalled, with an overlap of [`NEAR`] or more.
    Recall,
    /// The stored patterns that are fixed points.
    Stability,
    /// The label of an end: of a memory the pattern that is nearest to it, which should be the one
    /// that its start came from; of an array the side of zero of each cell.
    Labels,
    /// The energy of final states, in the weights of the network in real numbers: the loss is by
    /// how much of itself its mean over the trials, or its lowest, rises.
    Argmin,
    /// The numbers themselves: the loss is the largest error of a memory's weight, in the weight's
    /// unit, of an array's output after the last step, or of another network's state.
    Values,
    /// The numbers of an array's output, or of another network's state, after each step.
    Trajectory,
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
    /// The format of each tensor.
    pub formats: BTreeMap<String, Format>,
    /// The fields of the description's section `format` that make it.
    pub fields: BTreeMap<&'static str, String>,
    /// Whether every weight is exact.
    pub exact: bool,
    /// Facts of the network that the program has lost, such as `symmetric`.
    pub lost: Vec<&'static str>,
    /// What it costs.
    pub cost: Cost,
    /// Look-up tables of the hardware, estimated; where there is a budget for them.
    pub lut: Option<u64>,
    /// What it keeps: a share of the trials, patterns or cells.
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

/// A network whose words are searched.
trait Subject: Sync {
    /// Words to look at.
    type Candidate: Send + Sync;
    /// All of them, in an order that does not depend on the machine.
    fn candidates(&self) -> Result<Vec<Self::Candidate>, QuantizeError>;
    /// The network with these words.
    fn quantize(&self, candidate: &Self::Candidate) -> Result<Quantized, QuantizeError>;
    /// The fields of the description's section `format` that say the same.
    fn fields(&self, candidate: &Self::Candidate) -> BTreeMap<&'static str, String>;
    /// Facts of the network that its program has lost.
    fn lost(&self, quantized: &Quantized) -> Vec<&'static str>;
    /// What the network in real numbers keeps.
    fn float(&self) -> f64;
    /// What a program keeps, and what it loses.
    fn judge(&self, quantized: &Quantized) -> Result<(f64, f64), QuantizeError>;
}

/// Looks at words of many formats; the same for the same wish, on one core or many, whether or not
/// a part was known from the record of an earlier search. The quantised network is that of the
/// chosen point, or of the one that loses least where none is within the wish.
///
/// # Errors
/// When there is nothing to keep, nothing is within the budget, or the description allows none of
/// the candidates.
pub fn explore(
    description: &Description,
    network: &Network,
    wish: Wish,
    tables: Tables<'_>,
    record: &Record<'_>,
) -> Result<(Exploration, Quantized), QuantizeError> {
    let (exploration, mut quantized) = match (network, &description.sections) {
        (Network::Hopfield(network), Sections::Hopfield(sections)) => {
            let subject = memory::Memory::new(network, &sections.format, &wish)?;
            among(&subject, wish, tables, record)?
        }
        (Network::Cellular(network), Sections::Cellular(sections)) => {
            let subject = array::Array::new(network, &sections.format, &wish)?;
            among(&subject, wish, tables, record)?
        }
        _ => {
            let kind = network.kind().name();
            let moving = network.dynamics().ok_or_else(|| QuantizeError::Search {
                why: format!("words of the kind {kind} are not searched"),
                would: "quantize without a search".into(),
            })?;
            let subject = moving::Moving::new((description, network), moving, &wish)?;
            among(&subject, wish, tables, record)?
        }
    };
    quantized.program.sources = crate::sources(description);
    Ok((exploration, quantized))
}

fn among<S: Subject>(
    subject: &S,
    wish: Wish,
    tables: Tables<'_>,
    record: &Record<'_>,
) -> Result<(Exploration, Quantized), QuantizeError> {
    let candidates = subject.candidates()?;
    if candidates.is_empty() {
        return Err(QuantizeError::Search {
            why: "the description leaves no words open".into(),
            would: "weights = \"auto\"".into(),
        });
    }
    record.begin(candidates.len());
    let places = candidates.into_par_iter().enumerate();
    let looked_at: Vec<(Result<Point, QuantizeError>, S::Candidate)> = places
        .map(|(place, candidate)| {
            let tables = wish.budget_lut.map(|_| tables);
            let point = look(subject, place, &candidate, tables, record);
            (point, candidate)
        })
        .collect();
    let (mut found, mut refused) = (vec![], None);
    for (point, candidate) in looked_at {
        match point {
            Ok(point) => found.push((point, candidate)),
            // Words that something else in the description does not allow are no candidates.
            Err(
                error @ (QuantizeError::Format { .. }
                | QuantizeError::TooWide { .. }
                | QuantizeError::Activation { .. }),
            ) => refused = refused.or(Some(error)),
            Err(error) => return Err(error),
        }
    }
    let mut looked_at = found;
    if let (true, Some(error)) = (looked_at.is_empty(), refused) {
        return Err(error);
    }
    // A stable sort: the order of candidates breaks ties, so that cores do not matter.
    looked_at.sort_by_key(|(point, _)| point.cost.total());
    let mut points: Vec<&mut Point> = looked_at.iter_mut().map(|(point, _)| point).collect();
    mark_front(&mut points);
    let place = best(&points, &wish).ok_or(QuantizeError::Search {
        why: "no words are within the budget".into(),
        would: "a larger budget".into(),
    })?;
    let (point, candidate) = looked_at.get_mut(place).ok_or(QuantizeError::Mismatched)?;
    // What loses least within a budget is an answer, though it may lose more than was wished.
    point.chosen = point.error <= wish.tolerance || wish.budget_lut.is_some();
    let quantized = subject.quantize(candidate)?;
    let exploration = Exploration {
        wish,
        float: subject.float(),
        points: looked_at.into_iter().map(|(point, _)| point).collect(),
    };
    Ok((exploration, quantized))
}

fn look<S: Subject>(
    subject: &S,
    place: usize,
    candidate: &S::Candidate,
    tables: Option<Tables<'_>>,
    record: &Record<'_>,
) -> Result<Point, QuantizeError> {
    let quantized = subject.quantize(candidate)?;
    let Judgement { kept, error, lut } = record.judgement(place, || {
        let (kept, error) = subject.judge(&quantized)?;
        let lut = tables.and_then(|tables| tables(&quantized.program));
        Ok(Judgement { kept, error, lut })
    })?;
    Ok(Point {
        lost: subject.lost(&quantized),
        formats: quantized.report.formats,
        fields: subject.fields(candidate),
        exact: quantized.report.exact,
        cost: Cost::of(&quantized.program),
        lut,
        kept,
        error,
        on_front: false,
        chosen: false,
    })
}

/// The cheapest point within the tolerance and the budget, of equals the one with the most of the
/// network's facts, then the one that loses least; where none is within the tolerance, the one that
/// loses least.
fn best(points: &[&mut Point], wish: &Wish) -> Option<usize> {
    let affordable = |point: &Point| match (wish.budget_lut, point.lut) {
        (None, _) => true,
        (Some(budget), lut) => lut.is_some_and(|lut| lut <= budget),
    };
    let candidates = points.iter().enumerate();
    let candidates = candidates.filter(|(_, point)| affordable(point));
    let beyond = |point: &Point| f64::max(0.0, point.error - wish.tolerance);
    candidates
        .min_by(|(_, a), (_, b)| {
            let loss = beyond(a).total_cmp(&beyond(b));
            let cost = a.cost.total().cmp(&b.cost.total());
            let facts = a.lost.len().cmp(&b.lost.len());
            loss.then(cost)
                .then(facts)
                .then(a.error.total_cmp(&b.error))
        })
        .map(|(place, _)| place)
}

/// Marks the points that no other beats in cost or loss without being beaten in the other.
fn mark_front(points: &mut [&mut Point]) {
    let all: Vec<(u64, f64)> = points
        .iter()
        .map(|point| (point.cost.total(), point.error))
        .collect();
    for (place, point) in points.iter_mut().enumerate() {
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
