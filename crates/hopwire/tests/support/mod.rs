//! Runs the program in a scratch directory.
#![allow(dead_code, reason = "each test file uses its part")]

use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value;
use tempfile::TempDir;

/// A scratch directory in which the program runs.
pub struct Scratch {
    folder: TempDir,
}

/// What a run gave.
pub struct Ran {
    pub code: i32,
    pub stdout: String,
    pub stderr: String,
}

impl Scratch {
    pub fn new() -> Scratch {
        Scratch {
            folder: tempfile::tempdir().expect("a folder"),
        }
    }

    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    pub fn write(&self, name: &str, bytes: impl AsRef<[u8]>) {
        std::fs::write(self.path().join(name), bytes).expect("written");
    }

    pub fn read(&self, name: &str) -> Vec<u8> {
        std::fs::read(self.path().join(name)).expect(name)
    }

    /// Everything below the folder, sorted; directories end with `/`.
    pub fn listing(&self) -> Vec<String> {
        let mut out = vec![];
        list(self.path(), "", &mut out);
        out.sort();
        out
    }

    pub fn command(&self, words: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_hopwire"));
        command.args(words).current_dir(self.path());
        command
    }

    /// Runs the program.
    pub fn run(&self, words: &[&str]) -> Ran {
        ran(self.command(words).output().expect("started"))
    }

    /// Runs the program with `--json`; the exit code must be this.
    pub fn json(&self, words: &[&str], code: i32) -> Value {
        let words: Vec<&str> = words.iter().copied().chain(["--json"]).collect();
        let ran = self.run(&words);
        assert_eq!(ran.code, code, "{words:?}\n{}\n{}", ran.stdout, ran.stderr);
        serde_json::from_str(&ran.stdout).expect("one JSON object")
    }
}

pub fn ran(output: Output) -> Ran {
    Ran {
        code: output.status.code().expect("an exit code"),
        stdout: String::from_utf8(output.stdout).expect("text"),
        stderr: String::from_utf8(output.stderr).expect("text"),
    }
}

fn list(folder: &Path, prefix: &str, out: &mut Vec<String>) {
    for entry in std::fs::read_dir(folder).expect("readable") {
        let entry = entry.expect("an entry");
        let name = format!("{prefix}{}", entry.file_name().to_string_lossy());
        if entry.path().is_dir() {
            list(&entry.path(), &format!("{name}/"), out);
            out.push(format!("{name}/"));
        } else {
            out.push(name);
        }
    }
}

/// A path of the examples.
pub fn example(name: &str) -> String {
    format!("{}/../../examples/{name}", env!("CARGO_MANIFEST_DIR"))
}

/// A Hopfield description of four units, with these lines changed.
pub fn four_units(changes: &[(&str, &str)]) -> String {
    let mut text = "[network]\nkind = \"hopfield\"\nname = \"four\"\nunits = 4\n\n[weights]\n\
                    w = [[0, 1, 1, 1], [1, 0, 1, 1], [1, 1, 0, 1], [1, 1, 1, 0]]\n\n[format]\n\
                    weights = \"auto\"\n\n[hardware]\nlanes = 2\n"
        .to_owned();
    for (from, to) in changes {
        assert!(text.contains(from), "{from}");
        text = text.replace(from, to);
    }
    text
}

/// A cellular description of 6 rows and 8 columns, with these lines changed.
pub fn small_array(changes: &[(&str, &str)]) -> String {
    let mut text = "[network]\nkind = \"cellular\"\nname = \"tiny\"\nrows = 6\ncolumns = 8\n\n\
                    [template]\nlibrary = \"edge\"\n\n[hardware]\nform = \"frame\"\nlanes = 1\n\n\
                    [data]\ninput = \"image.csv\"\n"
        .to_owned();
    for (from, to) in changes {
        assert!(text.contains(from), "{from}");
        text = text.replace(from, to);
    }
    text
}

/// An `.npy` file with this header and these bytes after it.
pub fn npy(header: &str, data: &[u8]) -> Vec<u8> {
    let mut bytes = b"\x93NUMPY\x01\x00".to_vec();
    let length = (header.len() as u16).to_le_bytes();
    bytes.extend_from_slice(&length);
    bytes.extend_from_slice(header.as_bytes());
    bytes.extend_from_slice(data);
    bytes
}
