//! What can be said about a dense associative memory before it runs.

use rayon::prelude::*;

use super::{DenseMemory, Interaction};
use crate::fact::{Fact, Level};
use crate::spectrum::{Enclosure, dot};

/// The largest relative error of an exponential of f64, its argument rounded, too.
const EXP_ERROR: f64 = 1e-12;

/// Patterns a unit that Hebb's rule can recall: D. J. Amit, H. Gutfreund, H. Sompolinsky, Physical
/// Review Letters 55 (1985) 1530.
const HEBB: f64 = 0.138;

/// Multiplications that are spent on the question which patterns are stored.
const MOST_WORK: usize = 1 << 31;

/// The facts of this network.
pub fn facts(network: &DenseMemory, level: Level) -> Vec<Fact> {
    let mut facts = vec![stored(network, level), ending(network, level)];
    if level == Level::Float {
        facts.push(load(network));
    }
    facts.extend(silence(network, level));
    facts
}

/// How far each unit of a pattern is on the side of its value, at least.
pub fn margin(network: &DenseMemory, pattern: &[f64]) -> Enclosure {
    let pulls = network.pulls(&network.overlaps(pattern));
    let error = match network.interaction {
        Interaction::Exp { .. } => EXP_ERROR * pulls.patterns.iter().sum::<f64>() * 2.0,
        Interaction::Square | Interaction::Cube | Interaction::Words { .. } => 0.0,
    };
    let own = match network.interaction {
        Interaction::Words { own, .. } => dot(pulls.patterns.iter().map(|pull| (*pull, -own))),
        _ => Enclosure::exact(pulls.own),
    };
    let unit = |(unit, s): (usize, &f64)| {
        let terms = network.patterns.iter().zip(&pulls.patterns);
        let terms = terms.map(|(p, pull)| (p.get(unit).copied().unwrap_or(0.0) * s, *pull));
        dot(terms)
    };
    let none = Enclosure::exact(f64::MAX);
    let least = pattern
        .iter()
        .enumerate()
        .map(unit)
        .fold(none, Enclosure::min);
    let ends = |bound: Enclosure| [bound.low, bound.high];
    let [low, high] = ends(least);
    let [own_low, own_high] = ends(own);
    Enclosure {
        low: dot([(low, 1.0), (own_low, 1.0), (error, -1.0)]).low,
        high: dot([(high, 1.0), (own_high, 1.0), (error, 1.0)]).high,
    }
}

/// The patterns that are fixed points: no unit is drawn to the other side.
fn stored(network: &DenseMemory, level: Level) -> Fact {
    let all = network.patterns.len();
    let work = all.saturating_mul(network.units).max(1);
    let looked_at = (MOST_WORK / work).clamp(1, all.max(1));
    let some = network.patterns.par_iter().take(looked_at);
    let outside = some.map(|pattern| margin(network, pattern).is_below(0.0));
    let outside: Vec<Option<bool>> = outside.collect();
    let count = |of: Option<bool>| outside.iter().filter(|is| **is == of).count();
    let (of, kept, open) = (outside.len(), count(Some(false)), count(None));
    let mut text = match of == all {
        true => format!("{kept} of {all} patterns are fixed points"),
        false => format!("{kept} of the first {of} of {all} patterns are fixed points"),
    };
    if open > 0 {
        text.push_str(&format!(", and of {open} it is not known"));
    }
    Fact {
        name: "patterns_stored",
        level,
        holds: match kept {
            kept if kept == of => Some(true),
            kept if kept + open == of => None,
            _ => Some(false),
        },
        value: Some(kept as f64),
        text,
    }
}

/// With F = m^2 the units have the symmetric weights of Hebb's rule, for which E. Goles, Discrete
/// Applied Mathematics 12 (1985) 261, holds.
fn ending(network: &DenseMemory, level: Level) -> Fact {
    let square = network.interaction == Interaction::Square;
    let text = if square {
        "all units at the same time, with symmetric weights: every run ends in a fixed point or in \
         a cycle of two states"
    } else {
        "not assured; all units at the same time may go round in a cycle, though each by itself \
         would lower the energy"
    };
    Fact {
        name: "stable_or_period_2",
        level,
        holds: square.then_some(true),
        value: None,
        text: text.into(),
    }
}

fn load(network: &DenseMemory) -> Fact {
    let load = network.patterns.len() as f64 / network.units.max(1) as f64;
    Fact {
        name: "patterns_per_unit",
        level: Level::Float,
        holds: None,
        value: Some(load),
        text: format!(
            "{load:.3} patterns a unit; Hebb's rule can recall {HEBB} random ones a unit"
        ),
    }
}

/// The overlap below which a pattern has no pull at all in words.
fn silence(network: &DenseMemory, level: Level) -> Option<Fact> {
    let Interaction::Words { pull, .. } = &network.interaction else {
        return None;
    };
    let silent = pull.iter().take_while(|pull| **pull == 0.0).count();
    let least = silent as f64 - network.units as f64;
    Some(Fact {
        name: "smallest_overlap_that_pulls",
        level,
        holds: None,
        value: Some(least),
        text: format!(
            "a pattern pulls from an overlap of {least} on (of {} at most); from further away words \
             do not reach it",
            network.units
        ),
    })
}
