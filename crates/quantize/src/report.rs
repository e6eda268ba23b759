//! What quantisation chose, and what that costs.

use std::collections::BTreeMap;

use program::{Arrangement, Format, Program};
use serde::Serialize;

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
    /// Bits of all weights and parameters, and of all states and inputs.
    pub bits_total: u64,
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

impl Report {
    /// The report of a program whose weights are within `max_abs_error`.
    pub fn of(program: &Program, max_abs_error: f64, weight_unit: f64) -> Report {
        let mut formats = BTreeMap::new();
        for vector in &program.vectors {
            formats.insert(vector.name.clone(), vector.format);
        }
        for stage in &program.stages {
            for gather in &stage.gathers {
                formats.insert(format!("{}.weights", stage.name), gather.weights.format);
                formats.insert(format!("{}.accumulator", stage.name), gather.accumulator);
            }
        }
        Report {
            formats,
            max_abs_error,
            weight_unit,
            row_units: vec![],
            exact: max_abs_error == 0.0,
            bits_total: bits(program),
            tried: vec![],
        }
    }
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
            let words = match &gather.weights.arrangement {
                Arrangement::Dense { values, .. } => values.len(),
                Arrangement::Sparse { rows, .. } => rows.iter().map(Vec::len).sum(),
                Arrangement::Stencil { coefficients, .. } => coefficients.len(),
            };
            words as u64 * u64::from(gather.weights.format.width())
        });
    vectors.chain(tables).chain(gathers).sum()
}
