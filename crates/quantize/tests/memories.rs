//! Bidirectional and dense associative memories in integers: step by step what their equations say of
//! the numbers that the words stand for.

use std::path::Path;

use network::noise::SplitMix64;
use network::{Description, Level, Network};
use program::Executor;
use proptest::prelude::*;
use quantize::{Options, dynamic, quantize, rounded};

mod support;

fn numbers(rows: usize, columns: usize, whole: bool, random: &mut SplitMix64) -> Vec<Vec<f64>> {
    let mut number = || match whole {
        true => random.below(9) as f64 - 4.0,
        false => 2.0 * random.uniform() - 1.0,
    };
    let rows = (0..rows).map(|_| (0..columns).map(|_| number()).collect());
    rows.collect()
}

fn states(count: usize, units: usize, random: &mut SplitMix64) -> Vec<Vec<i8>> {
    (0..count).map(|_| random.state(units)).collect()
}

/// Steps both levels from each start: the words stand for the same states after each step, and the
/// energy never rises where `falls`.
fn agree(text: &str, falls: bool) -> Result<(), TestCaseError> {
    let description = Description::parse(text, "net.toml", Path::new("")).unwrap();
    let network = Network::from_description(&description).unwrap();
    let made = quantize(&description, &network, &Options::default());
    let program = made
        .map_err(|why| TestCaseError::fail(format!("{why}\n{text}")))?
        .program;
    let words = rounded(&network, &program).unwrap();
    let words = words.dynamics().unwrap();
    for start in words.starts() {
        let loads = dynamic::loads(&program, words, &start);
        let mut executor: Executor<'_> = support::started(&program, &loads);
        let mut moment = words.begin(&start);
        let mut energy = f64::INFINITY;
        for step in 0..60 {
            let stepped = executor.step().unwrap();
            let before = moment.values.clone();
            let rests = words.step(&mut moment);
            moment.step += 1;
            let found = dynamic::values(&executor, &program, words);
            prop_assert_eq!(&found, &moment.values, "step {}\n{}", step, text);
            let rests = rests.unwrap_or(before == moment.values);
            prop_assert_eq!(!stepped.changed, rests, "rest in step {}\n{}", step, text);
            let next = words.energy(&moment).unwrap();
            prop_assert!(!falls || next <= energy, "energy {} to {}", energy, next);
            energy = next;
            if rests {
                break;
            }
            prop_assert!(!falls || step < 59, "no end\n{}", text);
        }
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(120))]

    /// Whatever the weights and the few bits that they have, the integers always end.
    #[test]
    fn two_layers_in_integers(
        x in 1usize..8, y in 1usize..8, whole in any::<bool>(), seed in any::<u64>(),
        format in prop::sample::select(vec!["auto", "s3f0", "s6f0"]),
    ) {
        let mut random = SplitMix64::new(seed);
        let format = if whole { "auto" } else { format };
        let w = numbers(y, x, whole, &mut random);
        let (c, d) = (numbers(1, y, whole, &mut random), numbers(1, x, whole, &mut random));
        let (of_x, of_y) = (states(2, x, &mut random), states(2, y, &mut random));
        let text = format!(
            "[network]\nkind = \"bidirectional_associative_memory\"\nname = \"net\"\nx = {x}\ny = {y}\n\
             [weights]\nw = {w:?}\nbias_y = {:?}\nbias_x = {:?}\n[format]\nweights = \"{format}\"\n\
             [data]\nx = {of_x:?}\ny = {of_y:?}\n",
            c[0], d[0],
        );
        agree(&text, true)?;
    }

    #[test]
    fn dense_memories_in_integers(
        units in 1usize..12, count in 1usize..9, seed in any::<u64>(),
        interaction in prop::sample::select(vec!["square", "cube", "exp"]),
    ) {
        let mut random = SplitMix64::new(seed);
        let (patterns, probes) = (states(count, units, &mut random), states(3, units, &mut random));
        let text = format!(
            "[network]\nkind = \"dense_associative_memory\"\nname = \"net\"\nunits = {units}\n\
             [weights]\npatterns = {patterns:?}\n[dynamics]\ninteraction = \"{interaction}\"\n\
             [data]\nprobes = {probes:?}\n"
        );
        agree(&text, false)?;
    }
}

/// Each word of a table of exponentials is within half a unit of its last place.
#[test]
fn exponentials_have_their_stated_error() {
    let mut random = SplitMix64::new(5);
    for (sharpness, format) in [
        (0.5, "u8f8"),
        (1.0, "u20f20"),
        (0.125, "u4f4"),
        (0.3, "s9f8"),
    ] {
        let patterns = states(4, 10, &mut random);
        let text = format!(
            "[network]\nkind = \"dense_associative_memory\"\nname = \"net\"\nunits = 10\n\
             [weights]\npatterns = {patterns:?}\n[format]\nactivation = \"{format}\"\n\
             [dynamics]\ninteraction = \"exp\"\nsharpness = {sharpness}\n"
        );
        let description = Description::parse(&text, "net.toml", Path::new("")).unwrap();
        let network = Network::from_description(&description).unwrap();
        let program = quantize(&description, &network, &Options::default())
            .unwrap()
            .program;
        let table = program.tables.first().unwrap();
        let largest = table.output.max_raw() as f64;
        for overlap in -10..=10i64 {
            let word = table.entry(overlap).unwrap() as f64;
            let exact = largest * (sharpness * (overlap as f64 - 10.0)).exp();
            assert!((word - exact).abs() <= 0.5 + 1e-6, "{word} for {exact}");
        }
    }
}

/// The facts are those of the words: a fact that is stated of the integers is checked by running them.
#[test]
fn facts_of_the_integers_are_true_of_them() {
    let mut random = SplitMix64::new(11);
    for pairs in [2, 5, 9] {
        let (x, y) = (
            states(pairs, 14, &mut random),
            states(pairs, 10, &mut random),
        );
        let text = format!(
            "[network]\nkind = \"bidirectional_associative_memory\"\nname = \"net\"\nx = 14\ny = 10\n\
             [weights.learn]\nrule = \"kosko\"\nx = {x:?}\ny = {y:?}\n"
        );
        let description = Description::parse(&text, "net.toml", Path::new("")).unwrap();
        let network = Network::from_description(&description).unwrap();
        let program = quantize(&description, &network, &Options::default())
            .unwrap()
            .program;
        let words = rounded(&network, &program).unwrap();
        let words = words.dynamics().unwrap();
        let facts = words.facts(Level::Integer);
        let fact = |name: &str| facts.iter().find(|fact| fact.name == name).unwrap();
        assert_eq!(fact("always_stable").holds, Some(true));
        let real = |state: &[i8]| -> Vec<f64> { state.iter().map(|&v| f64::from(v)).collect() };
        let kept = x.iter().zip(&y).filter(|(x, y)| {
            let start = vec![real(x), real(y), vec![0.0; 10]];
            let loads = dynamic::loads(&program, words, &start);
            let mut executor = support::started(&program, &loads);
            !executor.step().unwrap().changed
        });
        assert_eq!(fact("pairs_stored").value, Some(kept.count() as f64));
    }
}

#[test]
fn certificates_of_memories_are_accepted() {
    for kind in [network::Kind::Bidirectional, network::Kind::DenseMemory] {
        let text = network::starter(kind);
        for form in ["discrete", "map", "euler"] {
            let text = text.replace("form = \"discrete\"", &format!("form = \"{form}\""));
            let description = Description::parse(&text, "net.toml", Path::new("")).unwrap();
            let network = Network::from_description(&description).unwrap();
            let program = quantize(&description, &network, &Options::default())
                .unwrap()
                .program;
            let certificate = quantize::range::certificate(&program).unwrap().to_string();
            let program = serde_json::to_string(&program).unwrap();
            certificate::verify(&program, &certificate)
                .unwrap_or_else(|why| panic!("{form}: {why}"));
        }
    }
}
