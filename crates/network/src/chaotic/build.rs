//! From a description to a network.

use super::Chaotic;
use crate::activation::{Activation, Function};
use crate::description::{ChaoticDescription, Course, Source};
use crate::diagnostic::NetworkError;
use crate::dynamics::StopRule;
use crate::hopfield::Order;
use crate::ising::{Ising, Minimisation, StartStates};

/// Magnitude of random internal states at the start.
const MAGNITUDE: f64 = 1.0;

/// What the largest pull of all couplings of a unit makes of an internal state in a step, at most.
const LARGEST_PULL: f64 = 0.75;

/// The change that counts as rest in real numbers.
const STILL: f64 = 1e-9;

/// One step in so many is left for what follows a ramp.
const SETTLING: u64 = 5;

impl Chaotic {
    /// Builds the network of a description.
    ///
    /// # Errors
    /// What is wrong with a file that the description names, with the place of its name.
    pub fn from_description(
        described: &ChaoticDescription,
        source: &Source,
    ) -> Result<Chaotic, NetworkError> {
        let minimisation = Minimisation::from_sections(&described.ising(), source)?;
        let (dynamics, update) = (&described.dynamics, &described.update);
        let units = minimisation.model.units();
        let gain = 1.0 / (2.0 * dynamics.epsilon);
        let activation = Activation::new(Function::Tanh, gain)
            .map_err(|problem| source.error("dynamics.epsilon", problem))?;
        let ramp = update.max_steps - update.max_steps / SETTLING;
        let course = &dynamics.self_coupling;
        let (what, field) = ("the self-coupling", "dynamics.self_coupling");
        let mut self_coupling = course.values(ramp, what, source, field)?;
        if matches!(course, Course::Ramp(_)) {
            self_coupling.push(0.0);
        }
        let starts =
            StartStates::from_section(&described.data, minimisation.units(), MAGNITUDE, source)?;
        Ok(Chaotic {
            name: described.network.name.clone(),
            coupling: dynamics
                .coupling
                .given()
                .unwrap_or_else(|| chosen_coupling(&minimisation.model)),
            minimisation,
            order: Order::of(update.order, (update.block, update.seed), units),
            damping: dynamics.damping,
            activation,
            self_coupling,
            centre: dynamics.centre,
            stop: StopRule {
                max_steps: update.max_steps,
                when_stable: true,
                on_period_two: false,
                tolerance: STILL,
            },
            starts,
        })
    }
}

/// A power of two with which couplings and field of a unit, all together, pull by three quarters at
/// most: what pulls in fact is a small part of that, so that the self-coupling rules at first.
fn chosen_coupling(model: &Ising) -> f64 {
    let pull = |(unit, h): (usize, &f64)| {
        let row = model.couplings.row(unit).map(|(_, j)| j.abs());
        row.sum::<f64>() + h.abs()
    };
    let pulls = model.field.iter().enumerate().map(pull);
    let largest = pulls.fold(0.0, f64::max);
    if largest > 0.0 {
        (LARGEST_PULL / largest).log2().floor().exp2()
    } else {
        1.0
    }
}
