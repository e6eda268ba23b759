//! Problem files: lines of words, and errors that name the line.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use crate::diagnostic::{NetworkError, Place, shown_path};
use crate::problem::Problem;

/// Largest problem file, in bytes.
pub const MAX_BYTES: u64 = 32 << 20;

/// The text of a problem file.
#[derive(Debug, Clone)]
pub struct ProblemText {
    file: String,
    text: String,
}

/// A line with something on it.
#[derive(Debug, Clone)]
pub struct Line<'a> {
    /// Its number, from 1.
    pub number: usize,
    /// Its words.
    pub words: Vec<&'a str>,
    /// All of it.
    pub text: &'a str,
}

impl ProblemText {
    /// Reads a file.
    ///
    /// # Errors
    /// One that cannot be read, is too large, or is not UTF-8.
    pub fn read(path: &Path) -> Result<ProblemText, NetworkError> {
        let unreadable = |reason: String| Problem::UnreadableData {
            path: path.to_owned(),
            reason,
        };
        let mut bytes = vec![];
        File::open(path)
            .and_then(|file| file.take(MAX_BYTES + 1).read_to_end(&mut bytes))
            .map_err(|error| unreadable(error.to_string()))?;
        if bytes.len() as u64 > MAX_BYTES {
            let size = path.metadata().map_or(bytes.len() as u64, |of| of.len());
            return Err(NetworkError::from(Problem::FileTooLarge {
                path: path.to_owned(),
                bytes: size,
                limit: MAX_BYTES,
            }));
        }
        let text = String::from_utf8(bytes)
            .map_err(|error| unreadable(format!("it is not UTF-8 text ({error})")))?;
        Ok(ProblemText::new(&text, &shown_path(path)))
    }

    /// Takes a text; `file` is its name in errors.
    pub fn new(text: &str, file: &str) -> ProblemText {
        ProblemText {
            file: file.into(),
            text: text.into(),
        }
    }

    /// Lines that are neither empty nor comments, which begin with `#`. Words are parted by
    /// blanks, or by commas where there are some.
    pub fn lines(&self) -> impl Iterator<Item = Line<'_>> {
        let lines = self.text.lines().enumerate();
        lines.filter_map(|(index, text)| {
            let bare = text.trim();
            let words: Vec<&str> = if bare.contains(',') {
                bare.split(',').map(str::trim).collect()
            } else {
                bare.split_whitespace().collect()
            };
            (!bare.is_empty() && !bare.starts_with('#')).then_some(Line {
                number: index + 1,
                words,
                text,
            })
        })
    }

    /// An error at a line.
    pub fn error(&self, line: &Line<'_>, problem: Problem) -> NetworkError {
        let bare = line.text.trim_end();
        let indent = bare.len() - bare.trim_start().len();
        let place = Place {
            file: self.file.clone(),
            line: line.number,
            column: indent + 1,
            length: bare.trim_start().chars().count().max(1),
            text: bare.into(),
        };
        NetworkError::at(problem, Some(place), "")
    }

    /// An error of the whole file.
    pub fn whole(&self, problem: Problem) -> NetworkError {
        let first = Line {
            number: 1,
            words: vec![],
            text: self.text.lines().next().unwrap_or_default(),
        };
        self.error(&first, problem)
    }

    /// A line that cannot be read.
    pub fn broken(
        &self,
        line: &Line<'_>,
        reason: impl Into<String>,
        expected: impl Into<String>,
    ) -> NetworkError {
        let (reason, expected) = (reason.into(), expected.into());
        self.error(line, Problem::ProblemLine { reason, expected })
    }

    /// A finite number at a word of a line.
    ///
    /// # Errors
    /// A word that is none.
    pub fn number(&self, line: &Line<'_>, word: &str) -> Result<f64, NetworkError> {
        let number = word.parse::<f64>().ok().filter(|number| number.is_finite());
        number.ok_or_else(|| {
            let reason = format!("`{}` is no finite number", short(word));
            self.broken(line, reason, "a number such as 3, -1 or 2.5")
        })
    }

    /// A whole number, 0 or more, at a word of a line.
    ///
    /// # Errors
    /// A word that is none.
    pub fn count(&self, line: &Line<'_>, word: &str) -> Result<usize, NetworkError> {
        word.parse::<usize>().map_err(|_| {
            let reason = format!("`{}` is no whole number", short(word));
            self.broken(line, reason, "a whole number, 0 or more")
        })
    }
}

/// The beginning of a word.
pub fn short(word: &str) -> String {
    word.chars().take(40).collect()
}
