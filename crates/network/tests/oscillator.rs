//! Digital oscillatory networks against shift registers that hold their waves.

use std::path::Path;

use network::dynamics::{Dynamics, Ending, run};
use network::noise::SplitMix64;
use network::{Description, Level, Network, Oscillator};
use proptest::prelude::*;

fn text(weights: &str, units: usize, rest: &str) -> String {
    format!(
        "[network]\nkind = \"oscillator\"\nname = \"net\"\nunits = {units}\n[weights]\n{weights}\n{rest}"
    )
}

fn network(text: &str) -> Oscillator {
    let built = Description::parse(text, "net.toml", Path::new(""))
        .and_then(|description| Network::from_description(&description));
    match built {
        Ok(Network::Oscillator(network)) => *network,
        Ok(_) => panic!("another kind"),
        Err(error) => panic!("{error}\n{text}"),
    }
}

/// Random whole weights, of which many are 0, so that sums are 0 at times.
fn weights(units: usize, symmetric: bool, random: &mut SplitMix64) -> Vec<Vec<f64>> {
    let mut w = vec![vec![0.0; units]; units];
    let pairs = (0..units).flat_map(|i| (0..units).map(move |j| (i, j)));
    for (i, j) in pairs {
        w[i][j] = (random.below(5) as f64 - 2.0) * random.below(2) as f64;
        if symmetric && j < i {
            w[i][j] = w[j][i];
        }
    }
    w
}

fn of(w: &[Vec<f64>], dynamics: &str) -> Oscillator {
    network(&text(&format!("w = {w:?}"), w.len(), dynamics))
}

/// A wave that turns in a ring of places, of which place 0 is now and the one before it the last one.
#[derive(Clone)]
struct Ring(Vec<bool>);

impl Ring {
    fn new(places: usize, phase: usize) -> Ring {
        Ring(
            (0..places)
                .map(|at| (at + phase) % places < places / 2)
                .collect(),
        )
    }

    fn turned(&self, by: i64) -> Ring {
        let places = self.0.len() as i64;
        let place = |at: i64| self.0[(at + by).rem_euclid(places) as usize];
        Ring((0..places).map(place).collect())
    }

    fn rises(&self) -> bool {
        self.0[0] && !self.0[self.0.len() - 1]
    }

    /// The shortest turn that brings the rising edge here: back by half a period where both ways are
    /// as long.
    fn way(&self) -> i64 {
        let half = self.0.len() as i64 / 2;
        let turns = (0..half).flat_map(|by| [by, -by]).chain([-half]);
        turns
            .into_iter()
            .find(|by| self.turned(*by).rises())
            .unwrap()
    }
}

/// A tick of all rings; `inputs` are those of the tick before.
fn tick(rings: &mut [Ring], inputs: &mut [bool], w: &[Vec<f64>], most: i64) {
    let now: Vec<bool> = rings.iter().map(|ring| ring.0[0]).collect();
    for (unit, ring) in rings.iter_mut().enumerate() {
        let terms = w[unit].iter().zip(&now);
        let sum: f64 = terms.map(|(w, high)| if *high { *w } else { -w }).sum();
        let input = if sum == 0.0 { now[unit] } else { sum > 0.0 };
        let rising = input && !inputs[unit];
        inputs[unit] = input;
        let by = if rising {
            ring.way().clamp(-most, most)
        } else {
            0
        };
        *ring = ring.turned(1 + by);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    #[test]
    fn counters_do_what_shift_registers_do(
        units in 1usize..8, bits in 2u32..6, seed in any::<u64>(), step in 0u32..4, symmetric: bool,
    ) {
        let mut random = SplitMix64::new(seed);
        let w = weights(units, symmetric, &mut random);
        let half = 1u32 << (bits - 1);
        // 0 stands for the default.
        let step = step.min(half);
        let given = if step == 0 { String::new() } else { format!("phase_step = {step}\n") };
        let network = of(&w, &format!("[dynamics]\nphase_bits = {bits}\n{given}"));
        let places = 2 * half as usize;
        let phases: Vec<usize> = (0..units).map(|_| random.below(places)).collect();
        let mut rings: Vec<Ring> = phases.iter().map(|&phase| Ring::new(places, phase)).collect();
        let mut inputs: Vec<bool> = rings.iter().map(|ring| ring.0[places - 1]).collect();
        let start = vec![
            phases.iter().map(|&phase| phase as f64).collect(),
            inputs.iter().map(|&high| if high { 1.0 } else { 0.0 }).collect(),
            vec![0.0; units],
        ];
        let mut moment = network.begin(&start);
        let most = i64::from(if step == 0 { half } else { step });
        for _ in 0..6 * places {
            network.step(&mut moment);
            moment.step += 1;
            tick(&mut rings, &mut inputs, &w, most);
            for ((phase, high), (ring, input)) in
                moment.of(0).iter().zip(moment.of(1)).zip(rings.iter().zip(&inputs))
            {
                prop_assert_eq!(&Ring::new(places, *phase as usize).0, &ring.0);
                prop_assert_eq!(*high == 1.0, *input);
            }
        }
    }

    /// The fact `patterns_stored` is exact: a pattern rests from the first tick on where it holds, and
    /// an edge moves where it does not.
    #[test]
    fn stored_patterns_keep_their_phases(
        units in 2usize..10, count in 1usize..4, seed in any::<u64>(),
    ) {
        let mut random = SplitMix64::new(seed);
        let patterns: Vec<Vec<i8>> = (0..count).map(|_| random.state(units)).collect();
        let network = network(&text(
            &format!("learn = {{ rule = \"hebb\", patterns = {patterns:?} }}"), units, "",
        ));
        let mut kept = 0;
        for pattern in &patterns {
            let values: Vec<f64> = pattern.iter().map(|&spin| f64::from(spin)).collect();
            let end = run(&network, &network.start_from(&values), &mut |_| {});
            let rests = end.ending == Ending::Stable
                && end.last.step == network.rest_ticks() as u64;
            prop_assert!(!rests || network.answer(&end.last).unwrap().value == 1.0);
            kept += usize::from(rests);
        }
        let facts = network.facts(Level::Float);
        let fact = facts.iter().find(|fact| fact.name == "patterns_stored").unwrap();
        prop_assert_eq!(fact.value, Some(kept as f64));
        prop_assert_eq!(fact.holds, Some(kept == count));
    }

    /// What is said to be at rest stays so.
    #[test]
    fn rest_lasts(units in 1usize..8, bits in 2u32..5, seed in any::<u64>(), step in 1u32..3) {
        let mut random = SplitMix64::new(seed);
        let w = weights(units, true, &mut random);
        let network = of(&w, &format!("[dynamics]\nphase_bits = {bits}\nphase_step = {step}\n"));
        let state: Vec<f64> = (0..units).map(|_| random.below(17) as f64 / 8.0 - 1.0).collect();
        let mut end = run(&network, &network.start_from(&state), &mut |_| {});
        if end.ending == Ending::Stable {
            let shown = network.shown(&end.last);
            for _ in 0..3 * network.period() {
                network.step(&mut end.last);
                prop_assert_eq!(&network.shown(&end.last), &shown);
            }
        }
    }

    #[test]
    fn what_is_shown_is_where_runs_start(units in 1usize..8, seed in any::<u64>()) {
        let mut random = SplitMix64::new(seed);
        let network = of(&weights(units, true, &mut random), "");
        let mut state: Vec<f64> = (0..units).map(|_| random.below(9) as f64 / 4.0 - 1.0).collect();
        state[0] = 1.0;
        let start = network.start_from(&state);
        prop_assert_eq!(&network.shown(&network.begin(&start)), &state);
        prop_assert_eq!(network.start_from(&network.shown(&network.begin(&start))), start);
    }
}

#[test]
fn a_pair_comes_into_phase_or_into_opposite_phase() {
    for (weight, expected) in [(1.0, 1.0), (-1.0, -1.0)] {
        let network = of(
            &[vec![0.0, weight], vec![weight, 0.0]],
            "[dynamics]\nphase_step = 1\n",
        );
        for phase in 1..16 {
            let value = 1.0 - f64::from(phase) / 8.0;
            // To within a tick; half a period from there both turn at the same time, for ever.
            if value == -expected {
                continue;
            }
            let end = run(&network, &network.start_from(&[1.0, value]), &mut |_| {});
            let apart = (network.shown(&end.last)[1] - expected).abs();
            assert!(apart <= 0.25 + 1e-9, "{value} with {weight}: {apart}");
        }
    }
}

/// What is wrong with a description, in words.
fn refused(text: &str) -> String {
    let built = Description::parse(text, "net.toml", Path::new(""))
        .and_then(|description| Network::from_description(&description));
    format!("{}\n", built.expect_err("a refusal"))
}

#[test]
fn wrong_descriptions_are_refused_at_their_field() {
    let w = "w = [[0, 1], [1, 0]]";
    let learn = "learn = { rule = \"hebb\", patterns = [[1, 0]] }";
    let all = [
        text("", 2, ""),
        text("w = [[0, 1]]", 2, ""),
        text("w = [[0, nan], [1, 0]]", 2, ""),
        text(learn, 2, ""),
        text(&format!("{w}\nbias = [1, 1]"), 2, ""),
        text(w, 0, ""),
        text(w, 2, "[dynamics]\nphase_bits = 1\n"),
        text(w, 2, "[dynamics]\nphase_bits = 13\n"),
        text(w, 2, "[dynamics]\nphase_step = 0\n"),
        text(w, 2, "[dynamics]\nphase_step = 9\n"),
        text(w, 2, "[dynamics]\nphase_bits = -4\n"),
        text(w, 2, "[dynamics]\nphases = 16\n"),
        text(w, 2, "[update]\nmax_steps = 0\n"),
        text(w, 2, "[update]\nuntil = \"rest\"\n"),
        text(w, 2, "[data]\nprobes = [[0, 2]]\n"),
        text(w, 2, "[data]\nprobes = [[0, 1, 0]]\n"),
        text(w, 2, "[data]\nprobes = [[0, 1]]\nnoise = { flips = 0.1 }\n"),
        text(w, 2, "[hardware]\nlanes = 3\n"),
    ];
    let all: Vec<String> = all.iter().map(|text| refused(text)).collect();
    insta::with_settings!({ omit_expression => true }, { insta::assert_snapshot!(all.join("\n")) });
}
