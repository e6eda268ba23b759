//! Tree networks of random operators over random tokens, most of which are no programs: the same
//! vectors and faults after every step in integers and in hardware, whatever the fold, also where a
//! layer behind reads from the end.

use std::path::Path;

use hw_sim::stimulus::random::Random;
use lockstep::chains::{Chain, FUNCTIONS, Kind};
use lockstep::host::Values;
use lockstep::{levels, sample};
use network::{Description, Network};
use proptest::prelude::*;
use quantize::Options;
use schedule::{Form, Hardware};

prop_compose! {
    fn trees()(
        after in prop::collection::vec(prop::sample::select(&Kind::ALL[..]), 0..3),
        backward in any::<bool>(),
        every_step in any::<bool>(),
        state in prop::sample::select(vec!["s6f3", "s8f4", "s10f6"]),
    ) -> Chain {
        let layers = [&[Kind::Tree], after.as_slice()].concat();
        Chain {
            layers, every_step, generates: false, carry: false, backward, full_tables: false,
            state, functions: FUNCTIONS,
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    #[test]
    fn trees_agree(
        of in trees(), lanes in 1usize..6, taps in 1usize..6, seed in any::<u64>(),
    ) {
        let text = of.text(&mut Random::new(seed));
        let described = Description::parse(&text, "random.toml", Path::new(".")).unwrap();
        let network = Network::from_description(&described).unwrap();
        let made = quantize::quantize(&described, &network, &Options::default());
        let program = made.unwrap_or_else(|error| panic!("{error}\n{text}")).program;
        let mut random = Random::new(seed);
        // The memory keeps what a run before left there.
        let runs = [14, 1, 9].map(|steps| sample::run(&mut random, &program, steps));
        let loads: Vec<&Values> = runs.iter().map(Vec::as_slice).collect();
        let hardware = Hardware { lanes, taps, form: Form::Frame };
        // What goes through a sequence more than once gives at its end.
        let budgets: &[u64] = if program.phases.is_some() { &[100] } else { &[3, 14] };
        levels::compare(&program, &hardware, &loads, budgets)
            .map_err(|why| TestCaseError::fail(format!("{why}\n{text}")))?;
    }
}
