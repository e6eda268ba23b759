//! The sections that describe a continuous Hopfield network.

use schemars::JsonSchema;
use serde::Deserialize;

use super::checks::{Checked, Checker, MAX_SIDE};
use super::delays::files;
use super::dynamic::{Described, RealFormat, RunSection};
use super::hopfield::{Fold, Noise};
use super::real_weights::RealWeights;
use super::values::{NamedFiles, TensorSource, named};
use super::{
    ActivationSource, ActivationTable, DelaySections, FunctionWord, HistorySection, PerUnit,
    Quantity, Source,
};
use crate::continuous::Continuous;
use crate::diagnostic::NetworkError;
use crate::network::Network;

/// A continuous Hopfield network (J. J. Hopfield, PNAS 81, 1984): units with real states x and
/// outputs g(x), in Euler steps of its differential equation or as an iterated map, with delays of
/// any kind.
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ContinuousDescription {
    /// What is built.
    pub network: ContinuousNetwork,
    /// Where the weights come from.
    pub weights: RealWeights,
    /// The numbers of the equation.
    #[serde(default)]
    pub dynamics: ContinuousDynamics,
    /// An input that the host loads with the start state, added to what the units receive.
    pub input: Option<InputSection>,
    /// What reaches the units late: a section `[delays.NAME]` for each term.
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
    pub data: ContinuousData,
}

/// The word `continuous_hopfield`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ContinuousKind {
    /// A continuous Hopfield network.
    ContinuousHopfield,
}

/// What is built: kind, name and size.
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ContinuousNetwork {
    /// The network kind.
    pub kind: ContinuousKind,
    /// Name of the network and of its Verilog top module: a letter, then letters, digits or `_`.
    #[schemars(regex(pattern = r"^[A-Za-z][A-Za-z0-9_]{0,62}$"))]
    pub name: String,
    /// Number of units, 1 to 4096.
    #[schemars(range(min = 1, max = 4096))]
    pub units: usize,
}

/// The numbers of the equation.
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct ContinuousDynamics {
    /// The equation. Default `generalised`.
    pub form: FormWord,
    /// How a step is made. Default `euler`.
    pub method: MethodWord,
    /// Euler only: the step h, above 0. Default 0.125; a power of two costs no multiplier.
    pub step: Option<f64>,
    /// The activation function g.
    pub activation: ActivationSource,
    /// How g is made in hardware.
    pub table: ActivationTable,
    /// `generalised` and `static_field` with Euler steps only: the decay c, above 0, of all units or
    /// of each. Default 1.
    pub decay: Option<PerUnit>,
    /// `original` only: the resistance R, above 0, of all units or of each. Default 1.
    pub resistance: Option<PerUnit>,
    /// `original` only: the capacity C, above 0, of all units or of each. Default 1.
    pub capacity: Option<PerUnit>,
}

/// The equations; w are the weights, g the activation function, I bias and inputs.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum FormWord {
    /// Hopfield's own: `C_i dx_i/dt = -x_i / R_i + sum_j w_ij g(x_j) + I_i`.
    Original,
    /// The local-field form: `dx_i/dt = -c_i x_i + sum_j w_ij g(x_j) + I_i`.
    #[default]
    Generalised,
    /// `dx_i/dt = -c_i x_i + g(sum_j w_ij x_j + I_i)`.
    StaticField,
}

/// How a step is made.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum MethodWord {
    /// Euler's method: `x + h dx/dt`.
    #[default]
    Euler,
    /// The iterated map of the outputs `x+ = g(W x + I)`, all units at the same time; delays count
    /// in steps.
    Map,
}

/// The step where none is given.
pub const STEP: f64 = 0.125;

impl Default for ContinuousDynamics {
    fn default() -> ContinuousDynamics {
        ContinuousDynamics {
            form: FormWord::default(),
            method: MethodWord::default(),
            step: None,
            activation: FunctionWord::Tanh.into(),
            table: ActivationTable::default(),
            decay: None,
            resistance: None,
            capacity: None,
        }
    }
}

impl ContinuousDynamics {
    /// The length of a step in the unit of time; 1 for a map.
    pub fn length(&self) -> f64 {
        match self.method {
            MethodWord::Euler => self.step.unwrap_or(STEP),
            MethodWord::Map => 1.0,
        }
    }
}

/// An input u that the host loads with the start state.
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct InputSection {
    /// The number of inputs. Default: one for each unit.
    pub size: Option<usize>,
    /// What leads from the inputs to the units, a matrix of units x size. Default: each input to
    /// its unit.
    pub w: Option<TensorSource>,
    /// The largest magnitude of an input, above 0: what its word must hold. Default: the largest in
    /// `data.inputs`.
    pub limit: Option<f64>,
}

/// Where runs start.
#[derive(Debug, Clone, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct ContinuousData {
    /// Start states x, one a row.
    pub probes: Option<TensorSource>,
    /// Start states made from the patterns by flipping some of their values.
    pub noise: Option<Noise>,
    /// Magnitude of the start states that are made from the patterns, above 0. Default 0.5.
    pub magnitude: Option<f64>,
    /// Inputs, one row for each start state, or one row for all. With one start state, each row is
    /// a run of its own.
    pub inputs: Option<TensorSource>,
}

/// A decay, resistance or capacity.
pub const POSITIVE: Quantity = Quantity {
    what: "a decay, resistance or capacity",
    low: 1e-6,
    high: 1e6,
};

impl ContinuousDynamics {
    fn check(&self, check: &Checker<'_>) -> Checked {
        let euler = self.method == MethodWord::Euler;
        let original = self.form == FormWord::Original && euler;
        let decaying = self.form != FormWord::Original && euler;
        let when = "method = \"euler\"";
        check.only("dynamics.step", self.step.is_some(), euler, when)?;
        let when = "form = \"generalised\" or \"static_field\" and Euler steps";
        check.only("dynamics.decay", self.decay.is_some(), decaying, when)?;
        for (field, value) in [
            ("dynamics.resistance", &self.resistance),
            ("dynamics.capacity", &self.capacity),
        ] {
            let when = "form = \"original\" and Euler steps";
            check.only(field, value.is_some(), original, when)?;
        }
        if let Some(step) = self.step {
            check.range("dynamics.step", "the step", step, 1e-6, 1e3)?;
        }
        self.activation.check(check.source, "dynamics.activation")?;
        self.table.check(check.source, "dynamics.table")?;
        for (field, value) in [
            ("dynamics.decay", &self.decay),
            ("dynamics.resistance", &self.resistance),
            ("dynamics.capacity", &self.capacity),
        ] {
            if let Some(value) = value {
                value.check(POSITIVE, check.source, field)?;
            }
        }
        Ok(())
    }
}

impl ContinuousDescription {
    fn check_input(&self, check: &Checker<'_>) -> Checked {
        let given = self.data.inputs.is_some();
        let when = "a section `[input]`";
        check.only("data.inputs", given, self.input.is_some(), when)?;
        let Some(input) = &self.input else {
            return Ok(());
        };
        if let Some(size) = input.size {
            check.count("input.size", "the number of inputs", size, MAX_SIDE)?;
            if size != self.network.units && input.w.is_none() {
                let message = format!("{size} inputs of {} units", self.network.units);
                let expected = "`w`, a matrix that leads from inputs to units";
                check.conflict("input", message, expected)?;
            }
        }
        if let Some(limit) = input.limit {
            let what = "the largest magnitude of an input";
            check.range("input.limit", what, limit, 1e-6, 1e6)?;
        }
        if input.limit.is_none() && !given {
            let message = "nothing says how large an input is";
            check.conflict("input", message, "`limit`, or `inputs` in [data]")?;
        }
        Ok(())
    }
}

impl Described for ContinuousDescription {
    fn name(&self) -> &str {
        &self.network.name
    }

    fn check(&self, source: &Source) -> Checked {
        let check = Checker { source };
        let units = self.network.units;
        check.name(&self.network.name)?;
        check.count("network.units", "the number of units", units, MAX_SIDE)?;
        self.weights.check(&check)?;
        self.dynamics.check(&check)?;
        self.check_input(&check)?;
        check.delays(&self.delays, &self.history, self.dynamics.length())?;
        if self.dynamics.method == MethodWord::Map {
            check.no_rates(&self.delays)?;
        }
        check.cycles_are_none(!self.delays.is_empty(), &self.update)?;
        check.run(&self.update, &self.format)?;
        check.fold(&self.hardware, units)?;
        if let Some(noise) = self.data.noise {
            check.noise(noise, self.data.probes.is_some())?;
        }
        if let Some(magnitude) = self.data.magnitude {
            let (what, least) = ("the magnitude", f64::MIN_POSITIVE);
            check.range("data.magnitude", what, magnitude, least, 1e6)?;
        }
        Ok(())
    }

    fn build(&self, source: &Source) -> Result<Network, NetworkError> {
        let network = Continuous::from_description(self, source)?;
        Ok(Network::Continuous(Box::new(network)))
    }

    fn files(&self) -> NamedFiles {
        let each = |value: &Option<PerUnit>| value.as_ref().and_then(PerUnit::tensor).cloned();
        let dynamics = &self.dynamics;
        let (decay, resistance, capacity) = (
            each(&dynamics.decay),
            each(&dynamics.resistance),
            each(&dynamics.capacity),
        );
        let mut all = self.weights.files();
        all.extend(named([
            ("dynamics.decay", decay.as_ref()),
            ("dynamics.resistance", resistance.as_ref()),
            ("dynamics.capacity", capacity.as_ref()),
            (
                "input.w",
                self.input.as_ref().and_then(|input| input.w.as_ref()),
            ),
            ("data.probes", self.data.probes.as_ref()),
            ("data.inputs", self.data.inputs.as_ref()),
        ]));
        let points = dynamics.activation.fields().file;
        all.extend(points.map(|file| ("dynamics.activation.file".into(), file)));
        all.extend(files(&self.delays, &self.history));
        all
    }

    fn fold(&self) -> Fold {
        self.hardware.clone()
    }
}
