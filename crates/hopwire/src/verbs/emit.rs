//! `emit`: a directory with Verilog, memories, testbenches and build files that stands alone.

use std::path::PathBuf;

use serde::Serialize;

use crate::arguments::EmitArguments;
use crate::built::Built;
use crate::emission;
use crate::error::HopwireError;
use crate::hardware::Beats;
use crate::progress::Progress;
use crate::recording::{self, Recording};
use crate::report::Report;
use crate::staged::StagedDirectory;

/// The most cycles of the stimulus that is written beside the design.
const MOST_CYCLES: u64 = 4096;

/// What was written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct EmitReport {
    /// The directory.
    pub path: PathBuf,
    /// The top module.
    pub top: String,
    /// The design's hash, which stands in every file of Verilog.
    pub hash: String,
    /// The files, by path below the directory.
    pub files: Vec<String>,
    /// Bytes of all files.
    pub bytes: u64,
    /// Cycles of the stimulus in `tb/`.
    pub cycles: u64,
}

impl Report for EmitReport {
    const VERB: &'static str = "emit";

    fn summary(&self) -> String {
        let path = self.path.display();
        format!(
            "wrote {} files, {} bytes, to {path}\nnext: make -C {path}   (lint, simulate, synthesise)\n",
            self.files.len(),
            self.bytes
        )
    }
}

/// Runs the verb.
///
/// # Errors
/// The description, a directory that is not empty, or a disk that is full; nothing is left behind.
pub fn run(arguments: &EmitArguments, progress: &Progress) -> Result<EmitReport, HopwireError> {
    // Before any work: the place must be free.
    let staged = StagedDirectory::new(&arguments.output, arguments.force)?;
    let built = Built::load(&arguments.file)?;
    let scheduled = built.scheduled()?;
    let bar = progress.stage("recording the stimulus");
    let beats = Beats::of(&scheduled, &built.described_loads());
    let cycles = recording::cycles_worth(&scheduled).min(MOST_CYCLES);
    let recording: Recording = recording::record(&scheduled, &beats, cycles, 1)?;
    drop(bar);
    let files = emission::files(&built, &scheduled, &recording)?;
    emission::write(staged.path(), &files)
        .map_err(|error| renamed(error, staged.path(), &arguments.output))?;
    staged.commit()?;
    Ok(EmitReport {
        path: arguments.output.clone(),
        top: codegen::legal(&scheduled.design.name),
        hash: hw_ir::json::hash(&scheduled.design),
        bytes: files.values().map(|bytes| bytes.len() as u64).sum(),
        files: files.into_keys().collect(),
        cycles,
    })
}

/// An error about a file aside, told as one about the place where it was to be.
pub fn renamed(
    error: HopwireError,
    aside: &std::path::Path,
    target: &std::path::Path,
) -> HopwireError {
    match error {
        HopwireError::Write { path, reason } => HopwireError::Write {
            path: path
                .strip_prefix(aside)
                .map_or(path.clone(), |rest| target.join(rest)),
            reason,
        },
        other => other,
    }
}
