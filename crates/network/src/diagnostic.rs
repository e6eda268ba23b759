//! Errors that say where: file, line, column, field, what was found and what would be right.

use std::fmt;
use std::path::Path;

use crate::problem::Problem;

/// A place in a description file.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Place {
    /// The file, as it was named by the caller.
    pub file: String,
    /// Line, from 1.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
    /// How many characters are meant, at least 1.
    pub length: usize,
    /// The text of the line.
    pub text: String,
}

/// One error with all that is known about it.
#[derive(Debug, Clone, PartialEq)]
pub struct Diagnostic {
    /// What is wrong.
    pub problem: Problem,
    /// Where in the description; none for a file given apart from any description.
    pub place: Option<Place>,
    /// The field, like `weights.learn.patterns`; empty when the whole file is meant.
    pub field: String,
}

/// The error of this crate: a [`Diagnostic`], printed in the manner of a compiler.
#[derive(Debug, Clone, PartialEq)]
pub struct NetworkError(Box<Diagnostic>);

impl NetworkError {
    /// An error at a place of a description.
    pub fn at(problem: Problem, place: Option<Place>, field: impl Into<String>) -> NetworkError {
        NetworkError(Box::new(Diagnostic {
            problem,
            place,
            field: field.into(),
        }))
    }

    /// All that is known about the error.
    pub fn diagnostic(&self) -> &Diagnostic {
        &self.0
    }

    /// The stable code, like `HW0203`.
    pub fn code(&self) -> &'static str {
        self.0.problem.code()
    }

    /// The error as an object for `--json`: `code`, `message`, `expected`, `file`, `line`,
    /// `column`, `field`.
    pub fn to_json(&self) -> serde_json::Value {
        let place = self.0.place.as_ref();
        let data_file = self.0.problem.path().map(|path| path.display().to_string());
        serde_json::json!({
            "code": self.code(),
            "message": self.0.problem.to_string(),
            "expected": self.0.problem.expected(),
            "file": place.map(|place| place.file.clone()),
            "line": place.map(|place| place.line),
            "column": place.map(|place| place.column),
            "field": self.0.field,
            "data_file": data_file,
        })
    }
}

impl From<Problem> for NetworkError {
    fn from(problem: Problem) -> NetworkError {
        NetworkError::at(problem, None, "")
    }
}

impl std::error::Error for NetworkError {}

impl fmt::Display for NetworkError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Diagnostic {
            problem,
            place,
            field,
        } = &*self.0;
        writeln!(
            f,
            "error[{}]: {}",
            problem.code(),
            printable(&problem.to_string())
        )?;
        if let Some(place) = place {
            write_excerpt(f, place, field)?;
        } else if !field.is_empty() {
            writeln!(f, "  = field: {}", printable(field))?;
        }
        write!(f, "  = expected: {}", printable(&problem.expected()))
    }
}

/// The lines `--> file:line:column (field)`, the source line and the carets under it.
fn write_excerpt(f: &mut fmt::Formatter<'_>, place: &Place, field: &str) -> fmt::Result {
    let number = place.line.to_string();
    let margin = " ".repeat(number.len());
    write!(
        f,
        "{margin}--> {}:{}:{}",
        printable(&place.file),
        place.line,
        place.column
    )?;
    writeln!(
        f,
        "{}",
        if field.is_empty() {
            String::new()
        } else {
            format!(" ({field})")
        }
    )?;
    if place.text.is_empty() {
        return Ok(());
    }
    // Long lines (inline weights) are shown from shortly before the error.
    let first = place
        .column
        .saturating_sub(1)
        .saturating_sub(if place.column > 80 { 20 } else { 0 });
    let skipped = if place.column > 80 { first } else { 0 };
    let shown: String = place.text.chars().skip(skipped).take(100).collect();
    let before: String = shown.chars().take(place.column - 1 - skipped).collect();
    let room = shown
        .chars()
        .count()
        .saturating_sub(before.chars().count())
        .max(1);
    writeln!(f, "{margin} |")?;
    writeln!(f, "{number} | {}", printable(&shown))?;
    let indent = " ".repeat(printable(&before).chars().count());
    writeln!(
        f,
        "{margin} | {indent}{}",
        "^".repeat(place.length.clamp(1, room))
    )
}

/// Control characters escaped, so that no file can play with the terminal.
fn printable(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '\t' => out.push(' '),
            c if c.is_control() => out.extend(c.escape_debug()),
            c => out.push(c),
        }
    }
    out
}

/// The file name as errors print it.
pub(crate) fn shown_path(path: &Path) -> String {
    path.display().to_string()
}
