//! L1 of hopwire: a recurrent network in integers, with explicit word formats.
//!
//! A [`Format`] says how a word stands for a value; [`rounding`] is the one place that says what
//! rounding and overflow mean.

pub mod format;
pub mod rounding;

pub use format::{Coding, Format, FormatError};
pub use rounding::{Overflow, Rounding};
