//! Holds the levels of hopwire against each other.
//!
//! [`levels`] compares the program, its kernels and its hardware at step boundaries. [`host`] plays the
//! host of a design: loads a start state, waits, unloads. [`sample`] and
//! [`stages`] make small programs of every shape, fold and format for the property tests, [`chains`]
//! descriptions of sequence networks.

pub mod chains;
pub mod host;
pub mod levels;
pub mod sample;
pub mod stages;
