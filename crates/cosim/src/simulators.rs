//! Builds and runs an emitted testbench under Verilator and Icarus.

use std::path::Path;

use crate::error::CosimError;
use crate::lint::arguments;
use crate::tools::{Tool, Tools};

/// Which simulator.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Simulated {
    /// Verilator: compiled, fast.
    Verilator,
    /// Icarus: event-driven, slow, and independent.
    Icarus,
}

impl Simulated {
    /// The simulator's name.
    pub fn name(self) -> &'static str {
        match self {
            Simulated::Verilator => "verilator",
            Simulated::Icarus => "icarus",
        }
    }

    /// The tool whose version counts.
    pub fn tool(self) -> Tool {
        match self {
            Simulated::Verilator => Tool::Verilator,
            Simulated::Icarus => Tool::Iverilog,
        }
    }
}

/// An emitted folder, and the names in it.
#[derive(Debug, Clone)]
pub struct Emitted<'a> {
    /// The folder.
    pub folder: &'a Path,
    /// The top module.
    pub top: &'a str,
    /// Verilog sources, relative to the folder.
    pub sources: &'a [String],
}

impl Emitted<'_> {
    /// Builds the testbench for a simulator.
    ///
    /// # Errors
    /// When the tool is missing or fails.
    pub fn build(&self, tools: &Tools, simulator: Simulated) -> Result<(), CosimError> {
        let folder = self.folder;
        let build = folder.join("build");
        std::fs::create_dir_all(&build).map_err(CosimError::file("cannot make", build))?;
        let bench = format!("tb/{}_tb.v", self.top);
        match simulator {
            Simulated::Verilator => {
                let top = format!("{}_tb", self.top);
                let mut words =
                    arguments(&["--cc", "--exe", "--build", "-O3", "--x-assign", "fast"]);
                words.extend(arguments(&[
                    "--x-initial",
                    "fast",
                    "-Wno-fatal",
                    "-Wno-lint",
                ]));
                words.extend(arguments(&[
                    "--top-module",
                    &top,
                    "--prefix",
                    "Vbench",
                    "--Mdir",
                    "build/verilated",
                ]));
                words.extend(arguments(&["-o", "simulate", "-CFLAGS", "-O1"]));
                words.extend_from_slice(self.sources);
                words.extend([bench, "tb/main.cpp".into()]);
                tools.run(Tool::Verilator, "building the testbench", &words, folder)?;
            }
            Simulated::Icarus => {
                let top = format!("{}_icarus", self.top);
                let mut words = arguments(&["-g2005", "-o", "build/icarus.vvp", "-s", &top]);
                words.extend_from_slice(self.sources);
                words.extend([bench, format!("tb/{top}.v")]);
                tools.run(Tool::Iverilog, "building the testbench", &words, folder)?;
            }
        }
        Ok(())
    }

    /// Runs a built testbench; gives the signatures that it wrote.
    ///
    /// # Errors
    /// When it cannot be run, fails, or writes no signatures.
    pub fn run(
        &self,
        tools: &Tools,
        simulator: Simulated,
        stimulus: &str,
        more: &[String],
    ) -> Result<Vec<u64>, CosimError> {
        let written = format!("build/{}.txt", simulator.name());
        let mut plus = vec![
            format!("+stimulus={stimulus}"),
            format!("+signature={written}"),
        ];
        plus.extend_from_slice(more);
        // What an earlier run wrote must not stand for this one.
        let path = self.folder.join(&written);
        if path.exists() {
            std::fs::remove_file(&path).map_err(CosimError::file("cannot remove", &path))?;
        }
        match simulator {
            Simulated::Verilator => {
                let path = self.folder.join("build/verilated/simulate");
                let output = tools.execute("verilator", &path, &plus, self.folder)?;
                if !output.status.success() {
                    let text = [output.stdout, output.stderr].concat();
                    let text = String::from_utf8_lossy(&text);
                    let status = output.status.to_string();
                    return Err(crate::tools::failure(
                        "verilator",
                        "simulating",
                        status,
                        &text,
                    ));
                }
            }
            Simulated::Icarus => {
                let mut words = vec!["build/icarus.vvp".to_owned()];
                words.extend(plus);
                tools.run(Tool::Vvp, "simulating", &words, self.folder)?;
            }
        }
        let text = std::fs::read_to_string(&path).map_err(CosimError::file("cannot read", path))?;
        // A signature with an undefined bit has an `x` in it: it differs from every other.
        Ok(text
            .lines()
            .map(|line| u64::from_str_radix(line.trim(), 16).unwrap_or(0))
            .collect())
    }
}
