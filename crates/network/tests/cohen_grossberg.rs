//! Cohen-Grossberg networks against their equations, analytic solutions, and what the theory says.

use std::f64::consts::FRAC_PI_2;
use std::path::Path;

use network::dynamics::{self, Ending, solution, stray};
use network::noise::SplitMix64;
use network::{CohenGrossberg, Description, Dynamics, Level, Network};
use proptest::prelude::*;

fn error(text: &str) -> String {
    let found = Description::parse(text, "net.toml", Path::new("."))
        .and_then(|description| Network::from_description(&description));
    format!(
        "{}\n",
        found.expect_err("the description should be refused")
    )
}

fn built(text: &str) -> CohenGrossberg {
    let description = Description::parse(text, "net.toml", Path::new("."))
        .unwrap_or_else(|error| panic!("{error}\n{text}"));
    match Network::from_description(&description).unwrap_or_else(|error| panic!("{error}")) {
        Network::CohenGrossberg(network) => *network,
        other => panic!("{other:?}"),
    }
}

fn text(units: usize, weights: &str, dynamics: &str, more: &str) -> String {
    format!(
        "[network]\nkind = \"cohen_grossberg\"\nname = \"net\"\nunits = {units}\n\
         [weights]\n{weights}\n[dynamics]\n{dynamics}\n{more}"
    )
}

fn holds(network: &CohenGrossberg, name: &str) -> Option<bool> {
    let facts = network.facts(Level::Float);
    let fact = facts.iter().find(|fact| fact.name == name);
    fact.unwrap_or_else(|| panic!("no fact {name}")).holds
}

/// A number between -1 and 1, in sixteenths.
fn weight(random: &mut SplitMix64) -> f64 {
    random.below(33) as f64 / 16.0 - 1.0
}

fn vector(random: &mut SplitMix64, length: usize) -> Vec<f64> {
    (0..length).map(|_| weight(random)).collect()
}

fn matrix(random: &mut SplitMix64, rows: usize, columns: usize) -> Vec<Vec<f64>> {
    (0..rows).map(|_| vector(random, columns)).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Steps are those of the equation written out.
    #[test]
    fn steps_are_those_of_the_equation(units in 1usize..5, seed in any::<u64>()) {
        let mut random = SplitMix64::new(seed);
        let (c, late) = (matrix(&mut random, units, units), matrix(&mut random, units, units));
        let (a, b) = (matrix(&mut random, units, 3), matrix(&mut random, 1, 4).concat());
        let (bias, start) = (vector(&mut random, units), vector(&mut random, units));
        let text = text(
            units,
            &format!("c = {c:?}\nbias = {bias:?}"),
            &format!(
                "a = {{ polynomial = {a:?} }}\nb = {{ polynomial = {b:?} }}\nd = \"tanh\"\n\
                 step = 0.25\nlow = -1.0\nhigh = 1.0"
            ),
            &format!("[delays.late]\nw = {late:?}\ndelay = 0.5\n[data]\nprobes = [{start:?}]\n"),
        );
        let network = built(&text);
        let mut moment = network.begin(&network.starts()[0]);
        let mut states = vec![start.clone(); 3];
        for step in 0..12u64 {
            let now = states.last().unwrap().clone();
            let before = states[states.len() - 3].clone();
            let next = (0..units).map(|i| {
                let x = now[i];
                let amplification = a[i][0] + a[i][1] * x + a[i][2] * x * x;
                let own = b[0] + b[1] * x + b[2] * x.powi(2) + b[3] * x.powi(3) + bias[i];
                let inhibition: f64 = (0..units)
                    .map(|j| c[i][j] * now[j].tanh() + late[i][j] * before[j].tanh())
                    .sum();
                (x + 0.25 * amplification * (own - inhibition)).clamp(-1.0, 1.0)
            });
            let next: Vec<f64> = next.collect();
            network.step(&mut moment);
            moment.step = step + 1;
            for (found, wanted) in moment.of(0).iter().zip(&next) {
                prop_assert!((found - wanted).abs() < 1e-12, "{found} {wanted}");
            }
            states.push(next);
        }
    }

    /// The Lyapunov function falls along every solution where it is said to.
    #[test]
    fn the_lyapunov_function_falls_where_it_is_assured(units in 1usize..5, seed in any::<u64>()) {
        let mut random = SplitMix64::new(seed);
        let half = matrix(&mut random, units, units);
        let entry = |i: usize, j: usize| half[i.min(j)][i.max(j)];
        let row = |i: usize| (0..units).map(|j| entry(i, j)).collect::<Vec<f64>>();
        let c: Vec<Vec<f64>> = (0..units).map(row).collect();
        let d = ["\"tanh\"", "{ polynomial = [0.5, 0.5] }", "{ polynomial = [0, 0.25, 0, 0.5] }"];
        let d = d[random.below(3)];
        let (b, bias) = (vector(&mut random, 4), vector(&mut random, units));
        let start = vector(&mut random, units);
        let text = text(
            units,
            &format!("c = {c:?}\nbias = {bias:?}"),
            &format!(
                "a = {{ polynomial = [1.25, 0.5, 0.5] }}\nb = {{ polynomial = {b:?} }}\nd = {d}\n\
                 step = 0.0625\nlow = -1.0\nhigh = 1.0"
            ),
            &format!("[data]\nprobes = [{start:?}]\n"),
        );
        let network = built(&text);
        prop_assert_eq!(holds(&network, "lyapunov_function"), Some(true));
        prop_assert_eq!(holds(&network, "signals_never_fall"), Some(true));
        let start = &network.starts()[0];
        let mut moment = network.begin(start);
        let mut before = f64::INFINITY;
        let flow = network.flow(start).unwrap();
        for states in solution(flow.as_ref(), 100) {
            // The solver steps a little over the box.
            let states = states.iter().map(|x| x.clamp(-1.0, 1.0)).collect();
            moment.values[0] = states;
            let energy = network.energy(&moment).unwrap();
            prop_assert!(energy <= before + 1e-4, "{before} to {energy}");
            before = energy;
        }
    }

    /// A contraction has one fixed point, whatever the delays and the start.
    #[test]
    fn contractions_have_one_fixed_point(
        units in 1usize..5, seed in any::<u64>(), delay in 1u64..5, rate in any::<bool>(),
    ) {
        let mut random = SplitMix64::new(seed);
        let scale = 0.9 / units as f64;
        let scaled = |rows: Vec<Vec<f64>>| -> Vec<Vec<f64>> {
            rows.into_iter().map(|row| row.iter().map(|w| w * scale / 2.0).collect()).collect()
        };
        let c = scaled(matrix(&mut random, units, units));
        let late = scaled(matrix(&mut random, units, units));
        let bias = vector(&mut random, units);
        let starts: Vec<Vec<f64>> =
            (0..4).map(|_| vector(&mut random, units).iter().map(|x| 8.0 * x).collect()).collect();
        let when = match rate {
            true => format!("rate = {}", delay as f64 / 4.0),
            false => format!("delay = {}", delay as f64 / 4.0),
        };
        let text = text(
            units,
            &format!("c = {c:?}\nbias = {bias:?}"),
            "a = 0.5\nstep = 0.25",
            &format!(
                "[delays.late]\nw = {late:?}\n{when}\n[update]\nmax_steps = 3000\n\
                 tolerance = 1e-12\n[data]\nprobes = {starts:?}\n"
            ),
        );
        let network = built(&text);
        prop_assert_eq!(holds(&network, "steps_contract"), Some(true), "{}", text);
        prop_assert_eq!(holds(&network, "one_equilibrium"), Some(true));
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

    /// Where one equilibrium is assured of an amplification that changes, solutions meet there.
    #[test]
    fn solutions_meet_in_one_equilibrium(units in 1usize..4, seed in any::<u64>()) {
        let mut random = SplitMix64::new(seed);
        let mut c = matrix(&mut random, units, units);
        for (i, row) in c.iter_mut().enumerate() {
            row.iter_mut().for_each(|c| *c *= 0.45 / units as f64);
            row[i] = 1.0;
        }
        let bias: Vec<f64> = (0..units).map(|_| 1.0 + weight(&mut random) / 2.0).collect();
        let starts: Vec<Vec<f64>> =
            (0..3).map(|_| vector(&mut random, units).iter().map(|x| 1.25 + x).collect()).collect();
        let text = text(
            units,
            &format!("c = {c:?}\nbias = {bias:?}"),
            "a = { polynomial = [0, 1] }\nb = 0\nd = { polynomial = [0, 1] }\nstep = 0.125\n\
             low = 0.0625\nhigh = 4.0",
            &format!("[data]\nprobes = {starts:?}\n"),
        );
        let network = built(&text);
        prop_assert_eq!(holds(&network, "one_equilibrium"), Some(true), "{}", text);
        let ends: Vec<Vec<f64>> = network.starts().iter().map(|start| {
            let flow = network.flow(start).unwrap();
            solution(flow.as_ref(), 800).pop().unwrap()
        }).collect();
        for end in &ends[1..] {
            for (a, b) in end.iter().zip(&ends[0]) {
                prop_assert!((a - b).abs() < 1e-3, "{ends:?}");
            }
        }
    }
}

/// `dx/dt = r x (1 - x)`, r = 2.
fn logistic(step: f64) -> CohenGrossberg {
    built(&text(
        1,
        "c = [[1]]\nbias = [1]",
        &format!(
            "a = {{ polynomial = [0, 2] }}\nb = 0\nd = {{ polynomial = [0, 1] }}\nstep = {step}\n\
             low = 0\nhigh = 2"
        ),
        "[update]\nmax_steps = 128\n[data]\nprobes = [[0.125]]\n",
    ))
}

#[test]
fn the_logistic_equation_is_solved() {
    let exact = |t: f64| 0.125 * (2.0 * t).exp() / (1.0 + 0.125 * ((2.0 * t).exp() - 1.0));
    let mut errors = vec![];
    for step in [0.0625, 0.03125] {
        let network = logistic(step);
        let start = &network.starts()[0];
        let flow = network.flow(start).unwrap();
        for (at, state) in solution(flow.as_ref(), 128).iter().enumerate() {
            let wanted = exact(at as f64 * step);
            assert!((state[0] - wanted).abs() < 1e-8, "{} {wanted}", state[0]);
        }
        let mut largest = 0.0f64;
        dynamics::run(&network, start, &mut |moment| {
            let wanted = exact(moment.step as f64 * step);
            largest = largest.max((moment.of(0)[0] - wanted).abs());
        });
        errors.push(largest);
    }
    assert!(
        errors[0] < 0.05 && (1.7..2.3).contains(&(errors[0] / errors[1])),
        "{errors:?}"
    );
    let told = stray(&logistic(0.0625)).unwrap();
    assert!(
        (told.value.unwrap() - errors[0]).abs() < 1e-6,
        "{}",
        told.text
    );
}

/// Hutchinson's equation `dx/dt = r x (1 - x(t - 1))`: the fixed point 1 attracts below r = pi / 2, and
/// a cycle appears above (G. E. Hutchinson, Circular causal systems in ecology, 1948).
#[test]
fn a_population_with_late_food_oscillates_above_pi_over_2() {
    for (r, settles) in [(0.875 * FRAC_PI_2, true), (1.125 * FRAC_PI_2, false)] {
        let network = built(&text(
            1,
            "c = [[0]]\nbias = [1]",
            &format!(
                "a = {{ polynomial = [0, {r}] }}\nb = 0\nd = {{ polynomial = [0, 1] }}\n\
                 step = 0.015625\nlow = 0\nhigh = 8"
            ),
            "[delays.food]\nw = [[1]]\ndelay = 1\n[data]\nprobes = [[0.5]]\n",
        ));
        assert_eq!(holds(&network, "lyapunov_function"), None);
        let flow = network.flow(&network.starts()[0]).unwrap();
        let states = solution(flow.as_ref(), 64 * 80);
        let late = states[64 * 70..].iter().map(|state| state[0]);
        let (low, high) = late.fold((f64::MAX, f64::MIN), |(low, high), x| {
            (low.min(x), high.max(x))
        });
        if settles {
            assert!((low - 1.0).abs() < 0.01 && (high - 1.0).abs() < 0.01);
        } else {
            assert!(low < 0.6 && high > 1.4, "{low} to {high}");
        }
    }
}

#[test]
fn a_signal_that_falls_is_named() {
    let network = built(&text(
        1,
        "c = [[1]]",
        "d = { polynomial = [0, 0, 1] }\nlow = -1\nhigh = 1",
        "",
    ));
    assert_eq!(holds(&network, "signals_never_fall"), Some(false));
    assert_eq!(holds(&network, "lyapunov_function"), None);
    let facts = network.facts(Level::Float);
    let fact = facts
        .iter()
        .find(|fact| fact.name == "signals_never_fall")
        .unwrap();
    assert!(
        fact.text.contains("Lyapunov function is lost"),
        "{}",
        fact.text
    );
}

#[test]
fn wrong_numbers_are_refused() {
    let c = "c = [[1]]";
    let cases = [
        ("a step of 0", text(1, c, "step = 0", "")),
        ("a negative step", text(1, c, "step = -0.125", "")),
        ("a step that is no number", text(1, c, "step = nan", "")),
        (
            "a polynomial of degree 4",
            text(1, c, "b = { polynomial = [1, 2, 3, 4, 5] }", ""),
        ),
        (
            "coefficients of another number of units",
            text(1, c, "a = { polynomial = [[1], [2]] }", ""),
        ),
        (
            "a coefficient that is no number",
            text(1, c, "d = { polynomial = [0, inf] }", ""),
        ),
        (
            "a polynomial and a function",
            text(1, c, "d = { polynomial = [0, 1], function = \"tanh\" }", ""),
        ),
        ("a constant that is no number", text(1, c, "a = nan", "")),
        ("half a box", text(1, c, "low = 0", "")),
        ("an exchanged box", text(1, c, "low = 1\nhigh = 0", "")),
        (
            "a start outside the box",
            text(1, c, "low = 0\nhigh = 1", "[data]\nprobes = [[2]]\n"),
        ),
        ("a matrix of another size", text(2, c, "", "")),
        (
            "a delay longer than its buffer",
            text(
                1,
                c,
                "step = 0.25",
                "[delays.late]\nw = [[1]]\ndelay = 1\nlongest = 0.5\n",
            ),
        ),
        (
            "a delay of a part of a step",
            text(
                1,
                c,
                "step = 0.25",
                "[delays.late]\nw = [[1]]\ndelay = 0.3\n",
            ),
        ),
        (
            "a history of nothing",
            text(1, c, "", "[history]\nloaded = true\n"),
        ),
        (
            "a cycle of states with a past",
            text(
                1,
                c,
                "step = 0.25",
                "[delays.late]\nw = [[1]]\ndelay = 0.5\n[update]\nuntil = \"stable_or_period_two\"\n",
            ),
        ),
    ];
    let told: String = cases
        .iter()
        .map(|(title, text)| format!("--- {title}\n{}\n", error(text)))
        .collect();
    insta::with_settings!({ omit_expression => true }, { insta::assert_snapshot!(told) });
}
