//! `basin`: what memories recall from how much noise.

mod support;

use serde_json::Value;
use support::Scratch;

/// Four orthogonal patterns of 8 units: with F(m) = m^3 any one wrong unit is put right, as every
/// other pattern is then at an overlap of 2 at most.
const DENSE: &str = "\
[network]
kind = \"dense_associative_memory\"
name = \"walsh\"
units = 8

[weights]
patterns = [
    [1, 1, 1, 1, 1, 1, 1, 1],
    [1, -1, 1, -1, 1, -1, 1, -1],
    [1, 1, -1, -1, 1, 1, -1, -1],
    [1, -1, -1, 1, 1, -1, -1, 1],
]
";

fn starter(scratch: &Scratch, kind: &str) -> String {
    let file = format!("{kind}.toml");
    let ran = scratch.run(&["new", kind, "-o", &file]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    file
}

fn numbers(of: &Value) -> Vec<f64> {
    let numbers = of.as_array().expect("a list").iter();
    numbers.map(|of| of.as_f64().expect("a number")).collect()
}

#[test]
fn every_memory_is_asked_by_every_cue() {
    let scratch = Scratch::new();
    for (kind, cues) in [
        ("hopfield", vec!["state"]),
        ("brain_state_in_a_box", vec!["state"]),
        ("bidirectional_associative_memory", vec!["x", "y"]),
        ("dense_associative_memory", vec!["state"]),
    ] {
        let file = starter(&scratch, kind);
        let found = scratch.json(&["basin", &file, "--noise", "0,0.5,1", "--trials", "5"], 0);
        assert_eq!(found["schema"], "hopwire.basin/1");
        assert_eq!(found["kind"], kind);
        let named = found["cues"].as_array().expect("cues").iter();
        let named: Vec<&str> = named
            .map(|cue| cue["cue"].as_str().expect("a name"))
            .collect();
        assert_eq!(named, cues, "{kind}");
        for cue in found["cues"].as_array().expect("cues") {
            for level in ["float", "integers"] {
                let shares = numbers(&cue[level]);
                assert_eq!(shares.len(), 3);
                assert_eq!(shares[0], 1.0, "{kind}: starters recall what they store");
                // All units flipped is the opposite of the pattern.
                assert!(shares[2] < 0.5, "{kind}: {shares:?}");
            }
        }
        for pattern in found["patterns"].as_array().expect("patterns") {
            for level in ["float", "integers"] {
                assert_eq!(pattern[level]["stored"], true, "{kind}");
                assert!(pattern[level]["margin"].as_f64().expect("a margin") >= 0.0);
            }
        }
    }
}

#[test]
fn a_code_is_corrected_as_far_as_its_distance_says() {
    let scratch = Scratch::new();
    scratch.write("net.toml", DENSE);
    let found = scratch.json(&["basin", "net.toml", "--noise", "0,0.125"], 0);
    for level in ["float", "integers"] {
        assert_eq!(numbers(&found["cues"][0][level]), [1.0, 1.0]);
    }
    // S(8) = 196 of the pattern itself, S(0) = 4 of the others, of which two are against a unit and one
    // is with it, or all are with it; and T(8) = -48.
    let margin = |pattern: usize, level: &str| found["patterns"][pattern][level]["margin"].clone();
    assert_eq!(margin(0, "float"), 144.0);
    assert_eq!(margin(0, "integers"), 144.0);
}

#[test]
fn the_same_seed_gives_the_same_answers_on_any_number_of_cores() {
    let scratch = Scratch::new();
    let file = starter(&scratch, "bidirectional_associative_memory");
    let with = |threads: &str, seed: &str| {
        let words = ["basin", &file, "--seed", seed, "-o", "plot.svg", "--json"];
        let mut command = scratch.command(&words);
        let ran = support::ran(
            command
                .env("RAYON_NUM_THREADS", threads)
                .output()
                .expect("ran"),
        );
        assert_eq!(ran.code, 0, "{}", ran.stderr);
        (ran.stdout, scratch.read("plot.svg"))
    };
    let one = with("1", "7");
    assert_eq!(one, with("3", "7"));
    assert_ne!(one.0, with("3", "8").0);
    let svg = String::from_utf8(one.1).expect("text");
    for said in [
        "<svg",
        "Basin of pairs",
        "units flipped (%)",
        "from y, integers",
    ] {
        assert!(svg.contains(said), "{said}");
    }
}

#[test]
fn it_is_printed_as_tables() {
    let scratch = Scratch::new();
    let file = starter(&scratch, "bidirectional_associative_memory");
    let words = [
        "basin",
        &file,
        "--noise",
        "0,0.125,0.25,0.5",
        "--trials",
        "8",
    ];
    insta::assert_snapshot!(scratch.run(&words).stdout);
}

#[test]
fn what_makes_no_sense_is_refused() {
    let scratch = Scratch::new();
    let edge = starter(&scratch, "cellular");
    scratch.write("net.toml", DENSE);
    let unlearned = "[network]\nkind = \"bidirectional_associative_memory\"\nname = \"net\"\nx = 2\n\
                     y = 1\n[weights]\nw = [[1, -1]]\n";
    scratch.write("given.toml", unlearned);
    let cases: [&[&str]; 7] = [
        &[&edge],
        &["given.toml"],
        &["net.toml", "--noise", "0.1,1.5"],
        &["net.toml", "--noise", "0.2,0.1"],
        &["net.toml", "--noise", "some"],
        &["net.toml", "--trials", "0"],
        &["net.toml", "-o", "none/plot.svg"],
    ];
    let mut all = String::new();
    for words in cases {
        let ran = scratch.run(&[&["basin"], words].concat());
        assert!(ran.code != 0 && ran.stdout.is_empty(), "{words:?}");
        all.push_str(&format!(
            "--- {}: exit code {}\n{}\n",
            words.join(" "),
            ran.code,
            ran.stderr
        ));
    }
    insta::assert_snapshot!(all);
}
