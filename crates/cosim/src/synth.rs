//! Counts of cells by Yosys, and the clock by nextpnr.

use std::fs;
use std::path::Path;

use serde::Serialize;
use serde_json::Value;

use crate::error::CosimError;
use crate::simulators::Emitted;
use crate::tools::{Tool, Tools};

/// A device family that Yosys maps to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Family {
    /// Lattice ECP5.
    Ecp5,
    /// Lattice iCE40.
    Ice40,
    /// Xilinx 7 series; counts only.
    Xilinx,
}

/// Cells of a synthesised design.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Counts {
    /// Look-up tables (of 4 inputs; of up to 6 on Xilinx).
    pub lut: u64,
    /// Flip-flops.
    pub ff: u64,
    /// Block memories.
    pub bram: u64,
    /// Multiplier blocks.
    pub dsp: u64,
    /// Carry cells; on ECP5 each takes the place of two look-up tables.
    pub carry: u64,
}

/// Synthesises the sources; leaves `build/NAME.json` for place and route.
///
/// # Errors
/// When Yosys is missing, fails, or prints no statistics.
pub fn count(tools: &Tools, emitted: &Emitted<'_>, family: Family) -> Result<Counts, CosimError> {
    let build = emitted.folder.join("build");
    fs::create_dir_all(&build).map_err(CosimError::file("cannot make", &build))?;
    let top = emitted.top;
    let map = match family {
        Family::Ecp5 => format!("synth_ecp5 -top {top} -json build/{top}.json"),
        Family::Ice40 => format!("synth_ice40 -top {top} -json build/{top}.json"),
        Family::Xilinx => format!("synth_xilinx -flatten -top {top}"),
    };
    let sources = emitted.sources.join(" ");
    let script = format!("read_verilog {sources}; {map}; tee -q -o build/stat.json stat -json");
    let words = ["-q".to_owned(), "-p".into(), script];
    tools.run(Tool::Yosys, "synthesis", &words, emitted.folder)?;
    let path = build.join("stat.json");
    let text = fs::read_to_string(&path).map_err(CosimError::file("cannot read", path))?;
    let unreadable = |why: &str| CosimError::Unreadable {
        tool: "yosys",
        why: why.into(),
    };
    let start = text.find('{').ok_or_else(|| unreadable("statistics"))?;
    let value: Value =
        serde_json::from_str(&text[start..]).map_err(|error| unreadable(&error.to_string()))?;
    let cells = value["design"]["num_cells_by_type"].as_object();
    let cells = cells.ok_or_else(|| unreadable("cells by type"))?;
    let mut counts = Counts::default();
    for (cell, number) in cells {
        counts.add(cell, number.as_u64().unwrap_or(0));
    }
    Ok(counts)
}

impl Counts {
    fn add(&mut self, cell: &str, number: u64) {
        match cell {
            "LUT4" | "SB_LUT4" => self.lut += number,
            // A distributed memory cell takes the place of look-up tables.
            "TRELLIS_DPR16X4" | "RAM32M" | "RAM64M" | "RAM128X1D" => self.lut += 4 * number,
            "RAM32X1D" | "RAM64X1D" => self.lut += 2 * number,
            "TRELLIS_FF" => self.ff += number,
            "DP16KD" | "PDPW16KD" | "SB_RAM40_4K" => self.bram += number,
            "MULT18X18D" | "SB_MAC16" => self.dsp += number,
            "CCU2C" | "SB_CARRY" | "CARRY4" => self.carry += number,
            _ if cell.starts_with("SB_DFF") || is_xilinx_flip_flop(cell) => self.ff += number,
            _ if is_xilinx_lut(cell) => self.lut += number,
            _ if cell.starts_with("RAMB") => self.bram += number,
            _ if cell.starts_with("DSP48") => self.dsp += number,
            _ => {}
        }
    }
}

fn is_xilinx_flip_flop(cell: &str) -> bool {
    matches!(cell, "FDRE" | "FDSE" | "FDCE" | "FDPE")
}

fn is_xilinx_lut(cell: &str) -> bool {
    let number = cell
        .strip_prefix("LUT")
        .and_then(|rest| rest.parse::<u32>().ok());
    number.is_some_and(|inputs| (1..=6).contains(&inputs))
}

/// Places and routes an ECP5 netlist that [`count`] left; gives the clock in MHz, if there is one.
///
/// # Errors
/// When nextpnr is missing or fails, or prints no report.
pub fn place_and_route_ecp5(
    tools: &Tools,
    folder: &Path,
    top: &str,
    device: &[String],
) -> Result<Option<f64>, CosimError> {
    let mut words = vec!["--json".to_owned(), format!("build/{top}.json")];
    words.extend_from_slice(device);
    words.extend(
        [
            "--report",
            "build/report.json",
            "--textcfg",
            "build/top.config",
        ]
        .map(String::from),
    );
    words.extend(["--timing-allow-fail", "--seed", "1", "-q"].map(String::from));
    tools.run(Tool::NextpnrEcp5, "place and route", &words, folder)?;
    let path = folder.join("build/report.json");
    let text = fs::read_to_string(&path).map_err(CosimError::file("cannot read", path))?;
    let value: Value = serde_json::from_str(&text).map_err(|error| CosimError::Unreadable {
        tool: "nextpnr-ecp5",
        why: error.to_string(),
    })?;
    let clocks = value["fmax"].as_object().into_iter().flatten();
    let achieved = clocks.filter_map(|(_, clock)| clock["achieved"].as_f64());
    Ok(achieved.fold(None, |least: Option<f64>, clock| {
        Some(least.map_or(clock, |l| l.min(clock)))
    }))
}

/// Packs the routed design into a bitstream, `build/top.bit`.
///
/// # Errors
/// When the packer is missing or fails.
pub fn pack_ecp5(tools: &Tools, folder: &Path) -> Result<(), CosimError> {
    let words = ["--compress", "build/top.config", "build/top.bit"].map(String::from);
    tools
        .run(Tool::Ecppack, "packing the bitstream", &words, folder)
        .map(|_| ())
}
