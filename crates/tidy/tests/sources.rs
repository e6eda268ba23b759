//! The sources: no floats below the quantiser, sizes, nothing unfinished, exhaustive ops.

use tidy::rust_text::{code_only, floats};
use tidy::{SourceFile, tracked_files, tracked_files_ending, tracked_sources};

/// Sources without floats.
const INTEGER_ONLY: [&str; 5] = [
    "crates/program/src/",
    "crates/hw-ir/src/",
    "crates/schedule/src/",
    "crates/hw-sim/src/",
    "crates/codegen/src/",
];

/// Where a real value meets its integer format.
const FLOAT_BORDER: [&str; 2] = [
    "crates/program/src/format.rs",
    "crates/program/src/rounding.rs",
];

const MAX_LINES: usize = 800;
const LONG_LINES: usize = 300;
/// At most one file in so many may be longer than [`LONG_LINES`].
const LONG_SHARE: usize = 5;

fn rust_files() -> Vec<SourceFile> {
    let files = tracked_files_ending(".rs").expect("tracked files");
    assert!(!files.is_empty(), "no Rust sources are tracked");
    files
}

fn assert_none(what: &str, found: &[String]) {
    assert!(found.is_empty(), "{what}:\n  {}", found.join("\n  "));
}

#[test]
fn no_float_below_the_quantiser() {
    let mut found = Vec::new();
    for file in rust_files() {
        if file.is_below(&INTEGER_ONLY) && !FLOAT_BORDER.contains(&file.path.as_str()) {
            let floats = floats(&code_only(&file.text)).into_iter();
            found.extend(floats.map(|(line, text)| format!("{}:{line}: {text}", file.path)));
        }
    }
    assert_none("floats where only integers may be", &found);
}

#[test]
fn no_source_file_is_too_long() {
    let files = tracked_sources().expect("tracked files");
    let long = |limit: usize| {
        let over = files.iter().filter(move |file| file.lines() > limit);
        over.map(|file| format!("{}: {} lines", file.path, file.lines()))
            .collect::<Vec<_>>()
    };
    assert_none("files over 800 lines", &long(MAX_LINES));
    let over = long(LONG_LINES);
    let allowed = files.len() / LONG_SHARE;
    assert!(
        over.len() <= allowed,
        "{} files over {LONG_LINES} lines, allowed {allowed}: {over:#?}",
        over.len()
    );
}

/// Who trusts a certificate has to read its checker.
#[test]
fn the_checker_of_certificates_is_short() {
    let mut files = rust_files();
    files.retain(|file| file.is_below(&["crates/certificate/src/"]));
    let lines = files.iter().flat_map(|file| file.text.lines());
    let code = lines
        .map(str::trim)
        .filter(|line| !line.is_empty() && !line.starts_with("//"));
    let count = code.count();
    assert!(
        (100..300).contains(&count),
        "{count} lines of code; fewer than 300 are promised"
    );
}

#[test]
fn every_match_over_an_op_is_exhaustive() {
    let mut files = rust_files();
    files.retain(|file| file.is_below(&["crates/hw-ir/src/op"]));
    assert!(!files.is_empty(), "no file holds the ops");
    let is_wild = |line: &str| {
        let arm = line.trim_start();
        arm.starts_with("_ =>")
            || arm.starts_with("_ if ")
            || line.contains("| _ ")
            || line.contains(", _ =>")
    };
    let mut found = Vec::new();
    for file in &files {
        let code = code_only(&file.text);
        let wild = code.lines().enumerate().filter(|(_, line)| is_wild(line));
        found.extend(
            wild.map(|(index, line)| format!("{}:{}: {}", file.path, index + 1, line.trim())),
        );
    }
    assert_none("arms over ops that a new op would fall into", &found);
}

#[test]
fn nothing_is_unfinished() {
    // Put together here, so that this file does not hold them.
    let marks = [
        ["TO", "DO"],
        ["FIX", "ME"],
        ["XX", "X"],
        ["todo", "!("],
        ["unimplemented", "!("],
        ["#[ign", "ore"],
    ];
    let marks = marks.map(|parts| parts.concat());
    let mut found = Vec::new();
    for file in tracked_files().expect("tracked files") {
        for (index, line) in file.text.lines().enumerate() {
            if marks.iter().any(|mark| line.contains(mark.as_str())) {
                found.push(format!("{}:{}: {}", file.path, index + 1, line.trim()));
            }
        }
    }
    assert_none("unfinished", &found);
}
