//! Emits a design, lints it, and compares every register and port of every cycle.

use std::fs;
use std::path::Path;

use codegen::{EmitOptions, Files, emit, legal};
use hw_ir::Design;
use hw_ir::probe::{ProbeSource, layout};
use serde::Serialize;

use crate::bench::Bench;
use crate::error::CosimError;
use crate::lint::lint;
use crate::mismatch::{Mismatch, locate};
use crate::simulators::{Emitted, Simulated};
use crate::tools::Tools;

/// How much is verified.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct VerifyOptions {
    /// Whether the text is linted.
    pub lint: bool,
    /// Whether Verilator runs the whole stimulus.
    pub verilator: bool,
    /// Compared cycles under Icarus, at most; 0 leaves Icarus out.
    pub icarus_cycles: u64,
}

impl Default for VerifyOptions {
    fn default() -> VerifyOptions {
        VerifyOptions {
            lint: true,
            verilator: true,
            icarus_cycles: 20_000,
        }
    }
}

/// What was compared, and what differed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct VerifyReport {
    /// Complaints of the lint tools.
    pub lint_warnings: usize,
    /// Their lines.
    pub lint_lines: Vec<String>,
    /// One entry a simulator.
    pub simulators: Vec<SimulatorReport>,
}

/// What one simulator was compared on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SimulatorReport {
    /// The simulator.
    pub name: String,
    /// Its version.
    pub version: String,
    /// Cycles compared.
    pub cycles: u64,
    /// Registers compared in each cycle, arrays of instances counted out.
    pub registers: u64,
    /// Values compared: registers and ports, in every cycle.
    pub values_compared: u64,
    /// 0, or 1 where the simulators part.
    pub mismatches: u64,
    /// Where they part first.
    pub first: Option<Mismatch>,
}

impl VerifyReport {
    /// Whether nothing complained and nothing differed.
    pub fn holds(&self) -> bool {
        self.lint_warnings == 0
            && self
                .simulators
                .iter()
                .all(|simulator| simulator.mismatches == 0)
    }
}

/// Verifies a design in a folder, which is filled with its files.
///
/// # Errors
/// When a tool is missing or fails, or the design is invalid. Complaints and differences are no
/// error; they stand in the report.
pub fn verify(
    tools: &Tools,
    design: &Design,
    bench: &Bench,
    folder: &Path,
    options: VerifyOptions,
) -> Result<VerifyReport, CosimError> {
    let files = emit(
        design,
        &EmitOptions {
            extra: bench_files(design, bench),
            ..Default::default()
        },
    )?;
    verify_files(tools, design, &files, bench, folder, options)
}

/// The stimulus and expected signatures, as files of an emitted directory.
pub fn bench_files(design: &Design, bench: &Bench) -> Files {
    let file = |path: &str, text: String| (path.to_owned(), text.into_bytes());
    Files::from([
        file("tb/stimulus.txt", bench.stimulus_text(design)),
        file("tb/expected.txt", bench.signature_text()),
    ])
}

/// Verifies files that were emitted from a design (and perhaps altered since, in a test).
///
/// # Errors
/// As [`verify`].
pub fn verify_files(
    tools: &Tools,
    design: &Design,
    files: &Files,
    bench: &Bench,
    folder: &Path,
    options: VerifyOptions,
) -> Result<VerifyReport, CosimError> {
    write_files(folder, files)?;
    let is_source = |path: &&String| path.starts_with("rtl/") && path.ends_with(".v");
    let sources: Vec<String> = files.keys().filter(is_source).cloned().collect();
    let top = legal(&design.top().name);
    let lint_lines = if options.lint {
        lint(tools, folder, &top, &sources)?.complaints
    } else {
        vec![]
    };
    let emitted = Emitted {
        folder,
        top: &top,
        sources: &sources,
    };
    let mut simulators = vec![];
    if options.verilator {
        simulators.push(compare(
            tools,
            &emitted,
            Simulated::Verilator,
            design,
            bench,
        )?);
    }
    if options.icarus_cycles > 0 {
        let short = bench.shortened(design, options.icarus_cycles)?;
        let path = folder.join("tb/stimulus.txt");
        fs::write(&path, short.stimulus_text(design))
            .map_err(CosimError::file("cannot write", path))?;
        simulators.push(compare(tools, &emitted, Simulated::Icarus, design, &short)?);
        let path = folder.join("tb/stimulus.txt");
        fs::write(&path, bench.stimulus_text(design))
            .map_err(CosimError::file("cannot write", path))?;
    }
    Ok(VerifyReport {
        lint_warnings: lint_lines.len(),
        lint_lines,
        simulators,
    })
}

fn compare(
    tools: &Tools,
    emitted: &Emitted<'_>,
    simulator: Simulated,
    design: &Design,
    bench: &Bench,
) -> Result<SimulatorReport, CosimError> {
    emitted.build(tools, simulator)?;
    let found = emitted.run(tools, simulator, "tb/stimulus.txt", &[])?;
    let expected = &bench.signatures;
    let differs = (0..expected.len().max(found.len())).find(|&i| found.get(i) != expected.get(i));
    let first = match differs {
        Some(interval) => locate(tools, emitted, simulator, design, bench, interval as u64)?,
        None => None,
    };
    let probe = layout(design).items;
    let count = |of: &dyn Fn(ProbeSource) -> bool| -> u64 {
        let items = probe.iter().filter(|item| of(item.source));
        items
            .map(|item| item.instances * u64::from(item.ty.count))
            .sum()
    };
    Ok(SimulatorReport {
        name: simulator.name().into(),
        version: tools.version(simulator.tool())?,
        cycles: bench.cycles,
        registers: count(&|source| matches!(source, ProbeSource::Register(_))),
        values_compared: count(&|_| true) * bench.cycles,
        mismatches: u64::from(differs.is_some()),
        first,
    })
}

/// Writes files into a folder, making the folders that they need.
///
/// # Errors
/// When a file cannot be written.
pub fn write_files(folder: &Path, files: &Files) -> Result<(), CosimError> {
    for (path, bytes) in files {
        let path = folder.join(path);
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent).map_err(CosimError::file("cannot make", parent))?;
        }
        fs::write(&path, bytes).map_err(CosimError::file("cannot write", &path))?;
    }
    Ok(())
}
