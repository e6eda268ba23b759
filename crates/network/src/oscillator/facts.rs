//! What can be said about a digital oscillatory network before it runs.

use super::Oscillator;
use crate::fact::{Fact, Level};
use crate::hopfield::symmetry;

/// The facts of this network.
pub fn facts(network: &Oscillator, level: Level) -> Vec<Fact> {
    let asymmetry = network.memory.weights.asymmetry();
    let mut facts = vec![symmetry(asymmetry, level)];
    if !network.patterns.is_empty() {
        facts.push(stored(network, level));
    }
    facts
}

/// A pattern whose units all have sums of their own sign, or 0, keeps its phases.
fn stored(network: &Oscillator, level: Level) -> Fact {
    let memory = &network.memory;
    let all = memory.patterns.len();
    let patterns = memory.patterns.iter();
    let kept = patterns.filter(|pattern| memory.is_stable(pattern)).count();
    Fact {
        name: "patterns_stored",
        level,
        holds: Some(kept == all),
        value: Some(kept as f64),
        text: format!("{kept} of {all} patterns keep their phases"),
    }
}
