//! Checks that no value of an integer program can leave its format, by a certificate.
//!
//! It shares no code with what made program and certificate. It derives each claim from weights,
//! formats and earlier claims, and demands that it stands exactly so: a narrower bound is false, a
//! wider one is not what follows. By induction over steps this holds for runs of any length: a
//! state is loaded with anything of its format, and only such values are written to it.

mod bound;

use bound::{ELEMENT, Form, Interval, NODE, ONE, SUM, Symbol, hull, plus, round, times, within};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

/// The longest text that is read, in bytes.
pub const MAX_TEXT: usize = 1 << 27;

/// Why a certificate is not accepted.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("HW1201: the certificate does not hold: {0}")]
pub struct Fault(String);

type Found<T> = Result<T, Fault>;
/// Roles of vectors that a stage writes before others read them; the first in stages that run once.
const PASSING: [&str; 3] = ["derived", "signal", "output"];

/// What the elements of each vector can be, where that is known.
type Ranges = [Option<Interval>];
/// What a node makes of its operands, and the same as a form.
type Exact = (Interval, Option<Form>);

/// Checks the certificate of a program, which may be the member `program` of a larger object. The
/// number of ranges that were shown to hold.
///
/// # Errors
/// The first thing found that does not hold.
pub fn verify(program: &str, certificate: &str) -> Found<usize> {
    let (file, found) = (parse(program)?, parse(certificate)?);
    let program = file.get("program").filter(|inner| inner.is_object()).unwrap_or(&file);
    let right = claims(program)?;
    for part in ["schema", "program_sha256", "vectors", "stages"] {
        demand(found[part] == right[part], || format!("its {part} are not what follows"))?;
    }
    let canonical = right.to_string();
    demand(canonical == certificate.trim_end(), || "its text is not canonical".into())?;
    Ok(certificate.matches("\"low\"").count())
}

fn parse(text: &str) -> Found<Value> {
    demand(text.len() <= MAX_TEXT, || format!("a text has more than {MAX_TEXT} bytes"))?;
    serde_json::from_str(text).map_err(|error| Fault(format!("a text is no JSON: {error}")))
}

fn demand(holds: bool, why: impl FnOnce() -> String) -> Found<()> {
    if holds { Ok(()) } else { Err(Fault(why())) }
}

/// For what has the wrong form, or numbers beyond 127 bits.
fn malformed() -> Fault {
    Fault("the program is not as it should be".into())
}

fn list(value: &Value) -> Found<&[Value]> {
    value.as_array().map(Vec::as_slice).ok_or_else(malformed)
}

fn number(value: &Value) -> Found<i128> {
    value.as_i64().map(i128::from).ok_or_else(malformed)
}

/// The number that an interval or a place is.
fn points(value: &Value) -> Found<Vec<Interval>> {
    list(value)?.iter().map(|value| number(value).map(|value| (value, value))).collect()
}

/// A place, and what is there.
fn at<'a, T>(all: &'a [T], place: &Value) -> Found<(usize, &'a T)> {
    let place = place.as_u64().map_or(usize::MAX, |place| place as usize);
    all.get(place).map(|found| (place, found)).ok_or_else(malformed)
}

/// The values of a format as `s8f4`, and its fraction bits.
fn format(value: &Value) -> Found<(Interval, i32)> {
    let text = value.as_str().unwrap_or_default();
    let (coding, rest) = text.split_at_checked(1).unwrap_or_default();
    let (width, fraction) = rest.split_once('f').unwrap_or((rest, "0"));
    let parsed = width.parse::<u32>().ok().zip(fraction.parse::<i32>().ok());
    let (width, fraction) = parsed.filter(|(_, f)| f.abs() <= 256).ok_or_else(malformed)?;
    match (coding, width) {
        ("b", 1) => Ok(((-1, 1), fraction)),
        ("s", 1..=64) => Ok(((-(1 << (width - 1)), (1 << (width - 1)) - 1), fraction)),
        ("u", 1..=63) => Ok(((0, (1 << width) - 1), fraction)),
        _ => Err(malformed()),
    }
}

fn claim(name: &Value, range: Interval) -> Value {
    json!({ "name": name, "low": range.0 as i64, "high": range.1 as i64 })
}

/// The whole certificate, as it follows from the program.
fn claims(program: &Value) -> Found<Value> {
    let (vectors, stages) = (list(&program["vectors"])?, list(&program["stages"])?);
    let mut ranges = vec![];
    for vector in vectors {
        let role = &vector["role"];
        let known = ["parameter", "schedule"].iter().find(|kind| role[**kind].is_array());
        // What is no state is known when it is written.
        ranges.push(match known {
            Some(kind) => points(&role[*kind])?.into_iter().reduce(hull),
            None if PASSING.iter().any(|passing| role == passing) => None,
            None => Some(format(&vector["format"])?.0),
        });
    }
    let mut found = vec![Value::Null; stages.len()];
    for (when, roles) in [("once", &PASSING[..1]), ("every_step", &PASSING[1..])] {
        for (claim, stage) in found.iter_mut().zip(stages).filter(|(_, s)| s["when"] == when) {
            let written;
            (*claim, written) = stage_claim(program, &ranges, stage)?;
            for write in list(&stage["writes"])? {
                let ((place, vector), (_, node)) =
                    (at(vectors, &write[0])?, at(&written, &write[1])?);
                let role = &vector["role"];
                let once = roles.iter().any(|of| role == of) && ranges[place].is_none();
                let free = once || when == "every_step" && role == "state";
                let fits = within(node.range, format(&vector["format"])?.0);
                demand(free && fits, || format!("what is written to {}", vector["name"]))?;
                ranges[place] = ranges[place].or(Some(node.range));
            }
        }
    }
    let digest = Sha256::digest(program.to_string());
    let claims = vectors.iter().zip(ranges).map(|(of, range)| Some(claim(&of["name"], range?)));
    Ok(json!({
        "schema": "hopwire.certificate/1",
        "program_sha256": digest.iter().map(|byte| format!("{byte:02x}")).collect::<String>(),
        "vectors": claims.collect::<Option<Vec<_>>>(),
        "stages": found,
    }))
}

fn stage_claim(program: &Value, ranges: &Ranges, stage: &Value) -> Found<(Value, Vec<Node>)> {
    let (vectors, tables) = (list(&program["vectors"])?, &program["tables"]);
    let (mut sums, mut gathers) = (vec![], vec![]);
    for gather in list(&stage["gathers"])? {
        let (vector, source) = at(vectors, &gather["source"])?;
        let (mut read, mut map) = (ranges[vector], vec![]);
        if gather["map"].is_array() {
            let nodes = nodes(&gather["map"][0], ranges, &[], tables)?;
            (read, map) = (Some(at(&nodes.0, &gather["map"][1])?.1.range), nodes.1);
        }
        let offsets = match &gather["offset"] {
            Value::Null => vec![],
            offset => points(&at(vectors, offset)?.1["role"]["parameter"])?,
        };
        let sum = sum(&gather["weights"], read.ok_or_else(malformed)?, &offsets)?;
        let fits = within(sum, format(&gather["accumulator"])?.0);
        demand(fits, || format!("sums of stage {} leave their word", stage["name"]))?;
        gathers.push(json!({ "map": map, "sum": claim(&source["name"], sum) }));
        sums.push(Some(sum));
    }
    let (nodes, claims) = nodes(&stage["apply"], ranges, &sums, tables)?;
    Ok((json!({ "name": stage["name"], "gathers": gathers, "nodes": claims }), nodes))
}

/// The sums of all rows over a source, each row from its offset, a template from any.
fn sum(weights: &Value, source: Interval, offsets: &[Interval]) -> Found<Interval> {
    let (dense, sparse) = (&weights["arrangement"]["dense"], &weights["arrangement"]["sparse"]);
    let template = &weights["arrangement"]["stencil"];
    let beyond = template["boundary"].get("fixed").map_or(Ok(source.0), number)?;
    let source = hull(source, (beyond, beyond));
    let loadable = Some(format(&weights["format"])?.0).filter(|_| weights["storage"] != "rom");
    let rows: Vec<Vec<Interval>> = if dense.is_object() {
        let columns = number(&dense["columns"])?.max(1) as usize;
        points(&dense["values"])?.chunks(columns).map(<[Interval]>::to_vec).collect()
    } else if sparse.is_object() {
        let link = |link: &Value| number(&link[1]).map(|weight| (weight, weight));
        let row = |row: &Value| list(row)?.iter().map(link).collect();
        list(&sparse["rows"])?.iter().map(row).collect::<Found<_>>()?
    } else {
        vec![points(&template["coefficients"])?]
    };
    let any = offsets.iter().copied().reduce(hull).filter(|_| template.is_object());
    let mut range = None;
    for (place, row) in rows.iter().enumerate() {
        let mut sum = any.or(offsets.get(place).copied()).unwrap_or_default();
        for &weight in row {
            let term = times(loadable.unwrap_or(weight), source);
            sum = term.and_then(|term| plus(sum, term)).ok_or_else(malformed)?;
        }
        range = Some(range.map_or(sum, |range| hull(range, sum)));
    }
    range.ok_or_else(malformed)
}

/// What is known of a node.
struct Node {
    range: Interval,
    form: Form,
    fraction: i32,
}

/// The nodes of an expression and their claims.
fn nodes(
    all: &Value,
    ranges: &Ranges,
    sums: &Ranges,
    tables: &Value,
) -> Found<(Vec<Node>, Vec<Value>)> {
    let (mut nodes, mut claims): (Vec<Node>, Vec<Value>) = (vec![], vec![]);
    for node in list(&all["nodes"])? {
        let (plain, form) = match &node["operation"]["lookup"] {
            Value::Null => exact(node, ranges, sums, &nodes)?,
            lookup => (entries(lookup, tables, &nodes)?, None),
        };
        let symbol = |(kind, place): Symbol| match kind {
            ELEMENT => *ranges.get(place)?,
            SUM => *sums.get(place)?,
            _ => nodes.get(place).map(|node| node.range),
        };
        let bounds = form.as_ref().and_then(|form| form.bounds(symbol)).unwrap_or(plain);
        let exact = (plain.0.max(bounds.0), plain.1.min(bounds.1));
        let (range, kept) = fitted(node, exact)?;
        // Where something is cut off, the form does not stand for what is left.
        let form = form.filter(|_| kept).unwrap_or_else(|| Form::symbol((NODE, nodes.len())));
        nodes.push(Node { range, form, fraction: format(&node["format"])?.1 });
        claims.push(claim(&node["name"], range));
    }
    Ok((nodes, claims))
}

/// The entries of a table for every argument that the operand can be.
fn entries(lookup: &Value, tables: &Value, nodes: &[Node]) -> Found<Interval> {
    let (argument, place) = (at(nodes, &lookup["of"])?.1.range, lookup["table"].as_u64());
    let table = place.map(|place| &tables[place as usize]).ok_or_else(malformed)?;
    let first = format(&table["input"])?.0.0;
    let place = |raw: i128| usize::try_from(raw - first).map_err(|_| malformed());
    let all = points(&table["entries"])?;
    let entries = all.get(place(argument.0)?..=place(argument.1)?).ok_or_else(malformed)?;
    entries.iter().copied().reduce(hull).ok_or_else(malformed)
}

/// What the operation of a node makes of its operands, before the node's format.
fn exact(node: &Value, ranges: &Ranges, sums: &Ranges, nodes: &[Node]) -> Found<Exact> {
    let operation = node["operation"].as_object().and_then(|operation| operation.iter().next());
    let (kind, operands) = operation.ok_or_else(malformed)?;
    let of = |operand: &Value| Ok(at(nodes, operand)?.1);
    let two = || Ok((of(&operands[0])?, of(&operands[1])?));
    let beyond = |range: Option<Interval>| range.ok_or_else(malformed);
    Ok(match kind.as_str() {
        "gathered" | "element" => {
            let (of, all) = if kind == "element" { (ELEMENT, ranges) } else { (SUM, sums) };
            let (place, range) = at(all, operands)?;
            (beyond(*range)?, Some(Form::symbol((of, place))))
        }
        "constant" => {
            let raw = number(operands)?;
            ((raw, raw), Some(Form { rest: (raw * ONE, raw * ONE), ..Form::default() }))
        }
        "add" | "subtract" => {
            let (a, b) = two()?;
            let sign = if kind == "add" { 1 } else { -1 };
            let range = times(b.range, (sign, sign)).and_then(|b| plus(a.range, b));
            (beyond(range)?, b.form.times_plus(sign, &a.form))
        }
        "multiply" => {
            let (a, b) = two()?;
            let (number, of) = if a.range.0 == a.range.1 { (a, b) } else { (b, a) };
            let known = number.range.0 == number.range.1;
            let form = of.form.times_plus(number.range.0, &Form::default()).filter(|_| known);
            (beyond(times(a.range, b.range))?, form)
        }
        "scale" => of(operands).map(|node| (node.range, Some(node.form.clone())))?,
        "select" => (hull(of(&operands["high"])?.range, of(&operands["low"])?.range), None),
        "less" => ((0, 1), None),
        "minimum" | "maximum" => {
            let (a, b) = (two()?.0.range, two()?.1.range);
            let one = if kind == "minimum" { i128::min } else { i128::max };
            ((one(a.0, b.0), one(a.1, b.1)), None)
        }
        "resize" => {
            let (of, rounding) = (of(&operands["of"])?, operands["rounding"].as_str());
            let (from, to) = (of.fraction, format(&node["format"])?.1);
            let (more, dropped) = (1 << (to - from).clamp(0, 63), (from - to).clamp(0, 100) as u32);
            let range = beyond(times(of.range, (more, more)))?;
            let round = |value| round(value, dropped, rounding.unwrap_or_default());
            let form = of.form.times_plus(more, &Form::default());
            let form = form.and_then(|form| form.rounded(dropped, rounding?, range));
            ((round(range.0), round(range.1)), form)
        }
        _ => return Err(malformed()),
    })
}

/// Exact results brought into the format of a node, and whether they stay what they are.
fn fitted(node: &Value, exact: Interval) -> Found<(Interval, bool)> {
    let (whole, bipolar) = (format(&node["format"])?.0, node["format"] == "b1");
    let mode = node["operation"]["resize"]["overflow"].as_str();
    let low = if mode == Some("saturate_symmetric") { whole.0.max(-whole.1) } else { whole.0 };
    let clamped = (exact.0.clamp(low, whole.1), exact.1.clamp(low, whole.1));
    let sign = |value: i128| if value < 0 { -1 } else { 1 };
    // Zero lies between the values of `b1` and is none of them, but only arithmetic makes it.
    let gap = bipolar
        && exact.0 != exact.1
        && ["add", "subtract", "multiply"].iter().any(|kind| !node["operation"][kind].is_null());
    match mode {
        Some(_) if bipolar => Ok(((sign(exact.0), sign(exact.1)), false)),
        _ if exact == clamped && !gap => Ok((exact, true)),
        Some("wrap") => Ok((whole, false)),
        Some("saturate" | "saturate_symmetric") => Ok((clamped, false)),
        _ => Err(Fault(format!("node {} can leave its format", node["name"]))),
    }
}
