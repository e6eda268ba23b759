//! The sections that describe a cellular array.

use program::{Overflow, Rounding};
use schemars::JsonSchema;
use serde::Deserialize;

use super::Source;
use super::checks::check_cellular;
use super::dynamic::Described;
use super::hopfield::Fold;
use super::values::{FormatChoice, NamedFiles, Start, TensorSource, named};
use crate::cellular::{Cellular, LibraryTemplate};
use crate::diagnostic::NetworkError;
use crate::network::Network;

/// A cellular neural network (Chua & Yang 1988): a grid of cells, each coupled to its neighbours
/// by the same template: `sum A y + sum B u + z` over a square neighbourhood, y the outputs and u
/// the input image. Black is +1 and white is -1.
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CellularDescription {
    /// What is built.
    pub network: CellularNetwork,
    /// The coupling of the cells.
    pub template: TemplateSection,
    /// How a cell moves.
    #[serde(default)]
    pub dynamics: Dynamics,
    /// What lies outside the grid.
    #[serde(default)]
    pub boundary: BoundarySection,
    /// The start state.
    #[serde(default)]
    pub state: StateSection,
    /// For how long the network runs.
    #[serde(default)]
    pub update: CellularUpdate,
    /// The word formats.
    #[serde(default)]
    pub format: CellularFormat,
    /// The hardware form.
    #[serde(default)]
    pub hardware: CellularHardware,
    /// Images on which the network is tried, quantised and verified.
    #[serde(default)]
    pub data: CellularData,
}

/// The word `cellular`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum CellularKind {
    /// A cellular array.
    Cellular,
}

/// What is built: kind, name and size.
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CellularNetwork {
    /// The network kind.
    pub kind: CellularKind,
    /// Name of the network and of its Verilog top module: a letter, then letters, digits or `_`.
    #[schemars(regex(pattern = r"^[A-Za-z][A-Za-z0-9_]{0,62}$"))]
    pub name: String,
    /// Rows of cells, 1 to 4096 and at least as many as the template has.
    #[schemars(range(min = 1, max = 4096))]
    pub rows: usize,
    /// Columns of cells, 1 to 4096 and at least as many as the template has.
    #[schemars(range(min = 1, max = 4096))]
    pub columns: usize,
}

/// The template: either the name of a built-in one, or the numbers. Rows go from north to south
/// and columns from west to east; the number at an offset multiplies the neighbour at that offset.
#[derive(Debug, Clone, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct TemplateSection {
    /// Name of a built-in template, like `edge`.
    pub library: Option<String>,
    /// Feedback from the outputs of the neighbours: 3 x 3 or 5 x 5 numbers. Default 0.
    pub a: Option<Vec<Vec<f64>>>,
    /// Control by the input image: 3 x 3 or 5 x 5 numbers. Default 0.
    pub b: Option<Vec<Vec<f64>>>,
    /// The threshold added to every cell. Default 0.
    pub z: Option<f64>,
}

/// How a cell moves.
#[derive(Debug, Clone, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Dynamics {
    /// The model. Default: what the built-in template asks for, else `clipped`.
    pub model: Option<ModelWord>,
    /// Model `chua_yang` only: the step h of the Euler method, above 0 to 1; a power of two
    /// costs no multiplier. Default 0.125.
    pub step: Option<f64>,
}

/// The models of a cell; g is the sum `sum A y + sum B u + z`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ModelWord {
    /// Full signal range: `x+ = clamp(g, -1, 1)`, y = x.
    Clipped,
    /// Chua & Yang 1988 by the Euler method: `x+ = x + h(-x + g)`, y = clamp(x, -1, 1).
    ChuaYang,
    /// Harrer & Nossek 1992: y+ = +1 where g > 0, -1 where g < 0, y where g = 0.
    Discrete,
}

/// What lies outside the grid, for outputs and for inputs alike.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct BoundarySection {
    /// The rule.
    pub rule: BoundaryWord,
    /// Rule `fixed` only: the value of every cell outside, -1 to 1. Default -1 (white).
    pub value: Option<f64>,
}

impl Default for BoundarySection {
    fn default() -> BoundarySection {
        BoundarySection {
            rule: BoundaryWord::Fixed,
            value: None,
        }
    }
}

/// The boundary rules.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum BoundaryWord {
    /// Every cell outside has the same value.
    Fixed,
    /// A cell outside equals the nearest cell inside.
    ZeroFlux,
    /// The grid is a torus. In the hardware form `streaming` the far edges are sent around it.
    Periodic,
}

/// The start state.
#[derive(Debug, Clone, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct StateSection {
    /// `input`, `second`, or a number from -1 to 1 for all cells. Default: what the built-in
    /// template asks for, else 0 (-1 for the model `discrete`).
    pub start: Option<Start>,
}

/// For how long the network runs.
#[derive(Debug, Clone, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct CellularUpdate {
    /// The largest number of steps, 1 to 1,000,000. Default: 100, or as many as `iterations` in
    /// the hardware form `streaming`.
    pub max_steps: Option<u64>,
    /// What ends a run. Default: `stable`, or `steps` in the hardware form `streaming`.
    pub until: Option<Until>,
}

/// What ends a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Until {
    /// A step in which no cell changes, or the number of steps.
    Stable,
    /// The number of steps alone.
    Steps,
}

/// The word formats of a cellular array.
#[derive(Debug, Clone, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct CellularFormat {
    /// Format of the template's numbers, or `auto`.
    pub weights: FormatChoice,
    /// Format of the threshold, or `auto`: as many fraction bits as the whole sum has.
    pub threshold: FormatChoice,
    /// How the template's numbers and the threshold are rounded.
    pub weight_rounding: Rounding,
    /// What happens to template's numbers and thresholds that do not fit. Default: refused.
    pub weight_overflow: Option<Overflow>,
    /// Format of the sums over the outputs, or `auto`: the narrowest that no sum can leave. With
    /// the fraction bits of the template's numbers and of the state together.
    pub accumulator: FormatChoice,
    /// Format of the sums over the input image; with the fraction bits of the template's numbers
    /// and of the input together.
    pub control_accumulator: FormatChoice,
    /// Format of the state of a cell, or `auto`; always `b1` for the model `discrete`.
    pub state: FormatChoice,
    /// Format of the input image, or `auto`.
    pub input: FormatChoice,
    /// How states are rounded.
    pub rounding: Rounding,
    /// What happens to states that do not fit.
    pub overflow: Overflow,
}

/// The hardware form.
#[derive(Debug, Clone, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct CellularHardware {
    /// Where the image is while it is worked on.
    pub form: Form,
    /// Cells computed in a clock; a divisor of the columns. Default 1.
    pub lanes: Option<usize>,
    /// Form `streaming` only: how many steps are chained in space, 1 to 64. Default 1.
    pub iterations: Option<usize>,
}

/// The hardware forms of a cellular array.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Form {
    /// Cells stream through line buffers; every step is a piece of hardware of its own.
    Streaming,
    /// The image lies in a memory and is worked on step by step.
    #[default]
    Frame,
}

/// Images on which the network is tried, quantised and verified.
#[derive(Debug, Clone, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct CellularData {
    /// The input image u: a `.png`, or rows x columns numbers from -1 (white) to 1 (black).
    pub input: Option<TensorSource>,
    /// A second image, for templates that start from one.
    pub second: Option<TensorSource>,
    /// Makes images black and white: a pixel whose grey level (0 black to 255 white) is below the
    /// threshold becomes black, every other white. Without it, grey level p becomes 1 - 2p/255.
    #[schemars(range(min = 0, max = 256))]
    pub threshold: Option<f64>,
    /// Exchanges black and white, after the threshold.
    pub invert: bool,
}

impl CellularDescription {
    /// The model in force; `library` is the built-in template, where one is named.
    pub(crate) fn model(&self, library: Option<&LibraryTemplate>) -> ModelWord {
        let default = match library {
            Some(entry) if entry.discrete => ModelWord::Discrete,
            _ => ModelWord::Clipped,
        };
        self.dynamics.model.unwrap_or(default)
    }

    /// The start state in force; `library` is the built-in template, where one is named.
    pub(crate) fn start(&self, library: Option<&LibraryTemplate>) -> Start {
        let default = || match (library, self.model(library)) {
            (Some(entry), _) => entry.start,
            (None, ModelWord::Discrete) => Start::Value(-1.0),
            (None, _) => Start::Value(0.0),
        };
        self.state.start.unwrap_or_else(default)
    }

    /// The largest number of steps in force.
    pub fn max_steps(&self) -> u64 {
        let default = match self.hardware.form {
            Form::Streaming => self.hardware.iterations.unwrap_or(1) as u64,
            Form::Frame => 100,
        };
        self.update.max_steps.unwrap_or(default)
    }

    /// What ends a run, in force.
    pub fn until(&self) -> Until {
        self.update.until.unwrap_or(match self.hardware.form {
            Form::Streaming => Until::Steps,
            Form::Frame => Until::Stable,
        })
    }
}

impl Described for CellularDescription {
    fn name(&self) -> &str {
        &self.network.name
    }

    fn check(&self, source: &Source) -> Result<(), NetworkError> {
        check_cellular(self, source)
    }

    fn build(&self, source: &Source) -> Result<Network, NetworkError> {
        Cellular::from_description(self, source).map(Network::Cellular)
    }

    fn files(&self) -> NamedFiles {
        named([
            ("data.input", self.data.input.as_ref()),
            ("data.second", self.data.second.as_ref()),
        ])
    }

    fn fold(&self) -> Fold {
        Fold {
            lanes: self.hardware.lanes,
            taps: None,
        }
    }
}
