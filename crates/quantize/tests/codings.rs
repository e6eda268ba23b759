//! Codings and scales of a Hopfield network's weights, against what their words mean.

mod support;

use network::Hopfield;
use network::description::{FormatChoice, HopfieldFormat, ScaleChoice, ScaleWord, WeightCoding};
use network::hopfield::{Order, Weights};
use network::learning::{hebb, projection};
use network::noise::SplitMix64;
use program::{Arrangement, Overflow, Program, Rounding};
use proptest::prelude::*;
use quantize::{Options, QuantizeError, Quantized, hopfield_start};
use support::{hopfield, started, state};

fn fixed(text: &str) -> FormatChoice {
    FormatChoice::Fixed(text.parse().unwrap())
}

fn network(values: Vec<f64>) -> Hopfield {
    let units = values.len().isqrt();
    let weights = Weights::dense(units, values).unwrap();
    hopfield(weights, vec![0.0; units], Order::Sequential)
}

fn quantized(network: &Hopfield, formats: &HopfieldFormat) -> Result<Quantized, QuantizeError> {
    quantize::hopfield::quantize(network, formats, &Options::default())
}

fn words(program: &Program) -> &[i64] {
    match &program.stages[0].gathers[0].weights.arrangement {
        Arrangement::Dense { values, .. } => values,
        _ => panic!("the weights are dense"),
    }
}

/// Seeded weights between -1 and 1, symmetric, without a diagonal.
fn symmetric(units: usize, seed: u64) -> Vec<f64> {
    let mut random = SplitMix64::new(seed);
    let mut values = vec![0.0; units * units];
    for i in 0..units {
        for j in 0..i {
            let value = random.below(2001) as f64 / 1000.0 - 1.0;
            values[i * units + j] = value;
            values[j * units + i] = value;
        }
    }
    values
}

#[test]
fn codings_give_the_words_that_they_are_for() {
    let network = network(vec![0.0, 0.9, -0.3, 0.05, 0.9, 0.0, 0.4, 0.0, -0.1]);
    let coded = |coding| {
        let formats = HopfieldFormat {
            coding: Some(coding),
            ..HopfieldFormat::default()
        };
        quantized(&network, &formats).unwrap()
    };
    let signs = coded(WeightCoding::Bipolar);
    assert_eq!(words(&signs.program), [1, 1, -1, 1, 1, 1, 1, 1, -1]);
    assert_eq!(signs.report.formats["sweep.weights"].to_string(), "b1");
    // The unit with the least squared error is the mean magnitude of weights other than 0.
    let mean = (0.9 + 0.3 + 0.05 + 0.9 + 0.4 + 0.1) / 6.0;
    assert!((signs.report.weight_unit / mean - 1.0).abs() < 0.002);
    let ternary = coded(WeightCoding::Ternary);
    assert_eq!(words(&ternary.program), [0, 1, 0, 0, 1, 0, 0, 0, 0]);
    assert_eq!(ternary.report.formats["sweep.weights"].to_string(), "s2f0");
    let powers = coded(WeightCoding::PowerOfTwo);
    let power = |&word: &i64| word == 0 || word.unsigned_abs().is_power_of_two();
    assert!(words(&powers.program).iter().all(power));
}

#[test]
fn weights_that_are_words_of_a_coding_are_exact() {
    for (values, coding, format) in [
        (vec![0.3, -0.3, -0.3, 0.3], WeightCoding::Bipolar, "b1"),
        (vec![0.0, -0.3, -0.3, 0.3], WeightCoding::Ternary, "s2f0"),
        (vec![0.0, -0.3, -1.2, 0.6], WeightCoding::PowerOfTwo, "s4f0"),
    ] {
        let formats = HopfieldFormat {
            coding: Some(coding),
            ..HopfieldFormat::default()
        };
        let found = quantized(&network(values.clone()), &formats).unwrap();
        assert!(
            found.report.exact && found.report.tried.is_empty(),
            "{coding:?}"
        );
        assert_eq!(found.report.formats["sweep.weights"].to_string(), format);
        for (word, value) in words(&found.program).iter().zip(values) {
            assert!((*word as f64 * found.report.weight_unit - value).abs() < 1e-12);
        }
    }
}

#[test]
fn scales_are_what_they_say() {
    let network = network(vec![0.0, 0.7, -0.33, 0.11]);
    let scaled = |scale, format| {
        let formats = HopfieldFormat {
            weights: fixed(format),
            scale: Some(scale),
            ..HopfieldFormat::default()
        };
        let found = quantized(&network, &formats).unwrap();
        (words(&found.program).to_vec(), found.report.weight_unit)
    };
    let binary = ScaleChoice::Word(ScaleWord::PowerOfTwo);
    assert_eq!(scaled(binary, "s6f4"), (vec![0, 11, -5, 2], 1.0 / 16.0));
    // Beyond the format: the overflow mode, here saturation.
    assert_eq!(scaled(binary, "s4f4"), (vec![0, 7, -5, 2], 1.0 / 16.0));
    assert_eq!(
        scaled(ScaleChoice::Factor(10.0), "s8f0"),
        (vec![0, 7, -3, 1], 0.1)
    );
    let (words, _) = scaled(ScaleChoice::Word(ScaleWord::Largest), "s8f0");
    assert_eq!(words, [0, 127, -60, 20]);
    // Chosen: the largest power of two that fits.
    let formats = HopfieldFormat {
        scale: Some(binary),
        ..HopfieldFormat::default()
    };
    let found = quantized(&network, &formats).unwrap();
    let format = found.report.formats["sweep.weights"];
    let unit = found.report.weight_unit;
    assert_eq!(unit, format.unit(), "a word stands for the weight itself");
    let largest = (0.7 / unit).round() as i64;
    assert!(
        format.holds(largest) && !format.holds(2 * largest),
        "{format}"
    );
}

#[test]
fn overflow_of_weights_is_as_asked() {
    let network = network(vec![0.0, 9.0, -9.0, 3.0]);
    let with = |overflow| {
        let formats = HopfieldFormat {
            weights: fixed("s4f0"),
            scale: Some(ScaleChoice::Factor(1.0)),
            overflow,
            ..HopfieldFormat::default()
        };
        quantized(&network, &formats)
    };
    let words = |overflow| words(&with(overflow).unwrap().program).to_vec();
    assert_eq!(words(Overflow::Saturate), [0, 7, -8, 3]);
    assert_eq!(words(Overflow::SaturateSymmetric), [0, 7, -7, 3]);
    assert_eq!(words(Overflow::Wrap), [0, -7, 7, 3]);
    insta::assert_snapshot!(with(Overflow::Error).unwrap_err(), @r#"HW0501: format.weights = "s4f0" does not do: the weight from unit 1 to unit 0 is 9 raw units; s5f0 would"#);
}

#[test]
fn an_accumulator_that_a_sum_can_leave_is_refused() {
    let network = network(vec![0.0, 3.0, -1.0, 3.0, 0.0, 2.0, -1.0, 2.0, 0.0]);
    let with = |accumulator: &str| {
        let formats = HopfieldFormat {
            accumulator: fixed(accumulator),
            ..HopfieldFormat::default()
        };
        quantized(&network, &formats)
    };
    for text in ["s4f0", "s12f0", "s64f0"] {
        let found = with(text).unwrap();
        assert_eq!(found.report.formats["sweep.accumulator"].to_string(), text);
        program::check(&found.program).unwrap();
    }
    let error = |text| with(text).unwrap_err().to_string();
    insta::assert_snapshot!(error("s3f0"), @r#"HW0501: format.accumulator = "s3f0" does not do: sums need 4 bits, so that none can overflow; s4f0 or a wider one would"#);
    insta::assert_snapshot!(error("s9f2"), @r#"HW0501: format.accumulator = "s9f2" does not do: the sums have 0 fraction bits, those of weight and source together; s4f0 or a wider one would"#);
}

#[test]
fn a_scale_for_each_row_is_exact_where_rows_are_multiples_of_whole_numbers() {
    // Row by row in units of 0.3, 0.07 and 11: no unit of 16 bits is common to all.
    let mut network = network(vec![0.3, -0.6, 0.0, 0.07, 0.0, 0.21, 11.0, 22.0, 33.0]);
    network.bias = vec![0.9, -0.07, 0.0];
    let formats = HopfieldFormat {
        per_row: true,
        ..HopfieldFormat::default()
    };
    let found = quantized(&network, &formats).unwrap();
    assert!(found.report.exact);
    assert_eq!(words(&found.program), [1, -2, 0, 1, 0, 3, 1, 2, 3]);
    let units = [0.3, 0.07, 11.0];
    for (found, unit) in found.report.row_units.iter().zip(units) {
        assert!((found / unit - 1.0).abs() < 1e-12);
    }
    assert_eq!(found.report.weight_unit, found.report.row_units[2]);
}

#[test]
fn rows_by_themselves_lose_the_symmetry_and_what_follows_from_it() {
    let patterns: Vec<Vec<i8>> = {
        let mut random = SplitMix64::new(2);
        (0..6).map(|_| random.state(20)).collect()
    };
    let network = network(projection(20, &patterns));
    let program = |per_row| {
        let formats = HopfieldFormat {
            weights: fixed("s4f0"),
            per_row,
            ..HopfieldFormat::default()
        };
        quantized(&network, &formats).unwrap().program
    };
    let lost = |per_row| quantize::hopfield::lost(&network, &program(per_row));
    assert_eq!(lost(false), [""; 0]);
    assert_eq!(lost(true), ["symmetric", "always_stable"]);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    /// No other factor of a fine grid has a squared error that is a tenth smaller.
    #[test]
    fn the_best_scale_is_the_best(units in 3usize..8, seed in any::<u64>(), width in 2u32..6) {
        let network = network(symmetric(units, seed));
        let squares = |scale| {
            let formats = HopfieldFormat {
                weights: FormatChoice::Fixed(program::Format::signed(width, 0).unwrap()),
                scale: Some(scale),
                overflow: Overflow::SaturateSymmetric,
                ..HopfieldFormat::default()
            };
            let found = quantized(&network, &formats).unwrap();
            let values = network.weights.to_dense();
            let pairs = words(&found.program).iter().zip(values);
            pairs.map(|(&word, value)| (word as f64 * found.report.weight_unit - value).powi(2)).sum::<f64>()
        };
        let best = squares(ScaleChoice::Word(ScaleWord::Best));
        let largest = network.weights.to_dense().into_iter().fold(0.0, |a: f64, b| a.max(b.abs()));
        let fill = ((1 << (width - 1)) - 1) as f64 / largest;
        let other = (0..400)
            .map(|place| squares(ScaleChoice::Factor(fill * (f64::from(place) / 100.0).exp2())))
            .fold(f64::MAX, f64::min);
        prop_assert!(best <= other * 1.1 + 1e-12, "{best} and {other}");
    }

    /// Rounding in every mode stays within a unit, half modes within half a one.
    #[test]
    fn rounding_stays_within_a_unit(
        units in 2usize..9, seed in any::<u64>(), width in 3u32..12, per_row in any::<bool>(),
        mode in 0usize..4,
    ) {
        let network = network(symmetric(units, seed));
        let rounding = [
            Rounding::Floor, Rounding::TowardZero, Rounding::HalfUp, Rounding::HalfEven,
        ][mode];
        let formats = HopfieldFormat {
            weights: FormatChoice::Fixed(program::Format::signed(width, 0).unwrap()),
            scale: Some(ScaleChoice::Word(ScaleWord::Largest)),
            per_row,
            rounding,
            ..HopfieldFormat::default()
        };
        let found = quantized(&network, &formats).unwrap();
        let share = if mode < 2 { 1.0 } else { 0.5 };
        let values = network.weights.to_dense();
        let mut largest: f64 = 0.0;
        for (place, (&word, value)) in words(&found.program).iter().zip(values).enumerate() {
            let rows = &found.report.row_units;
            let unit = rows.get(place / units).copied().unwrap_or(found.report.weight_unit);
            let error = (word as f64 * unit - value).abs();
            prop_assert!(error <= share * unit * (1.0 + 1e-9));
            largest = largest.max(error);
        }
        prop_assert!((found.report.max_abs_error - largest).abs() <= 1e-12);
    }

    /// A positive factor for each row changes no state: with exact words the run is that of the
    /// network in real numbers, step by step.
    #[test]
    fn exact_rows_run_as_the_network(units in 2usize..14, seed in any::<u64>()) {
        let mut random = SplitMix64::new(seed);
        let row = |random: &mut SplitMix64| -> Vec<f64> {
            let scale = f64::from(random.below(12) as i32 - 6).exp2();
            (0..units).map(|_| (random.below(9) as f64 - 4.0) * scale).collect()
        };
        let values: Vec<f64> = (0..units).flat_map(|_| row(&mut random)).collect();
        let network = network(values);
        let formats = HopfieldFormat { per_row: true, ..HopfieldFormat::default() };
        let found = quantized(&network, &formats).unwrap();
        prop_assert!(found.report.exact);
        let start = random.state(units);
        let mut executor = started(&found.program, &hopfield_start(&found.program, &start));
        for steps in 1..=4 {
            let run = Hopfield { max_steps: steps, detect_period: false, ..network.clone() };
            let wanted = run.run(&start).state;
            executor.step().unwrap();
            let wanted: Vec<i64> = wanted.into_iter().map(i64::from).collect();
            prop_assert_eq!(state(&found.program, &executor), wanted);
        }
    }
}

/// Integer Hebb: zero error claimed, and the words are the weights.
#[test]
fn integer_hebb_is_exact_in_as_many_bits_as_its_sums_can_be() {
    for count in 1..=33usize {
        let mut random = SplitMix64::new(count as u64);
        let patterns: Vec<Vec<i8>> = (0..count).map(|_| random.state(40)).collect();
        for divided in [1.0, 40.0, 128.0] {
            let values = hebb(40, &patterns)
                .into_iter()
                .map(|w| w / divided)
                .collect();
            let network = network(values);
            let found = quantized(&network, &HopfieldFormat::default()).unwrap();
            let report = &found.report;
            assert!(report.exact && report.max_abs_error == 0.0, "{count}");
            let bits = (2 * count + 1).next_power_of_two().trailing_zeros();
            let width = report.formats["sweep.weights"].width();
            assert!(width <= bits.max(2), "{count}: {width} for {bits}");
            // Sums of `count` signs, from the patterns themselves.
            let unit = (report.weight_unit * divided).round();
            for i in 0..40 {
                for j in (0..40).filter(|&j| j != i) {
                    let sum: i64 = patterns
                        .iter()
                        .map(|pattern| i64::from(pattern[i]) * i64::from(pattern[j]))
                        .sum();
                    assert_eq!(words(&found.program)[i * 40 + j] * unit as i64, sum);
                }
            }
        }
    }
}
