//! The sections that describe a digital oscillatory network.

use schemars::JsonSchema;
use serde::Deserialize;

use super::Source;
use super::checks::{Checked, Checker, MAX_SIDE, MAX_STEPS, check_memory};
use super::dynamic::Described;
use super::hopfield::{Fold, HopfieldFormat, HopfieldWeights, Noise};
use super::values::{NamedFiles, TensorSource, named};
use crate::diagnostic::NetworkError;
use crate::network::Network;
use crate::oscillator::Oscillator;

/// Largest number of bits of a phase.
const MAX_PHASE_BITS: u32 = 12;
/// Smallest number of bits of a phase.
const MIN_PHASE_BITS: u32 = 2;

/// A digital oscillatory network (M. Abernot et al., Frontiers in Neuroscience 15, 2021): each unit is
/// a square wave of 2^p phases, whose rising edge is brought to that of the sign of the weighted sum
/// of all waves; where the sum is 0, the unit's own wave stands for it. It remembers patterns as phases of 0 and 180 degrees beside unit 0. A step is one
/// tick, of which a period has 2^p.
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct OscillatorDescription {
    /// What is built.
    pub network: OscillatorNetwork,
    /// Where the weights come from. Without `bias`: a constant has no phase.
    pub weights: HopfieldWeights,
    /// The oscillators.
    #[serde(default)]
    pub dynamics: OscillatorDynamics,
    /// For how long the network runs.
    #[serde(default)]
    pub update: OscillatorUpdate,
    /// The word formats: those of a Hopfield network with these weights and patterns. Phases have the
    /// bits of `dynamics.phase_bits`.
    #[serde(default)]
    pub format: HopfieldFormat,
    /// How much of the arithmetic is done at the same time.
    #[serde(default)]
    pub hardware: Fold,
    /// Where runs start.
    #[serde(default)]
    pub data: OscillatorData,
}

/// The word `oscillator`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum OscillatorKind {
    /// A digital oscillatory network.
    Oscillator,
}

/// What is built: kind, name and size.
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct OscillatorNetwork {
    /// The network kind.
    pub kind: OscillatorKind,
    /// Name of the network and of its Verilog top module: a letter, then letters, digits or `_`.
    #[schemars(regex(pattern = r"^[A-Za-z][A-Za-z0-9_]{0,62}$"))]
    pub name: String,
    /// Number of units, 1 to 4096.
    #[schemars(range(min = 1, max = 4096))]
    pub units: usize,
}

/// The oscillators.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct OscillatorDynamics {
    /// Bits of a phase, 2 to 12; a period has 2 to that many ticks. Default 4.
    #[schemars(range(min = 2, max = 12))]
    pub phase_bits: u32,
    /// The most ticks by which a rising edge moves at once, 1 to half a period. Default: half a
    /// period, which is all the way.
    pub phase_step: Option<u32>,
}

impl Default for OscillatorDynamics {
    fn default() -> OscillatorDynamics {
        OscillatorDynamics {
            phase_bits: 4,
            phase_step: None,
        }
    }
}

/// For how long the network runs.
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct OscillatorUpdate {
    /// The largest number of ticks, 1 to 1,000,000. Default 1000.
    #[schemars(range(min = 1, max = 1_000_000))]
    pub max_steps: u64,
    /// What ends a run before that. Default `stable`.
    pub until: OscillatorUntil,
}

impl Default for OscillatorUpdate {
    fn default() -> OscillatorUpdate {
        OscillatorUpdate {
            max_steps: 1000,
            until: OscillatorUntil::Stable,
        }
    }
}

/// What ends a run of oscillators before its budget.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum OscillatorUntil {
    /// That no rising edge was moved for a whole period and a tick.
    Stable,
    /// Nothing: all ticks are made.
    Steps,
}

/// Where runs start.
#[derive(Debug, Clone, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct OscillatorData {
    /// Start states, one a row, of units values from -1 (in opposite phase) to 1 (in phase).
    pub probes: Option<TensorSource>,
    /// Start states made from the patterns by flipping some of their values.
    pub noise: Option<Noise>,
}

impl OscillatorDescription {
    /// Whether rest ends a run.
    pub fn ends_at_rest(&self) -> bool {
        self.update.until == OscillatorUntil::Stable
    }
}

impl Described for OscillatorDescription {
    fn name(&self) -> &str {
        &self.network.name
    }

    fn check(&self, source: &Source) -> Checked {
        let check = Checker { source };
        let units = self.network.units;
        check.name(&self.network.name)?;
        check.count("network.units", "the number of units", units, MAX_SIDE)?;
        if self.weights.bias.is_some() {
            let message = "oscillators have no bias: a constant has no phase";
            check.conflict("weights.bias", message, "no `bias`")?;
        }
        check_memory(&check, units, &self.weights, &self.format)?;
        let OscillatorDynamics {
            phase_bits,
            phase_step,
        } = self.dynamics;
        let (field, what) = ("dynamics.phase_bits", "the number of bits of a phase");
        let (least, most) = (f64::from(MIN_PHASE_BITS), f64::from(MAX_PHASE_BITS));
        check.range(field, what, f64::from(phase_bits), least, most)?;
        if let Some(step) = phase_step {
            let half = (f64::from(phase_bits) - 1.0).exp2();
            let (field, what) = ("dynamics.phase_step", "the largest move of an edge");
            check.range(field, what, f64::from(step), 1.0, half)?;
        }
        let (what, steps) = ("the number of ticks", self.update.max_steps as f64);
        check.range("update.max_steps", what, steps, 1.0, MAX_STEPS as f64)?;
        check.fold(&self.hardware, units)?;
        match self.data.noise {
            Some(noise) => check.noise(noise, self.data.probes.is_some()),
            None => Ok(()),
        }
    }

    fn build(&self, source: &Source) -> Result<Network, NetworkError> {
        let network = Oscillator::from_description(self, source)?;
        Ok(Network::Oscillator(Box::new(network)))
    }

    fn files(&self) -> NamedFiles {
        let learned = self.weights.learn.as_ref().map(|learn| &learn.patterns);
        let mut files = named([
            ("weights.w", self.weights.w.as_ref()),
            ("weights.sparse", self.weights.sparse.as_ref()),
            ("data.probes", self.data.probes.as_ref()),
        ]);
        files.extend(learned.and_then(|learned| learned.file("weights.learn.patterns")));
        files
    }

    fn fold(&self) -> Fold {
        self.hardware.clone()
    }
}
