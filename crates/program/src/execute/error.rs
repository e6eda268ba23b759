//! Why a run stops before its end.

use crate::format::Format;

/// Where a value left its format.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{program}`, step {step}, element {element} of stage `{stage}`{}: `{node}` is {value}, which \
     its format {format} cannot hold; a wider format, or the overflow mode `saturate`, would do",
    described.as_ref().map(|source| format!(", {source}")).unwrap_or_default()
)]
pub struct OverflowPlace {
    /// The program.
    pub program: String,
    /// The step, from 1; 0 before the first.
    pub step: u64,
    /// The stage.
    pub stage: String,
    /// Its place in the description, where that is known.
    pub described: Option<String>,
    /// The element.
    pub element: usize,
    /// The node.
    pub node: String,
    /// The value, in units of the format.
    pub value: i128,
    /// The format.
    pub format: Format,
}

/// Why a run stopped before its end.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ExecutionError {
    /// A value left its format where the overflow mode is `error`, or an exact operation's result
    /// does not fit the format that the program gives it.
    #[error("HW0651: {0}")]
    Overflow(Box<OverflowPlace>),
    /// Values that do not suit the vector that they are loaded into.
    #[error("HW0652: `{program}`: {why}")]
    Load {
        /// The program.
        program: String,
        /// What was found, and what would be right.
        why: String,
    },
}
