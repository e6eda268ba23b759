//! What can be synthesised for.

use crate::error::HopwireError;

/// A family of devices.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Family {
    /// Lattice ECP5.
    Ecp5,
    /// Lattice iCE40.
    Ice40,
    /// Xilinx 7 series.
    Xilinx,
}

impl Family {
    /// The family as `cosim` names it.
    pub fn synthesised(self) -> cosim::synth::Family {
        match self {
            Family::Ecp5 => cosim::synth::Family::Ecp5,
            Family::Ice40 => cosim::synth::Family::Ice40,
            Family::Xilinx => cosim::synth::Family::Xilinx,
        }
    }
}

/// A target of `synth`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Target {
    /// LFE5U-25, placed and routed behind the byte front.
    Ecp5K25,
    /// LFE5U-85, placed and routed behind the byte front.
    Ecp5K85,
    /// iCE40 HX8K, counts only.
    Ice40Hx8k,
    /// Xilinx 7 series, counts only.
    Xilinx,
    /// The ULX3S board with an LFE5U-85: down to a bitstream.
    Ulx3s85,
}

impl Target {
    /// All targets.
    pub const ALL: [Target; 5] = [
        Target::Ecp5K25,
        Target::Ecp5K85,
        Target::Ice40Hx8k,
        Target::Xilinx,
        Target::Ulx3s85,
    ];

    /// The word for `--target`.
    pub fn name(self) -> &'static str {
        match self {
            Target::Ecp5K25 => "ecp5-25k",
            Target::Ecp5K85 => "ecp5-85k",
            Target::Ice40Hx8k => "ice40-hx8k",
            Target::Xilinx => "xilinx",
            Target::Ulx3s85 => "ulx3s-85k",
        }
    }

    /// The target of a word.
    ///
    /// # Errors
    /// Another word.
    pub fn named(name: &str) -> Result<Target, HopwireError> {
        let found = Target::ALL.into_iter().find(|target| target.name() == name);
        found.ok_or_else(|| HopwireError::Argument {
            argument: "--target",
            message: format!("`{}` is no target", name.escape_debug()),
            expected: format!("one of {}", Target::ALL.map(Target::name).join(", ")),
        })
    }

    /// The family.
    pub fn family(self) -> Family {
        match self {
            Target::Ecp5K25 | Target::Ecp5K85 | Target::Ulx3s85 => Family::Ecp5,
            Target::Ice40Hx8k => Family::Ice40,
            Target::Xilinx => Family::Xilinx,
        }
    }

    /// The device as nextpnr for ECP5 takes it; `None` where nothing is placed.
    pub fn ecp5_device(self) -> Option<Vec<String>> {
        let words: &[&str] = match self {
            Target::Ecp5K25 => &["--25k", "--package", "CABGA381"],
            Target::Ecp5K85 => &["--85k", "--package", "CABGA381"],
            Target::Ulx3s85 => &["--85k", "--package", "CABGA381", "--lpf", "board/ulx3s.lpf"],
            Target::Ice40Hx8k | Target::Xilinx => return None,
        };
        Some(words.iter().map(|word| (*word).to_owned()).collect())
    }
}
