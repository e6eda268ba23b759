//! Hopfield networks in integers.

mod lower;
mod scale;
mod search;

use network::Hopfield;
use network::description::{FormatChoice, HopfieldFormat};
use network::hopfield::Weights;
use program::{Arrangement, Format, Program};

use crate::report::Report;
use crate::{Options, QuantizeError, Quantized};
use scale::Scaled;

/// The widest weights that the automatic choice tries.
const WIDEST: u32 = 16;

/// Makes a program of a network.
///
/// # Errors
/// When a sum needs more than 64 bits.
pub fn quantize(
    network: &Hopfield,
    formats: &HopfieldFormat,
    options: &Options,
) -> Result<Quantized, QuantizeError> {
    let wanted = options.weights.map_or(formats.weights, FormatChoice::Fixed);
    let scaled = match wanted {
        FormatChoice::Fixed(format) => return fixed(network, format),
        FormatChoice::Auto => Scaled::exact(network),
    };
    if let Some(scaled) = scaled {
        return finish(network, &scaled);
    }
    let mut search = search::Search::new(network)?;
    let mut tried = vec![];
    for width in 2..=WIDEST {
        let Ok(format) = Format::signed(width, 0) else {
            continue;
        };
        let mut quantized = fixed(network, format)?;
        let found = search.judge(format, &quantized.program)?;
        let done = found.loses_nothing || width == WIDEST;
        tried.push(found);
        if done {
            quantized.report.tried = tried;
            return Ok(quantized);
        }
    }
    Err(QuantizeError::TooWide { of: "weights" })
}

fn fixed(network: &Hopfield, format: Format) -> Result<Quantized, QuantizeError> {
    // A sign does not change with a positive scale, so that weights may fill their words; those
    // that fit as they are stay as they are.
    let scaled = Scaled::exact(network).filter(|scaled| scaled.fits(format));
    let scaled = match scaled {
        Some(scaled) => Scaled { format, ..scaled },
        None => Scaled::full_range(network, format),
    };
    finish(network, &scaled)
}

fn finish(network: &Hopfield, scaled: &Scaled) -> Result<Quantized, QuantizeError> {
    let program = lower::program(network, scaled)?;
    program::check(&program)?;
    let report = Report::of(&program, scaled.max_abs_error(network), 1.0 / scaled.factor);
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
