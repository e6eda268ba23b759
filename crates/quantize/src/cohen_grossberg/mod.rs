//! Cohen-Grossberg networks in integers.
//!
//! Stages of a step: `respond` makes the signals d(x) of the states, where these are not the states
//! themselves; then come the averages and leaky states of delays; and `move` gathers what inhibits
//! each unit, makes a(x) and b(x), and the step.

mod answer;
mod lower;
mod polynomial;
mod rounded;

use network::CohenGrossberg;
use network::description::RealFormat;
use network::dynamics::{self, Dynamics};

use crate::dynamic::{Words, narrowest};
use crate::{Options, QuantizeError, Quantized};
pub use rounded::rounded;

/// How much larger than in the runs of a description a state may become, where no box holds it.
const HEADROOM: f64 = 2.0;

/// Steps in which the largest state is looked for at most.
const MAX_STEPS: u64 = 20_000;

/// Makes a program of the network.
///
/// # Errors
/// When a format that was asked for cannot hold what it must, or a sum needs more than 64 bits.
pub fn quantize(
    network: &CohenGrossberg,
    formats: &RealFormat,
    options: &Options,
) -> Result<Quantized, QuantizeError> {
    let fixed = Words::new(formats, options, 0).state;
    let reach = if fixed.is_some() { 0.0 } else { reach(network) };
    let make = |fraction: i32| {
        let words = Words::new(formats, options, fraction);
        lower::lower(network, &words, reach)
    };
    match fixed {
        Some(state) => make(state.fraction()),
        None => narrowest(network, make),
    }
}

/// The largest magnitude that the word of a state must hold: that of the box or, where there is none,
/// of the runs of the description with some room.
fn reach(network: &CohenGrossberg) -> f64 {
    let largest = |most: f64, x: &f64| {
        if x.is_finite() {
            most.max(x.abs())
        } else {
            most
        }
    };
    let given = network.probes.iter().chain(&network.history.states);
    let mut reach = given.flatten().fold(0.0, largest);
    match &network.bounds {
        Some(bounds) => {
            let ends = bounds.iter().flat_map(|(low, high)| [low, high]);
            reach = ends.fold(reach, largest);
        }
        None => {
            let mut short = network.clone();
            short.stop.max_steps = short.stop.max_steps.min(MAX_STEPS);
            let mut seen = 0.0;
            for start in network.starts() {
                dynamics::run(&short, &start, &mut |moment| {
                    seen = moment.of(0).iter().fold(seen, largest);
                });
            }
            reach = reach.max(HEADROOM * seen);
        }
    }
    if reach > 0.0 { reach } else { 1.0 }
}
