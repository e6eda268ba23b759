//! `quantize`: float weights to words, and what that costs.

use std::path::PathBuf;

use serde::Serialize;

use crate::arguments::QuantizeArguments;
use crate::built::{Built, format_argument};
use crate::error::HopwireError;
use crate::project::Project;
use crate::report::Report;
use crate::staged;

/// What quantisation chose.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct QuantizeReport {
    /// Formats, errors, and what was tried.
    #[serde(flatten)]
    pub report: quantize::Report,
    /// The file with the whole program and this report, where one was asked for.
    pub certificate: Option<PathBuf>,
}

impl Report for QuantizeReport {
    const VERB: &'static str = "quantize";

    fn summary(&self) -> String {
        let report = &self.report;
        let mut text = String::new();
        for (of, format) in &report.formats {
            text.push_str(&format!("{of:<20} {format}\n"));
        }
        if report.exact {
            text.push_str("every weight is exact\n");
        } else {
            let error = report.max_abs_error;
            text.push_str(&format!("largest error of a weight: {error:.3e}\n"));
        }
        text.push_str(&format!(
            "{} bits of weights and states\n",
            report.bits_total
        ));
        for tried in &report.tried {
            let mark = if tried.loses_nothing {
                "loses nothing"
            } else {
                "loses some"
            };
            text.push_str(&format!(
                "tried {}: kept {} of {}, score {}: {mark}\n",
                tried.format, tried.kept, tried.of, tried.score
            ));
        }
        if let Some(path) = &self.certificate {
            text.push_str(&format!("wrote {}\n", path.display()));
        }
        text
    }
}

/// Runs the verb.
///
/// # Errors
/// The description, a format that does not do, or a file that cannot be written.
pub fn run(arguments: &QuantizeArguments) -> Result<QuantizeReport, HopwireError> {
    let weights = match &arguments.weights {
        None => None,
        Some(text) => Some(format_argument(text, "--weights")?),
    };
    let built = Built::new(Project::load(&arguments.file)?, weights)?;
    if let Some(path) = &arguments.output {
        let certificate = serde_json::json!({
            "schema": "hopwire.program/1",
            "report": built.report,
            "program": built.program,
        });
        staged::write_file(path, format!("{certificate}\n").as_bytes())?;
    }
    Ok(QuantizeReport {
        report: built.report,
        certificate: arguments.output.clone(),
    })
}
