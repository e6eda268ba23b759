//! Nodes that take parts of arrays, and that join them.

use super::attributes::{Attributes, Reason};
use super::constants::{axis, concatenated, selected, slice, span};
use super::graph::Importer;
use super::model::Node;
use super::shaping::without;
use super::track::{Take, Track, Value};

/// Why no part of an axis can be taken.
const NO_LENGTH: &str =
    "it takes a part of an axis whose length is not known, or of which it has less";
/// The most lengths that shapes are put together of.
const MOST_LENGTHS: usize = 64;

impl Importer<'_> {
    pub(super) fn gather(
        &mut self,
        node: &Node<'_>,
        value: Value,
        second: Option<&Option<Value>>,
    ) -> Result<Value, Reason> {
        let label = Importer::label(node);
        let along = Attributes::of(node, &["axis"])?.int("axis", 0)?;
        let indices = second.and_then(|it| it.as_ref());
        let rank = indices.and_then(Value::constant).map(|it| it.shape.len());
        let indices = indices.and_then(Value::integers);
        let indices = indices.ok_or("its indices are computed when the model runs")?;
        match self.on_track(value)? {
            Ok(track) => {
                let at = axis(along, track.axes.len()).ok_or("it has no such axis")?;
                let mut chosen = match (rank, indices.as_slice()) {
                    (Some(0 | 1), [index]) => self.chosen(track, at, *index, &label)?,
                    (Some(1), indices) => {
                        let length = track.axes.get(at).and_then(|axis| self.length(axis));
                        let length = length.ok_or(NO_LENGTH)?;
                        let places = indices.iter().map(|&it| axis(it, length));
                        let places: Option<Vec<usize>> = places.collect();
                        let places = places.ok_or("an index is out of bounds")?;
                        self.taken(track, at, &places, &label)?
                    }
                    _ => return Err("its indices are no list".into()),
                };
                if rank == Some(0) {
                    chosen.axes = without(&chosen.axes, &[at]);
                }
                Ok(Value::Track(chosen))
            }
            Err(Value::Constant(tensor)) => {
                let at = axis(along, tensor.shape.len()).ok_or("it has no such axis")?;
                let length = tensor.shape.get(at).copied().unwrap_or(0);
                let chosen: Option<Vec<usize>> =
                    indices.iter().map(|&it| axis(it, length)).collect();
                let taken = chosen.and_then(|chosen| selected(&tensor, at, &chosen));
                let mut taken = taken.ok_or("an index is out of bounds")?;
                match rank {
                    Some(0) => drop(taken.shape.remove(at)),
                    Some(1) => {}
                    _ => return Err("its indices are no list".into()),
                }
                Ok(Value::of(taken))
            }
            Err(Value::Lengths(lengths)) => {
                let of =
                    |&it: &i64| axis(it, lengths.len()).and_then(|at| lengths.get(at).copied());
                let taken: Option<Vec<Option<i64>>> = indices.iter().map(of).collect();
                taken
                    .map(Value::Lengths)
                    .ok_or_else(|| "an index is out of bounds".into())
            }
            Err(Value::Filled(value)) => Ok(Value::Filled(value)),
            Err(_) => Err("it takes an element of what is not known".into()),
        }
    }

    /// One element of an axis, which then has the length 1.
    fn chosen(
        &mut self,
        mut track: Track,
        at: usize,
        index: i64,
        label: &str,
    ) -> Result<Track, Reason> {
        let group = track.axes.get(at).cloned().unwrap_or_default();
        let element = |length: Option<usize>| length.and_then(|length| axis(index, length));
        let [atom] = group.as_slice() else {
            if group.is_empty() && matches!(index, 0 | -1) {
                return Ok(track);
            }
            let place = element(self.length(&group)).ok_or(NO_LENGTH)?;
            return self.taken(track, at, &[place], label);
        };
        let is_steps = self
            .steps
            .as_ref()
            .is_some_and(|[steps, _]| steps.contains(atom));
        let is_last = index == -1
            || (index >= 0
                && usize::try_from(index).ok() == atom.length.and_then(|it| it.checked_sub(1)));
        let direction = self.draft.layers.last().map(|it| it.direction);
        let is_settled = track.version == self.version && track.scalings.is_empty();
        if Some(*atom) == self.directions {
            let direction = axis(index, 2).ok_or("there is no such direction")?;
            track = directed(track, direction)?;
        } else if is_steps && is_last {
            if matches!(self.sequence_lengths, Some(Some(_))) {
                return Err(
                    "it takes the last step of the longest sequence, at which others have \
                            ended: take the last state (`Y_h`)"
                        .into(),
                );
            }
            track.last = true;
        } else if is_steps && index == 0 && direction == Some("reverse") && is_settled {
            // A layer that reads from the end makes the first step last.
            track.take = Take::LastState;
        } else if is_steps && index == 0 && direction == Some("bidirectional") && is_settled {
            track.first = true;
            if let Some(part) = track.part {
                track = directed(track, part)?;
            }
        } else if is_steps {
            return Err("it takes one step, which is not the last one".into());
        } else {
            let place = element(self.length(&group)).ok_or(NO_LENGTH)?;
            return self.taken(track, at, &[place], label);
        }
        if let Some(axis) = track.axes.get_mut(at) {
            axis.clear();
        }
        Ok(track)
    }

    pub(super) fn slice(
        &mut self,
        node: &Node<'_>,
        value: Value,
        inputs: &[Option<Value>],
    ) -> Result<Value, Reason> {
        let given = Attributes::of(node, &["starts", "ends", "axes"])?;
        let list = |name: &str, at: usize| -> Result<Option<Vec<i64>>, Reason> {
            match inputs.get(at) {
                None | Some(None) => given.ints(name),
                Some(Some(value)) => {
                    let known = value.integers();
                    known
                        .map(Some)
                        .ok_or_else(|| "its bounds are computed when the model runs".into())
                }
            }
        };
        let starts = list("starts", 1)?.ok_or("it has no starts")?;
        let ends = list("ends", 2)?.ok_or("it has no ends")?;
        let axes = list("axes", 3)?;
        let axes = axes.unwrap_or_else(|| (0..).take(starts.len()).collect());
        let steps = list("steps", 4)?;
        let steps = steps.unwrap_or_else(|| vec![1; starts.len()]);
        if [ends.len(), axes.len(), steps.len()] != [starts.len(); 3] {
            return Err("its starts, ends, axes and steps are not as many".into());
        }
        let bounds = starts.into_iter().zip(ends).zip(axes).zip(steps);
        let bounds = bounds.map(|(((start, end), axis), step)| (axis, start, end, step));
        match self.on_track(value)? {
            Ok(mut track) => {
                let label = Importer::label(node);
                for (along, start, end, step) in bounds {
                    let at = axis(along, track.axes.len()).ok_or("it has no such axis")?;
                    track = self.sliced(track, at, (start, end, step), &label)?;
                }
                Ok(Value::Track(track))
            }
            Err(Value::Constant(tensor)) => {
                let mut tensor = tensor.as_ref().clone();
                for (along, start, end, step) in bounds {
                    let at = axis(along, tensor.shape.len()).ok_or("it has no such axis")?;
                    let length = tensor.shape.get(at).copied().unwrap_or(0);
                    let chosen = slice(start, end, step, length)
                        .ok_or("its step is 0, or it takes too much")?;
                    tensor = selected(&tensor, at, &chosen).ok_or("its bounds are out of reach")?;
                }
                Ok(Value::of(tensor))
            }
            Err(Value::Lengths(lengths)) => {
                let mut lengths = lengths;
                for (_, start, end, step) in bounds {
                    let chosen = slice(start, end, step, lengths.len()).ok_or("its step is 0")?;
                    let of = |at: usize| lengths.get(at).copied().flatten();
                    lengths = chosen.into_iter().map(of).collect();
                }
                Ok(Value::Lengths(lengths))
            }
            Err(Value::Filled(value)) => Ok(Value::Filled(value)),
            Err(_) => Err("it takes a part of what is not known".into()),
        }
    }

    /// Parts of an axis, one behind the other.
    pub(super) fn split(
        &mut self,
        node: &Node<'_>,
        value: Value,
        second: Option<&Option<Value>>,
    ) -> Result<Vec<Value>, Reason> {
        let given = Attributes::of(node, &["axis", "num_outputs", "split"])?;
        let along = given.int("axis", 0)?;
        let parts = node.outputs.len();
        if given.int("num_outputs", 0)? != 0
            && usize::try_from(given.int("num_outputs", 0)?) != Ok(parts)
        {
            return Err("`num_outputs` is not the number of its outputs".into());
        }
        let sizes = match second {
            None | Some(None) => given.ints("split")?,
            Some(Some(value)) => Some(
                value
                    .integers()
                    .ok_or("its sizes are computed when the model runs")?,
            ),
        };
        let value = self.on_track(value)?;
        let length = match &value {
            Ok(track) => {
                let at = axis(along, track.axes.len());
                at.and_then(|at| track.axes.get(at))
                    .and_then(|axis| self.length(axis))
            }
            Err(Value::Constant(tensor)) => {
                let at = axis(along, tensor.shape.len());
                at.and_then(|at| tensor.shape.get(at).copied())
            }
            Err(_) => None,
        };
        let length = length.ok_or("the length of the axis that it splits is not known")?;
        let each = length.div_ceil(parts.max(1));
        let even = || {
            let rest = |at: usize| length.saturating_sub(at.saturating_mul(each)).min(each);
            (0..parts).map(rest).collect()
        };
        let size = |&size: &i64| usize::try_from(size).ok();
        let sizes: Option<Vec<usize>> = match &sizes {
            Some(sizes) => sizes.iter().map(size).collect(),
            None => Some(even()),
        };
        let sizes = sizes.filter(|sizes| {
            sizes.len() == parts && total_length(sizes) == Some(length) && !sizes.contains(&0)
        });
        let sizes = sizes.ok_or("the sizes of its parts are not those of the axis")?;
        let mut given = vec![];
        let mut start = 0usize;
        for (size, name) in sizes.into_iter().zip(&node.outputs) {
            let end = start.saturating_add(size);
            given.push(match &value {
                // A part that nothing takes.
                _ if !self.is_needed(name) => Value::Blocked,
                Ok(track) => {
                    let at = axis(along, track.axes.len()).ok_or("it has no such axis")?;
                    let bound = |it: usize| i64::try_from(it).unwrap_or(i64::MAX);
                    let bounds = (bound(start), bound(end), 1);
                    let part = self.sliced(track.clone(), at, bounds, &Importer::label(node));
                    Value::Track(part?)
                }
                Err(Value::Constant(tensor)) => {
                    let at = axis(along, tensor.shape.len()).ok_or("it has no such axis")?;
                    let chosen: Vec<usize> = (start..end).collect();
                    let part = selected(tensor, at, &chosen).map(Value::of);
                    part.ok_or("its parts are too large")?
                }
                Err(_) => return Err("it splits what is not known".into()),
            });
            start = end;
        }
        Ok(given)
    }

    /// A slice of one axis.
    fn sliced(
        &mut self,
        track: Track,
        at: usize,
        (start, end, step): (i64, i64, i64),
        label: &str,
    ) -> Result<Track, Reason> {
        let group = track.axes.get(at).cloned().unwrap_or_default();
        let length = self.length(&group);
        // Beyond any length: how exporters write that there is no end.
        let far = i64::from(i32::MAX) - 1;
        if step == 1
            && start == 0
            && (end >= far
                || length.is_some_and(|it| usize::try_from(end).is_ok_and(|end| end >= it)))
        {
            return Ok(track);
        }
        let Some(length) = length else {
            return match (start, end, step) {
                (-1, far_end, 1) if far_end >= far => self.chosen(track, at, -1, label),
                (0, 1, 1) => self.chosen(track, at, 0, label),
                _ => Err(NO_LENGTH.into()),
            };
        };
        if let Some((one, 1)) = span(start, end, step, length) {
            return self.chosen(track, at, i64::try_from(one).unwrap_or(i64::MAX), label);
        }
        let places =
            slice(start, end, step, length).ok_or("its step is 0, or it takes too much")?;
        if let ([both, units @ ..], [first, ..]) = (group.as_slice(), places.as_slice())
            && Some(*both) == self.directions
            && places.len() * 2 == length
            && step == 1
            && first.is_multiple_of(places.len())
        {
            let units = units.to_vec();
            let mut track = directed(track, first / places.len())?;
            track
                .axes
                .iter_mut()
                .skip(at)
                .take(1)
                .for_each(|axis| axis.clone_from(&units));
            return Ok(track);
        }
        self.taken(track, at, &places, label)
    }

    /// Numbers one behind the other; of the chain, both directions of a layer.
    pub(super) fn concat(
        &mut self,
        node: &Node<'_>,
        inputs: &[Option<Value>],
    ) -> Result<Value, Reason> {
        let along = Attributes::of(node, &["axis"])?.int("axis", 0)?;
        let values: Vec<&Value> = inputs.iter().flatten().collect();
        if let Some(tensors) = values
            .iter()
            .map(|it| it.constant())
            .collect::<Option<Vec<_>>>()
        {
            let rank = tensors.first().map_or(0, |it| it.shape.len());
            let at = axis(along, rank).ok_or("it has no such axis")?;
            let joined = concatenated(&tensors, at).map(Value::of);
            return joined.ok_or_else(|| "the shapes of what it joins do not fit".into());
        }
        if let Some(lengths) = values
            .iter()
            .map(|it| it.lengths())
            .collect::<Option<Vec<_>>>()
        {
            let lengths = lengths.concat();
            return match lengths.len() <= MOST_LENGTHS {
                true => Ok(Value::Lengths(lengths)),
                false => Err("it makes a shape of too many axes".into()),
            };
        }
        let mut tracks = vec![];
        for value in values {
            match value {
                Value::Track(track) => tracks.push(track.clone()),
                _ => return Err("it joins results of the chain with other numbers".into()),
            }
        }
        self.both_directions(tracks, along)
    }

    fn both_directions(&self, tracks: Vec<Track>, along: i64) -> Result<Value, Reason> {
        let refused = "it joins results of the chain that are not both directions of one layer";
        let [first, second] = tracks.as_slice() else {
            return Err(refused.into());
        };
        // The last state of the direction that reads from the start is what it gives last.
        let last_states = first.last && second.take == Take::LastState;
        let same = first.version == second.version
            && (last_states || (first.take, first.last) == (second.take, second.last))
            && !(first.first || second.first)
            && first.zeros.is_empty()
            && second.zeros.is_empty()
            && first.axes == second.axes
            && first.scalings.is_empty()
            && second.scalings.is_empty()
            && (first.part, second.part) == (Some(0), Some(1));
        let at = axis(along, first.axes.len()).ok_or("it has no such axis")?;
        let vector = first.vector.clone().unwrap_or_default();
        let units: Vec<_> = vector
            .iter()
            .copied()
            .filter(|it| Some(*it) != self.directions)
            .collect();
        if !same || first.axes.get(at) != Some(&units) {
            return Err(refused.into());
        }
        let mut joined = if last_states { second } else { first }.clone();
        joined.part = None;
        if let Some(axis) = joined.axes.get_mut(at) {
            *axis = vector;
        }
        Ok(Value::Track(joined))
    }
}

/// One direction of a layer that reads both ways.
fn directed(mut track: Track, direction: usize) -> Result<Track, Reason> {
    track.part = Some(direction);
    if track.first && direction == 0 {
        return Err("it takes the first step of the direction that reads from the start".into());
    }
    if track.first {
        track.first = false;
        track.take = Take::LastState;
    }
    Ok(track)
}

fn total_length(sizes: &[usize]) -> Option<usize> {
    sizes
        .iter()
        .try_fold(0usize, |all, &it| all.checked_add(it))
}
