//! Data that a description gives, read and judged: vectors, states, patterns, start states.

use crate::description::{
    Noise, PatternSource, PerUnit, RealRule, RealWeights, Source, TensorSource,
};
use crate::diagnostic::NetworkError;
use crate::learning::{self, LabelledImages, outer_products, projector};
use crate::matrix::Matrix;
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
        tensor.check_list(length, what)?;
        tensor.check_finite(what)?;
        Ok(tensor.values)
    };
    read().map_err(|problem| source.error(field, problem))
}

/// How many numbers a list holds, in any shape.
///
/// # Errors
/// A file that cannot be read, or rows of different lengths, at `field`.
pub fn length(
    given: &TensorSource,
    what: &'static str,
    source: &Source,
    field: &str,
) -> Result<usize, NetworkError> {
    let tensor = Tensor::from_source(given, source.folder(), what);
    tensor
        .map(|tensor| tensor.values.len())
        .map_err(|problem| source.error(field, problem))
}

/// One number, which may be infinite, for each of `length` elements, or the same for all.
///
/// # Errors
/// A file that cannot be read, another shape, or NaN, at `field`.
pub fn bounds(
    given: &PerUnit,
    length: usize,
    what: &'static str,
    source: &Source,
    field: &str,
) -> Result<Vec<f64>, NetworkError> {
    let read = || {
        let tensor = match given {
            PerUnit::Same(value) => Tensor {
                shape: vec![length],
                values: vec![*value; length],
            },
            PerUnit::Each(given) => Tensor::from_source(given, source.folder(), what)?,
        };
        tensor.check_list(length, what)?;
        match tensor.values.iter().position(|value| value.is_nan()) {
            None => Ok(tensor.values),
            Some(at) => Err(Problem::ElementValue {
                what,
                value: f64::NAN,
                position: tensor.position(at),
                allowed: "a number, inf or -inf",
            }),
        }
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

/// Patterns of -1 and +1 at `field`: one a row, or made from labelled images.
///
/// # Errors
/// A file that cannot be read, another shape, or another value, at the field that names it.
pub fn patterns(
    given: &PatternSource,
    units: usize,
    source: &Source,
    field: &str,
) -> Result<Vec<Vec<i8>>, NetworkError> {
    match given {
        PatternSource::Tensor(given) => {
            states(given, units, "the table of patterns", source, field)
        }
        PatternSource::Prototypes(given) => {
            let made = prototypes(&given.labelled_images, given.threshold, units, source);
            made.map_err(|problem| source.error(&format!("{field}.labelled_images"), problem))
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

/// Patterns as real states of a magnitude.
pub fn real(patterns: &[Vec<i8>], magnitude: f64) -> Vec<Vec<f64>> {
    let state = |pattern: &Vec<i8>| pattern.iter().map(|&v| f64::from(v) * magnitude).collect();
    patterns.iter().map(state).collect()
}

/// What a section of weights gives a network with real states.
#[derive(Debug, Clone, PartialEq)]
pub struct Weights {
    /// units x units weights.
    pub weights: Matrix,
    /// One bias a unit, 0 where none is given.
    pub bias: Vec<f64>,
    /// The patterns that were learned.
    pub patterns: Vec<Vec<i8>>,
}

/// Weights of a network with real states, and what else the section `[weights]` says.
///
/// # Errors
/// What is wrong with a file that it names, with the place of its name.
pub fn weights(
    section: &RealWeights,
    units: usize,
    source: &Source,
) -> Result<Weights, NetworkError> {
    let patterns = match &section.learn {
        Some(learn) => patterns(&learn.patterns, units, source, "weights.learn.patterns")?,
        None => vec![],
    };
    let bias = match &section.bias {
        Some(bias) => vector(bias, units, "the bias", source, "weights.bias")?,
        None => vec![0.0; units],
    };
    Ok(Weights {
        weights: matrix(section, units, &patterns, source)?,
        bias,
        patterns,
    })
}

fn matrix(
    section: &RealWeights,
    units: usize,
    patterns: &[Vec<i8>],
    source: &Source,
) -> Result<Matrix, NetworkError> {
    let (shape, what) = ((units, units), "the weight matrix");
    if let Some(w) = &section.w {
        return Matrix::from_source(w, shape, what, source, "weights.w");
    }
    if let Some(sparse) = &section.sparse {
        let what = "the list of sparse weights";
        return Matrix::from_triples(sparse, shape, what, source, "weights.sparse");
    }
    let learned = match section.learn.as_ref().map(|learn| learn.rule) {
        Some(RealRule::OuterProduct) => {
            let products = outer_products(units, patterns).into_iter();
            products.map(|weight| weight / units as f64).collect()
        }
        Some(RealRule::Projection) => projector(units, patterns),
        None => vec![],
    };
    Ok(Matrix::dense(units, units, &learned))
}
