//! `verify`: the emitted Verilog against the simulator, every register in every cycle.

use cosim::verify::{VerifyOptions, VerifyReport as Compared, verify_files};
use cosim::{Tool, Tools};
use serde::Serialize;

use crate::arguments::VerifyArguments;
use crate::built::Built;
use crate::emission::{self, tool_error};
use crate::error::HopwireError;
use crate::hardware::Beats;
use crate::progress::Progress;
use crate::recording;
use crate::report::Report;
use crate::staged::ScratchDirectory;

/// Bits that Icarus compares in a run that nobody limits.
const ICARUS_BITS: u64 = 40_000_000;

/// What was compared.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct VerifyReport {
    /// Lint and simulators.
    #[serde(flatten)]
    pub compared: Compared,
    /// The design's hash.
    pub hash: String,
    /// Resets in mid-run.
    pub resets: u64,
    /// Beats that the design gave.
    pub beats_out: u64,
}

impl Report for VerifyReport {
    const VERB: &'static str = "verify";

    fn holds(&self) -> bool {
        self.compared.holds()
    }

    fn summary(&self) -> String {
        let mut text = match self.compared.lint_warnings {
            0 => "lint: clean (Verilator -Wall, Icarus -Wall, Yosys check)\n".to_owned(),
            warnings => format!("lint: {warnings} warnings\n"),
        };
        for line in &self.compared.lint_lines {
            text.push_str(&format!("  {line}\n"));
        }
        for simulator in &self.compared.simulators {
            let outcome = match (&simulator.first, simulator.mismatches) {
                (_, 0) => "equal".to_owned(),
                (Some(first), _) => format!(
                    "DIFFERS first in cycle {}: {} is {} there and {} in the simulator{}",
                    first.cycle,
                    first.net,
                    first.found,
                    first.expected,
                    first
                        .source
                        .as_ref()
                        .map(|from| format!(", from {from}"))
                        .unwrap_or_default()
                ),
                (None, _) => "DIFFERS".to_owned(),
            };
            text.push_str(&format!(
                "{} ({}): {} cycles x {} registers, {} values compared: {outcome}\n",
                simulator.name,
                simulator.version,
                simulator.cycles,
                simulator.registers,
                simulator.values_compared
            ));
        }
        let (resets, beats) = (self.resets, self.beats_out);
        text.push_str(&format!("{resets} resets in mid-run, {beats} beats out\n"));
        text
    }
}

/// Runs the verb.
///
/// # Errors
/// The description, or a tool that is missing or fails. A difference is no error but a result.
pub fn run(arguments: &VerifyArguments, progress: &Progress) -> Result<VerifyReport, HopwireError> {
    for (argument, cycles) in [
        ("--cycles", arguments.cycles),
        ("--icarus-cycles", arguments.icarus_cycles),
    ] {
        if let Some(cycles) = cycles
            && !(1..=MOST_CYCLES).contains(&cycles)
        {
            return Err(HopwireError::Argument {
                argument,
                message: format!("{cycles} cycles"),
                expected: format!("a number from 1 to {MOST_CYCLES}"),
            });
        }
    }
    let built = Built::load(&arguments.file)?;
    let scheduled = built.scheduled()?;
    let tools = Tools::new();
    for tool in [Tool::Verilator, Tool::Iverilog, Tool::Vvp, Tool::Yosys] {
        tools.find(tool).map_err(tool_error)?;
    }
    let cycles = arguments
        .cycles
        .unwrap_or_else(|| recording::cycles_worth(&scheduled));
    let bar = progress.stage("recording in the simulator");
    let beats = Beats::of(&scheduled, &built.described_loads());
    let recording = recording::record(&scheduled, &beats, cycles, arguments.seed)?;
    drop(bar);
    let files = emission::files(&built, &scheduled, &recording)?;
    let folder = ScratchDirectory::new()?;
    let bits = hw_ir::probe::layout(&scheduled.design).bits;
    let most = (ICARUS_BITS / bits.max(1)).clamp(256, 20_000);
    let options = VerifyOptions {
        icarus_cycles: arguments.icarus_cycles.unwrap_or(most),
        ..VerifyOptions::default()
    };
    let _bar = progress.stage("running lint, Verilator and Icarus");
    let design = &scheduled.design;
    let compared = verify_files(
        &tools,
        design,
        &files,
        &recording.bench,
        folder.path(),
        options,
    );
    Ok(VerifyReport {
        compared: compared.map_err(tool_error)?,
        hash: hw_ir::json::hash(design),
        resets: recording.resets,
        beats_out: recording.beats_out,
    })
}

/// The most cycles that are recorded; their inputs are kept in memory.
const MOST_CYCLES: u64 = 10_000_000;
