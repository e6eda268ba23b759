//! The energy of a continuous network without delays and with symmetric weights.

use super::{Continuous, Form, Method, STATE};
use crate::dynamics::Moment;

/// `-y'Wy/2 - I'y + sum_i c_i int g^-1`, over outputs y = g(x): Hopfield 1984, equation 5. For a
/// map y are the states (Marcus & Westervelt 1989); for the static-field form with one decay c for
/// all units y = c x, and W / c stands for W. None where the theory has none: with delays, with
/// weights that are not symmetric, with a g that does not rise, or where a state is none that g
/// gives.
pub fn energy(network: &Continuous, moment: &Moment) -> Option<f64> {
    let rises = network.activation.is_nondecreasing();
    if !network.delays.is_empty() || !rises || network.weights.asymmetry().is_some() {
        return None;
    }
    let state = moment.of(STATE);
    let (outputs, decay, scale) = match (network.method, network.form) {
        (Method::Euler { .. }, Form::LocalField) => {
            (network.source(state), network.decay.clone(), 1.0)
        }
        (Method::Euler { .. }, Form::StaticField) => {
            let decay = network.common_decay()?;
            let outputs = state.iter().map(|x| decay * x).collect();
            (outputs, vec![1.0; state.len()], decay)
        }
        (Method::Map, _) => (state.to_vec(), vec![1.0; state.len()], 1.0),
    };
    let fields = network.weights.times(&outputs);
    let current = network.current(moment);
    let units = outputs.iter().zip(fields).zip(current).zip(decay);
    let terms = units.map(|(((y, field), current), decay)| {
        let stored = network.activation.inverse_integral(*y)?;
        Some(decay * stored - y * (field / scale / 2.0 + current))
    });
    terms
        .sum::<Option<f64>>()
        .filter(|energy| energy.is_finite())
}

impl Continuous {
    /// The decay of all units, where it is the same.
    pub fn common_decay(&self) -> Option<f64> {
        let first = *self.decay.first()?;
        self.decay
            .iter()
            .all(|decay| *decay == first)
            .then_some(first)
    }
}
