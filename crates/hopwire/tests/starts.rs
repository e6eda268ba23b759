//! Initial states that come with sequences, from files and from the description.

mod support;

use serde_json::Value;
use support::{Scratch, example};

const RUNNING: &str = r#"
[network]
kind = "sequence"
name = "running"
inputs = 1

[[layer]]
kind = "elman"
units = 2
w = [[1], [0]]
r = [[1, 0], [0, 1]]
activations = ["identity"]
initial = [0.5, 0.25]
loaded = true

[format]
state = "s12f4"

[data]
sequences = [[1], [2]]
starts = [[-1, 3]]
"#;

fn values(found: &Value) -> Vec<f64> {
    let list = found["final"].as_array().expect("values");
    let numbers = list.iter().map(|number| number.as_f64().expect("a number"));
    numbers.collect()
}

#[test]
fn each_sequence_begins_with_the_states_that_it_brings() {
    let scratch = Scratch::new();
    scratch.write("net.toml", RUNNING);
    for level in ["--float", "--ticks", "--quiet"] {
        let level = if level == "--quiet" {
            vec![]
        } else {
            vec![level]
        };
        let simulate = |more: &[&str]| {
            let arguments = [&["simulate", "net.toml"], more, &level].concat();
            values(&scratch.json(&arguments, 0))
        };
        assert_eq!(simulate(&[]), [0.0, 3.0, 2.0, 3.0]);
        // Sequences of a file bring the layers' own states, or those of another file.
        scratch.write("x.csv", "1\n1\n");
        assert_eq!(simulate(&["--input", "x.csv"]), [1.5, 0.25, 2.5, 0.25]);
        scratch.write("h.csv", "4,-4\n");
        let brought = simulate(&["--input", "x.csv", "--starts", "h.csv"]);
        assert_eq!(brought, [5.0, -4.0, 6.0, -4.0]);
    }
}

#[test]
fn states_that_do_not_suit_are_refused_with_both_numbers() {
    let scratch = Scratch::new();
    scratch.write("net.toml", RUNNING);
    scratch.write("h.csv", "1,2,3\n");
    let found = scratch.run(&["simulate", "net.toml", "--starts", "h.csv"]);
    assert_eq!(found.code, 2);
    let said = format!("{}{}", found.stdout, found.stderr);
    assert!(
        said.contains("1 x 3") && said.contains("1 x 2 numbers"),
        "{said}"
    );
    scratch.write(
        "free.toml",
        RUNNING
            .replace("loaded = true\n", "")
            .replace("starts = [[-1, 3]]\n", ""),
    );
    scratch.write("h.csv", "1,2\n");
    let found = scratch.run(&["simulate", "free.toml", "--starts", "h.csv"]);
    let said = format!("{}{}", found.stdout, found.stderr);
    assert!(
        found.code == 2 && said.contains("no layer loads them"),
        "{said}"
    );
}

/// Initial states and second images have names of their own, and each says the other where it is wrong.
#[test]
fn names_of_what_other_networks_start_from() {
    let scratch = Scratch::new();
    scratch.write("net.toml", RUNNING);
    scratch.write("h.csv", "1,2\n");
    let edges = example("cellular/camera_edges.toml");
    let digits = example("digits/digits.toml");
    let mut all = String::new();
    for (file, argument) in [
        ("net.toml", "--second"),
        (edges.as_str(), "--starts"),
        (digits.as_str(), "--starts"),
        (digits.as_str(), "--second"),
    ] {
        for words in [&["simulate"][..], &["quantize", "--ranges"]] {
            let found = scratch.run(&[words, &[file, argument, "h.csv"]].concat());
            assert_eq!(found.code, 2, "{}", found.stdout);
            let name = file.rsplit('/').next().expect("a name");
            all += &format!(
                "$ hopwire {} {name} {argument} h.csv\n{}",
                words.join(" "),
                found.stderr
            );
        }
    }
    insta::with_settings!({ omit_expression => true }, { insta::assert_snapshot!(all) });
}

/// The parts of a sequence, each from the states in which the one before ended, give what the whole
/// does; in integers but for the rounding of the states, which are words of their own formats.
#[test]
fn parts_go_on_where_the_parts_before_ended() {
    let scratch = Scratch::new();
    let run = |name: &str, more: &[&str]| {
        let file = example(&format!("sequence/{name}.toml"));
        let arguments = [&["simulate", file.as_str(), "--all"], more].concat();
        scratch.json(&arguments, 0)
    };
    let (whole, parts) = (
        run("sunspots_lstm", &["--float"]),
        run("sunspots_continued", &["--float"]),
    );
    let rms = |found: &Value| found["score"]["rms"].as_f64().expect("a score");
    assert!((rms(&whole) - rms(&parts)).abs() < 1e-9, "{whole} {parts}");
    let integers = run("sunspots_continued", &[]);
    assert!((rms(&integers) - rms(&parts)).abs() < 1e-3, "{integers}");
}
