//! Read-outs: dense layers that learn their weights by ridge regression of the targets on what the
//! layers before them give.

use super::data::{targets, vectors};
use super::{Layer, SequenceNetwork, Starts};
use crate::description::{RidgeSection, SequenceDescription, Source, layer_field};
use crate::diagnostic::NetworkError;
use crate::learning::{Ridge, ridge};
use crate::matrix::Matrix;
use crate::problem::Problem;

/// What a layer learns from: sequences and their targets, each [sequence, time, elements].
type Lesson = (Vec<Vec<Vec<f64>>>, Vec<Vec<Vec<f64>>>);

/// Learns the weights of the layer whose description says how.
///
/// # Errors
/// What is wrong with the data, or that they do not determine the weights.
pub(super) fn learn(
    network: &mut SequenceNetwork,
    described: &SequenceDescription,
    source: &Source,
) -> Result<(), NetworkError> {
    let mut layers = described.layer.iter().enumerate();
    let learned = layers.find_map(|(number, layer)| Some((number, layer.ridge.as_ref()?)));
    let Some((number, section)) = learned else {
        return Ok(());
    };
    let at = |key: &'static str| {
        let field = layer_field(number, key);
        move |problem| source.error(&field, problem)
    };
    let (sequences, targets) = lesson(network, section, source)
        .map_err(|(key, problem)| source.error(&layer_field(number, key), problem))?;
    let washout = section.washout.unwrap_or(network.washout);
    let before = SequenceNetwork {
        layers: network.layers.iter().take(number).cloned().collect(),
        starts: Starts {
            layers: network.starts.layers.clone(),
            rows: match section.sequences {
                Some(_) => vec![],
                None => network.starts.rows.clone(),
            },
        },
        sequences,
        ..network.clone()
    };
    let runs = before.runs();
    let features = runs.iter().flat_map(|run| run.outputs.iter().skip(washout));
    let features: Vec<Vec<f64>> = features.cloned().collect();
    let targets = washed(&targets, washout).map_err(at("ridge.washout"))?;
    let Some(Layer::Dense(layer)) = network.layers.get_mut(number) else {
        return Ok(());
    };
    let (units, inputs) = (layer.weights.rows(), layer.weights.columns());
    let targets = match described.layer.len() == number + 1 {
        true => targets,
        false => chosen(&targets, units).map_err(at("ridge"))?,
    };
    let fit = ridge(&features, &targets, section.lambda);
    let fit = fit.map_err(|why| at("ridge.lambda")(refused(why, section.lambda)))?;
    layer.weights = Matrix::dense(units, inputs, &fit.weights);
    layer.bias = fit.bias;
    Ok(())
}

/// The vectors of all targets behind the washout of each.
///
/// # Errors
/// When none is left.
pub(super) fn washed(targets: &[Vec<Vec<f64>>], washout: usize) -> Result<Vec<Vec<f64>>, Problem> {
    let left = targets
        .iter()
        .flat_map(|target| target.iter().skip(washout));
    let left: Vec<Vec<f64>> = left.cloned().collect();
    match left.is_empty() {
        false => Ok(left),
        true => Err(Problem::Conflict {
            message: format!("a washout of {washout} steps leaves nothing of the targets"),
            expected: "fewer steps than the targets have".into(),
        }),
    }
}

/// The sequences and targets of the section, or those of the network.
fn lesson(
    network: &SequenceNetwork,
    section: &RidgeSection,
    source: &Source,
) -> Result<Lesson, (&'static str, Problem)> {
    let (Some(sequences), Some(wanted)) = (&section.sequences, &section.targets) else {
        return Ok((network.sequences.clone(), network.targets.clone()));
    };
    let what = "the array of sequences";
    let sequences = vectors(sequences, network.inputs, what, source)
        .map_err(|problem| ("ridge.sequences", problem))?;
    let targets = targets(wanted, network, &sequences, source)
        .map_err(|problem| ("ridge.targets", problem))?;
    Ok((sequences, targets))
}

/// For each number of a class a row of as many elements as there are classes: 1 at its place, 0
/// elsewhere.
fn chosen(numbers: &[Vec<f64>], classes: usize) -> Result<Vec<Vec<f64>>, Problem> {
    let row = |number: &Vec<f64>| {
        let number = number.first().copied().unwrap_or(f64::NAN);
        let row: Vec<f64> = (0..classes)
            .map(|class| f64::from(u8::from(class as f64 == number)))
            .collect();
        match row.contains(&1.0) {
            true => Ok(row),
            false => Err(Problem::Conflict {
                message: format!("a target is the class {number}, and the layer has {classes}"),
                expected: format!("whole numbers from 0 to {}", classes.saturating_sub(1)),
            }),
        }
    };
    numbers.iter().map(row).collect()
}

fn refused(why: Ridge, lambda: f64) -> Problem {
    let (message, expected) = match why {
        Ridge::Dependent => (
            format!(
                "the elements that reach the layer depend on each other, and lambda is {lambda}: the \
                 weights are not determined"
            ),
            "a lambda above 0 that is larger",
        ),
        Ridge::TooLarge => (
            "there are too many steps and units to learn from".into(),
            "fewer sequences, shorter ones, or fewer units",
        ),
    };
    Problem::Conflict {
        message,
        expected: expected.into(),
    }
}
