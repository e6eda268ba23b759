//! From TOML to sections; what the TOML reader finds wrong becomes a [`Problem`].

use std::ops::Range;

use program::Format;
use serde::de::DeserializeOwned;
use toml::de::{DeTable, DeValue};

use super::schema;
use super::source::Source;
use crate::diagnostic::NetworkError;
use crate::kind::Kind;
use crate::problem::{Problem, closest};

/// The kind that `network.kind` names.
pub(super) fn kind(source: &Source) -> Result<Kind, NetworkError> {
    let known = || Kind::ALL.map(|kind| kind.name().to_string()).to_vec();
    let table = DeTable::parse(source.text()).map_err(|error| syntax(source, &error))?;
    let network = match table.get_ref().get("network").map(|value| value.get_ref()) {
        Some(DeValue::Table(network)) => network,
        Some(_) => {
            let expected = "a section `[network]` with `kind` and `name`".to_string();
            let found = "a value where a section should be".to_string();
            return Err(source.error("network", Problem::WrongValue { found, expected }));
        }
        None => {
            let expected = "a section `[network]` with `kind` and `name`".to_string();
            let key = "network".to_string();
            return Err(source.error("network", Problem::MissingKey { key, expected }));
        }
    };
    let word = match network.get("kind").map(|value| value.get_ref()) {
        Some(DeValue::String(word)) => word,
        Some(_) => {
            let found = "a value that is no text".to_string();
            let expected = format!("a network kind in quotes, one of {}", known().join(", "));
            return Err(source.error("network.kind", Problem::WrongValue { found, expected }));
        }
        None => {
            let expected = format!("`kind = \"...\"`, one of {}", known().join(", "));
            let key = "kind".to_string();
            return Err(source.error("network.kind", Problem::MissingKey { key, expected }));
        }
    };
    Kind::named(word).ok_or_else(|| {
        let suggestion = closest(word, Kind::ALL.map(Kind::name));
        let found = word.to_string();
        let problem = Problem::UnknownWord {
            what: "network kind",
            found,
            suggestion,
            known: known(),
        };
        source.error("network.kind", problem)
    })
}

/// The sections of one kind.
pub(super) fn sections<T: DeserializeOwned + schemars::JsonSchema>(
    source: &Source,
) -> Result<T, NetworkError> {
    toml::from_str(source.text()).map_err(|error| {
        let span = error.span().unwrap_or(0..0);
        classify(source, error.message(), span, &schema::of::<T>())
    })
}

fn syntax(source: &Source, error: &toml::de::Error) -> NetworkError {
    let place = source.place(error.span().unwrap_or(0..0));
    let reason = error.message().to_string();
    NetworkError::at(Problem::Syntax { reason }, Some(place), "")
}

/// Turns the text of a serde error, which is stable and structured, into a [`Problem`].
fn classify(
    source: &Source,
    message: &str,
    span: Range<usize>,
    schema: &serde_json::Value,
) -> NetworkError {
    let mut field = source.field_at(span.start);
    let place = source.place(span.clone());
    let (found, expected) = message.split_once(", expected ").unwrap_or((message, ""));
    let word = quoted(found).into_iter().next().unwrap_or_default();
    let problem = if found.starts_with("unknown field") {
        let known = quoted(expected);
        let suggestion = closest(&word, known.iter().map(String::as_str));
        Problem::UnknownKey {
            key: word,
            suggestion,
            known,
        }
    } else if found.starts_with("unknown variant") {
        let known = quoted(expected);
        let suggestion = closest(&word, known.iter().map(String::as_str));
        Problem::UnknownWord {
            what: "word known here",
            found: word,
            suggestion,
            known,
        }
    } else if found.starts_with("missing field") {
        // A key that is missing at the top is reported at the first byte, within some section.
        let inner = format!("{field}.{word}");
        let described = schema::describe(schema, &inner).map(|text| (inner, text));
        let described =
            described.or_else(|| schema::describe(schema, &word).map(|text| (word.clone(), text)));
        let (path, text) = described.unwrap_or_else(|| (word.clone(), "a value".to_string()));
        field = path;
        let expected = format!("`{word}`: {text}");
        Problem::MissingKey {
            key: word,
            expected,
        }
    } else if let Some(error) = format_error(source, &field, &span) {
        Problem::Format(error)
    } else {
        let found = found
            .split_once(": ")
            .map_or(found, |(_, found)| found)
            .to_string();
        Problem::WrongValue {
            found,
            expected: plain(expected),
        }
    };
    NetworkError::at(problem, Some(place), field)
}

/// The error of the format at `field`, where that is what is wrong.
fn format_error(source: &Source, field: &str, span: &Range<usize>) -> Option<program::FormatError> {
    if !field.starts_with("format.") {
        return None;
    }
    let text = source.text().get(span.clone())?.trim();
    let text = text.strip_prefix(['"', '\''])?.strip_suffix(['"', '\''])?;
    text.parse::<Format>().err()
}

/// The words in backquotes.
fn quoted(text: &str) -> Vec<String> {
    text.split('`')
        .skip(1)
        .step_by(2)
        .map(str::to_string)
        .collect()
}

/// Types of Rust in words.
fn plain(expected: &str) -> String {
    match expected {
        "usize" | "u64" | "u32" | "u8" => "a whole number, 0 or more".into(),
        "f64" => "a number".into(),
        "a sequence" => "a list".into(),
        "a string" => "a text in quotes".into(),
        "" => "a value of the type that the schema gives for this field".into(),
        text if text.starts_with("struct ") => "a section or a table `{ key = value }`".into(),
        text if text.starts_with("string or table") => "a text in quotes".into(),
        text => text.into(),
    }
}
