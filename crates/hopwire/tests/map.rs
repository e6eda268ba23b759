//! `map`, and the search from many starts that follows it.

mod support;

use serde_json::Value;
use support::Scratch;

const SQUARE: &str = "# a square with a diagonal\na b\nb c\nc d\nd a\na c\n";

fn fact<'f>(found: &'f Value, name: &str, level: &str) -> &'f Value {
    let facts = found["facts"].as_array().expect("facts");
    let of = |fact: &&Value| fact["name"] == name && fact["level"] == level;
    facts.iter().find(of).expect(name)
}

#[test]
fn every_problem_is_mapped_to_every_network_and_solved() {
    let scratch = Scratch::new();
    scratch.write("graph.txt", SQUARE);
    scratch.write("bits.txt", "0 0 -2\n1 1 -3\n2 2 1\n0 1 4\n1 2 -2\n");
    scratch.write("cities.txt", "a 0 0\nb 0 3\nc 4 3\nd 4 0\n");
    let problems: [(&[&str], f64); 6] = [
        (&["max-cut", "graph.txt"], 4.0),
        (&["torus", "4x4", "--seed", "5"], f64::NAN),
        (&["qubo", "bits.txt"], -4.0),
        (&["tsp", "cities.txt"], 14.0),
        (&["queens", "4"], 0.0),
        (&["colouring", "graph.txt", "--colours", "3"], 0.0),
    ];
    for (problem, best) in problems {
        for network in ["simulated_bifurcation", "annealed_hopfield", "chaotic"] {
            let mut words = vec!["map"];
            words.extend(problem);
            words.extend([
                "-o",
                "net.toml",
                "--network",
                network,
                "--steps",
                "300",
                "--force",
            ]);
            let mapped = scratch.json(&words, 0);
            assert_eq!(mapped["kind"], network);
            let found = scratch.json(&["simulate", "net.toml", "--replicas", "12"], 0);
            assert_eq!(found["runs"], 12);
            let answer = &found["answer"];
            assert_eq!(answer["valid"], true, "{problem:?} {network}: {answer}");
            let value = answer["value"].as_f64().expect("a value");
            assert!(
                best.is_nan() || (value - best).abs() < 1e-9,
                "{problem:?} {network}: {value}"
            );
            let all = found["all"].as_array().expect("all");
            let energy = |of: &Value| of["energy"].as_f64().expect("an energy");
            let kept = energy(&all[found["best"].as_u64().expect("best") as usize]);
            assert!(all.iter().all(|of| energy(of) >= kept));
            assert_eq!(
                found["energy"].as_array().unwrap().last().unwrap().as_f64(),
                Some(kept)
            );
            let checked = scratch.json(&["check", "net.toml"], 0);
            let exact = fact(&checked, "exact_energies", "integer");
            assert_eq!(exact["holds"], true);
        }
    }
}

#[test]
fn what_is_printed_and_written() {
    let scratch = Scratch::new();
    std::fs::create_dir(scratch.path().join("data")).unwrap();
    scratch.write("data/island.txt", "a 0 0\nb 0 3\nc 4 3\nd 4 0\ne 2 5\n");
    scratch.write("map.txt", "a b\nb c\nd\n");
    let tour = scratch.run(&["map", "tsp", "data/island.txt", "-o", "tour.toml"]);
    let map = [
        "map",
        "colouring",
        "map.txt",
        "--colours",
        "2",
        "-o",
        "map.toml",
    ];
    let map = scratch.run(&map);
    let weak = [
        "map",
        "tsp",
        "data/island.txt",
        "-o",
        "weak.toml",
        "--penalty",
        "3",
    ];
    let weak = scratch.run(&weak);
    assert_eq!((tour.code, map.code, weak.code), (0, 0, 0));
    let written = String::from_utf8(scratch.read("tour.toml")).unwrap();
    let all = [tour.stdout, written, map.stdout, weak.stdout];
    insta::assert_snapshot!(all.join("\n"));
    // The file stands beside the description, which reads it.
    assert_eq!(scratch.read("island.txt"), scratch.read("data/island.txt"));
    let checked = scratch.json(&["check", "tour.toml"], 0);
    assert_eq!(
        fact(&checked, "ground_states_valid", "float")["holds"],
        true
    );
    let checked = scratch.json(&["check", "weak.toml"], 0);
    assert_eq!(
        fact(&checked, "ground_states_valid", "float")["holds"],
        false
    );
}

#[test]
fn the_same_arguments_write_the_same_bytes() {
    let scratch = Scratch::new();
    for name in ["one", "two"] {
        let output = format!("{name}.toml");
        let words = ["map", "torus", "5x7", "--seed", "9", "-o", &output];
        assert_eq!(scratch.run(&words).code, 0);
    }
    assert_eq!(scratch.read("one.txt"), scratch.read("two.txt"));
    let text = |name: &str| String::from_utf8(scratch.read(name)).unwrap();
    assert_eq!(text("one.toml").replace("one", "two"), text("two.toml"));
    let search = ["simulate", "one.toml", "--replicas", "9"];
    let found = scratch.json(&search, 0);
    assert_eq!(found, scratch.json(&search, 0));
    let command = |cores: &str| {
        let mut command = scratch.command(&["simulate", "one.toml", "--replicas", "9", "--json"]);
        command
            .env("RAYON_NUM_THREADS", cores)
            .output()
            .unwrap()
            .stdout
    };
    assert_eq!(command("1"), command("4"));
}

/// Runs a command that must fail with exit code 2 and write nothing.
fn refused(scratch: &Scratch, words: &[&str]) -> String {
    let before = scratch.listing();
    let ran = scratch.run(words);
    assert_eq!(ran.code, 2, "{words:?}: {}{}", ran.stdout, ran.stderr);
    assert_eq!(scratch.listing(), before);
    format!("$ hopwire {}\n{}\n", words.join(" "), ran.stderr)
}

#[test]
fn bad_input() {
    let scratch = Scratch::new();
    scratch.write("twice.txt", "a b\nb a\n");
    scratch.write("graph.txt", SQUARE);
    scratch.write("there.toml", "mine");
    std::fs::create_dir(scratch.path().join("other")).unwrap();
    scratch.write("other/graph.txt", "another graph\n");
    let all = [
        refused(&scratch, &["map", "max-cut", "none.txt", "-o", "net.toml"]),
        refused(&scratch, &["map", "max-cut", "twice.txt", "-o", "net.toml"]),
        refused(&scratch, &["map", "queens", "3", "-o", "net.toml"]),
        refused(&scratch, &["map", "queens", "100", "-o", "net.toml"]),
        refused(&scratch, &["map", "torus", "5", "-o", "net.toml"]),
        refused(&scratch, &["map", "torus", "2x9", "-o", "net.toml"]),
        refused(&scratch, &["map", "torus", "90x90", "-o", "net.toml"]),
        refused(
            &scratch,
            &[
                "map",
                "colouring",
                "graph.txt",
                "--colours",
                "0",
                "-o",
                "net.toml",
            ],
        ),
        refused(
            &scratch,
            &["map", "queens", "4", "--steps", "0", "-o", "net.toml"],
        ),
        refused(
            &scratch,
            &["map", "queens", "4", "--replicas", "500", "-o", "net.toml"],
        ),
        refused(
            &scratch,
            &["map", "queens", "4", "--penalty=-1", "-o", "net.toml"],
        ),
        refused(&scratch, &["map", "queens", "4", "-o", "there.toml"]),
        refused(
            &scratch,
            &["map", "max-cut", "graph.txt", "-o", "other/net.toml"],
        ),
        refused(&scratch, &["map", "queens", "4", "-o", "nowhere/net.toml"]),
    ];
    insta::assert_snapshot!(all.concat());
}

#[test]
fn replicas_that_cannot_be() {
    let scratch = Scratch::new();
    scratch.write("memory.toml", support::four_units(&[]));
    assert_eq!(
        scratch.run(&["map", "queens", "4", "-o", "net.toml"]).code,
        0
    );
    let all = [
        refused(&scratch, &["simulate", "memory.toml", "--replicas", "4"]),
        refused(&scratch, &["simulate", "net.toml", "--replicas", "0"]),
        refused(&scratch, &["simulate", "net.toml", "--replicas", "9999999"]),
    ];
    insta::assert_snapshot!(all.concat());
}
