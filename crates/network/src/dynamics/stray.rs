//! What is said about how far Euler's steps lead away from the solution of the differential equation.

use super::flow::{Deviation, deviation};
use super::{Dynamics, Start};
use crate::fact::{Fact, Level};

/// Starts of a description from which the equation is solved at most.
const MOST_STARTS: usize = 4;
/// Steps over which it is solved at most.
const MOST_STEPS: u64 = 512;
/// States times states times steps at most, of all starts together.
const MOST_WORK: u64 = 1 << 24;

/// The largest difference of a state of the network from the solution of its differential equation
/// over the runs of its description, with that of steps of half the length; by the solver of
/// [`super::solution`]. None for networks that follow no differential equation.
pub fn stray(network: &dyn Dynamics) -> Option<Fact> {
    let starts = network.starts();
    let states = starts.first()?.first()?.len();
    network.flow(starts.first()?)?;
    let each = (states as u64).saturating_mul(states as u64).max(1);
    let affordable = MOST_WORK / each / starts.len().clamp(1, MOST_STARTS) as u64;
    let steps = network
        .stop()
        .max_steps
        .min(MOST_STEPS)
        .min(affordable.max(1));
    let of = |start: &Start| deviation(network.flow(start)?.as_ref(), states, steps);
    let found: Option<Vec<Deviation>> = starts.iter().take(MOST_STARTS).map(of).collect();
    let worst = found.and_then(|found| {
        let mut found = found.into_iter();
        let first = found.next()?;
        Some(
            found.fold(first, |worst, next| match next.largest > worst.largest {
                true => next,
                false => worst,
            }),
        )
    });
    Some(fact(worst))
}

fn fact(worst: Option<Deviation>) -> Fact {
    let text = match worst {
        Some(worst) => format!(
            "over {} steps of {} the states stray {:.3e} at most from the solution of the \
             differential equation (at time {}), with steps of half the length {:.3e}",
            worst.steps, worst.step, worst.largest, worst.at, worst.halved
        ),
        None => "the differential equation could not be solved, or Euler's steps lead beyond all \
                 numbers"
            .into(),
    };
    Fact {
        name: "euler_error",
        level: Level::Float,
        holds: None,
        value: worst.map(|worst| worst.largest),
        text,
    }
}
