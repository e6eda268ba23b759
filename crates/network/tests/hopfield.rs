//! The f64 reference of the discrete Hopfield network against what the theory says.

use network::hopfield::{Hopfield, HopfieldStatus, Order, Storage, Weights};
use network::learning::{hebb, overlap, projection, storkey};
use network::noise::SplitMix64;
use proptest::prelude::*;

fn network(weights: Weights, order: Order) -> Hopfield {
    Hopfield {
        name: "test".into(),
        bias: vec![0.0; weights.units()],
        weights,
        order,
        max_steps: 200,
        detect_period: matches!(order, Order::Synchronous | Order::Block { .. }),
        storage: Storage::Rom,
        patterns: Vec::new(),
        probes: Vec::new(),
    }
}

/// Symmetric integers from -3 to 3 (so that ties happen), the diagonal 0.
fn symmetric(units: usize, random: &mut SplitMix64) -> Weights {
    let mut values = vec![0.0; units * units];
    for i in 0..units {
        for j in 0..i {
            let value = random.below(7) as f64 - 3.0;
            values[i * units + j] = value;
            values[j * units + i] = value;
        }
    }
    Weights::dense(units, values).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]

    #[test]
    fn one_unit_at_a_time_always_ends_and_the_energy_never_rises(
        seed in any::<u64>(),
        units in 1usize..24,
        permuted in any::<bool>(),
    ) {
        let mut random = SplitMix64::new(seed);
        let order = if permuted { Order::Permuted { seed: 1 + seed % 1000 } } else { Order::Sequential };
        let mut network = network(symmetric(units, &mut random), order);
        network.bias = (0..units).map(|_| random.below(5) as f64 - 2.0).collect();
        let run = network.run(&random.state(units));
        prop_assert_eq!(run.status, HopfieldStatus::Stable);
        prop_assert!(network.is_stable(&run.state));
        prop_assert!(run.energies.windows(2).all(|pair| pair[1] <= pair[0]));
        prop_assert_eq!(run.energies.len() as u64, run.steps + 1);
    }

    #[test]
    fn all_at_once_ends_in_a_fixed_point_or_a_pair(seed in any::<u64>(), units in 1usize..24) {
        let mut random = SplitMix64::new(seed);
        let network = network(symmetric(units, &mut random), Order::Synchronous);
        let run = network.run(&random.state(units));
        match run.status {
            HopfieldStatus::Stable => prop_assert!(network.is_stable(&run.state)),
            HopfieldStatus::Period2 => {
                let other: Vec<i8> =
                    (0..units).map(|unit| network.updated(unit, &run.state)).collect();
                let back: Vec<i8> = (0..units).map(|unit| network.updated(unit, &other)).collect();
                prop_assert!(other != run.state && back == run.state);
            }
            HopfieldStatus::Budget => prop_assert!(false, "neither stable nor of period 2"),
        }
    }

    #[test]
    fn blocks_of_one_are_sequential_and_one_block_is_synchronous(
        seed in any::<u64>(),
        units in 1usize..16,
    ) {
        let mut random = SplitMix64::new(seed);
        let weights = symmetric(units, &mut random);
        let start = random.state(units);
        for (size, order) in [(1, Order::Sequential), (units, Order::Synchronous)] {
            let mut same = network(weights.clone(), order);
            same.detect_period = true;
            let blocks = network(weights.clone(), Order::Block { size });
            prop_assert_eq!(blocks.run(&start), same.run(&start));
        }
    }

    #[test]
    fn sparse_weights_act_like_dense_ones(seed in any::<u64>(), units in 1usize..16) {
        let mut random = SplitMix64::new(seed);
        let dense = symmetric(units, &mut random);
        let kept = dense.filtered(|_, _| true);
        let mut triples = Vec::new();
        for row in (0..units).rev() {
            triples.extend(kept.row(row).map(|(column, value)| (row as f64, column as f64, value)));
        }
        let sparse = Weights::sparse(units, &triples).unwrap();
        prop_assert_eq!(&sparse, &kept);
        prop_assert_eq!(sparse.to_dense(), dense.to_dense());
        prop_assert_eq!(sparse.asymmetry(), None);
        let start = random.state(units);
        let (a, b) = (network(dense, Order::Sequential), network(sparse, Order::Sequential));
        prop_assert_eq!(a.run(&start), b.run(&start));
    }

    #[test]
    fn the_projection_rule_stores_whatever_it_is_given(seed in any::<u64>(), count in 1usize..10) {
        let units = 24;
        let mut random = SplitMix64::new(seed);
        let mut patterns: Vec<Vec<i8>> = (0..count).map(|_| random.state(units)).collect();
        // A pattern that comes twice must do no harm.
        patterns.push(patterns[0].clone());
        let weights = projection(units, &patterns);
        let network = network(Weights::dense(units, weights.clone()).unwrap(), Order::Synchronous);
        for pattern in &patterns {
            prop_assert!(network.is_stable(pattern));
            for (unit, &value) in pattern.iter().enumerate() {
                // W x = x with the diagonal, so (1 - w_ii) x without it; 0 <= w_ii <= 1.
                let field = network.weights.field(unit, pattern) * f64::from(value);
                prop_assert!((-1e-9..=1.0 + 1e-9).contains(&field));
            }
        }
        let differ = |i: usize, j: usize| weights[i * units + j] - weights[j * units + i];
        let symmetric = (0..units).all(|i| (0..i).all(|j| differ(i, j).abs() < 1e-12));
        prop_assert!(symmetric);
    }
}

#[test]
fn a_pair_that_copies_each_other_swaps_for_ever() {
    let weights = Weights::dense(2, vec![0.0, 1.0, 1.0, 0.0]).unwrap();
    let mut network = network(weights, Order::Synchronous);
    let run = network.run(&[1, -1]);
    assert_eq!((run.status, run.steps), (HopfieldStatus::Period2, 2));
    network.detect_period = false;
    let run = network.run(&[1, -1]);
    assert_eq!((run.status, run.steps), (HopfieldStatus::Budget, 200));
    network.order = Order::Sequential;
    assert_eq!(network.run(&[1, -1]).state, [-1, -1]);
}

#[test]
fn ties_keep_the_state() {
    let network = network(Weights::sparse(3, &[]).unwrap(), Order::Synchronous);
    let run = network.run(&[1, -1, 1]);
    assert_eq!(
        (run.state.as_slice(), run.steps),
        ([1, -1, 1].as_slice(), 1)
    );
    assert_eq!(run.status, HopfieldStatus::Stable);
}

#[test]
fn hebb_of_two_patterns_by_hand() {
    let weights = hebb(3, &[vec![1, 1, -1], vec![1, -1, -1]]);
    assert_eq!(weights, [0.0, 0.0, -2.0, 0.0, 0.0, 0.0, -2.0, 0.0, 0.0]);
}

#[test]
fn storkey_of_two_patterns_by_hand() {
    // First pattern: x x' / 3. Second, y = (1, -1, -1): h_ij = sum over k != i, j of w_ik y_k with
    // w_01 = 1/3, w_02 = w_12 = -1/3 gives h_01 = 1/3, h_10 = 1/3, h_02 = -1/3, h_20 = 1/3,
    // h_12 = 1/3, h_21 = -1/3.
    let weights = storkey(3, &[vec![1, 1, -1], vec![1, -1, -1]]);
    let third = 1.0 / 3.0;
    let w_01 = third + (-1.0 - third + third) / 3.0;
    let w_02 = -third + (-1.0 - third - third) / 3.0;
    let w_12 = -third + (1.0 - third + third) / 3.0;
    let expected = [0.0, w_01, w_02, w_01, 0.0, w_12, w_02, w_12, 0.0];
    for (found, expected) in weights.iter().zip(expected) {
        assert!((found - expected).abs() < 1e-12, "{weights:?}");
    }
}

/// The measured anchors at 128 units and 10 % flips, share of patterns that come back with an
/// overlap of 0.95 or more: Hebb 14 patterns .96, Storkey 26 patterns 1.0, projection 51 .96.
#[test]
fn capacities_are_those_of_the_literature() {
    let units = 128;
    let share = |count: usize, rule: fn(usize, &[Vec<i8>]) -> Vec<f64>| {
        let (mut right, mut all) = (0, 0);
        for seed in 0..4 {
            let mut random = SplitMix64::new(seed);
            let patterns: Vec<Vec<i8>> = (0..count).map(|_| random.state(units)).collect();
            let weights = Weights::dense(units, rule(units, &patterns)).unwrap();
            let network = network(weights, Order::Sequential);
            for pattern in &patterns {
                let run = network.run(&random.flipped(pattern, 0.1));
                right += usize::from(overlap(&run.state, pattern) >= 0.95);
                all += 1;
            }
        }
        f64::from(right as u32) / f64::from(all as u32)
    };
    for (name, found, least) in [
        ("hebb", share(14, hebb), 0.88),
        ("storkey", share(26, storkey), 0.95),
        ("projection", share(51, projection), 0.90),
    ] {
        assert!(found >= least, "{name}: {found}");
    }
}
