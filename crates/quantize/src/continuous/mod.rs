//! Continuous Hopfield networks in integers.
//!
//! Stages of a step: `respond` makes outputs of the states (in the local-field form), then come the
//! averages and leaky states of delays, and `move` gathers what each unit receives and makes the
//! step. Before the first step `receive` weighs the inputs, and `respond_first` makes the outputs of
//! a start state that stood still.

mod lower;
mod rounded;

use network::Continuous;
use network::description::RealFormat;
use network::dynamics::{self, Dynamics};

use crate::dynamic::{Words, narrowest};
use crate::{Options, QuantizeError, Quantized};
pub use rounded::rounded;

/// How much larger than in the runs of a description a state may become, where the equations do not
/// bound it.
const HEADROOM: f64 = 2.0;

/// Makes a program of the network.
///
/// # Errors
/// When a format that was asked for cannot hold what it must, or a sum needs more than 64 bits.
pub fn quantize(
    network: &Continuous,
    formats: &RealFormat,
    options: &Options,
) -> Result<Quantized, QuantizeError> {
    let make = |fraction: i32| lower::lower(network, &Words::new(formats, options, fraction));
    match Words::new(formats, options, 0).state {
        Some(state) => make(state.fraction()),
        None => narrowest(network, make),
    }
}

/// The largest magnitude that the word of a state must hold, for words of this unit.
fn state_bound(network: &Continuous, unit: f64) -> f64 {
    let starts = network
        .probes
        .iter()
        .chain(&network.history.states)
        .flatten();
    let started = starts.fold(0.0, |most: f64, x| most.max(x.abs()));
    // Outputs that are rounded can be a unit larger than those of g.
    let bound = network
        .state_bound(unit, unit)
        .unwrap_or_else(|| HEADROOM * seen(network));
    bound.max(started).max(unit)
}

/// The largest magnitude of a state in the runs of the description.
fn seen(network: &Continuous) -> f64 {
    let mut largest = 0.0f64;
    for start in network.starts() {
        dynamics::run(network, &start, &mut |moment| {
            let states = moment.of(0).iter().filter(|x| x.is_finite());
            largest = states.fold(largest, |most, x| most.max(x.abs()));
        });
    }
    largest
}
