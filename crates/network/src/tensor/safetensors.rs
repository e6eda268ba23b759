//! Arrays in the format of safetensors.

use std::path::Path;

use safetensors::tensor::{Dtype, SafeTensors};

use super::{Tensor, broken, chosen_key, element_count};
use crate::problem::Problem;

/// Reads one array of the bytes of a `.safetensors` file; without a key, its only array.
///
/// # Errors
/// What is wrong with the file, the key or the array; `path` is named in it.
pub fn parse_safetensors(bytes: &[u8], key: Option<&str>, path: &Path) -> Result<Tensor, Problem> {
    let fail = |reason: String| broken(path, "safetensors", reason);
    let file = SafeTensors::deserialize(bytes).map_err(|error| fail(error.to_string()))?;
    let mut names: Vec<String> = file
        .names()
        .into_iter()
        .map(|name| name.to_string())
        .collect();
    names.sort();
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

fn elements(dtype: Dtype, data: &[u8]) -> Option<Vec<f64>> {
    Some(match dtype {
        Dtype::F64 => read(data, f64::from_le_bytes),
        Dtype::F32 => read(data, |bytes| f64::from(f32::from_le_bytes(bytes))),
        // The upper half of a float of 32 bits.
        Dtype::BF16 => read(data, |[a, b]: [u8; 2]| {
            f64::from(f32::from_le_bytes([0, 0, a, b]))
        }),
        Dtype::F16 => read(data, |bytes| half(u16::from_le_bytes(bytes))),
        Dtype::I64 => read(data, |bytes| i64::from_le_bytes(bytes) as f64),
        Dtype::U64 => read(data, |bytes| u64::from_le_bytes(bytes) as f64),
        Dtype::I32 => read(data, |bytes| f64::from(i32::from_le_bytes(bytes))),
        Dtype::U32 => read(data, |bytes| f64::from(u32::from_le_bytes(bytes))),
        Dtype::I16 => read(data, |bytes| f64::from(i16::from_le_bytes(bytes))),
        Dtype::U16 => read(data, |bytes| f64::from(u16::from_le_bytes(bytes))),
        Dtype::I8 => read(data, |bytes| f64::from(i8::from_le_bytes(bytes))),
        Dtype::U8 | Dtype::BOOL => read(data, |[byte]: [u8; 1]| f64::from(byte)),
        _ => return None,
    })
}

fn read<const N: usize>(data: &[u8], value: impl Fn([u8; N]) -> f64) -> Vec<f64> {
    data.as_chunks::<N>()
        .0
        .iter()
        .map(|bytes| value(*bytes))
        .collect()
}

/// A float of 16 bits (IEEE 754 binary16).
fn half(bits: u16) -> f64 {
    let sign = if bits >> 15 == 1 { -1.0 } else { 1.0 };
    let exponent = i32::from(bits >> 10 & 31);
    let fraction = f64::from(bits & 1023) / 1024.0;
    match exponent {
        0 => sign * fraction * f64::from(-14).exp2(),
        31 if fraction == 0.0 => sign * f64::INFINITY,
        31 => f64::NAN,
        _ => sign * (1.0 + fraction) * f64::from(exponent - 15).exp2(),
    }
}
