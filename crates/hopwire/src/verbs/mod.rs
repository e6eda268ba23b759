//! One file a verb: from its arguments to its report.

pub mod new;
pub mod schema;
