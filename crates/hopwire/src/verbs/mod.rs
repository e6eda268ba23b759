//! One file a verb: from its arguments to its report.

pub mod basin;
pub mod certify;
pub mod check;
pub mod emit;
pub mod import;
pub mod map;
pub mod new;
pub mod quantize;
pub mod report;
pub mod schema;
pub mod simulate;
pub mod synth;
pub mod table;
pub mod verify;
