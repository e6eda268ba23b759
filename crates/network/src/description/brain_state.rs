//! The sections that describe a brain-state-in-a-box.

use schemars::JsonSchema;
use serde::Deserialize;

use super::Source;
use super::checks::{Checked, Checker, MAX_SIDE};
use super::dynamic::{Described, RealFormat, RunSection};
use super::hopfield::{Fold, Noise};
use super::real_weights::RealWeights;
use super::values::{NamedFiles, TensorSource, named};
use crate::brain_state::BrainState;
use crate::diagnostic::NetworkError;
use crate::network::Network;

/// A brain-state-in-a-box (J. A. Anderson et al., Psychological Review 84, 1977): the state moves
/// in the box of -1 to +1, `x+ = clamp(decay x + gain (W x + b) + input x(0), -1, 1)`, until it
/// sits in a corner.
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct BrainStateDescription {
    /// What is built.
    pub network: BrainStateNetwork,
    /// Where the weights come from.
    pub weights: RealWeights,
    /// The numbers of the equation.
    #[serde(default)]
    pub dynamics: BrainStateDynamics,
    /// For how long the network runs.
    #[serde(default)]
    pub update: RunSection,
    /// The word formats.
    #[serde(default)]
    pub format: RealFormat,
    /// How much of the arithmetic is done at the same time.
    #[serde(default)]
    pub hardware: Fold,
    /// Where runs start.
    #[serde(default)]
    pub data: BrainStateData,
}

/// The word `brain_state_in_a_box`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum BrainStateKind {
    /// A brain-state-in-a-box.
    BrainStateInABox,
}

/// What is built: kind, name and size.
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct BrainStateNetwork {
    /// The network kind.
    pub kind: BrainStateKind,
    /// Name of the network and of its Verilog top module: a letter, then letters, digits or `_`.
    #[schemars(regex(pattern = r"^[A-Za-z][A-Za-z0-9_]{0,62}$"))]
    pub name: String,
    /// Number of units, 1 to 4096.
    #[schemars(range(min = 1, max = 4096))]
    pub units: usize,
}

/// The numbers of the equation.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct BrainStateDynamics {
    /// What multiplies `W x + b`, above 0. Default 0.25; a power of two costs no multiplier.
    pub gain: f64,
    /// What multiplies the state, 0 to 1. Default 1.
    pub decay: f64,
    /// What multiplies the start state, 0 to 1. Default 0.
    pub input: f64,
}

impl Default for BrainStateDynamics {
    fn default() -> BrainStateDynamics {
        BrainStateDynamics {
            gain: 0.25,
            decay: 1.0,
            input: 0.0,
        }
    }
}

/// Where runs start.
#[derive(Debug, Clone, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct BrainStateData {
    /// Start states, one a row, of units values from -1 to 1.
    pub probes: Option<TensorSource>,
    /// Start states made from the patterns by flipping some of their values.
    pub noise: Option<Noise>,
    /// Magnitude of the start states that are made from the patterns, above 0 to 1. Default 0.5.
    pub magnitude: Option<f64>,
}

impl Described for BrainStateDescription {
    fn name(&self) -> &str {
        &self.network.name
    }

    fn check(&self, source: &Source) -> Checked {
        let check = Checker { source };
        let units = self.network.units;
        check.name(&self.network.name)?;
        check.count("network.units", "the number of units", units, MAX_SIDE)?;
        self.weights.check(&check)?;
        let BrainStateDynamics { gain, decay, input } = self.dynamics;
        check.range("dynamics.gain", "the gain", gain, f64::MIN_POSITIVE, 1e6)?;
        check.range("dynamics.decay", "the decay", decay, 0.0, 1.0)?;
        check.range("dynamics.input", "the input term", input, 0.0, 1.0)?;
        check.run(&self.update, &self.format)?;
        check.fold(&self.hardware, units)?;
        if let Some(noise) = self.data.noise {
            check.noise(noise, self.data.probes.is_some())?;
        }
        if let Some(magnitude) = self.data.magnitude {
            let what = "the magnitude";
            check.range("data.magnitude", what, magnitude, f64::MIN_POSITIVE, 1.0)?;
        }
        Ok(())
    }

    fn build(&self, source: &Source) -> Result<Network, NetworkError> {
        BrainState::from_description(self, source).map(Network::BrainState)
    }

    fn files(&self) -> NamedFiles {
        let mut files = self.weights.files();
        files.extend(named([("data.probes", self.data.probes.as_ref())]));
        files
    }

    fn fold(&self) -> Fold {
        self.hardware.clone()
    }
}
