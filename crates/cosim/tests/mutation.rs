//! Errors planted in emitted text are noticed.

use std::collections::BTreeMap;

use ::program::{Boundary, Order, Rounding, Storage};
use codegen::{EmitOptions, emit};
use cosim::mutation::{Fault, Mutant, places};
use cosim::tools::for_test;
use cosim::verify::{SimulatorReport, bench_files, verify_files};
use cosim::{Bench, Tool, Tools, VerifyOptions};
use hw_ir::Design;
use hw_sim::stimulus::random::Random;
use hw_sim::stimulus::stream::StreamOptions;
use lockstep::sample;
use schedule::{Form, Hardware};

/// Places of one kind that are tried in one design, spread over it.
const PLACES: usize = 4;

/// Cycles that an error is given to show itself.
const CYCLES: u64 = 4000;

/// Errors that change nothing: the design, the line's net, and why.
const EQUIVALENT: [(&str, &str, &str); 6] = [
    ("synchronous", "beat_more", "one bit: plus one is minus one"),
    ("sequential", "beat_more", "one bit: plus one is minus one"),
    (
        "streaming",
        "last_feed",
        "read by nothing but the net that says so",
    ),
    (
        "streaming",
        "next_bottom_beyond",
        "at equality the value is the limit",
    ),
    (
        "frame",
        "next_bottom_beyond",
        "at equality the value is the limit",
    ),
    (
        "frame",
        "y_first_less",
        "at equality the value is the limit",
    ),
];

fn units(order: Order, lanes: usize, taps: usize) -> Design {
    let of = sample::Units {
        units: 12,
        sparse: None,
        weights: "s5f0".parse().unwrap(),
        bias: true,
        order,
        storage: Storage::Rom,
        max_steps: 6,
        on_period_two: order == Order::Synchronous,
    };
    let program = sample::units(&mut Random::new(2), &of);
    let hardware = Hardware {
        lanes,
        taps,
        form: Form::Frame,
    };
    schedule::schedule(&program, &hardware).unwrap().design
}

fn cells(state: &str, rounding: Rounding, form: Form) -> Design {
    let of = sample::Cells {
        rows: 5,
        columns: 8,
        radius: 1,
        state: state.parse().unwrap(),
        rounding,
        euler: state == "s6f3",
        input: true,
        boundary: Boundary::Fixed(-1),
        max_steps: 3,
        when_stable: true,
    };
    let program = sample::cells(&mut Random::new(2), &of);
    let hardware = Hardware {
        lanes: 1,
        taps: 1,
        form,
    };
    schedule::schedule(&program, &hardware).unwrap().design
}

fn designs() -> [(&'static str, Design); 4] {
    let streaming = Form::Streaming { iterations: 2 };
    [
        ("synchronous", units(Order::Synchronous, 4, 1)),
        ("sequential", units(Order::Sequential, 1, 3)),
        ("streaming", cells("s2f0", Rounding::Floor, streaming)),
        ("frame", cells("s6f3", Rounding::HalfEven, Form::Frame)),
    ]
}

/// At most [`PLACES`] of them, the first and last included.
fn spread(mutants: Vec<Mutant>) -> Vec<Mutant> {
    let last = mutants.len().saturating_sub(1);
    let tried = mutants.len().min(PLACES);
    let places = (0..tried).map(|k| k * last / tried.saturating_sub(1).max(1));
    places.map(|place| mutants[place].clone()).collect()
}

/// Whether a line with an error in it is known to mean the same as before.
fn is_equivalent(design: &str, mutant: &Mutant) -> bool {
    let named = |net: &str| {
        let words = mutant
            .before
            .split(|c: char| !c.is_ascii_alphanumeric() && c != '_');
        words.into_iter().any(|word| word == net)
    };
    let mut known = EQUIVALENT.iter();
    known.any(|(of, net, _)| *of == design && named(net))
}

/// Plants errors in a design; gives the kind of each, and those that were not noticed.
fn unnoticed(tools: &Tools, name: &str, design: &Design) -> (Vec<Fault>, Vec<Mutant>) {
    let options = StreamOptions {
        seed: 5,
        reset_per_mille: 2,
        random_data: true,
        ..StreamOptions::default()
    };
    let bench = Bench::record(design, options, &[], CYCLES).unwrap();
    let extra = bench_files(design, &bench);
    let remarks = vec![];
    let files = emit(design, &EmitOptions { extra, remarks }).unwrap();
    let options = VerifyOptions {
        lint: false,
        verilator: false,
        icarus_cycles: CYCLES,
    };
    let compared = |files: &codegen::Files| -> SimulatorReport {
        let folder = tempfile::tempdir().unwrap();
        let report = verify_files(tools, design, files, &bench, folder.path(), options);
        report.unwrap().simulators.remove(0)
    };
    assert_eq!(compared(&files).mismatches, 0, "{name} without an error");
    let (mut planted, mut missed) = (vec![], vec![]);
    let mutants = Fault::ALL.map(|fault| spread(places(&files, fault)));
    for mutant in mutants.concat() {
        if is_equivalent(name, &mutant) {
            continue;
        }
        planted.push(mutant.fault);
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
    (planted, missed)
}

#[test]
fn every_planted_error_is_noticed() {
    let Some(tools) = for_test(&[Tool::Iverilog, Tool::Vvp]) else {
        return;
    };
    let designs = designs();
    let found = std::thread::scope(|scope| {
        let start = |(name, design): &(&'static str, Design)| {
            let (tools, name, design) = (&tools, *name, design.clone());
            scope.spawn(move || unnoticed(tools, name, &design))
        };
        let runs: Vec<_> = designs.iter().map(start).collect();
        let join = |run: std::thread::ScopedJoinHandle<'_, _>| run.join().unwrap();
        runs.into_iter().map(join).collect::<Vec<_>>()
    });
    let mut tried: BTreeMap<Fault, usize> = BTreeMap::new();
    let mut missed = vec![];
    for (planted, unnoticed) in found {
        planted
            .iter()
            .for_each(|&fault| *tried.entry(fault).or_default() += 1);
        missed.extend(unnoticed);
    }
    println!("planted: {tried:?}");
    assert!(missed.is_empty(), "not noticed: {missed:#?}");
    let kinds: Vec<Fault> = tried.into_keys().collect();
    assert_eq!(kinds, Fault::ALL, "a kind of error was never planted");
}
