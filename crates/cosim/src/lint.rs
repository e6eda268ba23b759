//! What Verilator, Icarus and Yosys have to say about a design's text.

use std::path::Path;

use crate::error::CosimError;
use crate::tools::{Tool, Tools};

/// Warnings and errors of the lint tools.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Lint {
    /// The lines that complain, with the tool's name before each.
    pub complaints: Vec<String>,
}

/// Lints the sources in an emitted folder: Verilator `-Wall`, Icarus `-g2005 -Wall`, and Yosys
/// `check -assert`.
///
/// # Errors
/// When a tool is missing or cannot be started; complaints are no error here.
pub fn lint(
    tools: &Tools,
    folder: &Path,
    top: &str,
    sources: &[String],
) -> Result<Lint, CosimError> {
    let mut complaints = vec![];
    let mut verilator = arguments(&["--lint-only", "-Wall", "--top-module", top]);
    verilator.extend_from_slice(sources);
    let mut icarus = arguments(&["-g2005", "-Wall", "-t", "null", "-s", top]);
    icarus.extend_from_slice(sources);
    let script = format!(
        "read_verilog {}; hierarchy -check -top {top}; proc; opt_clean; check -assert",
        sources.join(" ")
    );
    let yosys = vec!["-q".into(), "-p".into(), script];
    for (tool, arguments) in [
        (Tool::Verilator, verilator),
        (Tool::Iverilog, icarus),
        (Tool::Yosys, yosys),
    ] {
        let output = tools.output(tool, &arguments, folder)?;
        let text = [output.stdout, output.stderr].concat();
        let text = String::from_utf8_lossy(&text);
        let before = complaints.len();
        complaints.extend(
            text.lines()
                .filter(|line| is_complaint(line))
                .map(|line| format!("{}: {line}", tool.name())),
        );
        if !output.status.success() && complaints.len() == before {
            complaints.push(format!("{}: {}", tool.name(), output.status));
        }
    }
    Ok(Lint { complaints })
}

fn is_complaint(line: &str) -> bool {
    let lower = line.to_ascii_lowercase();
    lower.contains("warning") || lower.contains("error")
}

pub(crate) fn arguments(words: &[&str]) -> Vec<String> {
    words.iter().map(|word| (*word).to_owned()).collect()
}
