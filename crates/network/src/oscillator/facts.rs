//! What can be said about a digital oscillatory network before it runs.

use super::Oscillator;
use crate::fact::{Fact, Level};
use crate::hopfield::symmetry;
use crate::spectrum::{Enclosure, dot};

/// The facts of this network.
pub fn facts(network: &Oscillator, level: Level) -> Vec<Fact> {
    let asymmetry = network.memory.weights.asymmetry();
    let mut facts = vec![symmetry(asymmetry, level)];
    if !network.patterns.is_empty() {
        facts.push(stored(network, level));
    }
    facts
}

/// How far the sum of each unit of a pattern is on the side of its value, at least. Where that is not
/// below 0, every input is in phase with its unit's own wave, and the pattern keeps its phases.
pub fn margin(network: &Oscillator, pattern: &[f64]) -> Enclosure {
    let unit = |(unit, own): (usize, &f64)| {
        let links = network.memory.weights.row(unit);
        let value = |column: usize| pattern.get(column).copied().unwrap_or(0.0);
        dot(links.map(|(column, weight)| (weight, own * value(column))))
    };
    let none = Enclosure::exact(f64::MAX);
    let units = pattern.iter().enumerate();
    units.map(unit).fold(none, Enclosure::min)
}

fn stored(network: &Oscillator, level: Level) -> Fact {
    let all = network.patterns.len();
    let patterns = network.patterns.iter();
    let outside: Vec<Option<bool>> = patterns
        .map(|pattern| margin(network, pattern).is_below(0.0))
        .collect();
    let count = |of: Option<bool>| outside.iter().filter(|is| **is == of).count();
    let (kept, open) = (count(Some(false)), count(None));
    let mut text = format!("{kept} of {all} patterns keep their phases");
    if open > 0 {
        text.push_str(&format!(", and of {open} it is not known"));
    }
    Fact {
        name: "patterns_stored",
        level,
        holds: match kept {
            kept if kept == all => Some(true),
            kept if kept + open == all => None,
            _ => Some(false),
        },
        value: Some(kept as f64),
        text,
    }
}
