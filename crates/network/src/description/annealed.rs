//! The sections that describe an annealed Hopfield network.

use schemars::JsonSchema;
use serde::Deserialize;

use super::checks::{Checked, Checker};
use super::combinatorial::ProblemSection;
use super::course::Course;
use super::dynamic::Described;
use super::hopfield::Fold;
use super::ising::{IsingData, IsingSections, IsingWeights, SweepSection, one_replica};
use super::{FormatChoice, NamedFiles, Source};
use crate::annealed::Annealed;
use crate::diagnostic::NetworkError;
use crate::network::Network;

/// The largest temperature.
pub const MAX_TEMPERATURE: f64 = 1e6;

/// An annealed (stochastic) Hopfield network, which minimises the Ising energy `-s'Js/2 - h's`:
/// unit i becomes +1 where `sum_j J_ij s_j + h_i + T(t) Q(u) > 0`, -1 where it is below 0, and
/// stays where it is 0; u is noise of its own for each unit in each sweep, and Q makes it logistic
/// (the heat-bath rule of Glauber). At the temperature 0 it is a Hopfield network.
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AnnealedDescription {
    /// What is built.
    pub network: AnnealedNetwork,
    /// The problem whose couplings and fields are minimised; or `[weights]`.
    pub problem: Option<ProblemSection>,
    /// Couplings and fields; or a `[problem]`.
    #[serde(default)]
    pub weights: IsingWeights,
    /// Temperature and noise.
    #[serde(default)]
    pub dynamics: AnnealedDynamics,
    /// In which order the units are updated, and for how long. A run ends earlier when a sweep at
    /// the temperature 0 changes nothing.
    #[serde(default)]
    pub update: SweepSection,
    /// The word formats.
    #[serde(default)]
    pub format: AnnealedFormat,
    /// How much of the arithmetic is done at the same time.
    #[serde(default)]
    pub hardware: Fold,
    /// Where runs start.
    #[serde(default)]
    pub data: IsingData,
}

/// The word `annealed_hopfield`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum AnnealedKind {
    /// An annealed Hopfield network.
    AnnealedHopfield,
}

/// What is built: kind, name and size.
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AnnealedNetwork {
    /// The network kind.
    pub kind: AnnealedKind,
    /// Name of the network and of its Verilog top module: a letter, then letters, digits or `_`.
    #[schemars(regex(pattern = r"^[A-Za-z][A-Za-z0-9_]{0,62}$"))]
    pub name: String,
    /// Number of units; left out where a `[problem]` gives it.
    #[schemars(range(min = 1, max = 4096))]
    pub units: Option<usize>,
    /// Replicas side by side in one design, each with states and noise of its own; the best one
    /// counts. In sequential order the same unit of all replicas is updated at the same time.
    /// Default 1; units x replicas is 4096 at most.
    #[serde(default = "one_replica")]
    pub replicas: usize,
}

/// Temperature and noise.
#[derive(Debug, Clone, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct AnnealedDynamics {
    /// The temperature T(t), 0 or more, in the unit of the energy. A ramp goes over nine tenths of
    /// `update.max_steps` and is followed by 0. Default: a geometric ramp from twice the root mean
    /// square of the couplings that are not 0 to a tenth of that.
    pub temperature: Option<Course>,
    /// Bits of a word of noise, 4 to 16. Default 10.
    #[schemars(range(min = 4, max = 16))]
    pub noise_bits: Option<u32>,
    /// Seed of the noise, 1 to 4294967295. Default 1.
    pub seed: Option<u64>,
}

/// The word formats of an annealed network; its states are always `b1`.
#[derive(Debug, Clone, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct AnnealedFormat {
    /// Format of the couplings, or `auto`: exact where 12 fraction bits are enough for that.
    pub weights: FormatChoice,
    /// Format of the temperatures, or `auto`: ten significant bits of the largest.
    pub temperature: FormatChoice,
    /// Format of the noise behind its quantile function, or `auto`: six fraction bits.
    pub noise: FormatChoice,
}

impl AnnealedDescription {
    /// The sections that give the model.
    pub fn ising(&self) -> IsingSections<'_> {
        IsingSections {
            units: self.network.units,
            replicas: self.network.replicas,
            weights: &self.weights,
            problem: self.problem.as_ref(),
            hardware: &self.hardware,
            data: &self.data,
        }
    }
}

impl Described for AnnealedDescription {
    fn name(&self) -> &str {
        &self.network.name
    }

    fn check(&self, source: &Source) -> Checked {
        let check = Checker { source };
        check.name(&self.network.name)?;
        self.ising().check(&check)?;
        let dynamics = &self.dynamics;
        let temperature = ("dynamics.temperature", "the temperature");
        let bounds = (0.0, MAX_TEMPERATURE);
        if let Some(course) = &dynamics.temperature {
            course.check(&check, temperature, bounds)?;
        }
        if let Some(bits) = dynamics.noise_bits {
            let (field, what) = ("dynamics.noise_bits", "the number of bits of the noise");
            check.range(field, what, f64::from(bits), 4.0, 16.0)?;
        }
        check.seed("dynamics.seed", dynamics.seed)?;
        self.update.check(&check, self.network.units)?;
        check.signed("format.weights", "couplings", self.format.weights)?;
        let temperatures = "temperatures beside noise of either sign";
        check.signed("format.temperature", temperatures, self.format.temperature)?;
        check.signed("format.noise", "noise of either sign", self.format.noise)
    }

    fn build(&self, source: &Source) -> Result<Network, NetworkError> {
        Annealed::from_description(self, source).map(Network::Annealed)
    }

    fn files(&self) -> NamedFiles {
        let mut files = self.ising().files();
        let course = self.dynamics.temperature.as_ref();
        files.extend(course.and_then(|course| course.file("dynamics.temperature")));
        files
    }

    fn fold(&self) -> Fold {
        self.hardware.clone()
    }
}
