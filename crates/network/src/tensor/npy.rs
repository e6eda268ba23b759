//! Arrays of numpy, `.npy`.

use std::path::Path;

use npyz::{DType, Endianness, NpyHeader, Order, TypeChar};

use super::element::{ByteOrder, Element, last_index_fastest};
use super::{Tensor, broken, element_count};
use crate::problem::Problem;

/// Longest header that is read; numpy writes 128 bytes, and more only for large records.
pub(super) const MAX_HEADER: usize = 1 << 16;

/// What the header of an `.npy` file says.
pub(super) struct Layout {
    shape: Vec<usize>,
    count: usize,
    element: Element,
    order: ByteOrder,
    fortran: bool,
    /// Where the elements begin, in bytes.
    start: usize,
}

impl Layout {
    /// Reads the header at the beginning of `bytes`.
    pub(super) fn read(bytes: &[u8], path: &Path) -> Result<Layout, Problem> {
        let start = check_header(bytes, path)?;
        let header = NpyHeader::from_reader(bytes)
            .map_err(|error| broken(path, "npy", error.to_string()))?;
        let count = element_count(header.shape(), path)?;
        let (element, order) = element_type(&header.dtype(), path)?;
        Ok(Layout {
            shape: header
                .shape()
                .iter()
                .map(|&length| length as usize)
                .collect(),
            count,
            element,
            order,
            fortran: header.order() == Order::Fortran,
            start,
        })
    }

    /// The bytes of header and elements; at most a little more than
    /// [`MAX_FILE_BYTES`](super::MAX_FILE_BYTES).
    pub(super) fn bytes(&self) -> usize {
        self.start + self.count * self.element.bytes()
    }
}

/// Reads the bytes of an `.npy` file. Integers of 8 to 64 bits, floats of 16 to 64 bits and
/// booleans are read, in both byte orders and both element orders.
///
/// # Errors
/// What is wrong with the header or the elements; `path` is named in it.
pub fn parse_npy(bytes: &[u8], path: &Path) -> Result<Tensor, Problem> {
    let layout = Layout::read(bytes, path)?;
    let Some(data) = bytes.get(layout.start..layout.bytes()) else {
        let held = bytes.len().saturating_sub(layout.start) / layout.element.bytes();
        let reason = format!("it holds {held} of {} elements", layout.count);
        return Err(broken(path, "npy", reason));
    };
    let values = layout.element.values(data, layout.order);
    let values = match layout.fortran {
        false => values,
        true => last_index_fastest(&layout.shape, &values),
    };
    Ok(Tensor {
        shape: layout.shape,
        values,
    })
}

/// Deepest nesting of brackets in a header; plain arrays have 2.
const MAX_NESTING: usize = 8;

/// The header says how long it is; that must fit the file before anything is made of that length.
/// Returns where it ends.
fn check_header(bytes: &[u8], path: &Path) -> Result<usize, Problem> {
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
        Some(header) if length <= MAX_HEADER => {
            check_literal(header, path)?;
            Ok(start + length)
        }
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

fn element_type(dtype: &DType, path: &Path) -> Result<(Element, ByteOrder), Problem> {
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
    let element = match (plain.type_char(), plain.size_field()) {
        (TypeChar::Float, 2) => Element::F16,
        (TypeChar::Float, 4) => Element::F32,
        (TypeChar::Float, 8) => Element::F64,
        (TypeChar::Int, 1) => Element::I8,
        (TypeChar::Int, 2) => Element::I16,
        (TypeChar::Int, 4) => Element::I32,
        (TypeChar::Int, 8) => Element::I64,
        (TypeChar::Uint, 1) => Element::U8,
        (TypeChar::Uint, 2) => Element::U16,
        (TypeChar::Uint, 4) => Element::U32,
        (TypeChar::Uint, 8) => Element::U64,
        (TypeChar::Bool, 1) => Element::Bool,
        _ => return Err(refused()),
    };
    let order = match plain.endianness() {
        Endianness::Big => ByteOrder::Big,
        Endianness::Little | Endianness::Irrelevant => ByteOrder::Little,
    };
    Ok((element, order))
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
