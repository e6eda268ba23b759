//! Designs of every shape against Verilator and Icarus, in every register in every cycle.

use std::path::Path;

use ::program::{Boundary, Order, Rounding, Storage};
use cosim::tools::for_test;
use cosim::{Bench, Tool, Tools, VerifyOptions, verify};
use hw_sim::stimulus::random::Random;
use hw_sim::stimulus::stream::StreamOptions;
use lockstep::chains::{Chain, FUNCTIONS, Kind};
use lockstep::sample;
use lockstep::stages::{self, Moving, Sequences, Stages};
use network::{Description, Network};
use quantize::Options;
use schedule::{Form, Hardware, Scheduled};

fn tools() -> Option<Tools> {
    for_test(&[Tool::Verilator, Tool::Iverilog, Tool::Vvp, Tool::Yosys])
}

fn units(
    order: Order,
    (lanes, taps): (usize, usize),
    sparse: Option<usize>,
    storage: Storage,
) -> Scheduled {
    let mut random = Random::new(lanes as u64 * 31 + taps as u64);
    let program = sample::units(
        &mut random,
        &sample::Units {
            units: 12,
            sparse,
            weights: "s5f0".parse().unwrap(),
            bias: lanes % 2 == 0,
            order,
            storage,
            max_steps: 6,
            on_period_two: order == Order::Synchronous,
        },
    );
    schedule::schedule(
        &program,
        &Hardware {
            lanes,
            taps,
            form: Form::Frame,
        },
    )
    .unwrap()
}

fn cells(state: &str, boundary: Boundary, radius: usize, form: Form, lanes: usize) -> Scheduled {
    let mut random = Random::new(radius as u64 * 7 + lanes as u64);
    let program = sample::cells(
        &mut random,
        &sample::Cells {
            rows: 6,
            columns: 12,
            radius,
            state: state.parse().unwrap(),
            rounding: Rounding::HalfEven,
            euler: state == "s6f3",
            input: lanes < 3,
            boundary,
            max_steps: 4,
            when_stable: true,
        },
    );
    schedule::schedule(
        &program,
        &Hardware {
            lanes,
            taps: 1,
            form,
        },
    )
    .unwrap()
}

/// Restless streams, corner-biased data, and resets in mid-run.
fn check(name: &str, scheduled: &Scheduled) {
    let Some(tools) = tools() else { return };
    let options = StreamOptions {
        seed: 5,
        reset_per_mille: 2,
        random_data: true,
        ..StreamOptions::default()
    };
    let bench = Bench::record(&scheduled.design, options, &[], 3000).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let options = VerifyOptions::default();
    let report = verify(&tools, &scheduled.design, &bench, folder.path(), options).unwrap();
    assert!(report.holds(), "{name}: {report:#?}");
    for simulator in &report.simulators {
        assert_eq!(simulator.cycles, 3000);
    }
}

#[test]
fn units_in_every_order() {
    check(
        "synchronous",
        &units(Order::Synchronous, (4, 1), None, Storage::Ram),
    );
    check(
        "parallel",
        &units(Order::Synchronous, (12, 12), None, Storage::Rom),
    );
    check(
        "sequential",
        &units(Order::Sequential, (1, 5), None, Storage::Rom),
    );
    check(
        "permuted",
        &units(Order::Permuted { seed: 9 }, (1, 3), None, Storage::Rom),
    );
    check(
        "block",
        &units(Order::Block { size: 6 }, (2, 2), None, Storage::Rom),
    );
    check(
        "sparse",
        &units(Order::Synchronous, (5, 2), Some(4), Storage::Rom),
    );
}

#[test]
fn chains_of_stages() {
    let of = |layers: &[usize], once, state: &str, sparse| Stages {
        layers: layers.to_vec(),
        once,
        state: state.parse().unwrap(),
        gathers: 3,
        sparse,
        order: Order::Synchronous,
        moving: Moving::default(),
        max_steps: 5,
        on_period_two: true,
    };
    let cases = [
        ("two layers", of(&[12, 5], 0, "s6f3", false), (4, 3)),
        ("derived", of(&[7, 7, 2], 2, "s5f0", true), (3, 2)),
        ("elements alone", of(&[4], 1, "u4f1", false), (1, 1)),
        ("whole rows", of(&[6, 9], 1, "s4f2", true), (9, 9)),
    ];
    for (name, of, (lanes, taps)) in cases {
        let program = stages::stages(&mut Random::new(of.layers.len() as u64), &of);
        let hardware = Hardware {
            lanes,
            taps,
            form: Form::Frame,
        };
        check(name, &schedule::schedule(&program, &hardware).unwrap());
    }
}

/// Weights that are powers of two, of a source that is a sign and of words: signs and exponents in
/// memories and as constants, shifts in the place of multipliers.
#[test]
fn powers_of_two() {
    let schedule = |name: &str, program, lanes, taps| {
        let program = sample::with_powers(program);
        let powers = |gather: &::program::Gather| gather.weights.powers().is_some();
        let mut gathers = program.stages.iter().flat_map(|stage| &stage.gathers);
        assert!(gathers.any(powers), "{name}");
        let form = Form::Frame;
        let hardware = Hardware { lanes, taps, form };
        check(name, &schedule::schedule(&program, &hardware).unwrap());
    };
    let of = sample::Units {
        units: 12,
        sparse: None,
        weights: "s7f0".parse().unwrap(),
        bias: true,
        order: Order::Synchronous,
        storage: Storage::Rom,
        max_steps: 6,
        on_period_two: true,
    };
    for (name, lanes, taps) in [("one tap", 4, 1), ("taps", 3, 4), ("whole rows", 12, 12)] {
        let program = sample::units(&mut Random::new(lanes as u64), &of);
        schedule(name, program, lanes, taps);
    }
    let of = Stages {
        layers: vec![9, 5],
        once: 1,
        state: "s6f3".parse().unwrap(),
        gathers: 3,
        sparse: true,
        order: Order::Synchronous,
        moving: Moving::default(),
        max_steps: 5,
        on_period_two: true,
    };
    let program = stages::stages(&mut Random::new(3), &of);
    schedule("words", program.clone(), 2, 3);
    schedule("words in whole rows", program, 9, 9);
}

/// Tables in logic and in memories, signals, outputs, schedules, pasts, and stages that judge their
/// rest.
#[test]
fn what_moves_with_time() {
    let all = |tables| Moving {
        tables,
        signals: true,
        schedules: true,
        pasts: 5,
        noise: true,
        rest: true,
        sequences: Sequences::None,
    };
    let of = |layers: &[usize], order, state: &str, tables| Stages {
        layers: layers.to_vec(),
        once: 1,
        state: state.parse().unwrap(),
        gathers: 2,
        sparse: true,
        order,
        moving: all(tables),
        max_steps: 6,
        on_period_two: true,
    };
    let synchronous = Order::Synchronous;
    let cases = [
        ("logic", of(&[7, 4], synchronous, "s5f2", 6), (3, 2)),
        ("wide beats", of(&[4, 3], synchronous, "s24f9", 6), (2, 2)),
        ("memories", of(&[9], synchronous, "s9f4", 14), (2, 1)),
        (
            "one cycle a row",
            of(&[8, 6], synchronous, "s8f4", 9),
            (2, 9),
        ),
        ("all at once", of(&[5], synchronous, "s8f4", 9), (5, 5)),
        ("sequential", of(&[6], Order::Sequential, "s8f4", 9), (1, 2)),
        (
            "permuted",
            of(&[6], Order::Permuted { seed: 3 }, "s8f4", 9),
            (1, 1),
        ),
        (
            "block",
            of(&[8], Order::Block { size: 4 }, "s8f4", 9),
            (2, 8),
        ),
    ];
    for (name, of, (lanes, taps)) in cases {
        let program = stages::stages(&mut Random::new(taps as u64), &of);
        let hardware = Hardware {
            lanes,
            taps,
            form: Form::Frame,
        };
        check(name, &schedule::schedule(&program, &hardware).unwrap());
    }
}

/// Vectors that arrive before and leave after every step, vectors that are kept, and joined ones.
#[test]
fn sequences() {
    let of = |layers: &[usize], sequences, state: &str| Stages {
        layers: layers.to_vec(),
        once: 1,
        state: state.parse().unwrap(),
        gathers: 2,
        sparse: true,
        order: Order::Synchronous,
        moving: Moving {
            tables: 6,
            signals: true,
            schedules: true,
            pasts: 3,
            noise: false,
            rest: false,
            sequences,
        },
        max_steps: 4,
        on_period_two: false,
    };
    let cases = [
        ("beside", of(&[7, 4], Sequences::Beside, "s5f2"), (3, 2)),
        ("emitting", of(&[5, 6], Sequences::Emitting, "s8f4"), (2, 3)),
        (
            "emitting at once",
            of(&[4, 4], Sequences::Emitting, "s4f2"),
            (4, 4),
        ),
        ("one row", of(&[6], Sequences::Emitting, "s9f4"), (1, 1)),
    ];
    for (name, of, (lanes, taps)) in cases {
        let program = stages::stages(&mut Random::new(lanes as u64), &of);
        let hardware = Hardware {
            lanes,
            taps,
            form: Form::Frame,
        };
        check(name, &schedule::schedule(&program, &hardware).unwrap());
    }
}

/// Layers of sequence networks: recurrent ones of every kind, windows, and selections.
#[test]
fn layers_of_sequence_networks() {
    let of = |layers: &[Kind], every_step, carry, backward| Chain {
        layers: layers.to_vec(),
        every_step,
        generates: false,
        carry,
        backward,
        full_tables: !every_step,
        state: "s8f4",
        functions: FUNCTIONS,
    };
    use Kind::{
        ArgMax, AveragePool, Convolution, Count, Dense, Elman, Embedding, Gru, Jordan, Lstm,
        Markov, MaxPool, Softmax, Transposed,
    };
    let generating = |layers: &[Kind]| Chain {
        generates: true,
        ..of(layers, true, false, false)
    };
    let cases = [
        (
            "windows",
            of(
                &[Convolution, MaxPool, Transposed, AveragePool],
                true,
                false,
                false,
            ),
            (2, 2),
        ),
        (
            "carried",
            of(&[Lstm, Dense, Gru, Softmax], true, true, false),
            (2, 3),
        ),
        (
            "backward",
            of(&[Gru, MaxPool, Dense, ArgMax], false, false, true),
            (1, 4),
        ),
        (
            "fed back",
            of(&[Jordan, Convolution, Elman], false, true, false),
            (3, 1),
        ),
        (
            "bag of words",
            of(&[Count, Dense, ArgMax], false, false, false),
            (2, 2),
        ),
        ("letters", generating(&[Embedding, Gru]), (2, 2)),
        ("chain of letters", generating(&[Markov]), (2, 1)),
    ];
    for (at, (name, of, (lanes, taps))) in cases.into_iter().enumerate() {
        let text = of.text(&mut Random::new(at as u64 + 11));
        let described = Description::parse(&text, "random.toml", Path::new(".")).unwrap();
        let network = Network::from_description(&described).unwrap();
        let made = quantize::quantize(&described, &network, &Options::default()).unwrap();
        let hardware = Hardware {
            lanes,
            taps,
            form: Form::Frame,
        };
        check(name, &schedule::schedule(&made.program, &hardware).unwrap());
    }
}

#[test]
fn cells_in_every_form() {
    let fixed = Boundary::Fixed(-1);
    let streaming = |iterations| Form::Streaming { iterations };
    check("chain", &cells("s2f0", fixed, 1, streaming(3), 1));
    check(
        "wide chain",
        &cells("b1", Boundary::ZeroFlux, 2, streaming(2), 2),
    );
    check(
        "frame",
        &cells("s2f0", Boundary::ZeroFlux, 1, Form::Frame, 4),
    );
    check(
        "euler",
        &cells("s6f3", Boundary::Fixed(-8), 1, Form::Frame, 1),
    );
    check(
        "torus",
        &cells("s5f1", Boundary::Periodic, 2, Form::Frame, 2),
    );
    check(
        "streaming torus",
        &cells("s5f1", Boundary::Periodic, 2, streaming(2), 2),
    );
}

/// The smallest networks have single beats, single chunks and indices with bits to spare.
#[test]
fn the_smallest_networks_are_clean() {
    let Some(tools) = tools() else { return };
    let orders = [
        Order::Synchronous,
        Order::Sequential,
        Order::Permuted { seed: 3 },
        Order::Block { size: 1 },
    ];
    let mut random = Random::new(1);
    for (units, order) in (1..=4).flat_map(|units| orders.map(|order| (units, order))) {
        for (lanes, taps) in [(1, 1), (2, 1), (1, 2), (4, 4)] {
            let of = sample::Units {
                units,
                sparse: (lanes == 2).then_some(2),
                weights: "s2f0".parse().unwrap(),
                bias: taps == 2,
                order,
                storage: Storage::Rom,
                max_steps: 3,
                on_period_two: order == Order::Synchronous,
            };
            let mut program = sample::units(&mut random, &of);
            program.stop.when_stable = (lanes, taps) != (1, 2);
            let hardware = Hardware {
                lanes,
                taps,
                form: Form::Frame,
            };
            let design = schedule::schedule(&program, &hardware).unwrap().design;
            let files = codegen::emit(&design, &codegen::EmitOptions::default()).unwrap();
            let folder = tempfile::tempdir().unwrap();
            cosim::verify::write_files(folder.path(), &files).unwrap();
            let is_source = |path: &&String| path.starts_with("rtl/") && path.ends_with(".v");
            let sources: Vec<String> = files.keys().filter(is_source).cloned().collect();
            let lint = cosim::lint::lint(&tools, folder.path(), "sample", &sources).unwrap();
            let complaints = lint.complaints;
            assert!(
                complaints.is_empty(),
                "{units} {order:?} {lanes}x{taps}: {complaints:#?}"
            );
        }
    }
}
