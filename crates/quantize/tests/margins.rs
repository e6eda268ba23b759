//! The margins of stored patterns by brute force: weights off by what is stated change nothing, by
//! one more they can.

mod support;

use network::Hopfield;
use network::description::HopfieldFormat;
use network::hopfield::{Order, Weights};
use network::learning::projection;
use network::noise::SplitMix64;
use program::{Arrangement, Program, Storage};
use proptest::prelude::*;
use quantize::margin::{Margin, margins};
use quantize::{Options, hopfield_start};
use support::{hopfield, started};

fn made(network: &Hopfield) -> Program {
    let formats = HopfieldFormat::default();
    let quantized = quantize::hopfield::quantize(network, &formats, &Options::default());
    quantized.unwrap().program
}

fn is_fixed(program: &Program, pattern: &[i8]) -> bool {
    let mut executor = started(program, &hopfield_start(program, pattern));
    !executor.step().unwrap().changed
}

/// The program with each weight other than 0 changed by `error(row, column)`.
fn changed(program: &Program, error: impl Fn(usize, usize) -> i64) -> Program {
    let mut program = program.clone();
    let gather = &mut program.stages[0].gathers[0];
    gather.accumulator = "s40f0".parse().unwrap();
    gather.weights.format = "s32f0".parse().unwrap();
    match &mut gather.weights.arrangement {
        Arrangement::Dense {
            columns, values, ..
        } => {
            for (place, weight) in values.iter_mut().enumerate() {
                if *weight != 0 {
                    *weight += error(place / *columns, place % *columns);
                }
            }
        }
        Arrangement::Sparse { rows, .. } => {
            for (row, links) in rows.iter_mut().enumerate() {
                for (column, weight) in links {
                    *weight += error(row, *column);
                }
            }
        }
        Arrangement::Stencil { .. } => panic!("no grid"),
    }
    for node in &mut program.stages[0].apply.nodes {
        if node.format.width() > 1 {
            node.format = "s40f0".parse().unwrap();
        }
    }
    program
}

fn networks() -> impl Strategy<Value = (Hopfield, Vec<Vec<i8>>)> {
    let sizes = (2usize..6, any::<bool>(), any::<bool>(), any::<u64>());
    sizes.prop_map(|(units, sparse, biased, seed)| {
        let mut random = SplitMix64::new(seed);
        let mut whole = |reach: usize| random.below(2 * reach + 1) as f64 - reach as f64;
        let values = (0..units * units).map(|_| whole(12)).collect();
        let bias = (0..units).map(|_| if biased { whole(9) } else { 0.0 });
        let bias = bias.collect();
        let weights = Weights::dense(units, values).unwrap();
        let weights = match sparse {
            true => weights.filtered(|row, column| (row + 2 * column + units) % 3 > 0),
            false => weights,
        };
        let patterns = (0..1 << units)
            .map(|bits: u32| (0..units).map(move |unit| if bits >> unit & 1 == 1 { 1 } else { -1 }))
            .map(Iterator::collect)
            .collect();
        (hopfield(weights, bias, Order::Synchronous), patterns)
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(80))]

    #[test]
    fn patterns_survive_what_is_stated_and_no_more((network, patterns) in networks(), seed in any::<u64>()) {
        let program = made(&network);
        let unit = |value: f64| value.round() as i64;
        let mut random = SplitMix64::new(seed);
        let margins = margins(&program, &patterns).unwrap();
        prop_assert_eq!(margins.len(), patterns.len());
        for (margin, pattern) in margins.iter().zip(&patterns) {
            let fixed = is_fixed(&program, pattern);
            prop_assert_eq!(margin.fixed_point, fixed);
            prop_assert_eq!(network.is_stable(pattern), fixed);
            // By the definition, in real numbers that are whole.
            let scale = {
                let report = quantize::hopfield::quantize(
                    &network, &HopfieldFormat::default(), &Options::default(),
                );
                report.unwrap().report.weight_unit
            };
            let field = |i: usize| network.weights.field(i, pattern) + network.bias[i];
            let held = |i: usize| unit(field(i) * f64::from(pattern[i]) / scale);
            let least = (0..pattern.len()).map(held).min().unwrap();
            prop_assert_eq!((margin.margin, held(margin.unit)), (least, least));
            let Some(error) = margin.survives_weight_lsb else {
                prop_assert!(!fixed || margin.weakest_unit.is_none());
                continue;
            };
            // Every row at the same time, with random errors up to the stated one.
            for _ in 0..8 {
                let errors: Vec<i64> = (0..pattern.len() * pattern.len())
                    .map(|_| random.below(2 * error as usize + 1) as i64 - error)
                    .collect();
                let program = changed(&program, |i, j| errors[i * pattern.len() + j]);
                prop_assert!(is_fixed(&program, pattern));
            }
            let worst = |error: i64| {
                let against = |i: usize, j: usize| i64::from(-pattern[i] * pattern[j]) * error;
                is_fixed(&changed(&program, against), pattern)
            };
            prop_assert!(worst(error));
            prop_assert!(!worst(error + 1), "one more can break it");
        }
    }
}

#[test]
fn only_hopfield_programs_have_margins() {
    let weights = Weights::dense(2, vec![0.0, 1.0, 1.0, 0.0]).unwrap();
    let mut program = made(&hopfield(weights, vec![0.0; 2], Order::Sequential));
    let all = vec![vec![1i8, 1], vec![1, -1]];
    let margin = |pattern, fixed_point, margin: i64| Margin {
        pattern,
        fixed_point,
        margin,
        unit: 0,
        survives_weight_lsb: fixed_point.then_some(margin),
        weakest_unit: fixed_point.then_some(0),
    };
    let wanted = vec![margin(0, true, 1), margin(1, false, -1)];
    assert_eq!(margins(&program, &all), Some(wanted));
    // Too short a pattern is none of this network.
    assert_eq!(margins(&program, &[vec![1]]), None);
    program.kind = "another".into();
    assert_eq!(margins(&program, &all), None);
}

/// Integers that hold the projection's patterns say by how much, in more bits by more.
#[test]
fn wider_words_survive_more() {
    let mut random = SplitMix64::new(4);
    let patterns: Vec<Vec<i8>> = (0..8).map(|_| random.state(48)).collect();
    let weights = Weights::dense(48, projection(48, &patterns)).unwrap();
    let network = Hopfield {
        patterns: patterns.clone(),
        ..hopfield(weights, vec![0.0; 48], Order::Sequential)
    };
    let least = |width: u32| {
        let options = Options {
            weights: Some(program::Format::signed(width, 0).unwrap()),
            ..Options::default()
        };
        let formats = HopfieldFormat::default();
        let found = quantize::hopfield::quantize(&network, &formats, &options).unwrap();
        assert_eq!(
            found.program.stages[0].gathers[0].weights.storage,
            Storage::Rom
        );
        let margins = margins(&found.program, &patterns).unwrap();
        assert!(margins.iter().all(|margin| margin.fixed_point), "{width}");
        margins
            .iter()
            .filter_map(|m| m.survives_weight_lsb)
            .min()
            .unwrap()
    };
    let (narrow, wide) = (least(6), least(12));
    assert!(wide >= 50 * narrow.max(1), "{narrow}, {wide}");
}
