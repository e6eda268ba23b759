//! The ranges of a program as a certificate: what a checker compares with what it derives itself.

use program::Program;
use program::range::{Fit, GatherRange, NodeRange, Ranges, analyse};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::QuantizeError;

/// The name and version of the format.
pub const SCHEMA: &str = "hopwire.certificate/1";

/// The certificate of a program, in which no value may leave its format but where a resize
/// saturates or wraps: the bounds of every vector, sum and node, raw, and the SHA-256 of the
/// program's canonical text, which is compact JSON with sorted keys; so is the certificate's.
///
/// # Errors
/// When the program is not valid, or a value can leave its format: then there is nothing to
/// certify.
pub fn certificate(program: &Program) -> Result<Value, QuantizeError> {
    let ranges = analyse(program)?;
    never_stops(program, &ranges)?;
    let text = serde_json::to_value(program).map_err(|error| QuantizeError::Uncertified {
        place: "the text of the program".into(),
        why: error.to_string(),
    })?;
    let digest = Sha256::digest(text.to_string());
    let digest: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
    let vectors = ranges.vectors.iter();
    let stages = ranges.stages.iter().map(|stage| {
        json!({
            "name": stage.name,
            "gathers": stage.gathers.iter().map(gather).collect::<Vec<_>>(),
            "nodes": nodes(&stage.nodes),
        })
    });
    Ok(json!({
        "schema": SCHEMA,
        "program_sha256": digest,
        "vectors": vectors.map(|of| claim(&of.name, of.low, of.high)).collect::<Vec<_>>(),
        "stages": stages.collect::<Vec<_>>(),
    }))
}

/// `low <= every value <= high`.
fn claim(name: &str, low: i64, high: i64) -> Value {
    json!({ "name": name, "low": low, "high": high })
}

fn gather(range: &GatherRange) -> Value {
    json!({ "map": nodes(&range.map), "sum": claim(&range.source, range.low, range.high) })
}

fn nodes(ranges: &[NodeRange]) -> Vec<Value> {
    ranges
        .iter()
        .map(|node| claim(&node.name, node.low, node.high))
        .collect()
}

/// Demands that no run of the program can end with an overflow.
fn never_stops(program: &Program, ranges: &Ranges) -> Result<(), QuantizeError> {
    for stage in &ranges.stages {
        let maps = stage.gathers.iter().flat_map(|gather| &gather.map);
        let mut nodes = stage.nodes.iter().chain(maps);
        if let Some(node) = nodes.find(|node| node.fit == Fit::Stops) {
            let described = program.source(&stage.name).map(|of| format!(", {of}"));
            return Err(QuantizeError::Uncertified {
                place: format!(
                    "node `{}` of stage `{}`{}",
                    node.name,
                    stage.name,
                    described.unwrap_or_default()
                ),
                why: format!(
                    "its value can leave its format {}; a wider format, or the overflow mode \
                     `saturate`, would do",
                    node.format
                ),
            });
        }
    }
    Ok(())
}
