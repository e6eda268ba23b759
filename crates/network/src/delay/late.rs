//! Delays in a differential equation: what units receive from a past that is known at every
//! instant, where the recurrence knows whole steps.

use super::{Delays, History, Lag, leak};
use crate::dynamics::Course;
use crate::matrix::Matrix;

/// What is delayed, of the states of the units.
pub type Source<'a> = &'a dyn Fn(&[f64]) -> Vec<f64>;

/// Delays of a differential equation whose states are those of so many units, then the leaky ones.
#[derive(Debug, Clone)]
pub struct Late<'a> {
    delays: &'a Delays,
    history: &'a History,
    step: f64,
    units: usize,
    /// The shares of the leaky states.
    shares: Vec<f64>,
}

impl<'a> Late<'a> {
    /// The delays of an equation with steps of a length.
    pub fn new(delays: &'a Delays, history: &'a History, step: f64, units: usize) -> Late<'a> {
        Late {
            delays,
            history,
            step,
            units,
            shares: delays.shares(),
        }
    }

    /// The states of the units.
    pub fn of_units(&self, states: &[f64]) -> Vec<f64> {
        states.get(..self.units).unwrap_or_default().to_vec()
    }

    /// All states `ago` steps before the start, whose units have the states `start`.
    pub fn before(&self, ago: f64, start: &[f64], source: Source<'_>) -> Vec<f64> {
        let mut states = self.history.between(ago, start);
        // Leaky states are asked for at the start alone.
        for &share in &self.shares {
            let at = |ago| source(self.history.state(ago, start));
            let mut state = at(self.history.oldest());
            (1..self.history.oldest())
                .rev()
                .for_each(|ago| leak(&mut state, share, &at(ago)));
            states.extend(state);
        }
        states
    }

    /// What the units receive late, at an instant within step `step`; `present` is the source then.
    pub fn received(
        &self,
        step: u64,
        (states, present): (&[f64], &[f64]),
        past: &dyn Course,
        source: Source<'_>,
    ) -> Vec<f64> {
        let terms = self.delays.terms.iter();
        let terms = terms.filter(|term| !term.lag.is_increment());
        self.summed(terms.map(|term| {
            let ago = |steps: usize| match steps {
                0 => present.to_vec(),
                steps => source(&self.of_units(&past.state(steps))),
            };
            (&term.weights, self.lagged(&term.lag, step, states, &ago))
        }))
    }

    /// What they receive of past rates of change.
    pub fn neutral(&self, past: &dyn Course) -> Vec<f64> {
        self.summed(self.delays.terms.iter().filter_map(|term| match term.lag {
            Lag::Increment(steps) => Some((&term.weights, self.of_units(&past.rate(steps)))),
            _ => None,
        }))
    }

    /// The rates of change of the leaky states.
    pub fn leaks(&self, states: &[f64], present: &[f64]) -> Vec<f64> {
        let shares = self.shares.iter().enumerate();
        let rates = shares.flat_map(|(place, share)| {
            let pairs = present.iter().zip(self.leaky(place, states));
            pairs.map(move |(y, z)| share / self.step * (y - z))
        });
        rates.collect()
    }

    fn summed<'m>(&self, terms: impl Iterator<Item = (&'m Matrix, Vec<f64>)>) -> Vec<f64> {
        let mut sum = vec![0.0; self.units];
        for (weights, lagged) in terms {
            let received = weights.times(&lagged);
            sum.iter_mut()
                .zip(received)
                .for_each(|(sum, more)| *sum += more);
        }
        sum
    }

    /// The leaky state number `place`.
    fn leaky<'s>(&self, place: usize, states: &'s [f64]) -> &'s [f64] {
        let from = (place + 1) * self.units;
        states.get(from..from + self.units).unwrap_or_default()
    }

    fn lagged(
        &self,
        lag: &Lag,
        step: u64,
        states: &[f64],
        ago: &dyn Fn(usize) -> Vec<f64>,
    ) -> Vec<f64> {
        match lag {
            Lag::Steps(steps) => ago(*steps),
            Lag::Varying(steps) => ago(program::stage::scheduled(steps, step).unwrap_or(1)),
            Lag::Kernel(kernel) => {
                let mut sum = vec![0.0; self.units];
                for &(steps, weight) in kernel {
                    let values = ago(steps);
                    sum.iter_mut()
                        .zip(values)
                        .for_each(|(sum, value)| *sum += weight * value);
                }
                sum
            }
            Lag::Leaky(share) => {
                let place = self.shares.iter().position(|other| other == share);
                place.map_or(vec![], |place| self.leaky(place, states).to_vec())
            }
            Lag::Increment(_) => vec![],
        }
    }
}
