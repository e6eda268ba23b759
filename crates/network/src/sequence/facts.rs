//! What can be said about a sequence network before it runs.

use super::decoder::Kind;
use super::{Cell, Decoder, Elman, Layer, SequenceNetwork};
use crate::activation::Activation;
use crate::fact::{Fact, Level};
use crate::matrix::Matrix;
use crate::spectrum::{smallest_norm, spectral_radius};

/// The facts of this network.
pub fn facts(network: &SequenceNetwork, level: Level) -> Vec<Fact> {
    let mut facts = vec![multiplications(network, level)];
    if network.every_cell().next().is_some() {
        facts.push(bounded(network, level));
    }
    if network.decoder().is_none() && network.cells().all(|cell| matches!(cell, Cell::Elman(_))) {
        facts.extend(forgets(network, level));
        facts.extend(spectral(network, level).into_iter().flatten());
    }
    facts
}

fn size(matrix: &Matrix) -> usize {
    matrix.links().count()
}

/// Products of a weight and an element in one step.
fn products(layer: &Layer) -> usize {
    let cell = |cell: &Cell| match cell {
        Cell::Elman(cell) => size(&cell.gates.input) + size(&cell.gates.recurrent),
        Cell::Jordan(cell) => {
            size(&cell.gates.input) + size(&cell.gates.recurrent) + size(&cell.readout.weights)
        }
        Cell::Lstm(cell) => size(&cell.gates.input) + size(&cell.gates.recurrent),
        Cell::Gru(cell) => size(&cell.gates.input) + size(&cell.gates.recurrent),
        Cell::Count(_) | Cell::Sample(_) | Cell::Markov(_) => 0,
        Cell::Tree(cell) => size(&cell.unary) + size(&cell.binary),
    };
    match layer {
        Layer::Recurrent(layer) => layer.direction.cells().map(cell).sum(),
        Layer::Dense(layer) => size(&layer.weights),
        Layer::Embedding(_)
        | Layer::MaxPool(_)
        | Layer::Elementwise(_)
        | Layer::Softmax
        | Layer::ArgMax
        | Layer::BestPath(_) => 0,
        Layer::Decoder(layer) => cell(&layer.cell) + decoding(layer),
    }
}

/// Products of a decoder beside those of its cell, for a token and a vector that it looks at.
fn decoding(layer: &Decoder) -> usize {
    let dense = [
        Some(&layer.readout),
        layer.bridge.as_ref(),
        layer.attention.key.as_ref(),
    ];
    let dense = dense.into_iter().flatten().map(|of| size(&of.weights));
    let attention = match &layer.attention.kind {
        Kind::Last | Kind::Dot { .. } => 0,
        Kind::Additive { query, score } => size(query) + score.len(),
    };
    dense.sum::<usize>() + attention
}

fn multiplications(network: &SequenceNetwork, level: Level) -> Fact {
    let count: usize = network.layers.iter().map(products).sum();
    Fact {
        name: "multiplications",
        level,
        holds: None,
        value: Some(count as f64),
        text: match network.decoder() {
            Some(_) => format!(
                "{count} weights that are not 0 are multiplied for a vector that comes in and a token \
                 that goes out"
            ),
            None => format!("{count} weights that are not 0 are multiplied in each step"),
        },
    }
}

fn finite(activation: &Activation) -> bool {
    let (low, high) = activation.range();
    low.is_finite() && high.is_finite()
}

fn within_one(activation: &Activation) -> bool {
    let (low, high) = activation.range();
    low >= 0.0 && high <= 1.0
}

/// Whether the state stays within bounds that do not depend on the sequence. The cells of an LSTM
/// do where `c+ = f c + i g` has `f` below some number below 1, as a clip of its argument gives, or
/// where the coupling makes it a mean of c and g.
fn is_bounded(cell: &Cell) -> bool {
    match cell {
        Cell::Elman(cell) => finite(&cell.activation),
        Cell::Jordan(cell) => finite(&cell.readout.activation),
        Cell::Gru(cell) => within_one(&cell.gate) && finite(&cell.candidate),
        Cell::Count(_) | Cell::Sample(_) | Cell::Markov(_) => true,
        Cell::Tree(cell) => finite(&cell.activation),
        Cell::Lstm(cell) => {
            let most = |clip: f64| cell.gate.value(clip).max(cell.gate.value(-clip));
            let below_one =
                cell.gate.is_nondecreasing() && cell.clip.is_some_and(|clip| most(clip) < 1.0);
            let held = cell.coupled || below_one;
            held && within_one(&cell.gate) && finite(&cell.candidate)
        }
    }
}

fn bounded(network: &SequenceNetwork, level: Level) -> Fact {
    let all = network.every_cell().count();
    let bounded = network.every_cell().filter(|cell| is_bounded(cell)).count();
    let text = match all - bounded {
        0 => "the states stay within bounds, whatever the sequence".into(),
        open => format!(
            "{open} of {all} recurrent layers have states that a long sequence may drive beyond any \
             bound: clip them, couple the gates, or choose activations with a finite range"
        ),
    };
    Fact {
        name: "states_bounded",
        level,
        holds: (bounded == all).then_some(true),
        value: Some(bounded as f64),
        text,
    }
}

/// Units up to which a layer's largest singular value and its eigenvalues are looked at.
const MAX_SPECTRUM: usize = 512;

/// `(1 - leak) + leak L |R| < 1` in some norm of R that belongs to one of vectors in which f acts on
/// each element by itself, with L the Lipschitz constant of f: two states come nearer to each other
/// in each step, so that the start is forgotten.
fn shrinking(cell: &Elman) -> f64 {
    let weights = &cell.gates.recurrent;
    let norm = match cell.units() <= MAX_SPECTRUM {
        true => smallest_norm(weights).1.high,
        false => weights.largest_row_sum(),
    };
    let stretched = cell.activation.lipschitz() * norm;
    match cell.leak == 1.0 {
        true => stretched,
        false => (1.0 - cell.leak) + cell.leak * stretched,
    }
}

fn forgets(network: &SequenceNetwork, level: Level) -> Option<Fact> {
    let factor = |cell: &Cell| match cell {
        Cell::Elman(cell) => shrinking(cell),
        _ => f64::INFINITY,
    };
    let most = network.cells().map(factor).reduce(f64::max)?;
    // Room for the rounding of the sums.
    let holds = most < 1.0 - 1e-9;
    let text = match holds {
        true => format!("the start is forgotten: a step shrinks differences to {most:.3} of them"),
        false => format!(
            "not assured that the start is forgotten: a step may stretch differences by {most:.3}"
        ),
    };
    Some(Fact {
        name: "start_forgotten",
        level,
        holds: holds.then_some(true),
        value: Some(most),
        text,
    })
}

/// The spectral radius of R, and the hint that it gives at echo states: around rest, where f is as
/// steep as it can be, a step without input is `(1 - leak) I + leak R` (H. Jaeger and others, Neural
/// Networks 20 (2007) 335, proposition 1, for f = tanh). With a radius of 1 or more rest is unstable,
/// and with an input of 0 the start is not forgotten; below 1 nothing is proved, for large inputs
/// can do harm or good (I. Yildiz, H. Jaeger, S. Kiebel, Neural Networks 35 (2012) 1).
fn spectral(network: &SequenceNetwork, level: Level) -> Option<Vec<Fact>> {
    let cells = network.cells().filter_map(|cell| match cell {
        Cell::Elman(cell) if cell.units() <= MAX_SPECTRUM => Some(cell),
        _ => None,
    });
    let radii = |cell: &Elman| {
        let weights = &cell.gates.recurrent;
        let slope = cell.activation.lipschitz();
        let rest = cell.activation.value(0.0) == 0.0 && slope.is_finite();
        let units = cell.units();
        let kept = (0..units).map(|unit| (unit, unit, 1.0 - cell.leak));
        let moved = weights.links();
        let moved = moved.map(|(row, column, value)| (row, column, cell.leak * slope * value));
        let step = Matrix::sparse(units, units, &kept.chain(moved).collect::<Vec<_>>());
        let step = rest.then(|| spectral_radius(&step)).flatten();
        Some((spectral_radius(weights)?, step))
    };
    let all: Option<Vec<(f64, Option<f64>)>> = cells.map(radii).collect();
    let all = all.filter(|all| !all.is_empty())?;
    let radius = all.iter().fold(0.0, |most: f64, of| most.max(of.0));
    let mut facts = vec![Fact {
        name: "spectral_radius",
        level,
        holds: None,
        value: Some(radius),
        text: format!("the spectral radius of the recurrent weights is {radius:.6}"),
    }];
    let steps: Option<Vec<f64>> = all.iter().map(|of| of.1).collect();
    if let Some(step) = steps.and_then(|steps| steps.into_iter().reduce(f64::max)) {
        facts.push(echo(step, level));
    }
    Some(facts)
}

fn echo(step: f64, level: Level) -> Fact {
    let text = match step < 1.0 {
        true => format!(
            "echo states are likely: around rest a step has the spectral radius {step:.6}, below 1"
        ),
        false => format!(
            "echo states only where the input holds it: around rest a step has the spectral radius \
             {step:.6}, not below 1"
        ),
    };
    Fact {
        name: "echo_states",
        level,
        holds: None,
        value: Some(step),
        text,
    }
}
