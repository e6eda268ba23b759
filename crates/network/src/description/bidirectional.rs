//! The sections that describe a bidirectional associative memory.

use schemars::JsonSchema;
use serde::Deserialize;

use super::checks::{Checked, Checker, MAX_SIDE};
use super::continuous::{POSITIVE, STEP};
use super::delays::files;
use super::dynamic::{Described, RealFormat, RunSection};
use super::hopfield::{Fold, Noise};
use super::values::{NamedFiles, PatternSource, TensorSource, named};
use super::{
    ActivationSource, ActivationTable, DelaySections, FormatChoice, FunctionWord, HistorySection,
    PerUnit, Source,
};
use crate::bidirectional::Bidirectional;
use crate::delay::steps;
use crate::diagnostic::NetworkError;
use crate::network::Network;

/// A bidirectional associative memory (B. Kosko, IEEE Transactions on Systems, Man, and
/// Cybernetics 18, 1988): two layers x and y, with weights W from x to y and the same weights back;
/// it recalls pairs, from either side.
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct BidirectionalDescription {
    /// What is built.
    pub network: BidirectionalNetwork,
    /// Where the weights come from.
    pub weights: PairWeights,
    /// The equations.
    #[serde(default)]
    pub dynamics: BidirectionalDynamics,
    /// What else reaches the units late, in the forms `map` and `euler`: a section `[delays.NAME]`
    /// for each term. Units count from those of x, those of y following; so do rows and columns.
    #[serde(default)]
    pub delays: DelaySections,
    /// What was before the first step: states of x and y, in one row.
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
    pub data: BidirectionalData,
}

/// The word `bidirectional_associative_memory`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum BidirectionalKind {
    /// A bidirectional associative memory.
    BidirectionalAssociativeMemory,
}

/// What is built: kind, name and sizes.
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct BidirectionalNetwork {
    /// The network kind.
    pub kind: BidirectionalKind,
    /// Name of the network and of its Verilog top module: a letter, then letters, digits or `_`.
    #[schemars(regex(pattern = r"^[A-Za-z][A-Za-z0-9_]{0,62}$"))]
    pub name: String,
    /// Number of units of the layer x, 1 to 4096.
    #[schemars(range(min = 1, max = 4096))]
    pub x: usize,
    /// Number of units of the layer y, 1 to 4096.
    #[schemars(range(min = 1, max = 4096))]
    pub y: usize,
}

/// Where the weights come from: exactly one of `w`, `sparse` and `learn`.
#[derive(Debug, Clone, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PairWeights {
    /// The matrix W, y rows of x weights; row i holds the weights from x into unit i of y.
    pub w: Option<TensorSource>,
    /// A sparse matrix W as triples row, column, value (rows and columns from 0), one a line.
    pub sparse: Option<TensorSource>,
    /// A learning rule and the pairs to be stored.
    pub learn: Option<PairLearn>,
    /// One bias for each unit of x; none means 0. The rule `prlab` learns its own.
    pub bias_x: Option<TensorSource>,
    /// One bias for each unit of y; none means 0. The rule `prlab` learns its own.
    pub bias_y: Option<TensorSource>,
}

/// A learning rule and the pairs to be stored.
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PairLearn {
    /// The learning rule.
    pub rule: PairRule,
    /// The patterns of x, one a row, of values -1 or +1.
    pub x: PatternSource,
    /// The patterns of y that belong to them, row by row.
    pub y: PatternSource,
    /// `prlab` only: the relaxation factor lambda, above 0 and below 2. Default 1.8.
    pub relaxation: Option<f64>,
    /// `prlab` only: how far the sum of a unit must be on the side of its value before it is left
    /// alone, as a share of the sum that it is moved towards; 0 to 0.99. Default 0, as published: a
    /// pair that is stored is left alone. Larger margins recall from more noise.
    #[schemars(range(min = 0.0, max = 0.99))]
    pub margin: Option<f64>,
    /// `prlab` only: the largest number of passes over the pairs. Default 1000.
    pub max_epochs: Option<usize>,
    /// In the forms `map` and `euler`: a factor for what was learned, above 0. Default 1.
    pub scale: Option<f64>,
}

/// The rules that learn pairs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum PairRule {
    /// Kosko's sum of outer products; integer weights; few pairs.
    Kosko,
    /// Pseudo-relaxation (Oh & Kothari 1994): every set of pairs that can be stored at all.
    Prlab,
}

/// The equations of a bidirectional associative memory.
#[derive(Debug, Clone, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct BidirectionalDynamics {
    /// The equations. Default `discrete`.
    pub form: PairFormWord,
    /// `euler` only: the step h, above 0. Default 0.125; a power of two costs no multiplier.
    pub step: Option<f64>,
    /// The activation function g, in the forms `map` and `euler`.
    pub activation: Option<ActivationSource>,
    /// How g is made in hardware.
    pub table: Option<ActivationTable>,
    /// `euler` only: the decay, above 0, of all units of x or of each. Default 1.
    pub decay_x: Option<PerUnit>,
    /// `euler` only: the decay, above 0, of all units of y or of each. Default 1.
    pub decay_y: Option<PerUnit>,
    /// In the forms `map` and `euler`: how late W delivers to y, a whole multiple of the step; not
    /// late where it is not given.
    pub delay_x_to_y: Option<f64>,
    /// As `delay_x_to_y`, from y back to x.
    pub delay_y_to_x: Option<f64>,
}

/// The equations; W leads from x to y and its transpose W' back, c and d are the biases of y and x.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum PairFormWord {
    /// `y = sgn(W x + c)`, then `x = sgn(W' y + d)`; units whose sum is 0 stay as they are.
    #[default]
    Discrete,
    /// `y+ = g(W x + c)` and `x+ = g(W' y + d)`, both at the same time; a run that starts from one
    /// layer starts with what that makes of the other. Delays count in steps.
    Map,
    /// Euler steps of `dx/dt = -decay x + W' g(y) + d` and `dy/dt = -decay y + W g(x) + c`.
    Euler,
}

impl BidirectionalDynamics {
    /// The length of a step in the unit of time; 1 for a map.
    pub fn length(&self) -> f64 {
        match self.form {
            PairFormWord::Euler => self.step.unwrap_or(STEP),
            PairFormWord::Discrete | PairFormWord::Map => 1.0,
        }
    }

    /// The activation function: tanh where none is given.
    pub fn activation(&self) -> ActivationSource {
        let tanh = || FunctionWord::Tanh.into();
        self.activation.clone().unwrap_or_else(tanh)
    }
}

/// Where runs start.
#[derive(Debug, Clone, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct BidirectionalData {
    /// Start states of x, one a row: what is recalled is the y that belongs to it. -1 or +1 in the
    /// form `discrete`. In the others, with `y` beside it: the two start together, row by row.
    pub x: Option<TensorSource>,
    /// Start states of y, one a row: what is recalled is the x that belongs to it.
    pub y: Option<TensorSource>,
    /// Start states made from the patterns by flipping some of their values.
    pub noise: Option<Noise>,
    /// With `noise`: whether runs start from x, from y, or half of them from each. Default `x`.
    pub from: Option<FromWord>,
    /// In the forms `map` and `euler`: the magnitude of the start states that are made from the
    /// patterns, above 0. Default 1.
    pub magnitude: Option<f64>,
    /// Rows and columns of x, where it is a picture; their product is the number of its units.
    pub grid_x: Option<[usize; 2]>,
    /// Rows and columns of y.
    pub grid_y: Option<[usize; 2]>,
}

/// The layer that a run starts from.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum FromWord {
    /// The layer x.
    #[default]
    X,
    /// The layer y.
    Y,
    /// Each in turn.
    Both,
}

/// The forms with real states.
const GRADED: &str = "form = \"map\" or \"euler\"";

impl PairWeights {
    /// The factor for what was learned.
    pub fn scale(&self) -> f64 {
        let learn = self.learn.as_ref();
        learn.and_then(|learn| learn.scale).unwrap_or(1.0)
    }

    fn check(&self, check: &Checker<'_>, graded: bool) -> Checked {
        check.one_of_weights([
            ("w", self.w.is_some()),
            ("sparse", self.sparse.is_some()),
            ("learn", self.learn.is_some()),
        ])?;
        let Some(learn) = &self.learn else {
            return Ok(());
        };
        let prlab = learn.rule == PairRule::Prlab;
        let fields = [
            ("relaxation", learn.relaxation.is_some()),
            ("margin", learn.margin.is_some()),
            ("max_epochs", learn.max_epochs.is_some()),
        ];
        for (key, given) in fields {
            let field = format!("weights.learn.{key}");
            check.only(&field, given, prlab, "rule = \"prlab\"")?;
        }
        for (key, given) in [("bias_x", &self.bias_x), ("bias_y", &self.bias_y)] {
            let field = format!("weights.{key}");
            check.only(&field, given.is_some(), !prlab, "another rule than prlab")?;
        }
        let (field, given) = ("weights.learn.scale", learn.scale);
        check.only(field, given.is_some(), graded, GRADED)?;
        if let Some(scale) = given {
            check.range(field, "the factor", scale, 1e-6, 1e6)?;
        }
        if let Some(relaxation) = learn.relaxation {
            let (field, what) = ("weights.learn.relaxation", "the relaxation factor");
            check.range(field, what, relaxation, 1e-3, 1.999)?;
        }
        if let Some(margin) = learn.margin {
            check.range("weights.learn.margin", "the margin", margin, 0.0, 0.99)?;
        }
        if let Some(epochs) = learn.max_epochs {
            let what = "the number of epochs";
            check.count("weights.learn.max_epochs", what, epochs, 1_000_000)?;
        }
        for (field, patterns) in [("x", &learn.x), ("y", &learn.y)] {
            if let PatternSource::Prototypes(prototypes) = patterns {
                let field = format!("weights.learn.{field}.threshold");
                check.range(&field, "the threshold", prototypes.threshold, -1e9, 1e9)?;
            }
        }
        Ok(())
    }
}

impl BidirectionalDynamics {
    fn check(&self, check: &Checker<'_>) -> Checked {
        let euler = self.form == PairFormWord::Euler;
        let graded = self.form != PairFormWord::Discrete;
        let fields = [
            ("step", self.step.is_some(), euler, "form = \"euler\""),
            ("decay_x", self.decay_x.is_some(), euler, "form = \"euler\""),
            ("decay_y", self.decay_y.is_some(), euler, "form = \"euler\""),
            ("activation", self.activation.is_some(), graded, GRADED),
            ("table", self.table.is_some(), graded, GRADED),
            ("delay_x_to_y", self.delay_x_to_y.is_some(), graded, GRADED),
            ("delay_y_to_x", self.delay_y_to_x.is_some(), graded, GRADED),
        ];
        for (key, given, case, when) in fields {
            check.only(&format!("dynamics.{key}"), given, case, when)?;
        }
        if let Some(step) = self.step {
            check.range("dynamics.step", "the step", step, 1e-6, 1e3)?;
        }
        if let Some(activation) = &self.activation {
            activation.check(check.source, "dynamics.activation")?;
        }
        if let Some(table) = &self.table {
            table.check(check.source, "dynamics.table")?;
        }
        for (field, value) in [
            ("dynamics.decay_x", &self.decay_x),
            ("dynamics.decay_y", &self.decay_y),
        ] {
            if let Some(value) = value {
                value.check(POSITIVE, check.source, field)?;
            }
        }
        Ok(())
    }
}

impl BidirectionalDescription {
    fn check_late(&self, check: &Checker<'_>) -> Checked {
        let (dynamics, length) = (&self.dynamics, self.dynamics.length());
        if dynamics.form == PairFormWord::Discrete {
            let name = self.delays.keys().next();
            let at = name.map_or("delays".into(), |name| format!("delays.{name}"));
            check.only(&at, name.is_some(), false, GRADED)?;
            let given = self.history.states.is_some() || self.history.loaded;
            return check.only("history", given, false, GRADED);
        }
        let mut late = !self.delays.is_empty();
        for (field, time) in [
            ("dynamics.delay_x_to_y", dynamics.delay_x_to_y),
            ("dynamics.delay_y_to_x", dynamics.delay_y_to_x),
        ] {
            if let Some(time) = time {
                late = true;
                let found = steps(time, length, 1);
                found.map_err(|problem| check.source.error(field, problem))?;
            }
        }
        if !late || !self.delays.is_empty() {
            check.delays(&self.delays, &self.history, length)?;
        }
        if dynamics.form == PairFormWord::Map {
            check.no_rates(&self.delays)?;
        }
        check.cycles_are_none(late, &self.update)
    }

    fn check_data(&self, check: &Checker<'_>) -> Checked {
        let data = &self.data;
        let graded = self.dynamics.form != PairFormWord::Discrete;
        if let Some(noise) = data.noise {
            check.noise(noise, data.x.is_some() || data.y.is_some())?;
        }
        let noise = data.x.is_none() && data.y.is_none();
        let when = "start states that are made from patterns";
        check.only("data.from", data.from.is_some(), noise, when)?;
        let when = "form = \"map\" or \"euler\", and start states that are made from patterns";
        let magnitude = data.magnitude.is_some();
        check.only("data.magnitude", magnitude, graded && noise, when)?;
        let BidirectionalNetwork { x, y, .. } = self.network;
        for (field, grid, units) in [
            ("data.grid_x", data.grid_x, x),
            ("data.grid_y", data.grid_y, y),
        ] {
            let Some([rows, columns]) = grid else {
                continue;
            };
            if rows.checked_mul(columns) != Some(units) {
                let message = format!("{rows} x {columns} is not {units}, the number of units");
                let expected = format!("rows and columns with {units} units together");
                check.conflict(field, &message, &expected)?;
            }
        }
        if let Some(magnitude) = data.magnitude {
            let (what, least) = ("the magnitude", f64::MIN_POSITIVE);
            check.range("data.magnitude", what, magnitude, least, 1e6)?;
        }
        Ok(())
    }
}

impl Described for BidirectionalDescription {
    fn name(&self) -> &str {
        &self.network.name
    }

    fn check(&self, source: &Source) -> Checked {
        let check = Checker { source };
        let BidirectionalNetwork { x, y, .. } = self.network;
        check.name(&self.network.name)?;
        check.count("network.x", "the number of units of x", x, MAX_SIDE)?;
        check.count("network.y", "the number of units of y", y, MAX_SIDE)?;
        let graded = self.dynamics.form != PairFormWord::Discrete;
        self.weights.check(&check, graded)?;
        self.dynamics.check(&check)?;
        self.check_late(&check)?;
        check.run(&self.update, &self.format)?;
        if self.dynamics.form == PairFormWord::Discrete {
            let when = "form = \"map\" or \"euler\"; discrete states are single bits";
            let given = self.format.state != FormatChoice::Auto;
            check.only("format.state", given, false, when)?;
            let given = self.format.activation != FormatChoice::Auto;
            check.only("format.activation", given, false, when)?;
        }
        check.fold(&self.hardware, if graded { x + y } else { x.max(y) })?;
        self.check_data(&check)
    }

    fn build(&self, source: &Source) -> Result<Network, NetworkError> {
        let network = Bidirectional::from_description(self, source)?;
        Ok(Network::Bidirectional(Box::new(network)))
    }

    fn files(&self) -> NamedFiles {
        let each = |value: &Option<PerUnit>| value.as_ref().and_then(PerUnit::tensor).cloned();
        let (decay_x, decay_y) = (each(&self.dynamics.decay_x), each(&self.dynamics.decay_y));
        let mut all = named([
            ("weights.w", self.weights.w.as_ref()),
            ("weights.sparse", self.weights.sparse.as_ref()),
            ("weights.bias_x", self.weights.bias_x.as_ref()),
            ("weights.bias_y", self.weights.bias_y.as_ref()),
            ("dynamics.decay_x", decay_x.as_ref()),
            ("dynamics.decay_y", decay_y.as_ref()),
            ("data.x", self.data.x.as_ref()),
            ("data.y", self.data.y.as_ref()),
        ]);
        if let Some(learn) = &self.weights.learn {
            all.extend(learn.x.file("weights.learn.x"));
            all.extend(learn.y.file("weights.learn.y"));
        }
        let points = self.dynamics.activation.as_ref();
        let points = points.and_then(|activation| activation.fields().file);
        all.extend(points.map(|file| ("dynamics.activation.file".into(), file)));
        all.extend(files(&self.delays, &self.history));
        all
    }

    fn fold(&self) -> Fold {
        self.hardware.clone()
    }
}
