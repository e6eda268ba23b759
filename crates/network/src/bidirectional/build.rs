//! From a description to a network.

use super::{Bidirectional, Form, Layer, X, Y};
use crate::activation::Activation;
use crate::description::{
    BidirectionalDescription, FromWord, POSITIVE, PairFormWord, PairLearn, PairRule, PairWeights,
    PerUnit, Source, TensorSource,
};
use crate::diagnostic::NetworkError;
use crate::dynamics::{Dynamics, Start};
use crate::given;
use crate::learning::{PseudoRelaxation, kosko, pseudo_relaxation};
use crate::matrix::Matrix;
use crate::problem::Problem;

/// The largest magnitude of a start state.
const LARGEST: f64 = 1e6;

/// Weights and biases, and what was learned.
struct Learned {
    weights: Matrix,
    bias: [Vec<f64>; 2],
    patterns: [Vec<Vec<i8>>; 2],
}

impl Bidirectional {
    /// Builds the network of a description.
    ///
    /// # Errors
    /// What is wrong with a file that the description names, with the place of its name.
    pub fn from_description(
        described: &BidirectionalDescription,
        source: &Source,
    ) -> Result<Bidirectional, NetworkError> {
        let sizes = (described.network.x, described.network.y);
        let dynamics = &described.dynamics;
        let Learned {
            weights,
            bias: [bias_x, bias_y],
            patterns: [patterns_x, patterns_y],
        } = learned(&described.weights, sizes, source)?;
        let decay = |given: &Option<PerUnit>, units: usize, field: &str| match given {
            Some(given) => given.values(units, POSITIVE, source, field),
            None => Ok(vec![1.0; units]),
        };
        let activation = dynamics.activation();
        let mut network = Bidirectional {
            name: described.network.name.clone(),
            form: match dynamics.form {
                PairFormWord::Discrete => Form::Discrete,
                PairFormWord::Map => Form::Map,
                PairFormWord::Euler => Form::Euler {
                    step: dynamics.length(),
                },
            },
            x: Layer {
                weights: weights.transposed(),
                bias: bias_x,
                decay: decay(&dynamics.decay_x, sizes.0, "dynamics.decay_x")?,
                patterns: given::real(&patterns_x, 1.0),
            },
            y: Layer {
                weights,
                bias: bias_y,
                decay: decay(&dynamics.decay_y, sizes.1, "dynamics.decay_y")?,
                patterns: given::real(&patterns_y, 1.0),
            },
            activation: Activation::from_description(&activation, source, "dynamics.activation")?,
            table: dynamics.table.unwrap_or_default(),
            stop: described.update.rule(),
            starts: vec![],
        };
        network.starts = starts(&network, described, [&patterns_x, &patterns_y], source)?;
        Ok(network)
    }
}

fn learned(
    section: &PairWeights,
    (x, y): (usize, usize),
    source: &Source,
) -> Result<Learned, NetworkError> {
    let bias = |given: &Option<TensorSource>, units: usize, field: &str| match given {
        Some(given) => given::vector(given, units, "the bias", source, field),
        None => Ok(vec![0.0; units]),
    };
    let bias = [
        bias(&section.bias_x, x, "weights.bias_x")?,
        bias(&section.bias_y, y, "weights.bias_y")?,
    ];
    let (shape, what) = ((y, x), "the weight matrix");
    let given = |weights: Matrix| Learned {
        weights,
        bias: bias.clone(),
        patterns: [vec![], vec![]],
    };
    if let Some(w) = &section.w {
        return Matrix::from_source(w, shape, what, source, "weights.w").map(given);
    }
    if let Some(sparse) = &section.sparse {
        let what = "the list of sparse weights";
        return Matrix::from_triples(sparse, shape, what, source, "weights.sparse").map(given);
    }
    match &section.learn {
        Some(learn) => pairs(learn, (x, y), bias, source),
        None => Ok(given(Matrix::sparse(y, x, &[]))),
    }
}

fn pairs(
    learn: &PairLearn,
    (x, y): (usize, usize),
    bias: [Vec<f64>; 2],
    source: &Source,
) -> Result<Learned, NetworkError> {
    let of_x = given::patterns(&learn.x, x, source, "weights.learn.x")?;
    let of_y = given::patterns(&learn.y, y, source, "weights.learn.y")?;
    if of_x.len() != of_y.len() {
        let problem = Problem::Shape {
            what: "the table of patterns of y",
            found: format!("{} patterns", of_y.len()),
            expected: format!("{}, one for each pattern of x", of_x.len()),
        };
        return Err(source.error("weights.learn.y", problem));
    }
    let (weights, bias) = match learn.rule {
        PairRule::Kosko => (kosko((x, y), &of_x, &of_y), bias),
        PairRule::Prlab => {
            let usual = PseudoRelaxation::default();
            let settings = PseudoRelaxation {
                relaxation: learn.relaxation.unwrap_or(usual.relaxation),
                margin: learn.margin.unwrap_or(usual.margin),
                max_epochs: learn.max_epochs.unwrap_or(usual.max_epochs),
            };
            let found = pseudo_relaxation((x, y), &of_x, &of_y, settings);
            (found.weights, [found.bias_x, found.bias_y])
        }
    };
    Ok(Learned {
        weights: Matrix::dense(y, x, &weights),
        bias,
        patterns: [of_x, of_y],
    })
}

fn starts(
    network: &Bidirectional,
    described: &BidirectionalDescription,
    patterns: [&[Vec<i8>]; 2],
    source: &Source,
) -> Result<Vec<Start>, NetworkError> {
    let data = &described.data;
    let read = |given: &TensorSource, units: usize, field: &str| {
        let what = "the start states";
        match network.form {
            Form::Discrete => {
                let states = given::states(given, units, what, source, field)?;
                Ok(given::real(&states, 1.0))
            }
            Form::Map | Form::Euler { .. } => {
                given::rows(given, units, (-LARGEST, LARGEST), what, source, field)
            }
        }
    };
    let (x, y) = (network.x.units(), network.y.units());
    let of_x = data
        .x
        .as_ref()
        .map(|given| read(given, x, "data.x"))
        .transpose()?;
    let of_y = data
        .y
        .as_ref()
        .map(|given| read(given, y, "data.y"))
        .transpose()?;
    let from = |layer: usize, states: &[Vec<f64>]| -> Vec<Start> {
        let states = states.iter();
        states
            .filter_map(|state| network.start_from_variable(layer, state))
            .collect()
    };
    match (of_x, of_y) {
        (Some(of_x), Some(of_y)) if !network.alternates() => {
            if of_x.len() != of_y.len() {
                let problem = Problem::Shape {
                    what: "the table of start states of y",
                    found: format!("{} rows", of_y.len()),
                    expected: format!("{}, one for each start state of x", of_x.len()),
                };
                return Err(source.error("data.y", problem));
            }
            Ok(of_x
                .into_iter()
                .zip(of_y)
                .map(|(x, y)| vec![x, y])
                .collect())
        }
        (None, None) => {
            let magnitude = data.magnitude.unwrap_or(1.0);
            let noisy = |layer: usize, units: usize| {
                let states = given::noisy(
                    data.noise,
                    patterns.get(layer).copied().unwrap_or_default(),
                    units,
                );
                from(layer, &given::real(&states, magnitude))
            };
            Ok(match data.from.unwrap_or_default() {
                FromWord::X => noisy(X, x),
                FromWord::Y => noisy(Y, y),
                FromWord::Both => {
                    let both = noisy(X, x).into_iter().zip(noisy(Y, y));
                    both.flat_map(|(x, y)| [x, y]).collect()
                }
            })
        }
        (of_x, of_y) => {
            let mut all = from(X, &of_x.unwrap_or_default());
            all.extend(from(Y, &of_y.unwrap_or_default()));
            Ok(all)
        }
    }
}
