//! Hopfield networks in integers.

mod best;
mod levels;
mod lower;
mod scale;
mod search;
mod words;

use network::description::{FormatChoice, HopfieldFormat};
use network::hopfield::Weights;
use network::{Fact, Hopfield, Level};
use program::{Arrangement, Format, Program};

use crate::report::{Report, Tried};
use crate::{Options, QuantizeError, Quantized};
pub use lower::order;
pub use words::{WIDEST, Words};

/// Makes a program of a network.
///
/// With weights of the format `auto`: exact words where weights and biases are whole numbers of at
/// most 16 bits after some positive scale, and words of the coding; else the narrowest words of
/// 2 to 16 bits with which every stored pattern that is a fixed point stays one, and as many start
/// states end where they should (the description's, or seeded noisy copies of the patterns); where
/// none do, the narrowest of those that keep most.
///
/// # Errors
/// When a format that was asked for cannot hold what it must, or a sum needs more than 64 bits.
pub fn quantize(
    network: &Hopfield,
    formats: &HopfieldFormat,
    options: &Options,
) -> Result<Quantized, QuantizeError> {
    let weights = options.weights.map_or(formats.weights, FormatChoice::Fixed);
    let formats = HopfieldFormat {
        weights,
        ..formats.clone()
    };
    match weights {
        FormatChoice::Fixed(format) => fixed(network, &formats, format),
        FormatChoice::Auto => automatic(network, &formats),
    }
}

fn automatic(network: &Hopfield, formats: &HopfieldFormat) -> Result<Quantized, QuantizeError> {
    if let Some(words) = Words::exact(network, formats) {
        return finish(network, formats, &words);
    }
    let search = search::Search::new(network);
    let mut tried: Vec<Tried> = vec![];
    let mut best: Option<(usize, Quantized)> = None;
    for format in Words::formats(network, formats) {
        let quantized = fixed(network, formats, format)?;
        let found = search.judge(format, &quantized.program)?;
        let more = |than: &Tried| {
            let kept = found.kept.cmp(&than.kept);
            kept.then(found.score.total_cmp(&than.score)).is_gt()
        };
        let best_so_far = best.as_ref().and_then(|(place, _)| tried.get(*place));
        if found.loses_nothing || best_so_far.is_none_or(more) {
            best = Some((tried.len(), quantized));
        }
        let done = found.loses_nothing;
        tried.push(found);
        if done {
            break;
        }
    }
    let (_, mut quantized) = best.ok_or(QuantizeError::TooWide { of: "the weights" })?;
    quantized.report.tried = tried;
    Ok(quantized)
}

fn fixed(
    network: &Hopfield,
    formats: &HopfieldFormat,
    format: Format,
) -> Result<Quantized, QuantizeError> {
    let words = Words::fixed(network, formats, format)?;
    finish(network, formats, &words)
}

fn finish(
    network: &Hopfield,
    formats: &HopfieldFormat,
    words: &Words,
) -> Result<Quantized, QuantizeError> {
    let bias = words.bias(network, formats)?;
    let error = words.max_abs_error(network, bias.as_ref().map(|(_, bias)| bias.as_slice()))?;
    let program = lower::program(network, words, bias, formats.accumulator)?;
    program::check(&program)?;
    let units = words.units();
    let mut report = Report::of(&program, error, units.iter().copied().fold(0.0, f64::max));
    if formats.per_row {
        report.row_units = units;
    }
    Ok(Quantized { program, report })
}

/// The network with the raw weights and biases of its program.
pub fn integer_network(network: &Hopfield, program: &Program) -> Option<Hopfield> {
    let gather = program.stages.iter().find_map(|of| of.gathers.first())?;
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

/// The facts about the weights that hold of a network and not of its program.
pub fn lost(network: &Hopfield, program: &Program) -> Vec<&'static str> {
    let bare = Hopfield {
        patterns: vec![],
        probes: vec![],
        ..network.clone()
    };
    let held = |facts: Vec<Fact>| -> Vec<&'static str> {
        let held = facts.into_iter().filter(|fact| fact.holds == Some(true));
        held.map(|fact| fact.name).collect()
    };
    let Some(integer) = integer_network(&bare, program) else {
        return vec![];
    };
    let kept = held(integer.facts(Level::Integer));
    let mut lost = held(bare.facts(Level::Float));
    lost.retain(|name| !kept.contains(name));
    lost
}
