//! The built-in templates.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::Deserialize;

use super::Template;
use crate::description::Start;

/// A built-in template. Each is exact, against the definition of what it computes, with the
/// boundary fixed at -1 (white).
#[derive(Debug, Clone, PartialEq)]
pub struct LibraryTemplate {
    /// Its name.
    pub name: String,
    /// What it computes.
    pub what: String,
    /// The numbers.
    pub template: Template,
    /// The start state it needs.
    pub start: Start,
    /// Whether it is made for the model `discrete`; else for `clipped`.
    pub discrete: bool,
    /// Whether it runs for a chosen number of steps and not until nothing changes.
    pub timed: bool,
}

/// One entry of the file of templates.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    what: String,
    a: Vec<Vec<f64>>,
    b: Vec<Vec<f64>>,
    z: f64,
    init: Start,
    #[serde(default)]
    discrete: bool,
    #[serde(default)]
    timed: bool,
}

static LIBRARY: LazyLock<Vec<LibraryTemplate>> = LazyLock::new(|| {
    // The file is part of the program; a test holds every entry of it to be well-formed.
    let entries: BTreeMap<String, Entry> =
        toml::from_str(include_str!("library.toml")).unwrap_or_default();
    entries
        .into_iter()
        .filter_map(|(name, entry)| template(name, entry))
        .collect()
});

fn template(name: String, entry: Entry) -> Option<LibraryTemplate> {
    let template = Template::new(Some(&entry.a), Some(&entry.b), entry.z).ok()?;
    let Entry {
        what,
        init: start,
        discrete,
        timed,
        ..
    } = entry;
    Some(LibraryTemplate {
        name,
        what,
        template,
        start,
        discrete,
        timed,
    })
}

/// All built-in templates, in alphabetical order.
pub fn library() -> &'static [LibraryTemplate] {
    &LIBRARY
}

/// The built-in template of this name.
pub fn library_template(name: &str) -> Option<&'static LibraryTemplate> {
    LIBRARY.iter().find(|entry| entry.name == name)
}
