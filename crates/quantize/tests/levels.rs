//! Where every number is exact, the integer program is the network: the same state after every
//! step. Where it rounds, it is the network with that rounding.

mod support;

use network::cellular::{Boundary, Model, Template};
use network::description::{CellularFormat, FormatChoice, HopfieldFormat};
use network::hopfield::{HopfieldStatus, Order, Weights};
use network::noise::SplitMix64;
use network::{Cellular, Hopfield};
use program::{Coding, Format, Rounding, Status, rounding};
use proptest::prelude::*;
use quantize::{Options, cellular_start, hopfield_start};
use support::{cellular, hopfield, started, state};

fn whole(random: &mut SplitMix64, reach: usize) -> f64 {
    random.below(2 * reach + 1) as f64 - reach as f64
}

fn orders() -> impl Strategy<Value = Order> {
    prop_oneof![
        Just(Order::Synchronous),
        Just(Order::Sequential),
        (1u64..100_000).prop_map(|seed| Order::Permuted { seed }),
        (1usize..9).prop_map(|size| Order::Block { size }),
    ]
}

prop_compose! {
    /// Small integers times a power of two, so that sums are exact and ties happen.
    fn hopfields()(
        units in 1usize..28, sparse in any::<bool>(), biased in any::<bool>(),
        exponent in -9i32..4, reach in 1usize..9, order in orders(),
        detect_period in any::<bool>(), seed in any::<u64>(),
    ) -> Hopfield {
        let mut random = SplitMix64::new(seed);
        let scale = f64::from(exponent).exp2();
        let values: Vec<f64> =
            (0..units * units).map(|_| whole(&mut random, reach) * scale).collect();
        let weights = Weights::dense(units, values).unwrap();
        let weights = if sparse {
            weights.filtered(|row, column| (row * 7 + column * 3 + seed as usize % 5).is_multiple_of(4))
        } else {
            weights
        };
        let bias = (0..units)
            .map(|_| if biased { whole(&mut random, 3) * scale } else { 0.0 })
            .collect();
        Hopfield { detect_period, ..hopfield(weights, bias, order) }
    }
}

fn status(of: HopfieldStatus) -> Status {
    match of {
        HopfieldStatus::Stable => Status::Stable,
        HopfieldStatus::Period2 => Status::Period,
        HopfieldStatus::Budget => Status::Budget,
    }
}

prop_compose! {
    fn boundaries()(rule in 0..3, value in prop::sample::select(vec![-1.0, 1.0])) -> Boundary {
        match rule {
            0 => Boundary::Fixed(value),
            1 => Boundary::ZeroFlux,
            _ => Boundary::Periodic,
        }
    }
}

prop_compose! {
    /// Templates of whole numbers times `unit`; mostly zeros, so that not every cell saturates.
    fn templates(unit: f64)(radius in 1usize..3, control in any::<bool>(), seed in any::<u64>())
        -> Template
    {
        let mut random = SplitMix64::new(seed);
        let mut square = |used: bool| -> Vec<Vec<f64>> {
            let size = 2 * radius + 1;
            let mut value = || match random.below(3) {
                0 if used => whole(&mut random, 3) * unit,
                _ => 0.0,
            };
            (0..size).map(|_| (0..size).map(|_| value()).collect()).collect()
        };
        let (a, b) = (square(true), square(control));
        Template::new(Some(&a), Some(&b), whole(&mut random, 4) * unit).unwrap()
    }
}

/// Values from -1 to 1 with so many fraction bits.
fn picture(random: &mut SplitMix64, cells: usize, fraction: u32) -> Vec<f64> {
    let one = 1usize << fraction;
    (0..cells)
        .map(|_| whole(random, one) / one as f64)
        .collect()
}

fn fixed(text: &str) -> FormatChoice {
    FormatChoice::Fixed(text.parse().unwrap())
}

/// Both levels step by step; `rounded` is what a step of the network is rounded by.
fn compare_arrays(
    network: &Cellular,
    formats: &CellularFormat,
    input: &[f64],
    steps: usize,
    rounded: impl Fn(f64) -> f64,
) -> Result<(), TestCaseError> {
    let quantized = quantize::cellular::quantize(network, formats, &Options::default()).unwrap();
    let program = &quantized.program;
    let values = cellular_start(program, network, input, &[]);
    let mut executor = started(program, &values);
    let format = program
        .vector(program.find("state").unwrap())
        .unwrap()
        .format;
    let control = network.control(input);
    let mut wanted = network.start_state(input, &[]);
    for step in 1..=steps {
        wanted = network.step(&wanted, &control);
        wanted.iter_mut().for_each(|value| *value = rounded(*value));
        executor.step().unwrap();
        let found = state(program, &executor);
        let found: Vec<f64> = found.iter().map(|&raw| format.value(raw)).collect();
        prop_assert_eq!(&found, &wanted, "step {}", step);
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn exact_hopfield_networks_are_the_same_after_every_step(
        network in hopfields(), seed in any::<u64>(),
    ) {
        let formats = HopfieldFormat::default();
        let quantized =
            quantize::hopfield::quantize(&network, &formats, &Options::default()).unwrap();
        prop_assert!(quantized.report.exact);
        let mut random = SplitMix64::new(seed);
        let start = random.state(network.units());
        let program = &quantized.program;
        let mut executor = started(program, &hopfield_start(program, &start));
        for steps in 1..=5 {
            let wanted = Hopfield { max_steps: steps, detect_period: false, ..network.clone() };
            let wanted = wanted.run(&start);
            executor.step().unwrap();
            let wanted: Vec<i64> = wanted.state.into_iter().map(i64::from).collect();
            prop_assert_eq!(state(program, &executor), wanted, "step {}", steps);
        }
        // And the whole run ends the same way.
        let wanted = network.run(&start);
        let mut executor = started(program, &hopfield_start(program, &start));
        let run = executor.run().unwrap();
        prop_assert_eq!((run.status, run.steps), (status(wanted.status), wanted.steps));
    }

    #[test]
    fn discrete_arrays_are_the_same_after_every_step(
        template in templates(0.25), boundary in boundaries(), grey in any::<bool>(),
        rows in 5usize..9, columns in 5usize..12, seed in any::<u64>(),
    ) {
        let mut network = cellular((rows, columns), template, Model::Discrete, boundary);
        network.start = network::cellular::Start::Value(-1.0);
        let mut random = SplitMix64::new(seed);
        let input = if grey {
            picture(&mut random, rows * columns, 5)
        } else {
            random.state(rows * columns).into_iter().map(f64::from).collect()
        };
        network.input.clone_from(&input);
        compare_arrays(&network, &CellularFormat::default(), &input, 6, |x| x)?;
    }

    #[test]
    fn clipped_arrays_are_the_network_with_their_rounding(
        template in templates(0.25), boundary in boundaries(),
        rows in 5usize..9, columns in 5usize..12,
        state in prop::sample::select(vec!["s2f0", "s3f1", "s5f3", "s8f3", "s12f8"]),
        rounding in prop::sample::select(vec![
            Rounding::Floor, Rounding::TowardZero, Rounding::HalfUp, Rounding::HalfEven,
        ]),
        seed in any::<u64>(),
    ) {
        let network = cellular((rows, columns), template, Model::Clipped, boundary);
        let format: Format = state.parse().unwrap();
        let mut random = SplitMix64::new(seed);
        let input = picture(&mut random, rows * columns, format.fraction() as u32);
        let formats = CellularFormat {
            state: FormatChoice::Fixed(format),
            input: fixed("s12f8"),
            rounding,
            ..CellularFormat::default()
        };
        // sat(round(g)) is round(sat(g)): both bounds are values of the format.
        let fine: Format = "s60f40".parse().unwrap();
        let rounded = |value: f64| {
            let raw = (value * 40f64.exp2()) as i64;
            let word = rounding::resize(raw, fine, format, rounding, program::Overflow::Error);
            format.value(word.unwrap())
        };
        compare_arrays(&network, &formats, &input, 6, rounded)?;
    }

    #[test]
    fn euler_steps_that_are_powers_of_two_are_exact_in_wide_words(
        template in templates(1.0), boundary in boundaries(), halvings in 0i32..3,
        rows in 5usize..9, columns in 5usize..12, seed in any::<u64>(),
    ) {
        let model = Model::ChuaYang { step: f64::from(-halvings).exp2() };
        let network = cellular((rows, columns), template, model, boundary);
        let mut random = SplitMix64::new(seed);
        let input = picture(&mut random, rows * columns, 4);
        let formats = CellularFormat {
            state: fixed("s32f16"),
            input: fixed("s6f4"),
            ..CellularFormat::default()
        };
        // Four fraction bits and two more a step.
        compare_arrays(&network, &formats, &input, 5, |x| x)?;
    }

    #[test]
    fn other_euler_steps_stay_within_their_error(
        template in templates(0.25), boundary in boundaries(), step in 0.001f64..1.0,
        seed in any::<u64>(),
    ) {
        let cells = (6, 7);
        let network = cellular(cells, template, Model::ChuaYang { step }, boundary);
        let mut random = SplitMix64::new(seed);
        let input = picture(&mut random, 42, 4);
        let formats = CellularFormat {
            state: fixed("s32f24"),
            input: fixed("s6f4"),
            ..CellularFormat::default()
        };
        let quantized =
            quantize::cellular::quantize(&network, &formats, &Options::default()).unwrap();
        let relative = quantized.report.max_abs_error / step;
        prop_assert!(relative <= 1.0 / 4096.0, "the step is off by {relative} of itself");
        let program = &quantized.program;
        let values = cellular_start(program, &network, &input, &[]);
        let mut executor = started(program, &values);
        executor.step().unwrap();
        let wanted = network.step(&input, &network.control(&input));
        let reach = network.template.field_bound() + 1.0;
        let allowed = quantized.report.max_abs_error * reach + 24f64.exp2().recip();
        for (&raw, wanted) in state(program, &executor).iter().zip(wanted) {
            let found = raw as f64 * 24f64.exp2().recip();
            prop_assert!((found - wanted).abs() <= allowed, "{found} for {wanted}");
        }
    }

    #[test]
    fn sums_are_as_wide_as_the_worst_case_and_no_wider(network in hopfields()) {
        let formats = HopfieldFormat::default();
        let quantized =
            quantize::hopfield::quantize(&network, &formats, &Options::default()).unwrap();
        let accumulator = quantized.report.formats["sweep.accumulator"];
        let unit = quantized.report.weight_unit;
        let (mut low, mut high) = (f64::MAX, f64::MIN);
        for row in 0..network.units() {
            let sum: f64 = network.weights.row(row).map(|(_, weight)| weight.abs()).sum();
            low = low.min(network.bias[row] - sum);
            high = high.max(network.bias[row] + sum);
        }
        let (low, high) = ((low / unit).round() as i64, (high / unit).round() as i64);
        prop_assert!(accumulator.holds(low) && accumulator.holds(high));
        prop_assert_eq!(accumulator.coding(), Coding::Signed);
        if let Ok(narrower) = Format::signed(accumulator.width() - 1, 0) {
            let fits = narrower.holds(low) && narrower.holds(high);
            prop_assert!(!fits, "{low} to {high} in {accumulator}");
        }
    }
}
