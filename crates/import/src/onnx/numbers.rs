//! The numbers of tensors, from the model's own file or, where that is asked for, from others.

use std::path::{Component, Path};

use network::Tensor;
use network::tensor::{ByteOrder, Element, read_bounded};

use super::model::RawTensor;
use crate::error::{ImportError, one_line};

/// The most elements of a tensor.
const MOST_ELEMENTS: usize = 1 << 26;

/// The element types that are read, by their numbers.
fn element(number: i64) -> Option<Element> {
    Some(match number {
        1 => Element::F32,
        2 => Element::U8,
        3 => Element::I8,
        4 => Element::U16,
        5 => Element::I16,
        6 => Element::I32,
        7 => Element::I64,
        9 => Element::Bool,
        10 => Element::F16,
        11 => Element::F64,
        12 => Element::U32,
        13 => Element::U64,
        16 => Element::Bf16,
        _ => return None,
    })
}

/// The numbers of a tensor. `folder` is that of the model where data in other files may be read.
///
/// # Errors
/// An element type that holds no numbers, another number of elements than the shape says, and data
/// in other files that is not asked for or stands outside the folder.
pub fn numbers(tensor: &RawTensor<'_>, folder: Option<&Path>) -> Result<Tensor, ImportError> {
    let fail = |reason: String| ImportError::Tensor {
        tensor: one_line(tensor.name),
        reason,
    };
    let element = element(tensor.element)
        .ok_or_else(|| fail(format!("holds elements of type number {}", tensor.element)))?;
    let shape: Option<Vec<usize>> = tensor
        .shape
        .iter()
        .map(|&it| usize::try_from(it).ok())
        .collect();
    let shape = shape.ok_or_else(|| fail("has an axis of negative length".into()))?;
    let count = shape
        .iter()
        .try_fold(1usize, |count, &length| count.checked_mul(length));
    let count = count.filter(|&count| count <= MOST_ELEMENTS);
    let count = count.ok_or_else(|| {
        fail(format!(
            "claims more than the {MOST_ELEMENTS} elements that are read"
        ))
    })?;
    let values = match (&tensor.external, tensor.raw) {
        (Some(entries), _) => {
            let bytes = external(entries, count.saturating_mul(element.bytes()), folder);
            element.values(&bytes.map_err(fail)?, ByteOrder::Little)
        }
        (None, Some(raw)) => {
            let wanted = count.saturating_mul(element.bytes());
            if raw.len() != wanted {
                return Err(fail(format!(
                    "claims {count} elements, {wanted} bytes, and holds {} bytes",
                    raw.len()
                )));
            }
            element.values(raw, ByteOrder::Little)
        }
        (None, None) => typed(tensor, element),
    };
    if values.len() != count {
        return Err(fail(format!(
            "claims {count} elements and holds {}",
            values.len()
        )));
    }
    Ok(Tensor { shape, values })
}

/// Numbers that are given one by one.
fn typed(tensor: &RawTensor<'_>, element: Element) -> Vec<f64> {
    // Halves are given by their bits.
    let bits = |number: &i64| number.to_le_bytes().into_iter().take(2);
    match element {
        Element::F32 => tensor
            .floats
            .iter()
            .map(|&number| f64::from(number))
            .collect(),
        Element::F64 => tensor.doubles.clone(),
        Element::F16 | Element::Bf16 => {
            let bytes: Vec<u8> = tensor.integers.iter().flat_map(bits).collect();
            element.values(&bytes, ByteOrder::Little)
        }
        _ => tensor
            .integers
            .iter()
            .map(|&number| number as f64)
            .collect(),
    }
}

/// The bytes of a tensor that stand in another file: inside the model's folder, and no link.
fn external(
    entries: &[(&str, &str)],
    wanted: usize,
    folder: Option<&Path>,
) -> Result<Vec<u8>, String> {
    let entry = |key: &str| {
        let found = entries.iter().find(|(name, _)| *name == key);
        found.map(|(_, value)| *value)
    };
    let place = entry("location").unwrap_or_default();
    let shown = one_line(place);
    let Some(folder) = folder else {
        return Err(format!(
            "stands in another file, `{shown}`, which is read only with `--external-data`"
        ));
    };
    let inside = |part: Component<'_>| matches!(part, Component::Normal(_));
    if place.is_empty() || place.contains(['\\', ':']) || !Path::new(place).components().all(inside)
    {
        return Err(format!(
            "stands in `{shown}`, which is not inside the folder of the model"
        ));
    }
    let mut path = folder.to_path_buf();
    for part in Path::new(place).components() {
        path.push(part);
        let is_link = path
            .symlink_metadata()
            .is_ok_and(|found| found.is_symlink());
        if is_link {
            return Err(format!("stands in `{shown}`, which is or passes a link"));
        }
    }
    let number = |key: &str, default: usize| match entry(key) {
        None => Ok(default),
        Some(text) => text
            .parse::<usize>()
            .map_err(|_| format!("has a wrong `{key}`")),
    };
    let bytes = read_bounded(&path).map_err(|problem| format!("stands elsewhere: {problem}"))?;
    let start = number("offset", 0)?;
    let length = number("length", wanted)?;
    let found = start
        .checked_add(length)
        .and_then(|end| bytes.get(start..end));
    match found {
        Some(found) if length == wanted => Ok(found.to_vec()),
        _ => Err(format!(
            "claims {wanted} bytes of `{shown}` from {start} on, which has {} in all",
            bytes.len()
        )),
    }
}
