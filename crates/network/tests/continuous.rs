//! Continuous networks against their theory: the energy.

use std::path::Path;

use network::dynamics::run;
use network::noise::SplitMix64;
use network::{Description, Level, Network};
use proptest::prelude::*;

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    /// Where the fact holds the energy never rises; with short steps it holds.
    #[test]
    fn energy_falls_where_the_fact_says_so(
        units in 1usize..7, seed in any::<u64>(), halvings in 0u32..7,
        form in prop::sample::select(vec!["generalised", "static_field"]),
    ) {
        let mut random = SplitMix64::new(seed);
        let drawn: Vec<f64> = (0..units * units)
            .map(|_| (random.below(33) as f64 - 16.0) / 8.0)
            .collect();
        let weight = |i: usize, j: usize| drawn[i.max(j) * units + i.min(j)];
        let row = |i: usize| (0..units).map(|j| weight(i, j)).collect::<Vec<f64>>();
        let w: Vec<Vec<f64>> = (0..units).map(row).collect();
        let start: Vec<f64> = (0..units).map(|_| random.uniform() - 0.5).collect();
        let step = 0.5f64.powi(halvings as i32);
        let text = format!(
            "[network]\nkind = \"continuous_hopfield\"\nname = \"net\"\nunits = {units}\n\
             [weights]\nw = {w:?}\n[dynamics]\nform = \"{form}\"\nstep = {step}\n\
             [update]\nmax_steps = 60\n[data]\nprobes = [{start:?}]\n"
        );
        let description = Description::parse(&text, "net.toml", Path::new("")).unwrap();
        let network = Network::from_description(&description).unwrap();
        let network = network.dynamics().unwrap();
        let facts = network.facts(Level::Float);
        let fact = facts.iter().find(|fact| fact.name == "energy_never_rises").unwrap();
        // Six units with weights up to 2 have no eigenvalue below -12.
        prop_assert!(step > 0.125 || fact.holds == Some(true), "{}", fact.text);
        if fact.holds == Some(true) {
            let energy = run(network, &network.starts()[0], &mut |_| {}).energy;
            for pair in energy.windows(2) {
                prop_assert!(pair[1] <= pair[0] + 1e-9, "{} to {}", pair[0], pair[1]);
            }
        }
    }
}
