//! Archives of numpy arrays, `.npz`.

use std::io::{Cursor, Read};
use std::path::Path;

use zip::ZipArchive;

use super::{MAX_FILE_BYTES, Tensor, broken, chosen_key, parse_npy};
use crate::problem::Problem;

/// Reads one array of the bytes of an `.npz` file; without a key, its only array.
///
/// # Errors
/// What is wrong with the archive, the key or the array; `path` is named in it.
pub fn parse_npz(bytes: &[u8], key: Option<&str>, path: &Path) -> Result<Tensor, Problem> {
    let fail = |reason: String| broken(path, "npz", reason);
    let mut archive =
        ZipArchive::new(Cursor::new(bytes)).map_err(|error| fail(error.to_string()))?;
    let mut names: Vec<String> = archive
        .file_names()
        .filter_map(|name| Some(name.ok()?.strip_suffix(".npy")?.to_string()))
        .collect();
    names.sort();
    let name = chosen_key(&names, key, path)?;
    let entry = archive
        .by_name(&format!("{name}.npy"))
        .map_err(|error| fail(error.to_string()))?;
    // The size in the archive is only a claim, so the reader is bounded, too.
    let mut array = Vec::new();
    entry
        .take(MAX_FILE_BYTES + 1)
        .read_to_end(&mut array)
        .map_err(|error| fail(error.to_string()))?;
    if array.len() as u64 > MAX_FILE_BYTES {
        let (path, bytes) = (path.to_path_buf(), array.len() as u64);
        return Err(Problem::FileTooLarge {
            path,
            bytes,
            limit: MAX_FILE_BYTES,
        });
    }
    parse_npy(&array, path)
}
