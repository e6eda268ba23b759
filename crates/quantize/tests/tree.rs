//! Tree networks in integers against their equations, on programs and on what is none.

use std::path::Path;

use network::noise::SplitMix64;
use network::sequence::{Fault, Output, SequenceNetwork};
use network::{Description, Network};
use program::{Executor, Phases, Program};
use proptest::prelude::*;
use quantize::{Options, sequence};

/// Fraction bits of the states.
const FRACTION: i32 = 8;

/// Small weights: an operator passes on at most `SHARE` of what its operands differ by.
const SHARE: f64 = 0.75;

fn matrix(rows: usize, columns: usize, largest: f64, numbers: &mut SplitMix64) -> String {
    let mut row = |_| {
        let mut number = |_| ((2.0 * numbers.uniform() - 1.0) * largest).to_string();
        let row: Vec<String> = (0..columns).map(&mut number).collect();
        format!("[{}]", row.join(", "))
    };
    let rows: Vec<String> = (0..rows).map(&mut row).collect();
    format!("[{}]", rows.join(", "))
}

/// Three leaves, one unary operator and two binary ones, with random weights.
fn made(
    output: &str,
    (depth, units): (usize, usize),
    numbers: &mut SplitMix64,
) -> (SequenceNetwork, Program) {
    with_layers(output, (depth, units), numbers, "")
}

/// The same with layers behind.
fn with_layers(
    output: &str,
    (depth, units): (usize, usize),
    numbers: &mut SplitMix64,
    layers: &str,
) -> (SequenceNetwork, Program) {
    let w = matrix(2 * units, 2 * units, SHARE / (2.0 * units as f64), numbers);
    let u = matrix(units, units, SHARE / units as f64, numbers);
    let bias = matrix(1, 2 * units, 0.5, numbers);
    let embedding = matrix(3, units, 1.0, numbers);
    let text = format!(
        "[network]\nkind = \"sequence\"\nname = \"net\"\ninputs = 1\noutput = \"{output}\"\n\
         [[layer]]\nkind = \"tree\"\nunits = {units}\nw = {w}\nbias = {bias}\n\
         [layer.tree]\nleaves = [\"a\", \"b\", \"c\"]\nunary = [\"not\"]\n\
         binary = [\"and\", \"or\"]\ndepth = {depth}\nembedding = {embedding}\nu = {u}\n{layers}\
         [format]\nstate = \"s12f{FRACTION}\"\n\
         [data]\nrandom = {{ sequences = 4, steps = 25 }}\n"
    );
    let described = Description::parse(&text, "net.toml", Path::new("")).unwrap();
    let network = Network::from_description(&described).unwrap();
    let program = quantize::quantize(&described, &network, &Options::default());
    match network {
        Network::Sequence(network) => (network, program.unwrap().program),
        other => panic!("{:?}", other.kind()),
    }
}

/// The outputs and the fault of each vector that a run gives.
fn run(program: &Program, sequence: &[Vec<f64>]) -> Vec<(Vec<f64>, i64)> {
    let mut executor = Executor::new(program).unwrap();
    for (vector, values) in sequence::loads(program, sequence) {
        executor.load(vector, &values).unwrap();
    }
    executor.start().unwrap();
    let find = |name| program.find(name).unwrap();
    let (output, fault) = (find("output"), find("fault"));
    let format = program.vector(output).unwrap().format;
    let mut given = vec![];
    let mut shown = |executor: &Executor| {
        let raw = executor.values(output).iter();
        let real = raw.map(|&raw| format.value(raw)).collect();
        given.push((real, executor.values(fault)[0]));
    };
    executor.run_emitting(&mut shown).unwrap();
    // What goes through a sequence more than once, and gives one vector, has it at the end.
    let leaves = |phases: &Phases| phases.phases.iter().any(|phase| phase.leaves);
    if program
        .phases
        .as_ref()
        .is_some_and(|phases| !leaves(phases))
    {
        shown(&executor);
    }
    given
}

fn number(fault: Option<Fault>) -> i64 {
    fault.map_or(0, |fault| fault.number().into())
}

/// The largest difference that rounding explains: an argument is rounded with two more fraction bits,
/// a function and its table add a unit, and of each difference an operator passes on a share.
fn bound() -> f64 {
    let unit = (-f64::from(FRACTION)).exp2();
    1.5 * unit / (1.0 - SHARE)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn programs_lose_what_rounding_takes(
        depth in 2usize..7, units in 1usize..5, seed in any::<u64>(),
    ) {
        let mut numbers = SplitMix64::new(seed);
        let (network, program) = made("every_step", (depth, units), &mut numbers);
        let network = sequence::rounded(&network, &program).unwrap();
        for sequence in &network.sequences {
            let real = network.run(sequence).outputs;
            let found = run(&program, sequence);
            prop_assert_eq!(real.len(), found.len());
            for (real, (found, fault)) in real.iter().zip(&found) {
                let error = sequence::distance(std::slice::from_ref(real), std::slice::from_ref(found));
                prop_assert!(error <= bound(), "{} beyond {}", error, bound());
                prop_assert_eq!(*fault, 0);
            }
        }
    }

    /// A layer behind a tree that reads from the end, or both ways: the program has ended then.
    #[test]
    fn trees_before_layers_that_read_from_the_end(
        direction in prop::sample::select(vec!["reverse", "bidirectional"]),
        gives in prop::sample::select(vec!["every_step", "last_state"]),
        units in 1usize..4, seed in any::<u64>(),
    ) {
        let mut numbers = SplitMix64::new(seed);
        let cells = if direction == "reverse" { 1 } else { 2 };
        let share = SHARE / (3 + units) as f64;
        let w = matrix(cells * units, 3, share, &mut numbers);
        let r = matrix(cells * units, units, share, &mut numbers);
        let layer = format!(
            "[[layer]]\nkind = \"elman\"\nunits = {units}\ndirection = \"{direction}\"\n\
             gives = \"{gives}\"\nw = {w}\nr = {r}\n"
        );
        let output = if gives == "last_state" { "last" } else { "every_step" };
        let (network, program) = with_layers(output, (4, 3), &mut numbers, &layer);
        prop_assert!(program.phases.is_some());
        let network = sequence::rounded(&network, &program).unwrap();
        // What the tree differs by, and as much again as the layer adds to a share of it.
        let bound = bound() * SHARE / (1.0 - SHARE) + bound();
        for sequence in &network.sequences {
            let real = network.run(sequence).outputs;
            let found = run(&program, sequence);
            prop_assert_eq!(real.len(), found.len());
            for (real, (found, fault)) in real.iter().zip(&found) {
                let error = sequence::distance(std::slice::from_ref(real), std::slice::from_ref(found));
                prop_assert!(error <= bound, "{} beyond {}", error, bound);
                prop_assert_eq!(*fault, 0);
            }
        }
        // Two leaves and nothing that joins them: too much is left, which is known in every step.
        for (_, fault) in run(&program, &[vec![0.0], vec![1.0]]) {
            prop_assert_eq!(fault, number(Some(Fault::Left)));
        }
        // An operator without values.
        for (_, fault) in run(&program, &[vec![3.0], vec![1.0]]) {
            prop_assert_eq!(fault, number(Some(Fault::Operands)));
        }
    }

    #[test]
    fn faults_are_those_of_the_equations(
        depth in 2usize..5, tokens in prop::collection::vec(0usize..8, 1..40),
        last in any::<bool>(), seed in any::<u64>(),
    ) {
        let output = if last { "last" } else { "every_step" };
        let (network, program) = made(output, (depth, 2), &mut SplitMix64::new(seed));
        let network = sequence::rounded(&network, &program).unwrap();
        prop_assert_eq!(network.output == Output::Last, last);
        let tokens: Vec<Vec<f64>> = tokens.iter().map(|&token| vec![token as f64]).collect();
        let found = run(&program, &tokens);
        let mut states = network.start();
        for (token, (found, fault)) in tokens.iter().zip(&found) {
            let real = network.step(token, &mut states);
            let error = sequence::distance(&[real], std::slice::from_ref(found));
            prop_assert!(error <= bound(), "{} beyond {}", error, bound());
            let stack = &states[0].stack;
            let wanted = if last { stack.fault_at_end() } else { stack.fault };
            prop_assert_eq!(*fault, number(wanted));
        }
    }
}
