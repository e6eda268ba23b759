//! What nodes that only move numbers do to numbers that are known.

use network::Tensor;

use super::attributes::Reason;
use crate::axes::total;

/// The most numbers that one node may make.
const MOST: usize = 1 << 24;

/// Which axis a number means, counted from the end below 0.
pub fn axis(given: i64, rank: usize) -> Option<usize> {
    let rank = i64::try_from(rank).ok()?;
    let axis = if given < 0 {
        given.checked_add(rank)?
    } else {
        given
    };
    usize::try_from(axis).ok().filter(|_| axis < rank)
}

/// Which axes numbers mean, each as for [`axis`].
///
/// # Errors
/// When there is no such axis.
pub fn axes(given: &[i64], rank: usize) -> Result<Vec<usize>, Reason> {
    let places = given.iter().map(|&it| axis(it, rank));
    let places: Option<Vec<usize>> = places.collect();
    Ok(places.ok_or("it has no such axis")?)
}

/// The elements of an axis, with the axes before and after it: how many of each.
fn around(shape: &[usize], axis: usize) -> Option<(usize, usize, usize)> {
    let count = |lengths: &[usize]| total(lengths.iter().copied().map(Some));
    let before = count(shape.get(..axis)?)?;
    let after = count(shape.get(axis + 1..)?)?;
    Some((before, *shape.get(axis)?, after))
}

/// Some elements along an axis.
pub fn selected(tensor: &Tensor, axis: usize, chosen: &[usize]) -> Option<Tensor> {
    let (before, length, after) = around(&tensor.shape, axis)?;
    let count = total([before, chosen.len(), after].map(Some))?;
    if count > MOST || chosen.iter().any(|&at| at >= length) {
        return None;
    }
    let mut values = vec![];
    // What is empty may have any number of outer places.
    for outer in 0..if count == 0 { 0 } else { before } {
        for &at in chosen {
            let start = (outer * length + at) * after;
            values.extend_from_slice(tensor.values.get(start..start + after)?);
        }
    }
    let mut shape = tensor.shape.clone();
    *shape.get_mut(axis)? = chosen.len();
    Some(Tensor { shape, values })
}

/// Tensors one behind the other along an axis.
pub fn concatenated(tensors: &[&Tensor], axis: usize) -> Option<Tensor> {
    let first = tensors.first()?;
    let (before, _, after) = around(&first.shape, axis)?;
    let mut joined = 0usize;
    for tensor in tensors {
        let (own_before, length, own_after) = around(&tensor.shape, axis)?;
        if (own_before, own_after) != (before, after) {
            return None;
        }
        joined = joined.checked_add(length)?;
    }
    let count = total([before, joined, after].map(Some))?;
    if count > MOST {
        return None;
    }
    let mut values = vec![];
    for outer in 0..if count == 0 { 0 } else { before } {
        for tensor in tensors {
            let (_, length, _) = around(&tensor.shape, axis)?;
            let start = outer * length * after;
            values.extend_from_slice(tensor.values.get(start..start + length * after)?);
        }
    }
    let mut shape = first.shape.clone();
    *shape.get_mut(axis)? = joined;
    Some(Tensor { shape, values })
}

/// With the axes in another order: axis `order[k]` becomes axis k.
pub fn transposed(tensor: &Tensor, order: &[usize]) -> Option<Tensor> {
    let lengths = order.iter().map(|&axis| tensor.shape.get(axis).copied());
    let shape: Vec<usize> = lengths.collect::<Option<_>>()?;
    let mut stride = 1usize;
    let mut strides = vec![0; tensor.shape.len()];
    for (axis, &length) in tensor.shape.iter().enumerate().rev() {
        *strides.get_mut(axis)? = stride;
        stride = stride.checked_mul(length)?;
    }
    let strides: Vec<usize> = order
        .iter()
        .filter_map(|&axis| strides.get(axis).copied())
        .collect();
    let mut values = Vec::with_capacity(tensor.values.len());
    for at in 0..tensor.values.len() {
        let (mut rest, mut place) = (at, 0);
        for (&length, &stride) in shape.iter().zip(&strides).rev() {
            place += rest % length.max(1) * stride;
            rest /= length.max(1);
        }
        values.push(*tensor.values.get(place)?);
    }
    Some(Tensor { shape, values })
}

/// A slice of an axis of `length`, as ONNX counts (bounds below 0 count from the end, and bounds beyond
/// an end stand for it): the first element, and how many there are.
pub fn span(start: i64, end: i64, step: i64, length: usize) -> Option<(usize, usize)> {
    let length = i128::try_from(length).ok()?;
    let (start, end, step) = (i128::from(start), i128::from(end), i128::from(step));
    let from_end = |bound: i128| if bound < 0 { bound + length } else { bound };
    let (low, high) = if step > 0 {
        (0, length)
    } else {
        (-1, length - 1)
    };
    let [start, end] = [start, end].map(|bound| from_end(bound).clamp(low, high));
    let count = match step {
        0 => return None,
        1.. => (end - start + step - 1) / step,
        ..0 => (start - end - step - 1) / -step,
    };
    let first = usize::try_from(start.max(0)).ok()?;
    Some((first, usize::try_from(count.max(0)).ok()?))
}

/// The elements that a slice takes; none where they are too many.
pub fn slice(start: i64, end: i64, step: i64, length: usize) -> Option<Vec<usize>> {
    let (first, count) = span(start, end, step, length)?;
    if count > MOST {
        return None;
    }
    let step = isize::try_from(step).ok()?;
    let mut at = first;
    let mut taken = vec![];
    for _ in 0..count {
        taken.push(at);
        at = at.saturating_add_signed(step);
    }
    Some(taken)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counted(shape: &[usize]) -> Tensor {
        let count: usize = shape.iter().product();
        Tensor {
            shape: shape.to_vec(),
            values: (0..count).map(|at| at as f64).collect(),
        }
    }

    #[test]
    fn axes_are_turned() {
        let turned = transposed(&counted(&[2, 3]), &[1, 0]).unwrap();
        assert_eq!(
            (turned.shape.as_slice(), turned.values.as_slice()),
            (&[3, 2][..], &[0.0, 3.0, 1.0, 4.0, 2.0, 5.0][..])
        );
        let order = [2, 0, 1];
        let turned = transposed(&counted(&[2, 3, 4]), &order).unwrap();
        assert_eq!(turned.shape, [4, 2, 3]);
        // Element (1, 0, 2) is (0, 2, 1) of the one before.
        assert_eq!(turned.values[8], 9.0);
    }

    #[test]
    fn parts_make_the_whole() {
        let whole = counted(&[2, 4, 3]);
        let (a, b) = (
            selected(&whole, 1, &[0, 1]).unwrap(),
            selected(&whole, 1, &[2, 3]).unwrap(),
        );
        assert_eq!(concatenated(&[&a, &b], 1), Some(whole.clone()));
        assert_eq!(selected(&whole, 1, &[4]), None);
        assert_eq!(concatenated(&[&a, &counted(&[3, 2, 3])], 1), None);
    }

    #[test]
    fn slices_count_as_in_onnx() {
        assert_eq!(slice(1, i64::MAX, 1, 4), Some(vec![1, 2, 3]));
        assert_eq!(slice(-1, i64::MAX, 1, 4), Some(vec![3]));
        assert_eq!(slice(-1, i64::MIN, -2, 4), Some(vec![3, 1]));
        assert_eq!(slice(3, 1, 1, 4), Some(vec![]));
        assert_eq!(slice(0, 4, 0, 4), None);
        assert_eq!(slice(0, 7, 3, 7), Some(vec![0, 3, 6]));
        assert_eq!(slice(-1, -9, -1, 3), Some(vec![2, 1, 0]));
        assert_eq!(slice(0, i64::MAX, 1, usize::MAX), None);
        assert_eq!(
            span(5, i64::MAX, 1 << 40, usize::MAX).map(|it| it.0),
            Some(5)
        );
        assert_eq!(
            (axis(-1, 3), axis(3, 3), axis(i64::MIN, 3)),
            (Some(2), None, None)
        );
    }
}
