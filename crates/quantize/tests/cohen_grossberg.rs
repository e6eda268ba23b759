//! Cohen-Grossberg networks in integers: each step against the equations of the rounded network, and
//! where runs end.

use std::path::Path;

use network::noise::SplitMix64;
use network::{CohenGrossberg, Description, Dynamics, Network, dynamics};
use program::Program;
use proptest::prelude::*;
use quantize::{Options, Quantized, dynamic, quantize, rounded};

mod support;

const STEP: f64 = 0.125;

/// A number between -1 and 1, in sixteenths.
fn weight(random: &mut SplitMix64) -> f64 {
    random.below(33) as f64 / 16.0 - 1.0
}

fn rows(random: &mut SplitMix64, rows: usize, columns: usize) -> Vec<Vec<f64>> {
    let row = |_| (0..columns).map(|_| weight(random)).collect();
    (0..rows).map(row).collect()
}

/// A polynomial of all units or one of each, or a function with the largest magnitude, the largest
/// slope, and the units of a word by which its value may be wrong.
struct Function {
    text: String,
    largest: f64,
    units: f64,
}

impl Function {
    fn new(random: &mut SplitMix64, units: usize) -> Function {
        let each = [1, units][random.below(2)];
        let table = random.below(4) == 0;
        if table {
            let word = ["tanh", "logistic", "softsign", "clamp"][random.below(4)];
            return Function {
                text: format!("\"{word}\""),
                largest: 1.0,
                units: 1.0,
            };
        }
        let powers = 1 + random.below(4);
        let coefficients = rows(random, each, powers);
        let largest = coefficients
            .iter()
            .map(|row| row.iter().map(|c| c.abs()).sum::<f64>());
        Function {
            largest: largest.fold(0.0, f64::max),
            text: format!("{{ polynomial = {coefficients:?} }}"),
            // Three sums, rounded to three bits more than a state has.
            units: 3.0 / 16.0,
        }
    }
}

fn described(text: &str) -> (Description, CohenGrossberg) {
    let description = Description::parse(text, "net.toml", Path::new(""))
        .unwrap_or_else(|error| panic!("{error}\n{text}"));
    match Network::from_description(&description).unwrap() {
        Network::CohenGrossberg(network) => (description, *network),
        other => panic!("{other:?}"),
    }
}

fn made(description: &Description, network: &CohenGrossberg) -> Quantized {
    let network = Network::CohenGrossberg(Box::new(network.clone()));
    quantize(description, &network, &Options::default()).unwrap()
}

fn in_words(network: &CohenGrossberg, program: &Program) -> CohenGrossberg {
    let network = Network::CohenGrossberg(Box::new(network.clone()));
    match rounded(&network, program) {
        Some(Network::CohenGrossberg(network)) => *network,
        other => panic!("{other:?}"),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    /// A step in integers is that of the rounded network, but for the roundings that are stated: half
    /// a unit of the state, and what those of b, of the signals, of the rate and of a add to it.
    #[test]
    fn a_step_is_that_of_the_rounded_network(
        units in 1usize..5, seed in any::<u64>(), fraction in 4i32..11,
    ) {
        let mut random = SplitMix64::new(seed);
        let [a, b, d] = [0; 3].map(|_| Function::new(&mut random, units));
        let c = rows(&mut random, units, units);
        let bias = rows(&mut random, 1, units).concat();
        let start = rows(&mut random, 1, units).concat();
        let text = format!(
            "[network]\nkind = \"cohen_grossberg\"\nname = \"net\"\nunits = {units}\n\
             [weights]\nc = {c:?}\nbias = {bias:?}\n\
             [dynamics]\na = {}\nb = {}\nd = {}\nstep = {STEP}\nlow = -1.0\nhigh = 1.0\n\
             [format]\nstate = \"s{}f{fraction}\"\n[data]\nprobes = [{start:?}]\n",
            a.text, b.text, d.text, fraction + 2,
        );
        let (description, network) = described(&text);
        let program = made(&description, &network).program;
        let claimed = quantize::range::certificate(&program).unwrap().to_string();
        let written = serde_json::to_string(&program).unwrap();
        prop_assert!(certificate::verify(&written, &claimed).is_ok());
        let exact = in_words(&network, &program);
        let unit = 2f64.powi(-fraction);
        // A signal is kept with the bits of a state.
        let signal = d.units.max(d.units + if d.units < 1.0 { 0.5 } else { 0.0 });
        let sum = c.iter().map(|row| row.iter().map(|c| c.abs()).sum::<f64>()).fold(0.0, f64::max);
        let rate = b.largest + 1.0 + sum * (d.largest + unit);
        let lost = (a.largest + unit) * (b.units + 1.0 / 16.0 + sum * signal) + a.units * rate;
        let bound = unit * (0.5 + STEP * lost) + 1e-12;
        let loads = dynamic::loads(&program, &exact, &exact.starts()[0]);
        let mut executor = support::started(&program, &loads);
        for _ in 0..40 {
            let values = dynamic::values(&executor, &program, &exact);
            let mut moment = exact.begin(&values);
            exact.step(&mut moment);
            executor.step().unwrap();
            let found = dynamic::values(&executor, &program, &exact);
            for (found, wanted) in found[0].iter().zip(moment.of(0)) {
                prop_assert!((found - wanted).abs() <= bound, "{found} {wanted} {bound}\n{text}");
            }
        }
    }

    /// With the words that are chosen, runs end where the float network's do.
    #[test]
    fn chosen_words_end_as_real_numbers_do(seed in any::<u64>()) {
        let mut random = SplitMix64::new(seed);
        let mut c = rows(&mut random, 2, 2);
        (0..2).for_each(|i| c[i][i] = 1.0);
        (c[0][1], c[1][0]) = (c[0][1] / 2.0, c[1][0] / 2.0);
        let text = format!(
            "[network]\nkind = \"cohen_grossberg\"\nname = \"net\"\nunits = 2\n\
             [weights]\nc = {c:?}\nbias = [1.0, 0.75]\n\
             [dynamics]\na = {{ polynomial = [0, 1] }}\nb = 0\nd = {{ polynomial = [0, 1] }}\n\
             step = 0.5\nlow = 0\nhigh = 4\n[update]\nmax_steps = 60\n\
             [data]\nprobes = [[0.5, 0.5], [2, 1]]\n"
        );
        let (description, network) = described(&text);
        let quantized = made(&description, &network);
        let last = quantized.report.tried.last().unwrap();
        prop_assert!(last.loses_nothing, "{text}");
        for start in network.starts() {
            let end = dynamics::run(&network, &start, &mut |_| {});
            let loads = dynamic::loads(&quantized.program, &network, &start);
            let mut executor = support::started(&quantized.program, &loads);
            executor.run().unwrap();
            let found = dynamic::values(&executor, &quantized.program, &network);
            for (found, real) in found[0].iter().zip(end.last.of(0)) {
                prop_assert!((found - real).abs() <= 4.0 / 256.0);
            }
        }
    }
}

/// Numbers that words hold exactly are the same numbers afterwards.
#[test]
fn exact_numbers_stay_what_they_are() {
    let (description, network) = described(
        "[network]\nkind = \"cohen_grossberg\"\nname = \"net\"\nunits = 2\n\
         [weights]\nc = [[1, 0.5], [0.25, 1]]\nbias = [1, 0.5]\n\
         [dynamics]\na = { polynomial = [[0.5, 1], [0.25, 0.75]] }\n\
         b = { polynomial = [0.125, -0.5, 0, -1] }\nd = { polynomial = [0, 1, 0.25] }\n\
         step = 0.25\nlow = 0\nhigh = 2\n[format]\nstate = \"s12f9\"\n\
         [delays.late]\nw = [[0.5, 0], [0, 0.25]]\ndelay = 0.5\n",
    );
    let program = made(&description, &network).program;
    let exact = in_words(&network, &program);
    assert_eq!(exact.weights.get(0, 1), 0.5);
    assert_eq!(
        (exact.bias.clone(), exact.step),
        (network.bias.clone(), network.step)
    );
    for (found, wanted) in [
        (&exact.a, &network.a),
        (&exact.b, &network.b),
        (&exact.d, &network.d),
    ] {
        for unit in 0..2 {
            for x in [0.0, 0.5, 1.75] {
                assert_eq!(found.value(unit, x), wanted.value(unit, x));
            }
        }
    }
    assert_eq!(exact.delays.terms[0].weights.get(1, 1), 0.25);
}
