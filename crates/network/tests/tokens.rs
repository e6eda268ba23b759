//! Layers that take tokens against what they are to give.

use network::sequence::{
    Cell, Count, Embedding, Hash, Layer, MAX_VOCABULARY, Output, SequenceNetwork,
};
use network::{Matrix, Tensor};
use proptest::prelude::*;

fn network(layer: Layer) -> SequenceNetwork {
    let network = SequenceNetwork {
        name: "tokens".into(),
        inputs: 1,
        layers: vec![layer],
        output: Output::EveryStep,
        carry: false,
        sequences: vec![],
        targets: vec![],
    };
    network.check().unwrap();
    network
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
