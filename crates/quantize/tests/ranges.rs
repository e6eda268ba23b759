//! What runs show lies inside what is proved, and the spare bits are those of the words.

#[path = "../../program/tests/samples/mod.rs"]
mod samples;
mod support;

use network::hopfield::{Order, Weights};
use program::range::analyse;
use program::{Executor, Format, Program};
use proptest::prelude::*;
use quantize::range::{Effort, Extent, Loads, What, observe};
use quantize::{hopfield_start, quantize};
use samples::choices;

/// A memory of three units with these weights, in integers.
fn memory(values: [f64; 9]) -> Program {
    let weights = Weights::dense(3, values.to_vec()).unwrap();
    let network = support::hopfield(weights, vec![0.0; 3], Order::Sequential);
    let sections = "[network]\nkind = \"hopfield\"\nname = \"sample\"\nunits = 3\n\n[weights]\n\
                    w = [[0, 0, 0], [0, 0, 0], [0, 0, 0]]\n\n[format]\nweights = \"s5f0\"\n";
    let description =
        network::Description::parse(sections, "net.toml", std::path::Path::new("")).unwrap();
    let network = network::Network::Hopfield(network);
    let options = quantize::Options::default();
    quantize(&description, &network, &options).unwrap().program
}

/// Starts of all corners.
fn corners(program: &Program) -> Vec<Loads> {
    let spin = |corner: u32, unit: u32| if corner >> unit & 1 == 1 { 1 } else { -1 };
    let corner = |at| (0..3).map(|unit| spin(at, unit)).collect::<Vec<i8>>();
    (0..8)
        .map(|at| hopfield_start(program, &corner(at)))
        .collect()
}

#[test]
fn sums_of_all_corners_are_those_that_occur() {
    let program = memory([0.0, 3.0, -1.0, 3.0, 0.0, 2.0, -1.0, 2.0, 0.0]);
    let ranges = analyse(&program).unwrap();
    let found = observe(&program, &ranges, &corners(&program), Effort::DEFAULT).unwrap();
    assert_eq!((found.runs, found.of, found.cut), (8, 8, 0));
    // A row's sum is w_ij s_j + w_ik s_k: the largest is |3| + |2|, and all corners reach it.
    let sum = found.values.iter().find(|value| value.what == What::Sum);
    let sum = sum.unwrap();
    assert_eq!(
        (sum.title(), sum.name.as_str()),
        ("sweep: sum of state".into(), "state")
    );
    let five = Extent {
        low: -5,
        high: 5,
        bits: 4,
    };
    assert_eq!(
        (sum.bound, sum.seen, sum.spare_bits),
        (five, Some(five), Some(0))
    );
    // Three units of every step.
    assert_eq!(sum.count, 3 * found.steps);
    assert_eq!(sum.histogram.counts.iter().sum::<u64>(), sum.count);
    assert_eq!((sum.histogram.first, sum.histogram.log_width), (-5, 0));
    // From one start alone: it shows less, and costs bits.
    let weak = memory([0.0, 1.0, 7.0, 1.0, 0.0, 7.0, 7.0, 7.0, 0.0]);
    let ranges = analyse(&weak).unwrap();
    let all_up = hopfield_start(&weak, &[1, 1, 1]);
    let found = observe(&weak, &ranges, &[all_up], Effort::DEFAULT).unwrap();
    let sum = found.values.iter().find(|value| value.what == What::Sum);
    let sum = sum.unwrap();
    let seen = Extent {
        low: 8,
        high: 14,
        bits: 5,
    };
    assert_eq!((sum.seen, found.steps), (Some(seen), 1));
    assert_eq!(
        (sum.bound.low, sum.bound.high, sum.bound.bits),
        (-14, 14, 5)
    );
}

#[test]
fn bits_are_those_of_the_narrowest_word() {
    let format = |text: &str| text.parse::<Format>().unwrap();
    let bits = |text, low, high| Extent::new(format(text), low, high).bits;
    assert_eq!(bits("b1", -1, 1), 1);
    assert_eq!(
        (bits("u8f0", 0, 0), bits("u8f0", 0, 1), bits("u8f0", 3, 255)),
        (1, 1, 8)
    );
    assert_eq!(
        (bits("s8f4", 0, 0), bits("s8f4", -1, 0), bits("s8f4", 0, 1)),
        (1, 1, 2)
    );
    assert_eq!(bits("s64f0", i64::MIN, i64::MAX), 64);
}

#[test]
fn effort_is_kept() {
    let program = memory([0.0, 3.0, -1.0, 3.0, 0.0, 2.0, -1.0, 2.0, 0.0]);
    let ranges = analyse(&program).unwrap();
    let starts = corners(&program);
    let little = Effort {
        runs: 4,
        steps: 1,
        ..Effort::DEFAULT
    };
    let found = observe(&program, &ranges, &starts, little).unwrap();
    assert_eq!((found.runs, found.of, found.steps), (4, 8, 4));
    let nothing = Effort {
        products: 0,
        ..Effort::DEFAULT
    };
    let found = observe(&program, &ranges, &starts, nothing).unwrap();
    assert_eq!((found.runs, found.steps), (8, 8));
    let none = observe(&program, &ranges, &[], Effort::DEFAULT).unwrap();
    assert_eq!((none.runs, none.steps), (0, 0));
    assert!(
        none.values
            .iter()
            .all(|value| value.seen.is_none() && value.count == 0)
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn what_was_seen_can_be(mut choices in choices(), kind in 0..3) {
        let program = match kind {
            0 => samples::hopfield(&mut choices),
            1 => samples::units(&mut choices),
            _ => samples::cells(&mut choices),
        };
        let ranges = analyse(&program).unwrap();
        let starts: Vec<Loads> = (0..3).map(|_| samples::values(&mut choices, &program)).collect();
        let effort = Effort { steps: 5, ..Effort::DEFAULT };
        let Ok(found) = observe(&program, &ranges, &starts, effort) else {
            // A run that stops with an overflow shows nothing.
            return Ok(());
        };
        for value in &found.values {
            if let Some(seen) = value.seen {
                prop_assert!(value.bound.low <= seen.low && seen.high <= value.bound.high);
                prop_assert!(value.bound.bits <= value.format.width());
                prop_assert_eq!(value.spare_bits, Some(value.bound.bits - seen.bits));
                prop_assert_eq!(value.histogram.counts.iter().sum::<u64>(), value.count);
            }
        }
        // Steps are those of runs that nobody watches.
        let mut steps = 0;
        for loads in &starts {
            let mut executor = Executor::new(&program).unwrap();
            loads.iter().for_each(|(vector, values)| executor.load(*vector, values).unwrap());
            executor.start().unwrap();
            let stop = program.stop;
            loop {
                let changed = executor.step().unwrap().changed;
                if stop.when_stable && !changed
                    || stop.on_period_two && executor.is_period_two()
                    || executor.steps() >= stop.max_steps.min(5)
                {
                    break;
                }
            }
            steps += executor.steps();
        }
        prop_assert_eq!(found.steps, steps);
    }
}
