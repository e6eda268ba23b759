//! Nodes that move numbers, and change none.

use network::Tensor;

use super::attributes::{Attributes, Reason};
use super::constants::{axis, slice, transposed};
use super::graph::Importer;
use super::model::{Node, Setting};
use super::track::{Track, Value};
use crate::axes::{Length, total};

/// The most elements of the same number that are kept one by one.
const MOST: usize = 1 << 16;

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
            "Split",
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
        if node.operator == "Split" {
            return self.split(node, first, inputs.get(1)).map(Some);
        }
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
    pub(super) fn on_track(&mut self, value: Value) -> Result<Result<Track, Value>, Reason> {
        match value {
            Value::Input(_) | Value::Track(_) => self.track(Some(&Some(value))).map(Ok),
            other => Ok(Err(other)),
        }
    }

    /// The same, also where zeros stand around the vectors.
    fn on_padded_track(&mut self, value: Value) -> Result<Result<Track, Value>, Reason> {
        match value {
            Value::Track(ref track) if !track.zeros.is_empty() => {
                self.padded_track(Some(&Some(value))).map(Ok)
            }
            other => self.on_track(other),
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
        match self.on_padded_track(value)? {
            Ok(mut track) => {
                let order = order(track.axes.len())?;
                track.axes = ordered(&track.axes, &order);
                track.zeros = ordered(&track.zeros, &order);
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
        match self.on_padded_track(value)? {
            Ok(mut track) => {
                let is_one = |at: usize| {
                    let alone = track.zeros.get(at).is_none_or(|&it| it == (0, 0));
                    alone && track.axes.get(at).is_some_and(Vec::is_empty)
                };
                let gone = gone(track.axes.len(), &is_one)?;
                track.axes = without(&track.axes, &gone);
                track.zeros = without(&track.zeros, &gone);
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
        match self.on_padded_track(value)? {
            Ok(mut track) => {
                for place in places(track.axes.len())? {
                    let place = place.min(track.axes.len());
                    track.axes.insert(place, vec![]);
                    if !track.zeros.is_empty() {
                        track.zeros.insert(place.min(track.zeros.len()), (0, 0));
                    }
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
            Ok(track) => {
                let seen = self.seen_as(track, &wanted);
                seen.map(Value::Track).ok_or_else(|| {
                    "it cannot be known how it shares out steps, sequences and elements".into()
                })
            }
            Err(Value::Constant(tensor)) => reshaped_constant(&tensor, &wanted),
            Err(other) => Ok(other),
        }
    }
}

/// The elements of a list at some places, one after the other.
fn ordered<T: Clone>(list: &[T], places: &[usize]) -> Vec<T> {
    let all = places.iter().filter_map(|&at| list.get(at));
    all.cloned().collect()
}

/// A list without the elements at some places.
pub(super) fn without<T: Clone>(list: &[T], gone: &[usize]) -> Vec<T> {
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
