//! The fewest fraction bits with which runs end as in real numbers.

use network::Dynamics;
use network::dynamics::{self, Ending, Start, VariableRole};
use program::{Executor, Format, Program};
use rayon::prelude::*;

use super::{loads, values};
use crate::report::{Tried, chosen};
use crate::{QuantizeError, Quantized};

/// Fraction bits that are tried.
const FRACTIONS: std::ops::RangeInclusive<i32> = 2..=16;

/// The share of a state's range by which the end of a run may differ.
const TOLERANCE: f64 = 1.0 / 256.0;

/// Starts of the description that judge a format at most, and patterns.
const MAX_STARTS: usize = 16;

/// Steps that a run is judged over at most.
const MAX_STEPS: u64 = 20_000;

/// Makes programs with more and more fraction bits until the runs of the description end within
/// 1/256 of the range of where the float network's end (or should end, where its solution is known),
/// and at rest where the network has a rule of its own for that and the float network's end so. Where
/// none do, the one with which most do, or the nearest of all. All that were tried are in the report.
///
/// # Errors
/// What `make` cannot do, unless it can with other fraction bits.
pub fn narrowest(
    network: &dyn Dynamics,
    make: impl Fn(i32) -> Result<Quantized, QuantizeError>,
) -> Result<Quantized, QuantizeError> {
    let state = |_: &i32, program: &Program| state_format(program, network);
    first_as_good(network, FRACTIONS, |fraction| make(*fraction), state)
}

/// As [`narrowest`], for networks whose states have a format of their own: `make` is given formats
/// of weights, the narrowest first, or of whatever else there is to be chosen.
///
/// # Errors
/// What `make` cannot do, unless it can with another format.
pub fn thriftiest(
    network: &dyn Dynamics,
    formats: Vec<Format>,
    make: impl Fn(&Format) -> Result<Quantized, QuantizeError>,
) -> Result<Quantized, QuantizeError> {
    first_as_good(network, formats, make, |format, _| *format)
}

/// The first candidate whose program's runs end as in real numbers; `shown` is the format that
/// stands for it in the report.
fn first_as_good<T>(
    network: &dyn Dynamics,
    candidates: impl IntoIterator<Item = T>,
    make: impl Fn(&T) -> Result<Quantized, QuantizeError>,
    shown: impl Fn(&T, &Program) -> Format,
) -> Result<Quantized, QuantizeError> {
    let starts = starts(network);
    let ends: Vec<End> = starts
        .par_iter()
        .map(|start| End::of(network, start))
        .collect();
    let wanted = TOLERANCE * range(network, &ends);
    let (mut tried, mut best) = (vec![], None::<((usize, usize, f64), Quantized)>);
    let mut refused = None;
    for candidate in candidates {
        let quantized = match make(&candidate) {
            Ok(quantized) => quantized,
            Err(error) => {
                refused = Some(error);
                continue;
            }
        };
        let found: Result<Vec<Found>, QuantizeError> = starts
            .par_iter()
            .zip(&ends)
            .map(|(start, end)| found(&quantized.program, network, start, end))
            .collect();
        let found = found?;
        let largest = found.iter().fold(0.0, |most: f64, of| most.max(of.error));
        let restless = found.iter().filter(|of| of.restless).count();
        let kept = found
            .iter()
            .filter(|of| !of.restless && of.error <= wanted)
            .count();
        tried.push(Tried {
            format: shown(&candidate, &quantized.program),
            kept,
            of: found.len(),
            score: largest,
            loses_nothing: kept == found.len(),
        });
        let distance = (restless, found.len() - kept, largest);
        if best.as_ref().is_none_or(|(least, _)| distance < *least) {
            best = Some((distance, quantized));
        }
        if kept == found.len() {
            break;
        }
    }
    chosen(best.map(|(_, quantized)| quantized), refused, tried)
}

/// The starts that judge a format: those of the description, and the stored patterns.
fn starts(network: &dyn Dynamics) -> Vec<Start> {
    let patterns = network.patterns().iter().take(MAX_STARTS);
    let patterns = patterns.map(|pattern| network.start_from(pattern));
    let described = network.starts().into_iter().take(MAX_STARTS);
    described.chain(patterns).collect()
}

/// Where a run should end.
struct End {
    values: Vec<Vec<f64>>,
    /// Whether it should end at rest, by a rule of the network's own.
    rests: bool,
}

impl End {
    fn of(network: &dyn Dynamics, start: &Start) -> End {
        let run = dynamics::run(network, start, &mut |_| {});
        let mut values = run.last.values;
        let solution = network.solution().unwrap_or_default();
        let first = values.iter_mut().take(1).flatten();
        first
            .zip(solution)
            .for_each(|(value, known)| *value = *known);
        End {
            values,
            rests: run.judged && run.ending == Ending::Stable,
        }
    }
}

/// Where a run of a program ended.
struct Found {
    /// The largest difference of a state from where it should be.
    error: f64,
    /// Whether it did not come to rest and should have.
    restless: bool,
}

/// The largest magnitude that a state has at the end of a run, 1 at least... of the starts too.
fn range(network: &dyn Dynamics, ends: &[End]) -> f64 {
    let states = states(network);
    let of = ends
        .iter()
        .flat_map(|end| states.iter().filter_map(|&at| end.values.get(at)));
    let largest = of
        .flatten()
        .fold(0.0, |most: f64, value| most.max(value.abs()));
    if largest > 0.0 && largest.is_finite() {
        largest
    } else {
        1.0
    }
}

fn states(network: &dyn Dynamics) -> Vec<usize> {
    let variables = network.variables();
    let states = variables.iter().enumerate();
    let states = states.filter(|(_, variable)| variable.role == VariableRole::State);
    states.map(|(at, _)| at).collect()
}

fn state_format(program: &Program, network: &dyn Dynamics) -> Format {
    let variables = network.variables();
    let state = variables
        .first()
        .and_then(|state| program.find(&state.name));
    let state = state.and_then(|id| program.vector(id));
    state.map_or(Format::BIPOLAR, |state| state.format)
}

/// Runs a program.
fn found(
    program: &Program,
    network: &dyn Dynamics,
    start: &Start,
    end: &End,
) -> Result<Found, QuantizeError> {
    let mut executor = Executor::new(program)?;
    for (vector, values) in loads(program, network, start) {
        executor.load(vector, &values)?;
    }
    executor.start()?;
    let (stop, mut rested) = (program.stop, false);
    for _ in 0..stop.max_steps.min(MAX_STEPS) {
        let step = executor.step()?;
        rested = !step.changed;
        if stop.when_stable && rested || stop.on_period_two && executor.is_period_two() {
            break;
        }
    }
    let values = values(&executor, program, network);
    let pairs = states(network)
        .into_iter()
        .filter_map(|at| Some((values.get(at)?, end.values.get(at)?)));
    let differences = pairs.flat_map(|(found, end)| found.iter().zip(end));
    let differences = differences.map(|(a, b)| (a - b).abs());
    Ok(Found {
        error: differences.fold(0.0, f64::max),
        restless: end.rests && !rested,
    })
}
