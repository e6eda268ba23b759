//! Errors planted in emitted text are noticed.

use std::collections::BTreeMap;

use ::program::{Boundary, Order, Rounding, Storage};
use codegen::{EmitOptions, emit};
use cosim::mutation::{Fault, Mutant, places};
use cosim::tools::for_test;
use cosim::verify::{SimulatorReport, bench_files, verify_files};
use cosim::{Bench, Tool, VerifyOptions};
use hw_ir::Design;
use hw_sim::stimulus::random::Random;
use hw_sim::stimulus::stream::StreamOptions;
use lockstep::sample;
use schedule::{Form, Hardware};

/// Places of one kind that are tried in one design, spread over it.
const PLACES: usize = 6;

fn units() -> Design {
    let of = sample::Units {
        units: 12,
        sparse: None,
        weights: "s5f0".parse().unwrap(),
        bias: true,
        order: Order::Synchronous,
        storage: Storage::Rom,
        max_steps: 6,
        on_period_two: true,
    };
    let program = sample::units(&mut Random::new(2), &of);
    let hardware = Hardware {
        lanes: 4,
        taps: 1,
        form: Form::Frame,
    };
    schedule::schedule(&program, &hardware).unwrap().design
}

fn cells() -> Design {
    let of = sample::Cells {
        rows: 6,
        columns: 12,
        radius: 1,
        state: "s6f3".parse().unwrap(),
        rounding: Rounding::HalfEven,
        euler: true,
        input: true,
        boundary: Boundary::Fixed(-8),
        max_steps: 4,
        when_stable: true,
    };
    let program = sample::cells(&mut Random::new(2), &of);
    let hardware = Hardware {
        lanes: 1,
        taps: 1,
        form: Form::Frame,
    };
    schedule::schedule(&program, &hardware).unwrap().design
}

/// At most [`PLACES`] of them, the first and last included.
fn spread(mutants: Vec<Mutant>) -> Vec<Mutant> {
    let last = mutants.len().saturating_sub(1);
    let tried = mutants.len().min(PLACES);
    let places = (0..tried).map(|k| k * last / tried.saturating_sub(1).max(1));
    places.map(|place| mutants[place].clone()).collect()
}

/// How many errors of each kind were planted; every one must be noticed.
fn noticed(name: &str, design: &Design, tried: &mut BTreeMap<Fault, usize>) {
    let Some(tools) = for_test(&[Tool::Iverilog, Tool::Vvp]) else {
        return;
    };
    let options = StreamOptions {
        seed: 5,
        reset_per_mille: 2,
        random_data: true,
        ..StreamOptions::default()
    };
    let bench = Bench::record(design, options, &[], 3000).unwrap();
    let extra = bench_files(design, &bench);
    let remarks = vec![];
    let files = emit(design, &EmitOptions { extra, remarks }).unwrap();
    let options = VerifyOptions {
        lint: false,
        verilator: false,
        icarus_cycles: 3000,
    };
    let compared = |files: &codegen::Files| -> SimulatorReport {
        let folder = tempfile::tempdir().unwrap();
        let report = verify_files(&tools, design, files, &bench, folder.path(), options);
        report.unwrap().simulators.remove(0)
    };
    assert_eq!(compared(&files).mismatches, 0, "{name} without an error");
    let mut missed = vec![];
    let mutants = Fault::ALL.map(|fault| spread(places(&files, fault)));
    for mutant in mutants.concat() {
        *tried.entry(mutant.fault).or_default() += 1;
        let report = compared(&mutant.apply(&files));
        if report.mismatches == 0 {
            missed.push(mutant);
            continue;
        }
        let first = report.first.expect("the first difference");
        if mutant.fault == Fault::ResetValue {
            // It shows at once, in the register itself.
            let register = first
                .net
                .split(' ')
                .next()
                .and_then(|p| p.rsplit('.').next());
            assert_eq!(first.cycle, 0, "{first:?}");
            assert!(
                mutant.before.contains(register.unwrap()),
                "{mutant:?} {first:?}"
            );
        }
    }
    assert!(missed.is_empty(), "{name}: not noticed: {missed:#?}");
}

#[test]
fn every_planted_error_is_noticed() {
    let mut tried = BTreeMap::new();
    noticed("units", &units(), &mut tried);
    noticed("cells", &cells(), &mut tried);
    println!("{tried:?}");
    if !tried.is_empty() {
        let kinds: Vec<Fault> = tried.into_keys().collect();
        assert_eq!(kinds, Fault::ALL, "a kind of error was never planted");
    }
}
