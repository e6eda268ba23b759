//! What every network has in common whose state moves step by step, in real numbers.
//!
//! A kind says which vectors there are ([`Variable`]), what one step does to them
//! ([`Dynamics::step`], the kind's equations, in one place), when it is at rest, and its energy. The
//! runs, and what is said about how they end, are here, the same for all kinds.

mod ending;
mod flow;
mod memory;
mod moment;
mod stray;

use std::borrow::Cow;

pub use ending::{Ending, Trajectory, last, run};
pub use flow::{Course, Deviation, Flow, TOLERANCE, deviation, euler, solution};
pub use memory::Cue;
pub(crate) use memory::{agreement, cues};
pub(crate) use moment::word;
pub use moment::{Moment, Past};
pub use stray::stray;

use crate::fact::{Fact, Level};
use crate::spectrum::Enclosure;

/// A vector of a network.
#[derive(Debug, Clone, PartialEq)]
pub struct Variable {
    /// Its name: that of the vector in the integer program, too.
    pub name: Cow<'static, str>,
    /// Its elements.
    pub length: usize,
    /// What it is for.
    pub role: VariableRole,
}

/// What a variable is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum VariableRole {
    /// Loaded before a run, moved by each step.
    State,
    /// Loaded before a run, then fixed.
    Input,
    /// Made by each step, shown at the end.
    Output,
}

/// When a run ends.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct StopRule {
    /// The largest number of steps.
    pub max_steps: u64,
    /// Whether rest ends the run.
    pub when_stable: bool,
    /// Whether a cycle of two states ends the run.
    pub on_period_two: bool,
    /// The largest change of a state in one step that counts as rest. The integer network is at
    /// rest when no word changes, or none by more than this.
    pub tolerance: f64,
}

/// Where a run starts: for each variable that is loaded, in the order of
/// [`Dynamics::variables`], its values.
pub type Start = Vec<Vec<f64>>;

/// A network whose state moves step by step.
pub trait Dynamics: Sync {
    /// Its vectors, those that are loaded first; the first is the state that is looked at.
    fn variables(&self) -> Vec<Variable>;

    /// When a run ends.
    fn stop(&self) -> StopRule;

    /// The starts that its description gives; at least one.
    fn starts(&self) -> Vec<Start>;

    /// The start whose first variable has these values; the others are as in the description's
    /// first start.
    fn start_from(&self, state: &[f64]) -> Start {
        let mut start = self.starts().into_iter().next().unwrap_or_default();
        match start.first_mut() {
            Some(first) => *first = state.to_vec(),
            None => start.push(state.to_vec()),
        }
        start
    }

    /// The start of replica `number`, from 0, of a search from many starts: those of the description
    /// first, and again; kinds with random starts make as many as are asked for.
    fn replica(&self, number: usize) -> Start {
        let mut starts = self.starts();
        let count = starts.len().max(1);
        match number % count {
            at if at < starts.len() => starts.swap_remove(at),
            _ => vec![],
        }
    }

    /// The same network with the noise of replica `number`, which is its own for replica 0; none
    /// where it draws no noise.
    fn with_noise_of(&self, _number: usize) -> Option<Box<dyn Dynamics>> {
        None
    }

    /// As [`Dynamics::start_from`], from the values of another variable; none where no run starts
    /// from it alone.
    fn start_from_variable(&self, variable: usize, state: &[f64]) -> Option<Start> {
        (variable == 0).then(|| self.start_from(state))
    }

    /// The moment before the first step. Kinds that remember the past or draw noise add that.
    fn begin(&self, start: &Start) -> Moment {
        Moment::new(&self.variables(), start)
    }

    /// One step: the kind's equations. Whether the network is at rest, where it has a rule of its
    /// own for that; else states are compared.
    fn step(&self, moment: &mut Moment) -> Option<bool>;

    /// The step from which on the equations are the same in every step: where schedules have come to
    /// their last value. 0 where the number of the step plays no part.
    fn settles(&self) -> u64 {
        0
    }

    /// The differential equation whose Euler steps it makes, from this start, where there is one.
    fn flow(&self, _start: &Start) -> Option<Box<dyn Flow + '_>> {
        None
    }

    /// The energy (or another function that never rises, where the theory gives one).
    fn energy(&self, moment: &Moment) -> Option<f64>;

    /// What can be said before it runs. `level` says whether the numbers of the network are those
    /// of the description or those after rounding.
    fn facts(&self, level: Level) -> Vec<Fact>;

    /// The final state in the words of the problem that it solves, where there is one.
    fn answer(&self, _moment: &Moment) -> Option<Answer> {
        None
    }

    /// Where runs should end, as far as that is known from elsewhere: the first elements of the first
    /// variable.
    fn solution(&self) -> Option<&[f64]> {
        None
    }

    /// The state as [`Dynamics::start_from`] takes it: what is shown, and compared with stored states.
    fn shown(&self, moment: &Moment) -> Vec<f64> {
        moment.of(0).to_vec()
    }

    /// Stored states, for networks that are memories: the names of what they recall are numbers
    /// from 0.
    fn patterns(&self) -> &[Vec<f64>] {
        &[]
    }

    /// The ways to ask a memory for what it stores; none where nothing is stored.
    fn cues(&self) -> Vec<Cue> {
        cues(self.patterns(), &self.starts())
    }

    /// The start that asks by cue number `cue` with these values.
    fn start_from_cue(&self, _cue: usize, values: &[f64]) -> Start {
        self.start_from(values)
    }

    /// The share of a stored state's units that are on its side in a moment.
    fn agreement(&self, pattern: usize, moment: &Moment) -> f64 {
        let stored = self.patterns().get(pattern).map_or(&[][..], Vec::as_slice);
        agreement([(stored, &self.shown(moment)[..])])
    }

    /// How far the sum of each unit of a stored state is on the side of its value, at least; below 0
    /// the state is no fixed point. None for a memory whose states are not corners.
    fn margin(&self, _pattern: usize) -> Option<Enclosure> {
        None
    }

    /// Parts of the state that mean something by themselves, like the layers of a memory; none where
    /// the first variable is all that there is to see.
    fn parts(&self, _moment: &Moment) -> Vec<Part> {
        vec![]
    }

    /// The stored states of a variable; those of the first are [`Dynamics::patterns`].
    fn patterns_of(&self, variable: usize) -> &[Vec<f64>] {
        if variable == 0 { self.patterns() } else { &[] }
    }
}

/// A part of a state.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct Part {
    /// Its name.
    pub name: &'static str,
    /// Rows and columns, where it is a picture.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub grid: Option<(usize, usize)>,
    /// Its values.
    pub values: Vec<f64>,
}

/// What a final state means.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct Answer {
    /// The name of the number, like `cut` or `length`.
    pub measure: &'static str,
    /// The number.
    pub value: f64,
    /// Whether the answer is one: a tour visits each city once.
    pub valid: bool,
    /// The answer in words, one line each.
    pub lines: Vec<String>,
}
