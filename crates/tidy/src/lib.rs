//! What the tests of the project's own order share; the tests are in `tests/`.

use std::path::{Path, PathBuf};
use std::process::Command;

pub mod rust_text;

/// A file of the project that holds text.
#[derive(Debug, Clone)]
pub struct SourceFile {
    /// The path from the root of the project, with `/` between its parts.
    pub path: String,
    /// The whole text.
    pub text: String,
}

impl SourceFile {
    /// True where the path starts with one of these.
    pub fn is_below(&self, folders: &[&str]) -> bool {
        folders.iter().any(|folder| self.path.starts_with(folder))
    }

    /// The number of lines.
    pub fn lines(&self) -> usize {
        self.text.lines().count()
    }
}

/// The root of the project.
pub fn root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.ancestors().nth(2).unwrap_or(here).to_path_buf()
}

/// Every text file that git tracks, in the order of the paths. Files that are not UTF-8, and those that
/// are deleted but still in the index, are left out.
///
/// # Errors
/// A message, where git cannot list the files.
pub fn tracked_files() -> Result<Vec<SourceFile>, String> {
    let root = root();
    let output = Command::new("git")
        .args(["ls-files", "-z"])
        .current_dir(&root)
        .output()
        .map_err(|error| format!("git cannot be run: {error}"))?;
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).into_owned());
    }
    let listing = String::from_utf8_lossy(&output.stdout).into_owned();
    let paths = listing.split('\0').filter(|path| !path.is_empty());
    let read = |path: &str| {
        let text = std::fs::read_to_string(root.join(path)).ok()?;
        Some(SourceFile {
            path: path.to_owned(),
            text,
        })
    };
    Ok(paths.filter_map(read).collect())
}

/// The tracked files whose name ends so, for example `.rs`.
///
/// # Errors
/// As [`tracked_files`].
pub fn tracked_files_ending(ending: &str) -> Result<Vec<SourceFile>, String> {
    let mut files = tracked_files()?;
    files.retain(|file| file.path.ends_with(ending));
    Ok(files)
}

/// The tracked files that a person writes as a program: Rust, Verilog, layouts, scripts.
///
/// # Errors
/// As [`tracked_files`].
pub fn tracked_sources() -> Result<Vec<SourceFile>, String> {
    const ENDINGS: [&str; 5] = [".rs", ".v", ".tera", ".sh", ".py"];
    let mut files = tracked_files()?;
    files.retain(|file| ENDINGS.iter().any(|ending| file.path.ends_with(ending)));
    Ok(files)
}
