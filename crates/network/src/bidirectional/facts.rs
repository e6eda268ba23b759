//! What can be said about a bidirectional associative memory before it runs.

use super::{Bidirectional, Form, Layer};
use crate::fact::{Fact, Level};
use crate::spectrum::{Enclosure, Norm, dot};

/// The facts of this network.
pub fn facts(network: &Bidirectional, level: Level) -> Vec<Fact> {
    let mirrored = network
        .x
        .weights
        .links()
        .all(|(row, column, weight)| network.y.weights.get(column, row) == weight)
        && network
            .y
            .weights
            .links()
            .all(|(row, column, weight)| network.x.weights.get(column, row) == weight);
    let mut facts = vec![Fact {
        name: "same_weights_both_ways",
        level,
        holds: Some(mirrored),
        value: None,
        text: if mirrored {
            "the weights from y to x are those from x to y".into()
        } else {
            "the weights from y to x are not those from x to y".into()
        },
    }];
    facts.push(descent(network, mirrored, level));
    if !matches!(network.form, Form::Discrete) {
        facts.push(contraction(network, level));
    }
    if network.form == Form::Discrete && !network.x.patterns.is_empty() {
        facts.extend(stored(network, level));
    }
    facts
}

/// Kosko (1988), theorem 1: each half of a step can only lower the energy, whatever W is.
fn descent(network: &Bidirectional, mirrored: bool, level: Level) -> Fact {
    let rises = network.activation.is_nondecreasing();
    let (name, holds, text) = match (network.form, level) {
        (Form::Discrete, _) => (
            "always_stable",
            mirrored,
            "the energy -y'Wx - c'y - d'x falls with every change, whatever the weights: every run \
             ends in a fixed point",
        ),
        (Form::Map, Level::Float) => (
            "energy_never_rises",
            mirrored && rises,
            "each half of a step finds the lowest energy for the other half, whatever the weights, \
             as g never falls",
        ),
        (Form::Map, Level::Integer) => (
            "energy_never_rises",
            false,
            "rounded outputs are near the lowest energy for the other half, not at it",
        ),
        (Form::Euler { .. }, Level::Float) => (
            "energy_falls_in_continuous_time",
            mirrored && rises,
            "the differential equation lowers the energy, as g never falls; Euler steps do where \
             they are short enough",
        ),
        (Form::Euler { .. }, Level::Integer) => (
            "energy_falls_in_continuous_time",
            false,
            "the energy of the differential equation says nothing exact about rounded steps",
        ),
    };
    Fact {
        name,
        level,
        holds: holds.then_some(true),
        value: None,
        text: match holds {
            true => text.into(),
            false => format!("not assured; {text}"),
        },
    }
}

/// One fixed point that attracts every start: where a step brings any two states nearer to each
/// other. For the map by the product of both directions; for Euler steps, whatever the larger of
/// both layers' differences.
fn contraction(network: &Bidirectional, level: Level) -> Fact {
    let slope = Enclosure::exact(network.activation.lipschitz());
    let (factor, what) = match network.form {
        Form::Euler { step } => {
            let rows = |layer: &Layer| {
                let row = |row: usize| {
                    let decay = layer.decay.get(row).copied().unwrap_or(0.0);
                    let kept = dot([(1.0, 1.0), (-step, decay)]).magnitude();
                    let sum = dot(layer.weights.row(row).map(|(_, w)| (w.abs(), step)));
                    kept + sum * slope
                };
                let none = Enclosure::exact(0.0);
                (0..layer.units()).map(row).fold(none, Enclosure::max)
            };
            let factor = rows(&network.x).max(rows(&network.y));
            (factor, "the largest |1 - h decay| + h slope sum |w|")
        }
        Form::Discrete | Form::Map => {
            let norm = |layer: &Layer| Norm::Row.of(&layer.weights);
            let column = |layer: &Layer| Norm::Column.of(&layer.weights);
            let by_rows = norm(&network.x) * norm(&network.y);
            let by_columns = column(&network.x) * column(&network.y);
            let least = if by_rows.high <= by_columns.high {
                by_rows
            } else {
                by_columns
            };
            let factor = least * slope * slope;
            (
                factor,
                "the product of the norms of both directions and the squared slope of g",
            )
        }
    };
    let text = match factor.is_below(1.0) {
        Some(true) => format!("{what} is {factor}, below 1: one fixed point attracts every start"),
        _ => format!("{what} is {factor}, not below 1: there may be several attractors"),
    };
    Fact {
        name: "one_fixed_point",
        level,
        holds: (factor.is_below(1.0) == Some(true)).then_some(true),
        value: Some(factor.middle()),
        text,
    }
}

/// How far the sum of each unit of a pattern is on the side of its value, at least.
fn margin(layer: &Layer, own: &[f64], other: &[f64]) -> Enclosure {
    let unit = |(unit, v): (usize, &f64)| {
        let terms = layer
            .weights
            .row(unit)
            .map(|(column, weight)| (weight, other.get(column).copied().unwrap_or(0.0)));
        let bias = layer.bias.get(unit).copied().unwrap_or(0.0);
        Enclosure::exact(*v) * dot(terms.chain([(bias, 1.0)]))
    };
    let none = Enclosure::exact(f64::MAX);
    own.iter().enumerate().map(unit).fold(none, Enclosure::min)
}

/// The pairs that are fixed points: no sum is on the other side of its unit's value.
fn stored(network: &Bidirectional, level: Level) -> Vec<Fact> {
    let pairs = network.x.patterns.iter().zip(&network.y.patterns);
    let margins = pairs.map(|(x, y)| margin(&network.y, y, x).min(margin(&network.x, x, y)));
    let margins: Vec<Enclosure> = margins.collect();
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
