//! Sections that all kinds have in common whose state moves step by step in real numbers.

use program::{Overflow, Rounding};
use schemars::JsonSchema;
use serde::Deserialize;

use super::Source;
use super::hopfield::Fold;
use super::values::{FormatChoice, NamedFiles};
use crate::diagnostic::NetworkError;
use crate::dynamics::StopRule;
use crate::network::Network;

/// What the sections of every kind can say of themselves.
pub trait Described {
    /// The name of the network and of its top module.
    fn name(&self) -> &str;

    /// Checks what can be checked without reading a file.
    ///
    /// # Errors
    /// The first thing found wrong, at its field.
    fn check(&self, source: &Source) -> Result<(), NetworkError>;

    /// Builds the network: reads the files that the sections name.
    ///
    /// # Errors
    /// The first thing found wrong, at the field that leads to it.
    fn build(&self, source: &Source) -> Result<Network, NetworkError>;

    /// The fields that name files, and the names.
    fn files(&self) -> NamedFiles;

    /// The fold of a network over units.
    fn fold(&self) -> Fold;
}

/// For how long a network runs.
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct RunSection {
    /// The largest number of steps, 1 to 1,000,000.
    #[schemars(range(min = 1, max = 1_000_000))]
    pub max_steps: u64,
    /// What ends a run before that. Default `stable`.
    pub until: RunUntil,
    /// The largest change of a state in a step that counts as rest, 0 or more. Default: in
    /// integers, that no word changes; in real numbers, 1e-9.
    #[schemars(range(min = 0.0))]
    pub tolerance: Option<f64>,
}

impl Default for RunSection {
    fn default() -> RunSection {
        RunSection {
            max_steps: 1000,
            until: RunUntil::default(),
            tolerance: None,
        }
    }
}

/// What ends a run before its budget.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum RunUntil {
    /// A step in which everything is at rest.
    #[default]
    Stable,
    /// Rest, or a cycle of two states.
    StableOrPeriodTwo,
    /// Nothing: all steps are made.
    Steps,
}

/// The word formats of a network with real states.
#[derive(Debug, Clone, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct RealFormat {
    /// Format of the weights, or `auto`: exact where 12 fraction bits are enough for that, else
    /// with the bits that the error of the run allows.
    pub weights: FormatChoice,
    /// Format of the states, or `auto`: as wide as their range needs, with the fewest fraction bits
    /// with which the runs of the description end within 1/256 of the range of the float network's.
    pub state: FormatChoice,
    /// Format of what an activation function gives, or `auto`.
    pub activation: FormatChoice,
    /// How values are rounded.
    pub rounding: Rounding,
    /// What happens to states that their format cannot hold, where the equations do not bound
    /// them.
    pub overflow: Overflow,
}

/// The change that counts as rest in real numbers, where none is given.
const STILL: f64 = 1e-9;

impl RunSection {
    /// When a run ends.
    pub fn rule(&self) -> StopRule {
        StopRule {
            max_steps: self.max_steps,
            when_stable: self.until != RunUntil::Steps,
            on_period_two: self.until == RunUntil::StableOrPeriodTwo,
            tolerance: self.tolerance.unwrap_or(STILL),
        }
    }
}
