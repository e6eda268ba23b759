//! Hopfield networks in integers.

mod lower;
mod scale;
mod search;
mod words;

use network::Hopfield;
use network::description::{FormatChoice, HopfieldFormat};
use network::hopfield::Weights;
use program::{Arrangement, Format, Program};

use crate::report::Report;
use crate::{Options, QuantizeError, Quantized};
pub use words::Words;

/// The widest weights that the automatic choice tries.
const WIDEST: u32 = 16;

/// Makes a program of a network.
///
/// With weights of the format `auto`: exact words where weights and biases are whole numbers of at
/// most 16 bits after some positive scale; else the narrowest words of 2 to 16 bits with which
/// every stored pattern that is a fixed point stays one, and as many start states end where they
/// should (the description's, or seeded noisy copies of the patterns); 16 bits where none do.
///
/// # Errors
/// When a format that was asked for cannot hold what it must, or a sum needs more than 64 bits.
pub fn quantize(
    network: &Hopfield,
    formats: &HopfieldFormat,
    options: &Options,
) -> Result<Quantized, QuantizeError> {
    match options.weights.map_or(formats.weights, FormatChoice::Fixed) {
        FormatChoice::Fixed(format) => fixed(network, formats, format),
        FormatChoice::Auto => automatic(network, formats),
    }
}

fn automatic(network: &Hopfield, formats: &HopfieldFormat) -> Result<Quantized, QuantizeError> {
    // A bias enters the sum as it stands, with the fraction bits of the weights.
    let fraction = match formats.bias {
        FormatChoice::Fixed(format) => format.fraction(),
        FormatChoice::Auto => 0,
    };
    if let Some(words) = Words::exact(network, fraction) {
        return finish(network, formats, &words);
    }
    let search = search::Search::new(network);
    let mut tried = vec![];
    for width in 2..=WIDEST {
        let Ok(format) = Format::signed(width, fraction) else {
            continue;
        };
        let mut quantized = fixed(network, formats, format)?;
        let found = search.judge(format, &quantized.program)?;
        let done = found.loses_nothing || width == WIDEST;
        tried.push(found);
        if done {
            quantized.report.tried = tried;
            return Ok(quantized);
        }
    }
    Err(QuantizeError::TooWide { of: "the weights" })
}

fn fixed(
    network: &Hopfield,
    formats: &HopfieldFormat,
    format: Format,
) -> Result<Quantized, QuantizeError> {
    let words = Words::fixed(network, format, formats.rounding, formats.clip)?;
    finish(network, formats, &words)
}

pub(crate) fn finish(
    network: &Hopfield,
    formats: &HopfieldFormat,
    words: &Words,
) -> Result<Quantized, QuantizeError> {
    let bias = words.bias(network, formats)?;
    let error = words.max_abs_error(network, bias.as_ref().map(|(_, bias)| bias.as_slice()));
    let program = lower::program(network, words, bias)?;
    program::check(&program)?;
    let report = Report::of(&program, error, words.scale.unit());
    Ok(Quantized { program, report })
}

/// The network with the raw weights and biases of its program.
pub fn integer_network(network: &Hopfield, program: &Program) -> Option<Hopfield> {
    let gather = program.stages.first()?.gathers.first()?;
    let units = network.units();
    let weights = match &gather.weights.arrangement {
        Arrangement::Dense { values, .. } => {
            let values = values.iter().map(|&value| value as f64).collect();
            Weights::dense(units, values).ok()?
        }
        Arrangement::Sparse { rows, .. } => {
            let entries = rows.iter().enumerate().flat_map(|(row, entries)| {
                let triple = move |&(column, value): &(usize, i64)| {
                    (row as f64, column as f64, value as f64)
                };
                entries.iter().map(triple)
            });
            let entries: Vec<(f64, f64, f64)> = entries.collect();
            Weights::sparse(units, &entries).ok()?
        }
        Arrangement::Stencil { .. } => return None,
    };
    let bias = match gather.offset.and_then(|offset| program.vector(offset)) {
        Some(vector) => match &vector.role {
            program::Role::Parameter(values) => values.iter().map(|&value| value as f64).collect(),
            _ => return None,
        },
        None => vec![0.0; units],
    };
    Some(Hopfield {
        weights,
        bias,
        ..network.clone()
    })
}
