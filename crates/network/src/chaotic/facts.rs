//! What can be said about a transiently chaotic network before it runs.

use super::Chaotic;
use crate::fact::{Fact, Level};

/// The facts of this network.
pub fn facts(network: &Chaotic, level: Level) -> Vec<Fact> {
    let mut facts = network.minimisation.facts(level);
    facts.push(bounded(network, level));
    facts.push(ends(network, level));
    facts
}

/// Each step takes an internal state y to at most `k |y|` and what pulls at it together.
fn bounded(network: &Chaotic, level: Level) -> Fact {
    let bound = network.state_bound();
    Fact {
        name: "bounded",
        level,
        holds: Some(bound.is_finite()),
        value: Some(bound),
        text: format!("internal states that are within {bound:.4} stay there, and all come there"),
    }
}

fn ends(network: &Chaotic, level: Level) -> Fact {
    let last = network.self_coupling.last().copied().unwrap_or(0.0);
    let text = if last == 0.0 {
        "the self-coupling, and with it chaos, ends: what is left is a Hopfield network".into()
    } else {
        format!("the self-coupling ends at {last}: a run ends when its budget is spent")
    };
    Fact {
        name: "transient",
        level,
        holds: Some(last == 0.0),
        value: Some(last),
        text,
    }
}
