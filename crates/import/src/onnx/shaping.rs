//! Nodes that move numbers, and change none.

use network::Tensor;

use super::attributes::{Attributes, Reason};
use super::constants::{axis, concatenated, selected, slice, span, transposed};
use super::graph::Importer;
use super::model::{Node, Setting};
use super::track::{Take, Track, Value};
use crate::axes::{Length, reshaped, total};

/// The most elements of the same number that are kept one by one.
const MOST: usize = 1 << 16;
/// The most lengths that shapes are put together of.
const MOST_LENGTHS: usize = 64;

impl Importer<'_> {
    /// What a node gives that moves numbers; `None` for other operators.
    pub(super) fn shaping(
        &mut self,
        node: &Node<'_>,
        inputs: &[Option<Value>],
        blocked: bool,
    ) -> Result<Option<Vec<Value>>, Reason> {
        let known = [
            "Cast",
            "Concat",
            "Constant",
            "ConstantOfShape",
            "Dropout",
            "Expand",
            "Flatten",
            "Gather",
            "Identity",
            "Reshape",
            "Shape",
            "Slice",
            "Squeeze",
            "Transpose",
            "Unsqueeze",
        ];
        if !known.contains(&node.operator) {
            return Ok(None);
        }
        if blocked {
            return Ok(Some(vec![]));
        }
        if node.operator == "Constant" {
            return constant(node).map(|value| Some(vec![value]));
        }
        let first = inputs.first().cloned().flatten();
        let first = first.ok_or("it takes nothing")?;
        let given = match node.operator {
            "Identity" | "Dropout" | "Cast" => self.passed(node, first)?,
            "Shape" => self.shape(node, &first)?,
            "ConstantOfShape" => filled(node, &first)?,
            "Expand" => expanded(&first, inputs.get(1))?,
            "Concat" => self.concat(node, inputs)?,
            "Transpose" => self.transpose(node, first)?,
            "Squeeze" => self.squeeze(node, first, inputs.get(1))?,
            "Unsqueeze" => self.unsqueeze(node, first, inputs.get(1))?,
            "Flatten" => self.flatten(node, first)?,
            "Reshape" => self.reshape(node, first, inputs.get(1))?,
            "Gather" => self.gather(node, first, inputs.get(1))?,
            _ => self.slice(node, first, inputs)?,
        };
        Ok(Some(vec![given]))
    }

    /// Vectors of the chain, also where the value is an input of the model; otherwise the value.
    fn on_track(&mut self, value: Value) -> Result<Result<Track, Value>, Reason> {
        match value {
            Value::Input(_) | Value::Track(_) => self.track(Some(&Some(value))).map(Ok),
            other => Ok(Err(other)),
        }
    }

    fn passed(&mut self, node: &Node<'_>, value: Value) -> Result<Value, Reason> {
        let given = Attributes::of(node, &["to", "saturate", "round_mode", "seed", "ratio"])?;
        if node.operator == "Cast" && matches!(value, Value::Track(_) | Value::Input(_)) {
            // Float, double and halves: the network's own numbers are real.
            if !matches!(given.int("to", 1)?, 1 | 10 | 11 | 16) {
                return Err("it makes the chain's numbers whole or words".into());
            }
            self.note("a change of the precision of numbers was left out");
        }
        if node.operator == "Dropout" {
            self.note("dropout was left out, as it is outside of training");
        }
        Ok(value)
    }

    fn shape(&mut self, node: &Node<'_>, value: &Value) -> Result<Value, Reason> {
        let given = Attributes::of(node, &["start", "end"])?;
        let lengths: Vec<Option<i64>> = match value {
            Value::Constant(tensor) => tensor
                .shape
                .iter()
                .map(|&it| i64::try_from(it).ok())
                .collect(),
            Value::Input(_) | Value::Track(_) => {
                let track = self.track(Some(&Some(value.clone())))?;
                let length = |axis: &Vec<crate::axes::Atom>| {
                    let all = total(axis.iter().map(|atom| atom.length));
                    all.and_then(|all| i64::try_from(all).ok())
                };
                track.axes.iter().map(length).collect()
            }
            _ => return Err("the shape of what it takes is not known".into()),
        };
        let (start, end) = (given.int("start", 0)?, given.int("end", i64::MAX)?);
        let chosen = slice(start, end, 1, lengths.len()).unwrap_or_default();
        let of = |at: usize| lengths.get(at).copied().flatten();
        Ok(Value::Lengths(chosen.into_iter().map(of).collect()))
    }

    fn transpose(&mut self, node: &Node<'_>, value: Value) -> Result<Value, Reason> {
        let given = Attributes::of(node, &["perm"])?.ints("perm")?;
        let order = |rank: usize| -> Result<Vec<usize>, Reason> {
            let order: Vec<usize> = match &given {
                None => (0..rank).rev().collect(),
                Some(given) => given.iter().filter_map(|&it| axis(it, rank)).collect(),
            };
            let mut sorted = order.clone();
            sorted.sort_unstable();
            match sorted.into_iter().eq(0..rank) {
                true => Ok(order),
                false => Err("`perm` is no order of the axes".into()),
            }
        };
        match self.on_track(value)? {
            Ok(mut track) => {
                let order = order(track.axes.len())?;
                track.axes = order
                    .iter()
                    .filter_map(|&at| track.axes.get(at).cloned())
                    .collect();
                Ok(Value::Track(track))
            }
            Err(Value::Constant(tensor)) => {
                let turned = transposed(&tensor, &order(tensor.shape.len())?);
                turned
                    .map(Value::of)
                    .ok_or_else(|| "its axes cannot be turned".into())
            }
            Err(Value::Filled(value)) => Ok(Value::Filled(value)),
            Err(_) => Err("it turns what has no known axes".into()),
        }
    }

    /// The axes that an attribute or, since operator set 13, an input names.
    fn named_axes(
        node: &Node<'_>,
        second: Option<&Option<Value>>,
    ) -> Result<Option<Vec<i64>>, Reason> {
        let attribute = Attributes::of(node, &["axes"])?.ints("axes")?;
        match (attribute, second) {
            (Some(axes), _) => Ok(Some(axes)),
            (None, None | Some(None)) => Ok(None),
            (None, Some(Some(value))) => {
                let axes = value.integers();
                axes.map(Some)
                    .ok_or_else(|| "its axes are computed when the model runs".into())
            }
        }
    }

    fn squeeze(
        &mut self,
        node: &Node<'_>,
        value: Value,
        second: Option<&Option<Value>>,
    ) -> Result<Value, Reason> {
        let named = Importer::named_axes(node, second)?;
        let gone = |rank: usize, is_one: &dyn Fn(usize) -> bool| -> Result<Vec<usize>, Reason> {
            let axes: Vec<usize> = match &named {
                None => (0..rank).filter(|&at| is_one(at)).collect(),
                Some(named) => named.iter().filter_map(|&it| axis(it, rank)).collect(),
            };
            match axes.iter().all(|&at| is_one(at)) {
                true => Ok(axes),
                false => Err("it drops an axis that is not known to have the length 1".into()),
            }
        };
        match self.on_track(value)? {
            Ok(mut track) => {
                let is_one = |at: usize| track.axes.get(at).is_some_and(Vec::is_empty);
                let gone = gone(track.axes.len(), &is_one)?;
                track.axes = without(&track.axes, &gone);
                Ok(Value::Track(track))
            }
            Err(Value::Constant(tensor)) => {
                let is_one = |at: usize| tensor.shape.get(at) == Some(&1);
                let gone = gone(tensor.shape.len(), &is_one)?;
                Ok(Value::of(Tensor {
                    shape: without(&tensor.shape, &gone),
                    values: tensor.values.clone(),
                }))
            }
            Err(Value::Blocked) => Ok(Value::Blocked),
            Err(other) => Ok(other),
        }
    }

    fn unsqueeze(
        &mut self,
        node: &Node<'_>,
        value: Value,
        second: Option<&Option<Value>>,
    ) -> Result<Value, Reason> {
        let named = Importer::named_axes(node, second)?.ok_or("it names no axes")?;
        let places = |rank: usize| -> Result<Vec<usize>, Reason> {
            let all = rank.saturating_add(named.len());
            let mut places: Vec<usize> = named.iter().filter_map(|&it| axis(it, all)).collect();
            places.sort_unstable();
            places.dedup();
            match places.len() == named.len() {
                true => Ok(places),
                false => Err("its axes are not all different and within bounds".into()),
            }
        };
        match self.on_track(value)? {
            Ok(mut track) => {
                for place in places(track.axes.len())? {
                    track.axes.insert(place.min(track.axes.len()), vec![]);
                }
                Ok(Value::Track(track))
            }
            Err(Value::Constant(tensor)) => {
                let mut shape = tensor.shape.clone();
                for place in places(shape.len())? {
                    shape.insert(place.min(shape.len()), 1);
                }
                let values = tensor.values.clone();
                Ok(Value::of(Tensor { shape, values }))
            }
            Err(other) => Ok(other),
        }
    }

    fn flatten(&mut self, node: &Node<'_>, value: Value) -> Result<Value, Reason> {
        let at = Attributes::of(node, &["axis"])?.int("axis", 1)?;
        let Ok(mut track) = self.on_track(value)? else {
            return Err("it flattens what does not come from the chain".into());
        };
        let rank = track.axes.len();
        let at = if usize::try_from(at) == Ok(rank) {
            Some(rank)
        } else {
            axis(at, rank)
        };
        let (before, after) = track.axes.split_at(at.ok_or("it has no such axis")?);
        track.axes = vec![before.concat(), after.concat()];
        Ok(Value::Track(track))
    }

    fn reshape(
        &mut self,
        node: &Node<'_>,
        value: Value,
        second: Option<&Option<Value>>,
    ) -> Result<Value, Reason> {
        let all_zero = Attributes::of(node, &["allowzero"])?.flag("allowzero")?;
        let lengths = second.and_then(|it| it.as_ref()).and_then(Value::lengths);
        let lengths = lengths.ok_or("its shape is not known")?;
        if all_zero && lengths.contains(&Some(0)) {
            return Err("it makes an axis of length 0".into());
        }
        let wanted = lengths.iter().map(|length| match length {
            None => Ok(Length::Open),
            Some(0) => Ok(Length::Same),
            Some(-1) => Ok(Length::Rest),
            Some(length) => usize::try_from(*length).map(Length::Known),
        });
        let wanted: Result<Vec<Length>, _> = wanted.collect();
        let wanted = wanted.map_err(|_| "a length of its shape is below -1")?;
        match self.on_track(value)? {
            Ok(mut track) => {
                let axes = reshaped(&track.axes, &wanted);
                track.axes = axes
                    .ok_or("it cannot be known how it shares out steps, sequences and elements")?;
                Ok(Value::Track(track))
            }
            Err(Value::Constant(tensor)) => reshaped_constant(&tensor, &wanted),
            Err(other) => Ok(other),
        }
    }

    fn gather(
        &mut self,
        node: &Node<'_>,
        value: Value,
        second: Option<&Option<Value>>,
    ) -> Result<Value, Reason> {
        let along = Attributes::of(node, &["axis"])?.int("axis", 0)?;
        let indices = second.and_then(|it| it.as_ref());
        let rank = indices.and_then(Value::constant).map(|it| it.shape.len());
        let indices = indices.and_then(Value::integers);
        let indices = indices.ok_or("its indices are computed when the model runs")?;
        match self.on_track(value)? {
            Ok(track) => {
                let (Some(0 | 1), [index]) = (rank, indices.as_slice()) else {
                    return Err("it takes more than one element of an axis".into());
                };
                let at = axis(along, track.axes.len()).ok_or("it has no such axis")?;
                let mut chosen = self.chosen(track, at, *index)?;
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
    fn chosen(&self, mut track: Track, at: usize, index: i64) -> Result<Track, Reason> {
        let group = track.axes.get(at).cloned().unwrap_or_default();
        let [atom] = group.as_slice() else {
            return match group.is_empty() && matches!(index, 0 | -1) {
                true => Ok(track),
                false => Err("it takes an element of an axis that joins several things".into()),
            };
        };
        let is_steps = self
            .steps
            .as_ref()
            .is_some_and(|[steps, _]| steps.contains(atom));
        let is_last = index == -1
            || (index >= 0
                && usize::try_from(index).ok() == atom.length.and_then(|it| it.checked_sub(1)));
        let reads_back = (self.draft.layers.last()).is_some_and(|it| it.direction == "reverse");
        if Some(*atom) == self.directions {
            track.part = axis(index, 2);
            if track.part.is_none() {
                return Err("there is no such direction".into());
            }
        } else if is_steps && is_last {
            track.last = true;
        } else if is_steps && index == 0 && reads_back && track.version == self.version {
            // A layer that reads from the end makes the first step last.
            track.take = Take::LastState;
        } else {
            return Err(
                "it takes one element of an axis, which is neither the last step nor a \
                        direction"
                    .into(),
            );
        }
        if let Some(axis) = track.axes.get_mut(at) {
            axis.clear();
        }
        Ok(track)
    }

    fn slice(
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
                for (along, start, end, step) in bounds {
                    let at = axis(along, track.axes.len()).ok_or("it has no such axis")?;
                    track = self.sliced(track, at, (start, end, step))?;
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

    /// A slice of one axis: all of it, or one element.
    fn sliced(
        &self,
        track: Track,
        at: usize,
        (start, end, step): (i64, i64, i64),
    ) -> Result<Track, Reason> {
        let group = track.axes.get(at).cloned().unwrap_or_default();
        let length = total(group.iter().map(|atom| atom.length));
        // Beyond any length: how exporters write that there is no end.
        let far = i64::from(i32::MAX) - 1;
        if step == 1
            && start == 0
            && (end >= far
                || length.is_some_and(|it| usize::try_from(end).is_ok_and(|end| end >= it)))
        {
            return Ok(track);
        }
        match length.and_then(|length| span(start, end, step, length)) {
            Some((one, 1)) => self.chosen(track, at, i64::try_from(one).unwrap_or(i64::MAX)),
            None if step == 1 && start == -1 && end >= far => self.chosen(track, at, -1),
            None if step == 1 && (start, end) == (0, 1) => self.chosen(track, at, 0),
            _ => Err("it takes a part of an axis that is neither all of it nor one element".into()),
        }
    }

    /// Numbers one behind the other; of the chain, both directions of a layer.
    fn concat(&mut self, node: &Node<'_>, inputs: &[Option<Value>]) -> Result<Value, Reason> {
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
        let same = first.version == second.version
            && (first.take, first.last) == (second.take, second.last)
            && first.axes == second.axes
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
        let mut joined = first.clone();
        joined.part = None;
        if let Some(axis) = joined.axes.get_mut(at) {
            *axis = vector;
        }
        Ok(Value::Track(joined))
    }
}

/// A list without the elements at some places.
fn without<T: Clone>(list: &[T], gone: &[usize]) -> Vec<T> {
    let kept = list.iter().enumerate().filter(|(at, _)| !gone.contains(at));
    kept.map(|(_, item)| item.clone()).collect()
}

/// A `Constant` that is given by numbers in place.
fn constant(node: &Node<'_>) -> Result<Value, Reason> {
    let [attribute] = node.attributes.as_slice() else {
        return Err("it has not exactly one value".into());
    };
    let list = |values: Vec<f64>| Tensor {
        shape: vec![values.len()],
        values,
    };
    let one = |value: f64| Tensor {
        shape: vec![],
        values: vec![value],
    };
    Ok(Value::of(match (attribute.name, &attribute.value) {
        ("value_float", Setting::Float(value)) => one(f64::from(*value)),
        ("value_int", Setting::Int(value)) => one(*value as f64),
        ("value_floats", Setting::Floats(values)) => {
            list(values.iter().map(|&it| f64::from(it)).collect())
        }
        ("value_ints", Setting::Ints(values)) => list(values.iter().map(|&it| it as f64).collect()),
        _ => return Err("its value holds no numbers".into()),
    }))
}

fn filled(node: &Node<'_>, shape: &Value) -> Result<Value, Reason> {
    let value = match node.attributes.as_slice() {
        [] => 0.0,
        [attribute] => match (attribute.name, &attribute.value) {
            ("value", Setting::Tensor(tensor)) => {
                let numbers = super::numbers::numbers(tensor, None).map_err(|it| it.to_string())?;
                numbers
                    .values
                    .first()
                    .copied()
                    .ok_or("its value is empty")?
            }
            _ => return Err("its value is no number".into()),
        },
        _ => return Err("it has more than one value".into()),
    };
    let lengths: Option<Vec<usize>> = shape.integers().and_then(|lengths| {
        let all = lengths.iter().map(|&it| usize::try_from(it).ok());
        all.collect()
    });
    let count = lengths
        .iter()
        .find_map(|all| total(all.iter().copied().map(Some)));
    Ok(match (lengths, count) {
        (Some(shape), Some(count)) if count <= MOST => Value::of(Tensor {
            shape,
            values: vec![value; count],
        }),
        _ => Value::Filled(value),
    })
}

/// The same numbers for every sequence: what is the same everywhere stays known, and one of an axis
/// of length 1 stands for all.
fn expanded(value: &Value, shape: Option<&Option<Value>>) -> Result<Value, Reason> {
    match value {
        Value::Filled(value) => Ok(Value::Filled(*value)),
        Value::Constant(tensor) => {
            let lengths = shape.and_then(|it| it.as_ref()).and_then(Value::lengths);
            let rank = lengths.map(|it| it.len());
            match tensor.values.as_slice() {
                [one] => Ok(Value::Filled(*one)),
                // Of the three axes of an initial state only that of the sequences can grow.
                _ if tensor.shape.len() == 3
                    && tensor.shape.get(1) == Some(&1)
                    && rank == Some(3) =>
                {
                    Ok(value.clone())
                }
                _ => Err("it repeats numbers that are not all the same".into()),
            }
        }
        _ => Err("it repeats what is not known".into()),
    }
}

fn reshaped_constant(tensor: &Tensor, wanted: &[Length]) -> Result<Value, Reason> {
    let count = tensor.values.len();
    let lengths = wanted.iter().enumerate().map(|(at, length)| match length {
        Length::Known(length) => Ok(Some(*length)),
        Length::Same => tensor
            .shape
            .get(at)
            .copied()
            .map(Some)
            .ok_or("it has no such axis"),
        Length::Rest => Ok(None),
        Length::Open => Err("its shape is computed when the model runs"),
    });
    let lengths: Vec<Option<usize>> = lengths.collect::<Result<_, _>>()?;
    let known = lengths
        .iter()
        .flatten()
        .try_fold(1usize, |all, &it| all.checked_mul(it));
    let rest = known.filter(|&it| it > 0).map_or(0, |known| count / known);
    let shape: Vec<usize> = lengths.into_iter().map(|it| it.unwrap_or(rest)).collect();
    let all = shape
        .iter()
        .try_fold(1usize, |all, &it| all.checked_mul(it));
    match all == Some(count) {
        true => Ok(Value::of(Tensor {
            shape,
            values: tensor.values.clone(),
        })),
        false => Err("its shape holds another number of elements".into()),
    }
}
