//! Parts of vectors: some of their elements. A dense layer before gives those rows alone, a
//! convolution before has so much less padding, and else a layer of its own takes them, whose weights
//! are 0 and 1.

use network::Tensor;
use network::description::{LayerWord, MAX_SIDE};
use network::sequence::{Axis, Way, Window};

use super::attributes::Reason;
use super::constants::selected;
use super::graph::Importer;
use super::track::{Take, Track};
use super::window::SINGLE;
use crate::axes::Atom;
use crate::draft::{LayerDraft, WindowDraft};

/// The most weights of a dense layer that takes elements in no regular order.
const MOST_WEIGHTS: usize = 1 << 20;
/// The most elements of a vector that are taken.
const MOST_ELEMENTS: usize = 1 << 20;

/// Where an axis stands in vectors.
#[derive(Debug, Clone, Copy)]
struct Place {
    /// Elements of all that varies slower.
    outer: usize,
    /// Elements of the axis.
    length: usize,
    /// Elements of all that varies faster.
    inner: usize,
}

impl Importer<'_> {
    /// Some elements of an axis of vectors, by their places.
    pub(super) fn taken(
        &mut self,
        mut track: Track,
        at: usize,
        chosen: &[usize],
        label: &str,
    ) -> Result<Track, Reason> {
        let group = track.axes.get(at).cloned().unwrap_or_default();
        let length = self.length(&group);
        let length =
            length.ok_or("the length of the axis of which it takes a part is not known")?;
        if chosen.is_empty() || chosen.iter().any(|&it| it >= length) {
            return Err("it takes nothing, or elements beyond the end".into());
        }
        let mut outer = self.steps.iter().flatten().flatten();
        if outer.any(|atom| group.contains(atom)) {
            return Err(
                "it takes a part of the steps or sequences, of which the last step alone is \
                        built"
                    .into(),
            );
        }
        if track.vector.is_none() {
            self.vectors(&mut track, at..at + 1, Some(length))?;
        }
        let vector = track.vector.clone().unwrap_or_default();
        let first = (0..vector.len()).find(|&first| {
            vector
                .get(first..)
                .is_some_and(|rest| rest.starts_with(&group))
        });
        let first = first.filter(|_| !group.is_empty());
        let first = first.ok_or("it takes a part of an axis that does not lie whole in vectors")?;
        let (before, rest) = vector.split_at(first);
        let behind = rest.get(group.len()..).unwrap_or_default();
        let (Some(outer), Some(inner)) = (self.length(before), self.length(behind)) else {
            return Err("the number of elements of a vector is not known".into());
        };
        let elements = outer
            .saturating_mul(inner)
            .saturating_mul(length.max(chosen.len()));
        if elements > MOST_ELEMENTS {
            return Err(format!("vectors have more than {MOST_ELEMENTS} elements"));
        }
        self.count(elements)?;
        let place = Place {
            outer,
            length,
            inner,
        };
        let own: Vec<Atom> = self.atom(Some(chosen.len())).into_iter().collect();
        let vector = [before, &own, behind].concat();
        let mut axes = track.axes.clone();
        if let Some(axis) = axes.get_mut(at) {
            *axis = own;
        }
        let is_open = track.version == self.version
            && track.take == Take::Steps
            && !track.last
            && track.part.is_none()
            && track.scalings.is_empty();
        if is_open && (self.gives_rows(place, chosen) || self.gives_less(place, chosen)) {
            self.note(format!(
                "{label}: the layer before gives those elements alone"
            ));
            self.version += 1;
            return Ok(Track {
                axes,
                vector: Some(vector),
                version: self.version,
                ..track
            });
        }
        let track = self.scaled(track)?;
        self.join(&track)?;
        let layer = layer(place, chosen, label)?;
        self.push(layer, axes, vector)
    }

    /// That a dense layer before gives some elements alone, if there is one.
    fn gives_rows(&mut self, place: Place, chosen: &[usize]) -> bool {
        let layer = self.draft.layers.last_mut();
        let Some(layer) = layer.filter(|layer| layer.kind == LayerWord::Dense) else {
            return false;
        };
        let rows = place.elements(chosen);
        let taken = layer
            .arrays
            .iter()
            .map(|(_, array)| selected(array, 0, &rows));
        let Some(taken) = taken.collect::<Option<Vec<Tensor>>>() else {
            return false;
        };
        for ((_, array), taken) in layer.arrays.iter_mut().zip(taken) {
            *array = taken;
        }
        layer.units = rows.len();
        true
    }

    /// That a window before has less padding, where it then gives some places alone.
    fn gives_less(&mut self, place: Place, chosen: &[usize]) -> bool {
        let layer = self.draft.layers.last_mut();
        let Some(draft) = layer.and_then(|layer| layer.window.as_mut()) else {
            return false;
        };
        let Ok((rows, columns)) = draft.places() else {
            return false;
        };
        let of_rows = (place.length, place.inner) == (rows, columns);
        let of_columns = (place.length, place.inner) == (columns, 1);
        let at = match () {
            () if of_columns => 1,
            () if of_rows => 0,
            () => return false,
        };
        let mut window = draft.window;
        let Some((axis, (start, 1))) = window.axes.get_mut(at).zip(regular(chosen)) else {
            return false;
        };
        let Some(padding) = less_padding(axis, window.way, place.length, (start, chosen.len()))
        else {
            return false;
        };
        axis.padding = padding;
        let wanted = match at {
            0 => (chosen.len(), columns),
            _ => (rows, chosen.len()),
        };
        let fits = window.places().is_ok_and(|found| found == wanted);
        if fits {
            draft.window = window;
        }
        fits
    }
}

impl Place {
    /// Which elements of a vector are those of some places of the axis.
    fn elements(&self, chosen: &[usize]) -> Vec<usize> {
        let Place {
            outer,
            length,
            inner,
        } = *self;
        let all = (0..outer).flat_map(|outer| {
            let row = move |&at: &usize| {
                let first = (outer * length + at) * inner;
                first..first + inner
            };
            chosen.iter().flat_map(row)
        });
        all.collect()
    }
}

/// The first of places in a row that are equally far apart, and how far.
fn regular(chosen: &[usize]) -> Option<(usize, usize)> {
    let (first, second) = (*chosen.first()?, chosen.get(1));
    let step = match second {
        None => 1,
        Some(second) => second.checked_sub(first).filter(|&step| step > 0)?,
    };
    let mut all = chosen.iter().enumerate();
    let fits = all.all(|(at, &place)| place == first + at * step);
    fits.then_some((first, step))
}

/// The padding with which a window gives so many of its places from a first one on.
fn less_padding(
    axis: &Axis,
    way: Way,
    places: usize,
    (start, count): (usize, usize),
) -> Option<(usize, usize)> {
    let (before, behind) = axis.padding;
    let gone = places.checked_sub(start + count)?;
    match way {
        Way::Forward => {
            let reach = axis.reach();
            let before = before.checked_sub(start * axis.stride)?;
            // The last window may end anywhere before the next one would fit.
            let most = (count * axis.stride + reach - 1).checked_sub(before + axis.input)?;
            Some((before, behind.min(most)))
        }
        Way::Transposed => Some((before + start, behind + gone)),
    }
}

/// A layer that takes some elements of an axis: a window with one weight that is not 0 where they are
/// equally far apart, which has a channel for each place of the slower axes, and a row of weights for
/// each element otherwise.
fn layer(place: Place, chosen: &[usize], label: &str) -> Result<LayerDraft, Reason> {
    let Place {
        outer,
        length,
        inner,
    } = place;
    let Some((start, step)) = regular(chosen) else {
        return dense(place, chosen, label);
    };
    // As long as lets the last window end within the axis, and no further one fit.
    let kernel = (start + 1).max((length + 1).saturating_sub(chosen.len() * step));
    let sides = [outer, length, inner, kernel, step];
    if let Some(side) = sides.into_iter().find(|it| !(1..=MAX_SIDE).contains(it)) {
        return Err(format!("a length is {side}, and 1 to {MAX_SIDE} are built"));
    }
    let along = Axis {
        input: length,
        kernel,
        stride: step,
        ..SINGLE
    };
    let across = Axis {
        input: inner,
        ..SINGLE
    };
    let (axes, dimensions, shape) = match inner {
        1 => ([SINGLE, along], 1, vec![outer, 1, kernel]),
        _ => ([along, across], 2, vec![outer, 1, kernel, 1]),
    };
    let window = Window {
        channels: outer,
        axes,
        groups: outer,
        way: Way::Forward,
    };
    let one = (0..kernel).map(|at| f64::from(u8::from(at == start)));
    let one: Vec<f64> = one.collect();
    let mut layer = LayerDraft::new(LayerWord::Convolution, label);
    layer.units = outer;
    layer.window = Some(WindowDraft::new(window, dimensions));
    let values = one.repeat(outer);
    layer.arrays.push(("w", Tensor { shape, values }));
    Ok(layer)
}

fn dense(place: Place, chosen: &[usize], label: &str) -> Result<LayerDraft, Reason> {
    let inputs = place.outer * place.length * place.inner;
    let rows = place.elements(chosen);
    let weights = rows.len().saturating_mul(inputs);
    if weights > MOST_WEIGHTS {
        return Err(format!(
            "it takes elements in no regular order, which would be a layer of {weights} weights"
        ));
    }
    let mut values = vec![0.0; weights];
    for (row, &element) in values.chunks_mut(inputs.max(1)).zip(&rows) {
        row.iter_mut()
            .skip(element)
            .take(1)
            .for_each(|it| *it = 1.0);
    }
    let mut layer = LayerDraft::new(LayerWord::Dense, label);
    layer.units = rows.len();
    let shape = vec![rows.len(), inputs];
    layer.arrays.push(("w", Tensor { shape, values }));
    Ok(layer)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_equally_far_apart() {
        assert_eq!(regular(&[3]), Some((3, 1)));
        assert_eq!(regular(&[1, 3, 5]), Some((1, 2)));
        assert_eq!(regular(&[1, 3, 4]), None);
        assert_eq!(regular(&[3, 2]), None);
        assert_eq!(regular(&[2, 2]), None);
    }

    /// Every regular part of an axis is what its layer gives.
    #[test]
    fn windows_take_what_they_should() {
        for (length, outer, inner) in [(5usize, 1, 1), (6, 2, 1), (4, 1, 3), (5, 2, 3), (1, 2, 2)] {
            for (start, step) in (0..length).flat_map(|start| (1..4).map(move |step| (start, step)))
            {
                for count in 1..=(length - start).div_ceil(step) {
                    let chosen: Vec<usize> = (0..count).map(|at| start + at * step).collect();
                    let place = Place {
                        outer,
                        length,
                        inner,
                    };
                    let layer = layer(place, &chosen, "it").unwrap();
                    let window = layer.window.unwrap().window;
                    let matrix = window
                        .convolution(outer, &layer.arrays[0].1.values)
                        .unwrap();
                    let input: Vec<f64> = (0..outer * length * inner).map(|at| at as f64).collect();
                    let given = matrix.times(&input);
                    let wanted: Vec<f64> = place
                        .elements(&chosen)
                        .into_iter()
                        .map(|at| at as f64)
                        .collect();
                    assert_eq!(given, wanted, "{length} {outer} {inner} {chosen:?}");
                }
            }
        }
    }
}
