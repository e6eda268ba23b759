//! What a run gave, whatever level it was run on, and how it ended.

use std::collections::BTreeMap;

use network::cellular::CellularStatus;
use network::dynamics::{self, Answer, Ending, Moment, Part, Start, VariableRole};
use network::hopfield::HopfieldStatus;
use network::sequence::Given;
use network::{Cellular, Dynamics, Hopfield, SequenceNetwork};
use program::Status;
use serde::Serialize;

/// One run of a network.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Run {
    /// Steps (sweeps) made, the one that showed how the run ends included.
    pub steps: u64,
    /// Clock cycles from the last beat in to the first beat out (for a streaming design, to the
    /// last beat out); none in real numbers.
    pub cycles: Option<u64>,
    /// Where the run ended: `stable` (at rest), `period` (in a cycle of states), or `budget`
    /// (neither, when the budget of steps was spent).
    pub status: &'static str,
    /// 1 for a fixed point, else the exact number of states of the cycle; none where the run came
    /// back to no state within its steps. Of two states, all that the network remembers counts.
    pub period: Option<u64>,
    /// What ended the run, as the hardware tells it: `stable`, `period` (the state of two steps
    /// before) or `budget`; `sequence` where a sequence network has come to the end of its input.
    pub ended_by: &'static str,
    /// The largest change of a state in each step.
    pub distance: Vec<f64>,
    /// How many elements of the states changed in each step.
    pub changed: Vec<usize>,
    /// The energy before the first step and after each; empty where none is defined.
    pub energy: Vec<f64>,
    /// The final values of the vectors that are unloaded beside the state.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub outputs: BTreeMap<String, Vec<f64>>,
    /// Parts of the final state that mean something by themselves.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub parts: Vec<Part>,
    /// What the final state means, for networks that solve a problem.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub answer: Option<Answer>,
    /// The final state, as real values.
    #[serde(skip)]
    pub state: Vec<f64>,
}

/// Where a run ended and what ended it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Attractor {
    /// As [`Run::status`].
    pub status: &'static str,
    /// As [`Run::period`].
    pub period: Option<u64>,
    /// As [`Run::ended_by`].
    pub ended_by: &'static str,
}

impl Attractor {
    /// Of a run that ended so; `period` is after how many steps it was seen to come back to the
    /// same configuration.
    pub fn of(status: Status, period: Option<u64>) -> Attractor {
        let ended_by = match status {
            Status::Stable => "stable",
            Status::Period => "period",
            Status::Budget => "budget",
        };
        let (status, period) = match (status, period) {
            (Status::Stable, period) => ("stable", period.or(Some(1))),
            (Status::Period, period) => ("period", period.or(Some(2))),
            (Status::Budget, Some(1)) => ("stable", Some(1)),
            (Status::Budget, Some(period)) => ("period", Some(period)),
            (Status::Budget, None) => ("budget", None),
        };
        Attractor {
            status,
            period,
            ended_by,
        }
    }
}

impl Run {
    /// In words, where the run ended.
    pub fn ending(&self) -> String {
        let steps = self.steps;
        if self.ended_by == SEQUENCE {
            return format!("the sequence ended after {steps} steps");
        }
        match (self.status, self.period, self.distance.last()) {
            ("period", Some(period), _) => {
                format!("a cycle of {period} states after {steps} steps")
            }
            ("budget", _, Some(moved)) => {
                format!(
                    "neither at rest nor in a cycle after {steps} steps, moving by {moved} a step"
                )
            }
            (status, _, _) => format!("{status} after {steps} steps"),
        }
    }
}

/// What ends the run of a sequence network.
pub const SEQUENCE: &str = "sequence";

/// Runs a sequence network in real numbers; its state is what it gives, of all steps.
pub fn sequence(network: &SequenceNetwork, given: &Given) -> Run {
    let sequence = &given.sequence;
    let run = network.run_from(network.begin(&given.states), sequence);
    let budget = Attractor::of(Status::Budget, None);
    let (steps, attractor) = match network.generate {
        Some(generate) => (generate.steps, budget),
        None => {
            let ended = Attractor {
                ended_by: SEQUENCE,
                ..budget
            };
            (sequence.len(), ended)
        }
    };
    let course = Course {
        distance: vec![],
        changed: vec![],
        energy: vec![],
    };
    plain(steps as u64, attractor, run.outputs.concat(), course)
}

/// Runs a Hopfield network in real numbers.
pub fn hopfield(network: &Hopfield, start: &[i8]) -> Run {
    let run = network.run(start);
    let (status, period) = match run.status {
        HopfieldStatus::Stable => (Status::Stable, None),
        HopfieldStatus::Period2 => (Status::Period, None),
        HopfieldStatus::Budget => (Status::Budget, network.period(start, run.steps)),
    };
    let state = run.state.into_iter().map(f64::from).collect();
    plain(
        run.steps,
        Attractor::of(status, period),
        state,
        Course {
            distance: run.distance,
            changed: run.changed,
            energy: run.energies,
        },
    )
}

/// Runs a cellular array in real numbers.
pub fn cellular(network: &Cellular, input: &[f64], second: &[f64]) -> Run {
    let run = network.run(input, second);
    let (status, period) = match run.status {
        CellularStatus::Stable => (Status::Stable, None),
        CellularStatus::Budget => (Status::Budget, network.period(input, second, run.steps)),
    };
    plain(
        run.steps,
        Attractor::of(status, period),
        run.state,
        Course {
            distance: run.distance,
            changed: run.changed,
            energy: run.energies,
        },
    )
}

/// What a run in real numbers shows step by step.
struct Course {
    distance: Vec<f64>,
    changed: Vec<usize>,
    energy: Vec<f64>,
}

/// A run in real numbers that has neither outputs nor an answer.
fn plain(steps: u64, attractor: Attractor, state: Vec<f64>, course: Course) -> Run {
    Run {
        steps,
        cycles: None,
        status: attractor.status,
        period: attractor.period,
        ended_by: attractor.ended_by,
        distance: course.distance,
        changed: course.changed,
        energy: course.energy,
        outputs: BTreeMap::new(),
        parts: vec![],
        answer: None,
        state,
    }
}

/// Runs a network with real states, in real numbers.
pub fn dynamic(network: &dyn Dynamics, start: &Start) -> Run {
    let run = dynamics::run(network, start, &mut |_| {});
    let status = match run.ending {
        Ending::Stable => Status::Stable,
        Ending::PeriodTwo => Status::Period,
        Ending::Budget => Status::Budget,
    };
    let attractor = Attractor::of(status, run.period);
    let state = network.shown(&run.last);
    let course = Course {
        distance: run.distance,
        changed: run.changed,
        energy: run.energy,
    };
    Run {
        outputs: outputs(network, &run.last),
        parts: network.parts(&run.last),
        answer: network.answer(&run.last),
        ..plain(run.last.step, attractor, state, course)
    }
}

/// The values of the outputs of a network.
pub fn outputs(network: &dyn Dynamics, moment: &Moment) -> BTreeMap<String, Vec<f64>> {
    let variables = network.variables().into_iter().enumerate();
    let outputs = variables.filter(|(_, variable)| variable.role == VariableRole::Output);
    outputs
        .map(|(at, variable)| (variable.name.into_owned(), moment.of(at).to_vec()))
        .collect()
}
