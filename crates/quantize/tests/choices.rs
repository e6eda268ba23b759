//! The formats that are chosen, those that are refused, and what the report says.

mod support;

use network::Hopfield;
use network::cellular::{Boundary, Model, Template};
use network::description::{CellularFormat, FormatChoice, HopfieldFormat};
use network::hopfield::{Order, Weights};
use network::learning::{hebb, projection};
use network::noise::SplitMix64;
use program::{Arrangement, Format, Overflow, Program, Role, Rounding};
use quantize::{Options, QuantizeError, Quantized, hopfield_start};
use support::{cellular, hopfield, started};

fn fixed(text: &str) -> FormatChoice {
    FormatChoice::Fixed(text.parse().unwrap())
}

fn patterns(count: usize, units: usize, seed: u64) -> Vec<Vec<i8>> {
    let mut random = SplitMix64::new(seed);
    (0..count).map(|_| random.state(units)).collect()
}

fn network(values: Vec<f64>, patterns: Vec<Vec<i8>>) -> Hopfield {
    let units = values.len().isqrt();
    let weights = Weights::dense(units, values).unwrap();
    Hopfield {
        patterns,
        ..hopfield(weights, vec![0.0; units], Order::Sequential)
    }
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

fn bias(program: &Program) -> Option<&[i64]> {
    let vector = program.vector(program.find("bias")?)?;
    match &vector.role {
        Role::Parameter(values) => Some(values),
        _ => None,
    }
}

fn message(result: Result<Quantized, QuantizeError>) -> String {
    result.unwrap_err().to_string()
}

#[test]
fn hebbian_weights_are_exact_in_the_fewest_bits() {
    for (count, units) in [(1, 10), (3, 24), (7, 40), (14, 128)] {
        let patterns = patterns(count, units, 3);
        let network = network(hebb(patterns[0].len(), &patterns), patterns);
        let report = quantized(&network, &HopfieldFormat::default())
            .unwrap()
            .report;
        assert!(report.exact && report.tried.is_empty());
        // Sums of `count` signs lie in -count..=count; NETWORKS: ceil(log2(2P + 1)) bits.
        let bits = (2 * count as u32 + 1).next_power_of_two().ilog2().max(2);
        assert!(
            report.formats["sweep.weights"].width() <= bits,
            "{count} patterns"
        );
    }
}

#[test]
fn only_the_ratios_of_weights_count() {
    let patterns = patterns(5, 30, 8);
    let plain = network(hebb(patterns[0].len(), &patterns), patterns);
    let formats = HopfieldFormat::default();
    let wanted = quantized(&plain, &formats).unwrap();
    for scale in [0.125, 1024.0, 1.0 / 30.0, 0.1, 1e-9, 12_345.678] {
        let values = plain.weights.to_dense();
        let values = values.into_iter().map(|weight| weight * scale).collect();
        let scaled = Hopfield {
            weights: Weights::dense(30, values).unwrap(),
            ..plain.clone()
        };
        let found = quantized(&scaled, &formats).unwrap();
        assert_eq!(
            words(&found.program),
            words(&wanted.program),
            "times {scale}"
        );
        assert!(found.report.exact, "times {scale}");
        let unit = found.report.weight_unit / wanted.report.weight_unit;
        assert!((unit / scale - 1.0).abs() < 1e-9, "{unit} for {scale}");
    }
}

#[test]
fn a_bias_is_of_the_same_scale() {
    // In units of 0.1 the weights are 3 and -1, the biases 1 and -2.
    let mut network = network(vec![0.0, 0.3, -0.1, 0.0], vec![]);
    network.bias = vec![0.1, -0.2];
    let found = quantized(&network, &HopfieldFormat::default()).unwrap();
    assert_eq!(words(&found.program), [0, 3, -1, 0]);
    assert_eq!(bias(&found.program), Some(&[1, -2][..]));
    assert_eq!(found.report.formats["sweep.weights"].to_string(), "s3f0");
    assert_eq!(found.report.formats["bias"].to_string(), "s2f0");
    network.bias = vec![0.0; 2];
    let found = quantized(&network, &HopfieldFormat::default()).unwrap();
    assert_eq!(found.program.find("bias"), None);
}

#[test]
fn the_automatic_width_loses_nothing_and_the_next_narrower_does() {
    for seed in 0..3 {
        let patterns = patterns(20, 64, seed);
        let network = network(projection(patterns[0].len(), &patterns), patterns);
        let found = quantized(&network, &HopfieldFormat::default()).unwrap();
        let tried = &found.report.tried;
        let (last, narrower) = tried.split_last().unwrap();
        assert!(last.loses_nothing && narrower.iter().all(|tried| !tried.loses_nothing));
        assert_eq!(found.report.formats["sweep.weights"], last.format);
        assert_eq!((last.kept, last.of), (20, 20));
        assert!((3..=10).contains(&last.format.width()), "{}", last.format);
        assert!(!found.report.exact);
        assert!(found.report.max_abs_error <= found.report.weight_unit / 2.0 * 1.000_001);
        for pattern in &network.patterns {
            let mut executor = started(&found.program, &hopfield_start(&found.program, pattern));
            assert!(!executor.step().unwrap().changed);
        }
    }
}

#[test]
fn a_fixed_format_is_filled_and_rounded_as_asked() {
    let network = network(vec![0.0, 1.0, -0.55, 0.3], vec![]);
    let formats = |rounding| HopfieldFormat {
        weights: fixed("s4f2"),
        rounding,
        ..HopfieldFormat::default()
    };
    // Times 7: 0, 7, -3.85, 2.1.
    for (rounding, wanted) in [
        (Rounding::HalfEven, [0, 7, -4, 2]),
        (Rounding::HalfUp, [0, 7, -4, 2]),
        (Rounding::TowardZero, [0, 7, -3, 2]),
        (Rounding::Floor, [0, 7, -4, 2]),
    ] {
        let found = quantized(&network, &formats(rounding)).unwrap();
        assert_eq!(words(&found.program), wanted, "{rounding:?}");
        let error = if rounding == Rounding::TowardZero {
            0.85
        } else {
            0.15
        };
        assert!((found.report.max_abs_error - error / 7.0).abs() < 1e-12);
    }
}

#[test]
fn a_fixed_bias_format_is_kept_and_overflows_as_asked() {
    let mut network = network(vec![0.0, 3.0, -1.0, 0.0], vec![]);
    network.bias = vec![9.0, -2.0];
    let formats = |overflow| HopfieldFormat {
        bias: fixed("s4f0"),
        overflow,
        ..HopfieldFormat::default()
    };
    let biased = |overflow| {
        let found = quantized(&network, &formats(overflow)).unwrap();
        assert_eq!(found.report.formats["bias"].to_string(), "s4f0");
        (
            bias(&found.program).unwrap().to_vec(),
            found.report.max_abs_error,
        )
    };
    assert_eq!(biased(Overflow::Saturate), (vec![7, -2], 2.0));
    assert_eq!(biased(Overflow::Wrap), (vec![-7, -2], 16.0));
    let error = message(quantized(&network, &formats(Overflow::Error)));
    assert_eq!(
        error,
        "HW0501: format.bias = \"s4f0\" does not do: the bias of unit 0 is 9 raw units; s5f0 would"
    );
    // Weights of the format `auto` take the fraction bits of the bias; fixed ones must have them.
    let half = HopfieldFormat {
        bias: fixed("s8f3"),
        ..HopfieldFormat::default()
    };
    let found = quantized(&network, &half).unwrap();
    assert_eq!(found.report.formats["sweep.weights"].to_string(), "s3f3");
    let mixed = HopfieldFormat {
        weights: fixed("s4f0"),
        ..half
    };
    let error = message(quantized(&network, &mixed));
    assert!(
        error.starts_with("HW0501: format.bias = \"s8f3\""),
        "{error}"
    );
    assert!(error.ends_with("; s5f0 would"), "{error}");
}

#[test]
fn formats_that_cannot_hold_weights_are_refused_with_one_that_can() {
    let network = network(vec![0.0, 0.7, -0.3, 0.0], vec![]);
    for (format, would) in [("u8f4", "s8f4"), ("s1f0", "s2f0")] {
        let options = Options {
            weights: Some(format.parse().unwrap()),
            ..Options::default()
        };
        let result = quantize::hopfield::quantize(&network, &HopfieldFormat::default(), &options);
        let error = message(result);
        assert!(error.starts_with("HW0501: format.weights"), "{error}");
        assert!(error.ends_with(&format!("{would} would")), "{error}");
    }
}

#[test]
fn every_width_makes_a_valid_program_or_says_why_not() {
    let patterns = patterns(4, 12, 1);
    let mut network = network(projection(patterns[0].len(), &patterns), patterns);
    network.bias = (0..12).map(|unit| f64::from(unit) * 0.37 - 2.0).collect();
    for width in 2..=64 {
        for fraction in [-200, -3, 0, 5, 200] {
            let formats = HopfieldFormat {
                weights: FormatChoice::Fixed(Format::signed(width, fraction).unwrap()),
                ..HopfieldFormat::default()
            };
            match quantized(&network, &formats) {
                Ok(found) => program::check(&found.program).unwrap(),
                Err(error) => {
                    assert!(matches!(error, QuantizeError::TooWide { .. }), "{error}");
                    assert!(width > 56, "{width} bits: {error}");
                }
            }
        }
    }
}

#[test]
fn networks_of_zeros_and_of_extremes_are_quantised() {
    let formats = HopfieldFormat::default();
    let mut zeros = network(vec![0.0; 9], vec![]);
    let found = quantized(&zeros, &formats).unwrap();
    assert!(found.report.exact);
    // Without weights the bias alone decides, however small it is.
    zeros.bias = vec![1e-7, -0.3, 0.0];
    let found = quantized(&zeros, &formats).unwrap();
    let mut executor = started(&found.program, &hopfield_start(&found.program, &[-1, 1, 1]));
    executor.step().unwrap();
    assert_eq!(
        executor.values(found.program.find("state").unwrap())[1..],
        [-1, 1]
    );
    for extreme in [f64::MIN_POSITIVE / 4.0, 1e-300, 1e300, f64::MAX] {
        let network = network(vec![0.0, extreme, -extreme / 3.0, 0.0], vec![]);
        let found = quantized(&network, &formats).unwrap();
        let words = words(&found.program);
        assert!(words[1] > 0 && words[2] < 0, "{extreme}: {words:?}");
    }
}

fn edge() -> Template {
    let b = vec![vec![-1.0; 3], vec![-1.0, 8.0, -1.0], vec![-1.0; 3]];
    Template::new(None, Some(&b), -1.0).unwrap()
}

#[test]
fn an_array_without_pictures_is_quantised_on_random_ones() {
    let network = cellular((8, 9), edge(), Model::Clipped, Boundary::Fixed(-1.0));
    let formats = CellularFormat::default();
    let found = quantize::cellular::quantize(&network, &formats, &Options::default()).unwrap();
    assert_eq!(found.report.formats["state"].to_string(), "s2f0");
    // Nobody knows what comes, so that grey levels have room.
    assert_eq!(found.report.formats["input"].to_string(), "s10f8");
    assert!(found.report.exact && found.report.tried[0].of == 4 * 72);
}

#[test]
fn formats_that_cannot_hold_cells_are_refused_with_one_that_can() {
    let mut network = cellular((5, 5), edge(), Model::Clipped, Boundary::Fixed(-1.0));
    network.input = vec![0.5; 25];
    let weights = |text| CellularFormat {
        weights: fixed(text),
        ..CellularFormat::default()
    };
    let state = |text| CellularFormat {
        state: fixed(text),
        ..CellularFormat::default()
    };
    let input = |text| CellularFormat {
        input: fixed(text),
        ..CellularFormat::default()
    };
    for (formats, field, would) in [
        (weights("u8f0"), "format.weights = \"u8f0\"", "s5f0 would"),
        (weights("b1"), "format.weights = \"b1\"", "s5f0 would"),
        (weights("s4f0"), "format.weights = \"s4f0\"", "s5f0 would"),
        (state("b1"), "format.state = \"b1\"", "s2f0 would"),
        (state("u8f4"), "format.state = \"u8f4\"", "s6f4 would"),
        (state("s4f4"), "format.state = \"s4f4\"", "s6f4 would"),
        (state("s8f-1"), "format.state = \"s8f-1\"", "s2f0 would"),
        (input("b1"), "format.input = \"b1\"", "s2f0 would"),
        (input("s8f8"), "format.input = \"s8f8\"", "s10f8 would"),
    ] {
        let error = message(quantize::cellular::quantize(
            &network,
            &formats,
            &Options::default(),
        ));
        assert!(error.starts_with(&format!("HW0501: {field}")), "{error}");
        assert!(error.ends_with(would), "{error}");
    }
}

#[test]
fn template_numbers_of_any_size_end_in_a_program_or_an_error() {
    for number in [1e-300, 1e-9, 1.0 / 3.0, 1e6, 1e15, 1e18, 1e30, f64::MAX] {
        let a = vec![vec![number]];
        let template = Template::new(Some(&a), Some(&a), number).unwrap();
        for model in [
            Model::Clipped,
            Model::Discrete,
            Model::ChuaYang { step: 0.25 },
            Model::ChuaYang { step: 0.3 },
            Model::ChuaYang { step: 1e-12 },
            Model::ChuaYang { step: 1e-300 },
        ] {
            let network = cellular((3, 4), template.clone(), model, Boundary::ZeroFlux);
            let formats = CellularFormat::default();
            match quantize::cellular::quantize(&network, &formats, &Options::default()) {
                Ok(found) => program::check(&found.program).unwrap(),
                Err(QuantizeError::TooWide { .. }) => {}
                Err(error) => panic!("{number}, {model:?}: {error}"),
            }
        }
    }
}

#[test]
fn every_width_of_cells_makes_a_valid_program_or_says_why_not() {
    let a = vec![vec![0.75, -0.3, 0.5]; 3];
    let template = Template::new(Some(&a), Some(&a), 0.1).unwrap();
    for width in 2..=64u32 {
        for fraction in [0, (width as i32 - 2) / 2, width as i32 - 2] {
            for model in [Model::Clipped, Model::ChuaYang { step: 0.3 }] {
                let network = cellular((3, 4), template.clone(), model, Boundary::ZeroFlux);
                let format = FormatChoice::Fixed(Format::signed(width, fraction).unwrap());
                let formats = CellularFormat {
                    weights: format,
                    state: format,
                    input: format,
                    overflow: Overflow::Error,
                    ..CellularFormat::default()
                };
                match quantize::cellular::quantize(&network, &formats, &Options::default()) {
                    Ok(found) => program::check(&found.program).unwrap(),
                    Err(QuantizeError::TooWide { .. }) => {
                        assert!(width > 19, "s{width}f{fraction}")
                    }
                    Err(error) => panic!("{error}"),
                }
            }
        }
    }
}

#[test]
fn the_report_has_the_keys_that_are_promised() {
    let patterns = patterns(3, 10, 2);
    let network = network(hebb(patterns[0].len(), &patterns), patterns);
    let report = quantized(&network, &HopfieldFormat::default())
        .unwrap()
        .report;
    let json = serde_json::to_value(&report).unwrap();
    assert_eq!(json["formats"]["state"], "b1");
    assert_eq!(json["max_abs_error"], 0.0);
    let width = u64::from(report.formats["sweep.weights"].width());
    assert_eq!(json["bits_total"], 100 * width + 10);
}

#[test]
fn the_words_of_a_template_are_as_asked() {
    let b = vec![vec![-1.3; 3], vec![-1.3, 7.6, -1.3], vec![-1.3; 3]];
    let template = Template::new(None, Some(&b), -1.3).unwrap();
    let network = cellular((8, 9), template, Model::Clipped, Boundary::Fixed(-1.0));
    let with = |formats: CellularFormat| {
        let formats = CellularFormat {
            weights: fixed("s4f0"),
            threshold: fixed("s3f1"),
            state: fixed("s3f1"),
            input: fixed("b1"),
            ..formats
        };
        quantize::cellular::quantize(&network, &formats, &Options::default())
    };
    let asked = |rounding, overflow| CellularFormat {
        weight_rounding: rounding,
        weight_overflow: Some(overflow),
        ..CellularFormat::default()
    };
    for (rounding, overflow, edge, centre, threshold) in [
        (Rounding::HalfEven, Overflow::Saturate, -1, 7, -3),
        (Rounding::Floor, Overflow::Saturate, -2, 7, -3),
        (Rounding::TowardZero, Overflow::Error, -1, 7, -2),
        (Rounding::HalfUp, Overflow::Wrap, -1, -8, -3),
    ] {
        let program = with(asked(rounding, overflow)).unwrap().program;
        let Arrangement::Stencil { coefficients, .. } =
            &program.stages[0].gathers[0].weights.arrangement
        else {
            panic!("a template")
        };
        assert_eq!((coefficients[0], coefficients[4]), (edge, centre));
        // The threshold is a constant of the first stage, with one fraction bit as the sum.
        let node = program.stages[0].apply.nodes.iter();
        let mut node = node.filter(|node| node.name == "threshold");
        let operation = node.next().unwrap().operation;
        assert_eq!(
            operation,
            program::Operation::Constant(threshold),
            "{rounding:?}"
        );
    }
    let error = with(CellularFormat::default()).unwrap_err().to_string();
    insta::assert_snapshot!(error, @r#"HW0501: format.weights = "s4f0" does not do: the coefficient 7.6 is outside -8..=7; s12f8 would"#);
    let sums = |accumulator, control_accumulator| {
        message(with(CellularFormat {
            accumulator,
            control_accumulator,
            ..asked(Rounding::HalfEven, Overflow::Saturate)
        }))
    };
    let auto = FormatChoice::Auto;
    insta::assert_snapshot!(sums(auto, fixed("s4f0")), @r#"HW0501: format.control_accumulator = "s4f0" does not do: sums need 5 bits, so that none can overflow; s5f0 or a wider one would"#);
    insta::assert_snapshot!(sums(fixed("s9f0"), auto), @r#"HW0501: format.accumulator = "s9f0" does not do: the sums have 1 fraction bits, those of weight and source together; s1f1 or a wider one would"#);
    let wide = CellularFormat {
        accumulator: fixed("s12f1"),
        control_accumulator: fixed("s9f0"),
        ..asked(Rounding::HalfEven, Overflow::Saturate)
    };
    let formats = with(wide).unwrap().report.formats;
    assert_eq!(formats["feed.accumulator"].to_string(), "s9f0");
    assert_eq!(formats["iterate.accumulator"].to_string(), "s12f1");
}
