//! The sections that describe a transiently chaotic network.

use schemars::JsonSchema;
use serde::Deserialize;

use super::checks::{Checked, Checker};
use super::combinatorial::ProblemSection;
use super::course::{Course, Ramp, RampShape};
use super::dynamic::{Described, RealFormat};
use super::hopfield::Fold;
use super::ising::{IsingData, IsingSections, IsingWeights, SweepSection, one_replica};
use super::{AutoNumber, NamedFiles, Source};
use crate::chaotic::Chaotic;
use crate::diagnostic::NetworkError;
use crate::network::Network;

/// A transiently chaotic network (L. Chen, K. Aihara, Neural Networks 8, 1995), which minimises the
/// Ising energy `-s'Js/2 - h's`: `y` becomes `damping y + coupling (J v + h) - z(t) (x - centre)`,
/// with `v = 2 x - 1` and `x = 1 / (1 + exp(-y / epsilon))`. The answer is the sign of v.
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ChaoticDescription {
    /// What is built.
    pub network: ChaoticNetwork,
    /// The problem whose couplings and fields are minimised; or `[weights]`.
    pub problem: Option<ProblemSection>,
    /// Couplings and fields; or a `[problem]`.
    #[serde(default)]
    pub weights: IsingWeights,
    /// The numbers of the equations.
    #[serde(default)]
    pub dynamics: ChaoticDynamics,
    /// In which order the units are updated, and for how long. A run ends earlier when nothing
    /// changes any more at the self-coupling 0.
    #[serde(default)]
    pub update: SweepSection,
    /// The word formats; `state` is that of the internal states, `activation` that of the outputs.
    #[serde(default)]
    pub format: RealFormat,
    /// How much of the arithmetic is done at the same time.
    #[serde(default)]
    pub hardware: Fold,
    /// Where runs start; random ones are of internal states.
    #[serde(default)]
    pub data: IsingData,
}

/// The word `chaotic`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ChaoticKind {
    /// A transiently chaotic network.
    Chaotic,
}

/// What is built: kind, name and size.
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ChaoticNetwork {
    /// The network kind.
    pub kind: ChaoticKind,
    /// Name of the network and of its Verilog top module: a letter, then letters, digits or `_`.
    #[schemars(regex(pattern = r"^[A-Za-z][A-Za-z0-9_]{0,62}$"))]
    pub name: String,
    /// Number of units; left out where a `[problem]` gives it.
    #[schemars(range(min = 1, max = 4096))]
    pub units: Option<usize>,
    /// Replicas side by side in one design, each with a state of its own; the best one counts.
    /// Default 1; units x replicas is 4096 at most.
    #[serde(default = "one_replica")]
    pub replicas: usize,
}

/// The numbers of the equations.
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct ChaoticDynamics {
    /// What is left of an internal state after a step (k), 0 to 0.999. Default 0.875.
    #[schemars(range(min = 0.0, max = 0.999))]
    pub damping: f64,
    /// What multiplies the pull of couplings and fields (alpha), or `auto`: the largest power of
    /// two with which those of a unit, all together, pull by at most 0.75.
    pub coupling: AutoNumber,
    /// The steepness of the outputs (epsilon), above 0. Default 1/256.
    pub epsilon: f64,
    /// The self-coupling z(t). A ramp goes over four fifths of `update.max_steps` and is followed
    /// by 0; a geometric one is `z(t + 1) = (1 - beta) z(t)`. Default: from 0.25 to 0.01, geometric.
    pub self_coupling: Course,
    /// The output that the self-coupling draws to (I0), from 0 to 1. Default 0.625.
    #[schemars(range(min = 0.0, max = 1.0))]
    pub centre: f64,
}

impl Default for ChaoticDynamics {
    fn default() -> ChaoticDynamics {
        ChaoticDynamics {
            damping: 0.875,
            coupling: AutoNumber::Auto,
            epsilon: 1.0 / 256.0,
            self_coupling: Course::Ramp(Ramp {
                from: 0.25,
                to: 0.01,
                steps: None,
                shape: RampShape::Geometric,
            }),
            centre: 0.625,
        }
    }
}

impl ChaoticDescription {
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

impl Described for ChaoticDescription {
    fn name(&self) -> &str {
        &self.network.name
    }

    fn check(&self, source: &Source) -> Checked {
        let check = Checker { source };
        check.name(&self.network.name)?;
        self.ising().check(&check)?;
        let dynamics = &self.dynamics;
        let damping = ("dynamics.damping", "the damping");
        check.range(damping.0, damping.1, dynamics.damping, 0.0, 0.999)?;
        if let AutoNumber::Given(coupling) = dynamics.coupling {
            let what = "the coupling";
            check.range("dynamics.coupling", what, coupling, 1e-6, 1e6)?;
        }
        let (field, what) = ("dynamics.epsilon", "the steepness");
        check.range(field, what, dynamics.epsilon, 1e-4, 100.0)?;
        let of_self = ("dynamics.self_coupling", "the self-coupling");
        dynamics
            .self_coupling
            .check(&check, of_self, (0.0, 100.0))?;
        check.range("dynamics.centre", "the centre", dynamics.centre, 0.0, 1.0)?;
        self.update.check(&check, self.network.units)?;
        check.real_formats(&self.format)
    }

    fn build(&self, source: &Source) -> Result<Network, NetworkError> {
        Chaotic::from_description(self, source).map(Network::Chaotic)
    }

    fn files(&self) -> NamedFiles {
        let mut files = self.ising().files();
        files.extend(self.dynamics.self_coupling.file("dynamics.self_coupling"));
        files
    }

    fn fold(&self) -> Fold {
        self.hardware.clone()
    }
}
