//! What a run gave, whatever level it was run on.

use network::cellular::CellularStatus;
use network::dynamics::{self, Ending, Start};
use network::hopfield::HopfieldStatus;
use network::{Cellular, Dynamics, Hopfield};
use serde::Serialize;

/// One run of a network.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Run {
    /// Steps (sweeps) made, the one that showed how the run ends included.
    pub steps: u64,
    /// Clock cycles from the last beat in to the first beat out (for a streaming design, to the
    /// last beat out); none in real numbers.
    pub cycles: Option<u64>,
    /// `stable`, `period` or `budget`.
    pub status: &'static str,
    /// 1 for a fixed point, 2 for a cycle of two states; none where the budget is spent.
    pub period: Option<u64>,
    /// The energy before the first step and after each; empty where none is defined.
    pub energy: Vec<f64>,
    /// The final state, as real values.
    #[serde(skip)]
    pub state: Vec<f64>,
}

/// The word for how a run ended, and its period.
pub fn ending(status: program::Status) -> (&'static str, Option<u64>) {
    match status {
        program::Status::Stable => ("stable", Some(1)),
        program::Status::Period => ("period", Some(2)),
        program::Status::Budget => ("budget", None),
    }
}

/// Runs a Hopfield network in real numbers.
pub fn hopfield(network: &Hopfield, start: &[i8]) -> Run {
    let run = network.run(start);
    let (status, period) = ending(match run.status {
        HopfieldStatus::Stable => program::Status::Stable,
        HopfieldStatus::Period2 => program::Status::Period,
        HopfieldStatus::Budget => program::Status::Budget,
    });
    Run {
        steps: run.steps,
        cycles: None,
        status,
        period,
        energy: run.energies,
        state: run.state.into_iter().map(f64::from).collect(),
    }
}

/// Runs a network with real states, in real numbers.
pub fn dynamic(network: &dyn Dynamics, start: &Start) -> Run {
    let run = dynamics::run(network, start, &mut |_| {});
    let (status, period) = ending(match run.ending {
        Ending::Stable => program::Status::Stable,
        Ending::PeriodTwo => program::Status::Period,
        Ending::Budget => program::Status::Budget,
    });
    Run {
        steps: run.last.step,
        cycles: None,
        status,
        period,
        energy: run.energy,
        state: run.last.of(0).to_vec(),
    }
}

/// Runs a cellular array in real numbers.
pub fn cellular(network: &Cellular, input: &[f64], second: &[f64]) -> Run {
    let run = network.run(input, second);
    let (status, period) = ending(match run.status {
        CellularStatus::Stable => program::Status::Stable,
        CellularStatus::Budget => program::Status::Budget,
    });
    Run {
        steps: run.steps,
        cycles: None,
        status,
        period,
        energy: run.energies,
        state: run.state,
    }
}
