//! From a description to a network: reads the files, learns the weights, checks the shapes.

use super::{Hopfield, Order, Weights};
use crate::description::{
    HopfieldDescription, HopfieldWeights, Learn, Neighbourhood, Rule, Source, TensorSource,
};
use crate::diagnostic::NetworkError;
use crate::given;
use crate::learning::{Perceptron, hebb, perceptron_within, projection, storkey};
use crate::problem::Problem;
use crate::tensor::Tensor;

impl Hopfield {
    /// Builds the network of a description.
    ///
    /// # Errors
    /// What is wrong with a file that the description names, with the place of its name.
    pub fn from_description(
        described: &HopfieldDescription,
        source: &Source,
    ) -> Result<Hopfield, NetworkError> {
        let units = described.network.units;
        let patterns = match &described.weights.learn {
            Some(learn) => {
                given::patterns(&learn.patterns, units, source, "weights.learn.patterns")?
            }
            None => Vec::new(),
        };
        let weights = learned_weights(units, &described.weights, &patterns, source)?;
        let bias = match &described.weights.bias {
            Some(bias) => given::vector(bias, units, "the bias", source, "weights.bias")?,
            None => vec![0.0; units],
        };
        let update = &described.update;
        let order = Order::of(update.order, (update.block, update.seed), units);
        let pairs = matches!(order, Order::Synchronous | Order::Block { .. });
        let probes = match &described.data.probes {
            Some(probes) => {
                given::states(probes, units, "the start states", source, "data.probes")?
            }
            None => given::noisy(described.data.noise, &patterns, units),
        };
        Ok(Hopfield {
            name: described.network.name.clone(),
            weights,
            bias,
            order,
            max_steps: described.update.max_steps,
            detect_period: described.update.detect_period.unwrap_or(pairs),
            storage: described.weights.storage,
            patterns,
            probes,
        })
    }
}

/// The weights that a description gives, or those that a rule learns from patterns.
///
/// # Errors
/// What is wrong with a file that it names, with the place of its name.
pub(crate) fn learned_weights(
    units: usize,
    section: &HopfieldWeights,
    patterns: &[Vec<i8>],
    source: &Source,
) -> Result<Weights, NetworkError> {
    let at = |field: &'static str| move |problem| source.error(field, problem);
    let weights = if let Some(w) = &section.w {
        full(w, units, source).map_err(at("weights.w"))?
    } else if let Some(sparse) = &section.sparse {
        triples(sparse, units, source).map_err(at("weights.sparse"))?
    } else if let Some(learn) = &section.learn {
        Weights::dense(
            units,
            learned(learn, section.neighbourhood, units, patterns),
        )
        .map_err(at("weights.learn"))?
    } else {
        Weights::sparse(units, &[]).map_err(at("weights"))?
    };
    Ok(match section.neighbourhood {
        Some(grid) => weights.filtered(|i, j| are_neighbours(grid, i, j)),
        None => weights,
    })
}

fn full(w: &TensorSource, units: usize, source: &Source) -> Result<Weights, Problem> {
    let what = "the weight matrix";
    let tensor = Tensor::from_source(w, source.folder(), what)?;
    match tensor.shape.as_slice() {
        [rows, columns] if rows != columns => Err(Problem::NotSquare {
            rows: *rows,
            columns: *columns,
        }),
        [rows, _] if *rows == units => Weights::dense(units, tensor.values),
        _ => {
            let expected = format!("{units} x {units}, as `network.units` is {units}");
            Err(Problem::Shape {
                what,
                found: format!("the shape {}", tensor.shape_text()),
                expected,
            })
        }
    }
}

fn triples(sparse: &TensorSource, units: usize, source: &Source) -> Result<Weights, Problem> {
    let what = "the list of sparse weights";
    let tensor = Tensor::from_source(sparse, source.folder(), what)?;
    if !matches!(tensor.shape.as_slice(), [_, 3]) {
        let expected = "one row for each weight: row, column, value".to_string();
        return Err(Problem::Shape {
            what,
            found: format!("the shape {}", tensor.shape_text()),
            expected,
        });
    }
    let rows = tensor.values.as_chunks::<3>().0;
    let triples: Vec<(f64, f64, f64)> = rows.iter().map(|&[i, j, value]| (i, j, value)).collect();
    Weights::sparse(units, &triples)
}

/// The weights of the rule. The perceptron rule learns within the neighbourhood from the start, so
/// that what it stores is stable there; the others are cut down to it afterwards.
fn learned(
    learn: &Learn,
    grid: Option<Neighbourhood>,
    units: usize,
    patterns: &[Vec<i8>],
) -> Vec<f64> {
    match learn.rule {
        Rule::Hebb => hebb(units, patterns),
        Rule::Storkey => storkey(units, patterns),
        Rule::Projection => projection(units, patterns),
        Rule::Perceptron => {
            let default = Perceptron::default_for(units);
            let settings = Perceptron {
                margin: learn.margin.unwrap_or(default.margin),
                max_epochs: learn.max_epochs.unwrap_or(default.max_epochs),
                symmetric: learn.symmetric.unwrap_or(default.symmetric),
            };
            let coupled = |i, j| grid.is_none_or(|grid| are_neighbours(grid, i, j));
            perceptron_within(units, patterns, settings, coupled).weights
        }
    }
}

fn are_neighbours(grid: Neighbourhood, i: usize, j: usize) -> bool {
    let columns = grid.columns.max(1);
    let down = (i / columns).abs_diff(j / columns);
    let right = (i % columns).abs_diff(j % columns);
    down.max(right) <= grid.radius
}
