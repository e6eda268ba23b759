//! The weights of recurrent layers, in blocks of one gate each.

use crate::matrix::Matrix;
use crate::problem::Problem;

/// Weights into the gates of a recurrent layer of H units with I inputs: one block of H rows a
/// gate, in the order of ONNX, which the layer names.
#[derive(Debug, Clone, PartialEq)]
pub struct Gates {
    /// From the input: [gates H, I].
    pub input: Matrix,
    /// From the vector that the layer gave in the step before: [gates H, H].
    pub recurrent: Matrix,
    /// One bias a row, those of the input and of the recurrent weights added up: [gates H].
    pub bias: Vec<f64>,
}

/// The weights of one gate.
#[derive(Debug, Clone, PartialEq)]
pub struct Block {
    /// From the input: [H, I].
    pub input: Matrix,
    /// From the vector that goes back: [H, H].
    pub recurrent: Matrix,
    /// [H].
    pub bias: Vec<f64>,
}

impl Gates {
    /// Of both biases of ONNX, added up.
    pub fn new(input: Matrix, recurrent: Matrix, biases: [&[f64]; 2]) -> Gates {
        let bias = |row: usize| biases.iter().filter_map(|bias| bias.get(row)).sum();
        Gates {
            bias: (0..input.rows()).map(bias).collect(),
            input,
            recurrent,
        }
    }

    /// Elements of an input vector, I.
    pub fn inputs(&self) -> usize {
        self.input.columns()
    }

    /// Elements of the vector that goes back, H.
    pub fn fed_back(&self) -> usize {
        self.recurrent.columns()
    }

    /// Gate number `at`, from 0, of `units` rows.
    pub fn block(&self, at: usize, units: usize) -> Block {
        let first = at.saturating_mul(units);
        let rows = first..first.saturating_add(units);
        Block {
            input: self.input.rows_of(rows.clone()),
            recurrent: self.recurrent.rows_of(rows.clone()),
            bias: self.bias.get(rows).unwrap_or_default().to_vec(),
        }
    }

    /// `W x + b` of row `row`.
    pub(super) fn input_sum(&self, row: usize, x: &[f64]) -> f64 {
        self.input.row_times(row, x) + self.bias.get(row).copied().unwrap_or(0.0)
    }

    /// `W x + R h + b` of row `row`.
    pub(super) fn sum(&self, row: usize, x: &[f64], back: &[f64]) -> f64 {
        self.input_sum(row, x) + self.recurrent.row_times(row, back)
    }

    /// That there are `gates` blocks of `units` rows, and as many columns as the input and the
    /// vector that goes back have elements.
    pub(super) fn check(
        &self,
        gates: usize,
        units: usize,
        inputs: usize,
        back: usize,
    ) -> Result<(), Problem> {
        let rows = gates.saturating_mul(units);
        shape("the matrix of input weights", &self.input, rows, inputs)?;
        shape(
            "the matrix of recurrent weights",
            &self.recurrent,
            rows,
            back,
        )?;
        list("the bias", &self.bias, rows)
    }
}

/// A sum held within the clip of its layer, where it has one: what an activation takes.
pub fn clipped(sum: f64, clip: Option<f64>) -> f64 {
    clip.map_or(sum, |clip| sum.clamp(-clip.abs(), clip.abs()))
}

/// That a matrix has this shape.
pub(super) fn shape(
    what: &'static str,
    matrix: &Matrix,
    rows: usize,
    columns: usize,
) -> Result<(), Problem> {
    if (matrix.rows(), matrix.columns()) == (rows, columns) {
        return Ok(());
    }
    Err(Problem::Shape {
        what,
        found: format!("the shape {} x {}", matrix.rows(), matrix.columns()),
        expected: format!("{rows} x {columns} numbers"),
    })
}

/// That a list has this length.
pub(super) fn list(what: &'static str, values: &[f64], length: usize) -> Result<(), Problem> {
    if values.len() == length {
        return Ok(());
    }
    Err(Problem::Shape {
        what,
        found: format!("{} numbers", values.len()),
        expected: format!("{length} numbers"),
    })
}

/// That there is at least one unit, and a clip, where there is one, that leaves room.
pub(super) fn sane(units: usize, clip: Option<f64>) -> Result<(), Problem> {
    if units == 0 {
        return Err(Problem::Shape {
            what: "a layer",
            found: "no units".into(),
            expected: "at least one unit".into(),
        });
    }
    match clip {
        Some(clip) if !(clip > 0.0 && clip <= f64::MAX) => Err(Problem::OutOfRange {
            what: "the clip",
            value: clip,
            low: f64::MIN_POSITIVE,
            high: f64::MAX,
        }),
        _ => Ok(()),
    }
}
