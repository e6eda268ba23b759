//! The text of a description and where each of its fields stands.

use std::fs::File;
use std::io::Read;
use std::ops::Range;
use std::path::{Path, PathBuf};

use toml::de::{DeArray, DeTable, DeValue};

use super::MAX_DESCRIPTION_BYTES;
use crate::diagnostic::{NetworkError, Place, shown_path};
use crate::problem::Problem;

/// The text of a description and where each of its fields stands.
#[derive(Debug, Clone)]
pub struct Source {
    file: String,
    folder: PathBuf,
    text: String,
    positions: Vec<Position>,
}

/// Where a field stands, in bytes.
#[derive(Debug, Clone)]
struct Position {
    field: String,
    key: Range<usize>,
    value: Range<usize>,
    is_table: bool,
}

impl Source {
    /// Reads the file at `path`.
    ///
    /// # Errors
    /// When it cannot be read, is too large, is not UTF-8 or is not TOML.
    pub fn read(path: &Path) -> Result<Source, NetworkError> {
        let file = shown_path(path);
        let start = || Place {
            file: file.clone(),
            line: 1,
            column: 1,
            length: 1,
            text: String::new(),
        };
        let fail = |problem| NetworkError::at(problem, Some(start()), "");
        let unreadable = |reason: String| fail(Problem::UnreadableDescription { reason });
        let mut bytes = Vec::new();
        File::open(path)
            .and_then(|file| file.take(MAX_DESCRIPTION_BYTES + 1).read_to_end(&mut bytes))
            .map_err(|error| unreadable(error.to_string()))?;
        if bytes.len() as u64 > MAX_DESCRIPTION_BYTES {
            let bytes = path
                .metadata()
                .map_or(bytes.len() as u64, |found| found.len());
            let path = path.to_path_buf();
            return Err(fail(Problem::FileTooLarge {
                path,
                bytes,
                limit: MAX_DESCRIPTION_BYTES,
            }));
        }
        let text = String::from_utf8(bytes)
            .map_err(|error| unreadable(format!("it is not UTF-8 text ({error})")))?;
        Source::new(&text, &file, path.parent().unwrap_or(Path::new("")))
    }

    /// Takes a text; `file` is its name in errors, and data paths count from `folder`.
    ///
    /// # Errors
    /// When the text is not TOML.
    pub fn new(text: &str, file: &str, folder: &Path) -> Result<Source, NetworkError> {
        let mut source = Source {
            file: file.to_string(),
            folder: folder.to_path_buf(),
            text: text.to_string(),
            positions: Vec::new(),
        };
        let table = DeTable::parse(text).map_err(|error| {
            let place = source.place(error.span().unwrap_or(0..0));
            let reason = error.message().to_string();
            NetworkError::at(Problem::Syntax { reason }, Some(place), "")
        })?;
        collect(table.get_ref(), "", &mut source.positions);
        Ok(source)
    }

    /// The file name as errors print it.
    pub fn file(&self) -> &str {
        &self.file
    }

    /// The folder from which data paths count.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The text.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Where `field` (like `weights.learn.rule`) stands: its value; the key where the value is a
    /// table; the nearest section above where the field is not written.
    pub fn locate(&self, field: &str) -> Option<Place> {
        let mut field = field;
        loop {
            if let Some(found) = self
                .positions
                .iter()
                .find(|position| position.field == field)
            {
                let span = if found.is_table {
                    &found.key
                } else {
                    &found.value
                };
                return Some(self.place(span.clone()));
            }
            field = field.rsplit_once('.')?.0;
        }
    }

    /// The text of a field's value as it is written; none where it is not, or is a table.
    pub fn written(&self, field: &str) -> Option<&str> {
        let mut positions = self.positions.iter();
        let found = positions.find(|position| position.field == field && !position.is_table)?;
        self.text.get(found.value.clone())
    }

    /// An error at a field.
    pub fn error(&self, field: &str, problem: Problem) -> NetworkError {
        let place = self.locate(field).unwrap_or_else(|| self.place(0..0));
        NetworkError::at(problem, Some(place), field)
    }

    /// The innermost field whose key or value covers a byte.
    pub(super) fn field_at(&self, byte: usize) -> String {
        self.positions
            .iter()
            .filter(|p| p.key.contains(&byte) || p.value.contains(&byte))
            .max_by_key(|p| p.field.len())
            .map(|p| p.field.clone())
            .unwrap_or_default()
    }

    /// The place of a range of bytes; a range over several lines ends with its first line.
    pub(super) fn place(&self, span: Range<usize>) -> Place {
        let start = floor_boundary(&self.text, span.start);
        let end = floor_boundary(&self.text, span.end.max(start));
        let before = self.text.get(..start).unwrap_or_default();
        let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
        let rest = self.text.get(line_start..).unwrap_or_default();
        let text = rest.lines().next().unwrap_or_default().to_string();
        let meant = self.text.get(start..end).unwrap_or_default();
        Place {
            file: self.file.clone(),
            line: before.matches('\n').count() + 1,
            column: before.get(line_start..).unwrap_or_default().chars().count() + 1,
            length: meant
                .lines()
                .next()
                .unwrap_or_default()
                .chars()
                .count()
                .max(1),
            text,
        }
    }
}

fn floor_boundary(text: &str, byte: usize) -> usize {
    (0..=byte.min(text.len()))
        .rev()
        .find(|&at| text.is_char_boundary(at))
        .unwrap_or(0)
}

/// The tables of a list; their numbers, from 0, stand in the names of their fields.
fn items_of(items: &DeArray<'_>, prefix: &str, positions: &mut Vec<Position>) {
    for (number, item) in items.iter().enumerate() {
        if let DeValue::Table(inner) = item.get_ref() {
            let field = format!("{prefix}.{number}");
            collect(inner, &field, positions);
            positions.push(Position {
                field,
                key: item.span(),
                value: item.span(),
                is_table: true,
            });
        }
    }
}

fn collect(table: &DeTable<'_>, prefix: &str, positions: &mut Vec<Position>) {
    for (key, value) in table.iter() {
        let name = key.get_ref();
        let field = if prefix.is_empty() {
            name.to_string()
        } else {
            format!("{prefix}.{name}")
        };
        let inner = match value.get_ref() {
            DeValue::Table(inner) => Some(inner),
            DeValue::Array(items) => {
                items_of(items, &field, positions);
                None
            }
            _ => None,
        };
        if let Some(inner) = inner {
            collect(inner, &field, positions);
        }
        positions.push(Position {
            field,
            key: key.span(),
            value: value.span(),
            is_table: inner.is_some(),
        });
    }
}
