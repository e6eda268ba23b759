//! Layers that take tokens against what they are to give.

use network::Activation;
use network::description::ActivationTable;
use network::sequence::{
    Cell, Count, Dense, Embedding, Generate, Hash, Layer, MAX_VOCABULARY, Markov, Output, Sample,
    SequenceNetwork, softmax,
};
use network::{Matrix, Tensor};
use proptest::prelude::*;

fn network(layer: Layer) -> SequenceNetwork {
    network_of(vec![layer], 1)
}

fn vectors(tokens: &[usize]) -> Vec<Vec<f64>> {
    tokens.iter().map(|&token| vec![token as f64]).collect()
}

/// The buckets of the stated hash, in another arithmetic.
fn bucket(hash: Hash, token: usize) -> usize {
    let product = u128::from(hash.factor()) * token as u128 % (1 << 32);
    (product / 65536 * hash.buckets as u128 / 65536) as usize
}

proptest! {
    #[test]
    fn an_embedding_gives_the_rows_of_its_tokens(
        rows in prop::collection::vec(prop::collection::vec(-4.0..4.0f64, 3), 2..9),
        picks in prop::collection::vec(any::<prop::sample::Index>(), 1..9),
    ) {
        let table = Matrix::dense(rows.len(), 3, &rows.concat());
        let tokens: Vec<usize> = picks.iter().map(|pick| pick.index(rows.len())).collect();
        let run = network(Layer::Embedding(Embedding { table })).run(&vectors(&tokens));
        let wanted: Vec<_> = tokens.iter().map(|&token| rows[token].clone()).collect();
        prop_assert_eq!(run.outputs, wanted);
    }

    #[test]
    fn counts_are_those_of_the_tokens_so_far(
        vocabulary in 2usize..40,
        buckets in prop::option::of((1usize..20, any::<u64>())),
        largest in 1u32..4,
        picks in prop::collection::vec(any::<prop::sample::Index>(), 1..30),
    ) {
        let tokens: Vec<usize> = picks.iter().map(|pick| pick.index(vocabulary)).collect();
        let hash = buckets.map(|(buckets, seed)| Hash { buckets, seed });
        let count = Count { vocabulary, hash, largest };
        let run = network(Layer::forward(Cell::Count(count.clone()))).run(&vectors(&tokens));
        let place = |token: usize| hash.map_or(token, |hash| bucket(hash, token));
        for (step, counts) in run.outputs.iter().enumerate() {
            prop_assert_eq!(counts.len(), count.buckets());
            for (at, &found) in counts.iter().enumerate() {
                let seen = tokens[..=step].iter().filter(|&&token| place(token) == at).count();
                prop_assert_eq!(found, f64::from((seen as u32).min(largest)));
            }
        }
    }

    #[test]
    fn every_token_has_a_bucket(seed in any::<u64>(), buckets in 1usize..=4096) {
        let hash = Hash { buckets, seed };
        prop_assert!((0..MAX_VOCABULARY).step_by(7).all(|token| hash.bucket(token) < buckets));
    }
}

/// Tokens that follow one another spread over the buckets: none takes more than three times its share.
#[test]
fn a_hash_spreads_tokens() {
    for seed in 0..50 {
        let hash = Hash { buckets: 64, seed };
        let mut taken = vec![0; 64];
        (0..4096).for_each(|token| taken[hash.bucket(token)] += 1);
        assert!(
            taken.iter().all(|&count| count < 3 * 64),
            "{seed}: {taken:?}"
        );
    }
}

#[test]
fn numbers_that_are_no_tokens_are_named() {
    let table = Matrix::dense(3, 1, &[1.0, 2.0, 3.0]);
    let network = network(Layer::Embedding(Embedding { table }));
    let refused = |values: &[f64]| {
        let values = values.to_vec();
        let shape = vec![1, values.len(), 1];
        let problem = network.sequences_of(&Tensor { shape, values }).unwrap_err();
        format!("{}: {problem}; {}", problem.code(), problem.expected())
    };
    insta::assert_snapshot!(refused(&[0.0, 2.0, 3.0]), @"HW0314: the array of sequences holds the token 3 at [0, 2, 0]; a whole number from 0 to 2, for a vocabulary of 3");
    insta::assert_snapshot!(refused(&[0.5]), @"HW0314: the array of sequences holds the token 0.5 at [0, 0, 0]; a whole number from 0 to 2, for a vocabulary of 3");
    insta::assert_snapshot!(refused(&[1.0, -1.0]), @"HW0314: the array of sequences holds the token -1 at [0, 1, 0]; a whole number from 0 to 2, for a vocabulary of 3");
    let values = vec![2.0, 0.0];
    let sequences = network.sequences_of(&Tensor {
        shape: vec![2, 1],
        values,
    });
    assert_eq!(sequences, Ok(vec![vectors(&[2, 0])]));
}

/// How often each token is given, against what it is to be given with: within five standard deviations.
fn occur_as_often(tokens: &[usize], probabilities: &[f64], what: &str) {
    let of = tokens.len() as f64;
    for (token, &p) in probabilities.iter().enumerate() {
        let found = tokens.iter().filter(|&&of| of == token).count() as f64;
        let most = 5.0 * (of * p * (1.0 - p)).sqrt() + of / 65536.0;
        assert!(
            (found - of * p).abs() <= most,
            "{what}: {token}, {found} of {of}"
        );
    }
}

fn tokens(outputs: &[Vec<f64>]) -> Vec<usize> {
    outputs.iter().map(|output| output[0] as usize).collect()
}

#[test]
fn a_draw_gives_each_element_with_its_share() {
    let scores = [0.5, -1.0, 2.0, 0.0];
    for (temperature, seed) in [(1.0, 1), (0.5, 7), (3.0, 99)] {
        let sample = Sample {
            scores: 4,
            temperature,
            seed,
        };
        let network = network_of(vec![Layer::forward(Cell::Sample(sample))], 4);
        let run = network.run(&vec![scores.to_vec(); 20_000]);
        let shares = softmax(&scores.map(|score| score / temperature));
        occur_as_often(
            &tokens(&run.outputs),
            &shares,
            &format!("temperature {temperature}"),
        );
        assert_eq!(
            network.run(&vec![scores.to_vec(); 20_000]),
            run,
            "the noise begins anew"
        );
    }
}

fn network_of(layers: Vec<Layer>, inputs: usize) -> SequenceNetwork {
    let network = SequenceNetwork {
        name: "tokens".into(),
        inputs,
        layers,
        output: Output::EveryStep,
        generate: None,
        carry: false,
        starts: network::sequence::Starts::default(),
        longest: None,
        sequences: vec![],
        targets: vec![],
        picture: None,
        table: ActivationTable::default(),
        washout: 0,
    };
    network.check().unwrap();
    network
}

#[test]
fn a_chain_goes_on_with_its_probabilities() {
    let rows = [[0.5, 0.25, 0.25], [0.0, 0.125, 0.875], [1.0, 0.0, 0.0]];
    let chain = Markov {
        probabilities: Matrix::dense(3, 3, &rows.concat()),
        seed: 5,
    };
    let mut network = network_of(vec![Layer::forward(Cell::Markov(chain))], 1);
    network.generate = Some(Generate {
        steps: 30_000,
        start: 2,
    });
    network.sequences = vec![vec![vec![2.0]]];
    let given = tokens(&network.runs()[0].outputs);
    let fed = tokens(&network.fed()[0]);
    assert_eq!((fed[0], &fed[1..]), (2, &given[..29_999]));
    for (token, row) in rows.iter().enumerate() {
        let next = fed.iter().zip(&given).filter(|(from, _)| **from == token);
        let next: Vec<usize> = next.map(|(_, to)| *to).collect();
        assert!(next.len() > 1000, "{token}");
        occur_as_often(&next, row, &format!("after {token}"));
    }
}

#[test]
fn a_network_that_feeds_itself_goes_on_with_what_it_gave() {
    // The token after t is t + 1, and the first one after the last.
    let next = Matrix::dense(3, 3, &[0.0, 1.0, 0.0, 0.0, 0.0, 1.0, 1.0, 0.0, 0.0]);
    let layers = vec![
        Layer::Embedding(Embedding { table: next }),
        Layer::Dense(Dense {
            weights: Matrix::dense(3, 3, &[1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0]),
            bias: vec![0.0; 3],
            activation: Activation::identity(),
        }),
        Layer::ArgMax,
    ];
    let mut network = network_of(layers, 1);
    network.generate = Some(Generate { steps: 5, start: 1 });
    network.sequences = vec![vec![vec![1.0]]];
    assert_eq!(tokens(&network.runs()[0].outputs), [2, 0, 1, 2, 0]);
    network.output = Output::Last;
    assert_eq!(tokens(&network.runs()[0].outputs), [0]);
}
