//! Sequence networks in integers.
//!
//! The input is a vector that arrives with each step, states are vectors that are kept, and what the
//! network gives leaves after every step, or after the last. Each layer is a stage or a few, named
//! after it: `layer1_gates`, `layer1_cell` and so on, the weights of the input and of the state side
//! by side in one matrix, so that one row of multipliers serves both.

mod cell;
mod chain;
mod decoder;
mod draw;
mod function;
mod gru;
mod lstm;
mod passes;
pub mod path;
mod rounded;
mod run;
mod seen;
mod selection;
mod tokens;
mod tree;
mod words;

use network::description::RealFormat;
use network::sequence::{Gives, Layer, Output, SequenceNetwork};

use crate::report::{Tried, chosen};
use crate::{Options, QuantizeError, Quantized};
pub use rounded::rounded;
pub use run::{IntegerRun, distance, loads, loads_from, real, run, runs};

use crate::dynamic::Words;

/// Steps of a run at most; the hardware counts them.
pub const MAX_STEPS: u64 = 65_535;

/// Fraction bits that are tried.
const FRACTIONS: std::ops::RangeInclusive<i32> = 3..=18;

/// The share of the range of the outputs by which an output may differ.
const TOLERANCE: f64 = 1.0 / 256.0;

/// Sequences of the description that judge a format at most.
const MAX_SEQUENCES: usize = 64;

/// Makes a program of the network: in the formats that are fixed, or with the fewest fraction bits
/// with which every output of the description's sequences is within 1/256 of the outputs' range of
/// the float network's. All that were tried are in the report.
///
/// # Errors
/// When a layer has no form in hardware, a format that was asked for cannot hold what it must, or a
/// sum needs more than 64 bits.
pub fn quantize(
    network: &SequenceNetwork,
    formats: &RealFormat,
    options: &Options,
) -> Result<Quantized, QuantizeError> {
    judge(network)?;
    let seen = seen::Seen::of(network);
    let make = |fraction: i32| {
        let words = Words::new(formats, options, fraction);
        chain::lower(network, &words, &seen)
    };
    if let Some(state) = Words::new(formats, options, 0).state {
        return make(state.fraction());
    }
    let judged = SequenceNetwork {
        sequences: network
            .sequences
            .iter()
            .take(MAX_SEQUENCES)
            .cloned()
            .collect(),
        ..network.clone()
    };
    let real = run::real(&judged);
    let largest = real
        .iter()
        .flatten()
        .flatten()
        .fold(0.0, |most: f64, of| most.max(of.abs()));
    let (mut tried, mut best) = (vec![], None::<(f64, Quantized)>);
    let mut refused = None;
    for fraction in FRACTIONS {
        let quantized = match make(fraction) {
            Ok(quantized) => quantized,
            Err(error) => {
                refused = Some(error);
                continue;
            }
        };
        let found = runs(&quantized.program, &judged)?;
        let errors: Vec<f64> = found
            .iter()
            .zip(&real)
            .map(|(a, b)| match network.gives_names() {
                // Numbers of tags and tokens are names: none is near another one.
                true => run::apart(a, b) as f64,
                false => run::distance(a, b),
            })
            .collect();
        let kept = errors.iter().filter(|error| **error <= TOLERANCE * largest);
        let (kept, of) = (kept.count(), errors.len());
        let score = errors.into_iter().fold(0.0, f64::max);
        // Tokens and counts are not signed.
        let mut signed = quantized.program.vectors.iter().filter(|vector| {
            vector.format.is_signed() && !matches!(vector.role, program::Role::Parameter(_))
        });
        let input = signed.next().map(|vector| vector.format);
        tried.push(Tried {
            format: input.unwrap_or(program::Format::BIPOLAR),
            kept,
            of,
            score,
            loses_nothing: kept == of,
        });
        if best.as_ref().is_none_or(|(least, _)| score < *least) {
            best = Some((score, quantized));
        }
        if kept == of {
            break;
        }
    }
    chosen(best.map(|(_, quantized)| quantized), refused, tried)
}

/// That each layer has a form in hardware: it steps as the inputs come.
fn judge(network: &SequenceNetwork) -> Result<(), QuantizeError> {
    let last = network.layers.len().saturating_sub(1);
    for (number, layer) in network.layers.iter().enumerate() {
        let Layer::Recurrent(recurrent) = layer else {
            continue;
        };
        let waits = recurrent.gives == Gives::LastState;
        if waits && network.output != Output::Last && number < last {
            return Err(unfit(
                number,
                "gives one vector, and more layers give one a step",
            ));
        }
        if network.carry && recurrent.direction.reverse().is_some() {
            return Err(unfit(
                number,
                "reads from the end, and states are carried on",
            ));
        }
    }
    Ok(())
}

fn unfit(number: usize, why: &str) -> QuantizeError {
    QuantizeError::Layer {
        number: number + 1,
        why: why.into(),
        would: "a layer that reads from the start, or `output = \"last\"`".into(),
    }
}
