//! The differential equation whose Euler steps a Cohen-Grossberg network makes.

use super::{CohenGrossberg, STATE};
use crate::delay::Late;
use crate::dynamics::{Course, Dynamics, Flow, Start};

/// The equation with a start; its states are those of the units, then the leaky ones.
struct Equation<'a> {
    network: &'a CohenGrossberg,
    start: Vec<f64>,
    late: Late<'a>,
}

/// The equation of a network.
pub fn flow<'a>(network: &'a CohenGrossberg, start: &Start) -> Box<dyn Flow + 'a> {
    let moment = network.begin(start);
    let start = moment.of(STATE).to_vec();
    Box::new(Equation {
        network,
        late: Late::new(&network.delays, &network.history, network.step, start.len()),
        start,
    })
}

impl Flow for Equation<'_> {
    fn step(&self) -> f64 {
        self.network.step
    }

    fn before(&self, ago: f64) -> Vec<f64> {
        let source = |states: &[f64]| self.network.signals(states);
        self.late.before(ago, &self.start, &source)
    }

    /// States that the box holds stay at its ends where they would leave it.
    fn derivative(&self, step: u64, states: &[f64], past: &dyn Course) -> Vec<f64> {
        let network = self.network;
        let units = self.late.of_units(states);
        let signals = network.signals(&units);
        let of = |states: &[f64]| network.signals(states);
        let late = self.late.received(step, (states, &signals), past, &of);
        let mut received = network.weights.times(&signals);
        received
            .iter_mut()
            .zip(late)
            .for_each(|(sum, late)| *sum += late);
        let rates = network.rates(&units, &received).into_iter();
        let rates = rates.zip(self.late.neutral(past)).zip(&units).enumerate();
        let held = rates.map(|(unit, ((rate, late), x))| {
            let (low, high) = network.ends(unit);
            match rate + late {
                rate if *x <= low => rate.max(0.0),
                rate if *x >= high => rate.min(0.0),
                rate => rate,
            }
        });
        let mut rates: Vec<f64> = held.collect();
        rates.extend(self.late.leaks(states, &signals));
        rates
    }
}
