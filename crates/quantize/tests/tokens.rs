//! Layers that take and draw tokens in integers against what they are to give.

use std::path::Path;

use network::sequence::{Cell, Layer, NOISE_BITS, SequenceNetwork, State};
use network::{Description, Network};
use program::Program;
use proptest::prelude::*;
use quantize::{Options, sequence};

fn made(text: &str) -> (SequenceNetwork, Program) {
    let described = Description::parse(text, "tokens.toml", Path::new(".")).unwrap();
    let network = Network::from_description(&described).unwrap();
    let made = quantize::quantize(&described, &network, &Options::default()).unwrap();
    match network {
        Network::Sequence(network) => (network, made.program),
        other => panic!("{:?}", other.kind()),
    }
}

fn rows(values: &[f64], columns: usize) -> String {
    let rows: Vec<String> = values
        .chunks(columns)
        .map(|row| format!("{row:?}"))
        .collect();
    format!("[{}]", rows.join(", "))
}

const HEAD: &str = "[network]\nkind = \"sequence\"\nname = \"tokens\"\ninputs = 1\n";

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    /// The words of a chain choose as its probabilities do, whatever these are.
    #[test]
    fn a_markov_chain_is_exact(
        (tokens, values) in (2usize..20).prop_flat_map(|tokens| {
            (Just(tokens), prop::collection::vec(prop_oneof![Just(0.0), 0.0..1.0f64], tokens * tokens))
        }),
        start in any::<prop::sample::Index>(),
        seed in 1u32..,
    ) {
        let mut values = values;
        (0..tokens).for_each(|row| values[row * tokens + (row + 1) % tokens] += 0.125);
        let start = start.index(tokens);
        let (network, program) = made(&format!(
            "{HEAD}generate = {{ steps = 200, start = {start} }}\n[[layer]]\nkind = \"markov\"\n\
             vocabulary = {tokens}\nnormalise = true\nseed = {seed}\nw = {}\n",
            rows(&values, tokens),
        ));
        let found = sequence::runs(&program, &network).unwrap();
        prop_assert_eq!(found, sequence::real(&network));
    }

    /// A draw differs only where the noise falls beside the border of two tokens.
    #[test]
    fn a_draw_differs_at_borders_only(
        values in prop::collection::vec(-2.0..2.0f64, 6 * 5),
        temperature in prop::sample::select(&[0.5, 1.0, 2.0][..]),
        seed in 1u32..,
    ) {
        let (network, program) = made(&format!(
            "{HEAD}[[layer]]\nkind = \"embedding\"\nvocabulary = 6\nunits = 5\nw = {}\n\
             [[layer]]\nkind = \"sample\"\ntemperature = {temperature}\nseed = {seed}\n\
             [format]\nstate = \"s12f8\"\n[data]\nrandom = {{ sequences = 2, steps = 100 }}\n",
            rows(&values, 5),
        ));
        let found = sequence::runs(&program, &network).unwrap();
        let mut different = 0;
        for (sequence, found) in network.sequences.iter().zip(&found) {
            let mut state = draws(&network);
            for (token, found) in sequence.iter().zip(found) {
                let scores = &values[token[0] as usize * 5..][..5];
                let given = drawn(&network, scores, &mut state);
                if found[0] != given {
                    different += 1;
                    let near = distance(scores, temperature, state.noise);
                    prop_assert!(near < 0.02, "{near} from a border");
                }
            }
        }
        prop_assert!(different <= 10, "{different} of 200");
    }
}

fn last(network: &SequenceNetwork) -> &Cell {
    let Some(Layer::Recurrent(layer)) = network.layers.last() else {
        panic!("{:?}", network.layers)
    };
    layer.direction.forward().unwrap()
}

fn draws(network: &SequenceNetwork) -> State {
    last(network).start()
}

fn drawn(network: &SequenceNetwork, scores: &[f64], state: &mut State) -> f64 {
    last(network).step(scores, state)[0]
}

/// How far the number of a register lies from the nearest border between the shares of two tokens.
fn distance(scores: &[f64], temperature: f64, noise: u32) -> f64 {
    let u = f64::from(noise >> (32 - NOISE_BITS)) / f64::from(1u32 << NOISE_BITS);
    let scores: Vec<f64> = scores.iter().map(|score| score / temperature).collect();
    let mut border = 0.0;
    let shares = network::sequence::softmax(&scores);
    let apart = shares.iter().map(|share| {
        border += share;
        (border - u).abs()
    });
    apart.fold(1.0, f64::min)
}

#[test]
fn counts_and_embeddings_are_exact_in_words_that_hold_them() {
    let (network, program) = made(&format!(
        "{HEAD}[[layer]]\nkind = \"count\"\nvocabulary = 300\nlargest = 3\n\
         hash = {{ buckets = 10, seed = 3 }}\n[data]\nrandom = {{ sequences = 2, steps = 40 }}\n",
    ));
    let found = sequence::runs(&program, &network).unwrap();
    assert_eq!(found, sequence::real(&network));
    let values: Vec<f64> = (0..21).map(|at| f64::from(at) / 8.0 - 1.0).collect();
    let (network, program) = made(&format!(
        "{HEAD}[[layer]]\nkind = \"embedding\"\nvocabulary = 7\nunits = 3\nw = {}\n\
         [format]\nstate = \"s8f4\"\n[data]\nrandom = {{ sequences = 2, steps = 40 }}\n",
        rows(&values, 3),
    ));
    let found = sequence::runs(&program, &network).unwrap();
    assert_eq!(found, sequence::real(&network));
    let rounded = sequence::rounded(&network, &program).unwrap();
    assert_eq!(rounded.layers, network.layers);
}

#[test]
fn a_table_too_large_is_refused() {
    let described = format!(
        "{HEAD}[[layer]]\nkind = \"embedding\"\nvocabulary = 600\nunits = 65\nw = {}\n",
        rows(&vec![0.5; 600 * 65], 65),
    );
    let described = Description::parse(&described, "tokens.toml", Path::new(".")).unwrap();
    let network = Network::from_description(&described).unwrap();
    let refused = quantize::quantize(&described, &network, &Options::default());
    insta::assert_snapshot!(refused.unwrap_err(), @"HW0507: layer 1 cannot become hardware: it has 65 words for each of 1024 tokens, more than a table holds; at most 64 of them would do");
}
