//! Brain-state-in-a-box in integers: the energy of the rounded network, and its end.

use std::path::Path;

use network::noise::SplitMix64;
use network::{Description, Dynamics, Level, Network, dynamics};
use proptest::prelude::*;
use quantize::{Options, dynamic, quantize, rounded};

mod support;

fn described(units: usize, seed: u64, more: &str) -> Description {
    let mut random = SplitMix64::new(seed);
    let triangle: Vec<f64> = (0..units * units)
        .map(|_| random.below(17) as f64 / 4.0 - 2.0)
        .collect();
    let weight = |i: usize, j: usize| triangle[i.max(j) * units + i.min(j)];
    let row = |i: usize| (0..units).map(|j| weight(i, j)).collect::<Vec<f64>>();
    let w: Vec<Vec<f64>> = (0..units).map(row).collect();
    let probe: Vec<f64> = (0..units).map(|_| 2.0 * random.uniform() - 1.0).collect();
    let text = format!(
        "[network]\nkind = \"brain_state_in_a_box\"\nname = \"sample\"\nunits = {units}\n\
         [weights]\nw = {w:?}\nbias = {probe:?}\n[update]\nmax_steps = 300\n\
         [data]\nprobes = [{probe:?}]\n{more}"
    );
    Description::parse(&text, "box.toml", Path::new("")).unwrap_or_else(|error| panic!("{error}"))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]

    /// Where the fact of the rounded network holds, the energy of its integers never rises, exactly:
    /// all of its numbers are binary fractions of few bits.
    #[test]
    fn energy_never_rises_in_integers(
        units in 1usize..9, seed in any::<u64>(), halvings in 1i32..6, decay in 0u32..=8,
        input in prop::sample::select(vec!["0.0", "0.25"]), fraction in 2i32..7,
        rounding in prop::sample::select(vec!["half_even", "half_up", "floor", "toward_zero"]),
    ) {
        let more = format!(
            "[dynamics]\ngain = {}\ndecay = {}\ninput = {input}\n\
             [format]\nstate = \"s{}f{fraction}\"\nrounding = \"{rounding}\"\n",
            2f64.powi(-halvings), f64::from(decay) / 8.0, fraction + 2,
        );
        let description = described(units, seed, &more);
        let network = Network::from_description(&description).unwrap();
        let program = quantize(&description, &network, &Options::default()).unwrap().program;
        let Some(Network::BrainState(exact)) = rounded(&network, &program) else { panic!() };
        let facts = exact.facts(Level::Integer);
        let assured = facts.iter().find(|fact| fact.name == "energy_never_rises").unwrap();
        if assured.holds != Some(true) {
            return Ok(());
        }
        let loads = dynamic::loads(&program, &exact, &exact.starts()[0]);
        let mut executor = support::started(&program, &loads);
        let start = dynamic::values(&executor, &program, &exact);
        let mut moment = exact.begin(&start);
        let mut before = exact.energy(&moment).unwrap();
        for _ in 0..100 {
            let step = executor.step().unwrap();
            moment.values = dynamic::values(&executor, &program, &exact);
            let energy = exact.energy(&moment).unwrap();
            prop_assert!(energy <= before, "{before} to {energy}");
            before = energy;
            if !step.changed {
                break;
            }
        }
    }

    /// With the words that are chosen, runs end where the float network's do.
    #[test]
    fn chosen_words_end_as_real_numbers_do(units in 2usize..9, seed in any::<u64>()) {
        let description = described(units, seed, "[dynamics]\ngain = 0.125\n");
        let network = Network::from_description(&description).unwrap();
        let quantized = quantize(&description, &network, &Options::default()).unwrap();
        let kind = network.dynamics().unwrap();
        let end = dynamics::run(kind, &kind.starts()[0], &mut |_| {});
        let last = quantized.report.tried.last().unwrap();
        if last.loses_nothing {
            let loads = dynamic::loads(&quantized.program, kind, &kind.starts()[0]);
            let mut executor = support::started(&quantized.program, &loads);
            executor.run().unwrap();
            let found = dynamic::values(&executor, &quantized.program, kind);
            for (found, real) in found[0].iter().zip(end.last.of(0)) {
                prop_assert!((found - real).abs() <= 1.0 / 256.0);
            }
        }
    }
}
