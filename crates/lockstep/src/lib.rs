//! Holds the levels of hopwire against each other.
//!
//! [`host`] plays the host of a design: loads a start state, waits, unloads. [`sample`] and
//! [`stages`] make small programs of every shape, fold and format for the property tests.

pub mod host;
pub mod sample;
pub mod stages;
