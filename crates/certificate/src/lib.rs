//! Checks that no value of an integer program can leave its format, by a certificate.
//!
//! It shares no code with what made program and certificate. It derives each claim from weights, formats and
//! earlier claims, and demands that it stands exactly so: a narrower bound is false, a wider one is not what
//! follows. By induction over steps this holds for runs of any length: a state is loaded with anything of its
//! format, and only such values are written to it.

mod expression;

use expression::{Interval, Node, hull, hull_of, nodes, plus, times};
use serde::Deserialize;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

/// The longest text that is read, in bytes.
pub const MAX_TEXT: usize = 1 << 27;

/// Why a certificate is not accepted.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("HW1201: the certificate does not hold: {0}")]
pub struct Fault(String);

type Found<T> = Result<T, Fault>;
/// What elements of vectors or sums of gathers can be, where that is known.
type Ranges = [Option<Interval>];

/// Checks the certificate of a program, which may be the member `program` of a larger object. The number of
/// ranges that were shown to hold.
///
/// # Errors
/// The first thing found that does not hold.
pub fn verify(program: &str, certificate: &str) -> Found<usize> {
    let (file, found) = (parse(program)?, parse(certificate)?);
    let right = claims(file.get("program").filter(|inner| inner.is_object()).unwrap_or(&file))?;
    for part in ["schema", "program_sha256", "vectors", "stages"] {
        demand(found[part] == right[part], || format!("its {part} are not what follows"))?;
    }
    demand(*right.to_string() == *certificate.trim_end(), || "its text is not canonical".into())?;
    Ok(certificate.matches("\"low\"").count())
}

fn parse(text: &str) -> Found<Value> {
    demand(text.len() <= MAX_TEXT, || format!("a text has more than {MAX_TEXT} bytes"))?;
    serde_json::from_str(text).map_err(|error| Fault(format!("a text is no JSON: {error}")))
}

fn demand(holds: bool, why: impl FnOnce() -> String) -> Found<()> {
    if holds { Ok(()) } else { Err(Fault(why())) }
}

/// What must be there, and within 127 bits.
fn some<T>(found: Option<T>) -> Found<T> {
    found.ok_or_else(|| Fault("the program is not as it should be".into()))
}

fn read<'a, T: Deserialize<'a>>(value: &'a Value) -> Found<T> {
    some(T::deserialize(value).ok())
}

fn list(value: &Value) -> Found<&Vec<Value>> {
    some(value.as_array())
}

/// The values of a format as `s8f4`, and its fraction bits.
fn format(value: &Value) -> Found<(Interval, i32)> {
    let (coding, rest) = some(read::<&str>(value)?.split_at_checked(1))?;
    let (width, fraction) = rest.split_once('f').unwrap_or((rest, "0"));
    let fraction = fraction.parse().ok().filter(|fraction| (-256..=256).contains(fraction));
    let whole = match (coding, width.parse::<u32>().unwrap_or(0)) {
        ("b", 1) => (-1, 1),
        ("s", width @ 1..=64) => (-(1 << (width - 1)), (1 << (width - 1)) - 1),
        ("u", width @ 1..=63) => (0, (1 << width) - 1),
        _ => some(None)?,
    };
    Ok((whole, some(fraction)?))
}

fn claim(of: &Value, range: Interval) -> Value {
    json!({ "name": of["name"], "low": range.0 as i64, "high": range.1 as i64 })
}

/// The whole certificate, as it follows from the program.
fn claims(program: &Value) -> Found<Value> {
    let (vectors, stages) = (list(&program["vectors"])?, list(&program["stages"])?);
    let mut ranges = vec![];
    for vector in vectors {
        let role = &vector["role"];
        ranges.push(match (role.get("parameter").or(role.get("schedule")), role.as_str()) {
            (Some(values), _) => hull_of(&read::<Vec<i64>>(values)?),
            (_, Some("derived" | "signal" | "output" | "emitted")) => None, // until it is written
            _ => Some(format(&vector["format"])?.0),
        });
    }
    let mut found = vec![Value::Null; stages.len()];
    for (first, once) in [(true, ["derived"; 3]), (false, ["signal", "output", "emitted"])] {
        let now = |stage: &Value| (stage["when"] == "once") == first;
        for (claim, stage) in found.iter_mut().zip(stages).filter(|(_, stage)| now(stage)) {
            let nodes;
            (*claim, nodes) = stage_claim(program, &ranges, stage)?;
            for (place, node) in read::<Vec<(usize, usize)>>(&stage["writes"])? {
                let (vector, range) = (some(vectors.get(place))?, some(nodes.get(node))?.range);
                let kept = vector["role"].get("kept").is_some();
                let role = if kept { "kept" } else { read::<&str>(&vector["role"])? };
                let whole = format(&vector["format"])?.0;
                let new = once.contains(&role) && ranges[place].is_none();
                let free = new || !first && matches!(role, "state" | "kept");
                let why = || format!("what is written to {}", vector["name"]);
                demand(free && hull(range, whole) == whole, why)?;
                ranges[place] = ranges[place].or(Some(range));
            }
        }
    }
    let claims = vectors.iter().zip(ranges).map(|(vector, range)| Some(claim(vector, range?)));
    Ok(json!({
        "schema": "hopwire.certificate/1",
        "program_sha256": format!("{:x}", Sha256::digest(program.to_string())),
        "vectors": claims.collect::<Option<Vec<_>>>(),
        "stages": found,
    }))
}

fn stage_claim(program: &Value, ranges: &Ranges, stage: &Value) -> Found<(Value, Vec<Node>)> {
    let (vectors, tables) = (list(&program["vectors"])?, &program["tables"]);
    let (mut sums, mut gathers) = (vec![], vec![]);
    for gather in list(&stage["gathers"])? {
        let place: usize = read(&gather["source"])?;
        let (mut source, mut map) = (*some(ranges.get(place))?, vec![]);
        if let Some((expression, node)) = read::<Option<(Value, usize)>>(&gather["map"])? {
            let mapped;
            (mapped, map) = nodes(&expression, tables, (ranges, &[]))?;
            source = Some(some(mapped.get(node))?.range);
        }
        let offsets = match read::<Option<usize>>(&gather["offset"])? {
            Some(place) => read(&some(vectors.get(place))?["role"]["parameter"])?,
            None => vec![],
        };
        let sum = sum(&gather["weights"], some(source)?, &offsets)?;
        let word = format(&gather["accumulator"])?.0;
        demand(hull(sum, word) == word, || format!("sums of stage {} leave their word", stage["name"]))?;
        gathers.push(json!({ "map": map, "sum": claim(&vectors[place], sum) }));
        sums.push(Some(sum));
    }
    let (nodes, claims) = nodes(&stage["apply"], tables, (ranges, &sums))?;
    Ok((json!({ "name": stage["name"], "gathers": gathers, "nodes": claims }), nodes))
}

/// The sums of all rows over a source, each row from its offset, a template from any.
fn sum(weights: &Value, mut source: Interval, offsets: &[i64]) -> Found<Interval> {
    let (of, mut any) = (&weights["arrangement"], None);
    let rows: Vec<Vec<i64>> = if let Some(columns) = of["dense"]["columns"].as_u64() {
        let values: Vec<i64> = read(&of["dense"]["values"])?;
        values.chunks(columns.max(1) as usize).map(<[i64]>::to_vec).collect()
    } else if let Some(sparse) = of.get("sparse") {
        let rows: Vec<Vec<(usize, i64)>> = read(&sparse["rows"])?;
        rows.iter().map(|row| row.iter().map(|link| link.1).collect()).collect()
    } else {
        let beyond = of["stencil"]["boundary"]["fixed"].as_i64();
        source = beyond.and_then(|value| hull_of(&[value])).map_or(source, |value| hull(source, value));
        any = hull_of(offsets);
        vec![read(&of["stencil"]["coefficients"])?]
    };
    let loadable = Some(format(&weights["format"])?.0).filter(|_| weights["storage"] != "rom");
    let sums = rows.iter().enumerate().map(|(place, row)| {
        let start = any.or(offsets.get(place).and_then(|&offset| hull_of(&[offset]))).unwrap_or_default();
        let term = |&weight: &i64| times(loadable.unwrap_or((weight.into(), weight.into())), source);
        row.iter().try_fold(start, |sum, weight| plus(sum, term(weight)?))
    });
    some(sums.reduce(|a, b| Some(hull(a?, b?))).flatten())
}
