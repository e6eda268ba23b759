//! Archives of numpy arrays, `.npz`.

use std::io::{Cursor, Read};
use std::path::Path;

use zip::ZipArchive;

use super::npy::{Layout, MAX_HEADER};
use super::{Tensor, broken, chosen_key, parse_npy};
use crate::problem::Problem;

/// The bytes that surely hold the header of an array: magic, version, length and literal.
const LONGEST_HEADER: usize = 12 + MAX_HEADER;

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
    let mut entry = archive
        .by_name(&format!("{name}.npy"))
        .map_err(|error| fail(error.to_string()))?;
    // No more is unpacked than the array's own header announces, whatever the archive claims.
    let mut array = Vec::new();
    let mut unpack = |array: &mut Vec<u8>, bytes: usize| {
        (&mut entry)
            .take(bytes as u64)
            .read_to_end(array)
            .map_err(|error| fail(error.to_string()))
    };
    unpack(&mut array, LONGEST_HEADER)?;
    let announced = Layout::read(&array, path)?.bytes();
    let missing = (announced + 1).saturating_sub(array.len());
    unpack(&mut array, missing)?;
    if array.len() > announced {
        let reason = format!("`{name}` goes on after the {announced} bytes that it announces");
        return Err(fail(reason));
    }
    parse_npy(&array, path)
}
