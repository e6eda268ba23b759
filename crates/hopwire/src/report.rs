//! What a verb prints: a short summary for a person, or the whole result as one JSON object.

use serde::Serialize;

/// The result of a verb. Serialised, it has the keys that `--json` prints.
pub trait Report: Serialize {
    /// The verb; the schema is `hopwire.VERB/1`.
    const VERB: &'static str;

    /// Whether what was checked holds; otherwise the exit code is 1.
    fn holds(&self) -> bool {
        true
    }

    /// The summary for a person: a few lines, ending with a line end.
    fn summary(&self) -> String;
}

/// A report ready to be printed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Printed {
    /// What goes to standard output.
    pub text: String,
    /// [`Report::holds`].
    pub holds: bool,
}

/// Prints a report as a summary, or with `json` as an object whose first key is `schema`.
///
/// # Errors
/// Only where serialisation itself fails, which no report does.
pub fn print<R: Report>(report: &R, json: bool) -> serde_json::Result<Printed> {
    #[derive(Serialize)]
    struct Envelope<'a, R: Serialize> {
        schema: String,
        #[serde(flatten)]
        body: &'a R,
    }
    let text = if json {
        let schema = format!("hopwire.{}/1", R::VERB);
        let body = report;
        let mut text = serde_json::to_string(&Envelope { schema, body })?;
        text.push('\n');
        text
    } else {
        report.summary()
    };
    Ok(Printed {
        text,
        holds: report.holds(),
    })
}
