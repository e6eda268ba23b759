//! The description and the data that it names, copied so that an emitted directory can be read
//! again on another machine.

use std::collections::BTreeMap;
use std::ops::Range;
use std::path::Path;

use codegen::Files;
use network::tensor::split_key;
use network::{NetworkError, Problem};
use toml::de::{DeTable, DeValue};

use crate::error::HopwireError;
use crate::project::{Project, SOURCE_FOLDER};

/// The description and its data as files below `source/`. Data lies beside the description; where
/// it came from another folder, its name in the description is changed.
///
/// # Errors
/// Data that cannot be read again.
pub fn files(project: &Project) -> Result<Files, HopwireError> {
    let source = &project.description.source;
    let mut files = Files::new();
    let mut replaced: Vec<(Range<usize>, String)> = vec![];
    let mut names: BTreeMap<String, String> = BTreeMap::new();
    for (field, named) in project.description.sections.described().files() {
        let (path, key) = split_key(&named);
        let full = source.folder().join(path);
        let copy = match names.get(path) {
            Some(copy) => copy.clone(),
            None => {
                let copy = free_name(path, &files);
                let bytes = std::fs::read(&full).map_err(|error| {
                    let reason = error.to_string();
                    source.error(&field, Problem::UnreadableData { path: full, reason })
                })?;
                files.insert(copy.clone(), bytes);
                names.insert(path.to_owned(), copy.clone());
                copy
            }
        };
        let renamed = key.map_or_else(|| copy.clone(), |key| format!("{copy}:{key}"));
        if renamed != named
            && let Some(span) = span(source.text(), &field)
        {
            replaced.push((span, toml::Value::String(renamed).to_string()));
        }
    }
    replaced.sort_by_key(|(span, _)| std::cmp::Reverse(span.start));
    let mut text = source.text().to_owned();
    for (span, with) in replaced {
        if text.get(span.clone()).is_some() {
            text.replace_range(span, &with);
        }
    }
    let name = Path::new(source.file())
        .file_name()
        .and_then(|name| name.to_str());
    let name = name
        .filter(|name| name.ends_with(".toml"))
        .unwrap_or("description.toml");
    files.insert(name.to_owned(), text.into_bytes());
    Ok(files
        .into_iter()
        .map(|(name, bytes)| (format!("{SOURCE_FOLDER}/{name}"), bytes))
        .collect())
}

/// The last part of a path, made different from those there are.
fn free_name(path: &str, files: &Files) -> String {
    let name = Path::new(path)
        .file_name()
        .map_or("data".into(), |name| name.to_string_lossy());
    let mut free = name.to_string();
    let mut number = 2;
    while files.contains_key(&free) {
        free = format!("{number}_{name}");
        number += 1;
    }
    free
}

/// Where the value of a field stands, in bytes.
fn span(text: &str, field: &str) -> Option<Range<usize>> {
    let table = DeTable::parse(text).ok()?;
    let mut inner = table.get_ref();
    let (path, last) = field.rsplit_once('.').unwrap_or(("", field));
    for key in path.split('.').filter(|key| !key.is_empty()) {
        inner = match inner.get(key)?.get_ref() {
            DeValue::Table(table) => table,
            _ => return None,
        };
    }
    inner.get(last).map(|value| value.span())
}

impl From<Problem> for HopwireError {
    fn from(problem: Problem) -> HopwireError {
        HopwireError::Network(NetworkError::from(problem))
    }
}
