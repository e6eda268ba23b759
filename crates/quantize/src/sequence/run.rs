//! Runs of sequence networks in integers, over the sequences of their descriptions.

use network::sequence::{Given, Output, SequenceNetwork};
use program::{
    Begins, ExecutionError, Executor, Format, Program, Role, VectorId, rounding::nearest,
};

use crate::QuantizeError;

/// What a run gave.
#[derive(Debug, Clone, PartialEq)]
pub struct IntegerRun {
    /// The raw output vectors, of every step or of the last.
    pub raw: Vec<Vec<i64>>,
    /// The steps.
    pub steps: u64,
}

/// The raw values that a run over a sequence, [time, inputs], is given; the start of a network that
/// feeds itself is the first vector of its sequence. States that are loaded are those of the layers.
pub fn loads(program: &Program, sequence: &[Vec<f64>]) -> Vec<(VectorId, Vec<i64>)> {
    loads_from(program, sequence, &[])
}

/// As [`loads`], for a sequence that brings its initial states, in the order of
/// [`SequenceNetwork::begin`]; those that are missing are those of the layers.
pub fn loads_from(
    program: &Program,
    sequence: &[Vec<f64>],
    states: &[f64],
) -> Vec<(VectorId, Vec<i64>)> {
    let mut all = fed(program, sequence);
    let mut states = states.iter();
    for (id, format, own) in brought(program) {
        let word = |own: &i64| match states.next() {
            Some(&state) => nearest(state, format).unwrap_or(0),
            None => *own,
        };
        all.push((id, own.iter().map(word).collect()));
    }
    all
}

/// The vectors that a sequence brings, in the order of [`SequenceNetwork::begin`]: each with its
/// format and the words with which it begins where none are brought.
fn brought(program: &Program) -> impl Iterator<Item = (VectorId, Format, &[i64])> {
    let vectors = program.vectors.iter().enumerate();
    vectors.filter_map(|(at, vector)| match &vector.role {
        Role::Kept(kept) if kept.begins == Begins::Loaded => {
            Some((VectorId(at), vector.format, kept.start.as_slice()))
        }
        _ => None,
    })
}

/// Initial states that a sequence brings, as their words stand for them.
pub fn rounded_states(program: &Program, states: &[f64]) -> Vec<f64> {
    let formats = brought(program).flat_map(|(_, format, own)| own.iter().map(move |_| format));
    let word = |(&state, format): (&f64, Format)| format.value(nearest(state, format).unwrap_or(0));
    states.iter().zip(formats).map(word).collect()
}

/// The raw values of what is given with each step, and of the start of a network that feeds itself.
fn fed(program: &Program, sequence: &[Vec<f64>]) -> Vec<(VectorId, Vec<i64>)> {
    let fed = program.vectors.iter().enumerate();
    let fed = fed.filter(|(_, vector)| matches!(vector.role, Role::Sequence | Role::Input));
    let raw = |(at, vector): (usize, &program::Vector)| {
        let step = |x: &Vec<f64>| -> Vec<i64> {
            x.iter()
                .map(|&x| nearest(x, vector.format).unwrap_or(0))
                .collect()
        };
        let values = match vector.name.as_str() {
            "start" => sequence.iter().take(1).flat_map(step).collect(),
            "input_reversed" => sequence.iter().rev().flat_map(step).collect(),
            _ => sequence.iter().flat_map(step).collect(),
        };
        (VectorId(at), values)
    };
    fed.map(raw).collect()
}

/// Runs over what is given; an executor that has run before goes on where that is asked for.
///
/// # Errors
/// A value that leaves a format whose overflow mode is `error`.
pub fn run(
    executor: &mut Executor<'_>,
    program: &Program,
    network: &SequenceNetwork,
    given: &Given,
) -> Result<IntegerRun, ExecutionError> {
    for (vector, values) in loads_from(program, &given.sequence, &given.states) {
        executor.load(vector, &values)?;
    }
    executor.start()?;
    let output = program.find("output").unwrap_or(VectorId(usize::MAX));
    let mut raw = vec![];
    let every = network.output == Output::EveryStep;
    let run = executor.run_emitting(|executor| {
        if every {
            raw.push(executor.values(output).to_vec());
        }
    })?;
    if !every {
        raw.push(executor.values(output).to_vec());
    }
    Ok(IntegerRun {
        raw,
        steps: run.steps,
    })
}

/// The outputs of all sequences of the description, [sequence, time, outputs], as real numbers.
///
/// # Errors
/// When a value leaves a format whose overflow mode is `error`.
pub fn runs(
    program: &Program,
    network: &SequenceNetwork,
) -> Result<Vec<Vec<Vec<f64>>>, QuantizeError> {
    let mut executor = Executor::new(program)?;
    let output = program.find("output").and_then(|id| program.vector(id));
    let format = output.map_or(program::Format::BIPOLAR, |of| of.format);
    let mut all = vec![];
    for given in &network.given() {
        let run = run(&mut executor, program, network, given)?;
        let real = |raw: &Vec<i64>| raw.iter().map(|&raw| format.value(raw)).collect();
        all.push(run.raw.iter().map(real).collect());
    }
    Ok(all)
}

/// The same of the float network.
pub fn real(network: &SequenceNetwork) -> Vec<Vec<Vec<f64>>> {
    let runs = network.runs().into_iter();
    runs.map(|run| run.outputs).collect()
}

/// How many vectors of two runs differ; those that only one of them gave do.
pub fn apart(a: &[Vec<f64>], b: &[Vec<f64>]) -> usize {
    a.iter().zip(b).filter(|(a, b)| a != b).count() + a.len().abs_diff(b.len())
}

/// The largest difference of two runs' outputs.
pub fn distance(a: &[Vec<f64>], b: &[Vec<f64>]) -> f64 {
    let both = a.iter().flatten().zip(b.iter().flatten());
    both.fold(0.0, |most, (a, b)| most.max((a - b).abs()))
}
