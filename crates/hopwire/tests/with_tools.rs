//! The verbs that need Verilator, Icarus, Yosys and nextpnr; skipped where these are missing.

mod support;

use cosim::{Tool, Tools};
use support::{Scratch, example, four_units, ran};

fn have(tools: &[Tool]) -> bool {
    let found = Tools::new().have(tools);
    let required = std::env::var_os("HOPWIRE_REQUIRE_TOOLS").is_some();
    assert!(found || !required, "{tools:?} are not all installed");
    if !found {
        eprintln!("skipped: {tools:?} are not all installed");
    }
    found
}

const SIMULATION: [Tool; 4] = [Tool::Verilator, Tool::Iverilog, Tool::Vvp, Tool::Yosys];

#[test]
fn verify_compares_every_register_in_every_cycle() {
    if !have(&SIMULATION) {
        return;
    }
    let scratch = Scratch::new();
    scratch.json(&["new", "hopfield", "-o", "net.toml"], 0);
    let small = [
        "verify",
        "net.toml",
        "--cycles",
        "1000",
        "--icarus-cycles",
        "500",
        "--seed",
        "3",
    ];
    let found = scratch.json(&small, 0);
    assert_eq!(found["lint_warnings"], 0);
    let simulators = found["simulators"].as_array().expect("simulators");
    let cycles: Vec<(&str, u64)> = simulators
        .iter()
        .map(|s| {
            (
                s["name"].as_str().expect("a name"),
                s["cycles"].as_u64().expect("cycles"),
            )
        })
        .collect();
    assert_eq!(cycles, [("verilator", 1000), ("icarus", 500)]);
    for simulator in simulators {
        assert_eq!(simulator["mismatches"], 0);
        assert!(simulator["values_compared"].as_u64() > simulator["registers"].as_u64());
    }
}

#[test]
fn an_emitted_directory_stands_alone() {
    if !have(&SIMULATION) {
        return;
    }
    let scratch = Scratch::new();
    scratch.json(&["emit", &example("templates/edge.toml"), "-o", "out"], 0);
    let tools = Tools::new();
    let folder = |tool| {
        tools
            .find(tool)
            .expect("a tool")
            .parent()
            .expect("a folder")
            .to_owned()
    };
    let folders = SIMULATION.map(folder);
    let path = std::env::join_paths(folders.into_iter().chain(std::env::split_paths(
        &std::env::var_os("PATH").unwrap_or_default(),
    )));
    let mut make = std::process::Command::new("make");
    make.current_dir(scratch.path().join("out"))
        .env("PATH", path.expect("paths"));
    let made = ran(make.output().expect("make"));
    assert_eq!(made.code, 0, "{}{}", made.stdout, made.stderr);
    // An altered expectation is noticed.
    scratch.write("out/tb/expected.txt", "0000000000000000\n");
    let made = ran(make.arg("simulate").output().expect("make"));
    assert_ne!(made.code, 0);
}

#[test]
fn synth_measures_beside_its_estimate() {
    if !have(&[Tool::Yosys]) {
        return;
    }
    let scratch = Scratch::new();
    scratch.write("net.toml", four_units(&[]));
    for target in ["ice40-hx8k", "xilinx"] {
        let found = scratch.json(&["synth", "net.toml", "--target", target], 0);
        assert_eq!(found["target"], target);
        for key in ["lut", "ff"] {
            let measured = found[key].as_f64().expect(key);
            let estimate = found["estimate"][key].as_f64().expect(key);
            assert!(
                measured > 0.0 && (0.4..2.5).contains(&(estimate / measured)),
                "{found}"
            );
        }
    }
}

#[test]
fn the_board_ends_with_a_bitstream() {
    if !have(&[Tool::Yosys, Tool::NextpnrEcp5, Tool::Ecppack]) {
        return;
    }
    let scratch = Scratch::new();
    scratch.write("net.toml", four_units(&[]));
    let found = scratch.json(
        &[
            "synth",
            "net.toml",
            "--target",
            "ulx3s-85k",
            "--out",
            "board",
        ],
        0,
    );
    assert!(found["fmax_mhz"].as_f64().expect("a clock") > 25.0);
    assert_eq!(found["bitstream"], "board/build/top.bit");
    assert!(scratch.read("board/build/top.bit").len() > 10_000);
}
