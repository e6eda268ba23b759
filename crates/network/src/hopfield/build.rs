//! From a description to a network: reads the files, learns the weights, checks the shapes.

use super::{Hopfield, Order, Weights};
use crate::description::{
    HopfieldDescription, Learn, Neighbourhood, Noise, OrderWord, PatternSource, Rule, Source,
    TensorSource,
};
use crate::diagnostic::NetworkError;
use crate::learning::{
    self, LabelledImages, Perceptron, hebb, perceptron_within, projection, storkey,
};
use crate::noise::SplitMix64;
use crate::problem::Problem;
use crate::tensor::Tensor;

/// Largest number of patterns or start states.
const MAX_PATTERNS: usize = 1 << 16;

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
        let at = |field: &'static str| move |problem| source.error(field, problem);
        let patterns = match &described.weights.learn {
            Some(learn) => {
                let field = match learn.patterns {
                    PatternSource::Tensor(_) => "weights.learn.patterns",
                    PatternSource::Prototypes(_) => "weights.learn.patterns.labelled_images",
                };
                patterns(learn, units, source).map_err(at(field))?
            }
            None => Vec::new(),
        };
        let weights = weights(described, &patterns, source)?;
        let bias = bias(described, source).map_err(at("weights.bias"))?;
        let order = order(described);
        let pairs = matches!(order, Order::Synchronous | Order::Block { .. });
        let probes = match &described.data.probes {
            Some(probes) => {
                let tensor = Tensor::from_source(probes, source.folder(), "the start states");
                let read = tensor.and_then(|tensor| states(&tensor, units, "the start states"));
                read.map_err(at("data.probes"))?
            }
            None => noisy(described.data.noise, &patterns, units),
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

fn order(described: &HopfieldDescription) -> Order {
    let update = &described.update;
    match update.order {
        OrderWord::Synchronous => Order::Synchronous,
        OrderWord::Sequential => Order::Sequential,
        OrderWord::Permuted => Order::Permuted {
            seed: update.seed.unwrap_or(1),
        },
        OrderWord::Block => Order::Block {
            size: update.block.unwrap_or(described.network.units.min(8)),
        },
    }
}

fn weights(
    described: &HopfieldDescription,
    patterns: &[Vec<i8>],
    source: &Source,
) -> Result<Weights, NetworkError> {
    let (units, section) = (described.network.units, &described.weights);
    let at = |field: &'static str| move |problem| source.error(field, problem);
    let weights = if let Some(w) = &section.w {
        given(w, units, source).map_err(at("weights.w"))?
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

fn given(w: &TensorSource, units: usize, source: &Source) -> Result<Weights, Problem> {
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

fn bias(described: &HopfieldDescription, source: &Source) -> Result<Vec<f64>, Problem> {
    let (units, what) = (described.network.units, "the bias");
    let Some(bias) = &described.weights.bias else {
        return Ok(vec![0.0; units]);
    };
    let tensor = Tensor::from_source(bias, source.folder(), what)?;
    let lengths: Vec<usize> = tensor
        .shape
        .iter()
        .copied()
        .filter(|&length| length != 1)
        .collect();
    if tensor.values.len() != units || lengths.len() > 1 {
        let expected = format!("a list of {units} numbers, one for each unit");
        return Err(Problem::Shape {
            what,
            found: format!("the shape {}", tensor.shape_text()),
            expected,
        });
    }
    tensor.check_finite(what)?;
    Ok(tensor.values)
}

fn patterns(learn: &Learn, units: usize, source: &Source) -> Result<Vec<Vec<i8>>, Problem> {
    let what = "the table of patterns";
    let prototypes = match &learn.patterns {
        PatternSource::Tensor(tensor) => {
            let tensor = Tensor::from_source(tensor, source.folder(), what)?;
            return states(&tensor, units, what);
        }
        PatternSource::Prototypes(prototypes) => prototypes,
    };
    let tensor = Tensor::load(source.folder(), &prototypes.labelled_images)?;
    let labelled = LabelledImages::from_tensor(&tensor)?;
    let patterns = learning::prototypes(&labelled, prototypes.threshold);
    match patterns.first().map(Vec::len) {
        Some(pixels) if pixels != units => {
            let expected = format!("{units} values and a label in each row");
            Err(Problem::Shape {
                what,
                found: format!("the shape {}", tensor.shape_text()),
                expected,
            })
        }
        _ => Ok(patterns),
    }
}

/// Rows of -1 and +1.
fn states(tensor: &Tensor, units: usize, what: &'static str) -> Result<Vec<Vec<i8>>, Problem> {
    let columns = match tensor.shape.as_slice() {
        [columns] => *columns,
        [rows, columns] if (1..=MAX_PATTERNS).contains(rows) => *columns,
        _ => 0,
    };
    if columns != units {
        let expected = format!("rows of {units} values, one for each unit; 1 to 65536 rows");
        return Err(Problem::Shape {
            what,
            found: format!("the shape {}", tensor.shape_text()),
            expected,
        });
    }
    if let Some((at, &value)) = tensor
        .values
        .iter()
        .enumerate()
        .find(|(_, v)| v.abs() != 1.0)
    {
        let position = tensor.position(at);
        return Err(Problem::ElementValue {
            what,
            value,
            position,
            allowed: "-1 or +1",
        });
    }
    let state = |row: &[f64]| {
        row.iter()
            .map(|&value| if value < 0.0 { -1 } else { 1 })
            .collect()
    };
    Ok(tensor.values.chunks(units.max(1)).map(state).collect())
}

/// Noisy copies of the patterns; random states where there are no patterns.
fn noisy(noise: Option<Noise>, patterns: &[Vec<i8>], units: usize) -> Vec<Vec<i8>> {
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
