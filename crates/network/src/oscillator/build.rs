//! From a description to a network.

use super::Oscillator;
use crate::description::{OscillatorDescription, Source};
use crate::diagnostic::NetworkError;
use crate::dynamics::StopRule;
use crate::given;
use crate::hopfield::{Hopfield, Order, learned_weights};

impl Oscillator {
    /// Builds the network of a description.
    ///
    /// # Errors
    /// What is wrong with a file that the description names, with the place of its name.
    pub fn from_description(
        described: &OscillatorDescription,
        source: &Source,
    ) -> Result<Oscillator, NetworkError> {
        let (units, section) = (described.network.units, &described.weights);
        let patterns = match &section.learn {
            Some(learn) => {
                given::patterns(&learn.patterns, units, source, "weights.learn.patterns")?
            }
            None => vec![],
        };
        let real = |pattern: &Vec<i8>| pattern.iter().map(|&v| f64::from(v)).collect();
        let probes: Vec<Vec<f64>> = match &described.data.probes {
            Some(probes) => {
                let what = "the start states";
                given::rows(probes, units, (-1.0, 1.0), what, source, "data.probes")?
            }
            None => {
                let noisy = given::noisy(described.data.noise, &patterns, units);
                noisy.iter().map(real).collect()
            }
        };
        let dynamics = described.dynamics;
        Ok(Oscillator {
            name: described.network.name.clone(),
            phase_bits: dynamics.phase_bits,
            phase_step: dynamics
                .phase_step
                .unwrap_or(1 << dynamics.phase_bits.clamp(1, 31).saturating_sub(1)),
            stop: StopRule {
                max_steps: described.update.max_steps,
                when_stable: described.ends_at_rest(),
                on_period_two: false,
                tolerance: 0.0,
            },
            patterns: patterns.iter().map(real).collect(),
            memory: Hopfield {
                name: described.network.name.clone(),
                weights: learned_weights(units, section, &patterns, source)?,
                bias: vec![0.0; units],
                order: Order::Synchronous,
                max_steps: described.update.max_steps,
                detect_period: false,
                storage: section.storage,
                patterns,
                probes: vec![],
            },
            probes,
        })
    }
}
