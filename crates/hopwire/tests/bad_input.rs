//! Bad input: what is printed, and that nothing is left behind.

mod support;

use support::{Scratch, four_units, npy, ran, small_array};

/// Runs a command that must fail with exit code 2, print its error as an object too, and write
/// nothing; gives what it printed.
fn refused(scratch: &Scratch, words: &[&str]) -> String {
    let before = scratch.listing();
    let ran = scratch.run(words);
    assert_eq!(ran.code, 2, "{words:?}: {}{}", ran.stdout, ran.stderr);
    assert_eq!(ran.stdout, "");
    let object = scratch.json(words, 2);
    assert_eq!(object["schema"], "hopwire.error/1");
    let code = object["error"]["code"].as_str().expect("a code");
    assert!(
        ran.stderr.contains(&format!("error[{code}]")),
        "{}",
        ran.stderr
    );
    assert_eq!(scratch.listing(), before);
    format!("$ hopwire {}\n{}", words.join(" "), ran.stderr)
}

fn emit_refused(text: &str) -> String {
    let scratch = Scratch::new();
    scratch.write("net.toml", text);
    refused(&scratch, &["emit", "net.toml", "-o", "out"])
}

#[test]
fn missing_files() {
    let scratch = Scratch::new();
    let mut all = refused(&scratch, &["check", "none.toml"]);
    scratch.write(
        "net.toml",
        four_units(&[(
            "w = [[0, 1, 1, 1], [1, 0, 1, 1], [1, 1, 0, 1], [1, 1, 1, 0]]",
            "w = \"none.npy\"",
        )]),
    );
    all += &refused(&scratch, &["check", "net.toml"]);
    scratch.write("fine.toml", four_units(&[]));
    all += &refused(&scratch, &["simulate", "fine.toml", "--input", "none.csv"]);
    all += &refused(&scratch, &["check", "."]);
    insta::assert_snapshot!(all);
}

#[test]
fn weights() {
    let row = "[1, 1, 1, 0]]";
    let all = [
        emit_refused(&four_units(&[(row, "[1, 1, 1, nan]]")])),
        emit_refused(&four_units(&[(row, "[1, -inf, 1, 0]]")])),
        emit_refused(&four_units(&[(&format!(", {row}"), "]")])),
        emit_refused(&four_units(&[
            ("units = 4", "units = 5"),
            ("lanes = 2", "lanes = 1"),
        ])),
    ];
    insta::assert_snapshot!(all.concat());
}

#[test]
fn keys_names_and_formats() {
    let name = |name: &str| emit_refused(&four_units(&[("\"four\"", name)]));
    let format = |format: &str| emit_refused(&four_units(&[("\"auto\"", format)]));
    let all = [
        emit_refused(&four_units(&[("lanes", "lane")])),
        format("\"s0f0\""),
        format("\"s65f0\""),
        name("\"always\""),
        name("\"a/b\""),
        name("'a\"b'"),
        name("\"a$b\""),
        name("\"a\\nb\""),
        name("\"nät\""),
    ];
    insta::assert_snapshot!(all.concat());
}

#[test]
fn folds() {
    let scratch = Scratch::new();
    let row = "-1,-1,1,1,1,1,-1,-1\n";
    scratch.write("image.csv", row.repeat(6));
    scratch.write("net.toml", small_array(&[("lanes = 1", "lanes = 3")]));
    let mut all = refused(&scratch, &["emit", "net.toml", "-o", "out"]);
    scratch.write("net.toml", small_array(&[("lanes = 1", "lanes = 8")]));
    all += &refused(&scratch, &["emit", "net.toml", "-o", "out"]);
    insta::assert_snapshot!(all);
    // Units are padded instead.
    scratch.write("net.toml", four_units(&[("lanes = 2", "lanes = 3")]));
    let found = scratch.json(&["simulate", "net.toml", "--ticks"], 0);
    assert_eq!(found["agrees"], true);
}

#[test]
fn data_files() {
    let scratch = Scratch::new();
    scratch.write("image.csv", "-1,1\n1,-1\n");
    scratch.write("net.toml", small_array(&[]));
    let mut all = refused(&scratch, &["emit", "net.toml", "-o", "out"]);
    let description = four_units(&[(
        "w = [[0, 1, 1, 1], [1, 0, 1, 1], [1, 1, 0, 1], [1, 1, 1, 0]]",
        "w = \"w.npy\"",
    )]);
    scratch.write("net.toml", description);
    let header = "{'descr': '|O', 'fortran_order': False, 'shape': (4, 4), }\n";
    scratch.write("w.npy", npy(header, b"cposix\nsystem\n"));
    all += &refused(&scratch, &["check", "net.toml"]);
    let header = "{'descr': '<f8', 'fortran_order': False, 'shape': (1000000, 1000000), }\n";
    scratch.write("w.npy", npy(header, &[]));
    all += &refused(&scratch, &["check", "net.toml"]);
    insta::assert_snapshot!(all);
}

#[test]
fn arguments() {
    let scratch = Scratch::new();
    scratch.write("net.toml", four_units(&[]));
    let all = [
        refused(&scratch, &["new", "perceptron"]),
        refused(&scratch, &["quantize", "net.toml", "--weights", "s65f0"]),
        refused(&scratch, &["simulate", "net.toml", "--probe", "99"]),
        refused(&scratch, &["simulate", "net.toml", "--pattern", "0"]),
        refused(&scratch, &["simulate", "net.toml", "--noise", "2"]),
        refused(&scratch, &["simulate", "net.toml", "--second", "x.png"]),
        refused(&scratch, &["simulate", "net.toml", "-o", "y.gif"]),
        refused(&scratch, &["simulate", "net.toml", "-o", "none/y.csv"]),
        refused(&scratch, &["verify", "net.toml", "--cycles", "0"]),
        refused(&scratch, &["synth", "net.toml", "--target", "ecp6"]),
        refused(&scratch, &["new", "hopfield", "-o", "net.toml"]),
        refused(&scratch, &["wire"]),
    ];
    insta::assert_snapshot!(all.concat());
}

#[test]
fn an_output_directory_that_is_not_empty() {
    let scratch = Scratch::new();
    scratch.write("net.toml", four_units(&[]));
    std::fs::create_dir(scratch.path().join("out")).expect("made");
    scratch.write("out/mine.txt", "mine");
    insta::assert_snapshot!(refused(&scratch, &["emit", "net.toml", "-o", "out"]));
    scratch.json(&["emit", "net.toml", "-o", "out", "--force"], 0);
    assert_eq!(scratch.read("out/mine.txt"), b"mine");
    scratch.json(&["emit", "net.toml", "-o", "out", "--force"], 0);
    scratch.json(&["check", "out"], 0);
}

#[test]
fn a_tool_that_is_not_installed() {
    let scratch = Scratch::new();
    scratch.write("net.toml", four_units(&[]));
    let before = scratch.listing();
    for (verb, more) in [
        ("verify", &[][..]),
        ("synth", &["--target", "ecp5-25k", "--out", "out"]),
    ] {
        let words: Vec<&str> = [verb, "net.toml"].iter().chain(more).copied().collect();
        let mut command = scratch.command(&words);
        let ran = ran(command
            .env("PATH", "")
            .env_remove("HOPWIRE_TOOLS")
            .output()
            .expect("started"));
        assert_eq!(ran.code, 3, "{}", ran.stderr);
        assert!(ran.stderr.starts_with("error[HW1001]"), "{}", ran.stderr);
        assert_eq!(scratch.listing(), before);
    }
}

#[test]
#[cfg(unix)]
fn a_disk_that_is_full() {
    let scratch = Scratch::new();
    scratch.write("net.toml", four_units(&[]));
    let before = scratch.listing();
    for words in [
        "emit net.toml -o deep/er/out",
        "new hopfield -o fresh.toml",
        "quantize net.toml -o program.json",
        "simulate net.toml --trace run.vcd",
        "simulate net.toml --trace run.fst",
        "simulate net.toml -o y.npy",
    ] {
        // A file larger than so many blocks cannot be written; the smallest outputs have less.
        let script = format!(
            "ulimit -f 0; exec {} {words}",
            env!("CARGO_BIN_EXE_hopwire")
        );
        let mut shell = std::process::Command::new("sh");
        let ran = ran(shell
            .args(["-c", &script])
            .current_dir(scratch.path())
            .output()
            .expect("sh"));
        assert_eq!(ran.code, 2, "{words}: {}{}", ran.stdout, ran.stderr);
        assert!(
            ran.stderr.starts_with("error[HW1105]"),
            "{words}: {}",
            ran.stderr
        );
        assert_eq!(scratch.listing(), before, "{words}");
    }
}

#[test]
fn activation_tables() {
    let scratch = Scratch::new();
    let table = |words: &[&str]| {
        let formats = ["--input", "s8f4", "--output", "s8f7"];
        refused(&scratch, &[&["table"], words, &formats].concat())
    };
    let all = [
        table(&["tahn"]),
        table(&["none.csv"]),
        table(&["tanh", "--gain", "-1"]),
        table(&["tanh", "--slope", "2"]),
        table(&["tanh", "--kind", "haf"]),
        table(&["tanh", "--entries", "100"]),
        table(&["tanh", "--entries", "512"]),
        table(&["tanh", "--error", "1e-4"]),
        table(&["tanh", "--error", "-1"]),
        table(&["exp", "--kind", "half"]),
        table(&["tanh", "--kind", "full", "--slopes", "free"]),
        refused(
            &scratch,
            &["table", "tanh", "--input", "s8g4", "--output", "s8f7"],
        ),
        refused(
            &scratch,
            &["table", "tanh", "--input", "s30f4", "--output", "s8f7"],
        ),
    ];
    insta::assert_snapshot!(all.concat());
}
