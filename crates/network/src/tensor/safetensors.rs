//! Arrays in the format of safetensors.

use std::path::Path;

use safetensors::tensor::{Dtype, SafeTensors};

use super::element::{ByteOrder, Element};
use super::{Tensor, broken, chosen_key, element_count};
use crate::problem::Problem;

/// Reads one array of the bytes of a `.safetensors` file; without a key, its only array.
///
/// # Errors
/// What is wrong with the file, the key or the array; `path` is named in it.
pub fn parse_safetensors(bytes: &[u8], key: Option<&str>, path: &Path) -> Result<Tensor, Problem> {
    let fail = |reason: String| broken(path, "safetensors", reason);
    let (file, names) = open(bytes, path)?;
    let name = chosen_key(&names, key, path)?;
    let array = file
        .tensor(&name)
        .map_err(|error| fail(error.to_string()))?;
    let lengths: Vec<u64> = array.shape().iter().map(|&length| length as u64).collect();
    let count = element_count(&lengths, path)?;
    let values = elements(array.dtype(), array.data()).ok_or_else(|| Problem::ElementType {
        path: path.to_path_buf(),
        found: format!("{:?}", array.dtype()),
    })?;
    if values.len() != count {
        return Err(fail(format!(
            "it holds {} of {count} elements",
            values.len()
        )));
    }
    Ok(Tensor {
        shape: array.shape().to_vec(),
        values,
    })
}

/// The names of the arrays, in order.
///
/// # Errors
/// What is wrong with the file; `path` is named in it.
pub fn safetensors_names(bytes: &[u8], path: &Path) -> Result<Vec<String>, Problem> {
    open(bytes, path).map(|(_, names)| names)
}

/// The largest header, in bytes: a hundred thousand tensors.
const MAX_HEADER: u64 = 8 << 20;

fn open<'a>(bytes: &'a [u8], path: &Path) -> Result<(SafeTensors<'a>, Vec<String>), Problem> {
    // The file begins with the length of its header.
    let header = bytes
        .first_chunk()
        .map_or(0, |length| u64::from_le_bytes(*length));
    if header > MAX_HEADER {
        let reason = format!("it announces a header of {header} bytes, more than {MAX_HEADER}");
        return Err(broken(path, "safetensors", reason));
    }
    let read = SafeTensors::deserialize(bytes);
    let file = read.map_err(|error| broken(path, "safetensors", error.to_string()))?;
    let names = file.names().into_iter();
    let mut names: Vec<String> = names.map(|name| name.to_string()).collect();
    names.sort();
    Ok((file, names))
}

/// The format is little-endian.
fn elements(dtype: Dtype, data: &[u8]) -> Option<Vec<f64>> {
    let element = match dtype {
        Dtype::F64 => Element::F64,
        Dtype::F32 => Element::F32,
        Dtype::BF16 => Element::Bf16,
        Dtype::F16 => Element::F16,
        Dtype::I64 => Element::I64,
        Dtype::U64 => Element::U64,
        Dtype::I32 => Element::I32,
        Dtype::U32 => Element::U32,
        Dtype::I16 => Element::I16,
        Dtype::U16 => Element::U16,
        Dtype::I8 => Element::I8,
        Dtype::U8 => Element::U8,
        Dtype::BOOL => Element::Bool,
        _ => return None,
    };
    Some(element.values(data, ByteOrder::Little))
}
