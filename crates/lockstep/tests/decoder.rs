//! Decoders of random shapes, from their description to the hardware: the same tokens, in the same number
//! of cycles, whatever the fold.

use std::fmt::Write;
use std::path::Path;

use hw_sim::stimulus::random::Random;
use lockstep::host::Values;
use lockstep::{levels, sample};
use network::{Description, Network};
use program::Program;
use proptest::prelude::*;
use quantize::Options;
use schedule::{Form, Hardware};

/// What a random network is made of.
#[derive(Debug, Clone)]
struct Shaped {
    kind: &'static str,
    cell: &'static str,
    encoder: &'static str,
    loaded: bool,
    units: usize,
    wide: usize,
    row: usize,
    tokens: usize,
    keys: Option<usize>,
    bridge: bool,
    longest: usize,
    most: usize,
    state: &'static str,
}

prop_compose! {
    fn shapes()(
        kind in prop::sample::select(vec!["none", "dot", "additive"]),
        cell in prop::sample::select(vec!["elman", "gru", "lstm"]),
        encoder in prop::sample::select(vec!["dense", "elman", "bidirectional", "reverse"]),
        loaded in any::<bool>(),
        (units, wide, row) in (1usize..6, 1usize..5, 1usize..4),
        tokens in 2usize..7,
        keys in prop::option::of(1usize..5),
        bridge in any::<bool>(),
        (longest, most) in (1usize..6, 1usize..6),
        state in prop::sample::select(vec!["s7f3", "s9f5"]),
    ) -> Shaped {
        Shaped {
            kind,
            cell,
            encoder,
            loaded,
            units,
            wide,
            row,
            tokens,
            keys,
            bridge,
            longest,
            most,
            state,
        }
    }
}

fn table(random: &mut Random, rows: usize, columns: usize) -> String {
    let mut number = |_| format!("{}", (random.below(17) as f64 - 8.0) / 8.0);
    let mut row = |_| {
        let numbers: Vec<String> = (0..columns).map(&mut number).collect();
        format!("[{}]", numbers.join(", "))
    };
    let rows: Vec<String> = (0..rows).map(&mut row).collect();
    format!("[{}]", rows.join(", "))
}

fn gates(cell: &str) -> usize {
    match cell {
        "lstm" => 4,
        "gru" => 3,
        _ => 1,
    }
}

/// The layers before the decoder; and the elements of what they give.
fn encoder(of: &Shaped, random: &mut Random, text: &mut String) -> usize {
    let (ways, word) = match of.encoder {
        "bidirectional" => (2, "bidirectional"),
        "reverse" => (1, "reverse"),
        _ => (1, "forward"),
    };
    let (rows, wide) = (ways * of.wide, of.wide);
    let w = table(random, rows, 2);
    let _ = match of.encoder {
        "dense" => write!(
            text,
            "[[layer]]\nkind = \"dense\"\nunits = {wide}\nw = {w}\n"
        ),
        _ => write!(
            text,
            "[[layer]]\nkind = \"elman\"\nunits = {wide}\ndirection = \"{word}\"\nloaded = {}\nw = {w}\nr = {}\n",
            of.loaded,
            table(random, rows, wide)
        ),
    };
    rows
}

fn text(of: &Shaped, random: &mut Random) -> String {
    let mut text = String::from("[network]\nkind = \"sequence\"\nname = \"decoder\"\ninputs = 2\n");
    let given = encoder(of, random, &mut text);
    let Shaped {
        units, row, tokens, ..
    } = *of;
    let rows = units * gates(of.cell);
    let _ = write!(
        text,
        "[[layer]]\nkind = \"decoder\"\nunits = {units}\nlongest = {}\nw = {}\nr = {}\n\
         [layer.decoder]\ncell = \"{}\"\nvocabulary = {tokens}\nembedding_units = {row}\n\
         embedding = {}\nstart = 1\nend = 0\nmost = {}\nattention = \"{}\"\nreadout = {}\n",
        of.longest,
        table(random, rows, row + given),
        table(random, rows, units),
        of.cell,
        table(random, tokens, row),
        of.most,
        of.kind,
        table(random, tokens, units),
    );
    // The state is compared with keys of its size.
    let keys = match of.kind {
        "none" => None,
        "dot" => (of.keys.is_some() || given != units).then_some(units),
        _ => of.keys,
    };
    if let Some(keys) = keys {
        let _ = writeln!(text, "key = {}", table(random, keys, given));
    }
    if of.kind == "additive" {
        let keys = keys.unwrap_or(given);
        let score = table(random, 1, keys);
        let score = score.trim_start_matches('[').trim_end_matches(']');
        let query = table(random, keys, units);
        let _ = writeln!(
            text,
            "attention_units = {keys}\nquery = {query}\nscore = [{score}]"
        );
    }
    if of.bridge {
        let _ = writeln!(text, "bridge = {}", table(random, units, given));
    }
    let _ = write!(text, "[format]\nstate = \"{}\"\n", of.state);
    text + &format!(
        "[data]\nrandom = {{ sequences = 2, steps = {} }}\n",
        of.longest
    )
}

fn made(text: &str) -> Program {
    let described = Description::parse(text, "random.toml", Path::new("."));
    let described = described.unwrap_or_else(|error| panic!("{error}\n{text}"));
    let network = Network::from_description(&described);
    let network = network.unwrap_or_else(|error| panic!("{error}\n{text}"));
    let made = quantize::quantize(&described, &network, &Options::default());
    made.unwrap_or_else(|error| panic!("{error}\n{text}"))
        .program
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn decoders_agree_at_all_levels(
        of in shapes(),
        (lanes, taps) in (1usize..4, 1usize..4),
        seed in any::<u64>(),
    ) {
        let text = text(&of, &mut Random::new(seed));
        let program = made(&text);
        let mut random = Random::new(seed);
        let lengths = [of.longest, 1, 1 + of.longest / 2];
        let runs = lengths.map(|steps| sample::run(&mut random, &program, steps as u64));
        let loads: Vec<&Values> = runs.iter().map(Vec::as_slice).collect();
        let hardware = Hardware { lanes, taps, form: Form::Frame };
        let agrees = levels::compare(&program, &hardware, &loads, &[1000]);
        prop_assert!(agrees.is_ok(), "{}\n{}", agrees.unwrap_err(), text);
    }
}
