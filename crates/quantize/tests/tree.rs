//! Tree networks in integers against their equations, on programs and on what is none.

use std::path::Path;

use network::noise::SplitMix64;
use network::sequence::{Fault, Output, SequenceNetwork};
use network::{Description, Network};
use program::{Executor, Program};
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
    let w = matrix(2 * units, 2 * units, SHARE / (2.0 * units as f64), numbers);
    let u = matrix(units, units, SHARE / units as f64, numbers);
    let bias = matrix(1, 2 * units, 0.5, numbers);
    let embedding = matrix(3, units, 1.0, numbers);
    let text = format!(
        "[network]\nkind = \"sequence\"\nname = \"net\"\ninputs = 1\noutput = \"{output}\"\n\
         [[layer]]\nkind = \"tree\"\nunits = {units}\nw = {w}\nbias = {bias}\n\
         [layer.tree]\nleaves = [\"a\", \"b\", \"c\"]\nunary = [\"not\"]\n\
         binary = [\"and\", \"or\"]\ndepth = {depth}\nembedding = {embedding}\nu = {u}\n\
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
    executor
        .run_emitting(|executor| {
            let raw = executor.values(output).iter();
            let real = raw.map(|&raw| format.value(raw)).collect();
            given.push((real, executor.values(fault)[0]));
        })
        .unwrap();
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
