//! The differential equation whose Euler steps a continuous network makes.

use super::{Continuous, Form, Method, STATE};
use crate::delay::Late;
use crate::dynamics::{Course, Dynamics, Flow, Start};

/// The equation with a start; its states are those of the units, then the leaky ones.
struct Equation<'a> {
    network: &'a Continuous,
    step: f64,
    start: Vec<f64>,
    current: Vec<f64>,
    late: Late<'a>,
}

/// The equation of a network that makes Euler steps.
pub fn flow<'a>(network: &'a Continuous, start: &Start) -> Option<Box<dyn Flow + 'a>> {
    let Method::Euler { step } = network.method else {
        return None;
    };
    let moment = network.begin(start);
    let start = moment.of(STATE).to_vec();
    Some(Box::new(Equation {
        network,
        step,
        current: network.current(&moment),
        late: Late::new(&network.delays, &network.history, step, start.len()),
        start,
    }))
}

impl Flow for Equation<'_> {
    fn step(&self) -> f64 {
        self.step
    }

    fn before(&self, ago: f64) -> Vec<f64> {
        let source = |states: &[f64]| self.network.source(states);
        self.late.before(ago, &self.start, &source)
    }

    fn derivative(&self, step: u64, states: &[f64], past: &dyn Course) -> Vec<f64> {
        let network = self.network;
        let units = self.late.of_units(states);
        let source = network.source(&units);
        let of = |states: &[f64]| network.source(states);
        let late = self.late.received(step, (states, &source), past, &of);
        let neutral = self.late.neutral(past);
        let mut field = network.weights.times(&source);
        let others = late.iter().zip(&self.current);
        field
            .iter_mut()
            .zip(others)
            .for_each(|(sum, (late, current))| *sum += late + current);
        let each = units
            .iter()
            .zip(&field)
            .zip(&neutral)
            .zip(&network.decay)
            .zip(&network.capacity);
        let rates = each.map(
            |((((x, field), neutral), decay), capacity)| match network.form {
                Form::LocalField => (field - decay * x) / capacity + neutral,
                Form::StaticField => network.activation.value(*field) - decay * x + neutral,
            },
        );
        let mut rates: Vec<f64> = rates.collect();
        rates.extend(self.late.leaks(states, &source));
        rates
    }
}
