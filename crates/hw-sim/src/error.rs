//! What can go wrong when a design is simulated.

use std::path::PathBuf;

/// Why a design cannot be simulated, or why a run stopped.
#[derive(Debug, thiserror::Error)]
pub enum SimulationError {
    /// The design is not valid.
    #[error(transparent)]
    Design(#[from] hw_ir::DesignError),
    /// Nets depend on each other without a register between them.
    #[error("HW0802: combinational loop: {}; a register must break it", nets.join(" <- "))]
    Loop {
        /// The nets of the loop by hierarchical path; each one reads the next, the last the first.
        nets: Vec<String>,
    },
    /// The design is larger than the simulator holds.
    #[error("HW0803: the design has more than {limit} {what}, too many to simulate")]
    TooLarge {
        /// What there is too much of.
        what: &'static str,
        /// The largest number that is allowed.
        limit: usize,
    },
    /// A `Select` or `Insert` is beyond the last chunk.
    #[error(
        "HW0804: cycle {cycle}: the index of `{net}` is {index}, but there are only {chunks} chunks"
    )]
    IndexOutOfRange {
        /// The net of the `Select` or `Insert`, by hierarchical path.
        net: String,
        /// The clock cycle, counted from 0.
        cycle: u64,
        /// The index found.
        index: i64,
        /// How many chunks there are.
        chunks: u32,
    },
    /// There is no port or net of this name.
    #[error("HW0805: the design has no {what} `{name}`")]
    UnknownName {
        /// What was looked for: an input, an output or a net.
        what: &'static str,
        /// The name found.
        name: String,
    },
    /// An input was given values that its type does not have.
    #[error("HW0806: input `{port}` takes {count} x {width} bits, {sign}, found {found}")]
    InputValue {
        /// The port.
        port: String,
        /// Elements of the port.
        count: u32,
        /// Bits of an element.
        width: u32,
        /// "signed" or "unsigned".
        sign: &'static str,
        /// What was given.
        found: String,
    },
    /// A trace cannot be written.
    #[error("HW0807: the trace{} cannot be written: {problem}", path.as_ref().map(|path| format!(" `{}`", path.display())).unwrap_or_default())]
    Trace {
        /// The file, where there is one.
        path: Option<PathBuf>,
        /// What the system says.
        problem: String,
    },
}
