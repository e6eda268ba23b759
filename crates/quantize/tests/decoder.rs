//! Decoders in integers: each token loses no more than its words explain; dates in words; and runs that
//! are too long.

use std::path::{Path, PathBuf};

use network::sequence::decoder::{Attention, Kind};
use network::sequence::{Cell, Decoder, Layer, SequenceNetwork, State};
use network::{Description, Network};
use program::{Executor, Program};
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

/// What the integers of the layers before the decoder give for each sequence.
fn encoded(text: &str) -> Vec<Vec<Vec<f64>>> {
    let decoder = text.rfind("[[layer]]").unwrap();
    let format = text.rfind("[format]").unwrap();
    let (network, program) = made(&[&text[..decoder], &text[format..]].concat());
    quantize::sequence::runs(&program.unwrap(), &network).unwrap()
}

/// A token that the integers gave, with the states around it.
struct Step {
    token: usize,
    before: State,
    after: State,
    scores: Vec<f64>,
}

/// What the integers do for each token of a sequence.
fn steps(program: &Program, sequence: &[Vec<f64>]) -> Vec<Step> {
    let real = |executor: &Executor, name: &str| -> Vec<f64> {
        let Some(id) = program.find(name) else {
            return vec![];
        };
        let format = program.vector(id).unwrap().format;
        let raw = executor.values(id).iter();
        raw.map(|&raw| format.value(raw)).collect()
    };
    let state = |executor: &Executor| State {
        cell: real(executor, "layer2_cell_cell"),
        ..State::of(&real(executor, "layer2_cell_hidden"))
    };
    let mut executor = Executor::new(program).unwrap();
    for (vector, values) in quantize::sequence::loads(program, sequence) {
        executor.load(vector, &values).unwrap();
    }
    executor.start().unwrap();
    let mut given = vec![];
    while !executor.is_over() {
        let before = state(&executor);
        executor.step().unwrap();
        if executor.leaves() {
            given.push(Step {
                token: real(&executor, "output")[0] as usize,
                before,
                after: state(&executor),
                scores: real(&executor, "layer2_scores"),
            });
        }
    }
    given
}

/// The units in which a program computes, of the last layer and its attention.
struct Units<'p>(&'p Program);

impl Units<'_> {
    /// The unit of a vector; 0 where there is none.
    fn of(&self, vector: &str) -> f64 {
        let vector = self.0.find(vector).and_then(|id| self.0.vector(id));
        vector.map_or(0.0, |vector| vector.format.unit())
    }

    /// The largest unit of the arguments of functions in stages whose names begin so.
    fn argument(&self, stages: &str) -> f64 {
        let stages = self
            .0
            .stages
            .iter()
            .filter(|of| of.name.starts_with(stages));
        let nodes = stages.flat_map(|stage| &stage.apply.nodes);
        let arguments = nodes.filter(|node| node.name.ends_with("_argument"));
        arguments.map(|node| node.format.unit()).fold(0.0, f64::max)
    }

    /// What a function adds whose slope is 1 at most, for an argument that differs by `error`: half a
    /// unit of the argument, and a unit of what it gives for its table and its rounding.
    fn function(&self, error: f64, argument: f64, given: f64) -> f64 {
        error + argument / 2.0 + given
    }

    /// By how much a score may differ: half a unit of it and of each key and query, and what each term
    /// adds.
    fn score(&self, of: &Attention, state: &[f64]) -> f64 {
        let (key, own) = (self.of("layer2_keys"), self.of("layer2_scored_now"));
        own / 2.0
            + match &of.kind {
                Kind::Last => 0.0,
                Kind::Dot { scale } => {
                    let terms = self.of("layer2_terms") / 2.0 * state.len() as f64;
                    scale * (largest_sum(state) * key / 2.0 + terms)
                }
                Kind::Additive { score, .. } => {
                    let error = (key + self.of("layer2_asked")) / 2.0;
                    let argument = self.argument("layer2_term");
                    largest_sum(score) * self.function(error, argument, self.of("layer2_terms"))
                }
            }
    }

    /// By how much an element of the context may differ. Shares move by twice as much in all as scores
    /// do; a power by what its table adds, and all shares together by twice that for each vector, since
    /// the powers add up to 1 at least.
    fn context(&self, of: &Attention, state: &[f64], encoded: &[Vec<f64>]) -> f64 {
        if of.kind == Kind::Last {
            return 0.0;
        }
        let (count, power) = (encoded.len() as f64, self.of("layer2_power_now"));
        let most = encoded
            .iter()
            .flatten()
            .fold(0.0, |most: f64, x| most.max(x.abs()));
        let powers = self.function(0.0, self.argument("layer2_power"), power);
        let share = self.function(0.0, self.argument("layer2_share"), self.of("layer2_share"));
        let sum = count * (1.0 + powers);
        let moved = 2.0 * self.score(of, state) + 2.0 * count * powers / (1.0 - powers);
        moved * most
            + share * sum * most
            + count * self.of("layer2_weighed") / 2.0
            + self.of("layer2_context") / 2.0
    }

    /// By how much the state may differ after a token, where it did not before.
    fn state(&self, decoder: &Decoder, before: &State, encoded: &[Vec<f64>]) -> f64 {
        let data = self.of("layer2_cell_hidden");
        let argument = self.argument("layer2_cell");
        let error = self.context(&decoder.attention, &before.hidden, encoded);
        let largest = |values: &[f64]| values.iter().fold(0.0, |most: f64, x| most.max(x.abs()));
        let hidden = largest(&before.hidden);
        // No gate is coarser than the state.
        let function = |error| self.function(error, argument, data);
        match &decoder.cell {
            Cell::Elman(cell) => function(cell.gates.input.largest_row_sum() * error),
            Cell::Gru(cell) => {
                let error = cell.gates.input.largest_row_sum() * error;
                let gate = function(error);
                let kept = gate * hidden + data / 2.0;
                let new = function(error + cell.gates.recurrent.largest_row_sum() * kept);
                gate * (hidden + 1.0) + new + data / 2.0
            }
            Cell::Lstm(cell) => {
                let gate = function(cell.gates.input.largest_row_sum() * error);
                // The forget gate takes the cells, the input gate the candidate, and the other way
                // round.
                let cells =
                    gate * (largest(&before.cell) + 2.0) + self.of("layer2_cell_cell") / 2.0;
                gate + function(cells) + data / 2.0
            }
            other => panic!("{other:?}"),
        }
    }
}

fn largest_sum(values: &[f64]) -> f64 {
    values.iter().map(|value| value.abs()).sum()
}

/// The largest difference of two lists.
fn apart(a: &[f64], b: &[f64]) -> f64 {
    assert_eq!(a.len(), b.len());
    let pairs = a.iter().zip(b);
    pairs.map(|(a, b)| (a - b).abs()).fold(0.0, f64::max)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// Each token from the state in which the integers were before it: what is lost in a step is what
    /// the words of the step explain, however far a run by itself would be carried.
    #[test]
    fn each_token_loses_what_rounding_takes(
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
        let units = Units(&program);
        for (sequence, encoded) in network.sequences.iter().zip(encoded(&text)) {
            let keys = decoder.attention.keys(&encoded);
            let found = steps(&program, sequence);
            prop_assert!(!found.is_empty() && found.len() <= 7);
            let start = units.function(0.0, units.argument("layer2_begin"), units.of("layer2_cell_hidden"));
            let error = apart(&decoder.start_state(&encoded).hidden, &found[0].before.hidden);
            prop_assert!(error <= start, "{error} beyond {start} at the start\n{text}");
            let mut token = decoder.start;
            for step in &found {
                let mut state = step.before.clone();
                decoder.step(token, (&encoded, &keys), &mut state);
                let bound = units.state(decoder, &step.before, &encoded);
                let error = apart(&state.hidden, &step.after.hidden);
                prop_assert!(error <= bound, "{error} beyond {bound}\n{text}");
                // Scores are sums that are rounded once, and the token is the first of the largest.
                let scores = decoder.readout.apply(&step.after.hidden);
                let error = apart(&scores, &step.scores);
                prop_assert!(error <= units.of("layer2_scores") / 2.0, "{error}\n{text}");
                let most = step.scores.iter().copied().fold(f64::MIN, f64::max);
                let first = step.scores.iter().position(|&score| score == most);
                prop_assert_eq!(first, Some(step.token));
                token = step.token;
            }
            // A run ends with its end token, or with as many as it may give.
            let ended = found.iter().position(|step| step.token == decoder.end);
            prop_assert_eq!(ended.map_or(decoder.most, |at| at + 1), found.len());
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
