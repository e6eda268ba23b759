//! Sums and products: of numbers that are known, of lengths, and of vectors with numbers.

use network::Tensor;

use super::attributes::Reason;
use super::graph::{Importer, no_attributes};
use super::model::Node;
use super::track::{Scaling, Track, Value};
use crate::axes::{Atom, total};

/// The most numbers that are made of others.
const MOST: usize = 1 << 24;

/// Whether an operator is one of these.
pub fn is_arithmetic(operator: &str) -> bool {
    matches!(
        operator,
        "Add" | "Sub" | "Mul" | "Div" | "Neg" | "Sqrt" | "Reciprocal"
    )
}

/// What an operator makes of two numbers; of the second where it takes one.
fn of(operator: &str, a: f64, b: f64) -> f64 {
    match operator {
        "Add" => a + b,
        "Sub" => a - b,
        "Mul" => a * b,
        "Div" => a / b,
        "Neg" => -b,
        "Sqrt" => b.sqrt(),
        _ => 1.0 / b,
    }
}

impl Importer<'_> {
    /// A sum or a product.
    pub(super) fn arithmetic(
        &mut self,
        node: &Node<'_>,
        inputs: &[Option<Value>],
        blocked: bool,
        label: &str,
    ) -> Result<Vec<Value>, Reason> {
        no_attributes(node)?;
        if blocked {
            return Ok(vec![]);
        }
        let operator = node.operator;
        let is_single = matches!(operator, "Neg" | "Sqrt" | "Reciprocal");
        let one = Value::Filled(1.0);
        let given: Vec<&Value> = inputs.iter().flatten().collect();
        let (a, b) = match (is_single, given.as_slice()) {
            (true, [b]) => (&one, *b),
            (false, [a, b]) => (*a, *b),
            _ => return Err("it takes another number of inputs".into()),
        };
        let is_chain = |value: &Value| matches!(value, Value::Track(_) | Value::Input(_));
        match (is_chain(a), is_chain(b)) {
            (true, true) => Err("it takes two results of the chain: branches are not built".into()),
            (false, false) => known(operator, a, b).map(|value| vec![value]),
            (true, false) => {
                let track = self.track(Some(&Some(a.clone())))?;
                self.with_numbers(track, operator, b, false, label)
            }
            (false, true) => {
                let track = self.track(Some(&Some(b.clone())))?;
                self.with_numbers(track, operator, a, true, label)
            }
        }
    }

    /// Vectors with numbers, which stand before the operator if `before`.
    fn with_numbers(
        &mut self,
        track: Track,
        operator: &str,
        numbers: &Value,
        before: bool,
        label: &str,
    ) -> Result<Vec<Value>, Reason> {
        let (atoms, numbers) = match numbers {
            Value::Filled(number) => (vec![], vec![*number]),
            Value::Constant(tensor) => self.over(&track, tensor)?,
            _ => return Err("what it adds or multiplies is computed when the model runs".into()),
        };
        let pair = |number: f64| match (operator, before) {
            ("Add", _) => Some((1.0, number)),
            ("Mul", _) => Some((number, 0.0)),
            ("Sub", false) => Some((1.0, -number)),
            ("Sub", true) => Some((-1.0, number)),
            ("Div", false) => Some((1.0 / number, 0.0)),
            ("Neg", _) => Some((-1.0, 0.0)),
            _ => None,
        };
        let pairs: Option<Vec<(f64, f64)>> = numbers.into_iter().map(pair).collect();
        let pairs = pairs.ok_or("it is no sum of a multiple of each element and a number")?;
        if pairs.iter().any(|(factor, _)| !factor.is_finite()) {
            return Err("it divides by 0".into());
        }
        let (factors, offsets) = pairs.into_iter().unzip();
        let scaling = Scaling {
            label: label.to_string(),
            atoms,
            factors,
            offsets,
        };
        self.scaled_by(track, scaling)
    }

    /// Numbers that are spread over the axes of vectors: what they run over, and the numbers.
    fn over(&mut self, track: &Track, tensor: &Tensor) -> Result<(Vec<Atom>, Vec<f64>), Reason> {
        let shown = || format!("its numbers have the shape {}", tensor.shape_text());
        let rank = track.axes.len();
        let first = rank.checked_sub(tensor.shape.len()).ok_or_else(shown)?;
        let mut atoms = vec![];
        for (axis, &length) in track.axes.iter().skip(first).zip(&tensor.shape) {
            if length == 1 {
                continue;
            }
            self.learn(axis, length);
            if self.length(axis) != Some(length) {
                return Err(shown());
            }
            atoms.extend_from_slice(axis);
        }
        match tensor.values.as_slice() {
            [] => Err(shown()),
            [first, others @ ..] if others.iter().all(|it| it == first) => {
                Ok((vec![], vec![*first]))
            }
            all => Ok((atoms, all.to_vec())),
        }
    }
}

/// Of numbers that are known, wholly or as lengths of axes.
fn known(operator: &str, a: &Value, b: &Value) -> Result<Value, Reason> {
    let refused = "what it takes is not known";
    match (a, b) {
        (Value::Blocked, _) | (_, Value::Blocked) => Err(refused.into()),
        (Value::Filled(a), Value::Filled(b)) => Ok(Value::Filled(of(operator, *a, *b))),
        // The first is a stand-in where the operator takes one.
        (Value::Filled(a), Value::Constant(b)) => {
            let values = b.values.iter().map(|&b| of(operator, *a, b)).collect();
            let shape = b.shape.clone();
            Ok(Value::of(Tensor { shape, values }))
        }
        (Value::Constant(a), Value::Filled(b)) => {
            let values = a.values.iter().map(|&a| of(operator, a, *b)).collect();
            let shape = a.shape.clone();
            Ok(Value::of(Tensor { shape, values }))
        }
        (Value::Constant(a), Value::Constant(b)) => spread(operator, a, b).map(Value::of),
        _ => lengths(operator, a, b),
    }
}

/// Of lengths, each known or not.
fn lengths(operator: &str, a: &Value, b: &Value) -> Result<Value, Reason> {
    let refused = "what it takes is not known";
    let (a, b) = (a.lengths().ok_or(refused)?, b.lengths().ok_or(refused)?);
    let count = a.len().max(b.len());
    if [&a, &b]
        .iter()
        .any(|list| list.len() != count && list.len() != 1)
    {
        return Err("the shapes of what it takes do not fit".into());
    }
    let at = |list: &[Option<i64>], at: usize| {
        let found = list.get(at).or(list.first());
        found.copied().flatten()
    };
    let one = |place: usize| {
        let (a, b) = (at(&a, place)?, at(&b, place)?);
        match operator {
            "Add" => a.checked_add(b),
            "Sub" => a.checked_sub(b),
            "Mul" => a.checked_mul(b),
            "Div" => a.checked_div(b),
            _ => None,
        }
    };
    Ok(Value::Lengths((0..count).map(one).collect()))
}

/// Of two tensors, each spread over the axes that the other one has.
fn spread(operator: &str, a: &Tensor, b: &Tensor) -> Result<Tensor, Reason> {
    let refused = "the shapes of what it takes do not fit";
    let rank = a.shape.len().max(b.shape.len());
    let length = |tensor: &Tensor, axis: usize| {
        let first = rank - tensor.shape.len();
        let own = axis.checked_sub(first).and_then(|it| tensor.shape.get(it));
        own.copied().unwrap_or(1)
    };
    let mut shape = vec![];
    for axis in 0..rank {
        shape.push(match (length(a, axis), length(b, axis)) {
            (a, b) if a == b => a,
            (1, other) | (other, 1) => other,
            _ => return Err(refused.into()),
        });
    }
    let count = total(shape.iter().copied().map(Some)).filter(|&it| it <= MOST);
    let count = count.ok_or("it makes too many numbers")?;
    let place = |tensor: &Tensor, at: usize| {
        let (mut rest, mut stride, mut place) = (at, 1, 0);
        for (axis, &all) in shape.iter().enumerate().rev() {
            let own = length(tensor, axis);
            place += rest % all.max(1) % own.max(1) * stride;
            stride *= own;
            rest /= all.max(1);
        }
        tensor.values.get(place).copied()
    };
    let whole = |tensor: &Tensor| tensor.values.iter().all(|it| it.fract() == 0.0);
    let are_whole = operator == "Div" && whole(a) && whole(b);
    let mut values = Vec::with_capacity(count);
    for at in 0..count {
        let (Some(a), Some(b)) = (place(a, at), place(b, at)) else {
            return Err(refused.into());
        };
        let value = of(operator, a, b);
        if are_whole && value.fract() != 0.0 {
            return Err("it divides whole numbers, with a rest that may be cut off or not".into());
        }
        values.push(value);
    }
    Ok(Tensor { shape, values })
}
