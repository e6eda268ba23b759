//! Everything that can end a command early, with a stable code and an exit code.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use import::ImportError;
use network::{NetworkError, Place};
use serde_json::{Value, json};

use crate::exit::Exit;

/// Why a command ended early. Errors of the other crates keep their codes; those of the command
/// line itself are `HW11..` and listed in `docs/errors.md`.
#[derive(Debug)]
pub enum HopwireError {
    /// The command line is not understood.
    Usage(clap::Error),
    /// An argument that is understood and wrong.
    Argument {
        /// The argument, as `--weights`.
        argument: &'static str,
        /// What is wrong with it.
        message: String,
        /// What would be right.
        expected: String,
    },
    /// The description, or a file that it names.
    Network(NetworkError),
    /// An error of a later level, with the place in the description that leads to it.
    Level {
        /// The stable code.
        code: String,
        /// What is wrong.
        message: String,
        /// What would be right, where the message does not say it.
        expected: Option<String>,
        /// Where in the description.
        place: Option<Box<Place>>,
        /// The field of the description; may be empty.
        field: String,
        /// The exit code.
        exit: Exit,
    },
    /// The output directory holds files.
    OutputNotEmpty {
        /// The directory.
        path: PathBuf,
    },
    /// The output file exists.
    OutputExists {
        /// The file.
        path: PathBuf,
    },
    /// An output cannot be written.
    Write {
        /// The file or directory.
        path: PathBuf,
        /// What the operating system says.
        reason: String,
    },
    /// A directory that was not made by `emit`.
    NotEmitted {
        /// The directory.
        path: PathBuf,
        /// What is missing in it.
        reason: String,
    },
    /// The simulated hardware did not do what it must: a fault of hopwire itself.
    Internal {
        /// What happened.
        message: String,
    },
}

impl HopwireError {
    /// An output that cannot be written.
    pub fn write(path: &Path, error: &io::Error) -> HopwireError {
        // Errors about files aside name these, which nobody has asked for.
        let text = error.to_string();
        let reason = text
            .split_once(" at path \"")
            .map_or(text.as_str(), |(reason, _)| reason);
        HopwireError::Write {
            path: path.to_owned(),
            reason: reason.to_owned(),
        }
    }

    /// An error whose text begins with its code, as those of the later levels do.
    pub fn level(error: &dyn std::error::Error, exit: Exit) -> HopwireError {
        let text = chain(error);
        let coded = text
            .split_once(": ")
            .filter(|(code, _)| is_code(code))
            .map(|(code, message)| (code.to_owned(), message.to_owned()));
        let (code, message) = coded.unwrap_or_else(|| ("HW1190".to_owned(), text));
        HopwireError::Level {
            code,
            message,
            expected: None,
            place: None,
            field: String::new(),
            exit,
        }
    }

    /// The same error at a field of the description.
    pub fn at(mut self, source: &network::description::Source, at: &str) -> HopwireError {
        if let HopwireError::Level { place, field, .. } = &mut self {
            *place = source.locate(at).map(Box::new);
            at.clone_into(field);
        }
        self
    }

    /// The stable code, like `HW0203`.
    pub fn code(&self) -> &str {
        match self {
            HopwireError::Usage(_) => "HW1101",
            HopwireError::Argument { .. } => "HW1102",
            HopwireError::Network(error) => error.code(),
            HopwireError::Level { code, .. } => code,
            HopwireError::OutputNotEmpty { .. } => "HW1103",
            HopwireError::OutputExists { .. } => "HW1104",
            HopwireError::Write { .. } => "HW1105",
            HopwireError::NotEmitted { .. } => "HW1106",
            HopwireError::Internal { .. } => "HW1199",
        }
    }

    /// The exit code.
    pub fn exit(&self) -> Exit {
        match self {
            HopwireError::Level { exit, .. } => *exit,
            HopwireError::Internal { .. } => Exit::Tool,
            _ => Exit::BadInput,
        }
    }

    /// What was found.
    pub fn message(&self) -> String {
        match self {
            HopwireError::Usage(error) => {
                let text = error.to_string();
                let text = text.trim_end();
                text.strip_prefix("error: ").unwrap_or(text).to_owned()
            }
            HopwireError::Argument {
                argument, message, ..
            } => format!("{argument}: {message}"),
            HopwireError::Network(error) => error.diagnostic().problem.to_string(),
            HopwireError::Level { message, .. } | HopwireError::Internal { message } => {
                message.clone()
            }
            HopwireError::OutputNotEmpty { path } => {
                format!("the directory `{}` is not empty", path.display())
            }
            HopwireError::OutputExists { path } => {
                format!("the file `{}` exists", path.display())
            }
            HopwireError::Write { path, reason } => {
                format!("`{}` cannot be written: {reason}", path.display())
            }
            HopwireError::NotEmitted { path, reason } => {
                format!(
                    "`{}` is no directory made by `emit`: {reason}",
                    path.display()
                )
            }
        }
    }

    /// What would be right, where that is known.
    pub fn expected(&self) -> Option<String> {
        match self {
            HopwireError::Usage(_) => None,
            HopwireError::Argument { expected, .. } => Some(expected.clone()),
            HopwireError::Network(error) => Some(error.diagnostic().problem.expected()),
            HopwireError::Level { expected, .. } => expected.clone(),
            HopwireError::OutputNotEmpty { .. } => {
                Some("a directory that is empty or does not exist; --force writes into it".into())
            }
            HopwireError::OutputExists { .. } => {
                Some("a file that does not exist; --force overwrites it".into())
            }
            HopwireError::Write { .. } => {
                Some("a place that can be written, with room for the output".into())
            }
            HopwireError::NotEmitted { .. } => {
                Some("a description file, or a directory made by `emit`".into())
            }
            HopwireError::Internal { .. } => {
                Some("a report of this fault, with the description that shows it".into())
            }
        }
    }

    /// The error as an object for `--json`: `code`, `message`, `expected`, `file`, `line`,
    /// `column`, `field`, `data_file`.
    pub fn to_json(&self) -> Value {
        if let HopwireError::Network(error) = self {
            return error.to_json();
        }
        let (place, field) = match self {
            HopwireError::Level { place, field, .. } => (place.as_deref(), field.as_str()),
            HopwireError::Argument { argument, .. } => (None, *argument),
            _ => (None, ""),
        };
        let data_file = match self {
            HopwireError::OutputNotEmpty { path }
            | HopwireError::OutputExists { path }
            | HopwireError::Write { path, .. }
            | HopwireError::NotEmitted { path, .. } => Some(path.display().to_string()),
            _ => None,
        };
        json!({
            "code": self.code(),
            "message": self.message(),
            "expected": self.expected(),
            "file": place.map(|place| place.file.clone()),
            "line": place.map(|place| place.line),
            "column": place.map(|place| place.column),
            "field": field,
            "data_file": data_file,
        })
    }
}

/// The text of an error and of what caused it, without repeating what is said already.
fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        let more = error.to_string();
        if !text.contains(&more) {
            text = format!("{text}: {more}");
        }
        cause = error.source();
    }
    text
}

fn is_code(text: &str) -> bool {
    let digits = text.strip_prefix("HW").unwrap_or_default();
    digits.len() == 4 && digits.bytes().all(|byte| byte.is_ascii_digit())
}

impl fmt::Display for HopwireError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let HopwireError::Network(error) = self {
            return write!(f, "{error}");
        }
        write!(f, "error[{}]: {}", self.code(), printable(&self.message()))?;
        if let HopwireError::Level { place, field, .. } = self
            && let Some(place) = place
        {
            write_place(f, place, field)?;
        }
        match self.expected() {
            Some(expected) => write!(f, "\n  = expected: {}", printable(&expected)),
            None => Ok(()),
        }
    }
}

/// Characters of a source line that are shown.
const MOST_SHOWN: usize = 100;

/// The lines `--> file:line:column (field)` and the source line.
fn write_place(f: &mut fmt::Formatter<'_>, place: &Place, field: &str) -> fmt::Result {
    let (line, column) = (place.line, place.column);
    let margin = " ".repeat(line.to_string().len());
    write!(
        f,
        "\n{margin}--> {}:{line}:{column} ({field})",
        printable(&place.file)
    )?;
    let shown: String = place.text.chars().take(MOST_SHOWN).collect();
    if shown.is_empty() {
        return Ok(());
    }
    let caret = format!("{}^", " ".repeat(column.saturating_sub(1)));
    let carets = if column > MOST_SHOWN {
        String::new()
    } else {
        caret
    };
    write!(
        f,
        "\n{margin} |\n{line} | {}\n{margin} | {carets}",
        printable(&shown)
    )
}

/// Control characters escaped, so that no text can play with the terminal; line ends stay.
fn printable(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '\n' => out.push('\n'),
            c if c.is_control() => out.extend(c.escape_debug()),
            c => out.push(c),
        }
    }
    out
}

impl std::error::Error for HopwireError {}

impl From<NetworkError> for HopwireError {
    fn from(error: NetworkError) -> HopwireError {
        HopwireError::Network(error)
    }
}

impl From<ImportError> for HopwireError {
    fn from(error: ImportError) -> HopwireError {
        match error {
            ImportError::Network(error) => error.into(),
            error => HopwireError::Level {
                code: error.code().into(),
                message: error.to_string(),
                expected: error.expected(),
                place: None,
                field: String::new(),
                exit: Exit::BadInput,
            },
        }
    }
}

impl From<clap::Error> for HopwireError {
    fn from(error: clap::Error) -> HopwireError {
        HopwireError::Usage(error)
    }
}

impl From<hw_sim::SimulationError> for HopwireError {
    fn from(error: hw_sim::SimulationError) -> HopwireError {
        match &error {
            hw_sim::SimulationError::Trace {
                path: Some(path),
                problem,
            } => HopwireError::Write {
                path: path.clone(),
                reason: problem.clone(),
            },
            _ => HopwireError::level(&error, Exit::Tool),
        }
    }
}
