//! A program: vectors, stages, and when to stop.

use serde::{Deserialize, Serialize};

use crate::order::Order;
use crate::phases::Phases;
use crate::stage::{Stage, Table, TableId, Vector, VectorId};

/// A network in integers. It knows no clock; [`crate::execute`] runs it step by step.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Program {
    /// The network's name, an identifier.
    pub name: String,
    /// The kind of network, for headers and reports.
    pub kind: String,
    /// Where things come from: (name of a vector, stage or `update`, place in the description as
    /// `digits.toml:6 [weights]`).
    pub sources: Vec<(String, String)>,
    /// Every vector.
    pub vectors: Vec<Vector>,
    /// Every table that expressions look values up in.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tables: Vec<Table>,
    /// Every stage, in the order in which they run.
    pub stages: Vec<Stage>,
    /// The order of updates within a step.
    pub order: Order,
    /// How steps differ; `None` where all are alike.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phases: Option<Phases>,
    /// When a run ends.
    pub stop: Stop,
}

/// When a run ends. After each step the conditions are looked at in this order: nothing changed,
/// period 2, budget.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stop {
    /// The budget: the run ends after so many steps at the latest; at least 1.
    pub max_steps: u64,
    /// Ends the run after a step in which every element was at rest: none of its states changed,
    /// or, where its stage says so, [`Stage::rest`] held.
    pub when_stable: bool,
    /// Ends the run after a step whose state equals the state two steps before; looked at from
    /// the second step on.
    pub on_period_two: bool,
}

/// How a run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// Every element was at rest in the last step: a fixed point, or as near to one as the program
    /// demands.
    Stable,
    /// The state alternates between two values.
    Period,
    /// The budget of steps is spent, the sequences have ended, or the phases have come to their end.
    Budget,
}

impl Program {
    /// The vector of an id; `None` for one of another program.
    pub fn vector(&self, id: VectorId) -> Option<&Vector> {
        self.vectors.get(id.0)
    }

    /// The table of an id; `None` for one of another program.
    pub fn table(&self, id: TableId) -> Option<&Table> {
        self.tables.get(id.0)
    }

    /// The vector of a name.
    pub fn find(&self, name: &str) -> Option<VectorId> {
        self.vectors
            .iter()
            .position(|vector| vector.name == name)
            .map(VectorId)
    }

    /// Where in the description a vector, stage or `update` comes from.
    pub fn source(&self, of: &str) -> Option<&str> {
        self.sources
            .iter()
            .find(|(name, _)| name == of)
            .map(|(_, place)| place.as_str())
    }
}
