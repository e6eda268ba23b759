//! Hardware as named three-address register-transfer code.
//!
//! A [`Design`] is read by the simulator and by the emitter alike. Each [`Op`] has its two
//! meanings, the value and the Verilog text, side by side in [`op`].

pub mod build;
pub mod check;
pub mod design;
pub mod json;
pub mod op;
pub mod probe;
pub mod text;
pub mod types;
pub mod word;

pub use build::{ModuleBuilder, PendingInstance, PendingRegister};
pub use check::{DesignError, MAX_COUNT, check};
pub use design::{
    Connection, Design, Image, ImageId, Instance, Memory, Module, ModuleId, Net, NetId, NetSource,
    Port, ReadPort, Register, Reset, WritePort,
};
pub use op::{IndexOutOfRange, Op, Value};
pub use text::{Beside, Body, Operand, Text};
pub use types::Type;
