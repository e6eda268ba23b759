//! Activation functions in words: over every word, what the program computes, what the plan says
//! that it computes, and what the tables mean are one thing, and the stated errors are true.

use network::Activation;
use network::activation::{Function, Polyline};
use network::description::FunctionWord;
use program::{Executor, Format, Order, Program, Role, Stop, Table, When};
use proptest::prelude::*;
use quantize::QuantizeError;
use quantize::activation::{Kind, Plan, Wish, alternatives, plan};
use quantize::assembly::{Assembly, New, Written};

fn format(text: &str) -> Format {
    text.parse().unwrap()
}

fn named(word: FunctionWord, gain: f64) -> Activation {
    Activation::new(word.function(None), gain).unwrap()
}

fn words(format: Format) -> impl Iterator<Item = i64> {
    format.min_raw()..=format.max_raw()
}

/// A program of one stage that computes the function of every word.
fn program(plan: &Plan) -> Program {
    let mut assembly = Assembly::new();
    let all: Vec<i64> = words(plan.input()).collect();
    let units = all.len();
    let x = assembly.vector("x", units, plan.input(), Role::Parameter(all));
    let tables = plan.register(&mut assembly, "g");
    let apply = |apply: &mut quantize::assembly::Wide<'_>| {
        let x = apply.element("argument", x)?;
        let node = plan.build(apply, &tables, "y", x)?;
        let name = "result".into();
        let role = Role::Output;
        let new = vec![New {
            name,
            units,
            role,
            node,
        }];
        Ok(Written {
            new,
            ..Written::default()
        })
    };
    let made = assembly.stage("activate", When::EveryStep, vec![], apply);
    assert_eq!(made.unwrap().len(), 1);
    let stop = Stop {
        max_steps: 1,
        when_stable: false,
        on_period_two: false,
    };
    let order = Order::Synchronous;
    assembly.finish("table", "activation", order, stop).unwrap()
}

/// The results of every word: of the fast kernels and of the definition.
fn computed(program: &Program) -> Vec<i64> {
    let results = [Executor::new(program), Executor::interpreting(program)].map(|executor| {
        let mut executor = executor.unwrap();
        executor.start().unwrap();
        executor.run().unwrap();
        executor.values(program.find("result").unwrap()).to_vec()
    });
    assert_eq!(results[0], results[1]);
    let [results, _] = results;
    results
}

/// The result by what the tables mean, in real numbers: entries and offsets are looked up by the
/// argument or its magnitude, saturated and rounded to the table's argument.
fn meaning(plan: &Plan, tables: &[Table], centre: f64, raw: i64) -> f64 {
    let figures = plan.figures();
    let x = plan.input().value(raw);
    let address = figures.address;
    let size = if figures.mirrored { x.abs() } else { x };
    let (low, high) = (
        address.value(address.min_raw()),
        address.value(address.max_raw()),
    );
    let narrow = |unit: f64, rounded: bool| {
        let steps = size / unit + if rounded { 0.5 } else { 0.0 };
        (steps.floor() * unit).clamp(low, high)
    };
    let entry = |table: &Table, at: f64| {
        let raw = (at / table.input.unit()) as i64;
        table.output.value(table.entry(raw).unwrap())
    };
    let value = match (figures.kind, tables) {
        (Kind::Full | Kind::Half, [table]) => {
            let cut = address.fraction() < plan.input().fraction();
            entry(table, narrow(address.unit(), cut && figures.mirrored))
        }
        (Kind::Linear, [offsets, slopes]) if !figures.shifts => {
            let at = narrow(plan.input().unit(), false);
            let segment = (at / offsets.input.unit()).floor() * offsets.input.unit();
            let line = entry(offsets, segment) + entry(slopes, segment) * (at - segment);
            let unit = plan.output().unit();
            let (low, high) = (plan.output().min_raw(), plan.output().max_raw());
            (line / unit).floor().clamp(low as f64, high as f64) * unit
        }
        _ => return plan.output().value(plan.evaluate(raw)),
    };
    if figures.mirrored && raw < 0 {
        2.0 * centre - value
    } else {
        value
    }
}

/// Holds a plan to everything that it says.
fn hold(activation: &Activation, plan: &Plan) {
    let (input, output, figures) = (plan.input(), plan.output(), plan.figures());
    let of = format!("{activation} from {input} to {output}: {figures:?}");
    let program = program(plan);
    let found = computed(&program);
    let said: Vec<i64> = words(input).map(|raw| plan.evaluate(raw)).collect();
    assert_eq!(found, said, "{of}");

    // Errors: attained where they are said to be, and never exceeded.
    let unit = output.unit();
    let (low, high) = (output.min_raw(), output.max_raw());
    let odd = activation.is_odd() && input.is_signed() && output.is_signed() && high > 0;
    let low = if odd { -high } else { low };
    let (mut largest, mut held) = (0.0f64, 0.0f64);
    for (raw, &result) in words(input).zip(&said) {
        let real = activation.value(input.value(raw));
        let error = (output.value(result) - real).abs();
        let bounded = real.clamp(output.value(low), output.value(high));
        let within = (output.value(result) - bounded).abs();
        (largest, held) = (largest.max(error), held.max(within));
        if input.value(raw) == figures.largest_error_at && figures.largest_error.is_finite() {
            assert!((error - figures.largest_error).abs() <= 1e-9 * unit, "{of}");
        }
        if input.value(raw) == figures.held_error_at {
            assert!((within - figures.held_error).abs() <= 1e-9 * unit, "{of}");
        }
    }
    if largest.is_finite() {
        assert!(
            (largest - figures.largest_error).abs() <= 1e-9 * unit,
            "{of}"
        );
    }
    assert!(
        (held - figures.held_error).abs() <= 1e-9 * unit,
        "{of}: {held}"
    );
    assert!(
        (held / unit - figures.held_error_units).abs() <= 1e-9,
        "{of}"
    );

    // Properties: as they are said to be, and there where the function has them.
    let rises = said.windows(2).all(|pair| pair[0] <= pair[1]);
    let falls = said.windows(2).all(|pair| pair[0] >= pair[1]);
    assert!(!figures.monotone || rises || falls, "{of}");
    if activation.is_nondecreasing() {
        assert!(figures.monotone && rises, "{of}");
    }
    let pairs = said.iter().skip(1).zip(said.iter().skip(1).rev());
    let sums: Vec<i64> = pairs.map(|(a, b)| a + b).collect();
    let symmetric = input.is_signed() && sums.iter().all(|sum| *sum == sums[0]);
    assert!(!figures.symmetric || symmetric, "{of}");
    if odd && output.width() > 1 {
        assert!(
            figures.symmetric && sums.iter().all(|sum| *sum == 0),
            "{of}"
        );
    }

    // The tables alone, by what they mean.
    let tables = plan.tables("g");
    assert_eq!(tables, program.tables, "{of}");
    let bits = tables
        .iter()
        .map(|table| table.entries.len() as u64 * u64::from(table.output.width()));
    assert_eq!(bits.sum::<u64>(), figures.cost.memory_bits, "{of}");
    let centre = activation.centre().unwrap_or(0.0);
    for raw in words(input) {
        let meant = meaning(plan, &tables, centre, raw);
        assert_eq!(output.value(plan.evaluate(raw)), meant, "{of} at {raw}");
    }
}

const FORMATS: [(&str, &str); 9] = [
    ("s8f4", "s8f7"),
    ("s8f5", "u8f8"),
    ("s8f4", "s8f6"),
    ("u8f5", "u8f6"),
    ("s10f6", "s10f8"),
    ("s10f7", "s6f4"),
    ("s12f8", "s12f10"),
    ("s12f9", "u10f9"),
    ("s4f1", "s4f2"),
];

#[test]
fn every_function_and_kind_is_what_it_says() {
    for word in FunctionWord::ALL {
        for (input, output) in FORMATS {
            for gain in [1.0, 1.7] {
                let activation = named(word, gain);
                let (input, output) = (format(input), format(output));
                let chosen = plan(&activation, input, output, &Wish::default()).unwrap();
                hold(&activation, &chosen);
                for other in alternatives(&activation, input, output, &Wish::default()).unwrap() {
                    hold(&activation, &other);
                    let (a, b) = (chosen.figures(), other.figures());
                    let as_good = b.held_error_units <= 1.0;
                    assert!(!as_good || a.cost.total() <= b.cost.total(), "{activation}");
                }
            }
        }
    }
}

#[test]
fn words_of_sixteen_bits() {
    for word in [
        FunctionWord::Tanh,
        FunctionWord::Logistic,
        FunctionWord::Softsign,
    ] {
        for kind in [None, Some(Kind::Half)] {
            let activation = named(word, 1.0);
            let wish = Wish {
                kind,
                budget: Some(1 << 20),
                ..Wish::default()
            };
            let made = plan(&activation, format("s16f12"), format("s16f14"), &wish).unwrap();
            assert!(made.figures().held_error_units <= 1.0);
            hold(&activation, &made);
        }
    }
}

#[test]
fn wide_arguments_are_looked_at_word_by_word() {
    let activation = named(FunctionWord::Tanh, 1.0);
    let made = plan(
        &activation,
        format("s20f12"),
        format("s12f10"),
        &Wish::default(),
    )
    .unwrap();
    assert!(made.figures().held_error_units <= 1.0);
    hold(&activation, &made);
}

#[test]
fn hard_forms_need_no_table_and_lose_nothing() {
    let exact = [
        FunctionWord::Identity,
        FunctionWord::Clamp,
        FunctionWord::HardSigmoid,
        FunctionWord::Relu,
        FunctionWord::Sign,
        FunctionWord::Step,
    ];
    for word in exact {
        for gain in [0.25, 1.0, 2.0] {
            let activation = named(word, gain);
            let made = plan(
                &activation,
                format("s9f5"),
                format("s10f6"),
                &Wish::default(),
            );
            let made = made.unwrap();
            let figures = made.figures();
            assert_eq!((figures.kind, figures.entries), (Kind::Operations, 0));
            assert_eq!(
                (figures.cost.memory_bits, figures.cost.multiplier_bits),
                (0, 0)
            );
            assert!(figures.held_error_units <= 0.5, "{activation}");
            hold(&activation, &made);
        }
    }
    let leaky = FunctionWord::LeakyRelu.function(Some(0.125));
    let leaky = Activation::new(leaky, 1.0).unwrap();
    let made = plan(&leaky, format("s8f4"), format("s8f4"), &Wish::default()).unwrap();
    assert_eq!(made.figures().cost.multiplier_bits, 0);
    hold(&leaky, &made);
}

#[test]
fn a_sign_can_be_one_bit() {
    let sign = named(FunctionWord::Sign, 1.0);
    let made = plan(&sign, format("s6f2"), Format::BIPOLAR, &Wish::default()).unwrap();
    let found = computed(&program(&made));
    let wanted: Vec<i64> = words(format("s6f2"))
        .map(|raw| if raw < 0 { -1 } else { 1 })
        .collect();
    assert_eq!(found, wanted);
}

#[test]
fn a_full_table_is_the_nearest_word_everywhere() {
    let tanh = named(FunctionWord::Tanh, 1.0);
    let wish = Wish {
        kind: Some(Kind::Full),
        entries: Some(256),
        ..Wish::default()
    };
    let (input, output) = (format("s8f5"), format("s9f7"));
    let made = plan(&tanh, input, output, &wish).unwrap();
    for raw in words(input) {
        let nearest = program::rounding::nearest(tanh.value(input.value(raw)), output);
        assert_eq!(Some(made.evaluate(raw)), nearest);
    }
    let table = &made.tables("g")[0];
    assert_eq!((table.input, table.entries.len()), (input, 256));
}

#[test]
fn what_the_user_fixes_is_kept() {
    let logistic = named(FunctionWord::Logistic, 1.0);
    let (input, output) = (format("s10f6"), format("s10f8"));
    for kind in [Kind::Full, Kind::Half, Kind::Linear] {
        let mut last = f64::INFINITY;
        for entries in [8, 16, 32, 64] {
            let wish = Wish {
                kind: Some(kind),
                entries: Some(entries),
                ..Wish::default()
            };
            let made = plan(&logistic, input, output, &wish).unwrap();
            hold(&logistic, &made);
            let figures = made.figures();
            assert_eq!((figures.kind, figures.entries), (kind, entries));
            // More entries lose no more, until the default is reached and cost counts.
            assert!(figures.held_error_units <= last.max(1.0));
            last = figures.held_error_units;
        }
    }
    for error in [0.5, 0.1, 0.02, 0.005] {
        let wish = Wish {
            error: Some(error),
            ..Wish::default()
        };
        let made = plan(&logistic, input, output, &wish).unwrap();
        assert!(made.figures().held_error <= error);
        hold(&logistic, &made);
    }
}

#[test]
fn what_cannot_be_made_says_what_would_do() {
    let tanh = named(FunctionWord::Tanh, 1.0);
    let exp = named(FunctionWord::Exp, 1.0);
    let wish = |kind, entries, error| Wish {
        kind,
        entries,
        error,
        ..Wish::default()
    };
    let cases = [
        (&tanh, "b1", "s8f7", wish(None, None, None)),
        (&tanh, "s25f20", "s8f7", wish(None, None, None)),
        (&tanh, "s8f4", "s40f30", wish(None, None, None)),
        (&tanh, "s8f4", "s8f7", wish(None, None, Some(0.001))),
        (
            &tanh,
            "s8f4",
            "s8f7",
            wish(Some(Kind::Full), Some(512), None),
        ),
        (
            &tanh,
            "s8f4",
            "s8f7",
            wish(Some(Kind::Operations), None, None),
        ),
        (&exp, "s8f4", "s8f4", wish(Some(Kind::Half), None, None)),
        (&tanh, "u8f4", "s8f7", wish(Some(Kind::Half), None, None)),
        (
            &tanh,
            "s8f4",
            "s8f7",
            Wish {
                budget: Some(2),
                ..Wish::default()
            },
        ),
    ];
    let texts = cases.map(|(activation, input, output, wish)| {
        let made = plan(activation, format(input), format(output), &wish);
        format!("{}\n", made.unwrap_err())
    });
    insta::assert_snapshot!(texts.concat());
}

#[test]
fn an_argument_of_another_format_is_refused() {
    let tanh = named(FunctionWord::Tanh, 1.0);
    let made = plan(&tanh, format("s8f4"), format("s8f7"), &Wish::default()).unwrap();
    let mut assembly = Assembly::new();
    let x = assembly.vector("x", 1, format("s8f5"), Role::State);
    let tables = made.register(&mut assembly, "g");
    let refused = assembly.stage("activate", When::EveryStep, vec![], |apply| {
        let x = apply.element("argument", x)?;
        made.build(apply, &tables, "y", x)?;
        Ok(Written::default())
    });
    assert!(matches!(refused, Err(QuantizeError::Activation { .. })));
}

/// A function with drawn parameters.
fn activation() -> impl Strategy<Value = Activation> {
    let words = proptest::sample::select(FunctionWord::ALL.to_vec());
    let word = (words, 0.05..1.0f64).prop_map(|(word, slope)| word.function(Some(slope)));
    let step = (0.1..2.0f64, -1.0..1.0f64);
    let steps = || proptest::collection::vec(step.clone(), 1..6);
    let line = |steps: &[(f64, f64)]| {
        let points = steps.iter().scan([0.0, 0.0], |at, (dx, dy)| {
            *at = [at[0] + dx, at[1] + dy];
            Some(*at)
        });
        points.collect::<Vec<[f64; 2]>>()
    };
    let through = |points: &[[f64; 2]]| Function::Samples(Polyline::through(points).unwrap());
    let free = (steps(), -3.0..0.0f64).prop_map(move |(steps, from)| {
        let points = line(&steps);
        let points = points.iter().map(|[x, y]| [x + from, *y]);
        let first = [from - 1.0, -0.5];
        through(&std::iter::once(first).chain(points).collect::<Vec<_>>())
    });
    let odd = steps().prop_map(move |steps| {
        let points = line(&steps);
        let mirrored = points.iter().rev().map(|[x, y]| [-x, -y]);
        through(&mirrored.chain(points.iter().copied()).collect::<Vec<_>>())
    });
    let function = prop_oneof![4 => word, 1 => free, 1 => odd];
    (function, 0.2..3.0f64).prop_map(|(function, gain)| Activation::new(function, gain).unwrap())
}

fn a_format(widths: std::ops::Range<u32>) -> impl Strategy<Value = Format> {
    (widths, -2..10i32, any::<bool>()).prop_map(|(width, fraction, signed)| {
        let format = if signed {
            Format::signed
        } else {
            Format::unsigned
        };
        format(width, fraction).unwrap()
    })
}

fn a_wish() -> impl Strategy<Value = Wish> {
    let kinds = [Kind::Operations, Kind::Full, Kind::Half, Kind::Linear];
    let kind = proptest::option::of(proptest::sample::select(kinds.to_vec()));
    let entries = proptest::option::weighted(0.3, (1..7u32).prop_map(|bits| 1 << bits));
    let error = proptest::option::weighted(0.2, 0.001..1.0f64);
    (kind, entries, error).prop_map(|(kind, entries, error)| Wish {
        kind,
        entries,
        error,
        ..Wish::default()
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn any_function_in_any_words(
        activation in activation(),
        input in a_format(1..11),
        output in a_format(1..13),
        wish in a_wish(),
    ) {
        match plan(&activation, input, output, &wish) {
            Ok(made) => {
                hold(&activation, &made);
                prop_assert!(wish.kind.is_none_or(|kind| kind == made.figures().kind));
                prop_assert!(wish.entries.is_none_or(|entries| entries == made.figures().entries));
                prop_assert!(wish.error.is_none_or(|error| made.figures().held_error <= error));
            }
            Err(error) => {
                prop_assert!(wish != Wish::default(), "{activation} from {input} to {output}: {error}");
            }
        }
    }
}
