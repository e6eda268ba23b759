//! From a description to a network.

use super::{Bidirectional, Discrete, Form, Layer, X, Y};
use crate::activation::Activation;
use crate::continuous::{Continuous, Form::LocalField, Method};
use crate::delay::{Delays, History, Lag, Term, steps};
use crate::description::{
    BidirectionalDescription, FromWord, POSITIVE, PairFormWord, PairLearn, PairRule, PairWeights,
    PerUnit, Source, TensorSource,
};
use crate::diagnostic::NetworkError;
use crate::dynamics::Dynamics;
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
    /// What is wrong with a file that the description names, with the place of its name, or a delay
    /// that is no whole number of steps.
    pub fn from_description(
        described: &BidirectionalDescription,
        source: &Source,
    ) -> Result<Bidirectional, NetworkError> {
        let units = (described.network.x, described.network.y);
        let learned = learned(&described.weights, units, source)?;
        let form = match described.dynamics.form {
            PairFormWord::Discrete => Form::Discrete(discrete(described, learned, source)?),
            PairFormWord::Map | PairFormWord::Euler => {
                Form::Graded(Box::new(graded(described, learned, source)?))
            }
        };
        Ok(Bidirectional {
            name: described.network.name.clone(),
            units,
            grids: [described.data.grid_x, described.data.grid_y].map(|grid| grid.map(Into::into)),
            form,
        })
    }
}

fn discrete(
    described: &BidirectionalDescription,
    learned: Learned,
    source: &Source,
) -> Result<Discrete, NetworkError> {
    let Learned {
        weights,
        bias: [bias_x, bias_y],
        patterns,
    } = learned;
    let starts = starts(described, &patterns, source)?;
    let [patterns_x, patterns_y] = patterns;
    let mut memory = Discrete {
        x: Layer {
            weights: weights.transposed(),
            bias: bias_x,
            patterns: given::real(&patterns_x, 1.0),
        },
        y: Layer {
            weights,
            bias: bias_y,
            patterns: given::real(&patterns_y, 1.0),
        },
        stop: described.update.rule(),
        starts: vec![],
    };
    let layer = |from: &From| match from {
        From::X(state) => memory.start_of_layer(X, state),
        From::Y(state) | From::Both(_, state) => memory.start_of_layer(Y, state),
    };
    memory.starts = starts.iter().map(layer).collect();
    Ok(memory)
}

/// The network of both layers' units, those of x first.
fn graded(
    described: &BidirectionalDescription,
    learned: Learned,
    source: &Source,
) -> Result<Continuous, NetworkError> {
    let dynamics = &described.dynamics;
    let (x, y) = (described.network.x, described.network.y);
    let units = x + y;
    let starts = starts(described, &learned.patterns, source)?;
    let decay = |given: &Option<PerUnit>, units: usize, field: &str| match given {
        Some(given) => given.values(units, POSITIVE, source, field),
        None => Ok(vec![1.0; units]),
    };
    let mut decays = decay(&dynamics.decay_x, x, "dynamics.decay_x")?;
    decays.extend(decay(&dynamics.decay_y, y, "dynamics.decay_y")?);
    let length = dynamics.length();
    let mut delays = Delays::from_description(&described.delays, (units, units), length, source)?;
    let scale = described.weights.scale();
    let mut present = vec![];
    for (name, late, into_y) in [
        ("x_to_y", dynamics.delay_x_to_y, true),
        ("y_to_x", dynamics.delay_y_to_x, false),
    ] {
        let links = learned.weights.links().map(|(row, column, weight)| {
            let weight = weight * scale;
            match into_y {
                true => (x + row, column, weight),
                false => (column, x + row, weight),
            }
        });
        match late {
            None => present.extend(links),
            Some(time) => {
                let steps = steps(time, length, 1)
                    .map_err(|problem| source.error(&format!("dynamics.delay_{name}"), problem))?;
                let links: Vec<_> = links.collect();
                delays.terms.push(Term {
                    name: name.into(),
                    weights: Matrix::sparse(units, units, &links),
                    lag: Lag::Steps(steps),
                });
            }
        }
    }
    let history = History::from_description(&described.history, units, delays.longest(), source)?;
    let [patterns_x, patterns_y] = &learned.patterns;
    let pairs = patterns_x.iter().zip(patterns_y);
    let pairs: Vec<Vec<i8>> = pairs.map(|(x, y)| [&x[..], &y[..]].concat()).collect();
    let bias = learned.bias.concat();
    let activation = dynamics.activation();
    let mut network = Continuous {
        name: described.network.name.clone(),
        form: LocalField,
        method: match dynamics.form {
            PairFormWord::Euler => Method::Euler { step: length },
            PairFormWord::Discrete | PairFormWord::Map => Method::Map,
        },
        activation: Activation::from_description(&activation, source, "dynamics.activation")?,
        table: dynamics.table.unwrap_or_default(),
        weights: Matrix::sparse(units, units, &present),
        bias: bias.into_iter().map(|bias| bias * scale).collect(),
        drive: None,
        decay: decays,
        capacity: vec![1.0; units],
        delays,
        history,
        stop: described.update.rule(),
        patterns: given::real(&pairs, 1.0),
        probes: vec![],
        inputs: vec![],
    };
    network.probes = starts
        .iter()
        .map(|from| joined(&network, x, from))
        .collect();
    Ok(network)
}

/// Where a run starts.
pub(super) enum From {
    X(Vec<f64>),
    Y(Vec<f64>),
    Both(Vec<f64>, Vec<f64>),
}

/// The state of both layers; of the one that is not given, nothing is known: 0. In a map, whose
/// layers move at the same time, it is what the given one makes of it.
pub(super) fn joined(network: &Continuous, x: usize, from: &From) -> Vec<f64> {
    let units = network.units();
    let (mut state, unknown) = match from {
        From::X(state) => ([&state[..], &vec![0.0; units - x]].concat(), x..units),
        From::Y(state) => ([&vec![0.0; x], &state[..]].concat(), 0..x),
        From::Both(of_x, of_y) => ([&of_x[..], &of_y[..]].concat(), 0..0),
    };
    if network.method == Method::Map {
        let mut moment = network.begin(&vec![state.clone()]);
        network.step(&mut moment);
        let made = moment.of(0).iter().enumerate();
        let made: Vec<(usize, f64)> = made
            .filter(|(unit, _)| unknown.contains(unit))
            .map(|(unit, value)| (unit, *value))
            .collect();
        for (unit, value) in made {
            if let Some(slot) = state.get_mut(unit) {
                *slot = value;
            }
        }
    }
    state
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
    described: &BidirectionalDescription,
    patterns: &[Vec<Vec<i8>>; 2],
    source: &Source,
) -> Result<Vec<From>, NetworkError> {
    let data = &described.data;
    let discrete = described.dynamics.form == PairFormWord::Discrete;
    let read = |given: &Option<TensorSource>, units: usize, field: &str| {
        let what = "the start states";
        let states = given.as_ref().map(|given| match discrete {
            true => {
                let states = given::states(given, units, what, source, field)?;
                Ok(given::real(&states, 1.0))
            }
            false => given::rows(given, units, (-LARGEST, LARGEST), what, source, field),
        });
        states.transpose()
    };
    let (x, y) = (described.network.x, described.network.y);
    let (of_x, of_y) = (read(&data.x, x, "data.x")?, read(&data.y, y, "data.y")?);
    match (of_x, of_y) {
        (Some(of_x), Some(of_y)) if !discrete => {
            if of_x.len() != of_y.len() {
                let problem = Problem::Shape {
                    what: "the table of start states of y",
                    found: format!("{} rows", of_y.len()),
                    expected: format!("{}, one for each start state of x", of_x.len()),
                };
                return Err(source.error("data.y", problem));
            }
            let both = of_x.into_iter().zip(of_y);
            Ok(both.map(|(x, y)| From::Both(x, y)).collect())
        }
        (None, None) => Ok(noisy(described, patterns)),
        (of_x, of_y) => {
            let of_x = of_x.into_iter().flatten().map(From::X);
            let of_y = of_y.into_iter().flatten().map(From::Y);
            Ok(of_x.chain(of_y).collect())
        }
    }
}

/// Starts made from the patterns.
fn noisy(described: &BidirectionalDescription, [of_x, of_y]: &[Vec<Vec<i8>>; 2]) -> Vec<From> {
    let data = &described.data;
    let magnitude = data.magnitude.unwrap_or(1.0);
    let states = |patterns: &[Vec<i8>], units| {
        given::real(&given::noisy(data.noise, patterns, units), magnitude).into_iter()
    };
    let x = || states(of_x, described.network.x).map(From::X);
    let y = || states(of_y, described.network.y).map(From::Y);
    match data.from.unwrap_or_default() {
        FromWord::X => x().collect(),
        FromWord::Y => y().collect(),
        FromWord::Both => x().zip(y()).flat_map(|(x, y)| [x, y]).collect(),
    }
}
