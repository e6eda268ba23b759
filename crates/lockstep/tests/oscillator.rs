//! Digital oscillatory networks, from their description to the hardware: the same phases after every
//! tick, whatever the fold.

use std::path::Path;

use hw_sim::stimulus::random::Random;
use lockstep::host::{self, Values};
use lockstep::{levels, sample};
use network::{Description, Network};
use proptest::prelude::*;
use quantize::Options;
use quantize::range::certificate;
use schedule::{Form, Hardware};

/// A description with random weights, of which many are 0.
fn text(units: usize, (weights, storage): (&str, &str), rest: &str, of: &mut Random) -> String {
    let pairs = (0..units).flat_map(|i| (0..units).map(move |j| (i, j)));
    let mut weight = || (of.below(9) as i64 - 4) * of.below(2) as i64;
    let links: Vec<(usize, usize, i64)> = pairs.map(|(i, j)| (i, j, weight())).collect();
    let given = match weights {
        "sparse" => {
            let near = links.iter().filter(|(i, j, _)| i.abs_diff(*j) <= 1);
            let triples: Vec<[i64; 3]> = near.map(|&(i, j, w)| [i as i64, j as i64, w]).collect();
            format!("sparse = {triples:?}")
        }
        _ => {
            let rows: Vec<Vec<i64>> = links
                .chunks(units)
                .map(|row| row.iter().map(|(_, _, w)| *w).collect())
                .collect();
            format!("w = {rows:?}")
        }
    };
    format!(
        "[network]\nkind = \"oscillator\"\nname = \"random\"\nunits = {units}\n[weights]\n{given}\n\
         storage = \"{storage}\"\n{rest}"
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn oscillators_agree(
        units in 1usize..8,
        bits in 2u32..7,
        step in 0u32..4,
        weights in prop::sample::select(vec![("w", "rom"), ("w", "ram"), ("sparse", "rom")]),
        until in prop::sample::select(vec!["stable", "steps"]),
        lanes in 1usize..9, taps in 1usize..9,
        seed in any::<u64>(),
    ) {
        let mut random = Random::new(seed);
        let moves = match step.min(1 << (bits - 1)) {
            0 => String::new(),
            step => format!("phase_step = {step}\n"),
        };
        let rest = format!(
            "[dynamics]\nphase_bits = {bits}\n{moves}[update]\nmax_steps = 7\nuntil = \"{until}\"\n"
        );
        let text = text(units, weights, &rest, &mut random);
        let described = Description::parse(&text, "random.toml", Path::new("."));
        let described = described.map_err(|error| TestCaseError::fail(error.to_string()))?;
        let network = Network::from_description(&described).unwrap();
        let made = quantize::quantize(&described, &network, &Options::default());
        let made = made.map_err(|error| TestCaseError::fail(format!("{error}\n{text}")))?;
        let program = made.program;
        let certified = certificate(&program);
        prop_assert!(certified.is_ok(), "{:?}\n{}", certified.err(), text);
        let mut values = || -> Vec<_> {
            let loaded = host::loaded(&program);
            loaded.map(|id| (id, sample::values(&mut random, &program, id))).collect()
        };
        let (first, second) = (values(), values());
        let loads: [&Values; 2] = [&first, &second];
        let (lanes, taps) = (lanes.min(units), taps.min(units));
        let hardware = Hardware { lanes, taps, form: Form::Frame };
        levels::compare(&program, &hardware, &loads, &[1, 2, 4, 7])
            .map_err(|why| TestCaseError::fail(format!("{why}\n{text}")))?;
    }
}
