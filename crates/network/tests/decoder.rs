//! Decoders: tokens against the equations written out, where a run ends, dates in words, and what is
//! refused.

use std::fmt::Write;
use std::path::{Path, PathBuf};

use network::noise::SplitMix64;
use network::sequence::SequenceNetwork;
use network::{Description, Network, NetworkError};

/// Matrices of a decoder, by the key that they stand at; rows of numbers.
struct Numbers {
    random: SplitMix64,
    scale: f64,
}

type Rows = Vec<Vec<f64>>;

impl Numbers {
    fn rows(&mut self, rows: usize, columns: usize) -> Rows {
        let (random, scale) = (&mut self.random, self.scale);
        let mut row = |_| {
            let number = |_| ((2.0 * random.uniform() - 1.0) * scale * 64.0).round() / 64.0;
            (0..columns).map(number).collect()
        };
        (0..rows).map(&mut row).collect()
    }
}

/// A decoder behind an embedding, with Elman's cell.
struct Made {
    kind: &'static str,
    words: Rows,
    symbols: Rows,
    w: Rows,
    r: Rows,
    key: Option<Rows>,
    query: Rows,
    score: Vec<f64>,
    scale: f64,
    bridge: Option<Rows>,
    readout: Rows,
    most: usize,
}

const TOKENS: usize = 5;
const UNITS: usize = 4;
const WIDE: usize = 3;
const ROW: usize = 2;
const WORDS: usize = 6;

fn made(seed: u64, kind: &'static str) -> Made {
    let mut random = SplitMix64::new(seed);
    let (keyed, bridged) = (kind == "dot" || random.below(2) == 0, random.below(2) == 0);
    let mut numbers = Numbers { random, scale: 2.0 };
    let key_units = if kind == "dot" { UNITS } else { WIDE };
    Made {
        kind,
        words: numbers.rows(WORDS, WIDE),
        symbols: numbers.rows(TOKENS, ROW),
        w: numbers.rows(UNITS, ROW + WIDE),
        r: numbers.rows(UNITS, UNITS),
        key: (keyed && kind != "none").then(|| numbers.rows(key_units, WIDE)),
        query: numbers.rows(WIDE, UNITS),
        score: numbers.rows(1, WIDE).remove(0),
        scale: 0.75,
        bridge: bridged.then(|| numbers.rows(UNITS, WIDE)),
        readout: numbers.rows(TOKENS, UNITS),
        most: 9,
    }
}

fn text(of: &Made) -> String {
    let mut text = format!(
        "[network]\nkind = \"sequence\"\nname = \"decoder\"\ninputs = 1\n[[layer]]\nkind = \"embedding\"\n\
         vocabulary = {WORDS}\nunits = {WIDE}\nw = {:?}\n[[layer]]\nkind = \"decoder\"\nunits = {UNITS}\n\
         w = {:?}\nr = {:?}\nlongest = 8\n[layer.decoder]\ncell = \"elman\"\nvocabulary = {TOKENS}\n\
         embedding_units = {ROW}\nembedding = {:?}\nstart = 1\nend = 0\nmost = {}\nattention = \"{}\"\n\
         readout = {:?}\n",
        of.words, of.w, of.r, of.symbols, of.most, of.kind, of.readout,
    );
    if let Some(key) = &of.key {
        let _ = writeln!(text, "key = {key:?}");
    }
    if of.kind == "additive" {
        let (query, score) = (&of.query, &of.score);
        let _ = writeln!(
            text,
            "attention_units = {WIDE}\nquery = {query:?}\nscore = {score:?}"
        );
    }
    if of.kind == "dot" {
        let _ = writeln!(text, "scale = {}", of.scale);
    }
    if let Some(bridge) = &of.bridge {
        let _ = writeln!(text, "bridge = {bridge:?}\nbridge_activation = \"tanh\"");
    }
    text + "[data]\nrandom = { sequences = 5, steps = 6, seed = 3 }\n"
}

fn times(rows: &Rows, x: &[f64]) -> Vec<f64> {
    rows.iter()
        .map(|row| row.iter().zip(x).map(|(a, b)| a * b).sum())
        .collect()
}

/// The shares of the vectors in the context: as the paper has them, without a largest score.
fn shares(of: &Made, state: &[f64], vectors: &Rows) -> Vec<f64> {
    let scores: Vec<f64> = vectors
        .iter()
        .map(|h| {
            let key = of.key.as_ref().map_or(h.clone(), |key| times(key, h));
            let query = times(&of.query, state);
            (0..key.len())
                .map(|at| match of.kind {
                    "dot" => of.scale * state[at] * key[at],
                    _ => of.score[at] * (query[at] + key[at]).tanh(),
                })
                .sum()
        })
        .collect();
    let all: f64 = scores.iter().map(|score: &f64| score.exp()).sum();
    scores.iter().map(|score| score.exp() / all).collect()
}

fn written_out(of: &Made, sequence: &[Vec<f64>]) -> Vec<f64> {
    let vectors: Rows = sequence
        .iter()
        .map(|x| of.words[x[0] as usize].clone())
        .collect();
    let last = vectors.last().unwrap();
    let mut state = vec![0.0; UNITS];
    if let Some(bridge) = &of.bridge {
        state = times(bridge, last).iter().map(|sum| sum.tanh()).collect();
    }
    let (mut token, mut given) = (1, vec![]);
    while given.len() < of.most {
        let mut x = of.symbols[token].clone();
        if of.kind == "none" {
            x.extend(last);
        } else {
            let shares = shares(of, &state, &vectors);
            let part = |at: usize| {
                shares
                    .iter()
                    .zip(&vectors)
                    .map(|(p, h)| p * h[at])
                    .sum::<f64>()
            };
            x.extend((0..WIDE).map(part));
        }
        let back = times(&of.r, &state);
        let sums = times(&of.w, &x).into_iter().zip(back);
        state = sums.map(|(sum, back)| (sum + back).tanh()).collect();
        let scores = times(&of.readout, &state);
        let most = scores.iter().copied().fold(f64::MIN, f64::max);
        token = scores.iter().position(|&score| score == most).unwrap();
        given.push(token as f64);
        if token == 0 {
            break;
        }
    }
    given
}

fn build(text: &str) -> Result<SequenceNetwork, NetworkError> {
    let description = Description::parse(text, "net.toml", Path::new("DIR"))?;
    match Network::from_description(&description)? {
        Network::Sequence(network) => Ok(network),
        other => panic!("{:?}", other.kind()),
    }
}

#[test]
fn tokens_are_those_of_the_equations() {
    let (mut ended, mut cut) = (0, 0);
    for seed in 0..120 {
        let kind = ["none", "dot", "additive"][seed as usize % 3];
        let of = made(seed, kind);
        let network = build(&text(&of)).unwrap_or_else(|error| panic!("{error}\n{}", text(&of)));
        for sequence in &network.sequences {
            let run = network.run(sequence);
            let found: Vec<f64> = run.outputs.concat();
            assert_eq!(found, written_out(&of, sequence), "{}", text(&of));
            match found.last() {
                Some(0.0) => ended += 1,
                _ => cut += 1,
            }
        }
    }
    assert!(
        ended > 100 && cut > 100,
        "{ended} ended, {cut} were cut off"
    );
}

fn example(name: &str) -> SequenceNetwork {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    let path = path.join("../../examples/sequence").join(name);
    let description = Description::load(&path).unwrap();
    match Network::from_description(&description).unwrap() {
        Network::Sequence(network) => network,
        other => panic!("{:?}", other.kind()),
    }
}

#[test]
fn dates_in_words_become_iso_dates() {
    for name in ["dates.toml", "dates_dot.toml"] {
        let network = example(name);
        let outputs: Vec<Vec<f64>> = network
            .runs()
            .iter()
            .map(|run| run.outputs.concat())
            .collect();
        let runs = outputs.iter().map(Vec::as_slice).enumerate();
        let score = network.score(runs).unwrap();
        // As many as the script that trained it found.
        assert_eq!(
            (score.whole, score.right, score.of),
            (Some(240), Some(2640), 2640)
        );
    }
}

#[test]
fn tokens_that_are_missing_or_too_many_are_wrong() {
    let network = example("dates.toml");
    let target: Vec<f64> = network.targets[0].concat();
    let longer = [target.clone(), vec![3.0, 3.0]].concat();
    let score = |given: &[f64]| network.score([(0, given)]).unwrap();
    let of = |score: network::sequence::Score| (score.right, score.of, score.whole);
    assert_eq!(of(score(&target)), (Some(11), 11, Some(1)));
    assert_eq!(of(score(&target[..4])), (Some(4), 11, Some(0)));
    assert_eq!(of(score(&longer)), (Some(11), 13, Some(0)));
}

#[test]
fn what_is_refused() {
    let right = text(&made(2, "additive"));
    assert!(build(&right).is_ok());
    let dot = text(&made(1, "dot"));
    let without = |key: &str| -> String {
        let other = |line: &&str| !line.starts_with(key);
        right
            .lines()
            .filter(other)
            .map(|line| format!("{line}\n"))
            .collect()
    };
    let instead = |from: &str, to: &str| {
        assert!(right.contains(from), "{from}\n{right}");
        right.replacen(from, to, 1)
    };
    let embedding = right.find("[[layer]]\nkind = \"decoder\"").unwrap();
    let dense = "[[layer]]\nkind = \"dense\"\nunits = 1\nw = [[1]]\n[data]";
    let cases = [
        ("no longest", without("longest")),
        ("no cell", without("cell")),
        ("an unknown cell", instead("\"elman\"", "\"jordan\"")),
        ("no query", without("query")),
        ("a scale of sums", instead("[data]", "scale = 2.0\n[data]")),
        (
            "a query of a product",
            dot.replace("[data]", "query = [[1]]\n[data]"),
        ),
        (
            "a start that is no token",
            instead("start = 1", "start = 5"),
        ),
        ("an end that is no token", instead("end = 0", "end = 7")),
        ("no tokens at all", instead("most = 9", "most = 0")),
        (
            "a bias of no keys",
            without("key").replace("[data]", "key_bias = [1]\n[data]"),
        ),
        (
            "a table of another shape",
            instead("embedding_units = 2", "embedding_units = 3"),
        ),
        (
            "a read-out of another shape",
            instead("readout = [", "readout = [[1, 2, 3, 4], "),
        ),
        (
            "states that are loaded",
            instead("longest = 8", "longest = 8\nloaded = true"),
        ),
        (
            "a direction",
            instead("longest = 8", "longest = 8\ndirection = \"reverse\""),
        ),
        (
            "a section elsewhere",
            dot.replacen("kind = \"decoder\"", "kind = \"elman\"", 1),
        ),
        (
            "no section",
            right[..right.find("[layer.decoder]").unwrap()].into(),
        ),
        ("a layer behind it", instead("[data]", dense)),
        (
            "no encoder",
            format!(
                "{}{}",
                right[..right.find("[[layer]]").unwrap()].replace("inputs = 1", "inputs = 3"),
                &right[embedding..]
            ),
        ),
        (
            "only the last token",
            instead("inputs = 1", "inputs = 1\noutput = \"last\""),
        ),
        (
            "a sequence that is too long",
            instead("steps = 6", "steps = 9"),
        ),
        (
            "keys of another length",
            text(&Made {
                key: None,
                ..made(1, "dot")
            }),
        ),
    ];
    let mut report = String::new();
    for (name, text) in cases {
        let error = match build(&text) {
            Ok(_) => panic!("{name} is accepted\n{text}"),
            Err(error) => error,
        };
        // Long rows of numbers say nothing here.
        let rendered = error.to_string();
        let short = rendered
            .lines()
            .map(|line| line.chars().take(110).collect::<String>());
        report += &format!("# {name}\n{}\n\n", short.collect::<Vec<_>>().join("\n"));
    }
    insta::assert_snapshot!(report);
}
