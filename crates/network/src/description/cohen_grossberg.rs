//! The sections that describe a Cohen-Grossberg network.

use schemars::JsonSchema;
use serde::Deserialize;

use super::checks::{Checked, Checker, MAX_SIDE};
use super::delays::files;
use super::dynamic::{Described, RealFormat, RunSection};
use super::hopfield::Fold;
use super::response::ResponseSource;
use super::values::{NamedFiles, TensorSource, named};
use super::{
    ActivationTable, DelaySections, FunctionWord, HistorySection, PerUnit, Quantity, Source,
};
use crate::cohen_grossberg::CohenGrossberg;
use crate::diagnostic::NetworkError;
use crate::network::Network;

/// A Cohen-Grossberg network (M. A. Cohen, S. Grossberg, IEEE Transactions on Systems, Man, and
/// Cybernetics 13, 1983), in Euler steps of `dx_i/dt = a_i(x_i) (b_i(x_i) + I_i - sum_j c_ij
/// d_j(x_j))`: with suitable functions a shunting network, or species that compete.
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CohenGrossbergDescription {
    /// What is built.
    pub network: CohenGrossbergNetwork,
    /// The coefficients c and the constants I.
    pub weights: CohenGrossbergWeights,
    /// The functions, the step and the box.
    #[serde(default)]
    pub dynamics: CohenGrossbergDynamics,
    /// What reaches the units late: a section `[delays.NAME]` for each term; their sums are added to
    /// `sum_j c_ij d_j(x_j)`.
    #[serde(default)]
    pub delays: DelaySections,
    /// What was before the first step.
    #[serde(default)]
    pub history: HistorySection,
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
    pub data: CohenGrossbergData,
}

/// The word `cohen_grossberg`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum CohenGrossbergKind {
    /// A Cohen-Grossberg network.
    CohenGrossberg,
}

/// What is built: kind, name and size.
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CohenGrossbergNetwork {
    /// The network kind.
    pub kind: CohenGrossbergKind,
    /// Name of the network and of its Verilog top module: a letter, then letters, digits or `_`.
    #[schemars(regex(pattern = r"^[A-Za-z][A-Za-z0-9_]{0,62}$"))]
    pub name: String,
    /// Number of units, 1 to 4096.
    #[schemars(range(min = 1, max = 4096))]
    pub units: usize,
}

/// The coefficients: exactly one of `c` and `sparse`.
#[derive(Debug, Clone, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CohenGrossbergWeights {
    /// The matrix c, units x units; row i holds what inhibits unit i.
    pub c: Option<TensorSource>,
    /// A sparse matrix c as triples row, column, value (rows and columns from 0), one a line.
    pub sparse: Option<TensorSource>,
    /// One number I for each unit, added to b; none means 0.
    pub bias: Option<TensorSource>,
}

/// The functions, the step and the box.
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct CohenGrossbergDynamics {
    /// The amplification a, which is not negative where states are. Default 1.
    pub a: ResponseSource,
    /// The unit's own rate b. Default `-x`.
    pub b: ResponseSource,
    /// The signal d that reaches other units. Default tanh.
    pub d: ResponseSource,
    /// The Euler step h, above 0. Default 0.125; a power of two costs no multiplier.
    pub step: f64,
    /// The least state of all units or of each, with `high`: states are held in this box.
    pub low: Option<PerUnit>,
    /// The largest state of all units or of each.
    pub high: Option<PerUnit>,
    /// How activation functions are made in hardware.
    pub table: ActivationTable,
}

impl Default for CohenGrossbergDynamics {
    fn default() -> CohenGrossbergDynamics {
        let falling = super::ResponseFields {
            polynomial: Some(TensorSource::Vector(vec![0.0, -1.0])),
            ..super::ResponseFields::default()
        };
        CohenGrossbergDynamics {
            a: ResponseSource::Constant(1.0),
            b: ResponseSource::Fields(falling),
            d: ResponseSource::Word(FunctionWord::Tanh),
            step: 0.125,
            low: None,
            high: None,
            table: ActivationTable::default(),
        }
    }
}

/// Where runs start.
#[derive(Debug, Clone, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct CohenGrossbergData {
    /// Start states x, one a row. Default: one start, the middle of the box, or 0.
    pub probes: Option<TensorSource>,
}

/// An end of the box.
pub const BOUND: Quantity = Quantity {
    what: "an end of the box",
    low: -1e6,
    high: 1e6,
};

impl CohenGrossbergDynamics {
    fn check(&self, check: &Checker<'_>) -> Checked {
        for (field, response) in [
            ("dynamics.a", &self.a),
            ("dynamics.b", &self.b),
            ("dynamics.d", &self.d),
        ] {
            response.check(check.source, field)?;
        }
        check.range("dynamics.step", "the step", self.step, 1e-6, 1e3)?;
        self.table.check(check.source, "dynamics.table")?;
        match (&self.low, &self.high) {
            (None, None) => Ok(()),
            (Some(low), Some(high)) => {
                low.check(BOUND, check.source, "dynamics.low")?;
                high.check(BOUND, check.source, "dynamics.high")
            }
            (Some(_), None) => {
                let message = "the box has a `low` end and no `high` one";
                check.conflict("dynamics.low", message, "both ends, or none")
            }
            (None, Some(_)) => {
                let message = "the box has a `high` end and no `low` one";
                check.conflict("dynamics.high", message, "both ends, or none")
            }
        }
    }
}

impl Described for CohenGrossbergDescription {
    fn name(&self) -> &str {
        &self.network.name
    }

    fn check(&self, source: &Source) -> Checked {
        let check = Checker { source };
        let units = self.network.units;
        check.name(&self.network.name)?;
        check.count("network.units", "the number of units", units, MAX_SIDE)?;
        check.one_of_weights([
            ("c", self.weights.c.is_some()),
            ("sparse", self.weights.sparse.is_some()),
        ])?;
        self.dynamics.check(&check)?;
        check.delays(&self.delays, &self.history, self.dynamics.step)?;
        check.cycles_are_none(!self.delays.is_empty(), &self.update)?;
        check.run(&self.update, &self.format)?;
        check.fold(&self.hardware, units)
    }

    fn build(&self, source: &Source) -> Result<Network, NetworkError> {
        let network = CohenGrossberg::from_description(self, source)?;
        Ok(Network::CohenGrossberg(Box::new(network)))
    }

    fn files(&self) -> NamedFiles {
        let each = |value: &Option<PerUnit>| value.as_ref().and_then(PerUnit::tensor).cloned();
        let (low, high) = (each(&self.dynamics.low), each(&self.dynamics.high));
        let mut all = named([
            ("weights.c", self.weights.c.as_ref()),
            ("weights.sparse", self.weights.sparse.as_ref()),
            ("weights.bias", self.weights.bias.as_ref()),
            ("dynamics.low", low.as_ref()),
            ("dynamics.high", high.as_ref()),
            ("data.probes", self.data.probes.as_ref()),
        ]);
        for (name, response) in [
            ("a", &self.dynamics.a),
            ("b", &self.dynamics.b),
            ("d", &self.dynamics.d),
        ] {
            let file = response.file();
            all.extend(file.map(|(key, file)| (format!("dynamics.{name}.{key}").into(), file)));
        }
        all.extend(files(&self.delays, &self.history));
        all
    }

    fn fold(&self) -> Fold {
        self.hardware.clone()
    }
}
