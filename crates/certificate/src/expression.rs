//! Expressions: what each node can be, by intervals and by weighted sums of symbols.

use serde::{Deserialize, de::IgnoredAny};
use serde_json::Value;

use crate::{Fault, Found, Ranges, claim, format, list, read, some};

/// From the smallest to the largest value.
pub type Interval = (i128, i128);

pub fn plus(a: Interval, b: Interval) -> Option<Interval> {
    Some((a.0.checked_add(b.0)?, a.1.checked_add(b.1)?))
}

pub fn times(a: Interval, b: Interval) -> Option<Interval> {
    let all = [(a.0, b.0), (a.0, b.1), (a.1, b.0), (a.1, b.1)].map(|(a, b)| a.checked_mul(b));
    Some((all.into_iter().min()??, all.into_iter().max()??))
}

pub fn hull(a: Interval, b: Interval) -> Interval {
    (a.0.min(b.0), a.1.max(b.1))
}

pub fn hull_of(values: &[i64]) -> Option<Interval> {
    values.iter().map(|&value| (value.into(), value.into())).reduce(hull)
}

/// `2^32 * value = sum of weight * symbol + something of the interval`; symbols are elements, sums and nodes,
/// one after another.
type Form = (Vec<i128>, Interval);

/// What an expression is over: elements of vectors, and sums.
type Leaves<'a> = (&'a Ranges, &'a Ranges);

/// What is known of a node.
pub struct Node {
    pub range: Interval,
    form: Form,
    fraction: i32,
}

/// What a node computes, of nodes or of what has these places.
#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum Operation {
    Gathered(usize),
    Element(usize),
    Constant(i64),
    Scale(usize),
    Add(usize, usize),
    Subtract(usize, usize),
    Multiply(usize, usize),
    Less(IgnoredAny),
    Minimum(usize, usize),
    Maximum(usize, usize),
    Select { high: usize, low: usize },
    Resize { of: usize, rounding: String, overflow: String },
    Lookup { of: usize, table: usize },
}
use Operation::*;

/// The nodes of an expression over elements and sums, and their claims.
pub fn nodes(all: &Value, tables: &Value, leaves: Leaves) -> Found<(Vec<Node>, Vec<Value>)> {
    let mut symbols = [leaves.0, leaves.1].concat();
    let (mut nodes, mut claims) = (vec![], vec![]);
    for node in list(&all["nodes"])? {
        let (operation, (whole, fraction)) = (read(&node["operation"])?, format(&node["format"])?);
        let (plain, form) = exact((&operation, fraction), tables, leaves, &nodes)?;
        let (plain, bounds) = (some(plain)?, form.as_ref().and_then(|form| bounds(form, &symbols)));
        let exact = bounds.map_or(plain, |bounds| (plain.0.max(bounds.0), plain.1.min(bounds.1)));
        let range = fitted(&operation, exact, whole, node["format"] == "b1");
        let (range, kept) =
            range.ok_or_else(|| Fault(format!("node {} can leave its format", node["name"])))?;
        // Where something is cut off, the form does not stand for what is left.
        let form = form.filter(|_| kept).unwrap_or_else(|| symbol(symbols.len()));
        symbols.push(Some(range));
        claims.push(claim(node, range));
        nodes.push(Node { range, form, fraction });
    }
    Ok((nodes, claims))
}

fn symbol(place: usize) -> Form {
    ([vec![0; place], vec![1 << 32]].concat(), (0, 0))
}

/// `factor * a + b`; given up beyond 127 bits.
fn times_plus(factor: i128, a: &Form, b: &Form) -> Option<Form> {
    let of = |form: &Form, place: usize| form.0.get(place).copied().unwrap_or(0);
    let sum = |place| of(a, place).checked_mul(factor)?.checked_add(of(b, place));
    let weights = (0..a.0.len().max(b.0.len())).map(sum).collect::<Option<_>>()?;
    Some((weights, plus(times(a.1, (factor, factor))?, b.1)?))
}

/// The whole numbers that the value of a form can be.
fn bounds(form: &Form, symbols: &Ranges) -> Option<Interval> {
    let mut terms = form.0.iter().zip(symbols).filter(|(weight, _)| **weight != 0);
    let sum = terms.try_fold(form.1, |sum, (&weight, of)| plus(sum, times((*of)?, (weight, weight))?))?;
    Some((-(-sum.0 >> 32), sum.1 >> 32))
}

/// What an operation makes of its operands, and the same as a form where it is a weighted sum.
type Exact = (Option<Interval>, Option<Form>);

fn exact(of_node: (&Operation, i32), tables: &Value, leaves: Leaves, nodes: &[Node]) -> Found<Exact> {
    let (operation, fraction) = of_node;
    let of = |place: &usize| some(nodes.get(*place));
    let range = |place: &usize| Ok(of(place)?.range);
    let none = (vec![], (0, 0));
    Ok(match operation {
        Element(place) => (*some(leaves.0.get(*place))?, Some(symbol(*place))),
        Gathered(place) => (*some(leaves.1.get(*place))?, Some(symbol(leaves.0.len() + place))),
        Constant(raw) => (hull_of(&[*raw]), Some((vec![], (i128::from(*raw) << 32, i128::from(*raw) << 32)))),
        Scale(a) => (Some(range(a)?), Some(of(a)?.form.clone())),
        Add(a, b) => (plus(range(a)?, range(b)?), times_plus(1, &of(b)?.form, &of(a)?.form)),
        Subtract(a, b) => {
            let (low, high) = range(b)?;
            (plus(range(a)?, (-high, -low)), times_plus(-1, &of(b)?.form, &of(a)?.form))
        }
        Multiply(a, b) => {
            let (number, other) = if range(a)?.0 == range(a)?.1 { (a, b) } else { (b, a) };
            let (low, high) = range(number)?;
            let form = times_plus(low, &of(other)?.form, &none).filter(|_| low == high);
            (times(range(a)?, range(b)?), form)
        }
        Less(..) => (Some((0, 1)), None),
        Select { high, low } => (Some(hull(range(high)?, range(low)?)), None),
        Minimum(a, b) => (Some((range(a)?.0.min(range(b)?.0), range(a)?.1.min(range(b)?.1))), None),
        Maximum(a, b) => (Some((range(a)?.0.max(range(b)?.0), range(a)?.1.max(range(b)?.1))), None),
        Resize { of: a, rounding, .. } => {
            let (more, fewer) = ((fraction - of(a)?.fraction).max(0), (of(a)?.fraction - fraction).max(0));
            let unit = 1 << more.min(63);
            let exact = times_plus(unit, &of(a)?.form, &none);
            let range = some(times(range(a)?, (unit, unit)))?;
            rounded(range, exact, fewer.min(100) as u32, rounding)
        }
        Lookup { of: a, table } => {
            let (table, (low, high)) = (&tables[*table], range(a)?);
            let first = format(&table["input"])?.0.0;
            let place = |raw: i128| some(usize::try_from(raw - first).ok());
            let entries: Vec<i64> = read(&table["entries"])?;
            (entries.get(place(low)?..=place(high)?).and_then(hull_of), None)
        }
    })
}

/// Values and their form with so many fraction bits less; a form is given up where a weight is no whole number.
fn rounded(of: Interval, form: Option<Form>, dropped: u32, rounding: &str) -> Exact {
    let (unit, half) = (1i128 << dropped, 1i128 << dropped >> 1);
    let round = |value: i128| {
        let up = match rounding {
            "toward_zero" if value < 0 => unit - 1,
            "half_up" => half,
            "half_even" if dropped > 0 => half - 1 + (value >> dropped & 1),
            _ => 0,
        };
        (value + up) >> dropped
    };
    let (down, up) = match rounding {
        "floor" => (1 - unit, 0),
        "toward_zero" => ((1 - unit) * i128::from(of.1 > 0), (unit - 1) * i128::from(of.0 < 0)),
        "half_up" => (-((unit - 1) / 2), half),
        _ => (-half, half),
    };
    let whole = |form: &Form| dropped <= 32 && form.0.iter().all(|weight| weight % unit == 0);
    let form = form.filter(whole).and_then(|(weights, rest)| {
        let rest = plus(rest, (down << 32, up << 32))?;
        Some((
            weights.iter().map(|weight| weight / unit).collect(),
            (rest.0 >> dropped, -(-rest.1 >> dropped)),
        ))
    });
    (Some((round(of.0), round(of.1))), form)
}

/// Exact results brought into all values of a format, and whether they stay what they are; `None` where some
/// can leave it.
fn fitted(
    operation: &Operation,
    exact: Interval,
    whole: Interval,
    bipolar: bool,
) -> Option<(Interval, bool)> {
    let mode = if let Resize { overflow, .. } = operation { overflow } else { "error" };
    let low = if mode == "saturate_symmetric" { whole.0.max(-whole.1) } else { whole.0 };
    let clamped = (exact.0.clamp(low, whole.1), exact.1.clamp(low, whole.1));
    let sign = |value: i128| if value < 0 { -1 } else { 1 };
    // Zero lies between the values of `b1` and is none of them, but only arithmetic makes it.
    let gap = bipolar && matches!(operation, Add(..) | Subtract(..) | Multiply(..)) && exact.0 != exact.1;
    match (operation, mode) {
        (Resize { .. }, _) if bipolar => Some(((sign(exact.0), sign(exact.1)), false)),
        _ if exact == clamped && !gap => Some((exact, true)),
        (_, "wrap") => Some((whole, false)),
        (_, "saturate" | "saturate_symmetric") => Some((clamped, false)),
        _ => None,
    }
}
