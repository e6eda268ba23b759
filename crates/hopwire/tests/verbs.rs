//! Each verb on small descriptions: the keys of its result, and what it writes.

mod support;

use serde_json::Value;
use support::{Scratch, example, four_units, ran, small_array};

fn numbers(value: &Value) -> Vec<f64> {
    let list = value.as_array().expect("a list");
    list.iter()
        .map(|number| number.as_f64().expect("a number"))
        .collect()
}

#[test]
fn new_lists_the_kinds_and_what_it_writes_is_fine() {
    let scratch = Scratch::new();
    let listed = scratch.json(&["new", "--list"], 0);
    assert_eq!(listed["schema"], "hopwire.new/1");
    for kind in listed["kinds"].as_array().expect("kinds") {
        let kind = kind.as_str().expect("a word");
        let file = format!("{kind}.toml");
        scratch.json(&["new", kind, "-o", &file], 0);
        assert_eq!(
            scratch.run(&["new", kind]).stdout.as_bytes(),
            scratch.read(&file)
        );
        let checked = scratch.json(&["check", &file], 0);
        assert_eq!(checked["kind"], kind);
        let found = scratch.json(&["simulate", &file, "--ticks"], 0);
        assert_eq!(found["agrees"], true);
    }
}

#[test]
fn check_tells_facts_of_both_levels() {
    let scratch = Scratch::new();
    scratch.write(
        "net.toml",
        four_units(&[("[format]", "[update]\norder = \"sequential\"\n\n[format]")]),
    );
    let checked = scratch.json(&["check", "net.toml"], 0);
    assert_eq!(
        (&checked["schema"], &checked["units"]),
        (&"hopwire.check/1".into(), &4.into())
    );
    let facts = checked["facts"].as_array().expect("facts");
    for level in ["float", "integer"] {
        for name in ["symmetric", "diagonal_not_negative", "always_stable"] {
            let found = facts
                .iter()
                .find(|fact| fact["name"] == name && fact["level"] == level);
            assert_eq!(found.expect(name)["holds"], true);
        }
    }
    // Rounding breaks what held: 0.3 and 0.301 are one word, but 0.3 and -0.3 are not.
    let broken = four_units(&[("[1, 1, 1, 0]]", "[1, 1, -1, 0]]")]);
    scratch.write("net.toml", broken);
    let checked = scratch.json(&["check", "net.toml"], 0);
    let facts = checked["facts"].as_array().expect("facts");
    let asymmetric = facts.iter().filter(|fact| fact["name"] == "symmetric");
    assert!(
        asymmetric.clone().count() == 2 && asymmetric.clone().all(|fact| fact["holds"] == false)
    );
}

#[test]
fn quantize_shows_what_values_were() {
    let scratch = Scratch::new();
    let probes = "[data]\nprobes = [[1, 1, -1, 1], [1, 1, 1, 1]]\n\n[hardware]";
    scratch.write("net.toml", four_units(&[("[hardware]", probes)]));
    let found = scratch.json(&["quantize", "net.toml", "--ranges"], 0);
    let ranges = &found["ranges"];
    assert_eq!((&ranges["runs"], &ranges["cut"]), (&2.into(), &0.into()));
    let values = ranges["values"].as_array().expect("values");
    let sum = values
        .iter()
        .find(|value| value["what"] == "sum")
        .expect("a sum");
    // Of three weights of 1: -3 to 3 can be, and from these starts only 1 and 3 are.
    assert_eq!(
        (&sum["bound"]["low"], &sum["bound"]["high"]),
        (&(-3).into(), &3.into())
    );
    assert_eq!(
        (&sum["seen"]["low"], &sum["seen"]["high"]),
        (&1.into(), &3.into())
    );
    let counts = numbers(&sum["histogram"]["counts"]);
    assert_eq!((counts.len(), counts[1]), (3, 0.0));
    let text = scratch.run(&["quantize", "net.toml", "--ranges"]).stdout;
    assert!(text.contains("every value of 2 runs and"), "{text}");
    let row = text
        .lines()
        .find(|line| line.starts_with("sweep: sum of state"));
    let words: Vec<&str> = row.expect("a row").split_whitespace().collect();
    assert_eq!(words[5..12], ["-3", "to", "3", "3", "1", "to", "3"]);
    // Data of one's own, in another file format.
    scratch.write("starts.csv", "-1,-1,-1,-1\n");
    let given = ["quantize", "net.toml", "--ranges", "--input", "starts.csv"];
    let found = scratch.json(&given, 0);
    let values = found["ranges"]["values"].as_array().expect("values");
    let sum = values
        .iter()
        .find(|value| value["what"] == "sum")
        .expect("a sum");
    assert_eq!(
        (&sum["seen"]["low"], &sum["seen"]["high"]),
        (&(-3).into(), &(-3).into())
    );
    let refused = scratch.run(&["quantize", "net.toml", "--input", "starts.csv"]);
    assert_eq!(refused.code, 2);
    assert!(refused.stderr.contains("HW1102"), "{}", refused.stderr);
    // An array takes its image.
    let image = [["1,-1,1,-1,-1,-1,1,1"; 6].join("\n"), String::new()].join("\n");
    scratch.write("image.csv", image);
    scratch.write("array.toml", small_array(&[]));
    let found = scratch.json(&["quantize", "array.toml", "--ranges"], 0);
    assert_eq!(found["ranges"]["runs"], 1);
    assert!(found["ranges"]["values"][0]["seen"].is_object());
}

#[test]
fn quantize_reports_and_writes_the_program() {
    let scratch = Scratch::new();
    // A weight of 3, which is no power of two: each takes the five bits of its format.
    let weights = ("[0, 1, 1, 1], [1, 0", "[0, 3, 1, 1], [3, 0");
    scratch.write("net.toml", four_units(&[weights]));
    let found = scratch.json(
        &["quantize", "net.toml", "--weights", "s5f0", "-o", "p.json"],
        0,
    );
    assert_eq!(found["formats"]["sweep.weights"], "s5f0");
    assert_eq!(
        (&found["max_abs_error"], &found["program"]),
        (&0.0.into(), &"p.json".into())
    );
    assert!(found["bits_total"].as_u64().expect("bits") >= 84);
    let program: Value = serde_json::from_slice(&scratch.read("p.json")).expect("JSON");
    assert_eq!(program["schema"], "hopwire.program/1");
    let read: program::Program =
        serde_json::from_value(program["program"].clone()).expect("a program");
    assert_eq!(program::check(&read), Ok(()));
}

#[test]
fn a_certificate_is_accepted_until_it_is_touched() {
    let scratch = Scratch::new();
    scratch.write("net.toml", four_units(&[]));
    let words = "quantize net.toml -o program.json --certificate certificate.json";
    let words: Vec<&str> = words.split(' ').collect();
    let quantized = scratch.json(&words, 0);
    let sum = &quantized["sums"][0];
    assert_eq!(
        (&sum["stage"], &sum["source"]),
        (&"sweep".into(), &"state".into())
    );
    let certify = ["certify", "program.json", "certificate.json"];
    let found = scratch.json(&certify, 0);
    assert_eq!(
        (&found["holds"], &found["fault"]),
        (&true.into(), &Value::Null)
    );
    assert!(found["ranges"].as_u64().expect("a number") >= 4);
    let text = String::from_utf8(scratch.read("certificate.json")).expect("text");
    scratch.write(
        "certificate.json",
        text.replacen("\"high\":", "\"high\":1", 1),
    );
    let found = scratch.json(&certify, 1);
    assert_eq!(found["holds"], false);
    assert!(
        found["fault"]
            .as_str()
            .expect("a text")
            .starts_with("HW1201: ")
    );
    scratch.json(&["certify", "program.json", "nowhere.json"], 2);
}

#[test]
fn the_three_levels_agree_on_a_network_without_rounding() {
    let scratch = Scratch::new();
    scratch.write("net.toml", four_units(&[]));
    scratch.write("start.csv", "1,1,-1,-1\n-1,-1,-1,1\n");
    for number in ["0", "1"] {
        let words = [
            "simulate",
            "net.toml",
            "--input",
            "start.csv",
            "--probe",
            number,
        ];
        let run = |more: &[&str]| scratch.json(&[&words, more].concat(), 0);
        let (float, integer, ticks) = (run(&["--float"]), run(&[]), run(&["--ticks"]));
        for key in ["steps", "status", "period", "final"] {
            assert_eq!(float[key], integer[key], "{key}");
            assert_eq!(ticks[key], integer[key], "{key}");
        }
        assert_eq!(ticks["cycles"], integer["cycles"]);
        assert_eq!(float["cycles"], Value::Null);
        let energy = numbers(&integer["energy"]);
        assert_eq!(energy, numbers(&float["energy"]));
        assert!(energy.is_sorted_by(|a, b| a >= b), "{energy:?}");
        assert_eq!(
            energy.len() as u64,
            integer["steps"].as_u64().expect("steps") + 1
        );
    }
    let all = scratch.json(
        &["simulate", "net.toml", "--input", "start.csv", "--all"],
        0,
    );
    assert_eq!(
        (&all["runs"], all["all"].as_array().map(Vec::len)),
        (&2.into(), Some(2))
    );
}

#[test]
fn a_cycle_of_two_states_is_told() {
    let scratch = Scratch::new();
    let text = "[network]\nkind = \"hopfield\"\nname = \"flip\"\nunits = 2\n[weights]\n\
                w = [[0, -1], [-1, 0]]\n[update]\norder = \"synchronous\"\n";
    scratch.write("net.toml", text);
    scratch.write("start.csv", "1,1\n");
    let found = scratch.json(
        &["simulate", "net.toml", "--input", "start.csv", "--ticks"],
        0,
    );
    assert_eq!(
        (&found["status"], &found["period"]),
        (&"period".into(), &2.into())
    );
    assert_eq!(found["agrees"], true);
}

/// Each unit becomes what its neighbour was: a pattern goes around the ring.
#[test]
fn a_longer_cycle_is_found_at_each_level_and_the_hardware_ends_by_its_budget() {
    let scratch = Scratch::new();
    let text = "[network]\nkind = \"hopfield\"\nname = \"ring\"\nunits = 5\n[weights]\n\
                w = [[0, 0, 0, 0, 1], [1, 0, 0, 0, 0], [0, 1, 0, 0, 0], [0, 0, 1, 0, 0], \
                [0, 0, 0, 1, 0]]\n[update]\norder = \"synchronous\"\nmax_steps = 12\n";
    scratch.write("net.toml", text);
    scratch.write("start.csv", "1,-1,-1,1,-1\n1,1,1,1,1\n");
    let words = ["simulate", "net.toml", "--input", "start.csv"];
    for level in [&["--float"][..], &[], &["--ticks"]] {
        let found = scratch.json(&[&words, level].concat(), 0);
        for (key, value) in [("status", "period"), ("ended_by", "budget")] {
            assert_eq!(found[key], value, "{level:?}");
        }
        assert_eq!((&found["period"], &found["steps"]), (&5.into(), &12.into()));
        assert_eq!(numbers(&found["distance"]), [2.0; 12]);
    }
    let shown = scratch.run(&words).stdout;
    assert!(
        shown.contains("a cycle of 5 states after 12 steps"),
        "{shown}"
    );
    let all = scratch.json(&[&words, &["--all"][..]].concat(), 0);
    assert_eq!(all["all"][0]["period"], 5);
    assert_eq!(
        (&all["all"][1]["status"], &all["all"][1]["period"]),
        (&"stable".into(), &1.into())
    );
}

#[test]
fn a_run_that_neither_rests_nor_returns_says_how_far_it_moves() {
    let scratch = Scratch::new();
    let text = starter_of(&scratch, "brain_state_in_a_box");
    let slow = text.replace("max_steps = 200", "max_steps = 2");
    assert_ne!(slow, text);
    scratch.write("slow.toml", slow);
    let found = scratch.json(&["simulate", "slow.toml"], 0);
    assert_eq!(
        (&found["status"], &found["period"]),
        (&"budget".into(), &Value::Null)
    );
    let distance = numbers(&found["distance"]);
    assert!(distance.len() == 2 && distance[1] > 0.0, "{distance:?}");
    let shown = scratch.run(&["simulate", "slow.toml"]).stdout;
    assert!(shown.contains("moving by"), "{shown}");
}

/// What `new` writes for a kind.
fn starter_of(scratch: &Scratch, kind: &str) -> String {
    scratch.run(&["new", kind]).stdout
}

#[test]
fn pictures_and_arrays_go_in_and_out() {
    let scratch = Scratch::new();
    let edge = example("templates/edge.toml");
    for form in ["y.npy", "y.csv", "y.png"] {
        let found = scratch.json(&["simulate", &edge, "-o", form], 0);
        assert_eq!(found["final"], form);
    }
    let values = network::tensor::parse_npy(&scratch.read("y.npy"), "y.npy".as_ref()).expect("npy");
    let table = network::tensor::parse_csv(&scratch.read("y.csv"), "y.csv".as_ref()).expect("csv");
    let image = network::image::parse_png(&scratch.read("y.png"), "y.png".as_ref()).expect("png");
    assert_eq!(
        (values.shape.as_slice(), &values),
        (&[image.rows, image.columns][..], &table)
    );
    assert_eq!(image.to_values(), values.values);
    // The result as the next input.
    for form in ["y.npy", "y.png"] {
        let found = scratch.json(&["simulate", &edge, "--input", form], 0);
        assert_eq!(numbers(&found["final"]).len(), values.values.len());
    }
    // The same noise for the same seed, another for another.
    let noisy = |seed: &str| {
        scratch.json(&["simulate", &edge, "--noise", "0.1", "--seed", seed], 0)["final"].clone()
    };
    assert_eq!(noisy("1"), noisy("1"));
    assert_ne!(noisy("1"), noisy("2"));
}

#[test]
fn traces_are_written() {
    let scratch = Scratch::new();
    scratch.write("net.toml", four_units(&[]));
    for (name, start) in [("run.vcd", &b"$"[..]), ("run.fst", &b"\0"[..])] {
        let found = scratch.json(&["simulate", "net.toml", "--trace", name], 0);
        assert_eq!(
            (&found["trace"], &found["agrees"]),
            (&name.into(), &true.into())
        );
        assert!(scratch.read(name).starts_with(start));
    }
    let vcd = String::from_utf8(scratch.read("run.vcd")).expect("text");
    assert!(vcd.contains("state_q"));
}

#[test]
fn streaming_and_frame_forms_tick_as_their_closed_form_says() {
    let scratch = Scratch::new();
    for name in [
        "edge",
        "hole_fill",
        "dt_edge",
        "hole_fill_chua_yang",
        "dilation_torus",
        "dilation_torus_stream",
        "blur",
    ] {
        let file = example(&format!("templates/{name}.toml"));
        let found = scratch.json(&["simulate", &file, "--ticks"], 0);
        assert_eq!(found["agrees"], true, "{name}: {}", found["differences"]);
    }
}

#[test]
fn an_emitted_directory_is_the_same_each_time_and_can_be_read_again() {
    let scratch = Scratch::new();
    let digits = example("digits/digits_sequential.toml");
    let first = scratch.json(&["emit", &digits, "-o", "one"], 0);
    let again = scratch.json(&["emit", "one", "-o", "two"], 0);
    assert_eq!(
        (&first["hash"], &first["files"]),
        (&again["hash"], &again["files"])
    );
    for file in first["files"].as_array().expect("files") {
        let file = file.as_str().expect("a name");
        assert_eq!(
            scratch.read(&format!("one/{file}")),
            scratch.read(&format!("two/{file}")),
            "{file}"
        );
    }
    for file in [
        "Makefile",
        "design.json",
        "tb/expected.txt",
        "source/digits.csv",
        "board/ulx3s_top.v",
    ] {
        assert!(scratch.path().join("one").join(file).is_file(), "{file}");
    }
    let (one, described) = (
        scratch.json(&["check", "one"], 0),
        scratch.json(&["check", &digits], 0),
    );
    assert_eq!(one, described);
}

#[test]
fn data_from_elsewhere_is_copied_beside_the_description() {
    let scratch = Scratch::new();
    std::fs::create_dir_all(scratch.path().join("data/a")).expect("made");
    std::fs::create_dir_all(scratch.path().join("data/b")).expect("made");
    scratch.write("data/a/x.csv", "0,1\n1,0\n");
    scratch.write("data/b/x.csv", "1,-1\n");
    std::fs::create_dir(scratch.path().join("nets")).expect("made");
    let text = "[network]\nkind = \"hopfield\"\nname = \"two\"\nunits = 2\n[weights]\n\
                w = \"../data/a/x.csv\"  # the weights\n[data]\nprobes = \"../data/b/x.csv\"\n";
    scratch.write("nets/net.toml", text);
    scratch.json(&["emit", "nets/net.toml", "-o", "out"], 0);
    let copied = String::from_utf8(scratch.read("out/source/net.toml")).expect("text");
    assert!(copied.contains("w = \"x.csv\"  # the weights"), "{copied}");
    assert!(copied.contains("probes = \"2_x.csv\""), "{copied}");
    std::fs::remove_dir_all(scratch.path().join("data")).expect("removed");
    let found = scratch.json(&["simulate", "out"], 0);
    assert_eq!(found["status"], "stable");
}

#[test]
fn a_reader_that_goes_away_is_no_error() {
    let scratch = Scratch::new();
    let script = format!("{} new hopfield | head -n 1", env!("CARGO_BIN_EXE_hopwire"));
    let mut shell = std::process::Command::new("sh");
    shell.args(["-c", &script]).current_dir(scratch.path());
    let ran = ran(shell.output().expect("sh"));
    assert_eq!((ran.code, ran.stderr.as_str()), (0, ""));
}

#[test]
fn the_committed_schema_and_page_are_up_to_date() {
    let scratch = Scratch::new();
    for (file, words) in [
        ("schema/description.schema.json", &["schema"][..]),
        ("docs/description.md", &["schema", "--markdown"]),
    ] {
        let path = format!("{}/../../{file}", env!("CARGO_MANIFEST_DIR"));
        let committed = std::fs::read_to_string(path).expect(file);
        let printed = scratch.run(words).stdout;
        assert!(
            committed == printed,
            "run: hopwire {} > {file}",
            words.join(" ")
        );
    }
}

/// Codes in the text of a file, as `HW0203`.
fn codes(text: &str) -> impl Iterator<Item = &str> {
    text.match_indices("HW").filter_map(|(at, _)| {
        let code = text.get(at..at + 6)?;
        code.bytes()
            .skip(2)
            .all(|byte| byte.is_ascii_digit())
            .then_some(code)
    })
}

#[test]
fn every_code_is_listed_once_and_every_listed_code_exists() {
    let root = format!("{}/../..", env!("CARGO_MANIFEST_DIR"));
    let page = std::fs::read_to_string(format!("{root}/docs/errors.md")).expect("docs/errors.md");
    let listed: Vec<&str> = page
        .lines()
        .filter(|l| l.starts_with("| HW"))
        .flat_map(|l| codes(l).take(1))
        .collect();
    let mut unique = listed.clone();
    unique.sort_unstable();
    unique.dedup();
    assert_eq!(unique.len(), listed.len(), "a code is listed twice");
    let mut used = std::collections::BTreeSet::new();
    let mut folders = vec![std::path::PathBuf::from(format!("{root}/crates"))];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).expect("readable") {
            let path = entry.expect("an entry").path();
            let name = path
                .file_name()
                .map(|name| name.to_string_lossy().into_owned());
            if path.is_dir() && !matches!(name.as_deref(), Some("tests" | "target" | "examples")) {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let text = std::fs::read_to_string(&path).expect("text");
                let coded = text
                    .lines()
                    .filter(|line| !line.trim_start().starts_with("//"));
                used.extend(coded.flat_map(codes).map(str::to_owned));
            }
        }
    }
    let missing: Vec<&String> = used
        .iter()
        .filter(|code| !listed.contains(&code.as_str()))
        .collect();
    assert!(missing.is_empty(), "not in docs/errors.md: {missing:?}");
    let stale: Vec<&&str> = listed
        .iter()
        .filter(|code| !used.contains(**code))
        .collect();
    assert!(
        stale.is_empty(),
        "in docs/errors.md, but nowhere else: {stale:?}"
    );
}

#[test]
fn a_mismatch_is_told_with_its_cycle_net_values_and_line() {
    use hopwire::report::{Report, print};
    let first = cosim::mismatch::Mismatch {
        cycle: 17,
        net: "lane[4].sum_q element 2".into(),
        expected: "3f".into(),
        found: "40".into(),
        source: Some("net.toml:6 [weights]".into()),
    };
    let simulator = cosim::verify::SimulatorReport {
        name: "icarus".into(),
        version: "11".into(),
        cycles: 100,
        registers: 5,
        values_compared: 900,
        mismatches: 1,
        first: Some(first),
    };
    let compared = cosim::VerifyReport {
        lint_warnings: 0,
        lint_lines: vec![],
        simulators: vec![simulator],
    };
    let report = hopwire::verbs::verify::VerifyReport {
        compared,
        hash: "0123456789abcdef".into(),
        resets: 1,
        beats_out: 2,
    };
    assert!(!report.holds());
    let told = print(&report, false).expect("text");
    assert!(!told.holds);
    let line = "DIFFERS first in cycle 17: lane[4].sum_q element 2 is 40 there and 3f in the \
                simulator, from net.toml:6 [weights]";
    assert!(told.text.contains(line), "{}", told.text);
    let object: Value =
        serde_json::from_str(&print(&report, true).expect("JSON").text).expect("JSON");
    assert_eq!(
        object["simulators"][0]["first"]["net"],
        "lane[4].sum_q element 2"
    );
}

#[test]
fn table_says_what_an_activation_costs_and_loses() {
    let scratch = Scratch::new();
    let words = ["table", "tanh", "--input", "s8f4", "--output", "s8f7"];
    let found = scratch.json(&words, 0);
    assert_eq!(found["schema"], "hopwire.table/1");
    assert_eq!(found["words"], 256);
    let chosen = &found["chosen"];
    assert!(chosen["held_error_units"].as_f64().expect("a number") <= 1.0);
    assert_eq!(
        (&chosen["monotone"], &chosen["symmetric"]),
        (&true.into(), &true.into())
    );
    let all = found["alternatives"].as_array().expect("a list");
    let kinds: Vec<&str> = all.iter().filter_map(|of| of["kind"].as_str()).collect();
    assert_eq!(kinds, ["full", "half", "linear", "linear"]);
    assert!(all.contains(chosen));
    insta::assert_snapshot!(scratch.run(&words).stdout);

    let half = ["--kind", "half", "--entries", "32", "--gain", "2"];
    let fixed = scratch.json(&[&words[..], &half[..]].concat(), 0);
    assert_eq!(fixed["function"], "tanh with gain 2");
    assert_eq!(
        (&fixed["chosen"]["kind"], &fixed["chosen"]["entries"]),
        (&"half".into(), &32.into())
    );

    scratch.write("ramp.csv", "-1, -1\n0, 0.5\n2, 1\n");
    let own = scratch.json(
        &["table", "ramp.csv", "--input", "s6f3", "--output", "s6f4"],
        0,
    );
    assert_eq!(own["function"], "3 sampled points");
    let hard = scratch.json(
        &["table", "clamp", "--input", "s8f4", "--output", "s8f6"],
        0,
    );
    assert_eq!(
        (&hard["chosen"]["kind"], &hard["chosen"]["entries"]),
        (&"operations".into(), &0.into())
    );
}

/// A line of the page's table of measured errors: what the program says now.
fn measured(scratch: &Scratch, function: &str, input: &str, output: &str) -> String {
    let found = scratch.json(
        &["table", function, "--input", input, "--output", output],
        0,
    );
    let all = found["alternatives"].as_array().expect("a list");
    let cell = |kind: &str, shifts: bool| {
        let of = all
            .iter()
            .find(|of| of["kind"] == kind && of["shifts"] == shifts);
        let Some(of) = of else { return "-".to_owned() };
        let cost = ["memory_bits", "adder_bits", "multiplier_bits"];
        let cost = cost.map(|part| of["cost"][part].as_u64().expect("bits"));
        let units = of["held_error_units"].as_f64().expect("a number");
        let mark = if *of == found["chosen"] { "**" } else { "" };
        let (entries, total) = (&of["entries"], cost.iter().sum::<u64>());
        format!("{mark}{entries}, {total}, {units:.2}{mark}")
    };
    let cells = [
        cell("operations", false),
        cell("full", false),
        cell("half", false),
        cell("linear", false),
        cell("linear", true),
    ];
    format!(
        "| `{function}` | {input} | {output} | {} |",
        cells.join(" | ")
    )
}

#[test]
fn the_page_of_activations_has_the_errors_that_are_measured() {
    let scratch = Scratch::new();
    let formats = [
        ("s8f4", "s8f7"),
        ("s10f6", "s10f8"),
        ("s12f8", "s12f10"),
        ("s16f12", "s16f14"),
    ];
    let functions = ["tanh", "logistic", "arctangent", "softsign", "exp", "clamp"];
    let lines = functions.iter().flat_map(|function| {
        let lines = formats
            .iter()
            .map(|(input, output)| measured(&scratch, function, input, output));
        lines.collect::<Vec<String>>()
    });
    let lines: Vec<String> = lines.collect();
    let path = format!("{}/../../docs/activation.md", env!("CARGO_MANIFEST_DIR"));
    let page = std::fs::read_to_string(path).expect("the page");
    let (_, page) = page.split_once("## Measured").expect("the section");
    let page: Vec<&str> = page
        .lines()
        .filter(|line| line.starts_with("| `"))
        .collect();
    assert_eq!(
        page.join("\n"),
        lines.join("\n"),
        "the table of docs/activation.md is out of date"
    );
}

#[test]
fn a_bidirectional_memory_shows_both_layers() {
    let scratch = Scratch::new();
    let text = starter_of(&scratch, "bidirectional_associative_memory");
    scratch.write("net.toml", text);
    let mut all = String::new();
    for probe in ["0", "1"] {
        let words = ["simulate", "net.toml", "--probe", probe];
        all.push_str(&scratch.run(&words).stdout);
        let found = scratch.json(&words, 0);
        let parts = found["parts"].as_array().expect("parts");
        assert_eq!(parts[1]["values"].as_array().map(Vec::len), Some(4));
        assert_eq!(found["answer"]["valid"], true);
    }
    insta::assert_snapshot!(all);
}
