//! What can be said about a simulated bifurcation before it runs.

use super::SimulatedBifurcation;
use crate::fact::{Fact, Level};
use crate::spectrum::{Enclosure, extremes};

/// The facts of this network.
pub fn facts(network: &SimulatedBifurcation, level: Level) -> Vec<Fact> {
    let mut facts = network.minimisation.facts(level);
    facts.push(step_small(network, level));
    facts
}

/// With all units at their walls in the pattern of an eigenvector of the eigenvalue -lambda, and
/// p = 1, one step moves each by `step^2 coupling lambda` toward the other side: by more than 1, and
/// all change sides together.
fn step_small(network: &SimulatedBifurcation, level: Level) -> Fact {
    let spectrum = extremes(&network.minimisation.model.couplings);
    let lowest = (-spectrum.smallest).and(Enclosure::between(0.0, f64::INFINITY));
    let (step, coupling) = (network.step, network.coupling);
    let factor = Enclosure::exact(step) * Enclosure::exact(coupling);
    let strength = factor * spectrum.radius();
    let moved = factor * Enclosure::exact(step) * lowest;
    let holds = match moved.is_above(1.0) {
        // Equal to 1 within rounding is no more than 1.
        _ if moved.high <= 1.0 + 1e-9 => Some(true),
        Some(above) => Some(!above),
        None => None,
    };
    let means = match holds {
        Some(true) => "no more than 1: units do not change sides all together",
        Some(false) => {
            "more than 1: units can change sides all together, again and again; a step or a \
             coupling that is smaller keeps them apart"
        }
        None => "perhaps more than 1, where units change sides all together",
    };
    Fact {
        name: "step_small",
        level,
        holds,
        value: Some(strength.middle()),
        text: format!(
            "step x coupling x rho(J) = {step} x {coupling} x {} = {strength}; with the smallest \
             eigenvalue of J, a step moves a unit from its wall by step^2 x coupling x {lowest} = \
             {moved}, {means}",
            spectrum.radius()
        ),
    }
}
