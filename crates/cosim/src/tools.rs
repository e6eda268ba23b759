//! Finds the tools and runs them, without a shell in between.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::time::Duration;

use crate::error::CosimError;
use crate::process;

/// A tool of the free chain.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Tool {
    /// Verilator, the linter and compiled simulator.
    Verilator,
    /// Icarus Verilog's compiler.
    Iverilog,
    /// Icarus Verilog's runtime.
    Vvp,
    /// Yosys, the synthesiser.
    Yosys,
    /// nextpnr for ECP5, place and route.
    NextpnrEcp5,
    /// nextpnr for iCE40.
    NextpnrIce40,
    /// The bitstream packer for ECP5.
    Ecppack,
}

impl Tool {
    /// The name of the executable.
    pub fn name(self) -> &'static str {
        match self {
            Tool::Verilator => "verilator",
            Tool::Iverilog => "iverilog",
            Tool::Vvp => "vvp",
            Tool::Yosys => "yosys",
            Tool::NextpnrEcp5 => "nextpnr-ecp5",
            Tool::NextpnrIce40 => "nextpnr-ice40",
            Tool::Ecppack => "ecppack",
        }
    }
}

/// How long a tool may take; place and route of a full device takes most of an hour.
const LIMIT: Duration = Duration::from_secs(3600);

/// Where tools are looked for.
#[derive(Debug, Clone)]
pub struct Tools {
    folders: Vec<PathBuf>,
    limit: Duration,
}

impl Default for Tools {
    fn default() -> Tools {
        Tools::new()
    }
}

impl Tools {
    /// Looks in the folder that `HOPWIRE_TOOLS` names, in `.tools/bin` of the current directory
    /// and those above it, and on the `PATH`, in this order.
    pub fn new() -> Tools {
        let mut folders: Vec<PathBuf> = vec![];
        folders.extend(std::env::var_os("HOPWIRE_TOOLS").map(PathBuf::from));
        let current = std::env::current_dir().unwrap_or_default();
        let local = current.ancestors().map(|folder| folder.join(".tools/bin"));
        let local: Vec<PathBuf> = local.collect();
        // A checkout's own pinned tools come before the system's.
        folders.extend(local);
        if let Some(path) = std::env::var_os("PATH") {
            folders.extend(std::env::split_paths(&path));
        }
        let limit = LIMIT;
        Tools { folders, limit }
    }

    /// The same tools, each stopped where it takes longer than this (an hour where nothing is
    /// said).
    #[must_use]
    pub fn limited(self, limit: Duration) -> Tools {
        Tools { limit, ..self }
    }

    /// The path of a tool.
    ///
    /// # Errors
    /// When no folder has it.
    pub fn find(&self, tool: Tool) -> Result<PathBuf, CosimError> {
        let found = self.folders.iter().map(|folder| folder.join(tool.name()));
        let found = found.into_iter().find(|path| path.is_file());
        found.ok_or(CosimError::Missing { tool: tool.name() })
    }

    /// Whether every one of these tools is there.
    pub fn have(&self, tools: &[Tool]) -> bool {
        tools.iter().all(|&tool| self.find(tool).is_ok())
    }

    /// The version that a tool prints, its first line.
    ///
    /// # Errors
    /// When the tool is missing or prints nothing.
    pub fn version(&self, tool: Tool) -> Result<String, CosimError> {
        let argument = match tool {
            Tool::Verilator | Tool::NextpnrEcp5 | Tool::NextpnrIce40 | Tool::Ecppack => "--version",
            Tool::Iverilog | Tool::Vvp | Tool::Yosys => "-V",
        };
        let output = self.output(tool, &[argument.into()], Path::new("."))?;
        let text = [output.stdout, output.stderr].concat();
        let text = String::from_utf8_lossy(&text).into_owned();
        let line = text.lines().find(|line| !line.trim().is_empty());
        line.map(|line| line.trim().to_owned())
            .ok_or(CosimError::Unreadable {
                tool: tool.name(),
                why: "a version".into(),
            })
    }

    /// Runs a tool in a folder and captures what it prints, whatever its exit status.
    ///
    /// # Errors
    /// When the tool is missing, cannot be started, or does not end in time.
    pub fn output(
        &self,
        tool: Tool,
        arguments: &[String],
        folder: &Path,
    ) -> Result<Output, CosimError> {
        let path = self.find(tool)?;
        self.execute(tool.name(), &path, arguments, folder)
    }

    /// Runs a program in a folder and captures what it prints, whatever its exit status.
    ///
    /// # Errors
    /// When it cannot be started, or does not end in time.
    pub(crate) fn execute(
        &self,
        name: &'static str,
        path: &Path,
        arguments: &[String],
        folder: &Path,
    ) -> Result<Output, CosimError> {
        // A relative path would be looked for from the folder.
        let path = path.canonicalize().unwrap_or_else(|_| path.to_owned());
        let mut command = Command::new(&path);
        command
            .args(arguments)
            .current_dir(folder)
            // Verilated models of the same text are compiled once, in whatever folder.
            .env("OBJCACHE", if self.has_ccache() { "ccache" } else { "" })
            .env("CCACHE_NOHASHDIR", "1");
        let output = process::run(&mut command, self.limit);
        let output = output.map_err(CosimError::file("cannot run", path))?;
        output.ok_or_else(|| {
            let status = format!("stopped after {} s", self.limit.as_secs());
            failure(name, "running", status, "")
        })
    }

    fn has_ccache(&self) -> bool {
        self.folders
            .iter()
            .any(|folder| folder.join("ccache").is_file())
    }

    /// Runs a tool that must succeed; gives its standard output.
    ///
    /// # Errors
    /// When the tool is missing, cannot be started, or fails.
    pub fn run(
        &self,
        tool: Tool,
        step: &'static str,
        arguments: &[String],
        folder: &Path,
    ) -> Result<String, CosimError> {
        let output = self.output(tool, arguments, folder)?;
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        if output.status.success() {
            return Ok(text);
        }
        let all = format!("{text}{}", String::from_utf8_lossy(&output.stderr));
        Err(failure(tool.name(), step, output.status.to_string(), &all))
    }
}

/// The tools for a test that needs these, or none (with a message) where one is missing.
///
/// # Panics
/// When one is missing although `HOPWIRE_REQUIRE_TOOLS` is set to 1, so that no machine that is
/// meant to run everything skips in silence.
pub fn for_test(needed: &[Tool]) -> Option<Tools> {
    let tools = Tools::new();
    let Some(missing) = needed.iter().find(|&&tool| tools.find(tool).is_err()) else {
        return Some(tools);
    };
    let required = std::env::var_os("HOPWIRE_REQUIRE_TOOLS").is_some_and(|value| value == "1");
    assert!(
        !required,
        "`{}` is missing; `make tools` installs it",
        missing.name()
    );
    eprintln!(
        "skipped: `{}` is missing; `make tools` installs it",
        missing.name()
    );
    None
}

/// The error of a tool that failed, with the last lines of what it printed.
pub(crate) fn failure(
    tool: &'static str,
    step: &'static str,
    status: String,
    text: &str,
) -> CosimError {
    let lines: Vec<&str> = text.lines().collect();
    let output = lines[lines.len().saturating_sub(30)..].join("\n");
    CosimError::Failed {
        tool,
        step,
        status,
        output,
    }
}
