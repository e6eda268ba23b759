//! `schema`: the JSON Schema of the description file, and the same as a page to read.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::arguments::SchemaArguments;
use crate::error::HopwireError;

/// What the verb prints.
///
/// # Errors
/// Only where serialisation itself fails, which it does not.
pub fn run(arguments: &SchemaArguments) -> Result<String, HopwireError> {
    if arguments.markdown {
        Ok(markdown())
    } else {
        text()
    }
}

/// The JSON Schema of the description file, as the text of `schema/description.schema.json`.
///
/// # Errors
/// Only where serialisation itself fails, which it does not.
pub fn text() -> Result<String, HopwireError> {
    serde_json::to_string_pretty(&network::schema())
        .map(|text| text + "\n")
        .map_err(|error| HopwireError::Internal {
            message: error.to_string(),
        })
}

/// The schema as a page in Markdown, as the text of `docs/description.md`.
pub fn markdown() -> String {
    let schema = network::schema();
    let mut page = Page {
        schema: &schema,
        text: HEADING.to_owned(),
        sections: BTreeSet::new(),
    };
    let kinds = schema["anyOf"].as_array().map_or(&[][..], Vec::as_slice);
    for kind in kinds {
        page.kind(kind);
    }
    page.definitions();
    page.text
}

const HEADING: &str = "\
# The description file

A TOML file describes one network: its kind, its data, and the hardware it is to become. This page
is made from the types that read it, by `hopwire schema --markdown`; `schema/description.schema.json`
holds the same for editors. `hopwire new KIND` writes a commented one to start from. Paths count
from the folder of the description. Unknown keys are errors.
";

/// The page in the making.
struct Page<'a> {
    schema: &'a Value,
    text: String,
    /// Definitions that stand as sections.
    sections: BTreeSet<String>,
}

impl Page<'_> {
    fn kind(&mut self, kind: &Value) {
        let properties = kind["properties"].as_object();
        let named = |section: &str| properties.and_then(|all| all.get(section));
        let word = named("network")
            .and_then(|section| self.definition(section))
            .and_then(|network| self.definition(&network["properties"]["kind"]))
            .and_then(|kind| kind["oneOf"][0]["const"].as_str().map(str::to_owned));
        let word = word.unwrap_or_default();
        let described = line(kind);
        self.text
            .push_str(&format!("\n## kind = \"{word}\"\n\n{described}\n"));
        let names = properties.map(|all| all.keys().cloned().collect::<Vec<_>>());
        let mut names = names.unwrap_or_default();
        // The network stands first, as in every description.
        names.sort_by_key(|name| (name != "network", name.clone()));
        for name in names {
            let Some(section) = named(&name) else {
                continue;
            };
            if let Some(reference) = reference(section) {
                self.sections.insert(reference.to_owned());
            }
            let described = line(section);
            self.text
                .push_str(&format!("\n### [{name}]\n\n{described}\n"));
            if let Some(definition) = self.definition(section).cloned() {
                self.table(&definition);
            }
        }
    }

    /// The definitions that are no sections: words to choose from, and tables within tables.
    fn definitions(&mut self) {
        self.text.push_str("\n## Values\n");
        let definitions = self.schema["$defs"]
            .as_object()
            .cloned()
            .unwrap_or_default();
        for (name, definition) in definitions {
            if self.sections.contains(&name) || name.ends_with("Kind") {
                continue;
            }
            self.text
                .push_str(&format!("\n### {name}\n\n{}\n", line(&definition)));
            if definition["properties"].is_object() {
                self.table(&definition);
            } else {
                self.words(&definition);
            }
        }
    }

    fn words(&mut self, definition: &Value) {
        let Some(words) = definition["oneOf"].as_array() else {
            return;
        };
        self.text.push_str("\n| word | meaning |\n|---|---|\n");
        for word in words {
            let (value, meaning) = (word["const"].as_str().unwrap_or_default(), line(word));
            self.text.push_str(&format!("| `{value}` | {meaning} |\n"));
        }
    }

    fn table(&mut self, definition: &Value) {
        let Some(properties) = definition["properties"].as_object() else {
            return;
        };
        let required = definition["required"]
            .as_array()
            .cloned()
            .unwrap_or_default();
        self.text
            .push_str("\n| key | value | meaning |\n|---|---|---|\n");
        for (key, property) in properties {
            let must = if required.iter().any(|name| name == key) {
                " (required)"
            } else {
                ""
            };
            let (value, meaning) = (value_of(property), line(property));
            self.text
                .push_str(&format!("| `{key}`{must} | {value} | {meaning} |\n"));
        }
    }

    /// The definition that a property refers to.
    fn definition(&self, property: &Value) -> Option<&Value> {
        self.schema["$defs"].get(reference(property)?)
    }
}

/// The name of the definition that a property refers to, directly or as an option.
fn reference(property: &Value) -> Option<&str> {
    let direct = property["$ref"].as_str();
    let optional = || {
        property["anyOf"]
            .as_array()?
            .iter()
            .find_map(|one| one["$ref"].as_str())
    };
    direct.or_else(optional)?.strip_prefix("#/$defs/")
}

/// What a property may be, in words.
fn value_of(property: &Value) -> String {
    if let Some(name) = reference(property) {
        // The word for the kind stands in the heading.
        let is_kind = name.ends_with("Kind");
        let link = format!("[{name}](#{})", name.to_lowercase());
        return if is_kind { "text".into() } else { link };
    }
    let types: Vec<&str> = match &property["type"] {
        Value::String(one) => vec![one.as_str()],
        Value::Array(many) => many.iter().filter_map(Value::as_str).collect(),
        _ => vec![],
    };
    let word = match types.iter().find(|one| **one != "null") {
        Some(&"integer") => "whole number",
        Some(&"number") => "number",
        Some(&"boolean") => "true or false",
        Some(&"string") => "text",
        Some(&"array") => "list",
        _ => "value",
    };
    match (
        &property["minimum"],
        &property["maximum"],
        &property["default"],
    ) {
        (Value::Number(low), Value::Number(high), _) => format!("{word}, {low} to {high}"),
        _ => word.to_owned(),
    }
}

/// The description in one line, with what would break a table escaped.
fn line(of: &Value) -> String {
    let text = of["description"].as_str().unwrap_or_default();
    text.split_whitespace()
        .collect::<Vec<_>>()
        .join(" ")
        .replace('|', "\\|")
}
