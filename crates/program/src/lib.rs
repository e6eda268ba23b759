//! L1 of hopwire: a recurrent network in integers, with explicit word formats.
//!
//! A [`Program`] is a list of vectors and of stages; each stage *gathers* (sums weighted elements
//! of a source vector) and *applies* (a small typed expression, the same for every element). A
//! [`Format`] says how a word stands for a value; [`rounding`] is the one place that says what
//! rounding and overflow mean. An [`Executor`] runs the program step by step. The program knows no networks and no clock.

pub mod check;
pub mod constant;
pub mod execute;
pub mod format;
pub mod noise;
pub mod order;
pub mod phases;
pub mod program;
pub mod range;
pub mod recurrence;
pub mod rounding;
pub mod stage;

pub use check::{ProgramError, Rule, check};
pub use constant::Powers;
pub use execute::observe::{Histogram, Observer, Place, Recorder, Seen};
pub use execute::{ExecutionError, Executor, OverflowPlace, Run, StepReport};
pub use format::{Coding, Format, FormatError};
pub use order::{Order, Permutations};
pub use phases::{Phase, Phases};
pub use program::{Program, Status, Stop};
pub use recurrence::{Deterministic, Recurrence};
pub use rounding::{Overflow, Rounding};
pub use stage::{
    Arrangement, Begins, Boundary, Delay, Expression, Gather, Kept, Node, NodeId, Operation, Part,
    Past, Recalled, Role, Shape, Stage, Storage, Table, TableId, Vector, VectorId, Weights, When,
};
