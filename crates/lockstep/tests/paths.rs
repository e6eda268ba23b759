//! Best paths of random tables, from their description to the hardware: the same tags, in the same
//! number of cycles, whatever the fold; and those of the rounded scores.

use std::fmt::Write;
use std::path::Path;

use hw_sim::stimulus::random::Random;
use lockstep::host::Values;
use lockstep::{levels, sample};
use network::sequence::SequenceNetwork;
use network::{Description, Network};
use program::Program;
use proptest::prelude::*;
use quantize::Options;
use schedule::{Form, Hardware};

/// What a random layer is made of.
#[derive(Debug, Clone)]
struct Shaped {
    markov: bool,
    tags: usize,
    symbols: usize,
    longest: usize,
    state: &'static str,
    /// How a layer before the scores reads, where there is one.
    reads: Option<&'static str>,
}

prop_compose! {
    fn shapes()(
        markov in any::<bool>(),
        tags in 1usize..9,
        symbols in 2usize..7,
        longest in 1usize..20,
        state in prop::sample::select(vec!["s6f0", "s6f2", "s9f4"]),
        reads in prop::option::of(prop::sample::select(vec!["forward", "reverse", "bidirectional"])),
    ) -> Shaped {
        Shaped { markov, tags, symbols, longest, state, reads }
    }
}

fn table(random: &mut Random, (rows, columns): (usize, usize), from: i64) -> String {
    let mut number = |_| format!("{}", random.below(7) as i64 + from);
    let mut row = |_| {
        let numbers: Vec<String> = (0..columns).map(&mut number).collect();
        format!("[{}]", numbers.join(", "))
    };
    let rows: Vec<String> = (0..rows).map(&mut row).collect();
    rows.join(", ")
}

fn text(of: &Shaped, random: &mut Random) -> String {
    let Shaped {
        markov,
        tags,
        symbols,
        longest,
        state,
        reads,
    } = *of;
    let mut text = String::from("[network]\nkind = \"sequence\"\nname = \"path\"\ninputs = 1\n");
    let square = (tags, tags);
    // Counts of at least 1, or scores of either sign.
    let from = if markov { 1 } else { -3 };
    if !markov {
        let scores = table(random, (symbols, tags), from);
        let _ = write!(
            text,
            "[[layer]]\nkind = \"embedding\"\nvocabulary = {symbols}\nunits = {tags}\nw = [{scores}]\n"
        );
    }
    if let (false, Some(reads)) = (markov, reads) {
        let ways = if reads == "bidirectional" { 2 } else { 1 };
        let _ = write!(
            text,
            "[[layer]]\nkind = \"elman\"\nunits = 2\ndirection = \"{reads}\"\nw = [{}]\nr = [{}]\n\
             [[layer]]\nkind = \"dense\"\nunits = {tags}\nw = [{}]\n",
            table(random, (2 * ways, tags), from),
            table(random, (2 * ways, 2), from),
            table(random, (tags, 2 * ways), from),
        );
    }
    let kind = if markov { "hidden_markov" } else { "crf" };
    let _ = write!(
        text,
        "[[layer]]\nkind = \"{kind}\"\nunits = {tags}\nlongest = {longest}\nstart = {}\ntransition = [{}]\n",
        table(random, (1, tags), from),
        table(random, square, from),
    );
    let more = match markov {
        true => format!(
            "emission = [{}]\nnormalise = true\n",
            table(random, (tags, symbols), from)
        ),
        false => format!("end = {}\n", table(random, (1, tags), from)),
    };
    let steps = longest.min(7);
    let _ = write!(
        text,
        "{more}[format]\nstate = \"{state}\"\n[data]\nrandom = {{ sequences = 6, steps = {steps} }}\n"
    );
    text
}

fn made(text: &str) -> (SequenceNetwork, Program) {
    let described = Description::parse(text, "random.toml", Path::new("."));
    let described = described.unwrap_or_else(|error| panic!("{error}\n{text}"));
    let network = Network::from_description(&described).unwrap();
    let made = quantize::quantize(&described, &network, &Options::default());
    let made = made.unwrap_or_else(|error| panic!("{error}\n{text}"));
    match network {
        Network::Sequence(network) => (network, made.program),
        other => panic!("{:?}", other.kind()),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn paths_agree_at_all_levels(of in shapes(), lanes in 1usize..6, seed in any::<u64>()) {
        let text = text(&of, &mut Random::new(seed));
        let (_, program) = made(&text);
        let mut random = Random::new(seed);
        let lengths = [of.longest, 1, 1 + of.longest / 2];
        let runs = lengths.map(|steps| sample::run(&mut random, &program, steps as u64));
        let loads: Vec<&Values> = runs.iter().map(Vec::as_slice).collect();
        let hardware = Hardware { lanes, taps: 1, form: Form::Frame };
        let agrees = levels::compare(&program, &hardware, &loads, &[1000]);
        prop_assert!(agrees.is_ok(), "{}\n{}", agrees.unwrap_err(), text);
    }

    #[test]
    fn paths_are_those_of_rounded_scores(of in shapes(), seed in any::<u64>()) {
        let text = text(&of, &mut Random::new(seed));
        let (network, program) = made(&text);
        let found = quantize::sequence::runs(&program, &network).unwrap();
        if of.reads.is_none() || of.markov {
            let rounded = quantize::sequence::rounded(&network, &program).unwrap();
            prop_assert_eq!(&found, &quantize::sequence::real(&rounded), "{}", text);
        }
        // Whatever rounding did before the scores, the steps that differ are told.
        for (found, given) in found.iter().zip(&network.given()) {
            let real = network.run(&given.sequence).outputs;
            let told = quantize::sequence::path::deviations(&network, &program, given).unwrap();
            let told: Vec<usize> = told.iter().map(|of| of.step).collect();
            let differ = (0..real.len()).filter(|&step| real[step] != found[step]);
            prop_assert_eq!(told, differ.collect::<Vec<_>>(), "{}", text);
        }
    }
}
