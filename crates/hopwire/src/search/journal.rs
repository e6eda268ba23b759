//! The record of a search on disk: a line for each candidate, written as it is found.

use std::collections::BTreeMap;
use std::fs::{File, OpenOptions};
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use quantize::search::{Judgement, Wish};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::error::HopwireError;
use crate::project::Project;
use crate::source;

/// The longest record that is read, in bytes.
const MAX_BYTES: u64 = 1 << 24;

/// The first line: what was searched.
#[derive(Debug, Serialize, Deserialize, PartialEq)]
struct Header {
    schema: String,
    /// SHA-256 of the description and its data.
    description: String,
    /// As text, so that no number is changed by being read.
    wish: String,
}

/// A line: a candidate and what was found of it.
#[derive(Debug, Serialize, Deserialize)]
struct Line {
    place: usize,
    /// Numbers as text, which is read as exactly the number that was written.
    kept: String,
    error: String,
    lut: Option<u64>,
}

impl Line {
    fn new(place: usize, judgement: &Judgement) -> Line {
        Line {
            place,
            kept: judgement.kept.to_string(),
            error: judgement.error.to_string(),
            lut: judgement.lut,
        }
    }

    fn judgement(&self) -> Option<(usize, Judgement)> {
        let judgement = Judgement {
            kept: self.kept.parse().ok()?,
            error: self.error.parse().ok()?,
            lut: self.lut,
        };
        Some((self.place, judgement))
    }
}

/// A record on disk, or none.
pub struct Journal {
    file: Option<(PathBuf, Mutex<Written>)>,
    known: BTreeMap<usize, Judgement>,
}

struct Written {
    file: File,
    failed: Option<std::io::Error>,
}

impl Journal {
    /// Opens or begins the record of a search.
    ///
    /// # Errors
    /// When the file cannot be read or written, or is the record of another search.
    pub fn open(
        path: Option<&Path>,
        project: &Project,
        wish: &Wish,
    ) -> Result<Journal, HopwireError> {
        let Some(path) = path else {
            return Ok(Journal {
                file: None,
                known: BTreeMap::new(),
            });
        };
        let header = Header {
            schema: "hopwire.search/2".into(),
            description: fingerprint(project)?,
            wish: serde_json::to_string(wish).map_err(|error| HopwireError::Internal {
                message: error.to_string(),
            })?,
        };
        let unwritten = |error| HopwireError::write(path, &error);
        let mut options = OpenOptions::new();
        let options = options.read(true).append(true).create(true);
        let mut file = options.open(path).map_err(unwritten)?;
        let mut text = String::new();
        Read::by_ref(&mut file)
            .take(MAX_BYTES)
            .read_to_string(&mut text)
            .map_err(unwritten)?;
        let mut known = BTreeMap::new();
        if text.is_empty() {
            let line = line(&header);
            file.write_all(line.as_bytes()).map_err(unwritten)?;
        } else {
            let mut lines = text.lines();
            let first = lines.next().map(serde_json::from_str::<Header>);
            if !first.is_some_and(|first| first.is_ok_and(|first| first == header)) {
                return Err(another(path));
            }
            // The last line may have been cut off by what stopped the search.
            let lines = lines.filter_map(|line| serde_json::from_str::<Line>(line).ok());
            known.extend(lines.filter_map(|line| line.judgement()));
            if !text.ends_with('\n') {
                file.write_all(b"\n").map_err(unwritten)?;
            }
        }
        let written = Mutex::new(Written { file, failed: None });
        Ok(Journal {
            file: Some((path.to_owned(), written)),
            known,
        })
    }

    /// What was found before.
    pub fn known(&self) -> BTreeMap<usize, Judgement> {
        self.known.clone()
    }

    /// Writes what was found of a candidate, unless it was known.
    pub fn keep(&self, place: usize, judgement: &Judgement) {
        let Some((_, written)) = self
            .file
            .as_ref()
            .filter(|_| !self.known.contains_key(&place))
        else {
            return;
        };
        let line = line(&Line::new(place, judgement));
        let mut written = written.lock().unwrap_or_else(PoisonError::into_inner);
        if written.failed.is_none() {
            written.failed = written.file.write_all(line.as_bytes()).err();
        }
    }

    /// Ends the record.
    ///
    /// # Errors
    /// When a line could not be written.
    pub fn close(self) -> Result<(), HopwireError> {
        let Some((path, written)) = self.file else {
            return Ok(());
        };
        let written = written.into_inner().unwrap_or_else(PoisonError::into_inner);
        match written.failed {
            Some(error) => Err(HopwireError::write(&path, &error)),
            None => Ok(()),
        }
    }
}

fn line(value: &impl Serialize) -> String {
    serde_json::to_string(value).map_or(String::new(), |text| format!("{text}\n"))
}

/// The description and all the data that it names, as one number.
fn fingerprint(project: &Project) -> Result<String, HopwireError> {
    let mut digest = Sha256::new();
    for (name, bytes) in source::files(project)? {
        digest.update(name.len().to_le_bytes());
        digest.update(name);
        digest.update(bytes.len().to_le_bytes());
        digest.update(bytes);
    }
    let digest = digest.finalize();
    Ok(digest.iter().map(|byte| format!("{byte:02x}")).collect())
}

fn another(path: &Path) -> HopwireError {
    HopwireError::Argument {
        argument: "--resume",
        message: format!("{} is not the record of this search", path.display()),
        expected: "the file of a search of the same description with the same wish, or a new one"
            .into(),
    }
}
