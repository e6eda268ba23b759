//! What can be said about a discrete Hopfield network before it runs.

use super::{Hopfield, Order};
use crate::fact::{Fact, Level};

impl Hopfield {
    /// The facts of this network; of the integer network when its weights are those after rounding
    /// (the integers or their values alike) and `level` says so.
    pub fn facts(&self, level: Level) -> Vec<Fact> {
        let asymmetry = self.weights.asymmetry();
        let symmetric = asymmetry.is_none();
        let diagonal = smallest_diagonal(self);
        let mut facts = vec![
            symmetry(asymmetry, level),
            Fact {
                name: "diagonal_not_negative",
                level,
                holds: Some(diagonal >= 0.0),
                value: Some(diagonal),
                text: format!("the smallest weight of a unit on itself is {diagonal}"),
            },
            ending(self, symmetric, diagonal, level),
        ];
        if !self.patterns.is_empty() {
            facts.push(stored(self, level));
        }
        facts
    }
}

/// Whether weights are symmetric; `asymmetry` is the first pair that differs.
pub(crate) fn symmetry(asymmetry: Option<(usize, usize)>, level: Level) -> Fact {
    let text = match asymmetry {
        None => "the weights are symmetric".to_string(),
        Some((i, j)) => {
            format!("the weights are not symmetric: w[{i}][{j}] differs from w[{j}][{i}]")
        }
    };
    Fact {
        name: "symmetric",
        level,
        holds: Some(asymmetry.is_none()),
        value: None,
        text,
    }
}

fn smallest_diagonal(network: &Hopfield) -> f64 {
    (0..network.units())
        .map(|unit| network.weights.get(unit, unit))
        .fold(0.0, f64::min)
}

/// How every run ends: Hopfield (1982) for one unit at a time; E. Goles, Discrete Applied
/// Mathematics 12 (1985) 261, for all units at the same time.
fn ending(network: &Hopfield, symmetric: bool, diagonal: f64, level: Level) -> Fact {
    let (name, holds, text) = match network.order {
        Order::Sequential | Order::Permuted { .. } => (
            "always_stable",
            symmetric && diagonal >= 0.0,
            "one unit at a time: with symmetric weights and no negative diagonal the energy never \
             rises, and every run ends in a fixed point",
        ),
        Order::Synchronous => (
            "stable_or_period_2",
            symmetric,
            "all units at the same time: with symmetric weights every run ends in a fixed point \
             or in a cycle of two states",
        ),
        Order::Block { .. } => (
            "always_stable",
            symmetric && diagonal >= 0.0 && no_coupling_within_blocks(network),
            "block after block: with symmetric weights, no negative diagonal and no weights \
             within a block the energy never rises",
        ),
    };
    // Where the condition fails the conclusion may still hold: not known rather than false.
    let holds = if holds { Some(true) } else { None };
    let text = if holds.is_some() {
        text.to_string()
    } else {
        format!("not assured; {text}")
    };
    Fact {
        name,
        level,
        holds,
        value: None,
        text,
    }
}

fn no_coupling_within_blocks(network: &Hopfield) -> bool {
    let Order::Block { size } = network.order else {
        return true;
    };
    let size = size.max(1);
    (0..network.units()).all(|unit| {
        let same = |other: usize| other / size == unit / size && other != unit;
        network
            .weights
            .row(unit)
            .all(|(other, weight)| weight == 0.0 || !same(other))
    })
}

fn stored(network: &Hopfield, level: Level) -> Fact {
    let all = network.patterns.len();
    let stable = network
        .patterns
        .iter()
        .filter(|pattern| network.is_stable(pattern))
        .count();
    Fact {
        name: "patterns_stored",
        level,
        holds: Some(stable == all),
        value: Some(stable as f64),
        text: format!("{stable} of {all} patterns are fixed points"),
    }
}
