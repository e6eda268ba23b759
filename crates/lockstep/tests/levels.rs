//! The integer program, its fast kernels and its hardware give the same state after every step.

use ::program::{Boundary, Order, Permutations, Program, Rounding, Storage, VectorId};
use hw_sim::stimulus::random::Random;
use lockstep::host::{self, Values};
use lockstep::levels;
use lockstep::sample::{self, Cells, Units};
use lockstep::stages::{self, Moving, Sequences, Stages};
use proptest::prelude::*;
use schedule::{Form, Hardware};

fn values(random: &mut Random, program: &Program) -> Vec<(VectorId, Vec<i64>)> {
    let steps = 1 + random.below(program.stop.max_steps + 1);
    sample::run(random, program, steps)
}

/// Two runs of a program from random values, one after the other.
fn compare(program: Program, hardware: Hardware, seed: u64) -> Result<(), TestCaseError> {
    let mut random = Random::new(seed);
    let (first, second) = (values(&mut random, &program), values(&mut random, &program));
    let loads: [&Values; 2] = [&first, &second];
    let budgets: Vec<u64> = (1..=program.stop.max_steps).collect();
    levels::compare(&program, &hardware, &loads, &budgets).map_err(TestCaseError::fail)
}

fn orders() -> impl Strategy<Value = Order> {
    prop_oneof![
        Just(Order::Synchronous),
        Just(Order::Sequential),
        (1u64..1000).prop_map(|seed| Order::Permuted { seed }),
        (1usize..6).prop_map(|size| Order::Block { size }),
    ]
}

prop_compose! {
    fn units()(
        units in 1usize..20, sparse in prop::option::of(1usize..6),
        width in 2u32..9, bias in any::<bool>(), order in orders(), max_steps in 1u64..5,
        on_period_two in any::<bool>(), ram in any::<bool>(),
    ) -> Units {
        let storage = if ram { Storage::Ram } else { Storage::Rom };
        let weights = format!("s{width}f0").parse().unwrap();
        Units { units, sparse, weights, bias, order, storage, max_steps, on_period_two }
    }
}

prop_compose! {
    fn cells()(
        rows in 2usize..9, words in 3usize..6, lanes in 1usize..4, radius in 1usize..3,
        state in prop::sample::select(vec!["b1", "s2f0", "s4f1", "s6f3", "s8f4"]),
        rounding in prop::sample::select(vec![
            Rounding::Floor, Rounding::TowardZero, Rounding::HalfUp, Rounding::HalfEven,
        ]),
        euler in any::<bool>(), input in any::<bool>(), boundary in 0..3, max_steps in 1u64..5,
        when_stable in any::<bool>(),
    ) -> (Cells, usize) {
        let state: ::program::Format = state.parse().unwrap();
        let boundary = match boundary {
            0 => Boundary::Fixed(-1),
            1 => Boundary::ZeroFlux,
            _ => Boundary::Periodic,
        };
        // The Euler form moves a number; a single bit has none.
        let euler = euler && state.width() > 3;
        let columns = words * lanes;
        let cells = Cells {
            rows, columns, radius, state, rounding, euler, input, boundary, max_steps, when_stable,
        };
        (cells, lanes)
    }
}

prop_compose! {
    fn several_stages()(
        layers in prop::collection::vec(1usize..14, 1..4), once in 0usize..3,
        state in prop::sample::select(vec!["s3f0", "s6f3", "u4f1", "s9f-2", "s24f9"]),
        gathers in 0usize..4, sparse in any::<bool>(), max_steps in 1u64..5,
        on_period_two in any::<bool>(),
    ) -> Stages {
        let state = state.parse().unwrap();
        let (order, moving) = (Order::Synchronous, Moving::default());
        Stages { layers, once, state, gathers, sparse, order, moving, max_steps, on_period_two }
    }
}

prop_compose! {
    fn moving()(
        tables in prop::sample::select(vec![0u32, 3, 6, 14]), signals in any::<bool>(),
        schedules in any::<bool>(), pasts in 0usize..6, noise in any::<bool>(), rest in any::<bool>(),
    ) -> Moving {
        let sequences = Sequences::None;
        Moving { tables, signals, schedules, pasts, noise, rest, sequences }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(192))]

    #[test]
    fn units_agree(of in units(), lanes in 1usize..22, taps in 1usize..22, seed in any::<u64>()) {
        let program = sample::units(&mut Random::new(seed), &of);
        compare(program, Hardware { lanes, taps, form: Form::Frame }, seed)?;
    }

    #[test]
    fn chains_of_stages_agree(
        of in several_stages(), lanes in 1usize..16, taps in 1usize..16, seed in any::<u64>(),
    ) {
        let program = stages::stages(&mut Random::new(seed), &of);
        compare(program, Hardware { lanes, taps, form: Form::Frame }, seed)?;
    }

    /// Weights that are powers of two stand in memory as sign and exponent, and shift.
    #[test]
    fn powers_of_two_agree(
        of in units(), chain in several_stages(), lanes in 1usize..16, taps in 1usize..16,
        seed in any::<u64>(),
    ) {
        let of = Units { storage: Storage::Rom, ..of };
        let units = sample::units(&mut Random::new(seed), &of);
        let chain = stages::stages(&mut Random::new(seed), &chain);
        for program in [units, chain] {
            let program = sample::with_powers(program);
            compare(program, Hardware { lanes, taps, form: Form::Frame }, seed)?;
        }
    }

    #[test]
    fn what_moves_with_time_agrees(
        of in several_stages(), moving in moving(), order in orders(), alone in any::<bool>(),
        lanes in 1usize..16, taps in 1usize..16, seed in any::<u64>(),
    ) {
        let mut of = Stages { moving, ..of };
        if alone {
            // Other orders are for one stage in a step.
            of.layers.truncate(1);
            of.order = order;
        }
        let program = stages::stages(&mut Random::new(seed), &of);
        compare(program, Hardware { lanes, taps, form: Form::Frame }, seed)?;
    }

    #[test]
    fn sequences_agree(
        of in several_stages(), moving in moving(), emitting in any::<bool>(),
        lanes in 1usize..16, taps in 1usize..16, seed in any::<u64>(),
    ) {
        let sequences = if emitting { Sequences::Emitting } else { Sequences::Beside };
        let of = Stages { moving: Moving { sequences, ..moving }, ..of };
        let program = stages::stages(&mut Random::new(seed), &of);
        compare(program, Hardware { lanes, taps, form: Form::Frame }, seed)?;
    }

    #[test]
    fn frames_agree((of, lanes) in cells(), seed in any::<u64>()) {
        let program = sample::cells(&mut Random::new(seed), &of);
        compare(program, Hardware { lanes, taps: 1, form: Form::Frame }, seed)?;
    }

    #[test]
    fn streams_agree((of, lanes) in cells(), iterations in 1usize..4, seed in any::<u64>()) {
        let of = Cells { max_steps: iterations as u64, when_stable: false, ..of };
        let mut random = Random::new(seed);
        let program = sample::cells(&mut random, &of);
        let values = values(&mut random, &program);
        let defined = levels::run(&program, &[&values], false).unwrap();
        prop_assert_eq!(&levels::run(&program, &[&values], true).unwrap(), &defined);
        let hardware = Hardware { lanes, taps: 1, form: Form::Streaming { iterations } };
        let scheduled = schedule::schedule(&program, &hardware).unwrap();
        let restless = hw_sim::stimulus::stream::StreamOptions { seed, ..Default::default() };
        for (options, quiet) in [(host::quiet(), true), (restless, false)] {
            let seen = host::run(&scheduled, &values, options, 100_000).unwrap().unwrap();
            prop_assert_eq!(&seen.states, &defined[0].states);
            if quiet {
                prop_assert_eq!(seen.unloaded, scheduled.timing.finish, "closed form");
            }
        }
    }
}

#[test]
fn permutations_of_the_hardware_are_those_of_the_program() {
    for units in [3, 8, 13] {
        let mut permutations = Permutations::new(units, 77);
        let sweeps: Vec<Vec<usize>> = (0..3).map(|_| permutations.next_sweep()).collect();
        assert!(sweeps.iter().all(|sweep| sweep.len() == units));
    }
}
