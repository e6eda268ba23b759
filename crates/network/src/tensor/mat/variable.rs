//! One variable: what it is, and its elements.

use std::path::Path;

use super::parts::Parts;
use crate::problem::Problem;
use crate::tensor::element::{ByteOrder, Element};

/// The most axes of an array.
const MAX_AXES: u64 = 32;
/// The longest name; MATLAB takes 63 characters.
const MAX_NAME: u64 = 1024;

/// What stands before the elements of a variable.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Variable {
    /// Empty for what MATLAB keeps for itself.
    pub(super) name: String,
    /// The length of each axis.
    pub(super) shape: Vec<u64>,
    class: u8,
    complex: bool,
}

/// Classes of arrays; from [`DOUBLE`] to [`U64`] they are numbers.
const CELL: u8 = 1;
const STRUCTURE: u8 = 2;
const OBJECT: u8 = 3;
const TEXT: u8 = 4;
const SPARSE: u8 = 5;
const DOUBLE: u8 = 6;
const U64: u8 = 15;
const FUNCTION: u8 = 16;
const OPAQUE: u8 = 17;

impl Variable {
    /// Reads flags, shape and name.
    pub(super) fn read(parts: &mut Parts<'_>) -> Result<Variable, String> {
        let order = parts.order();
        let flags = parts.next(8)?.data;
        let Some(flags) = flags.first_chunk::<4>() else {
            return Err("its flags are too short".into());
        };
        let flags = order.u32(*flags);
        let class = (flags & 0xff) as u8;
        let shape = match class {
            // These have a name, but no shape.
            OPAQUE => Vec::new(),
            _ => shape(&parts.next(4 * MAX_AXES)?.data, order)?,
        };
        let name = parts.next(MAX_NAME)?.data;
        Ok(Variable {
            name: String::from_utf8_lossy(&name).into_owned(),
            shape,
            class,
            complex: flags & 0x800 != 0,
        })
    }

    /// # Errors
    /// [`Problem::UnreadKind`] where the variable is no array of real numbers.
    pub(super) fn check_kind(&self, path: &Path) -> Result<(), Problem> {
        match class_problem(self) {
            None => Ok(()),
            Some((what, expected)) => Err(Problem::UnreadKind {
                path: path.to_path_buf(),
                found: format!("`{}`, which is {what}", self.name.escape_debug()),
                expected: expected.into(),
            }),
        }
    }
}

/// What a variable is that cannot be read, and what would work.
pub(super) fn class_problem(variable: &Variable) -> Option<(&'static str, &'static str)> {
    Some(match variable.class {
        DOUBLE..=U64 if variable.complex => (
            "an array of complex numbers",
            "real numbers: save `real(w)`, `imag(w)` or `abs(w)` as a variable of its own",
        ),
        DOUBLE..=U64 => return None,
        SPARSE => (
            "a sparse matrix",
            "a full matrix: save `full(w)`; or, for `weights.sparse`, its entries: \
             `[i, j, v] = find(w); s = [i - 1, j - 1, v]`",
        ),
        CELL => (
            "a cell array",
            "an array of numbers: save `cell2mat(w)` or one cell, `w{1}`, as a variable of its own",
        ),
        STRUCTURE => (
            "a structure",
            "an array of numbers: save one field, `w.field`, as a variable of its own",
        ),
        TEXT => (
            "text",
            "an array of numbers: save `str2num(w)` or `double(w)` as a variable of its own",
        ),
        OBJECT | FUNCTION | OPAQUE => (
            "an object or a function",
            "an array of numbers: save `double(w)` or what it returns as a variable of its own",
        ),
        _ => (
            "of a class that level 5 of the format does not have",
            "an array of real numbers, saved with `-v7`",
        ),
    })
}

fn shape(data: &[u8], order: ByteOrder) -> Result<Vec<u64>, String> {
    let axes = data.as_chunks::<4>().0.iter();
    axes.map(|bytes| match order.u32(*bytes) {
        length if length <= i32::MAX as u32 => Ok(u64::from(length)),
        length => Err(format!("an axis of {} elements", length as i32)),
    })
    .collect()
}

/// The elements, in the order of the file; `parts` stands behind the name. MATLAB stores whole
/// numbers in the smallest type that holds them, whatever the class of the array.
pub(super) fn values(
    mut parts: Parts<'_>,
    count: usize,
    order: ByteOrder,
) -> Result<Vec<f64>, String> {
    let widest = 8 * count as u64;
    let part = parts.next(widest)?;
    let element = match part.kind {
        1 => Element::I8,
        2 => Element::U8,
        3 => Element::I16,
        4 => Element::U16,
        5 => Element::I32,
        6 => Element::U32,
        7 => Element::F32,
        9 => Element::F64,
        12 => Element::I64,
        13 => Element::U64,
        kind => return Err(format!("elements of kind {kind}, which are no numbers")),
    };
    if part.data.len() != count * element.bytes() {
        let held = part.data.len() / element.bytes();
        return Err(format!("it holds {held} of {count} elements"));
    }
    parts.end()?;
    Ok(element.values(&part.data, order))
}
