//! What can be said about an annealed network before it runs.

use super::Annealed;
use crate::fact::{Fact, Level};
use crate::hopfield::Order;

/// The facts of this network.
pub fn facts(network: &Annealed, level: Level) -> Vec<Fact> {
    let mut facts = network.minimisation.facts(level);
    facts.push(boltzmann(network, level));
    facts.push(ends(network, level));
    facts
}

/// Whether states come up as Boltzmann says at a fixed temperature: the heat-bath rule keeps the
/// distribution `exp(-E / T)` where a unit's pull is the half difference of energies (J symmetric)
/// and does not change while it is drawn (Glauber 1963).
fn boltzmann(network: &Annealed, level: Level) -> Fact {
    let symmetric = network.minimisation.model.couplings.asymmetry().is_none();
    let apart = match network.order {
        Order::Sequential | Order::Permuted { .. } => true,
        Order::Synchronous => network
            .minimisation
            .model
            .couplings
            .links()
            .next()
            .is_none(),
        Order::Block { size } => apart_in_blocks(network, size.max(1)),
    };
    let tail = network.quantile.largest();
    let bits = network.quantile.bits();
    let text = match (symmetric, apart) {
        (false, _) => "couplings are not symmetric: states follow no Boltzmann distribution".into(),
        (true, false) => {
            "coupled units change at the same time: states follow no Boltzmann distribution, and \
             may alternate"
                .into()
        }
        (true, true) => format!(
            "at a fixed temperature T, states follow Boltzmann's distribution as far as noise of \
             {bits} bits goes: a unit never goes against a pull above {tail:.3} T"
        ),
    };
    Fact {
        name: "boltzmann",
        level,
        holds: Some(symmetric && apart),
        value: Some(tail),
        text,
    }
}

fn apart_in_blocks(network: &Annealed, size: usize) -> bool {
    let mut links = network.minimisation.model.couplings.links();
    links.all(|(i, j, _)| i / size != j / size)
}

/// Whether the end of the course makes a run end by itself.
fn ends(network: &Annealed, level: Level) -> Fact {
    let last = network.temperatures.last().copied().unwrap_or(0.0);
    let symmetric = network.minimisation.model.couplings.asymmetry().is_none();
    let apart = match network.order {
        Order::Sequential | Order::Permuted { .. } => true,
        Order::Synchronous => false,
        Order::Block { size } => apart_in_blocks(network, size.max(1)),
    };
    let (holds, text) = match (last == 0.0, symmetric && apart) {
        (true, true) => (
            Some(true),
            "at the temperature 0, with which it ends, the energy never rises and every run comes \
             to a fixed point"
                .into(),
        ),
        (true, false) => (
            None,
            "at the temperature 0 the energy may rise, where couplings are not symmetric or \
             coupled units change at the same time"
                .into(),
        ),
        (false, _) => (
            None,
            format!("the last temperature is {last}: a run ends when its budget is spent"),
        ),
    };
    Fact {
        name: "descends_at_last",
        level,
        holds,
        value: Some(last),
        text,
    }
}
