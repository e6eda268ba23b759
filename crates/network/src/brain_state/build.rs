//! From a description to a network.

use super::BrainState;
use crate::description::{BrainStateDescription, Source};
use crate::diagnostic::NetworkError;
use crate::given;

/// Magnitude of the start states that are made from patterns.
const MAGNITUDE: f64 = 0.5;

impl BrainState {
    /// Builds the network of a description.
    ///
    /// # Errors
    /// What is wrong with a file that the description names, with the place of its name.
    pub fn from_description(
        described: &BrainStateDescription,
        source: &Source,
    ) -> Result<BrainState, NetworkError> {
        let units = described.network.units;
        let given::Weights {
            weights,
            bias,
            patterns,
        } = given::weights(&described.weights, units, source)?;
        let magnitude = described.data.magnitude.unwrap_or(MAGNITUDE);
        let probes = match &described.data.probes {
            Some(probes) => {
                let what = "the start states";
                given::rows(probes, units, (-1.0, 1.0), what, source, "data.probes")?
            }
            None => given::real(
                &given::noisy(described.data.noise, &patterns, units),
                magnitude,
            ),
        };
        Ok(BrainState {
            name: described.network.name.clone(),
            weights,
            bias,
            gain: described.dynamics.gain,
            decay: described.dynamics.decay,
            input: described.dynamics.input,
            rounding: described.format.rounding,
            stop: described.update.rule(),
            patterns: given::real(&patterns, 1.0),
            probes,
        })
    }
}
