//! The sections that describe a discrete Hopfield network.

use program::{Format, Overflow, Rounding};
use schemars::JsonSchema;
use serde::Deserialize;

use super::Source;
use super::checks::check_hopfield;
use super::coding::{ScaleChoice, WeightCoding};
use super::dynamic::Described;
use super::values::{FormatChoice, NamedFiles, PatternSource, TensorSource, named};
use crate::diagnostic::NetworkError;
use crate::hopfield::Hopfield;
use crate::network::Network;

/// A discrete Hopfield network (Hopfield 1982): `h_i = sum_j w_ij s_j + b_i`; unit i becomes +1
/// where h_i > 0, -1 where h_i < 0, and keeps its state where h_i = 0.
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct HopfieldDescription {
    /// What is built.
    pub network: HopfieldNetwork,
    /// Where the weights come from.
    pub weights: HopfieldWeights,
    /// In which order the units are updated, and for how long.
    #[serde(default)]
    pub update: HopfieldUpdate,
    /// The word formats.
    #[serde(default)]
    pub format: HopfieldFormat,
    /// How much of the arithmetic is done at the same time.
    #[serde(default)]
    pub hardware: Fold,
    /// Data on which the network is tried, quantised and verified.
    #[serde(default)]
    pub data: HopfieldData,
}

/// The word `hopfield`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum HopfieldKind {
    /// A discrete Hopfield network.
    Hopfield,
}

/// What is built: kind, name and size.
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct HopfieldNetwork {
    /// The network kind.
    pub kind: HopfieldKind,
    /// Name of the network and of its Verilog top module: a letter, then letters, digits or `_`.
    #[schemars(regex(pattern = r"^[A-Za-z][A-Za-z0-9_]{0,62}$"))]
    pub name: String,
    /// Number of units, 1 to 4096.
    #[schemars(range(min = 1, max = 4096))]
    pub units: usize,
}

/// Where the weights come from: exactly one of `w`, `sparse` and `learn`.
#[derive(Debug, Clone, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct HopfieldWeights {
    /// The matrix, units x units; row i holds the weights into unit i.
    pub w: Option<TensorSource>,
    /// A sparse matrix as triples row, column, value (rows and columns from 0), one a line.
    pub sparse: Option<TensorSource>,
    /// A learning rule and the patterns to be stored.
    pub learn: Option<Learn>,
    /// One bias a unit; none means 0.
    pub bias: Option<TensorSource>,
    /// Keeps only the weights between units that are near each other on a grid.
    pub neighbourhood: Option<Neighbourhood>,
    /// Whether the weights are fixed in the hardware or loaded at run time.
    #[serde(default)]
    pub storage: Storage,
}

/// A learning rule and the patterns to be stored.
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Learn {
    /// The learning rule.
    pub rule: Rule,
    /// The patterns, one a row, of units values -1 or +1.
    pub patterns: PatternSource,
    /// Perceptron only: how far above 0 the local field of each unit of each pattern must be, in
    /// units of one learning step; 0 or more. Default: the number of units.
    pub margin: Option<f64>,
    /// Perceptron only: the largest number of passes over the patterns. Default 1000.
    pub max_epochs: Option<usize>,
    /// Perceptron only: whether w_ij and w_ji are learned together. Default true.
    pub symmetric: Option<bool>,
}

/// The learning rules.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Rule {
    /// Sum of outer products, without the diagonal; integer weights; about 0.138 patterns a unit.
    Hebb,
    /// Storkey's local rule (1997); more patterns than Hebb.
    Storkey,
    /// The projection on the span of the patterns (pseudo-inverse); every set of patterns.
    Projection,
    /// The perceptron rule with a margin, unit by unit, until every pattern is stable.
    Perceptron,
}

/// A grid of units with a radius: w_ij is kept where unit j lies at most `radius` rows and columns
/// away from unit i. Unit i stands in row i / columns and column i % columns.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Neighbourhood {
    /// Rows of the grid.
    pub rows: usize,
    /// Columns of the grid; rows x columns = units.
    pub columns: usize,
    /// Largest distance in rows and in columns.
    pub radius: usize,
}

/// Where the hardware keeps its weights.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Storage {
    /// Fixed when the hardware is built.
    #[default]
    Rom,
    /// Loaded over the stream at run time.
    Ram,
}

/// In which order the units are updated, and for how long.
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct HopfieldUpdate {
    /// The order of the units within a sweep.
    pub order: OrderWord,
    /// Order `block` only: how many units are updated at the same time. Default 8, or all where
    /// there are fewer.
    pub block: Option<usize>,
    /// Order `permuted` only: the seed of the visiting orders, 1 to 4294967295. Default 1.
    pub seed: Option<u64>,
    /// The largest number of sweeps, 1 to 1,000,000.
    #[schemars(range(min = 1, max = 1_000_000))]
    pub max_steps: u64,
    /// Whether a cycle of two states ends the run. Default: true for the orders `synchronous` and
    /// `block`, false for the others.
    pub detect_period: Option<bool>,
}

impl Default for HopfieldUpdate {
    fn default() -> HopfieldUpdate {
        HopfieldUpdate {
            order: OrderWord::default(),
            block: None,
            seed: None,
            max_steps: 100,
            detect_period: None,
        }
    }
}

/// The update orders.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum OrderWord {
    /// All units at the same time.
    Synchronous,
    /// One after the other, unit 0 first; each sees what the units before it became.
    #[default]
    Sequential,
    /// One after the other in an order that is drawn anew for each sweep.
    Permuted,
    /// Block after block; the units of a block at the same time.
    Block,
}

/// The word formats of a Hopfield network; its states are always `b1`.
#[derive(Debug, Clone, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct HopfieldFormat {
    /// Format of the weights, or `auto`: the narrowest that loses nothing on the data.
    pub weights: FormatChoice,
    /// Which words a weight may become. Default: `bipolar` for the format `b1`, else
    /// `twos_complement`.
    pub coding: Option<WeightCoding>,
    /// What a weight is multiplied by: signs of sums do not depend on it. Default: the factor at
    /// which every weight is a whole number, where there is one in the format; else `largest`
    /// (`best` for every coding but `twos_complement`).
    pub scale: Option<ScaleChoice>,
    /// Whether each unit's weights and bias have a scale of their own. That costs nothing, and
    /// makes the weights asymmetric: no run is assured to end.
    pub per_row: bool,
    /// The weight that fills the format, in standard deviations of the weights; larger ones are
    /// brought to it. In the place of `scale`, and not with weights `auto` in two's complement.
    #[schemars(range(min = 0.1, max = 100.0))]
    pub clip: Option<f64>,
    /// Format of the bias, or `auto`: the fraction bits of the weights, as wide as needed.
    pub bias: FormatChoice,
    /// Format of the sums, or `auto`: the narrowest that no sum can leave. With the fraction bits
    /// of the weights.
    pub accumulator: FormatChoice,
    /// How weights and biases are rounded.
    pub rounding: Rounding,
    /// What happens to weights and biases that do not fit.
    pub overflow: Overflow,
}

impl HopfieldFormat {
    /// The coding in force for weights of a format, or of a format to be chosen.
    pub fn coding_of(&self, weights: FormatChoice) -> WeightCoding {
        let default = match weights {
            FormatChoice::Fixed(Format::BIPOLAR) => WeightCoding::Bipolar,
            _ => WeightCoding::TwosComplement,
        };
        self.coding.unwrap_or(default)
    }
}

/// The fold: `lanes` units at the same time, `taps` weights of each in a clock. A fold that does
/// not divide the number of units leaves the last lanes or taps idle.
#[derive(Debug, Clone, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Fold {
    /// Units computed at the same time, 1 to units. Default 1.
    pub lanes: Option<usize>,
    /// Weights of a unit taken in a clock, 1 to units. Default 1.
    pub taps: Option<usize>,
}

/// Data on which the network is tried, quantised and verified.
#[derive(Debug, Clone, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct HopfieldData {
    /// Start states, one a row, of units values -1 or +1.
    pub probes: Option<TensorSource>,
    /// Start states made from the patterns by flipping some of their values.
    pub noise: Option<Noise>,
}

/// Start states made from the learned patterns (or, where there are none, random states).
#[derive(Debug, Clone, Copy, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Noise {
    /// The share of the values that are flipped, 0 to 0.5.
    #[schemars(range(min = 0.0, max = 0.5))]
    pub flips: f64,
    /// How many noisy copies of each pattern. Default 10.
    #[serde(default = "ten")]
    pub copies: usize,
    /// Seed of the noise. Default 1.
    #[serde(default = "one")]
    pub seed: u64,
}

fn ten() -> usize {
    10
}

fn one() -> u64 {
    1
}

impl Described for HopfieldDescription {
    fn name(&self) -> &str {
        &self.network.name
    }

    fn check(&self, source: &Source) -> Result<(), NetworkError> {
        check_hopfield(self, source)
    }

    fn build(&self, source: &Source) -> Result<Network, NetworkError> {
        Hopfield::from_description(self, source).map(Network::Hopfield)
    }

    fn files(&self) -> NamedFiles {
        let learned = self.weights.learn.as_ref().map(|learn| &learn.patterns);
        let mut files = named([
            ("weights.w", self.weights.w.as_ref()),
            ("weights.sparse", self.weights.sparse.as_ref()),
            ("weights.bias", self.weights.bias.as_ref()),
            ("data.probes", self.data.probes.as_ref()),
        ]);
        files.extend(learned.and_then(|learned| learned.file("weights.learn.patterns")));
        files
    }

    fn fold(&self) -> Fold {
        self.hardware.clone()
    }
}
