//! Arrays of numpy, `.npy`.

use std::io::ErrorKind;
use std::path::Path;

use npyz::{DType, Deserialize, NpyFile, Order, TypeChar};

use super::{Tensor, broken, element_count};
use crate::problem::Problem;

/// Longest header that is read; numpy writes 128 bytes, and more only for large records.
const MAX_HEADER: usize = 1 << 16;

/// Reads the bytes of an `.npy` file. Integers, floats and booleans of 8 to 64 bits are read, in
/// both byte orders and both element orders.
///
/// # Errors
/// What is wrong with the header or the elements; `path` is named in it.
pub fn parse_npy(bytes: &[u8], path: &Path) -> Result<Tensor, Problem> {
    check_header(bytes, path)?;
    let file = NpyFile::new(bytes).map_err(|error| broken(path, "npy", error.to_string()))?;
    let shape = file.shape().to_vec();
    let count = element_count(&shape, path)?;
    let (dtype, order) = (file.dtype(), file.order());
    let values = elements(file, &dtype, path)?;
    if values.len() != count {
        return Err(broken(
            path,
            "npy",
            format!("it holds {} of {count} elements", values.len()),
        ));
    }
    let shape: Vec<usize> = shape.iter().map(|&length| length as usize).collect();
    let values = match order {
        Order::C => values,
        Order::Fortran => from_fortran(&shape, &values),
    };
    Ok(Tensor { shape, values })
}

/// Deepest nesting of brackets in a header; plain arrays have 2.
const MAX_NESTING: usize = 8;

/// The header says how long it is; that must fit the file before anything is made of that length.
fn check_header(bytes: &[u8], path: &Path) -> Result<(), Problem> {
    let (start, length) = match bytes {
        [_, _, _, _, _, _, 1, _, low, high, ..] => {
            (10, usize::from(u16::from_le_bytes([*low, *high])))
        }
        [_, _, _, _, _, _, _, _, a, b, c, d, ..] => {
            (12, u32::from_le_bytes([*a, *b, *c, *d]) as usize)
        }
        _ => return Err(broken(path, "npy", "it is shorter than a header")),
    };
    match bytes.get(start..start + length) {
        Some(header) if length <= MAX_HEADER => check_literal(header, path),
        _ => Err(broken(
            path,
            "npy",
            format!("its header claims {length} bytes"),
        )),
    }
}

/// The header is a Python literal. Only what numpy writes passes: quoted words, whole numbers,
/// brackets, `True` and `False`; no deep nesting, and no numbers whose product would overflow.
fn check_literal(header: &[u8], path: &Path) -> Result<(), Problem> {
    let (mut quote, mut depth, mut numbers) = (None, 0usize, vec![0u64]);
    let mut overflow = false;
    for &byte in header {
        match (quote, byte) {
            (Some(open), byte) if byte == open => quote = None,
            (Some(_), b'\\') => return Err(broken(path, "npy", "its header has an escape")),
            (Some(_), _) => {}
            (None, b'\'' | b'"') => quote = Some(byte),
            (None, b'(' | b'[' | b'{') => depth += 1,
            (None, b')' | b']' | b'}') => depth = depth.saturating_sub(1),
            (None, b'0'..=b'9') => {
                if let Some(last) = numbers.last_mut() {
                    let digit = u64::from(byte - b'0');
                    let longer = last
                        .checked_mul(10)
                        .and_then(|tens| tens.checked_add(digit));
                    overflow |= longer.is_none();
                    *last = longer.unwrap_or(u64::MAX);
                }
            }
            (None, b' ' | b',' | b':' | b'\n' | b'L') => numbers.push(0),
            (None, byte) if b"TrueFals".contains(&byte) => {}
            (None, _) => {
                return Err(broken(path, "npy", "its header is not what numpy writes"));
            }
        }
        if depth > MAX_NESTING {
            return Err(broken(path, "npy", "its header is nested too deeply"));
        }
    }
    numbers.retain(|&number| number != 0);
    if overflow {
        numbers.push(u64::MAX);
    }
    element_count(&numbers, path).map(|_| ())
}

fn elements(file: NpyFile<&[u8]>, dtype: &DType, path: &Path) -> Result<Vec<f64>, Problem> {
    let refused = || {
        let found: String = dtype.descr().chars().take(60).collect();
        Problem::ElementType {
            path: path.to_path_buf(),
            found,
        }
    };
    let DType::Plain(plain) = dtype else {
        return Err(refused());
    };
    match (plain.type_char(), plain.size_field()) {
        (TypeChar::Float, 4) => read::<f32>(file, path, f64::from),
        (TypeChar::Float, 8) => read::<f64>(file, path, |value| value),
        (TypeChar::Int, 1) => read::<i8>(file, path, f64::from),
        (TypeChar::Int, 2) => read::<i16>(file, path, f64::from),
        (TypeChar::Int, 4) => read::<i32>(file, path, f64::from),
        (TypeChar::Int, 8) => read::<i64>(file, path, |value| value as f64),
        (TypeChar::Uint, 1) => read::<u8>(file, path, f64::from),
        (TypeChar::Uint, 2) => read::<u16>(file, path, f64::from),
        (TypeChar::Uint, 4) => read::<u32>(file, path, f64::from),
        (TypeChar::Uint, 8) => read::<u64>(file, path, |value| value as f64),
        (TypeChar::Bool, 1) => read::<bool>(file, path, |value| if value { 1.0 } else { 0.0 }),
        _ => Err(refused()),
    }
}

fn read<T: Deserialize>(
    file: NpyFile<&[u8]>,
    path: &Path,
    value: impl Fn(T) -> f64,
) -> Result<Vec<f64>, Problem> {
    let fail = |error: std::io::Error| match error.kind() {
        ErrorKind::UnexpectedEof => broken(path, "npy", "it ends before its last element"),
        _ => broken(path, "npy", error.to_string()),
    };
    let data = file
        .data::<T>()
        .map_err(|error| broken(path, "npy", error.to_string()))?;
    // Element by element: memory grows with what is there and not with what the header claims.
    let mut values = Vec::new();
    for element in data {
        values.push(value(element.map_err(fail)?));
    }
    Ok(values)
}

/// From first-index-fastest to last-index-fastest.
fn from_fortran(shape: &[usize], values: &[f64]) -> Vec<f64> {
    let mut strides = Vec::with_capacity(shape.len());
    let mut stride = 1;
    for &length in shape {
        strides.push(stride);
        stride *= length;
    }
    (0..values.len())
        .map(|at| {
            let mut rest = at;
            let mut source = 0;
            for (&length, &stride) in shape.iter().zip(&strides).rev() {
                source += rest % length.max(1) * stride;
                rest /= length.max(1);
            }
            values.get(source).copied().unwrap_or(f64::NAN)
        })
        .collect()
}

/// The bytes of an `.npy` file (version 1, little-endian doubles) with these elements.
pub fn npy_bytes(tensor: &Tensor) -> Vec<u8> {
    let lengths: Vec<String> = tensor.shape.iter().map(usize::to_string).collect();
    let shape = match lengths.as_slice() {
        [only] => format!("({only},)"),
        many => format!("({})", many.join(", ")),
    };
    let mut header =
        format!("{{'descr': '<f8', 'fortran_order': False, 'shape': {shape}, }}").into_bytes();
    // Magic, version and length take 10 bytes; the whole is padded to a multiple of 64.
    let padded = (10 + header.len() + 1).next_multiple_of(64) - 10;
    header.resize(padded - 1, b' ');
    header.push(b'\n');
    let mut bytes = b"\x93NUMPY\x01\x00".to_vec();
    bytes.extend((header.len() as u16).to_le_bytes());
    bytes.extend(header);
    bytes.extend(tensor.values.iter().flat_map(|value| value.to_le_bytes()));
    bytes
}
