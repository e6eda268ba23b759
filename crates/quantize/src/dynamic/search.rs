//! The fewest fraction bits with which runs end as in real numbers.

use network::Dynamics;
use network::dynamics::{self, Start, VariableRole};
use program::{Executor, Program};
use rayon::prelude::*;

use super::{loads, values};
use crate::report::Tried;
use crate::{QuantizeError, Quantized};

/// Fraction bits that are tried.
const FRACTIONS: std::ops::RangeInclusive<i32> = 2..=16;

/// The share of a state's range by which the end of a run may differ.
const TOLERANCE: f64 = 1.0 / 256.0;

/// Starts that judge a format at most.
const MAX_STARTS: usize = 16;

/// Steps that a run is judged over at most.
const MAX_STEPS: u64 = 20_000;

/// Makes programs with more and more fraction bits until the runs of the description end within
/// 1/256 of the range of the float network's states; where none does, the nearest of all. All that
/// were tried are in the report.
///
/// # Errors
/// What `make` cannot do, unless it can with other fraction bits.
pub fn narrowest(
    network: &dyn Dynamics,
    make: impl Fn(i32) -> Result<Quantized, QuantizeError>,
) -> Result<Quantized, QuantizeError> {
    let starts: Vec<Start> = network.starts().into_iter().take(MAX_STARTS).collect();
    let ends: Vec<Vec<Vec<f64>>> = starts
        .par_iter()
        .map(|start| dynamics::run(network, start, &mut |_| {}).last.values)
        .collect();
    let wanted = TOLERANCE * range(network, &ends);
    let (mut tried, mut best) = (vec![], None::<(f64, Quantized)>);
    let mut refused = None;
    for fraction in FRACTIONS {
        let quantized = match make(fraction) {
            Ok(quantized) => quantized,
            Err(error) => {
                refused = Some(error);
                continue;
            }
        };
        let errors: Result<Vec<f64>, QuantizeError> = starts
            .par_iter()
            .zip(&ends)
            .map(|(start, end)| error(&quantized.program, network, start, end))
            .collect();
        let errors = errors?;
        let largest = errors.iter().copied().fold(0.0, f64::max);
        let kept = errors.iter().filter(|error| **error <= wanted).count();
        tried.push(Tried {
            format: state_format(&quantized.program, network),
            kept,
            of: errors.len(),
            score: largest,
            loses_nothing: kept == errors.len(),
        });
        if best.as_ref().is_none_or(|(error, _)| largest < *error) {
            best = Some((largest, quantized));
        }
        if kept == errors.len() {
            break;
        }
    }
    match (best, refused) {
        (Some((_, mut quantized)), _) => {
            quantized.report.tried = tried;
            Ok(quantized)
        }
        (None, Some(error)) => Err(error),
        (None, None) => Err(QuantizeError::Mismatched),
    }
}

/// The largest magnitude that a state has at the end of a run, 1 at least... of the starts too.
fn range(network: &dyn Dynamics, ends: &[Vec<Vec<f64>>]) -> f64 {
    let states = states(network);
    let of = ends
        .iter()
        .flat_map(|end| states.iter().filter_map(|&at| end.get(at)));
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

fn state_format(program: &Program, network: &dyn Dynamics) -> program::Format {
    let variables = network.variables();
    let state = variables
        .first()
        .and_then(|state| program.find(&state.name));
    let state = state.and_then(|id| program.vector(id));
    state.map_or(program::Format::BIPOLAR, |state| state.format)
}

/// The largest difference of a state at the end of a run.
fn error(
    program: &Program,
    network: &dyn Dynamics,
    start: &Start,
    end: &[Vec<f64>],
) -> Result<f64, QuantizeError> {
    let mut executor = Executor::new(program)?;
    for (vector, values) in loads(program, network, start) {
        executor.load(vector, &values)?;
    }
    executor.start()?;
    let stop = program.stop;
    for _ in 0..stop.max_steps.min(MAX_STEPS) {
        let step = executor.step()?;
        if stop.when_stable && !step.changed || stop.on_period_two && executor.is_period_two() {
            break;
        }
    }
    let found = values(&executor, program, network);
    let pairs = states(network)
        .into_iter()
        .filter_map(|at| Some((found.get(at)?, end.get(at)?)));
    let differences = pairs.flat_map(|(found, end)| found.iter().zip(end));
    Ok(differences.map(|(a, b)| (a - b).abs()).fold(0.0, f64::max))
}
