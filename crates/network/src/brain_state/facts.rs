//! What can be said about a brain-state-in-a-box before it runs.

use super::BrainState;
use crate::fact::{Fact, Level};

/// The facts of this network.
pub fn facts(network: &BrainState, level: Level) -> Vec<Fact> {
    let mut facts = vec![Fact::symmetric(network.weights.asymmetry(), level)];
    facts.push(every_corner(network, level));
    if !network.patterns.is_empty() {
        facts.push(stored(network, level));
    }
    facts
}

/// `v_i (W v + b)_i > 0` for all i makes a corner v a stable fixed point of the equation with a
/// decay of 1: S. Hui, S. H. Zak, IEEE Transactions on Neural Networks 3 (1992) 86.
fn is_stable(network: &BrainState, corner: &[f64]) -> bool {
    let mut fields = network.field(corner).into_iter().zip(corner);
    fields.all(|(field, v)| field * v > 0.0)
}

fn stored(network: &BrainState, level: Level) -> Fact {
    let all = network.patterns.len();
    let stable = network.patterns.iter();
    let stable = stable.filter(|corner| is_stable(network, corner)).count();
    Fact {
        name: "patterns_stored",
        level,
        holds: Some(stable == all),
        value: Some(stable as f64),
        text: format!("{stable} of {all} patterns are stable corners"),
    }
}

/// Diagonal dominance makes each corner stable: all of them are memories, wanted or not.
fn every_corner(network: &BrainState, level: Level) -> Fact {
    let spare = (0..network.weights.rows()).map(|unit| {
        let others = network
            .weights
            .row(unit)
            .filter(|(other, _)| *other != unit);
        let others: f64 = others.map(|(_, weight)| weight.abs()).sum();
        let bias = network.bias.get(unit).map_or(0.0, |bias| bias.abs());
        network.weights.get(unit, unit) - others - bias
    });
    let spare = spare.fold(f64::INFINITY, f64::min);
    let dominant = spare > 0.0;
    let text = if dominant {
        "each weight of a unit on itself outweighs all others: every corner is stable, wanted or not"
    } else {
        "no unit is bound to its own weight alone: not every corner is stable"
    };
    Fact {
        name: "not_every_corner_stable",
        level,
        holds: Some(!dominant),
        value: Some(spare),
        text: text.into(),
    }
}
