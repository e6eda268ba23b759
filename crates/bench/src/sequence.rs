//! Sequence networks: what words lose, cycles of a step, size, and speed.

use std::time::Instant;

use cosim::Tools;
use cosim::synth::Family;
use hw_sim::stimulus::random::Random;
use network::activation::Function;
use network::description::{ActivationTable, FormatChoice, RealFormat, TableWord};
use network::sequence::{
    Cell, Elman, Gates, Gru, Layer, Lstm, Output, ResetForm, SequenceNetwork, Starts,
};
use network::{Activation, Matrix};
use program::{Executor, Program};
use quantize::{Options, Quantized, sequence};
use schedule::{Form, Hardware, Scheduled, Timing, schedule};

use crate::yardstick::{Offer, Yardstick};
use crate::{Failure, Figure, size, speed};

/// Errors of exact rounding at the same widths, of an LSTM and a GRU, as measured elsewhere.
const IDEAL: [(&str, f64, f64); 3] = [
    ("s16f10", 0.0020, 0.0021),
    ("s12f8", 0.0064, 0.0076),
    ("s8f5", 0.043, 0.070),
];

/// Networks that each error is the largest of.
const SEEDS: u64 = 5;

/// Errors, cycles, size and speed.
///
/// # Errors
/// When a network cannot be made, or a tool is missing or fails.
pub fn figures(tools: &Tools) -> Result<Vec<Figure>, Failure> {
    let mut figures = vec![];
    for (format, of_lstm, of_gru) in IDEAL {
        for (name, make, ideal) in [
            ("LSTM", lstm as Make, of_lstm),
            ("GRU", gru as Make, of_gru),
        ] {
            let mut largest = 0.0f64;
            for seed in 1..=SEEDS {
                let network = network(seed, 6, make)?;
                let made = made(&network, format)?;
                largest = largest.max(error(&network, &made)?);
            }
            let name = format!("{name}, 6 inputs, 20 units, {format}: error of the last state");
            let peer = (ideal, "rounding-ideal");
            figures.push(Figure::new(&name, largest, peer, "largest of 5 networks"));
        }
    }
    let cells = [
        ("Elman", elman as Make),
        ("LSTM", lstm as Make),
        ("GRU", gru as Make),
    ];
    for (cell, make) in cells {
        let made = made(&network(1, 6, make)?, "s16f10")?;
        for (lanes, taps) in [(2, 4), (4, 2)] {
            let fold = format!("{lanes} lanes x {taps} taps");
            let timing = scheduled(&made.program, lanes, taps)?.timing;
            let name = format!("{cell}, 6 inputs, 20 units, {fold}");
            figures.extend(cycles(&name, &timing));
        }
    }
    figures.extend(small_lstm(tools)?);
    figures.push(sequences_a_second()?);
    figures.push(step_mode(tools)?);
    Ok(figures)
}

/// Cycles of a step with 8 multipliers, and how many of them work.
fn cycles(name: &str, timing: &Timing) -> [Figure; 3] {
    let most = timing.work as f64 / timing.units as f64 + 60.0;
    let wanted = (90.0, "wanted at least");
    let (all, fold) = (timing.utilisation_percent(), timing.fold_percent());
    [
        Figure::new(
            &format!("{name}: a step"),
            timing.step as f64,
            (most, "multiplications / (lanes x taps) + 60"),
            "cycles",
        ),
        Figure::new(
            &format!("{name}: lanes used while weights are taken"),
            fold as f64,
            wanted,
            "percent",
        ),
        Figure::new(
            &format!("{name}: lanes used in a whole step"),
            all as f64,
            wanted,
            "percent",
        ),
    ]
}

/// Cycles a second of whole sequences in integers, counted by the closed form, beside Verilator on
/// the same sequences; at least 100 times as many are wanted.
fn step_mode(tools: &Tools) -> Result<Figure, Failure> {
    let network = network(1, 6, lstm)?;
    let made = made(&network, "s16f10")?;
    let scheduled = scheduled(&made.program, 2, 4)?;
    let loads = network.sequences.iter();
    let loads: Vec<_> = loads
        .map(|sequence| sequence::loads(&made.program, sequence))
        .collect();
    let feed = scheduled.interface.feed.as_ref();
    let feed = feed.ok_or("the design is fed no sequence")?;
    let beats = loads.iter().flat_map(|loads| {
        let fields: Vec<&[i64]> = loads.iter().map(|(_, raw)| raw.as_slice()).collect();
        feed.pack_steps(&fields)
    });
    let beats: Vec<(Vec<i64>, bool)> = beats.collect();
    let yardstick = Yardstick::build(tools, &scheduled, &Offer::sequences(feed, &beats)?)?;
    let (ours, peer) = speed::pairs(
        || {
            let mut executor = Executor::new(&made.program)?;
            let (mut cycles, started) = (0, Instant::now());
            while started.elapsed().as_secs_f64() < 1.0 {
                for loads in &loads {
                    for (vector, raw) in loads {
                        executor.load(*vector, raw)?;
                    }
                    executor.start()?;
                    cycles += scheduled.timing.run(executor.run()?.steps);
                }
            }
            Ok(cycles as f64 / started.elapsed().as_secs_f64())
        },
        || yardstick.speed(4_000_000),
    )?;
    let name = "step mode, LSTM, 6 inputs, 20 units, 2 lanes x 4 taps";
    let peer = (peer, "Verilator (100 x wanted)");
    Ok(Figure::new(name, ours, peer, "cycles a second"))
}

/// An LSTM of 1 input, 20 units and 8 bits beside an open design by hand.
fn small_lstm(tools: &Tools) -> Result<Vec<Figure>, Failure> {
    // Tables cost memory, of which there is enough, instead of multipliers.
    let table = ActivationTable {
        kind: Some(TableWord::Full),
        ..ActivationTable::default()
    };
    let network = SequenceNetwork {
        table,
        ..network(1, 1, lstm)?
    };
    let made = made(&network, "s8f5")?;
    let scheduled = scheduled(&made.program, 1, 5)?;
    let name = "LSTM, 1 input, 20 units, 8 bits, 1 lane x 5 taps";
    let mut figures = vec![Figure::new(
        &format!("{name}: a step"),
        scheduled.timing.step as f64,
        (450.0, "limit"),
        "cycles",
    )];
    for (family, on) in [(Family::Ecp5, "ECP5"), (Family::Xilinx, "Xilinx")] {
        let counts = size::cells(tools, &scheduled, family)?;
        figures.push(Figure::new(
            &format!("{name}: look-up tables, {on}"),
            counts.lut as f64,
            (1000.0, "limit"),
            "cells",
        ));
        figures.push(Figure::new(
            &format!("{name}: multipliers, {on}"),
            counts.dsp as f64,
            (8.0, "limit"),
            "cells",
        ));
    }
    Ok(figures)
}

/// Sequences of 20 steps a second in integers, on one core.
fn sequences_a_second() -> Result<Figure, Failure> {
    let network = network(1, 6, lstm)?;
    let made = made(&network, "s16f10")?;
    let mut executor = Executor::new(&made.program)?;
    let given = network.given();
    let (mut runs, started) = (0usize, Instant::now());
    while started.elapsed().as_secs_f64() < 1.0 {
        let given = &given[runs % given.len()];
        sequence::run(&mut executor, &made.program, &network, given)?;
        runs += 1;
    }
    let ours = runs as f64 / started.elapsed().as_secs_f64();
    let name = "LSTM, 6 inputs, 20 units, 20 steps, one core";
    Ok(Figure::new(
        name,
        ours,
        (20_000.0, "wanted"),
        "sequences a second",
    ))
}

type Make = fn(&mut Random, usize, usize) -> Result<Cell, Failure>;

fn numbers(random: &mut Random, count: usize, bound: f64) -> Vec<f64> {
    let unit = |random: &mut Random| random.below(1 << 24) as f64 / f64::from(1 << 23) - 1.0;
    (0..count).map(|_| bound * unit(random)).collect()
}

/// Weights as they are drawn before training: even within 1 / sqrt(units).
fn gates(random: &mut Random, gates: usize, inputs: usize, units: usize) -> Gates {
    let bound = 1.0 / (units as f64).sqrt();
    let rows = gates * units;
    let input = numbers(random, rows * inputs, bound);
    let recurrent = numbers(random, rows * units, bound);
    Gates {
        input: Matrix::dense(rows, inputs, &input),
        recurrent: Matrix::dense(rows, units, &recurrent),
        bias: numbers(random, rows, bound),
    }
}

fn function(of: Function) -> Result<Activation, Failure> {
    Ok(Activation::new(of, 1.0)?)
}

fn elman(random: &mut Random, inputs: usize, units: usize) -> Result<Cell, Failure> {
    Ok(Cell::Elman(Elman {
        gates: gates(random, 1, inputs, units),
        activation: function(Function::Tanh)?,
        clip: None,
        leak: 1.0,
        initial: vec![0.0; units],
    }))
}

fn lstm(random: &mut Random, inputs: usize, units: usize) -> Result<Cell, Failure> {
    Ok(Cell::Lstm(Box::new(Lstm {
        gates: gates(random, 4, inputs, units),
        peepholes: None,
        coupled: false,
        clip: None,
        gate: function(Function::Logistic)?,
        candidate: function(Function::Tanh)?,
        output: function(Function::Tanh)?,
        initial: vec![0.0; units],
        initial_cell: vec![0.0; units],
    })))
}

fn gru(random: &mut Random, inputs: usize, units: usize) -> Result<Cell, Failure> {
    Ok(Cell::Gru(Gru {
        gates: gates(random, 3, inputs, units),
        reset: ResetForm::After {
            bias: vec![0.0; units],
        },
        clip: None,
        gate: function(Function::Logistic)?,
        candidate: function(Function::Tanh)?,
        initial: vec![0.0; units],
    }))
}

/// A cell of 20 units, with sequences of 20 steps of numbers within a half.
fn network(seed: u64, inputs: usize, make: Make) -> Result<SequenceNetwork, Failure> {
    let mut random = Random::new(seed);
    let cell = make(&mut random, inputs, 20)?;
    let mut step = |_| numbers(&mut random, inputs, 0.5);
    let mut sequence = |_| (0..20).map(&mut step).collect();
    Ok(SequenceNetwork {
        name: "subject".into(),
        inputs,
        layers: vec![Layer::forward(cell)],
        output: Output::EveryStep,
        generate: None,
        carry: false,
        starts: Starts::default(),
        longest: None,
        picture: None,
        table: ActivationTable::default(),
        sequences: (0..50).map(&mut sequence).collect(),
        targets: vec![],
        washout: 0,
    })
}

fn made(network: &SequenceNetwork, format: &str) -> Result<Quantized, Failure> {
    let format = FormatChoice::Fixed(format.parse()?);
    let formats = RealFormat {
        state: format,
        weights: format,
        ..RealFormat::default()
    };
    Ok(sequence::quantize(network, &formats, &Options::default())?)
}

/// The largest error of a state after the last step.
fn error(network: &SequenceNetwork, made: &Quantized) -> Result<f64, Failure> {
    let (real, found) = (
        sequence::real(network),
        sequence::runs(&made.program, network)?,
    );
    let last = |run: &[Vec<f64>]| run.last().cloned().into_iter().collect::<Vec<_>>();
    let errors = real.iter().zip(&found);
    let errors = errors.map(|(a, b)| sequence::distance(&last(a), &last(b)));
    Ok(errors.fold(0.0, f64::max))
}

fn scheduled(program: &Program, lanes: usize, taps: usize) -> Result<Scheduled, Failure> {
    let form = Form::Frame;
    Ok(schedule(program, &Hardware { lanes, taps, form })?)
}
