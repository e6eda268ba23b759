//! Decoders in integers: the same tokens as in real numbers, but where scores are nearly alike; dates in
//! words; and runs that are too long.

use std::path::{Path, PathBuf};

use network::sequence::{Decoder, Layer, SequenceNetwork};
use network::{Description, Network};
use program::Program;
use proptest::prelude::*;
use quantize::{Options, QuantizeError};

fn rows(values: &mut impl Iterator<Item = f64>, rows: usize, columns: usize) -> String {
    let rows: Vec<Vec<f64>> = (0..rows)
        .map(|_| values.by_ref().take(columns).collect())
        .collect();
    format!("{rows:?}")
}

/// A bidirectional encoder of 3 units a way and a decoder of 4.
fn text(kind: &str, cell: &str, bridge: bool, format: &str, values: &[f64]) -> String {
    let mut values = values.iter().copied().cycle();
    let values = &mut values;
    let gates = match cell {
        "lstm" => 4,
        "gru" => 3,
        _ => 1,
    };
    let mut text = format!(
        "[network]\nkind = \"sequence\"\nname = \"decoder\"\ninputs = 2\n\
         [[layer]]\nkind = \"elman\"\nunits = 3\ndirection = \"bidirectional\"\nw = {}\nr = {}\n\
         [[layer]]\nkind = \"decoder\"\nunits = 4\nlongest = 6\nw = {}\nr = {}\n\
         [layer.decoder]\ncell = \"{cell}\"\nvocabulary = 5\nembedding_units = 2\nembedding = {}\n\
         start = 0\nend = 0\nmost = 7\nattention = \"{kind}\"\nreadout = {}\n",
        rows(values, 6, 2),
        rows(values, 6, 3),
        rows(values, 4 * gates, 8),
        rows(values, 4 * gates, 4),
        rows(values, 5, 2),
        rows(values, 5, 4),
    );
    if kind != "none" {
        text += &format!("key = {}\n", rows(values, 4, 6));
    }
    if kind == "additive" {
        let score: Vec<f64> = values.take(4).collect();
        text += &format!("query = {}\nscore = {score:?}\n", rows(values, 4, 4));
    }
    if bridge {
        text += &format!(
            "bridge = {}\nbridge_activation = \"tanh\"\n",
            rows(values, 4, 6)
        );
    }
    text + &format!(
        "[format]\nstate = \"{format}\"\n[data]\nrandom = {{ sequences = 4, steps = 6 }}\n"
    )
}

fn quantized(description: &Description) -> (SequenceNetwork, Result<Program, QuantizeError>) {
    let network = Network::from_description(description).unwrap();
    let made = quantize::quantize(description, &network, &Options::default());
    match network {
        Network::Sequence(network) => (network, made.map(|made| made.program)),
        other => panic!("{:?}", other.kind()),
    }
}

fn made(text: &str) -> (SequenceNetwork, Result<Program, QuantizeError>) {
    let description = Description::parse(text, "net.toml", Path::new("."));
    quantized(&description.unwrap_or_else(|error| panic!("{error}\n{text}")))
}

/// What the layers before the decoder give for a sequence.
fn encoded(network: &SequenceNetwork, sequence: &[Vec<f64>]) -> Vec<Vec<f64>> {
    let mut encoder = network.clone();
    encoder.layers.pop();
    encoder.run(sequence).outputs
}

/// By how much the best score stands above that of another token, after the tokens that were given.
fn margin(decoder: &Decoder, encoded: &[Vec<f64>], given: &[usize], other: usize) -> f64 {
    let keys = decoder.attention.keys(encoded);
    let mut state = decoder.start_state(encoded);
    let mut token = decoder.start;
    for &next in given {
        decoder.step(token, (encoded, &keys), &mut state);
        token = next;
    }
    let best = decoder.step(token, (encoded, &keys), &mut state);
    let scores = decoder.readout.apply(&state.hidden);
    scores[best] - scores[other]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn tokens_differ_only_where_scores_are_nearly_alike(
        kind in prop::sample::select(vec!["none", "dot", "additive"]),
        cell in prop::sample::select(vec!["elman", "gru", "lstm"]),
        bridge in any::<bool>(),
        values in prop::collection::vec(-1.5f64..1.5, 211),
    ) {
        let text = text(kind, cell, bridge, "s16f11", &values);
        let (network, program) = made(&text);
        let program = program.unwrap_or_else(|error| panic!("{error}\n{text}"));
        let rounded = quantize::sequence::rounded(&network, &program).unwrap();
        let Some(Layer::Decoder(decoder)) = rounded.layers.last() else {
            panic!("{:?}", rounded.layers)
        };
        let found = quantize::sequence::runs(&program, &network).unwrap();
        for (found, sequence) in found.iter().zip(&network.sequences) {
            let tokens = |run: &[Vec<f64>]| -> Vec<usize> {
                run.iter().map(|token| token[0] as usize).collect()
            };
            let (found, real) = (tokens(found), tokens(&rounded.run(sequence).outputs));
            prop_assert!(!found.is_empty() && found.len() <= 7);
            let apart = found.iter().zip(&real).position(|(a, b)| a != b);
            match apart {
                None => prop_assert_eq!(found, real, "{}", text),
                Some(at) => {
                    let encoded = encoded(&rounded, sequence);
                    let near = margin(decoder, &encoded, &real[..at], found[at]);
                    prop_assert!((0.0..0.2).contains(&near), "{near} apart\n{text}");
                }
            }
        }
    }
}

#[test]
fn dates_in_integers_are_nearly_all_right() {
    for (name, whole) in [("dates.toml", 240), ("dates_dot.toml", 239)] {
        let path = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
        let path = path.join("../../examples/sequence").join(name);
        let (network, program) = quantized(&Description::load(&path).unwrap());
        let found = quantize::sequence::runs(&program.unwrap(), &network).unwrap();
        let found: Vec<Vec<f64>> = found.iter().map(|run| run.concat()).collect();
        let runs = found.iter().map(Vec::as_slice).enumerate();
        let score = network.score(runs).unwrap();
        assert_eq!((score.whole, score.of), (Some(whole), 2640), "{name}");
    }
}

#[test]
fn runs_of_more_steps_than_are_counted_are_refused() {
    let values = [0.5; 211];
    let long = text("dot", "gru", false, "s12f8", &values)
        .replace("longest = 6", "longest = 512")
        .replace("most = 7", "most = 64");
    let error = made(&long).1.unwrap_err().to_string();
    assert!(
        error.contains("needs up to 67201 steps for 512 vectors and 64 tokens"),
        "{error}"
    );
    let near = long.replace("most = 64", "most = 62");
    assert!(made(&near).1.is_ok());
}
