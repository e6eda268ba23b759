//! Phases: runs whose steps are not all alike.

use serde::{Deserialize, Serialize};

use crate::stage::VectorId;

/// How the steps of a run differ.
///
/// A step is of the phase whose number stands in `present` as it begins. It runs the stages of every
/// step and those of its phase ([`crate::When::Phase`]), in the order of the program. What the stages
/// write to `present` is the phase of the next step, so that phases follow one another as the data
/// ask for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Phases {
    /// One element, unsigned and without a fraction, kept from step to step but not across runs: the
    /// number of a phase, from 0. A step of a number beyond the last is of no phase.
    pub present: VectorId,
    /// One element, kept from step to step but not across runs: the run ends after a step that leaves
    /// it other than 0. It ends at the latest where the next step would be given a vector of sequences and
    /// none is left, or with the budget.
    pub end: VectorId,
    /// The phases, at least one.
    pub phases: Vec<Phase>,
}

/// The steps of one kind.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Phase {
    /// Its name, an identifier, unique among the phases.
    pub name: String,
    /// Whether each of its steps is given the next vectors of the sequences; in the others these stay
    /// what they were.
    pub feeds: bool,
    /// Whether emitted vectors leave after each of its steps.
    pub leaves: bool,
}

impl Phase {
    /// The most phases.
    pub const MOST: usize = 64;
}

impl Phases {
    /// The vectors that say which step is next, and whether there is one.
    pub fn steering(&self) -> [VectorId; 2] {
        [self.present, self.end]
    }

    /// The phase of a number; `None` for one beyond the last.
    pub fn phase(&self, number: i64) -> Option<&Phase> {
        self.phases.get(usize::try_from(number).ok()?)
    }
}
