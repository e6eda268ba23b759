//! What can be said about a sequence network before it runs.

use super::{Cell, Layer, SequenceNetwork};
use crate::activation::Activation;
use crate::fact::{Fact, Level};
use crate::matrix::Matrix;

/// The facts of this network.
pub fn facts(network: &SequenceNetwork, level: Level) -> Vec<Fact> {
    let mut facts = vec![multiplications(network, level)];
    if network.cells().next().is_some() {
        facts.push(bounded(network, level));
    }
    if network.cells().all(|cell| matches!(cell, Cell::Elman(_))) {
        facts.extend(forgets(network, level));
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
    }
}

fn multiplications(network: &SequenceNetwork, level: Level) -> Fact {
    let count: usize = network.layers.iter().map(products).sum();
    Fact {
        name: "multiplications",
        level,
        holds: None,
        value: Some(count as f64),
        text: format!("{count} weights that are not 0 are multiplied in each step"),
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
    let all = network.cells().count();
    let bounded = network.cells().filter(|cell| is_bounded(cell)).count();
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

/// `L max_i sum_j |r_ij| < 1`, with L the Lipschitz constant of the activation: two states come
/// nearer to each other in each step, in the largest magnitude, so that the start is forgotten.
fn forgets(network: &SequenceNetwork, level: Level) -> Option<Fact> {
    let factor = |cell: &Cell| match cell {
        Cell::Elman(cell) => cell.activation.lipschitz() * cell.gates.recurrent.largest_row_sum(),
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
