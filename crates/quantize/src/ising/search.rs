//! The fewest fraction bits with which runs come as low as in real numbers.

use std::ops::RangeInclusive;

use network::Dynamics;
use network::dynamics::{self, Moment, Start};
use program::{Executor, Program};
use rayon::prelude::*;

use crate::dynamic::{loads, values};
use crate::report::{Tried, chosen};
use crate::{QuantizeError, Quantized};

/// Starts that judge a format at most.
const MAX_STARTS: usize = 8;

/// Elements times steps of the runs that judge a format, at most.
const MAX_WORK: u64 = 4_000_000;

/// Makes programs with more and more fraction bits until the runs of the description come as low
/// as those in real numbers: the best of them, or their mean. Where none do, the one that comes
/// lowest. All that were tried are in the report.
///
/// # Errors
/// What `make` cannot do, unless it can with other fraction bits.
pub fn lowest(
    network: &dyn Dynamics,
    fractions: RangeInclusive<i32>,
    make: impl Fn(i32) -> Result<Quantized, QuantizeError>,
) -> Result<Quantized, QuantizeError> {
    let starts = starts(network);
    let wanted = Energies::of(
        starts
            .par_iter()
            .map(|start| in_reals(network, start))
            .collect(),
    );
    let (mut tried, mut best) = (vec![], None::<(f64, Quantized)>);
    let mut refused = None;
    for fraction in fractions {
        let quantized = match make(fraction) {
            Ok(quantized) => quantized,
            Err(error) => {
                refused = Some(error);
                continue;
            }
        };
        let runs = starts.par_iter();
        let found: Result<Vec<f64>, QuantizeError> = runs
            .map(|start| in_integers(&quantized.program, network, start))
            .collect();
        let found = found?;
        let kept = found
            .iter()
            .filter(|energy| **energy <= wanted.mean)
            .count();
        let (of, energies) = (found.len(), Energies::of(found));
        let loses_nothing = energies.lowest <= wanted.lowest || energies.mean <= wanted.mean;
        let variables = network.variables();
        let state = variables
            .first()
            .and_then(|first| quantized.program.find(&first.name));
        let state = state.and_then(|id| quantized.program.vector(id));
        tried.push(Tried {
            format: state.map_or(program::Format::BIPOLAR, |state| state.format),
            kept,
            of,
            score: energies.lowest,
            loses_nothing,
        });
        if best
            .as_ref()
            .is_none_or(|(lowest, _)| energies.lowest < *lowest)
        {
            best = Some((energies.lowest, quantized));
        }
        if loses_nothing {
            break;
        }
    }
    chosen(best.map(|(_, quantized)| quantized), refused, tried)
}

/// As many starts as the work allows, one at least.
fn starts(network: &dyn Dynamics) -> Vec<Start> {
    let units = network.variables().first().map_or(1, |first| first.length) as u64;
    let a_run = network.stop().max_steps.saturating_mul(units).max(1);
    let count = (MAX_WORK / a_run).clamp(1, MAX_STARTS as u64);
    (0..count as usize)
        .map(|number| network.replica(number))
        .collect()
}

/// The energies of runs.
struct Energies {
    lowest: f64,
    mean: f64,
}

impl Energies {
    fn of(energies: Vec<f64>) -> Energies {
        let count = energies.len().max(1) as f64;
        Energies {
            lowest: energies.iter().copied().fold(f64::INFINITY, f64::min),
            mean: energies.iter().sum::<f64>() / count,
        }
    }
}

fn in_reals(network: &dyn Dynamics, start: &Start) -> f64 {
    let end = dynamics::run(network, start, &mut |_| {}).last;
    network.energy(&end).unwrap_or(0.0)
}

/// The energy, with the numbers before rounding, of where the integers come.
fn in_integers(
    program: &Program,
    network: &dyn Dynamics,
    start: &Start,
) -> Result<f64, QuantizeError> {
    let mut executor = Executor::new(program)?;
    for (vector, values) in loads(program, network, start) {
        executor.load(vector, &values)?;
    }
    executor.start()?;
    executor.run()?;
    let mut moment = Moment::new(&network.variables(), &vec![]);
    moment.values = values(&executor, program, network);
    Ok(network.energy(&moment).unwrap_or(0.0))
}
