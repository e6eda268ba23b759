//! Runs, and how they end.

use std::convert::Infallible;

use program::recurrence::{Deterministic, Recurrence};

use super::{Dynamics, Moment, Start, StopRule, VariableRole};

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
    /// Whether the network has a rule of its own for rest.
    pub judged: bool,
    /// After how many steps it comes back to exactly the same state and past, once it has done so: 1
    /// for a fixed point.
    pub period: Option<u64>,
    /// The energy before the first step and after each; empty where none is defined.
    pub energy: Vec<f64>,
    /// The largest change of a state in each step.
    pub distance: Vec<f64>,
    /// How many elements of the states changed in each step.
    pub changed: Vec<usize>,
    /// The end.
    pub last: Moment,
}

/// Runs a network from a start; `observe` sees the moment before the first step and after each.
pub fn run(network: &dyn Dynamics, start: &Start, observe: &mut dyn FnMut(&Moment)) -> Trajectory {
    let stop = network.stop();
    let mut walk = Walk::new(network, start);
    let mut energy: Vec<f64> = network.energy(&walk.moment).into_iter().collect();
    let (mut distance, mut changed) = (vec![], vec![]);
    let (mut before, mut earlier) = (walk.taken(), None);
    let mut recurrence = Recurrence::new();
    let mut look = |walk: &Walk<'_>| match recurrence.look(walk) {
        Ok(period) => period,
        Err(never) => match never {},
    };
    look(&walk);
    observe(&walk.moment);
    let (ending, judged) = loop {
        let judged = walk.step();
        observe(&walk.moment);
        energy.extend(network.energy(&walk.moment));
        let now = walk.taken();
        let moved = largest_change(&before, &now);
        distance.push(moved);
        let pairs = before.iter().flatten().zip(now.iter().flatten());
        changed.push(pairs.filter(|(before, now)| before != now).count());
        look(&walk);
        let rests = judged.unwrap_or(moved <= stop.tolerance);
        let came_back = earlier.as_ref() == Some(&now);
        if let Some(ending) = stop.ending(walk.moment.step, rests, came_back) {
            break (ending, judged.is_some());
        }
        earlier = Some(std::mem::replace(&mut before, now));
    };
    Trajectory {
        ending,
        judged,
        // What has left the numbers stays as it is without being at rest.
        period: recurrence.period().filter(|_| lasts(&distance)),
        energy,
        distance,
        changed,
        last: walk.moment,
    }
}

/// The moment at the end of a run, of which nothing else is asked.
pub fn last(network: &dyn Dynamics, start: &Start) -> Moment {
    let stop = network.stop();
    let mut walk = Walk::new(network, start);
    let (mut before, mut earlier) = (walk.taken(), None);
    loop {
        let judged = walk.step();
        let now = walk.taken();
        let rests = judged.unwrap_or_else(|| largest_change(&before, &now) <= stop.tolerance);
        let came_back = earlier.as_ref() == Some(&now);
        if stop.ending(walk.moment.step, rests, came_back).is_some() {
            return walk.moment;
        }
        earlier = Some(std::mem::replace(&mut before, now));
    }
}

impl StopRule {
    /// How a run ends after so many steps, if it does: `rests` says whether it is at rest, and
    /// `came_back` whether the state is that of two steps before.
    fn ending(&self, steps: u64, rests: bool, came_back: bool) -> Option<Ending> {
        match () {
            () if self.when_stable && rests => Some(Ending::Stable),
            () if self.on_period_two && came_back => Some(Ending::PeriodTwo),
            () if steps >= self.max_steps => Some(Ending::Budget),
            () => None,
        }
    }
}

/// Whether the last change was a number.
fn lasts(distance: &[f64]) -> bool {
    distance.last().is_none_or(|moved| moved.is_finite())
}

/// A network on its way.
#[derive(Clone)]
struct Walk<'a> {
    network: &'a dyn Dynamics,
    /// The places of the states among the variables.
    states: Vec<usize>,
    settles: u64,
    moment: Moment,
}

impl<'a> Walk<'a> {
    fn new(network: &'a dyn Dynamics, start: &Start) -> Walk<'a> {
        let variables = network.variables();
        let states = variables.iter().enumerate();
        let states = states.filter(|(_, variable)| variable.role == VariableRole::State);
        Walk {
            network,
            states: states.map(|(at, _)| at).collect(),
            settles: network.settles(),
            moment: network.begin(start),
        }
    }

    /// The values of the states.
    fn taken(&self) -> Vec<Vec<f64>> {
        let states = self.states.iter();
        states.map(|&at| self.moment.of(at).to_vec()).collect()
    }

    fn step(&mut self) -> Option<bool> {
        let judged = self.network.step(&mut self.moment);
        self.moment.step += 1;
        judged
    }
}

impl Deterministic for Walk<'_> {
    type Error = Infallible;

    fn configuration(&self) -> Vec<i64> {
        self.moment.configuration(&self.states, self.settles)
    }

    fn advance(&mut self) -> Result<(), Infallible> {
        self.step();
        Ok(())
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
