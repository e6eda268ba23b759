//! Brain-state-in-a-box against what the theory says of it.

use std::path::Path;

use network::dynamics::{self, Start};
use network::noise::SplitMix64;
use network::{BrainState, Description, Dynamics, Fact, Level, Matrix, Network, starter};
use proptest::prelude::*;

/// The starter's network with another matrix and other numbers.
fn made(weights: Matrix, bias: Vec<f64>, (gain, decay, input): (f64, f64, f64)) -> BrainState {
    let text = starter(network::Kind::BrainState);
    let description = Description::parse(text, "box.toml", Path::new("")).unwrap();
    let Network::BrainState(network) = Network::from_description(&description).unwrap() else {
        panic!()
    };
    BrainState {
        weights,
        bias,
        gain,
        decay,
        input,
        patterns: vec![],
        probes: vec![],
        ..network
    }
}

fn fact<'a>(facts: &'a [Fact], name: &str) -> &'a Fact {
    facts.iter().find(|fact| fact.name == name).unwrap()
}

fn symmetric(units: usize, random: &mut SplitMix64) -> Matrix {
    let mut values = vec![0.0; units * units];
    for i in 0..units {
        for j in 0..=i {
            let weight = (random.below(33) as f64 - 16.0) / 8.0;
            values[i * units + j] = weight;
            values[j * units + i] = weight;
        }
    }
    Matrix::dense(units, units, &values)
}

fn states(units: usize, random: &mut SplitMix64) -> Vec<f64> {
    (0..units).map(|_| 2.0 * random.uniform() - 1.0).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    /// Where the fact holds the energy never rises, from any start.
    #[test]
    fn energy_falls_where_the_fact_says_so(
        units in 1usize..10, seed in any::<u64>(),
        gain in 0.01f64..1.0, decay in 0.0f64..=1.0, input in prop::sample::select(vec![0.0, 0.3]),
    ) {
        let mut random = SplitMix64::new(seed);
        let bias = states(units, &mut random);
        let network = made(symmetric(units, &mut random), bias, (gain, decay, input));
        let facts = network.facts(Level::Float);
        if fact(&facts, "energy_never_rises").holds == Some(true) {
            let start = network.start_from(&states(units, &mut random));
            let run = dynamics::run(&network, &start, &mut |_| {});
            for pair in run.energy.windows(2) {
                prop_assert!(pair[1] <= pair[0] + 1e-9 * (1.0 + pair[0].abs()), "{pair:?}");
            }
        }
    }

    /// The corner test, against steps from every corner and from beside it.
    #[test]
    fn stable_corners_attract(units in 1usize..6, seed in any::<u64>(), biased in any::<bool>()) {
        let mut random = SplitMix64::new(seed);
        let weights = symmetric(units, &mut random);
        let bias = if biased { states(units, &mut random) } else { vec![0.0; units] };
        let corners: Vec<Vec<f64>> = (0..1u32 << units)
            .map(|bits| (0..units).map(|unit| if bits >> unit & 1 == 1 { 1.0 } else { -1.0 }).collect())
            .collect();
        let mut network = made(weights, bias, (0.25, 1.0, 0.0));
        let mut stable = 0;
        for corner in &corners {
            network.patterns = vec![corner.clone()];
            let facts = network.facts(Level::Float);
            let stored = fact(&facts, "patterns_stored").holds;
            let outward = network.field(corner).iter().zip(corner).all(|(f, v)| f * v > 0.0);
            if stored == Some(true) {
                stable += 1;
                prop_assert!(outward);
                let beside: Vec<f64> = corner.iter().map(|v| v * 0.999).collect();
                let run = dynamics::run(&network, &network.start_from(&beside), &mut |_| {});
                prop_assert_eq!(run.last.of(0), corner.as_slice());
            } else {
                // Only at the very border is nothing said.
                let least = network.field(corner).iter().zip(corner)
                    .map(|(f, v)| f * v).fold(f64::INFINITY, f64::min);
                prop_assert!(least < 1e-9, "{least}");
            }
        }
        let facts = network.facts(Level::Float);
        match fact(&facts, "not_every_corner_stable").holds {
            Some(false) => prop_assert_eq!(stable, corners.len()),
            Some(true) => prop_assert!(stable < corners.len()),
            None => {}
        }
    }
}

/// Beyond 2 / |smallest eigenvalue| the energy may rise: the bound is sharp.
#[test]
fn the_gain_bound_is_sharp() {
    let minus = Matrix::dense(1, 1, &[-1.0]);
    let energies = |gain: f64| {
        let network = made(minus.clone(), vec![0.0], (gain, 1.0, 0.0));
        let facts = network.facts(Level::Float);
        let run = dynamics::run(&network, &vec![vec![0.125]], &mut |_| {});
        (fact(&facts, "energy_never_rises").holds, run.energy)
    };
    let (holds, energy) = energies(1.5);
    assert_eq!(holds, Some(true));
    assert!(energy.windows(2).all(|pair| pair[1] <= pair[0]));
    let (holds, energy) = energies(2.5);
    assert_eq!(holds, None);
    assert!(energy.windows(2).any(|pair| pair[1] > pair[0]));
    // One side of weights alone is no symmetry.
    let turned = Matrix::dense(2, 2, &[0.0, 0.5, -0.5, 0.0]);
    let network = made(turned, vec![0.0; 2], (0.25, 1.0, 0.0));
    assert_eq!(
        fact(&network.facts(Level::Float), "energy_never_rises").holds,
        None
    );
}

/// The projection on the patterns maps each onto itself: all are stable corners; and its energy
/// falls with any gain below 2, for it is positive semidefinite.
#[test]
fn projection_stores_what_outer_products_do_not() {
    let mut random = SplitMix64::new(3);
    let units = 24;
    let patterns: Vec<Vec<i8>> = (0..10).map(|_| random.state(units)).collect();
    let rows: Vec<String> = patterns.iter().map(|p| format!("{p:?}")).collect();
    let stored = |rule: &str| {
        let text = format!(
            "[network]\nkind = \"brain_state_in_a_box\"\nname = \"stored\"\nunits = {units}\n\
             [weights]\nlearn = {{ rule = \"{rule}\", patterns = [{}] }}\n",
            rows.join(", ")
        );
        let description = Description::parse(&text, "box.toml", Path::new("")).unwrap();
        let network = Network::from_description(&description).unwrap();
        let facts = network.facts();
        assert_eq!(fact(&facts, "symmetric").holds, Some(true));
        assert_eq!(fact(&facts, "energy_never_rises").holds, Some(true));
        let start: Start = vec![patterns[0].iter().map(|&v| 0.3 * f64::from(v)).collect()];
        let run = dynamics::run(network.dynamics().unwrap(), &start, &mut |_| {});
        let own: Vec<f64> = patterns[0].iter().map(|&v| f64::from(v)).collect();
        (
            fact(&facts, "patterns_stored").value.unwrap(),
            run.last.of(0) == own,
        )
    };
    assert_eq!(stored("projection"), (10.0, true));
    let (kept, _) = stored("outer_product");
    assert!(kept < 10.0, "{kept}");
}
