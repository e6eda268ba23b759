//! An emitted directory needs no hopwire: `make` in it lints, simulates and synthesises.

use std::path::Path;
use std::process::Command;

use ::program::{Order, Storage};
use codegen::{EmitOptions, emit};
use cosim::tools::for_test;
use cosim::verify::{bench_files, write_files};
use cosim::{Bench, Tool, Tools};
use hw_ir::Design;
use hw_sim::stimulus::random::Random;
use hw_sim::stimulus::stream::StreamOptions;
use lockstep::sample;
use schedule::{Form, Hardware};

fn design() -> Design {
    let of = sample::Units {
        units: 8,
        sparse: None,
        weights: "s4f0".parse().unwrap(),
        bias: false,
        order: Order::Synchronous,
        storage: Storage::Rom,
        max_steps: 4,
        on_period_two: false,
    };
    let program = sample::units(&mut Random::new(1), &of);
    let hardware = Hardware {
        lanes: 4,
        taps: 1,
        form: Form::Frame,
    };
    schedule::schedule(&program, &hardware).unwrap().design
}

/// Whether `make TARGET` succeeds, and what it prints.
fn make(tools: &Tools, folder: &Path, target: &str) -> (bool, String) {
    let variables = [
        ("VERILATOR", Tool::Verilator),
        ("IVERILOG", Tool::Iverilog),
        ("VVP", Tool::Vvp),
        ("YOSYS", Tool::Yosys),
    ];
    let path = |tool| tools.find(tool).unwrap().canonicalize().unwrap();
    let variables = variables.map(|(name, tool)| format!("{name}={}", path(tool).display()));
    let mut command = Command::new("make");
    command.arg("-C").arg(folder).arg(target).args(variables);
    // What the calling `make` says to its children is not meant for this one.
    command.env_remove("MAKEFLAGS").env_remove("MAKELEVEL");
    let output = command.output().unwrap();
    let text = [output.stdout, output.stderr].concat();
    let text = String::from_utf8_lossy(&text).into_owned();
    (output.status.success(), text)
}

#[test]
fn make_lints_simulates_and_synthesises() {
    let needed = [Tool::Verilator, Tool::Iverilog, Tool::Vvp, Tool::Yosys];
    let Some(tools) = for_test(&needed) else {
        return;
    };
    let design = design();
    let bench = Bench::record(&design, StreamOptions::default(), &[], 1000).unwrap();
    let extra = bench_files(&design, &bench);
    let remarks = vec!["a host waits 20 cycles".to_owned()];
    let files = emit(&design, &EmitOptions { extra, remarks }).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    write_files(folder, &files).unwrap();
    for target in ["lint", "simulate", "synth"] {
        let (success, text) = make(&tools, folder, target);
        assert!(success, "make {target}: {text}");
        let lower = text.to_ascii_lowercase();
        assert!(target != "lint" || !lower.contains("warning"), "{text}");
    }
    // An altered expectation must not pass.
    let expected = folder.join("tb/expected.txt");
    let text = std::fs::read_to_string(&expected).unwrap();
    let altered: String = text.chars().rev().collect();
    std::fs::write(&expected, altered.trim_start()).unwrap();
    for target in ["verilator", "icarus"] {
        assert!(!make(&tools, folder, target).0, "make {target} passed");
    }
    let (success, text) = make(&tools, folder, "clean");
    assert!(success && !folder.join("build").exists(), "{text}");
}
