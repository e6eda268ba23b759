//! Bidirectional associative memories against what the theory says, against their definition written
//! another way, and against the shares that were measured of them.

use std::path::Path;

use network::bidirectional::{Discrete, Form, X, Y};
use network::dynamics::{Ending, run};
use network::learning::{PseudoRelaxation, kosko, pseudo_relaxation};
use network::noise::SplitMix64;
use network::{Bidirectional, Description, Dynamics, Level, Network};
use proptest::prelude::*;

fn memory(text: &str) -> Bidirectional {
    let built = Description::parse(text, "net.toml", Path::new(""))
        .and_then(|description| Network::from_description(&description));
    match built {
        Ok(Network::Bidirectional(network)) => *network,
        Ok(_) => panic!("another kind"),
        Err(error) => panic!("{error}\n{text}"),
    }
}

fn text((x, y): (usize, usize), rest: &str) -> String {
    format!(
        "[network]\nkind = \"bidirectional_associative_memory\"\nname = \"net\"\nx = {x}\ny = {y}\n\
         {rest}"
    )
}

fn discrete(memory: &Bidirectional) -> &Discrete {
    match &memory.form {
        Form::Discrete(memory) => memory,
        Form::Graded(_) => panic!("graded"),
    }
}

fn states(units: usize, count: usize, random: &mut SplitMix64) -> Vec<Vec<i8>> {
    (0..count).map(|_| random.state(units)).collect()
}

/// A random matrix of whole numbers, with biases where asked for.
fn weights((x, y): (usize, usize), biased: bool, random: &mut SplitMix64) -> String {
    let mut list =
        |length: usize| -> Vec<i64> { (0..length).map(|_| random.below(9) as i64 - 4).collect() };
    let w: Vec<Vec<i64>> = (0..y).map(|_| list(x)).collect();
    let biases = match biased {
        true => format!("bias_x = {:?}\nbias_y = {:?}\n", list(x), list(y)),
        false => String::new(),
    };
    format!("[weights]\nw = {w:?}\n{biases}")
}

/// Kosko's definition in integers, pass by pass: the states after each.
fn by_definition(
    memory: &Discrete,
    (mut x, mut y): (Vec<i64>, Vec<i64>),
    from_y: bool,
) -> Vec<(Vec<i64>, Vec<i64>)> {
    let w = |i: usize, j: usize| memory.y.weights.get(i, j) as i64;
    let sign = |sum: i64, old: i64| if sum == 0 { old } else { sum.signum() };
    let (mut passes, mut computes_y) = (vec![], !from_y);
    for _ in 0..40 {
        if computes_y {
            let sum = |i: usize| (0..x.len()).map(|j| w(i, j) * x[j]).sum::<i64>();
            let next = |i: usize| sign(sum(i) + memory.y.bias[i] as i64, y[i]);
            y = (0..y.len()).map(next).collect();
        }
        computes_y = true;
        let sum = |j: usize| (0..y.len()).map(|i| w(i, j) * y[i]).sum::<i64>();
        let next = |j: usize| sign(sum(j) + memory.x.bias[j] as i64, x[j]);
        x = (0..x.len()).map(next).collect();
        passes.push((x.clone(), y.clone()));
    }
    passes
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    /// Whatever the weights, the energy never rises and the run ends at rest, where nothing moves.
    #[test]
    fn it_always_ends(
        x in 1usize..12, y in 1usize..12, biased in any::<bool>(), from_y in any::<bool>(),
        seed in any::<u64>(),
    ) {
        let mut random = SplitMix64::new(seed);
        let rest = format!("{}[update]\nmax_steps = 1000\n", weights((x, y), biased, &mut random));
        let memory = memory(&text((x, y), &rest));
        let facts = memory.facts(Level::Float);
        let stable = facts.iter().find(|fact| fact.name == "always_stable").unwrap();
        prop_assert_eq!(stable.holds, Some(true));
        let layer = if from_y { Y } else { X };
        let units = if from_y { y } else { x };
        let state: Vec<f64> = random.state(units).into_iter().map(f64::from).collect();
        let start = memory.start_from_variable(layer, &state).unwrap();
        let mut passes = vec![];
        let ended = run(&memory, &start, &mut |moment| {
            passes.push((moment.of(X).to_vec(), moment.of(Y).to_vec()));
        });
        prop_assert_eq!(ended.ending, Ending::Stable);
        // The energy of the start counts what nothing is known of yet.
        for pair in ended.energy[1..].windows(2) {
            prop_assert!(pair[1] <= pair[0], "{} to {}", pair[0], pair[1]);
        }
        let whole = |values: &[f64]| -> Vec<i64> { values.iter().map(|v| *v as i64).collect() };
        let defined = by_definition(discrete(&memory), (whole(&start[0]), whole(&start[1])), from_y);
        let found: Vec<_> = passes.iter().map(|(x, y)| (whole(x), whole(y))).collect();
        // What is seen begins with the start or with the first pass.
        let skipped = usize::from(found.len() > ended.last.step as usize);
        for (found, defined) in found[skipped..].iter().zip(&defined) {
            prop_assert_eq!(found, defined);
        }
        prop_assert_eq!(found.last(), defined.last());
    }

    /// Euler steps with transmission delays, against the equations written out.
    #[test]
    fn graded_memories_obey_their_equations(
        x in 1usize..5, y in 1usize..5, to_y in 0usize..4, to_x in 0usize..4, seed in any::<u64>(),
    ) {
        let mut random = SplitMix64::new(seed);
        let late = |name: &str, steps: usize| match steps {
            0 => String::new(),
            steps => format!("delay_{name} = {}\n", steps as f64 * 0.25),
        };
        let w = weights((x, y), true, &mut random);
        let rest = format!(
            "{w}[dynamics]\nform = \"euler\"\nstep = 0.25\ndecay_y = 0.5\n{}{}\
             [update]\nmax_steps = 12\nuntil = \"steps\"\n",
            late("x_to_y", to_y), late("y_to_x", to_x),
        );
        let memory = memory(&text((x, y), &rest));
        let source = discrete_of(&w, (x, y));
        let (w, [c, d]) = (source.y.weights.clone(), [source.y.bias.clone(), source.x.bias.clone()]);
        let start: Vec<f64> = (0..x + y).map(|_| 2.0 * random.uniform() - 1.0).collect();
        let mut past = vec![start.clone(); 5];
        for _ in 0..12 {
            let now = past.last().unwrap().clone();
            let ago = |steps: usize| &past[past.len() - 1 - steps];
            let of_x = |j: usize| ago(to_y)[j].tanh();
            let of_y = |i: usize| ago(to_x)[x + i].tanh();
            let mut next = vec![];
            for j in 0..x {
                let sum: f64 = (0..y).map(|i| w.get(i, j) * of_y(i)).sum();
                next.push(now[j] + 0.25 * (sum + d[j] - now[j]));
            }
            for i in 0..y {
                let sum: f64 = (0..x).map(|j| w.get(i, j) * of_x(j)).sum();
                next.push(now[x + i] + 0.25 * (sum + c[i] - 0.5 * now[x + i]));
            }
            past.push(next);
        }
        let ended = run(&memory, &memory.start_from(&start), &mut |_| {});
        prop_assert_eq!(ended.last.step, 12);
        for (found, defined) in ended.last.of(0).iter().zip(past.last().unwrap()) {
            prop_assert!((found - defined).abs() < 1e-9, "{found} and {defined}");
        }
    }
}

/// The matrix and the biases of a section of weights.
fn discrete_of(weights: &str, sizes: (usize, usize)) -> Discrete {
    discrete(&memory(&text(sizes, weights))).clone()
}

/// A map that starts from one layer goes through what the discrete order of both goes through.
#[test]
fn a_map_takes_one_layer_after_the_other() {
    let mut random = SplitMix64::new(8);
    let w = weights((4, 3), true, &mut random);
    let rest = format!("{w}[dynamics]\nform = \"map\"\n[data]\nx = [[0.5, -0.25, 1.0, 0.125]]\n");
    let memory = memory(&text((4, 3), &rest));
    let layers = discrete_of(&w, (4, 3));
    let made = |field: Vec<f64>| -> Vec<f64> { field.into_iter().map(f64::tanh).collect() };
    let mut x = vec![0.5, -0.25, 1.0, 0.125];
    let mut y = made(layers.y.field(&x));
    let start = memory.starts().remove(0);
    assert_eq!(start[0], [x.clone(), y.clone()].concat());
    let mut moment = memory.begin(&start);
    for _ in 0..6 {
        memory.step(&mut moment);
        moment.step += 1;
        (x, y) = (made(layers.x.field(&y)), made(layers.y.field(&x)));
        for (found, defined) in moment.of(0).iter().zip(x.iter().chain(&y)) {
            assert!((found - defined).abs() < 1e-12);
        }
    }
}

/// The share of pairs whose y is recalled exactly from an x of which a share of units is flipped, and x
/// itself where PRLAB learned it, over so many memories of 64 x 32 units with random pairs.
fn recalled(pairs: usize, memories: u64, flips: f64, prlab: bool) -> f64 {
    let (mut right, mut all) = (0, 0);
    for seed in 0..memories {
        let mut random = SplitMix64::new(1000 + seed);
        let (x, y) = (
            states(64, pairs, &mut random),
            states(32, pairs, &mut random),
        );
        let (w, bias_x, bias_y) = match prlab {
            true => {
                let found = pseudo_relaxation((64, 32), &x, &y, PseudoRelaxation::default());
                assert!(found.converged);
                (found.weights, found.bias_x, found.bias_y)
            }
            false => (kosko((64, 32), &x, &y), vec![0.0; 64], vec![0.0; 32]),
        };
        let rows: Vec<&[f64]> = w.chunks(64).collect();
        let rest = format!("[weights]\nw = {rows:?}\nbias_x = {bias_x:?}\nbias_y = {bias_y:?}\n");
        let memory = memory(&text((64, 32), &rest));
        for (x, y) in x.iter().zip(&y) {
            let real = |state: &[i8]| -> Vec<f64> { state.iter().map(|&v| f64::from(v)).collect() };
            let start = memory.start_from(&real(&random.flipped(x, flips)));
            let ended = run(&memory, &start, &mut |_| {});
            let same = |of: usize, state: &[i8]| ended.last.of(of) == real(state);
            right += usize::from(same(Y, y) && (!prlab || same(X, x)));
            all += 1;
        }
    }
    right as f64 / all as f64
}

#[test]
fn shares_recalled_are_those_that_were_measured() {
    // Few memories differ much from one another where half of the pairs are lost.
    let near = |found: f64, measured: f64, by: f64| {
        assert!(
            (found - measured).abs() < by,
            "{found}, measured {measured}"
        );
    };
    near(recalled(8, 25, 0.0, false), 0.96, 0.05);
    near(recalled(8, 25, 0.1, false), 0.96, 0.05);
    near(recalled(16, 25, 0.0, false), 0.35, 0.1);
    near(recalled(16, 25, 0.1, false), 0.22, 0.1);
    assert_eq!(recalled(32, 2, 0.0, true), 1.0);
}

#[test]
fn pairs_that_are_stored_are_counted() {
    let mut random = SplitMix64::new(3);
    for pairs in [2, 6, 12] {
        let (x, y) = (
            states(20, pairs, &mut random),
            states(12, pairs, &mut random),
        );
        let rest = format!("[weights.learn]\nrule = \"kosko\"\nx = {x:?}\ny = {y:?}\n");
        let memory = memory(&text((20, 12), &rest));
        let facts = memory.facts(Level::Float);
        let stored = facts
            .iter()
            .find(|fact| fact.name == "pairs_stored")
            .unwrap();
        let whole = |state: &[i8]| -> Vec<i64> { state.iter().map(|&v| i64::from(v)).collect() };
        let fixed = x.iter().zip(&y).filter(|(x, y)| {
            let pair = (whole(x), whole(y));
            by_definition(discrete(&memory), pair.clone(), false)
                .iter()
                .all(|pass| *pass == pair)
        });
        assert_eq!(stored.value, Some(fixed.count() as f64), "{pairs} pairs");
    }
}

#[test]
fn wrong_descriptions_are_refused_at_their_field() {
    let w = "[weights]\nw = [[1, 2], [3, 4], [5, 6]]\n";
    let learn = "[weights.learn]\nx = [[1, -1]]\ny = [[1, 1, -1]]\n";
    let cases = [
        ("no units", (0, 3), w.to_owned()),
        ("the matrix is that of y to x", (3, 2), w.to_owned()),
        (
            "fewer partners",
            (2, 3),
            format!("{learn}rule = \"kosko\"\n").replace("[[1, -1]]", "[[1, -1], [1, 1]]"),
        ),
        (
            "lambda",
            (2, 3),
            format!("{learn}rule = \"prlab\"\nrelaxation = 2.0\n"),
        ),
        (
            "lambda of another rule",
            (2, 3),
            format!("{learn}rule = \"kosko\"\nrelaxation = 1.0\n"),
        ),
        (
            "a scale of signs",
            (2, 3),
            format!("{learn}rule = \"kosko\"\nscale = 2.0\n"),
        ),
        (
            "biases beside those learned",
            (2, 3),
            format!("[weights]\nbias_x = [1, 2]\n{learn}rule = \"prlab\"\n"),
        ),
        (
            "a step of signs",
            (2, 3),
            format!("{w}[dynamics]\nstep = 0.5\n"),
        ),
        (
            "a step that is none",
            (2, 3),
            format!("{w}[dynamics]\nform = \"euler\"\nstep = 0.0\n"),
        ),
        (
            "signs that are late",
            (2, 3),
            format!("{w}[delays.a]\nw = [[1]]\ndelay = 1\n"),
        ),
        (
            "signs that are late both ways",
            (2, 3),
            format!("{w}[dynamics]\ndelay_x_to_y = 1\n"),
        ),
        (
            "a delay of half a step",
            (2, 3),
            format!("{w}[dynamics]\nform = \"euler\"\nstep = 0.25\ndelay_x_to_y = 0.625\n"),
        ),
        (
            "a delayed matrix of one direction",
            (2, 3),
            format!(
                "{w}[dynamics]\nform = \"map\"\n[delays.a]\nw = [[1, 2], [3, 4], [5, 6]]\ndelay = 1\n"
            ),
        ),
        (
            "rates of a map",
            (2, 3),
            format!(
                "{w}[dynamics]\nform = \"map\"\n[delays.a]\nsparse = [[0, 0, 1]]\ndelay = 1\nneutral = true\n"
            ),
        ),
        (
            "a past of nothing",
            (2, 3),
            format!("{w}[dynamics]\nform = \"euler\"\n[history]\nstates = [[0, 0, 0, 0, 0]]\n"),
        ),
        (
            "a cycle with delays",
            (2, 3),
            format!(
                "{w}[dynamics]\nform = \"euler\"\ndelay_x_to_y = 1\n[update]\nuntil = \"stable_or_period_two\"\n"
            ),
        ),
        (
            "a start that is no sign",
            (2, 3),
            format!("{w}[data]\ny = [[1, 0.5, 1]]\n"),
        ),
        (
            "starts that do not pair",
            (2, 3),
            format!(
                "{w}[dynamics]\nform = \"euler\"\n[data]\nx = [[1, 1]]\ny = [[1, 1, 1], [1, 1, 1]]\n"
            ),
        ),
        ("no grid", (2, 3), format!("{w}[data]\ngrid_y = [2, 2]\n")),
    ];
    let mut all = String::new();
    for (title, sizes, rest) in cases {
        let text = text(sizes, &rest);
        let built = Description::parse(&text, "net.toml", Path::new("."))
            .and_then(|description| Network::from_description(&description));
        let error = built
            .err()
            .unwrap_or_else(|| panic!("{title} is not refused"));
        all.push_str(&format!("--- {title}\n{error}\n\n"));
    }
    insta::with_settings!({ omit_expression => true }, { insta::assert_snapshot!(all) });
}
