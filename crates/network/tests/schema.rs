//! The JSON Schema is the reference of the description file, so every field must say what it is.

use serde_json::Value;

/// The places of fields without a description.
fn undescribed(node: &Value, place: &str, found: &mut Vec<String>) {
    if let Some(properties) = node.get("properties").and_then(Value::as_object) {
        for (name, property) in properties {
            if property.get("description").is_none() {
                found.push(format!("{place}/{name}"));
            }
        }
    }
    match node {
        Value::Object(inner) => {
            inner
                .iter()
                .for_each(|(key, node)| undescribed(node, &format!("{place}/{key}"), found));
        }
        Value::Array(inner) => inner
            .iter()
            .for_each(|node| undescribed(node, place, found)),
        _ => {}
    }
}

#[test]
fn every_field_is_described() {
    let mut found = Vec::new();
    undescribed(&network::schema(), "", &mut found);
    assert!(found.is_empty(), "{found:?}");
}

#[test]
fn every_reference_leads_somewhere() {
    let schema = network::schema();
    let text = schema.to_string();
    let references = text
        .split("\"$ref\":\"#")
        .skip(1)
        .filter_map(|rest| rest.split('"').next());
    let mut count = 0;
    for reference in references {
        assert!(schema.pointer(reference).is_some(), "{reference}");
        count += 1;
    }
    assert!(count > 10);
}
