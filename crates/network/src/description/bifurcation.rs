//! The sections that describe a simulated bifurcation.

use schemars::JsonSchema;
use serde::Deserialize;

use super::checks::{Checked, Checker};
use super::combinatorial::ProblemSection;
use super::course::{Course, Ramp, RampShape};
use super::dynamic::{Described, RealFormat, RunSection};
use super::hopfield::Fold;
use super::ising::{IsingData, IsingSections, IsingWeights, one_replica};
use super::{AutoNumber, NamedFiles, Source};
use crate::bifurcation::SimulatedBifurcation;
use crate::diagnostic::NetworkError;
use crate::network::Network;

/// Simulated bifurcation (H. Goto et al., Science Advances 5, 2019, and 7, 2021), which minimises
/// the Ising energy `-s'Js/2 - h's`: for all units at once, `y += step ((p(t) - 1) x + coupling (J
/// f(x) + h))`, then `x += step y`; where |x| > 1, x becomes its sign and y 0. The answer is the
/// sign of x.
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct BifurcationDescription {
    /// What is built.
    pub network: BifurcationNetwork,
    /// The problem whose couplings and fields are minimised; or `[weights]`.
    pub problem: Option<ProblemSection>,
    /// Couplings and fields; or a `[problem]`.
    #[serde(default)]
    pub weights: IsingWeights,
    /// The numbers of the equations.
    #[serde(default)]
    pub dynamics: BifurcationDynamics,
    /// For how long the network runs. At rest are units that are pressed against their walls.
    #[serde(default)]
    pub update: RunSection,
    /// The word formats; `state` is that of the positions.
    #[serde(default)]
    pub format: RealFormat,
    /// How much of the arithmetic is done at the same time.
    #[serde(default)]
    pub hardware: Fold,
    /// Where runs start.
    #[serde(default)]
    pub data: IsingData,
}

/// The word `simulated_bifurcation`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum BifurcationKind {
    /// A simulated bifurcation.
    SimulatedBifurcation,
}

/// What is built: kind, name and size.
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct BifurcationNetwork {
    /// The network kind.
    pub kind: BifurcationKind,
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
pub struct BifurcationDynamics {
    /// What pulls: the positions, or their signs. Default `ballistic`.
    pub form: BifurcationForm,
    /// The time step, or `auto`: the largest power of two, 1 at most, for which `step^2 coupling
    /// rho(J)` is at most 1. A power of two costs no multiplier.
    pub step: AutoNumber,
    /// What multiplies the pull of couplings and fields (c0), or `auto`: `0.5 / (sqrt(n) sigma)`
    /// with the root mean square sigma of the couplings, to four significant bits.
    pub coupling: AutoNumber,
    /// The pump p(t). Default: from 0 to 1 over `update.max_steps`.
    pub pump: Course,
}

impl Default for BifurcationDynamics {
    fn default() -> BifurcationDynamics {
        BifurcationDynamics {
            form: BifurcationForm::default(),
            step: AutoNumber::Auto,
            coupling: AutoNumber::Auto,
            pump: Course::Ramp(Ramp {
                from: 0.0,
                to: 1.0,
                steps: None,
                shape: RampShape::Linear,
            }),
        }
    }
}

/// Which function of the positions pulls.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum BifurcationForm {
    /// The positions: fast.
    #[default]
    Ballistic,
    /// Their signs: slower, and often nearer to the best.
    Discrete,
}

impl BifurcationDescription {
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

impl Described for BifurcationDescription {
    fn name(&self) -> &str {
        &self.network.name
    }

    fn check(&self, source: &Source) -> Checked {
        let check = Checker { source };
        check.name(&self.network.name)?;
        self.ising().check(&check)?;
        let dynamics = &self.dynamics;
        if let AutoNumber::Given(step) = dynamics.step {
            check.range("dynamics.step", "the step", step, 1e-3, 4.0)?;
        }
        if let AutoNumber::Given(coupling) = dynamics.coupling {
            let what = "the coupling";
            check.range("dynamics.coupling", what, coupling, 1e-6, 1e6)?;
        }
        let pump = ("dynamics.pump", "the pump");
        dynamics.pump.check(&check, pump, (-16.0, 16.0))?;
        let tolerance = self.update.tolerance.is_some();
        let when = "kinds whose rest is a small change: units at rest here sit at walls";
        check.only("update.tolerance", tolerance, false, when)?;
        check.run(&self.update, &self.format)
    }

    fn build(&self, source: &Source) -> Result<Network, NetworkError> {
        SimulatedBifurcation::from_description(self, source).map(Network::Bifurcation)
    }

    fn files(&self) -> NamedFiles {
        let mut files = self.ising().files();
        files.extend(self.dynamics.pump.file("dynamics.pump"));
        files
    }

    fn fold(&self) -> Fold {
        self.hardware.clone()
    }
}
