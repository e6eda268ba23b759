//! `synth`: counts of cells and the clock, measured by Yosys and nextpnr, beside the estimate.

use std::path::{Path, PathBuf};

use codegen::{EmitOptions, Files};
use cosim::simulators::Emitted;
use cosim::synth::{Counts, count, pack_ecp5, place_and_route_ecp5};
use cosim::{Tool, Tools};
use schedule::Scheduled;
use serde::Serialize;

use crate::arguments::SynthArguments;
use crate::board::{self, wrapper};
use crate::built::Built;
use crate::emission::{self, tool_error};
use crate::error::HopwireError;
use crate::estimate::{Estimate, estimate};
use crate::hardware::Beats;
use crate::progress::Progress;
use crate::recording;
use crate::report::Report;
use crate::staged::{ScratchDirectory, StagedDirectory};
use crate::target::Target;
use crate::verbs::emit::renamed;

/// Cycles of the stimulus that lies beside the synthesised design.
const STIMULUS_CYCLES: u64 = 2048;

/// What synthesis measured, and what was expected.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SynthReport {
    /// The target.
    pub target: &'static str,
    /// The tools and their versions.
    pub tool: String,
    /// What the counts are of: the design, or the board top around it.
    pub top: String,
    /// Counts of cells.
    #[serde(flatten)]
    pub counts: Counts,
    /// The clock that nextpnr reached, in MHz, behind the byte front; none where nothing is placed.
    pub fmax_mhz: Option<f64>,
    /// Clock cycles of a step; of a whole frame for a streaming design.
    pub cycles_per_step: u64,
    /// The same, before synthesis, from the design alone.
    pub estimate: EstimateReport,
    /// The bitstream, where there is one and it was kept.
    pub bitstream: Option<PathBuf>,
}

/// The estimate under the keys of the measurement.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct EstimateReport {
    /// Counts and clock.
    #[serde(flatten)]
    pub estimate: Estimate,
    /// Clock cycles of a step.
    pub cycles_per_step: u64,
}

impl Report for SynthReport {
    const VERB: &'static str = "synth";

    fn summary(&self) -> String {
        let (counts, expected) = (&self.counts, &self.estimate.estimate);
        let mut text = format!("{} for {}, by {}\n", self.top, self.target, self.tool);
        text.push_str(&format!("{:<10}{:>12}{:>12}\n", "", "measured", "estimate"));
        for (name, measured, estimate) in [
            ("LUT", counts.lut, expected.lut),
            ("FF", counts.ff, expected.ff),
            ("block RAM", counts.bram, expected.bram),
            ("DSP", counts.dsp, expected.dsp),
            ("carry", counts.carry, expected.carry),
        ] {
            text.push_str(&format!("{name:<10}{measured:>12}{estimate:>12}\n"));
        }
        let clock = |clock: Option<f64>| clock.map_or("-".into(), |mhz| format!("{mhz:.1}"));
        let (measured, estimate) = (clock(self.fmax_mhz), clock(expected.fmax_mhz));
        text.push_str(&format!("{:<10}{measured:>12}{estimate:>12}\n", "MHz"));
        text.push_str(&format!("{} cycles a step\n", self.cycles_per_step));
        if let Some(bitstream) = &self.bitstream {
            text.push_str(&format!("bitstream: {}\n", bitstream.display()));
        }
        text
    }
}

/// Where the tools work.
enum Folder {
    Kept(StagedDirectory),
    Scratch(ScratchDirectory),
}

impl Folder {
    fn path(&self) -> &Path {
        match self {
            Folder::Kept(staged) => staged.path(),
            Folder::Scratch(scratch) => scratch.path(),
        }
    }
}

/// Runs the verb.
///
/// # Errors
/// The description, another target, a directory that is not empty, or a tool that is missing or
/// fails.
pub fn run(arguments: &SynthArguments, progress: &Progress) -> Result<SynthReport, HopwireError> {
    let target = Target::named(&arguments.target)?;
    let folder = match &arguments.out {
        Some(path) => Folder::Kept(StagedDirectory::new(path, arguments.force)?),
        None => Folder::Scratch(ScratchDirectory::new()?),
    };
    let built = Built::load(&arguments.file)?;
    let scheduled = built.scheduled()?;
    let tools = Tools::new();
    let needed: &[Tool] = match target {
        Target::Ecp5K25 | Target::Ecp5K85 => &[Tool::Yosys, Tool::NextpnrEcp5],
        Target::Ulx3s85 => &[Tool::Yosys, Tool::NextpnrEcp5, Tool::Ecppack],
        Target::Ice40Hx8k | Target::Xilinx => &[Tool::Yosys],
    };
    let mut versions = vec![];
    for &tool in needed {
        versions.push(tools.version(tool).map_err(tool_error)?);
    }
    let synthesis = Synthesis {
        tools: &tools,
        folder: folder.path(),
        target,
        progress,
    };
    let measured = synthesis.run(&built, &scheduled).map_err(|error| {
        let out = arguments.out.as_deref().unwrap_or(folder.path());
        renamed(error, folder.path(), out)
    })?;
    let bitstream = match (folder, &arguments.out) {
        (Folder::Kept(staged), Some(out)) => {
            let made = staged.path().join("build/top.bit").is_file();
            staged.commit()?;
            made.then(|| out.join("build/top.bit"))
        }
        _ => None,
    };
    let cycles_per_step = scheduled.timing.interval.unwrap_or(scheduled.timing.step);
    Ok(SynthReport {
        target: target.name(),
        tool: versions.join(", "),
        top: measured.top,
        counts: measured.counts,
        fmax_mhz: measured.fmax_mhz,
        cycles_per_step,
        estimate: EstimateReport {
            estimate: measured.estimate,
            cycles_per_step,
        },
        bitstream,
    })
}

/// A synthesis in a folder.
struct Synthesis<'a> {
    tools: &'a Tools,
    folder: &'a Path,
    target: Target,
    progress: &'a Progress,
}

/// What it gave.
struct Measured {
    top: String,
    counts: Counts,
    fmax_mhz: Option<f64>,
    estimate: Estimate,
}

impl Synthesis<'_> {
    fn run(&self, built: &Built, scheduled: &Scheduled) -> Result<Measured, HopwireError> {
        let beats = Beats::of(scheduled, &built.described_loads());
        let recording = recording::record(scheduled, &beats, STIMULUS_CYCLES, 1)?;
        let files = emission::files(built, scheduled, &recording)?;
        emission::write(self.folder, &files)?;
        let family = self.target.family();
        if self.target == Target::Ulx3s85 {
            let sources = emission::sources(&files, &["rtl/", "board/"]);
            let counts = self.count(wrapper::TOP, &sources)?;
            let fmax_mhz = self.place(wrapper::TOP)?;
            self.pack()?;
            let front = board::behind_bytes(scheduled)?;
            let mut estimate = estimate(&front, family);
            estimate.lut += wrapper::TABLES;
            estimate.ff += wrapper::FLIP_FLOPS;
            let top = wrapper::TOP.to_owned();
            return Ok(Measured {
                top,
                counts,
                fmax_mhz,
                estimate,
            });
        }
        let top = codegen::legal(&scheduled.design.name);
        let counts = self.count(&top, &emission::sources(&files, &["rtl/"]))?;
        let estimate = estimate(&scheduled.design, family);
        let fmax_mhz = match self.target.ecp5_device() {
            Some(_) if board::suits(scheduled) => self.clock(scheduled)?,
            Some(_) | None => None,
        };
        Ok(Measured {
            top,
            counts,
            fmax_mhz,
            estimate,
        })
    }

    /// The clock of the design behind its byte front, which has few enough pins to be placed.
    fn clock(&self, scheduled: &Scheduled) -> Result<Option<f64>, HopwireError> {
        let front = board::behind_bytes(scheduled)?;
        let emitted = codegen::emit(&front, &EmitOptions::default());
        let emitted = emitted.map_err(|error| tool_error(error.into()))?;
        let only = |path: &str| path.starts_with("rtl/");
        let files: Files = emitted.into_iter().filter(|(path, _)| only(path)).collect();
        let inner = Synthesis {
            folder: &self.folder.join("placed"),
            ..*self
        };
        emission::write(inner.folder, &files)?;
        let top = codegen::legal(&front.name);
        inner.count(&top, &emission::sources(&files, &["rtl/"]))?;
        inner.place(&top)
    }

    fn count(&self, top: &str, sources: &[String]) -> Result<Counts, HopwireError> {
        let _bar = self.progress.stage("synthesising with Yosys");
        let folder = self.folder;
        let emitted = Emitted {
            folder,
            top,
            sources,
        };
        count(self.tools, &emitted, self.target.family().synthesised()).map_err(tool_error)
    }

    fn place(&self, top: &str) -> Result<Option<f64>, HopwireError> {
        let _bar = self.progress.stage("placing and routing with nextpnr");
        let device = self.target.ecp5_device().unwrap_or_default();
        place_and_route_ecp5(self.tools, self.folder, top, &device).map_err(tool_error)
    }

    fn pack(&self) -> Result<(), HopwireError> {
        pack_ecp5(self.tools, self.folder).map_err(tool_error)
    }
}
