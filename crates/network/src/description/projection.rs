//! The sections that describe a projection network.

use schemars::JsonSchema;
use serde::Deserialize;

use super::Source;
use super::checks::{Checked, Checker, MAX_SIDE};
use super::dynamic::{Described, RealFormat, RunSection};
use super::hopfield::Fold;
use super::numbers::NumberOrAuto;
use super::per_unit::PerUnit;
use super::values::{NamedFiles, TensorSource, named};
use crate::diagnostic::NetworkError;
use crate::dynamics::StopRule;
use crate::network::Network;
use crate::projection::Projection;

/// The residual at which a run ends, where none is given.
const TOLERANCE: f64 = 1e-3;

/// A projection network: it solves a linear variational inequality over a box, `x+ = x + relaxation
/// { P(x - step (M x + q)) - x }`, and with it linear complementarity problems and quadratic programs
/// with bounds and with linear constraints. What a run ends by is the residual of each element,
/// `x - P(x - (M x + q))`.
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ProjectionDescription {
    /// What is solved.
    pub network: ProjectionNetwork,
    /// The matrix and the vector of the problem.
    pub weights: ProjectionWeights,
    /// The box.
    #[serde(default)]
    pub bounds: Bounds,
    /// Equations that must hold: each adds an element to the state, its multiplier. Not for `lcp`.
    pub equality: Option<Equality>,
    /// Inequalities that must hold, likewise.
    pub inequality: Option<Inequality>,
    /// How a step is made.
    #[serde(default)]
    pub dynamics: ProjectionDynamics,
    /// For how long the network runs; `tolerance` is the largest residual of an element at which it
    /// is at rest, 0.001 by default.
    #[serde(default)]
    pub update: RunSection,
    /// The word formats. The format of the state bounds elements that have no bound of their own.
    #[serde(default)]
    pub format: RealFormat,
    /// How much of the arithmetic is done at the same time.
    #[serde(default)]
    pub hardware: Fold,
    /// Where runs start.
    #[serde(default)]
    pub data: ProjectionData,
}

/// The word `projection`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ProjectionKind {
    /// A projection network.
    Projection,
}

/// What is built: kind, name, problem and size.
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ProjectionNetwork {
    /// The network kind.
    pub kind: ProjectionKind,
    /// Name of the network and of its Verilog top module: a letter, then letters, digits or `_`.
    #[schemars(regex(pattern = r"^[A-Za-z][A-Za-z0-9_]{0,62}$"))]
    pub name: String,
    /// What is solved.
    pub problem: ProjectionProblem,
    /// Number of variables, 1 to 4096; with the multipliers of constraints, 4096 at most.
    #[schemars(range(min = 1, max = 4096))]
    pub units: usize,
}

/// The problems.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ProjectionProblem {
    /// The linear variational inequality: x within its bounds with `(z - x)'(M x + q) >= 0` for each
    /// z within them.
    Lvi,
    /// The linear complementarity problem: x >= 0, M x + q >= 0, and in each row one of the two is 0.
    Lcp,
    /// The quadratic program: x within its bounds with the smallest `x'Mx/2 + q'x`, for a symmetric M.
    Qp,
}

/// The matrix, as exactly one of `m` and `sparse`, and the vector of the problem.
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ProjectionWeights {
    /// M, units x units. That of a quadratic program must be symmetric; what is off by less than
    /// 1e-9 of its largest number is taken for rounding, and halved.
    pub m: Option<TensorSource>,
    /// M, sparse: triples row, column, value (rows and columns from 0), one a line.
    pub sparse: Option<TensorSource>,
    /// q, units numbers.
    pub q: TensorSource,
}

/// The box in which the state lies.
#[derive(Debug, Clone, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Bounds {
    /// The lower bound, one for all variables or one for each; `-inf` leaves it to the word. Default
    /// `-inf`; for `lcp` it is 0 and cannot be given.
    pub lower: Option<PerUnit>,
    /// The upper bound, likewise. Default `inf`.
    pub upper: Option<PerUnit>,
}

/// Equations `A x = b`.
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Equality {
    /// A, as many rows as b has numbers, units columns.
    pub a: TensorSource,
    /// b.
    pub b: TensorSource,
}

/// Inequalities `G x <= h`.
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Inequality {
    /// G, as many rows as h has numbers, units columns.
    pub g: TensorSource,
    /// h.
    pub h: TensorSource,
}

/// How a step is made.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct ProjectionDynamics {
    /// The method. Default: `projection` for a symmetric M without constraints, else
    /// `extragradient`.
    pub method: Option<ProjectionMethod>,
    /// What multiplies `M x + q`, above 0; or `auto`: the largest power of two below nine tenths of
    /// the bound below which runs are known to go to a solution.
    pub step: NumberOrAuto,
    /// How much of the way to the projection a step goes, above 0 to 1: lambda h of the Euler steps of
    /// `dx/dt = lambda { P(x - step (M x + q)) - x }`. Default 1; a power of two costs no multiplier.
    pub relaxation: f64,
}

impl Default for ProjectionDynamics {
    fn default() -> ProjectionDynamics {
        ProjectionDynamics {
            method: None,
            step: NumberOrAuto::Auto,
            relaxation: 1.0,
        }
    }
}

/// How the projection is used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ProjectionMethod {
    /// Once a step: for a symmetric M, or one whose symmetric part is positive definite.
    Projection,
    /// Twice a step, the second time with `M x + q` where the first one leads: for any monotone M.
    Extragradient,
}

/// Where runs start, and what is known of the solution.
#[derive(Debug, Clone, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct ProjectionData {
    /// Start states, one a row, of units values within the bounds. Default: the point of the box next
    /// to 0. Multipliers start there, too.
    pub probes: Option<TensorSource>,
    /// The solution, units numbers, where another solver found it: word widths are judged by the
    /// distance from it.
    pub solution: Option<TensorSource>,
}

impl ProjectionDescription {
    /// When a run ends: by the residual.
    pub fn stop(&self) -> StopRule {
        StopRule {
            tolerance: self.update.tolerance.unwrap_or(TOLERANCE),
            ..self.update.rule()
        }
    }
}

impl Described for ProjectionDescription {
    fn name(&self) -> &str {
        &self.network.name
    }

    fn check(&self, source: &Source) -> Checked {
        let check = Checker { source };
        let units = self.network.units;
        check.name(&self.network.name)?;
        check.count("network.units", "the number of variables", units, MAX_SIDE)?;
        check.one_of_weights([
            ("m", self.weights.m.is_some()),
            ("sparse", self.weights.sparse.is_some()),
        ])?;
        let lcp = self.network.problem == ProjectionProblem::Lcp;
        let others = "`problem = \"lvi\"` or `\"qp\"`";
        check.only("bounds.lower", self.bounds.lower.is_some(), !lcp, others)?;
        check.only("equality", self.equality.is_some(), !lcp, others)?;
        check.only("inequality", self.inequality.is_some(), !lcp, others)?;
        if let NumberOrAuto::Number(step) = self.dynamics.step {
            check.range("dynamics.step", "the step", step, f64::MIN_POSITIVE, 1e6)?;
        }
        let (field, what) = ("dynamics.relaxation", "the relaxation");
        let relaxation = self.dynamics.relaxation;
        check.range(field, what, relaxation, f64::MIN_POSITIVE, 1.0)?;
        check.run(&self.update, &self.format)
    }

    fn build(&self, source: &Source) -> Result<Network, NetworkError> {
        let network = Projection::from_description(self, source)?;
        // Multipliers are rows, too.
        Checker { source }.fold(&self.hardware, network.units())?;
        Ok(Network::Projection(network))
    }

    fn files(&self) -> NamedFiles {
        let bounds = &self.bounds;
        let equality = self.equality.as_ref();
        let inequality = self.inequality.as_ref();
        named([
            ("weights.m", self.weights.m.as_ref()),
            ("weights.sparse", self.weights.sparse.as_ref()),
            ("weights.q", Some(&self.weights.q)),
            (
                "bounds.lower",
                bounds.lower.as_ref().and_then(PerUnit::tensor),
            ),
            (
                "bounds.upper",
                bounds.upper.as_ref().and_then(PerUnit::tensor),
            ),
            ("equality.a", equality.map(|given| &given.a)),
            ("equality.b", equality.map(|given| &given.b)),
            ("inequality.g", inequality.map(|given| &given.g)),
            ("inequality.h", inequality.map(|given| &given.h)),
            ("data.probes", self.data.probes.as_ref()),
            ("data.solution", self.data.solution.as_ref()),
        ])
    }

    fn fold(&self) -> Fold {
        self.hardware.clone()
    }
}
