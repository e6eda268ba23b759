//! Runs the free tools on emitted designs, and holds them against the simulator.
//!
//! [`tools`] finds Verilator, Icarus, Yosys and nextpnr; [`lint`] asks three of them for warnings;
//! [`bench`] records what `hw-sim` does with a stimulus; [`verify`] replays it under Verilator and
//! Icarus and compares every register and port of every cycle; [`synth`] counts cells. [`mutation`] plants
//! errors, to see that they are noticed.

pub mod bench;
mod error;
pub mod lint;
pub mod mismatch;
pub mod mutation;
mod process;
pub mod simulators;
pub mod synth;
pub mod tools;
pub mod verify;

pub use bench::Bench;
pub use error::CosimError;
pub use tools::{Tool, Tools};
pub use verify::{VerifyOptions, VerifyReport, verify};
