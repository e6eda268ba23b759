//! Arrays of numbers from files, with every claim of a header checked before memory is taken.

mod element;
mod mat;
mod npy;
mod npz;
mod safetensors;
mod text;

use std::ffi::OsStr;
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

pub use element::{ByteOrder, Element};
pub use mat::parse_mat;
pub use npy::{npy_bytes, parse_npy};
pub use npz::{npz_bytes, parse_npz};
pub use safetensors::{parse_safetensors, safetensors_names};
pub use text::{csv_text, parse_csv};

use crate::description::TensorSource;
use crate::problem::{Problem, closest};

/// Largest number of elements of one array.
pub const MAX_ELEMENTS: u64 = 1 << 26;
/// Largest data file, in bytes: the largest array in its widest type, and a header.
pub const MAX_FILE_BYTES: u64 = (MAX_ELEMENTS << 3) + (1 << 20);

/// Largest number of rows where each is a pattern or a state of its own.
const MAX_ROWS: usize = 1 << 16;

/// The file endings that [`Tensor::load`] reads.
pub const ENDINGS: &str = "a file ending in .npy, .npz:KEY, .csv, .safetensors:KEY or .mat:NAME";

/// An array of numbers; the last index runs fastest.
#[derive(Debug, Clone, PartialEq)]
pub struct Tensor {
    /// The length of each axis; empty for a single number.
    pub shape: Vec<usize>,
    /// The elements, as many as the product of the shape.
    pub values: Vec<f64>,
}

impl Tensor {
    /// Reads `file`, which counts from `folder`: `w.npy`, `w.npz:key`, `w.csv`,
    /// `model.safetensors:key` or `w.mat:name`. The key may be left out where the file holds one
    /// array.
    ///
    /// # Errors
    /// What is wrong with the name, the file or its header.
    pub fn load(folder: &Path, file: &str) -> Result<Tensor, Problem> {
        let (name, key) = split_key(file);
        let path = folder.join(name);
        let ending = path.extension().map(|ending| ending.to_ascii_lowercase());
        let ending = ending
            .as_deref()
            .and_then(|ending| ending.to_str())
            .unwrap_or_default();
        match (ending, key) {
            ("npy", None) => parse_npy(&read_bounded(&path)?, &path),
            ("npz", key) => parse_npz(&read_bounded(&path)?, key, &path),
            ("mat", key) => parse_mat(&read_bounded(&path)?, key, &path),
            ("csv", None) => parse_csv(&read_bounded(&path)?, &path),
            ("safetensors", key) => parse_safetensors(&read_bounded(&path)?, key, &path),
            _ => Err(Problem::UnknownEnding {
                found: file.to_string(),
                known: ENDINGS,
            }),
        }
    }

    /// Takes numbers from a description: a file, or written in place.
    ///
    /// # Errors
    /// As [`Tensor::load`]; [`Problem::Shape`] where rows have different lengths.
    pub fn from_source(
        source: &TensorSource,
        folder: &Path,
        what: &'static str,
    ) -> Result<Tensor, Problem> {
        match source {
            TensorSource::File(file) => Tensor::load(folder, file),
            TensorSource::Vector(values) => Ok(Tensor {
                shape: vec![values.len()],
                values: values.clone(),
            }),
            TensorSource::Matrix(rows) => Tensor::from_rows(rows, what),
        }
    }

    /// An array of rows.
    ///
    /// # Errors
    /// [`Problem::Shape`] where they have different lengths.
    pub fn from_rows(rows: &[Vec<f64>], what: &'static str) -> Result<Tensor, Problem> {
        let columns = rows.first().map_or(0, Vec::len);
        if let Some((at, row)) = rows
            .iter()
            .enumerate()
            .find(|(_, row)| row.len() != columns)
        {
            let found = format!("{columns} columns in row 0 and {} in row {at}", row.len());
            return Err(Problem::Shape {
                what,
                found,
                expected: "rows of one length".into(),
            });
        }
        Ok(Tensor {
            shape: vec![rows.len(), columns],
            values: rows.concat(),
        })
    }

    /// The shape in words, `10 x 64`.
    pub fn shape_text(&self) -> String {
        shape_text(&self.shape)
    }

    /// The first element that is NaN or infinite, as a problem.
    ///
    /// # Errors
    /// [`Problem::NotFinite`].
    pub fn check_finite(&self, what: &'static str) -> Result<(), Problem> {
        match self
            .values
            .iter()
            .enumerate()
            .find(|(_, value)| !value.is_finite())
        {
            None => Ok(()),
            Some((at, &value)) => Err(Problem::NotFinite {
                what,
                value,
                position: self.position(at),
            }),
        }
    }

    /// Whether this is a list of so many numbers, as a row, a column, or by itself.
    ///
    /// # Errors
    /// [`Problem::Shape`].
    pub fn check_list(&self, length: usize, what: &'static str) -> Result<(), Problem> {
        let long = self.shape.iter().filter(|&&length| length != 1).count();
        if self.values.len() == length && long <= 1 {
            return Ok(());
        }
        Err(Problem::Shape {
            what,
            found: format!("the shape {}", self.shape_text()),
            expected: format!("a list of {length} numbers, one for each unit"),
        })
    }

    /// Rows of `length` finite numbers; one row may stand by itself.
    ///
    /// # Errors
    /// [`Problem::Shape`] where the shape is another, [`Problem::NotFinite`].
    pub fn rows_of(&self, length: usize, what: &'static str) -> Result<Vec<Vec<f64>>, Problem> {
        let columns = match self.shape.as_slice() {
            [columns] => *columns,
            [rows, columns] if (1..=MAX_ROWS).contains(rows) => *columns,
            _ => 0,
        };
        if columns != length {
            return Err(Problem::Shape {
                what,
                found: format!("the shape {}", self.shape_text()),
                expected: format!("rows of {length} values, one for each unit; 1 to 65536 rows"),
            });
        }
        self.check_finite(what)?;
        let rows = self.values.chunks(length.max(1));
        Ok(rows.map(<[f64]>::to_vec).collect())
    }

    /// The indices of element number `at`, in words.
    pub fn position(&self, at: usize) -> String {
        let mut rest = at;
        let mut indices = Vec::new();
        for &length in self.shape.iter().rev() {
            indices.push(rest % length.max(1));
            rest /= length.max(1);
        }
        indices.reverse();
        match indices.as_slice() {
            [row, column] => format!("row {row}, column {column}"),
            indices => format!("{indices:?}"),
        }
    }
}

fn shape_text(shape: &[usize]) -> String {
    match shape {
        [] => "a single number".into(),
        [length] => format!("{length}"),
        many => many
            .iter()
            .map(usize::to_string)
            .collect::<Vec<_>>()
            .join(" x "),
    }
}

/// Splits `w.npz:key` into the file and its key; only after an ending that has keys, so that other
/// colons stay in the path.
pub fn split_key(file: &str) -> (&str, Option<&str>) {
    let has_keys = |name: &str| {
        let ending = Path::new(name).extension().map(OsStr::to_ascii_lowercase);
        ending.is_some_and(|ending| ["npz", "safetensors", "mat"].iter().any(|&e| ending == *e))
    };
    match file.rsplit_once(':') {
        Some((name, key)) if has_keys(name) => (name, Some(key)),
        _ => (file, None),
    }
}

/// The bytes of a file of at most [`MAX_FILE_BYTES`].
///
/// # Errors
/// A file that cannot be read, is none, or is too large.
pub fn read_bounded(path: &Path) -> Result<Vec<u8>, Problem> {
    let unreadable = |reason: String| Problem::UnreadableData {
        path: path.to_path_buf(),
        reason,
    };
    let file = File::open(path).map_err(|error| unreadable(error.to_string()))?;
    let found = file
        .metadata()
        .map_err(|error| unreadable(error.to_string()))?;
    if !found.is_file() {
        return Err(unreadable("it is not a file".into()));
    }
    if found.len() > MAX_FILE_BYTES {
        let path = path.to_path_buf();
        return Err(Problem::FileTooLarge {
            path,
            bytes: found.len(),
            limit: MAX_FILE_BYTES,
        });
    }
    let mut bytes = Vec::new();
    file.take(MAX_FILE_BYTES)
        .read_to_end(&mut bytes)
        .map_err(|error| unreadable(error.to_string()))?;
    Ok(bytes)
}

/// The number of elements of a shape that a header announces.
fn element_count(shape: &[u64], path: &Path) -> Result<usize, Problem> {
    let count = shape
        .iter()
        .try_fold(1u64, |product, &length| product.checked_mul(length));
    match count {
        Some(count) if count <= MAX_ELEMENTS => Ok(count as usize),
        _ => {
            let lengths: Vec<String> = shape.iter().take(8).map(u64::to_string).collect();
            Err(Problem::TooManyElements {
                path: path.to_path_buf(),
                shape: format!("{} elements", lengths.join(" x ")),
                limit: MAX_ELEMENTS,
            })
        }
    }
}

/// The entry of `names` that `key` asks for; without a key, the only one.
fn chosen_key(names: &[String], key: Option<&str>, path: &Path) -> Result<String, Problem> {
    match (key, names) {
        (None, [only]) => Ok(only.clone()),
        (Some(key), names) if names.iter().any(|name| name == key) => Ok(key.to_string()),
        (key, names) => Err(Problem::NoSuchArray {
            path: path.to_path_buf(),
            key: key.unwrap_or("(no key given)").to_string(),
            suggestion: key.and_then(|key| closest(key, names.iter().map(String::as_str))),
            known: names.to_vec(),
        }),
    }
}

fn broken(path: &Path, kind: &'static str, reason: impl Into<String>) -> Problem {
    Problem::BrokenData {
        path: PathBuf::from(path),
        kind,
        reason: reason.into(),
    }
}
