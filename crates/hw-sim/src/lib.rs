//! Runs an [`hw_ir::Design`] cycle by cycle, as the Verilog emitted from it would run.
//!
//! [`Simulator`] holds the state. The module tree is flattened once into a list of instructions in
//! topological order; an array of instances is evaluated op by op across all of its instances, so
//! that the inner loops are loops over vectors. What an op means is said by `hw_ir` alone.
//!
//! [`SignatureRecorder`] folds every port and register of every cycle into one number, which the
//! emitted testbench computes too. [`stimulus`] has random data and drives streams; [`trace`] writes
//! waveforms.

mod error;
mod flatten;
mod instruction;
mod kernels;
mod levelise;
mod lower;
mod machine;
mod names;
mod signature;
mod simulator;
pub mod stimulus;
pub mod trace;
mod uniform;

pub use error::SimulationError;
pub use names::NetHandle;
pub use signature::SignatureRecorder;
pub use simulator::{PortHandle, Simulator};
pub use stimulus::stream::{Beat, ReceivedBeat, StreamDriver, StreamOptions};
pub use stimulus::{Stimulus, StimulusRun};
pub use trace::{TraceFormat, Tracer};
