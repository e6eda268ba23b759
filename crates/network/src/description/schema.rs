//! The JSON Schema of the description file, made from the types that read it.

use schemars::JsonSchema;
use serde_json::{Value, json};

use super::{
    AnnealedDescription, BidirectionalDescription, BifurcationDescription, BrainStateDescription,
    CellularDescription, ChaoticDescription, CohenGrossbergDescription, ContinuousDescription,
    DenseMemoryDescription, HopfieldDescription, OscillatorDescription, ProjectionDescription,
    SequenceDescription,
};

/// The JSON Schema (draft 2020-12) of a description file of any kind.
pub fn schema() -> Value {
    let kinds = [
        of::<HopfieldDescription>(),
        of::<CellularDescription>(),
        of::<BrainStateDescription>(),
        of::<ProjectionDescription>(),
        of::<AnnealedDescription>(),
        of::<BifurcationDescription>(),
        of::<ChaoticDescription>(),
        of::<SequenceDescription>(),
        of::<ContinuousDescription>(),
        of::<BidirectionalDescription>(),
        of::<DenseMemoryDescription>(),
        of::<CohenGrossbergDescription>(),
        of::<OscillatorDescription>(),
    ];
    let mut definitions = serde_json::Map::new();
    let mut choices = Vec::new();
    for mut kind in kinds {
        let Some(object) = kind.as_object_mut() else {
            continue;
        };
        if let Some(Value::Object(inner)) = object.remove("$defs") {
            definitions.extend(inner);
        }
        object.remove("$schema");
        choices.push(kind);
    }
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "hopwire description",
        "description": "A network to be built in hardware; written as TOML.",
        "anyOf": choices,
        "$defs": definitions,
    })
}

/// The schema of one type.
pub(super) fn of<T: JsonSchema>() -> Value {
    schemars::schema_for!(T).to_value()
}

/// What the schema says about a field, like `network.units`.
pub(super) fn describe(schema: &Value, field: &str) -> Option<String> {
    let mut node = schema;
    for key in field.split('.') {
        let inner = resolve(schema, node)?;
        node = match key.parse::<usize>() {
            Ok(_) => inner.get("items")?,
            Err(_) => inner.get("properties")?.get(key)?,
        };
    }
    let text = node
        .get("description")
        .or_else(|| resolve(schema, node)?.get("description"))?;
    Some(
        text.as_str()?
            .split_whitespace()
            .collect::<Vec<_>>()
            .join(" "),
    )
}

/// Follows a reference, also one inside `anyOf` (an optional field).
fn resolve<'a>(schema: &'a Value, node: &'a Value) -> Option<&'a Value> {
    let reference = node.get("$ref").or_else(|| {
        node.get("anyOf")?
            .as_array()?
            .iter()
            .find_map(|choice| choice.get("$ref"))
    });
    match reference {
        Some(reference) => schema.pointer(reference.as_str()?.strip_prefix('#')?),
        None => Some(node),
    }
}
