//! The differential equation whose Euler steps a continuous network makes.

use super::{Continuous, Form, Method, STATE};
use crate::delay::{Lag, leak};
use crate::dynamics::{Course, Dynamics, Flow, Start};

/// The equation with a start; its states are those of the units, then the leaky ones.
struct Equation<'a> {
    network: &'a Continuous,
    step: f64,
    start: Vec<f64>,
    current: Vec<f64>,
    /// The shares of the leaky states.
    shares: Vec<f64>,
}

/// The equation of a network that makes Euler steps.
pub fn flow<'a>(network: &'a Continuous, start: &Start) -> Option<Box<dyn Flow + 'a>> {
    let Method::Euler { step } = network.method else {
        return None;
    };
    let moment = network.begin(start);
    Some(Box::new(Equation {
        network,
        step,
        start: moment.of(STATE).to_vec(),
        current: network.current(&moment),
        shares: network.delays.shares(),
    }))
}

impl Equation<'_> {
    fn units(&self, states: &[f64]) -> Vec<f64> {
        states.get(..self.start.len()).unwrap_or_default().to_vec()
    }

    fn source_ago(&self, ago: usize, present: &[f64], past: &dyn Course) -> Vec<f64> {
        match ago {
            0 => present.to_vec(),
            ago => self.network.source(&self.units(&past.state(ago))),
        }
    }

    /// The leaky state number `place`.
    fn leaky<'s>(&self, place: usize, states: &'s [f64]) -> &'s [f64] {
        let units = self.start.len();
        let from = (place + 1) * units;
        states.get(from..from + units).unwrap_or_default()
    }

    fn lagged(
        &self,
        lag: &Lag,
        step: u64,
        (states, present): (&[f64], &[f64]),
        past: &dyn Course,
    ) -> Vec<f64> {
        match lag {
            Lag::Steps(steps) => self.source_ago(*steps, present, past),
            Lag::Varying(steps) => {
                let steps = program::stage::scheduled(steps, step).unwrap_or(1);
                self.source_ago(steps, present, past)
            }
            Lag::Kernel(kernel) => {
                let mut sum = vec![0.0; present.len()];
                for &(steps, weight) in kernel {
                    let values = self.source_ago(steps, present, past);
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

impl Flow for Equation<'_> {
    fn step(&self) -> f64 {
        self.step
    }

    fn before(&self, ago: f64) -> Vec<f64> {
        let history = &self.network.history;
        let mut states = history.between(ago, &self.start);
        // Leaky states are asked for at the start alone.
        for &share in &self.shares {
            let source = |ago| self.network.source(history.state(ago, &self.start));
            let mut state = source(history.oldest());
            (1..history.oldest())
                .rev()
                .for_each(|ago| leak(&mut state, share, &source(ago)));
            states.extend(state);
        }
        states
    }

    fn derivative(&self, step: u64, states: &[f64], past: &dyn Course) -> Vec<f64> {
        let network = self.network;
        let units = self.units(states);
        let source = network.source(&units);
        let mut field = network.weights.times(&source);
        let mut neutral = vec![0.0; units.len()];
        for term in &network.delays.terms {
            let (sum, lagged) = match &term.lag {
                Lag::Increment(steps) => (&mut neutral, self.units(&past.rate(*steps))),
                lag => (&mut field, self.lagged(lag, step, (states, &source), past)),
            };
            let received = term.weights.times(&lagged);
            sum.iter_mut()
                .zip(received)
                .for_each(|(sum, more)| *sum += more);
        }
        field
            .iter_mut()
            .zip(&self.current)
            .for_each(|(sum, current)| *sum += current);
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
        for (place, share) in self.shares.iter().enumerate() {
            let pairs = source.iter().zip(self.leaky(place, states));
            rates.extend(pairs.map(|(y, z)| share / self.step * (y - z)));
        }
        rates
    }
}
