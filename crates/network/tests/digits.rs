//! The memories of the digits example against figures that were computed apart, in another
//! language and with other random numbers.

use std::path::Path;

use network::hopfield::{Hopfield, HopfieldStatus, Order, Storage, Weights};
use network::learning::{
    LabelledImages, Perceptron, hebb, overlap, perceptron, projection, prototypes, storkey,
};
use network::noise::SplitMix64;
use network::{Description, Network, Tensor};

const UNITS: usize = 64;

fn folder() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/digits")
}

fn labelled() -> LabelledImages {
    LabelledImages::from_tensor(&Tensor::load(&folder(), "digits.csv").unwrap()).unwrap()
}

fn memory(weights: Vec<f64>, patterns: &[Vec<i8>]) -> Hopfield {
    Hopfield {
        name: "digits".into(),
        weights: Weights::dense(UNITS, weights).unwrap(),
        bias: vec![0.0; UNITS],
        order: Order::Synchronous,
        max_steps: 100,
        detect_period: true,
        storage: Storage::Rom,
        patterns: patterns.to_vec(),
        probes: Vec::new(),
    }
}

fn stored(network: &Hopfield) -> usize {
    network
        .patterns
        .iter()
        .filter(|pattern| network.is_stable(pattern))
        .count()
}

fn recalled(network: &Hopfield, flips: f64) -> f64 {
    let mut random = SplitMix64::new(7);
    let copies = (0..60).flat_map(|_| network.patterns.iter());
    let starts: Vec<Vec<i8>> = copies
        .map(|pattern| random.flipped(pattern, flips))
        .collect();
    let runs = network.run_all(&starts);
    let right = runs.iter().zip(network.patterns.iter().cycle());
    right
        .filter(|(run, pattern)| run.state == **pattern)
        .count() as f64
        / starts.len() as f64
}

fn classified(network: &Hopfield, labelled: &LabelledImages) -> f64 {
    let runs = network.run_all(&labelled.patterns(8.0));
    let right = runs.iter().zip(&labelled.labels);
    let right = right.filter(|(run, label)| Some(&run.state) == network.patterns.get(**label));
    right.count() as f64 / labelled.labels.len() as f64
}

#[test]
fn the_prototypes_are_as_close_as_they_should_be() {
    let labelled = labelled();
    let patterns = prototypes(&labelled, 8.0);
    assert_eq!(patterns.len(), 10);
    let pairs = (0..10).flat_map(|i| (0..i).map(move |j| (i, j)));
    let largest = pairs
        .map(|(i, j)| overlap(&patterns[i], &patterns[j]))
        .fold(0.0, f64::max);
    assert_eq!(largest, 0.75);

    let nearest = |image: &Vec<i8>| {
        let closeness = |class: &usize| overlap(image, &patterns[*class]);
        (0..10).max_by(|a, b| closeness(a).total_cmp(&closeness(b)))
    };
    let images = labelled.patterns(8.0);
    let right = images
        .iter()
        .zip(&labelled.labels)
        .filter(|(i, l)| nearest(i) == Some(**l));
    let share = right.count() as f64 / images.len() as f64;
    assert!((0.78..0.81).contains(&share), "{share}");
}

#[test]
fn each_rule_stores_as_many_digits_as_it_should() {
    let patterns = prototypes(&labelled(), 8.0);
    let stored = |weights| stored(&memory(weights, &patterns));
    assert_eq!(stored(hebb(UNITS, &patterns)), 0);
    assert_eq!(stored(storkey(UNITS, &patterns)), 3);
    assert_eq!(stored(projection(UNITS, &patterns)), 10);
    for symmetric in [false, true] {
        let settings = Perceptron {
            symmetric,
            ..Perceptron::default_for(UNITS)
        };
        let outcome = perceptron(UNITS, &patterns, settings);
        assert!(outcome.converged);
        assert_eq!(stored(outcome.weights), 10);
    }
}

#[test]
fn noisy_digits_come_back_and_real_ones_find_their_class() {
    let labelled = labelled();
    let patterns = prototypes(&labelled, 8.0);
    let rules = [
        projection(UNITS, &patterns),
        perceptron(UNITS, &patterns, Perceptron::default_for(UNITS)).weights,
    ];
    for weights in rules {
        for order in [Order::Synchronous, Order::Sequential] {
            let network = Hopfield {
                order,
                ..memory(weights.clone(), &patterns)
            };
            let (ten, twenty) = (recalled(&network, 0.1), recalled(&network, 0.2));
            let own = classified(&network, &labelled);
            assert!((0.92..=1.0).contains(&ten), "{order:?}: {ten} at 10 %");
            assert!(
                (0.60..0.90).contains(&twenty),
                "{order:?}: {twenty} at 20 %"
            );
            assert!(
                (0.55..0.70).contains(&own),
                "{order:?}: {own} of the real digits"
            );
        }
    }
}

#[test]
fn the_description_of_the_example_builds_the_same_network() {
    let description = Description::load(folder().join("digits.toml")).unwrap();
    let Network::Hopfield(network) = Network::from_description(&description).unwrap() else {
        panic!("digits.toml describes a Hopfield network");
    };
    assert_eq!(network.patterns, prototypes(&labelled(), 8.0));
    assert_eq!(
        network.weights.to_dense(),
        projection(UNITS, &network.patterns)
    );
    assert_eq!(network.probes.len(), 100);
    let runs = network.run_all(&network.probes);
    assert!(
        runs.iter()
            .filter(|run| run.status == HopfieldStatus::Stable)
            .count()
            > 90
    );
    let facts = network.facts(network::Level::Float);
    assert!(
        facts
            .iter()
            .any(|fact| fact.name == "symmetric" && fact.holds == Some(true))
    );
}
