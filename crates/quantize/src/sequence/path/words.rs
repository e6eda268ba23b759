//! The words of scores.

use network::Matrix;
use network::sequence::SequenceNetwork;
use network::sequence::path::{BestPath, Emission, Scores};
use program::{Format, Program, Vector};

use crate::QuantizeError;
use crate::coefficients::Coefficients;

/// A layer's scores in words of one fraction.
pub struct Words {
    /// Along a path.
    pub scores: Scores<i64>,
    /// Of the symbols, [tag][symbol]; none where they come from the layer before.
    pub emission: Vec<Vec<i64>>,
    /// The largest error of a word.
    pub error: f64,
}

impl Words {
    /// Of a layer, with so many fraction bits.
    ///
    /// # Errors
    /// When a score needs more than 64 bits.
    pub fn of(layer: &BestPath, fraction: i32) -> Result<Words, QuantizeError> {
        let mut error = 0.0f64;
        let mut words = |values: &[f64]| -> Result<Vec<i64>, QuantizeError> {
            let words = Coefficients::with_fraction(values, fraction)?;
            error = error.max(words.error);
            Ok(words.raw)
        };
        let mut rows = |of: &Matrix| -> Result<Vec<Vec<i64>>, QuantizeError> {
            let row = |row| of.row(row).map(|(_, score)| score).collect::<Vec<f64>>();
            (0..of.rows()).map(|at| words(&row(at))).collect()
        };
        let transition = rows(&layer.transition)?;
        let emission = match &layer.emission {
            Emission::Symbols(table) => rows(table)?,
            Emission::Given => vec![],
        };
        let scores = Scores {
            transition,
            start: words(&layer.start)?,
            end: words(&layer.end)?,
        };
        Ok(Words {
            scores,
            emission,
            error,
        })
    }
}

/// The vector of the scores of the best paths, where a network gives one.
pub fn scores<'p>(program: &'p Program, network: &SequenceNetwork) -> Option<&'p Vector> {
    let name = format!("layer{}_scores", network.layers.len());
    network.gives_path().then_some(())?;
    program.vector(program.find(&name)?)
}

/// The fraction bits of the scores of a layer of this name in a program.
fn fraction(program: &Program, name: &str) -> Option<i32> {
    let scores = program.find(&format!("{name}_scores"))?;
    Some(program.vector(scores)?.format.fraction())
}

/// The layer with its scores as the words of a program stand for them.
pub fn rounded(program: &Program, name: &str, layer: &BestPath) -> Option<BestPath> {
    let fraction = fraction(program, name)?;
    let words = Words::of(layer, fraction).ok()?;
    let format = Format::signed(64, fraction).ok()?;
    let list = |raw: &Vec<i64>| -> Vec<f64> { raw.iter().map(|&raw| format.value(raw)).collect() };
    let matrix = |rows: &Vec<Vec<i64>>| {
        let columns = rows.first().map_or(0, Vec::len);
        let values: Vec<f64> = rows.iter().flat_map(list).collect();
        Matrix::dense(rows.len(), columns, &values)
    };
    Some(BestPath {
        start: list(&words.scores.start),
        transition: matrix(&words.scores.transition),
        end: list(&words.scores.end),
        emission: match &layer.emission {
            Emission::Symbols(_) => Emission::Symbols(matrix(&words.emission)),
            Emission::Given => Emission::Given,
        },
        longest: layer.longest,
    })
}
