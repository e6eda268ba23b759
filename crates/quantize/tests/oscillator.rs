//! Digital oscillatory networks in integers: the same phases as in real numbers after every tick, words
//! that keep the stored patterns, and the gallery, which recalls.

use std::path::Path;

use network::dynamics::{Dynamics, Ending, Moment, Start, run};
use network::noise::SplitMix64;
use network::{Description, Level, Network, Oscillator};
use program::{Executor, Format, Status};
use proptest::prelude::*;
use quantize::range::certificate;
use quantize::{Options, Quantized, dynamic, quantize, rounded};

fn built(description: &Description) -> (Oscillator, Quantized) {
    let network = Network::from_description(description).unwrap_or_else(|error| panic!("{error}"));
    let quantized = quantize(description, &network, &Options::default());
    let quantized = quantized.unwrap_or_else(|error| panic!("{error}"));
    match network {
        Network::Oscillator(network) => (*network, quantized),
        _ => panic!("another kind"),
    }
}

fn parsed(text: &str) -> (Oscillator, Quantized) {
    let description = Description::parse(text, "net.toml", Path::new("."));
    built(&description.unwrap_or_else(|error| panic!("{error}\n{text}")))
}

fn text(weights: &str, units: usize, rest: &str) -> String {
    format!(
        "[network]\nkind = \"oscillator\"\nname = \"net\"\nunits = {units}\n[weights]\n{weights}\n{rest}"
    )
}

/// The end of a run in integers.
fn in_integers(network: &Oscillator, quantized: &Quantized, start: &Start) -> (Status, Moment) {
    let program = &quantized.program;
    let mut executor = Executor::new(program).unwrap();
    for (vector, values) in dynamic::loads(program, network, start) {
        executor.load(vector, &values).unwrap();
    }
    executor.start().unwrap();
    let end = executor.run().unwrap();
    let mut moment = Moment::new(&network.variables(), &vec![]);
    moment.values = dynamic::values(&executor, program, network);
    moment.step = end.steps;
    (end.status, moment)
}

fn stored(network: &dyn Dynamics, level: Level) -> Option<bool> {
    let facts = network.facts(level);
    let fact = facts.iter().find(|fact| fact.name == "patterns_stored");
    fact.unwrap().holds
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    /// Weights are whole numbers, so that nothing is lost.
    #[test]
    fn integers_are_the_network(
        units in 1usize..9, bits in 2u32..8, step in 0u32..5, stable: bool, seed in any::<u64>(),
    ) {
        let mut random = SplitMix64::new(seed);
        let mut weight = || (random.below(9) as i64 - 4) * random.below(2) as i64;
        let w: Vec<Vec<i64>> = (0..units).map(|_| (0..units).map(|_| weight()).collect()).collect();
        let moves = match step.min(1 << (bits - 1)) {
            0 => String::new(),
            step => format!("phase_step = {step}\n"),
        };
        let until = if stable { "stable" } else { "steps" };
        let rest = format!(
            "[dynamics]\nphase_bits = {bits}\n{moves}[update]\nmax_steps = 60\nuntil = \"{until}\"\n"
        );
        let (network, quantized) = parsed(&text(&format!("w = {w:?}"), units, &rest));
        prop_assert!(quantized.report.exact);
        let program = &quantized.program;
        let claimed = certificate(program).unwrap().to_string();
        let held = ::certificate::verify(&serde_json::to_string(program).unwrap(), &claimed);
        prop_assert!(held.is_ok(), "{:?}", held);
        let state: Vec<f64> = (0..units).map(|_| random.below(33) as f64 / 16.0 - 1.0).collect();
        let start = network.start_from(&state);
        let mut executor = Executor::new(program).unwrap();
        for (vector, values) in dynamic::loads(program, &network, &start) {
            executor.load(vector, &values).unwrap();
        }
        executor.start().unwrap();
        let mut moment = network.begin(&start);
        for _ in 0..60 {
            let rests = network.step(&mut moment);
            moment.step += 1;
            let step = executor.step().unwrap();
            prop_assert_eq!(&dynamic::values(&executor, program, &network), &moment.values);
            if let Some(rests) = rests {
                prop_assert_eq!(step.changed, !rests);
            }
        }
        let end = run(&network, &start, &mut |_| {});
        let (status, last) = in_integers(&network, &quantized, &start);
        prop_assert_eq!(status == Status::Stable, end.ending == Ending::Stable);
        prop_assert_eq!((last.step, last.values), (end.last.step, end.last.values));
    }

    /// Of patterns that real weights keep, no format that is chosen loses one.
    #[test]
    fn words_keep_the_patterns(units in 4usize..14, count in 1usize..4, seed in any::<u64>()) {
        let mut random = SplitMix64::new(seed);
        let patterns: Vec<Vec<i8>> = (0..count).map(|_| random.state(units)).collect();
        let learn = format!("learn = {{ rule = \"projection\", patterns = {patterns:?} }}");
        let (network, quantized) = parsed(&text(&learn, units, ""));
        let of_words = rounded(&Network::Oscillator(Box::new(network.clone())), &quantized.program);
        let of_words = of_words.unwrap();
        if stored(&network, Level::Float) == Some(true) {
            prop_assert_eq!(stored(of_words.dynamics().unwrap(), Level::Integer), Some(true));
        }
        for pattern in &network.patterns {
            let (status, end) = in_integers(&network, &quantized, &network.start_from(pattern));
            let rests = status == Status::Stable && end.step == network.rest_ticks() as u64;
            let Some(Network::Oscillator(of_words)) = rounded(
                &Network::Oscillator(Box::new(network.clone())), &quantized.program,
            ) else { panic!() };
            let signs: Vec<i8> = pattern.iter().map(|&v| if v < 0.0 { -1 } else { 1 }).collect();
            prop_assert_eq!(rests, of_words.memory.is_stable(&signs));
        }
    }
}

#[test]
fn formats_of_the_description_are_kept() {
    let patterns = "[[1, 1, -1, -1, 1], [1, -1, 1, -1, 1]]";
    let weights = format!("learn = {{ rule = \"projection\", patterns = {patterns} }}");
    let formats = "[format]\nweights = \"s5f0\"\naccumulator = \"s12f0\"\n";
    let (_, quantized) = parsed(&text(&weights, 5, formats));
    let formats = &quantized.report.formats;
    assert_eq!(formats["couple.weights"], Format::signed(5, 0).unwrap());
    assert_eq!(
        formats["couple.accumulator"],
        Format::signed(12, 0).unwrap()
    );
    assert_eq!(formats["phase"], Format::unsigned(4, 0).unwrap());
    let narrow = "[format]\nweights = \"s5f0\"\naccumulator = \"s3f0\"\n";
    let description = Description::parse(&text(&weights, 5, narrow), "net.toml", Path::new("."));
    let description = description.unwrap();
    let network = Network::from_description(&description).unwrap();
    let error = quantize(&description, &network, &Options::default()).unwrap_err();
    assert!(error.to_string().contains("accumulator"), "{error}");
}

/// Every start of the gallery ends in the pattern that it was made from, with all units in phase or in
/// opposite phase.
#[test]
fn the_gallery_recalls() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/oscillator");
    for (name, copies) in [("letters", 4), ("digits", 2)] {
        let description = Description::load(folder.join(format!("{name}.toml"))).unwrap();
        let (network, quantized) = built(&description);
        assert_eq!(network.probes.len(), copies * network.patterns.len());
        for (at, start) in network.starts().iter().enumerate() {
            let (status, end) = in_integers(&network, &quantized, start);
            let answer = network.answer(&end).unwrap();
            assert_eq!(status, Status::Stable, "{name} {at}");
            assert_eq!(
                (answer.value, answer.valid),
                (1.0, true),
                "{name} {at}: {answer:?}"
            );
            assert_eq!(
                network.shown(&end),
                network.patterns[at % network.patterns.len()],
                "{name} {at}"
            );
        }
    }
}
