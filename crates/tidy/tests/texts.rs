//! All tracked texts: no machine paths, no trailing spaces, and the sizes of the guiding documents.

use tidy::{SourceFile, tracked_files};

/// The first parts of absolute paths that belong to one machine.
const MACHINE_FOLDERS: [&str; 4] = ["work", "root", "home", "tmp"];

fn places(holds: impl Fn(&SourceFile, &str) -> bool) -> Vec<String> {
    let mut found = Vec::new();
    for file in tracked_files().expect("tracked files") {
        for (index, line) in file.text.split('\n').enumerate() {
            if holds(&file, line) {
                found.push(format!("{}:{}", file.path, index + 1));
            }
        }
    }
    found
}

/// True where the line holds `/folder/` as the beginning of a path.
fn names_a_machine_folder(line: &str) -> bool {
    let continues_a_path = |c: char| c.is_alphanumeric() || "._-~}])$*".contains(c);
    MACHINE_FOLDERS.iter().any(|folder| {
        let beginning = format!("/{folder}/");
        let mut begun = line.match_indices(&beginning);
        begun.any(|(at, _)| !line[..at].chars().next_back().is_some_and(continues_a_path))
    })
}

#[test]
fn no_absolute_path_of_a_machine() {
    let found = places(|_, line| names_a_machine_folder(line));
    assert!(
        found.is_empty(),
        "absolute paths of one machine in: {found:#?}"
    );
}

#[test]
fn machine_paths_are_recognised() {
    let path = |parts: &[&str]| parts.concat();
    assert!(names_a_machine_folder(&path(&["open(\"/", "tmp", "/x\")"])));
    assert!(names_a_machine_folder(&path(&["/", "home", "/someone"])));
    assert!(!names_a_machine_folder("build/tmp/x and $ROOT/work/x"));
}

#[test]
fn no_trailing_spaces() {
    // Data files and the licence text are kept as their sources have them.
    let own = |file: &SourceFile| !file.path.ends_with(".csv") && file.path != "LICENSE-APACHE";
    let found = places(|file, line| own(file) && line.ends_with([' ', '\t', '\r']));
    assert!(found.is_empty(), "trailing spaces in: {found:#?}");
}

#[test]
fn guiding_documents_are_short() {
    for file in tracked_files().expect("tracked files") {
        let allowed = match file.path.as_str() {
            "README.md" => 100..=150,
            "ARCHITECTURE.md" => 1..=199,
            _ => continue,
        };
        let lines = file.lines();
        assert!(
            allowed.contains(&lines),
            "{} has {lines} lines, wanted {allowed:?}",
            file.path
        );
    }
}
