//! L1 to L2 of hopwire: puts an integer program on hardware.
//!
//! [`schedule`] turns a [`program::Program`] and a fold into a [`hw_ir::Design`], together with
//! how a host talks to it ([`Interface`]) and how many cycles it takes ([`Timing`]).

pub mod arithmetic;
mod beat;
mod counter;
mod error;
pub mod expression;
pub mod grid;
pub mod interface;
pub mod units;
mod verdict;

use program::{Arrangement, Program};
use serde::{Deserialize, Serialize};

pub use error::ScheduleError;
pub use interface::{Interface, Stream, Timing, Torus, WeightStream};

/// What a user asks of the hardware.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hardware {
    /// Rows (or cells) side by side, at least 1.
    pub lanes: usize,
    /// Weights of a row side by side, at least 1; grids take a whole template at once.
    pub taps: usize,
    /// How grids are run.
    pub form: Form,
}

/// How the hardware runs a grid.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Form {
    /// Cells stream through a chain of so many iterations; memory for a few lines each.
    Streaming {
        /// Iterations chained in space, at least 1.
        iterations: usize,
    },
    /// The grid stands in memory and is iterated in time until a stop condition holds.
    Frame,
}

/// A program on hardware.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scheduled {
    /// The hardware.
    pub design: hw_ir::Design,
    /// How a host talks to it.
    pub interface: Interface,
    /// How long it takes.
    pub timing: Timing,
}

/// Puts a program on hardware.
///
/// # Errors
/// When the program is not well-formed or of a shape that no engine runs, or the fold does not
/// suit; the error says what would work.
pub fn schedule(program: &Program, hardware: &Hardware) -> Result<Scheduled, ScheduleError> {
    let stencil = program
        .stages
        .iter()
        .flat_map(|stage| &stage.gathers)
        .any(|gather| matches!(gather.weights.arrangement, Arrangement::Stencil { .. }));
    if stencil {
        grid::schedule(program, hardware)
    } else {
        units::schedule(program, hardware)
    }
}
