//! Numeric arrays of MATLAB, `.mat` files of level 5 (versions 5 to 7).
//!
//! The layout is that of The MathWorks, "MAT-File Format", R2021a: a header of 128 bytes, then one
//! *data element* for each variable, which may be compressed by zlib.

mod parts;
mod variable;

use std::path::Path;

use flate2::read::ZlibDecoder;

use super::element::ByteOrder;
use super::{Tensor, broken, chosen_key};
use crate::problem::{Problem, closest};
use parts::Parts;
use variable::{Variable, class_problem};

/// Length of the header, in bytes.
const HEADER: usize = 128;
/// The most variables that are looked at.
const MAX_VARIABLES: usize = 4096;

/// Kinds of data elements.
const MATRIX: u32 = 14;
const COMPRESSED: u32 = 15;

/// What is told of a file that is read as another version is.
const OTHER_VERSION: &str =
    "a file of version 5 to 7: `save('w.mat', 'w', '-v7')` in MATLAB or Octave";

/// Reads one real array of numbers (or truth values) of the bytes of a `.mat` file; without a key,
/// its only one. The result runs with its last index fastest, as every [`Tensor`].
///
/// # Errors
/// What is wrong with the file, the key or the array; `path` is named in it. Complex, sparse and
/// text arrays, cells, structures, objects and files of other versions (v4; v7.3, which is HDF5)
/// are refused with what would work.
pub fn parse_mat(bytes: &[u8], key: Option<&str>, path: &Path) -> Result<Tensor, Problem> {
    let order = byte_order(bytes, path)?;
    let elements = elements(bytes, order, path)?;
    let mut variables = Vec::new();
    for (number, element) in elements.iter().enumerate() {
        let variable = element
            .open(order)
            .and_then(|mut parts| Variable::read(&mut parts))
            .map_err(|reason| broken(path, "mat", format!("variable {number}: {reason}")))?;
        // Without a name: what MATLAB keeps of objects.
        if !variable.name.is_empty() {
            variables.push((variable, element));
        }
    }
    let (variable, element) = chosen(&variables, key, path)?;
    variable.check_kind(path)?;
    let count = super::element_count(&variable.shape, path)?;
    let values = element
        .open(order)
        .and_then(|mut parts| {
            Variable::read(&mut parts)?;
            variable::values(parts, count, order)
        })
        .map_err(|reason| broken(path, "mat", format!("`{}`: {reason}", variable.name)))?;
    let shape: Vec<usize> = variable.shape.iter().map(|&axis| axis as usize).collect();
    let values = super::element::last_index_fastest(&shape, &values);
    Ok(Tensor { shape, values })
}

/// The byte order that the header names; a file of another version is refused here.
fn byte_order(bytes: &[u8], path: &Path) -> Result<ByteOrder, Problem> {
    let other = |found: &str| Problem::UnreadKind {
        path: path.to_path_buf(),
        found: found.to_string(),
        expected: OTHER_VERSION.into(),
    };
    let at = |place: usize| bytes.get(place).copied().unwrap_or_default();
    let hdf5: &[u8] = b"\x89HDF\r\n\x1a\n";
    if bytes.starts_with(hdf5) || bytes.get(512..).is_some_and(|rest| rest.starts_with(hdf5)) {
        return Err(other("data of version 7.3, which is HDF5"));
    }
    // A file of version 4 begins with a number below 5000, level 5 with text.
    if bytes.len() >= 20 && bytes.iter().take(4).any(|&byte| byte == 0) {
        return Err(other("data of version 4"));
    }
    if bytes.len() < HEADER {
        return Err(broken(path, "mat", "it is shorter than its header"));
    }
    let (order, major) = match (at(126), at(127)) {
        (b'I', b'M') => (ByteOrder::Little, at(125)),
        (b'M', b'I') => (ByteOrder::Big, at(124)),
        _ => return Err(broken(path, "mat", "its header names no byte order")),
    };
    match major {
        1 => Ok(order),
        2 => Err(other("data of version 7.3, which is HDF5")),
        major => Err(other(&format!("data of level {major} of the format"))),
    }
}

/// The data element of one variable.
#[derive(Debug, Clone, Copy)]
struct Element<'a> {
    compressed: bool,
    data: &'a [u8],
}

impl<'a> Element<'a> {
    /// The parts of the variable, unpacked as they are read.
    fn open(&self, order: ByteOrder) -> Result<Parts<'a>, String> {
        if !self.compressed {
            return Ok(Parts::new(Box::new(self.data), order));
        }
        let mut packed = Parts::new(Box::new(ZlibDecoder::new(self.data)), order);
        let (kind, bytes) = packed.long_tag()?;
        match kind {
            MATRIX => Ok(packed.limited(bytes)),
            kind => Err(format!("it packs an element of kind {kind} and no array")),
        }
    }
}

/// All data elements that hold a variable.
fn elements<'a>(
    bytes: &'a [u8],
    order: ByteOrder,
    path: &Path,
) -> Result<Vec<Element<'a>>, Problem> {
    let mut out = Vec::new();
    let mut place = HEADER;
    while place < bytes.len() {
        let fail = |reason: &str| broken(path, "mat", format!("byte {place}: {reason}"));
        let rest = bytes.get(place..).unwrap_or_default();
        let Some((tag, rest)) = rest.split_first_chunk::<8>() else {
            return Err(fail("it ends within the head of a variable"));
        };
        let [a, b, c, d, e, f, g, h] = *tag;
        let (kind, length) = (order.u32([a, b, c, d]), order.u32([e, f, g, h]) as usize);
        let Some(data) = rest.get(..length) else {
            let reason = format!("a variable of {length} bytes, where {} follow", rest.len());
            return Err(fail(&reason));
        };
        if !matches!(kind, MATRIX | COMPRESSED) {
            return Err(fail(&format!("an element of kind {kind} and no variable")));
        }
        if out.len() == MAX_VARIABLES {
            return Err(fail(&format!("more than {MAX_VARIABLES} variables")));
        }
        let compressed = kind == COMPRESSED;
        out.push(Element { compressed, data });
        // What is not compressed is filled up to whole units of 8 bytes.
        let filled = match compressed {
            true => length,
            false => length.next_multiple_of(8),
        };
        place += 8 + filled;
    }
    Ok(out)
}

/// The variable that `key` asks for, the last of that name; without a key, the only one that can
/// be read, or the only one there is.
fn chosen<'a, 'b>(
    variables: &'b [(Variable, &'a Element<'a>)],
    key: Option<&str>,
    path: &Path,
) -> Result<&'b (Variable, &'a Element<'a>), Problem> {
    let readable = |(variable, _): &&(Variable, &Element<'_>)| class_problem(variable).is_none();
    let key = match (key, variables) {
        (Some(key), _) => key.to_string(),
        (None, [only]) => return Ok(only),
        (None, _) => {
            let mut names: Vec<String> = variables
                .iter()
                .filter(readable)
                .map(|(variable, _)| variable.name.clone())
                .collect();
            names.sort();
            names.dedup();
            chosen_key(&names, None, path)?
        }
    };
    let found = variables
        .iter()
        .rev()
        .find(|(variable, _)| variable.name == key);
    found.ok_or_else(|| {
        let names: Vec<String> = variables.iter().map(|(v, _)| v.name.clone()).collect();
        Problem::NoSuchArray {
            path: path.to_path_buf(),
            suggestion: closest(&key, names.iter().map(String::as_str)),
            key,
            known: names,
        }
    })
}
