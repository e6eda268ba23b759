//! Runs, and how they end.

use super::{Dynamics, Moment, Start, VariableRole};

/// How a run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    /// At rest.
    Stable,
    /// In a cycle of two states.
    PeriodTwo,
    /// The budget of steps is spent.
    Budget,
}

/// A run.
#[derive(Debug, Clone)]
pub struct Trajectory {
    /// How it ended.
    pub ending: Ending,
    /// The energy before the first step and after each; empty where none is defined.
    pub energy: Vec<f64>,
    /// The largest change of a state in each step.
    pub distance: Vec<f64>,
    /// The end.
    pub last: Moment,
}

/// Runs a network from a start; `observe` sees the moment before the first step and after each.
pub fn run(network: &dyn Dynamics, start: &Start, observe: &mut dyn FnMut(&Moment)) -> Trajectory {
    let stop = network.stop();
    let states: Vec<usize> = network
        .variables()
        .iter()
        .enumerate()
        .filter(|(_, variable)| variable.role == VariableRole::State)
        .map(|(at, _)| at)
        .collect();
    let taken = |moment: &Moment| -> Vec<Vec<f64>> {
        states.iter().map(|&at| moment.of(at).to_vec()).collect()
    };
    let mut moment = network.begin(start);
    let mut energy: Vec<f64> = network.energy(&moment).into_iter().collect();
    let mut distance = vec![];
    let (mut before, mut earlier) = (taken(&moment), None);
    observe(&moment);
    let ending = loop {
        let judged = network.step(&mut moment);
        moment.step += 1;
        observe(&moment);
        energy.extend(network.energy(&moment));
        let now = taken(&moment);
        let moved = largest_change(&before, &now);
        distance.push(moved);
        if stop.when_stable && judged.unwrap_or(moved <= stop.tolerance) {
            break Ending::Stable;
        }
        if stop.on_period_two && earlier.as_ref() == Some(&now) {
            break Ending::PeriodTwo;
        }
        if moment.step >= stop.max_steps {
            break Ending::Budget;
        }
        earlier = Some(std::mem::replace(&mut before, now));
    };
    Trajectory {
        ending,
        energy,
        distance,
        last: moment,
    }
}

/// The largest `|a - b|` of two lists of vectors; NaN counts as infinite.
fn largest_change(a: &[Vec<f64>], b: &[Vec<f64>]) -> f64 {
    let pairs = a.iter().flatten().zip(b.iter().flatten());
    let change = |(a, b): (&f64, &f64)| (a - b).abs();
    pairs.map(change).fold(0.0, |most, of| {
        if of <= most {
            most
        } else if of.is_nan() {
            f64::INFINITY
        } else {
            of
        }
    })
}
