//! What can be said about a brain-state-in-a-box before it runs.

use program::Rounding;

use super::BrainState;
use crate::fact::{Fact, Level};
use crate::spectrum::{Enclosure, dot, extremes};

/// The facts of this network.
pub fn facts(network: &BrainState, level: Level) -> Vec<Fact> {
    let asymmetry = network.weights.asymmetry();
    let symmetric = asymmetry.is_none();
    let mut facts = vec![
        Fact::symmetric(asymmetry, level),
        descent(network, symmetric, level),
        every_corner(network, level),
    ];
    if !network.patterns.is_empty() {
        facts.push(stored(network, level));
    }
    facts
}

/// What the gain times the smallest eigenvalue must not be below.
///
/// With `z` what a step adds before it is rounded and held in the box, and D what it adds in fact,
/// the energy changes by `-z'D/a - D'VD/2`, where V is W less `(1 - decay)/a` on its diagonal.
/// Held in the box alone, `z_i D_i >= D_i^2`: it falls if the eigenvalues of V are at least -2/a.
/// Rounded to the nearest, D_i is at least one unit of the last place where it is not 0, and z_i
/// then at least half of D_i: -1/a. Rounded otherwise z_i may be as small as it likes, but never of
/// the other sign: 0.
fn least(network: &BrainState, level: Level) -> (f64, &'static str) {
    match (level, network.rounding) {
        (Level::Float, _) => (-1.0 - network.decay, "the box demands"),
        (Level::Integer, Rounding::HalfEven | Rounding::HalfUp) => {
            (-network.decay, "the box and rounding to the nearest demand")
        }
        (Level::Integer, Rounding::Floor | Rounding::TowardZero) => (
            1.0 - network.decay,
            "the box and rounding to one side demand",
        ),
    }
}

/// Whether the energy never rises: R. M. Golden, Journal of Mathematical Psychology 30 (1986) 73.
fn descent(network: &BrainState, symmetric: bool, level: Level) -> Fact {
    let smallest = extremes(&network.weights).smallest;
    let pull = Enclosure::exact(network.gain) * smallest;
    let (least, why) = least(network, level);
    // Where the condition fails the conclusion may still hold.
    let assured = symmetric && pull.low >= least;
    let text = if assured {
        format!(
            "the energy never rises: the weights are symmetric, and the gain times their smallest \
             eigenvalue is {pull}, not below {least}, as {why}"
        )
    } else {
        format!(
            "not assured that the energy never rises: {why} symmetric weights, and that the \
             gain times their smallest eigenvalue, {pull}, is not below {least}"
        )
    };
    Fact {
        name: "energy_never_rises",
        level,
        holds: assured.then_some(true),
        value: Some(smallest.middle()),
        text,
    }
}

/// How far outside of the box a unit of a corner is sent that the run started in, and that is
/// drawn to itself by the decay and the input term: it stays, and attracts, where this is above 0.
fn spare(network: &BrainState, corner: &[f64], unit: usize) -> Enclosure {
    let v = corner.get(unit).copied().unwrap_or(0.0);
    let bias = network.bias.get(unit).copied().unwrap_or(0.0);
    let terms = network
        .weights
        .row(unit)
        .map(|(other, weight)| (weight, corner.get(other).copied().unwrap_or(0.0)));
    let field = dot(terms.chain([(bias, 1.0)]));
    let pull = Enclosure::exact(network.gain * v) * field;
    if network.decay == 1.0 && network.input == 0.0 {
        return pull;
    }
    let held = dot([(network.decay, 1.0), (network.input, 1.0), (1.0, -1.0)]);
    pull + held
}

/// How far outside of the box the units of a corner are sent, at least.
pub fn margin(network: &BrainState, corner: &[f64]) -> Option<Enclosure> {
    let units = 0..network.weights.rows();
    let spare = units.map(|unit| spare(network, corner, unit));
    spare.reduce(Enclosure::min)
}

/// `v_i (W v + b)_i > 0` for all i makes a corner v a stable fixed point of the equation with a
/// decay of 1: S. Hui, S. H. Zak, IEEE Transactions on Neural Networks 3 (1992) 86.
fn is_stable(network: &BrainState, corner: &[f64]) -> Option<bool> {
    let units = 0..network.weights.rows();
    let mut known = Some(true);
    for unit in units {
        match spare(network, corner, unit).is_above(0.0) {
            Some(true) => {}
            Some(false) => return Some(false),
            None => known = None,
        }
    }
    known
}

fn stored(network: &BrainState, level: Level) -> Fact {
    let all = network.patterns.len();
    let judged = network.patterns.iter();
    let judged: Vec<_> = judged.map(|corner| is_stable(network, corner)).collect();
    let count = |of: Option<bool>| judged.iter().filter(|is| **is == of).count();
    let (stable, open) = (count(Some(true)), count(None));
    let holds = match (stable, open) {
        (stable, _) if stable == all => Some(true),
        (stable, open) if stable + open == all => None,
        _ => Some(false),
    };
    let mut text = format!("{stable} of {all} patterns are stable corners");
    if open > 0 {
        text.push_str(&format!(
            ", and {open} so near to the border that it is not known"
        ));
    }
    Fact {
        name: "patterns_stored",
        level,
        holds,
        value: Some(stable as f64),
        text,
    }
}

/// Diagonal dominance makes each corner stable: all of them are memories, wanted or not.
fn every_corner(network: &BrainState, level: Level) -> Fact {
    let spare = (0..network.weights.rows()).map(|unit| {
        let own = network.weights.get(unit, unit);
        let bias = network.bias.get(unit).map_or(0.0, |bias| bias.abs());
        let others = network.weights.row(unit);
        let others = others.filter(|(other, _)| *other != unit);
        let others = others.map(|(_, weight)| (weight.abs(), -1.0));
        let free = Enclosure::exact(1.0) - Enclosure::exact(network.decay);
        let free = free / Enclosure::exact(network.gain);
        let spare = dot(others.chain([(own, 1.0), (bias, -1.0)]));
        if network.decay == 1.0 {
            spare
        } else {
            spare - free
        }
    });
    let unbounded = Enclosure::exact(f64::MAX);
    let spare = spare.fold(unbounded, Enclosure::min);
    let dominant = spare.is_above(0.0);
    let text = match dominant {
        Some(true) => {
            "each weight of a unit on itself outweighs all others: every corner is stable, wanted \
             or not"
        }
        Some(false) => {
            "the weight of some unit on itself does not outweigh the others: not every corner is stable"
        }
        None => "it is not known whether every corner is stable",
    };
    Fact {
        name: "not_every_corner_stable",
        level,
        holds: dominant.map(|dominant| !dominant),
        value: Some(spare.middle()),
        text: text.into(),
    }
}
