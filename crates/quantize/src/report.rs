//! What quantisation chose, and what that costs.

use std::collections::BTreeMap;

use program::constant::signed_digit_count;
use program::range::{Bounds, GatherBounds, Interval};
use program::{Coding, Format, Gather, Program, Storage};
use serde::Serialize;

use crate::activation::Figures;
use crate::{QuantizeError, Quantized};

/// The formats of a program, and how far it is from the network.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Report {
    /// The format of each tensor.
    pub formats: BTreeMap<String, Format>,
    /// The largest difference between a weight and what its word stands for, in the weight's unit.
    pub max_abs_error: f64,
    /// What a word of 1 stands for, in the weight's unit.
    pub weight_unit: f64,
    /// Where each row has a scale of its own: what a word of 1 stands for in each; `weight_unit`
    /// is the largest of them.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub row_units: Vec<f64>,
    /// Whether every weight is exact.
    pub exact: bool,
    /// Bits of all weights and parameters, and of all states and inputs, as they are stored.
    pub bits_total: u64,
    /// What fixed weights cost where they are multiplied by.
    pub constants: Vec<Constants>,
    /// What each activation function became, and its largest error over every word.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub activations: Vec<Figures>,
    /// The formats that were tried, narrowest first.
    pub tried: Vec<Tried>,
}

/// A format that was tried, and what it kept.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Tried {
    /// The format.
    pub format: Format,
    /// What was kept: stored patterns that stay fixed points, or cells with the wanted output.
    pub kept: usize,
    /// Of how many.
    pub of: usize,
    /// Start states that end where they should, or the largest error of an output.
    pub score: f64,
    /// Whether nothing was lost.
    pub loses_nothing: bool,
}

/// The best candidate with all that were tried in its report; what refused the last one, where there
/// is none.
///
/// # Errors
/// Without a candidate.
pub fn chosen(
    best: Option<Quantized>,
    refused: Option<QuantizeError>,
    tried: Vec<Tried>,
) -> Result<Quantized, QuantizeError> {
    let none = || refused.unwrap_or(QuantizeError::Mismatched);
    let mut quantized = best.ok_or_else(none)?;
    quantized.report.tried = tried;
    Ok(quantized)
}

impl Report {
    /// The report of a program whose weights are within `max_abs_error`.
    pub fn of(program: &Program, max_abs_error: f64, weight_unit: f64) -> Report {
        let mut formats = BTreeMap::new();
        for vector in &program.vectors {
            formats.insert(vector.name.clone(), vector.format);
        }
        for (name, gather) in gathers(program) {
            formats.insert(format!("{name}.weights"), gather.weights.format);
            formats.insert(format!("{name}.accumulator"), gather.accumulator);
        }
        formats.extend(products(program));
        Report {
            formats,
            max_abs_error,
            weight_unit,
            row_units: vec![],
            exact: max_abs_error == 0.0,
            bits_total: bits(program),
            constants: constants(program),
            activations: vec![],
            tried: vec![],
        }
    }
}

/// Fixed weights of a gather as constants to be multiplied by: signed digits, each a shifted copy of
/// the source, added up.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Constants {
    /// The stage, as in [`Report::formats`].
    pub gather: String,
    /// The vector that is weighted.
    pub source: String,
    /// Whether the source is a sign, by which no copies are added.
    pub source_is_sign: bool,
    /// Weights other than 0.
    pub weights: u64,
    /// Digits other than 0 of all weights in canonical signed-digit form.
    pub signed_digits: u64,
    /// Bits that are 1 of all magnitudes in binary.
    pub binary_digits: u64,
    /// Adders that the signed digits save against binary: one for each digit less.
    pub adders_saved: u64,
}

/// Every gather with the name of its stage, and of its source where the stage has several.
fn gathers(program: &Program) -> impl Iterator<Item = (String, &Gather)> {
    program.stages.iter().flat_map(move |stage| {
        let several = stage.gathers.len() > 1;
        let gathers = stage.gathers.iter().enumerate();
        gathers.map(move |(place, gather)| {
            let name = match several {
                true => format!("{}.{}{place}", stage.name, source(program, gather)),
                false => stage.name.clone(),
            };
            (name, gather)
        })
    })
}

fn source(program: &Program, gather: &Gather) -> String {
    let vector = program.vector(gather.source);
    vector.map(|vector| vector.name.clone()).unwrap_or_default()
}

fn constants(program: &Program) -> Vec<Constants> {
    let fixed = gathers(program);
    let fixed = fixed.filter(|(_, gather)| gather.weights.storage == Storage::Rom);
    fixed
        .map(|(stage, gather)| {
            let words = || gather.weights.words().filter(|word| *word != 0);
            let signed: u64 = words()
                .map(|word| u64::from(signed_digit_count(word)))
                .sum();
            let binary: u64 = words()
                .map(|word| u64::from(word.unsigned_abs().count_ones()))
                .sum();
            Constants {
                gather: stage,
                source: source(program, gather),
                source_is_sign: mapped_format(program, gather)
                    .is_some_and(|format| format.coding() == Coding::Bipolar),
                weights: words().count() as u64,
                signed_digits: signed,
                binary_digits: binary,
                adders_saved: binary - signed,
            }
        })
        .collect()
}

/// The format of a source element after the map.
pub(crate) fn mapped_format(program: &Program, gather: &Gather) -> Option<Format> {
    match &gather.map {
        Some((map, node)) => map.format(*node),
        None => program.vector(gather.source).map(|vector| vector.format),
    }
}

/// The narrowest word of a product of weight and source, which is never rounded.
fn products(program: &Program) -> BTreeMap<String, Format> {
    let Ok(bounds) = Bounds::of(program) else {
        return BTreeMap::new();
    };
    let bounds = bounds.stages.iter().flat_map(|stage| &stage.gathers);
    let word = |((name, gather), bounds): ((String, &Gather), &GatherBounds)| {
        let weights = match gather.weights.storage {
            Storage::Rom => Interval::hull(gather.weights.words())?,
            Storage::Ram => Interval::of(gather.weights.format),
        };
        let products = weights.times(bounds.source)?;
        let format =
            Format::signed_holding(products.low, products.high, gather.accumulator.fraction())?;
        Some((format!("{name}.products"), format))
    };
    gathers(program).zip(bounds).filter_map(word).collect()
}

fn bits(program: &Program) -> u64 {
    let vectors = program.vectors.iter();
    let vectors = vectors.map(|of| of.kept_words() as u64 * u64::from(of.format.width()));
    let tables = program.tables.iter();
    let tables = tables.map(|of| of.entries.len() as u64 * u64::from(of.output.width()));
    let gathers = program
        .stages
        .iter()
        .flat_map(|stage| &stage.gathers)
        .map(|gather| {
            gather.weights.words().count() as u64 * u64::from(gather.weights.stored_width())
        });
    vectors.chain(tables).chain(gathers).sum()
}
