//! `new`: a commented description to start from.

use std::path::PathBuf;

use network::{Kind, starter};
use serde::Serialize;

use crate::arguments::NewArguments;
use crate::error::HopwireError;
use crate::report::Report;
use crate::staged;

/// What `new` did.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct NewReport {
    /// Every network kind that works at all four levels.
    pub kinds: Vec<&'static str>,
    /// The kind that was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kind: Option<&'static str>,
    /// The file that was written.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path: Option<PathBuf>,
    /// The description, where no file was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<&'static str>,
}

impl Report for NewReport {
    const VERB: &'static str = "new";

    fn summary(&self) -> String {
        match (self.text, self.kind, &self.path) {
            (Some(text), _, _) => text.to_owned(),
            (None, Some(kind), Some(path)) => {
                let path = path.display();
                format!("wrote a {kind} description to {path}\nnext: hopwire check {path}\n")
            }
            _ => self.kinds.iter().map(|kind| format!("{kind}\n")).collect(),
        }
    }
}

/// Runs the verb.
///
/// # Errors
/// An unknown kind, or a file that exists or cannot be written.
pub fn run(arguments: &NewArguments) -> Result<NewReport, HopwireError> {
    let kinds: Vec<&'static str> = Kind::ALL.into_iter().map(Kind::name).collect();
    let mut report = NewReport {
        kinds,
        kind: None,
        path: None,
        text: None,
    };
    let Some(asked) = &arguments.kind else {
        return Ok(report);
    };
    let kind = Kind::named(asked).ok_or_else(|| HopwireError::Argument {
        argument: "KIND",
        message: format!("`{}` is no kind of network", asked.escape_debug()),
        expected: format!("one of {}", report.kinds.join(", ")),
    })?;
    report.kind = Some(kind.name());
    match &arguments.output {
        None => report.text = Some(starter(kind)),
        Some(path) => {
            if !arguments.force && path.exists() {
                return Err(HopwireError::OutputExists { path: path.clone() });
            }
            staged::write_file(path, starter(kind).as_bytes())?;
            report.path = Some(path.clone());
        }
    }
    Ok(report)
}
