//! What goes wrong around the tools.

use std::path::PathBuf;

/// An error of a tool, of a file, or of the design itself.
#[derive(Debug, thiserror::Error)]
pub enum CosimError {
    /// A tool is not installed.
    #[error(
        "HW1001: `{tool}` was not found in HOPWIRE_TOOLS, in .tools/bin or on the PATH; `make tools` installs it"
    )]
    Missing {
        /// The tool's name.
        tool: &'static str,
    },
    /// A tool ran and failed.
    #[error("HW1002: `{tool}` failed ({status}) in {step}:\n{output}")]
    Failed {
        /// The tool's name.
        tool: &'static str,
        /// What it was to do.
        step: &'static str,
        /// Its exit status.
        status: String,
        /// The end of what it printed.
        output: String,
    },
    /// A file or process could not be handled.
    #[error("HW1003: {what} `{}`: {source}", path.display())]
    File {
        /// What was tried.
        what: &'static str,
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
    /// A tool printed what could not be read.
    #[error("HW1004: `{tool}` printed something unexpected: {why}")]
    Unreadable {
        /// The tool's name.
        tool: &'static str,
        /// What was looked for.
        why: String,
    },
    /// The design cannot be emitted.
    #[error(transparent)]
    Emit(#[from] codegen::EmitError),
    /// The design cannot be simulated.
    #[error(transparent)]
    Simulation(#[from] hw_sim::SimulationError),
}

impl CosimError {
    /// Wraps an error of the file system.
    pub(crate) fn file(
        what: &'static str,
        path: impl Into<PathBuf>,
    ) -> impl FnOnce(std::io::Error) -> CosimError {
        let path = path.into();
        move |source| CosimError::File { what, path, source }
    }
}
