//! Runs of a network at any level, and the files they start from and end in.

pub mod calibration;
pub mod integer;
pub mod paths;
pub mod picture;
pub mod replicas;
pub mod run;
pub mod start;
pub mod ticks;
