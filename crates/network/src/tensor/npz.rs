//! Archives of numpy arrays, `.npz`.

use std::io::{Cursor, Read, Write};
use std::path::Path;

use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipArchive, ZipWriter};

use super::npy::{Layout, MAX_HEADER};
use super::{Tensor, broken, chosen_key, npy_bytes, parse_npy};
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

/// The bytes of an `.npz` file with these arrays, not compressed, in this order; the same bytes for
/// the same arrays.
///
/// # Errors
/// [`Problem::BrokenData`] for names or sizes that no archive holds; `path` is named in it.
pub fn npz_bytes(arrays: &[(String, Tensor)], path: &Path) -> Result<Vec<u8>, Problem> {
    let options = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Stored)
        .last_modified_time(DateTime::default());
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    let fail = |error: String| broken(path, "npz", error);
    for (name, array) in arrays {
        let begun = writer.start_file(format!("{name}.npy"), options);
        begun.map_err(|error| fail(error.to_string()))?;
        let written = writer.write_all(&npy_bytes(array));
        written.map_err(|error| fail(error.to_string()))?;
    }
    let bytes = writer.finish().map_err(|error| fail(error.to_string()))?;
    Ok(bytes.into_inner())
}
