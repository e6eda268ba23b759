//! The search behind `quantize` on networks of the gallery: what is kept, what it may cost, and going on
//! after an interruption.

mod support;

use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;
use support::{Scratch, example, ran};

fn points(report: &Value) -> &[Value] {
    report["search"]["points"].as_array().expect("points")
}

fn chosen(report: &Value) -> &Value {
    let mut points = points(report).iter();
    let chosen = points.find(|point| point["chosen"] == true);
    chosen.expect("words that keep enough")
}

fn number(value: &Value) -> f64 {
    value.as_f64().expect("a number")
}

fn cost(point: &Value) -> u64 {
    let bits = |part: &str| point["cost"][part].as_u64().expect("bits");
    bits("memory_bits") + bits("adder_bits") + bits("multiplier_bits")
}

/// Searches; the answer is within the tolerance, nothing cheaper is, and the words that are quantised
/// are those of the answer.
fn searched(name: &str, wish: &[&str], within: f64) -> Value {
    let scratch = Scratch::new();
    let file = example(name);
    let words = [&["quantize", &file], wish].concat();
    let report = scratch.json(&words, 0);
    let found = chosen(&report);
    assert!(number(&found["error"]) <= within, "{name}: {found}");
    for point in points(&report) {
        if cost(point) < cost(found) {
            assert!(number(&point["error"]) > within, "{name}: {point}");
        }
    }
    assert_eq!(found["formats"], report["formats"], "{name}");
    report
}

#[test]
fn recall_is_kept() {
    let wish = ["--keep", "recall", "--within", "0.02", "--trials", "60"];
    let report = searched("digits/digits.toml", &wish, 0.02);
    let (float, kept) = (&report["search"]["float"], &chosen(&report)["kept"]);
    assert!(number(kept) >= number(float) - 0.02);
}

#[test]
fn recall_is_kept_by_states_in_a_box() {
    let wish = ["--keep", "recall", "--within", "0.0", "--trials", "40"];
    let report = searched("brain_state/letters.toml", &wish, 0.0);
    assert!(number(&report["search"]["float"]) > 0.5);
    assert!(points(&report).len() > 20);
}

#[test]
fn stability_is_kept() {
    for name in ["digits/digits.toml", "brain_state/letters.toml"] {
        let report = searched(name, &["--keep", "stability"], 0.0);
        assert_eq!(number(&chosen(&report)["kept"]), 1.0, "{name}");
    }
}

#[test]
fn labels_are_kept() {
    for name in ["templates/edge.toml", "brain_state/letters.toml"] {
        let report = searched(name, &["--keep", "labels", "--trials", "40"], 0.0);
        assert!(number(&chosen(&report)["kept"]) > 0.8, "{name}");
    }
}

#[test]
fn the_energy_of_the_optimum_is_kept() {
    let wish = ["--keep", "argmin", "--within", "0.01", "--trials", "4"];
    searched("optimisation/talks.toml", &wish, 0.01);
}

#[test]
fn errors_stay_within_what_is_asked_for() {
    let wish = ["--target-error", "0.05", "--error-of", "trajectory"];
    searched("templates/diffusion.toml", &wish, 0.05);
    let report = searched(
        "templates/diffusion.toml",
        &["--target-error", "0.05"],
        0.05,
    );
    assert!(number(&chosen(&report)["error"]) > 0.0);
}

#[test]
fn a_budget_of_look_up_tables_is_kept() {
    let scratch = Scratch::new();
    let file = example("digits/digits.toml");
    let words = ["quantize", &file, "--trials", "40", "--budget-lut"];
    let roomy = scratch.json(&[&words[..], &["1000000"]].concat(), 0);
    let all = points(&roomy).iter().map(|point| point["lut"].as_u64());
    let mut all: Vec<u64> = all.collect::<Option<_>>().expect("look-up tables");
    all.sort_unstable();
    let budget = all[all.len() / 3];
    let report = scratch.json(&[&words[..], &[&budget.to_string()]].concat(), 0);
    let found = chosen(&report);
    assert!(found["lut"].as_u64() <= Some(budget), "{found}");
    for point in points(&report) {
        if point["lut"].as_u64() <= Some(budget) {
            assert!(
                number(&point["error"]) >= number(&found["error"]),
                "{point}"
            );
        }
    }
    let none = scratch.run(&[&words[..], &["10"]].concat());
    assert_eq!(none.code, 2);
    assert!(none.stderr.contains("HW0504"), "{}", none.stderr);
}

/// Interrupted from outside, a search goes on where it was, and finds what it would have found.
#[cfg(unix)]
#[test]
fn an_interrupted_search_goes_on() {
    let scratch = Scratch::new();
    let file = example("digits/digits.toml");
    let wish = [
        "quantize", &file, "--keep", "recall", "--trials", "1500", "--json",
    ];
    let words = [&wish[..], &["--resume", "record.jsonl"]].concat();
    let mut command = scratch.command(&words);
    let mut child = command
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("started");
    let record = scratch.path().join("record.jsonl");
    let lines = || std::fs::read_to_string(&record).map_or(0, |text| text.lines().count());
    let began = Instant::now();
    while lines() < 5 {
        assert!(began.elapsed() < Duration::from_secs(120), "nothing found");
        assert!(child.try_wait().expect("its state").is_none(), "it ended");
        std::thread::sleep(Duration::from_millis(5));
    }
    let id = child.id().to_string();
    let sent = Command::new("kill").args(["-INT", &id]).status();
    assert!(sent.expect("kill").success());
    let status = child.wait().expect("its end");
    assert_eq!(status.code(), Some(130), "{status}");
    let before = lines();

    let again = ran(scratch.command(&words).output().expect("started"));
    assert_eq!(again.code, 0, "{}", again.stderr);
    let whole = lines();
    assert!(whole > before, "{before} of {whole} were left to be found");
    let straight = ran(scratch.command(&wish).output().expect("started"));
    assert_eq!(again.stdout, straight.stdout);
    // All of it is known now.
    let known = ran(scratch.command(&words).output().expect("started"));
    assert_eq!((known.stdout, lines()), (straight.stdout, whole));

    // Another wish is another search; a tolerance is one number, however it is written.
    let near = [
        "quantize", &file, "--keep", "recall", "--within", "0.03", "--trials", "2",
    ];
    for _ in 0..2 {
        let words = [&near[..], &["--resume", "near.jsonl"]].concat();
        scratch.json(&words, 0);
    }
    let other = [&wish[..], &["--seed", "2", "--resume", "record.jsonl"]].concat();
    let refused = scratch.run(&other);
    assert_eq!(refused.code, 2);
    assert!(refused.stderr.contains("HW1102"), "{}", refused.stderr);
}

#[test]
fn the_front_is_a_table_a_list_and_a_plot() {
    let scratch = Scratch::new();
    let file = example("brain_state/corners.toml");
    let words = [
        "quantize",
        &file,
        "--target-error",
        "0.1",
        "--pareto",
        "front.svg",
    ];
    let text = scratch.run(&words);
    assert_eq!(text.code, 0, "{}", text.stderr);
    for part in [
        "words",
        "bits",
        "<- chosen",
        "to keep it, write in [format]: state =",
    ] {
        assert!(text.stdout.contains(part), "{part} in {}", text.stdout);
    }
    let plot = String::from_utf8(scratch.read("front.svg")).expect("text");
    assert!(plot.starts_with("<svg") && plot.contains("cost (bits)"));
    let report = scratch.json(&words, 0);
    let on_front = points(&report)
        .iter()
        .filter(|point| point["on_front"] == true);
    assert!(on_front.count() >= 1);
}
