//! Continuous networks against what the theory says of them, and against analytic solutions.

use std::fmt::Write;
use std::path::Path;

use network::dynamics::{self, Ending, solution, stray};
use network::noise::SplitMix64;
use network::spectrum::extremes;
use network::{Continuous, Description, Dynamics, Level, Network};
use proptest::prelude::*;

fn read(text: &str) -> Result<Continuous, String> {
    let found = Description::parse(text, "net.toml", Path::new("."))
        .and_then(|description| Network::from_description(&description));
    match found {
        Ok(Network::Continuous(network)) => Ok(*network),
        Ok(other) => panic!("{other:?}"),
        Err(error) => Err(format!("{error}\n")),
    }
}

fn built(text: &str) -> Continuous {
    read(text).unwrap_or_else(|error| panic!("{error}{text}"))
}

fn text(units: usize, weights: &str, dynamics: &str, more: &str) -> String {
    format!(
        "[network]\nkind = \"continuous_hopfield\"\nname = \"net\"\nunits = {units}\n\
         [weights]\n{weights}\n[dynamics]\n{dynamics}\n{more}"
    )
}

fn holds(network: &Continuous, name: &str) -> Option<bool> {
    let facts = network.facts(Level::Float);
    let fact = facts.iter().find(|fact| fact.name == name);
    fact.unwrap_or_else(|| panic!("no fact {name}")).holds
}

fn number(random: &mut SplitMix64) -> f64 {
    random.below(33) as f64 / 16.0 - 1.0
}

fn vector(random: &mut SplitMix64, length: usize, scale: f64) -> Vec<f64> {
    (0..length).map(|_| scale * number(random)).collect()
}

fn matrix(random: &mut SplitMix64, units: usize, scale: f64) -> Vec<Vec<f64>> {
    (0..units).map(|_| vector(random, units, scale)).collect()
}

fn symmetric(random: &mut SplitMix64, units: usize) -> Vec<Vec<f64>> {
    let half = matrix(random, units, 1.0);
    let entry = |i: usize, j: usize| half[i.min(j)][i.max(j)];
    let row = |i: usize| (0..units).map(|j| entry(i, j)).collect();
    (0..units).map(row).collect()
}

/// How late a term is; whole multiples of 1/4.
fn when(random: &mut SplitMix64, map: bool) -> String {
    let step = if map { 1.0 } else { 0.25 };
    let steps = (1 + random.below(6)) as f64 * step;
    match random.below(4) {
        0 => format!("delay = {steps}"),
        1 => format!("table = [[0, {steps}], [{}, {step}]]", 4.0 * step),
        2 => format!("kernel = [0.5, -0.25, 0.25]\ndelay = {steps}"),
        _ => format!("rate = {}", random.below(4).max(1) as f64 / 4.0 / step),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    /// Where differences are said to shrink, every start ends in one fixed point, whatever is late.
    #[test]
    fn contractions_have_one_fixed_point(
        units in 1usize..6, seed in any::<u64>(), terms in 0usize..4,
        form in prop::sample::select(vec!["generalised", "static_field", "map"]),
        activation in prop::sample::select(vec!["tanh", "arctangent", "softsign", "clamp"]),
    ) {
        let mut random = SplitMix64::new(seed);
        let map = form == "map";
        // Slopes are 1 at most: the sum of all magnitudes of a row is below 0.95.
        let scale = 0.95 / (units * (1 + terms)) as f64;
        let w = matrix(&mut random, units, scale);
        let bias = vector(&mut random, units, 1.0);
        let mut more = String::new();
        for term in 0..terms {
            let b = matrix(&mut random, units, scale);
            let _ = write!(more, "[delays.t{term}]\nw = {b:?}\n{}\n", when(&mut random, map));
        }
        let starts = (0..4).map(|_| vector(&mut random, units, 2.0));
        let starts: Vec<Vec<f64>> = starts.collect();
        let _ = write!(
            more,
            "[update]\nmax_steps = 20000\ntolerance = 1e-13\n[data]\nprobes = {starts:?}\n"
        );
        let dynamics = match map {
            true => "method = \"map\"\n".to_owned(),
            false => format!("form = \"{form}\"\nstep = 0.25\n"),
        };
        let dynamics = format!("{dynamics}activation = \"{activation}\"");
        let network = built(&text(units, &format!("w = {w:?}\nbias = {bias:?}"), &dynamics, &more));
        prop_assert_eq!(holds(&network, "one_fixed_point"), Some(true));
        let ends: Vec<Vec<f64>> = network.starts().iter().map(|start| {
            let run = dynamics::run(&network, start, &mut |_| {});
            assert_eq!(run.ending, Ending::Stable);
            run.last.of(0).to_vec()
        }).collect();
        for end in &ends[1..] {
            for (a, b) in end.iter().zip(&ends[0]) {
                prop_assert!((a - b).abs() < 1e-8, "{ends:?}");
            }
        }
    }

    /// Symmetric maps with a gain below the bound of Marcus and Westervelt have fixed points only.
    #[test]
    fn symmetric_maps_below_the_gain_come_to_rest(units in 2usize..9, seed in any::<u64>()) {
        let mut random = SplitMix64::new(seed);
        let w = symmetric(&mut random, units);
        let start = vector(&mut random, units, 1.0);
        let of = |gain: f64| built(&text(
            units,
            &format!("w = {w:?}"),
            &format!("method = \"map\"\nactivation = {{ function = \"tanh\", gain = {gain} }}"),
            &format!(
                "[update]\nmax_steps = 20000\ntolerance = 1e-9\n[data]\nprobes = [{start:?}]\n"
            ),
        ));
        let least = extremes(&of(1.0).weights).smallest.low;
        prop_assume!(least < -0.1);
        let network = of(0.95 / -least);
        prop_assert_eq!(holds(&network, "energy_never_rises"), Some(true));
        let run = dynamics::run(&network, &network.starts()[0], &mut |_| {});
        // Where gain times an eigenvalue is nearly 1, a fixed point is about to split in two, and
        // the way to it slows down with the square root of time; a cycle would not slow down.
        let moved = run.distance.last().copied().unwrap_or(0.0);
        prop_assert_ne!(run.ending, Ending::PeriodTwo);
        prop_assert!(run.ending == Ending::Stable || moved < 1e-6, "still moves by {moved}");
        for pair in run.energy.windows(2) {
            prop_assert!(pair[1] <= pair[0] + 1e-12, "{pair:?}");
        }
        prop_assert_ne!(holds(&of(1.05 / -least), "energy_never_rises"), Some(true));
    }

    /// The energy of a symmetric network falls in Euler steps as long as those that are assured.
    #[test]
    fn the_energy_of_symmetric_networks_falls(
        units in 1usize..7, seed in any::<u64>(), halvings in 1i32..7,
        form in prop::sample::select(vec!["original", "generalised", "static_field"]),
        activation in prop::sample::select(vec![
            "\"tanh\"", "{ function = \"logistic\", gain = 4 }", "\"arctangent\"",
            "{ function = \"softsign\", gain = 2 }",
        ]),
    ) {
        let mut random = SplitMix64::new(seed);
        let w = symmetric(&mut random, units);
        let (bias, start) = (vector(&mut random, units, 1.0), vector(&mut random, units, 1.0));
        let positive = |random: &mut SplitMix64| -> Vec<f64> {
            (0..units).map(|_| 0.5 + random.below(8) as f64 / 8.0).collect()
        };
        let uneven = match form {
            "original" => {
                let (r, c) = (positive(&mut random), positive(&mut random));
                format!("resistance = {r:?}\ncapacity = {c:?}\n")
            }
            _ => "decay = 1.25\n".into(),
        };
        let step = 2f64.powi(-halvings);
        let network = built(&text(
            units,
            &format!("w = {w:?}\nbias = {bias:?}"),
            &format!("form = \"{form}\"\nstep = {step}\nactivation = {activation}\n{uneven}"),
            &format!("[update]\nmax_steps = 200\n[data]\nprobes = [{start:?}]\n"),
        ));
        let assured = holds(&network, "energy_never_rises");
        // The bound of a step is known, so that short ones are always assured.
        prop_assert!(assured == Some(true) || halvings < 5, "{assured:?}");
        if assured == Some(true) {
            let run = dynamics::run(&network, &network.starts()[0], &mut |_| {});
            for pair in run.energy.windows(2) {
                prop_assert!(pair[1] <= pair[0] + 1e-12, "{pair:?}");
            }
        }
    }

    /// A linear network `dx/dt = (W - c) x` of two units with symmetric weights: in the directions of
    /// its eigenvectors, (1, 1) and (1, -1) for equal weights on the diagonal, it is two exponentials.
    #[test]
    fn linear_networks_are_exponentials(own in -16i32..8, other in -8i32..8, seed in any::<u64>()) {
        let (own, other) = (f64::from(own) / 8.0, f64::from(other) / 8.0);
        let start = vector(&mut SplitMix64::new(seed), 2, 1.0);
        let network = built(&text(
            2,
            &format!("w = [[{own}, {other}], [{other}, {own}]]"),
            "step = 0.0625\nactivation = \"identity\"",
            &format!("[update]\nuntil = \"steps\"\nmax_steps = 32\n[data]\nprobes = [{start:?}]\n"),
        ));
        let (sum, difference) = (own + other - 1.0, own - other - 1.0);
        let parts = [(start[0] + start[1]) / 2.0, (start[0] - start[1]) / 2.0];
        let both = |of: &dyn Fn(f64) -> f64| {
            let (a, b) = (parts[0] * of(sum), parts[1] * of(difference));
            [a + b, a - b]
        };
        let flow = network.flow(&network.starts()[0]).unwrap();
        for (at, found) in solution(flow.as_ref(), 32).iter().enumerate() {
            let wanted = both(&|rate| (rate * 0.0625 * at as f64).exp());
            prop_assert!((found[0] - wanted[0]).abs() + (found[1] - wanted[1]).abs() < 1e-7);
        }
        let run = dynamics::run(&network, &network.starts()[0], &mut |_| {});
        let wanted = both(&|rate| (1.0 + rate * 0.0625).powi(32));
        let found = run.last.of(0);
        prop_assert!((found[0] - wanted[0]).abs() + (found[1] - wanted[1]).abs() < 1e-9);
    }
}

/// `dx/dt = -x + b x(t - 1)` with x = 1 before the start, by the method of steps: up to time 1
/// `b + (1 - b) e^-t`, and from there to 2, with s = t - 1,
/// `b^2 + b (1 - b) s e^-s + (x(1) - b^2) e^-s`.
#[test]
fn a_late_unit_moves_as_by_the_method_of_steps() {
    for b in [-0.75f64, 0.5, -1.5] {
        let exact = |t: f64| {
            let first = |t: f64| b + (1.0 - b) * (-t).exp();
            match t <= 1.0 {
                true => first(t),
                false => {
                    let s = t - 1.0;
                    b * b + (b * (1.0 - b) * s + first(1.0) - b * b) * (-s).exp()
                }
            }
        };
        let mut errors = vec![];
        for step in [0.0625, 0.03125] {
            let steps = (2.0 / step) as u64;
            let network = built(&text(
                1,
                "w = [[0]]",
                &format!("step = {step}\nactivation = \"identity\""),
                &format!(
                    "[delays.late]\nw = [[{b}]]\ndelay = 1\n[update]\nuntil = \"steps\"\n\
                     max_steps = {steps}\n[data]\nprobes = [[1]]\n"
                ),
            ));
            let start = &network.starts()[0];
            let flow = network.flow(start).unwrap();
            for (at, found) in solution(flow.as_ref(), steps).iter().enumerate() {
                assert!((found[0] - exact(at as f64 * step)).abs() < 1e-7);
            }
            let mut largest = 0.0f64;
            dynamics::run(&network, start, &mut |moment| {
                let wanted = exact(moment.step as f64 * step);
                largest = largest.max((moment.of(0)[0] - wanted).abs());
            });
            let told = stray(&network).unwrap().value.unwrap();
            assert!((told - largest).abs() < 1e-6, "{told} {largest}");
            errors.push(largest);
        }
        assert!(
            (1.7..2.3).contains(&(errors[0] / errors[1])),
            "{b}: {errors:?}"
        );
    }
}

/// An activation that falls costs the energy, and the fact says so.
#[test]
fn an_activation_that_falls_is_named() {
    let network = built(&text(
        1,
        "w = [[1]]",
        "activation = { points = [[-1, 0], [0, 1], [1, 0]] }",
        "",
    ));
    assert_eq!(holds(&network, "increasing"), Some(false));
    assert_eq!(holds(&network, "energy_never_rises"), None);
    let facts = network.facts(Level::Float);
    let fact = facts.iter().find(|fact| fact.name == "increasing").unwrap();
    assert!(
        fact.text.contains("the energy argument is lost"),
        "{}",
        fact.text
    );
}

#[test]
fn wrong_numbers_are_refused() {
    let (w, late) = ("w = [[1]]", "[delays.late]\nw = [[1]]\n");
    let step = "step = 0.25";
    let cases = [
        ("a step of 0", text(1, w, "step = 0", "")),
        ("a negative step", text(1, w, "step = -1", "")),
        ("a step that is no number", text(1, w, "step = nan", "")),
        (
            "a step of a map",
            text(1, w, "method = \"map\"\nstep = 1", ""),
        ),
        ("a negative decay", text(1, w, "decay = -1", "")),
        (
            "a resistance of 0",
            text(1, w, "form = \"original\"\nresistance = [0]", ""),
        ),
        ("a capacity of another form", text(1, w, "capacity = 1", "")),
        ("a weight that is no number", text(1, "w = [[nan]]", "", "")),
        (
            "a gain of 0",
            text(1, w, "activation = { function = \"tanh\", gain = 0 }", ""),
        ),
        (
            "points that go back",
            text(1, w, "activation = { points = [[0, 0], [-1, 1]] }", ""),
        ),
        (
            "a delay longer than its buffer",
            text(1, w, step, &format!("{late}delay = 2\nlongest = 1\n")),
        ),
        (
            "a later delay longer than its buffer",
            text(
                1,
                w,
                step,
                &format!("{late}table = [[0, 1], [1, 3]]\nlongest = 2\n"),
            ),
        ),
        (
            "a delay of 0",
            text(1, w, step, &format!("{late}delay = 0\n")),
        ),
        (
            "a negative delay",
            text(1, w, step, &format!("{late}delay = -1\n")),
        ),
        (
            "a delay that never ends",
            text(1, w, step, &format!("{late}delay = inf\n")),
        ),
        (
            "a delay of a part of a step",
            text(1, w, step, &format!("{late}delay = 0.6\n")),
        ),
        (
            "two delays",
            text(1, w, step, &format!("{late}delay = 1\nrate = 1\n")),
        ),
        (
            "a rate beyond the step",
            text(1, w, step, &format!("{late}rate = 5\n")),
        ),
        (
            "a neutral map",
            text(
                1,
                w,
                "method = \"map\"",
                &format!("{late}delay = 1\nneutral = true\n"),
            ),
        ),
        (
            "a history of another size",
            text(
                1,
                w,
                step,
                &format!("{late}delay = 1\n[history]\nstates = [[1, 2]]\n"),
            ),
        ),
        (
            "a history that is too long to load",
            text(
                1,
                w,
                step,
                &format!("{late}delay = 100\n[history]\nloaded = true\n"),
            ),
        ),
    ];
    let told: String = cases
        .iter()
        .map(|(title, text)| {
            let error = read(text).expect_err(title);
            format!("--- {title}\n{error}\n")
        })
        .collect();
    insta::with_settings!({ omit_expression => true }, { insta::assert_snapshot!(told) });
}
