//! Data that a description gives, read and judged: vectors, states, patterns, start states.

use crate::description::{Noise, PatternSource, Source, TensorSource};
use crate::diagnostic::NetworkError;
use crate::learning::{self, LabelledImages};
use crate::noise::SplitMix64;
use crate::problem::Problem;
use crate::tensor::Tensor;

/// Largest number of start states that are made.
const MAX_PATTERNS: usize = 1 << 16;

/// One finite number for each of `length` elements.
///
/// # Errors
/// A file that cannot be read, another shape, or a number that is not finite, at `field`.
pub fn vector(
    given: &TensorSource,
    length: usize,
    what: &'static str,
    source: &Source,
    field: &str,
) -> Result<Vec<f64>, NetworkError> {
    let read = || {
        let tensor = Tensor::from_source(given, source.folder(), what)?;
        let long = tensor.shape.iter().filter(|&&length| length != 1).count();
        if tensor.values.len() != length || long > 1 {
            return Err(Problem::Shape {
                what,
                found: format!("the shape {}", tensor.shape_text()),
                expected: format!("a list of {length} numbers, one for each unit"),
            });
        }
        tensor.check_finite(what)?;
        Ok(tensor.values)
    };
    read().map_err(|problem| source.error(field, problem))
}

/// Rows of `length` finite numbers within bounds; one row may stand by itself.
///
/// # Errors
/// A file that cannot be read, another shape, or a number outside, at `field`.
pub fn rows(
    given: &TensorSource,
    length: usize,
    (low, high): (f64, f64),
    what: &'static str,
    source: &Source,
    field: &str,
) -> Result<Vec<Vec<f64>>, NetworkError> {
    let read = || {
        let tensor = Tensor::from_source(given, source.folder(), what)?;
        let rows = tensor.rows_of(length, what)?;
        let outside = |value: &&f64| !(low..=high).contains(*value);
        match tensor.values.iter().find(outside) {
            None => Ok(rows),
            Some(&value) => Err(Problem::OutOfRange {
                what,
                value,
                low,
                high,
            }),
        }
    };
    read().map_err(|problem| source.error(field, problem))
}

/// Patterns of -1 and +1 at `[weights] learn`: one a row, or made from labelled images.
///
/// # Errors
/// A file that cannot be read, another shape, or another value, at the field that names it.
pub fn patterns(
    given: &PatternSource,
    units: usize,
    source: &Source,
) -> Result<Vec<Vec<i8>>, NetworkError> {
    match given {
        PatternSource::Tensor(given) => states(
            given,
            units,
            "the table of patterns",
            source,
            "weights.learn.patterns",
        ),
        PatternSource::Prototypes(given) => {
            let field = "weights.learn.patterns.labelled_images";
            let made = prototypes(&given.labelled_images, given.threshold, units, source);
            made.map_err(|problem| source.error(field, problem))
        }
    }
}

fn prototypes(
    file: &str,
    threshold: f64,
    units: usize,
    source: &Source,
) -> Result<Vec<Vec<i8>>, Problem> {
    let tensor = Tensor::load(source.folder(), file)?;
    let labelled = LabelledImages::from_tensor(&tensor)?;
    let patterns = learning::prototypes(&labelled, threshold);
    match patterns.first().map(Vec::len) {
        Some(pixels) if pixels != units => {
            let expected = format!("{units} values and a label in each row");
            Err(Problem::Shape {
                what: "the table of patterns",
                found: format!("the shape {}", tensor.shape_text()),
                expected,
            })
        }
        _ => Ok(patterns),
    }
}

/// Rows of -1 and +1.
///
/// # Errors
/// A file that cannot be read, another shape, or another value, at `field`.
pub fn states(
    given: &TensorSource,
    units: usize,
    what: &'static str,
    source: &Source,
    field: &str,
) -> Result<Vec<Vec<i8>>, NetworkError> {
    let read = || {
        let tensor = Tensor::from_source(given, source.folder(), what)?;
        bipolar(&tensor, units, what)
    };
    read().map_err(|problem| source.error(field, problem))
}

fn bipolar(tensor: &Tensor, units: usize, what: &'static str) -> Result<Vec<Vec<i8>>, Problem> {
    let rows = tensor.rows_of(units, what)?;
    let other = |(_, value): &(usize, &f64)| value.abs() != 1.0;
    if let Some((at, &value)) = tensor.values.iter().enumerate().find(other) {
        let position = tensor.position(at);
        return Err(Problem::ElementValue {
            what,
            value,
            position,
            allowed: "-1 or +1",
        });
    }
    let sign = |&value: &f64| if value < 0.0 { -1 } else { 1 };
    Ok(rows
        .iter()
        .map(|row| row.iter().map(sign).collect())
        .collect())
}

/// Noisy copies of the patterns; random states where there are no patterns.
pub fn noisy(noise: Option<Noise>, patterns: &[Vec<i8>], units: usize) -> Vec<Vec<i8>> {
    let noise = noise.unwrap_or(Noise {
        flips: 0.1,
        copies: 10,
        seed: 1,
    });
    let mut random = SplitMix64::new(noise.seed);
    if patterns.is_empty() {
        return (0..noise.copies).map(|_| random.state(units)).collect();
    }
    let copies = (0..noise.copies).flat_map(|_| patterns);
    copies
        .map(|pattern| random.flipped(pattern, noise.flips))
        .take(MAX_PATTERNS)
        .collect()
}
