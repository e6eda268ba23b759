//! L2 to L3 of hopwire: prints a [`hw_ir::Design`] as Verilog-2005.
//!
//! [`emit`] checks the design, makes view structs of it in Rust, and renders the layouts of
//! `hdl-templates/`. Nothing is repaired on the way, and no template knows arithmetic: the text of
//! an op comes from `hw_ir`, the rest is names and places.

mod columns;
mod error;
mod files;
mod memory;
mod module;
mod names;
mod render;
mod testbench;

pub use error::EmitError;
pub use files::{EmitOptions, Files, emit};
pub use names::{is_reserved, legal};
