//! What can be said about a memory of two-state units before it runs.

use super::discrete::{Discrete, Layer};
use crate::fact::{Fact, Level};
use crate::spectrum::{Enclosure, dot};

/// The facts of this network.
pub fn facts(memory: &Discrete, level: Level) -> Vec<Fact> {
    let mirrors = |of: &Layer, other: &Layer| {
        let mut links = of.weights.links();
        links.all(|(row, column, weight)| other.weights.get(column, row) == weight)
    };
    let mirrored = mirrors(&memory.x, &memory.y) && mirrors(&memory.y, &memory.x);
    let mut facts = vec![
        Fact {
            name: "same_weights_both_ways",
            level,
            holds: Some(mirrored),
            value: None,
            text: if mirrored {
                "the weights from y to x are those from x to y".into()
            } else {
                "the weights from y to x are not those from x to y".into()
            },
        },
        always_stable(mirrored, level),
    ];
    if !memory.x.patterns.is_empty() {
        facts.extend(stored(memory, level));
    }
    facts
}

/// Kosko (1988), theorem 1: each half of a step can only lower the energy, whatever W is.
fn always_stable(mirrored: bool, level: Level) -> Fact {
    let text = "the energy -y'Wx - c'y - d'x falls with every change, whatever the weights: every \
                run ends in a fixed point";
    Fact {
        name: "always_stable",
        level,
        holds: mirrored.then_some(true),
        value: None,
        text: match mirrored {
            true => text.into(),
            false => format!("not assured; with the same weights both ways {text}"),
        },
    }
}

/// How far the sum of each unit of a pair is on the side of its value, at least.
pub fn margin(memory: &Discrete, pair: usize) -> Option<Enclosure> {
    let (x, y) = (memory.x.patterns.get(pair)?, memory.y.patterns.get(pair)?);
    Some(of_layer(&memory.y, y, x).min(of_layer(&memory.x, x, y)))
}

/// As [`margin`], of the units of one layer, `own` being their values.
fn of_layer(layer: &Layer, own: &[f64], other: &[f64]) -> Enclosure {
    let unit = |(unit, v): (usize, &f64)| {
        let terms = layer
            .weights
            .row(unit)
            .map(|(column, weight)| (weight, v * other.get(column).copied().unwrap_or(0.0)));
        let bias = layer.bias.get(unit).copied().unwrap_or(0.0);
        dot(terms.chain([(bias, *v)]))
    };
    let none = Enclosure::exact(f64::MAX);
    own.iter().enumerate().map(unit).fold(none, Enclosure::min)
}

/// The pairs that are fixed points: no sum is on the other side of its unit's value.
fn stored(network: &Discrete, level: Level) -> Vec<Fact> {
    let pairs = 0..network.x.patterns.len();
    let margins: Vec<Enclosure> = pairs.filter_map(|pair| margin(network, pair)).collect();
    let all = margins.len();
    let count = |of: Option<bool>| {
        let judged = margins.iter().map(|margin| (-*margin).is_above(0.0));
        judged.filter(|outside| *outside == of).count()
    };
    let (kept, open) = (count(Some(false)), count(None));
    let least = margins.iter().copied();
    let least = least.fold(Enclosure::exact(f64::MAX), Enclosure::min);
    let mut text = format!("{kept} of {all} pairs are fixed points");
    if open > 0 {
        text.push_str(&format!(", and of {open} it is not known"));
    }
    vec![
        Fact {
            name: "pairs_stored",
            level,
            holds: match kept {
                kept if kept == all => Some(true),
                kept if kept + open == all => None,
                _ => Some(false),
            },
            value: Some(kept as f64),
            text,
        },
        Fact {
            name: "smallest_margin",
            level,
            holds: None,
            value: Some(least.middle()),
            text: format!(
                "the sum of each unit of each pair is {least} or more on the side of its value"
            ),
        },
    ]
}
