//! The bound of the distance between integers and real numbers, against runs of both.

use std::fmt::Write;
use std::path::Path;

use network::dynamics::VariableRole;
use network::noise::SplitMix64;
use network::{Description, Network};
use program::Executor;
use proptest::prelude::*;
use quantize::contraction::{Contraction, Distance, Growth, Norm, contraction, measure};
use quantize::{Options, Quantized, cellular_start, dynamic, quantize};

/// Steps in which the two are compared.
const STEPS: u64 = 300;

/// Numbers of a description.
struct Numbers(SplitMix64);

impl Numbers {
    fn new(seed: u64) -> Numbers {
        Numbers(SplitMix64::new(seed))
    }

    /// A number between -most and most.
    fn number(&mut self, most: f64) -> f64 {
        (2.0 * self.0.uniform() - 1.0) * most
    }

    fn list(&mut self, length: usize, most: f64) -> Vec<f64> {
        (0..length).map(|_| self.number(most)).collect()
    }

    fn matrix(&mut self, rows: usize, columns: usize, most: f64) -> Vec<Vec<f64>> {
        (0..rows).map(|_| self.list(columns, most)).collect()
    }
}

/// A network and its integers.
fn made(text: &str) -> (Network, Quantized) {
    let described = Description::parse(text, "random.toml", Path::new("."));
    let described = described.unwrap_or_else(|error| panic!("{error}\n{text}"));
    let network = Network::from_description(&described);
    let network = network.unwrap_or_else(|error| panic!("{error}\n{text}"));
    let quantized = quantize(&described, &network, &Options::default());
    let quantized = quantized.unwrap_or_else(|error| panic!("{error}\n{text}"));
    (network, quantized)
}

/// The largest distance of a state in all steps, by brute force.
fn farthest(network: &Network, quantized: &Quantized) -> f64 {
    match network {
        Network::Cellular(network) => {
            let program = &quantized.program;
            let mut executor = Executor::new(program).unwrap();
            let starts = cellular_start(program, network, &network.input, &network.second);
            for (vector, values) in starts {
                executor.load(vector, &values).unwrap();
            }
            executor.start().unwrap();
            let control = network.control(&network.input);
            let mut state = network.start_state(&network.input, &network.second);
            let id = program.find("state").unwrap();
            let format = program.vector(id).unwrap().format;
            let mut most: f64 = 0.0;
            for _ in 0..STEPS {
                executor.step().unwrap();
                state = network.step(&state, &control);
                let words = executor.values(id).iter().map(|&raw| format.value(raw));
                let distances = words.zip(&state).map(|(a, b)| (a - b).abs());
                most = distances.fold(most, f64::max);
            }
            most
        }
        _ => {
            let of = network.dynamics().unwrap();
            let start = &of.starts()[0];
            let program = &quantized.program;
            let mut executor = Executor::new(program).unwrap();
            for (vector, values) in dynamic::loads(program, of, start) {
                executor.load(vector, &values).unwrap();
            }
            executor.start().unwrap();
            let mut moment = of.begin(start);
            let mut most: f64 = 0.0;
            for _ in 0..STEPS {
                executor.step().unwrap();
                of.step(&mut moment);
                moment.step += 1;
                let words = dynamic::values(&executor, program, of);
                for (at, variable) in of.variables().iter().enumerate() {
                    if variable.role == VariableRole::State {
                        let pairs = words[at].iter().zip(moment.of(at));
                        most = pairs.map(|(a, b)| (a - b).abs()).fold(most, f64::max);
                    }
                }
            }
            most
        }
    }
}

/// A bound that holds in a run; the bound and what was found.
fn held(text: &str) -> Result<(Contraction, f64), TestCaseError> {
    let (network, quantized) = made(text);
    let bound = contraction(&network, &quantized.program, &quantized.report);
    let bound = bound.map_err(|none| match none.factor {
        // A few of the networks drawn do not contract.
        Some(factor) if factor >= 1.0 => TestCaseError::reject("it does not contract"),
        _ => TestCaseError::fail(format!("{none:?}\n{text}")),
    })?;
    let found = farthest(&network, &quantized);
    prop_assert!(bound.factor < 1.0 && bound.sharp <= bound.bound);
    prop_assert!(found <= bound.sharp, "{found} beyond {bound:?}\n{text}");
    Ok((bound, found))
}

const ROUNDINGS: [&str; 4] = ["half_even", "half_up", "floor", "toward_zero"];

fn brain_state(units: usize, of: &mut Numbers, rounding: &str) -> String {
    let most = 0.55 / units as f64;
    format!(
        "[network]\nkind = \"brain_state_in_a_box\"\nname = \"random\"\nunits = {units}\n\
         [weights]\nw = {:?}\nbias = {:?}\n[dynamics]\ngain = {}\ndecay = {}\ninput = {}\n\
         [update]\nmax_steps = 300\n[format]\nstate = \"s10f7\"\nrounding = \"{rounding}\"\n\
         [data]\nprobes = {:?}\n",
        of.matrix(units, units, most),
        of.list(units, 0.5),
        0.5 + of.0.uniform() / 2.0,
        of.number(0.4).abs(),
        [0.0, 0.3][of.0.below(2)],
        of.matrix(1, units, 1.0),
    )
}

fn cellular(of: &mut Numbers, model: &str, rounding: &str) -> String {
    let step = if model == "chua_yang" {
        "step = 0.3\n"
    } else {
        ""
    };
    let boundary = ["fixed\"\nvalue = -0.3", "zero_flux\"", "periodic\""];
    format!(
        "[network]\nkind = \"cellular\"\nname = \"random\"\nrows = 4\ncolumns = 5\n\
         [template]\na = {:?}\nb = {:?}\nz = {}\n[dynamics]\nmodel = \"{model}\"\n{step}\
         [boundary]\nrule = \"{}\n[state]\nstart = \"input\"\n\
         [update]\nmax_steps = 300\nuntil = \"steps\"\n\
         [format]\nstate = \"s12f7\"\ninput = \"s9f6\"\nrounding = \"{rounding}\"\n\
         [data]\ninput = {:?}\n",
        of.matrix(3, 3, 0.1),
        of.matrix(3, 3, 0.4),
        of.number(0.5),
        boundary[of.0.below(3)],
        of.matrix(4, 5, 1.0),
    )
}

fn projection(units: usize, of: &mut Numbers, open: bool) -> String {
    let mut m = of.matrix(units, units, 0.9 / units as f64);
    for (row, line) in m.iter_mut().enumerate() {
        line[row] = 1.0 + of.0.uniform();
    }
    let upper = if open { "inf" } else { "1.7" };
    format!(
        "[network]\nkind = \"projection\"\nname = \"random\"\nunits = {units}\nproblem = \"lvi\"\n\
         [weights]\nm = {m:?}\nq = {:?}\n[bounds]\nlower = -0.3\nupper = {upper}\n\
         [dynamics]\nmethod = \"projection\"\nstep = 0.4\nrelaxation = {}\n[update]\nmax_steps = 300\n\
         [format]\nstate = \"s12f7\"\n[data]\nprobes = {:?}\n",
        of.list(units, 2.0),
        [1.0, 0.5, 0.7][of.0.below(3)],
        of.matrix(1, units, 0.3),
    )
}

const DELAYS: usize = 7;

/// A late part, whose links are so small that all of them together contract.
fn late(kind: usize, units: usize, step: f64, of: &mut Numbers) -> String {
    let w = of.matrix(units, units, 0.08 / units as f64);
    let steps = |of: &mut Numbers| (1 + of.0.below(3)) as f64 * step;
    match kind {
        0 => format!("w = {w:?}\ndelay = {}\n", steps(of)),
        1 => format!("links = [[0, {}, 0.05, {}]]\n", units - 1, steps(of)),
        2 => format!(
            "w = {w:?}\ntable = [[0, {}], [{step}, {}]]\n",
            steps(of),
            steps(of)
        ),
        3 => format!(
            "w = {w:?}\nkernel = {:?}\ndelay = {}\nspacing = {step}\n",
            of.list(3, 0.4),
            steps(of)
        ),
        4 => format!("w = {w:?}\nrate = {}\n", 0.3 / step),
        5 => format!("w = {w:?}\ndelay = {}\n", steps(of)),
        _ => format!(
            "sparse = [[0, {}, 0.02]]\ndelay = {}\nneutral = true\n",
            units - 1,
            steps(of)
        ),
    }
}

/// How a continuous network is made.
#[derive(Debug, Clone, Copy)]
struct Form {
    word: &'static str,
    map: bool,
    activation: &'static str,
    driven: bool,
    uneven: bool,
    history: usize,
    rounding: &'static str,
}

fn continuous(units: usize, form: Form, delays: &[usize], of: &mut Numbers) -> String {
    let step = if form.map { 1.0 } else { 0.2 };
    let mut text = format!(
        "[network]\nkind = \"continuous_hopfield\"\nname = \"random\"\nunits = {units}\n\
         [weights]\nw = {:?}\nbias = {:?}\n[dynamics]\nform = \"{}\"\nactivation = {}\n",
        of.matrix(units, units, 0.4 / units as f64),
        of.list(units, 0.3),
        form.word,
        form.activation,
    );
    text.push_str(if form.map {
        "method = \"map\"\n"
    } else {
        "step = 0.2\n"
    });
    if form.uneven && !form.map && form.word != "original" {
        let decay: Vec<f64> = of.list(units, 0.3).iter().map(|more| 1.1 + more).collect();
        let _ = writeln!(text, "decay = {decay:?}");
    }
    if form.driven {
        let (w, inputs) = (of.matrix(units, 2, 0.3), of.matrix(1, 2, 1.0));
        let _ = write!(text, "[input]\nsize = 2\nw = {w:?}\nlimit = 1.0\n");
        let _ = write!(
            text,
            "[data]\ninputs = {inputs:?}\nprobes = {:?}\n",
            of.matrix(1, units, 0.6)
        );
    } else {
        let _ = write!(text, "[data]\nprobes = {:?}\n", of.matrix(1, units, 0.6));
    }
    let mut neutral = false;
    for (at, &kind) in delays.iter().enumerate() {
        // A map has no rate of change.
        let kind = if form.map { kind % (DELAYS - 1) } else { kind };
        neutral |= kind == DELAYS - 1;
        let _ = write!(text, "[delays.term{at}]\n{}", late(kind, units, step, of));
    }
    match form.history {
        1 if !delays.is_empty() && !neutral => text.push_str("[history]\nloaded = true\n"),
        2 if !delays.is_empty() => {
            let _ = write!(text, "[history]\nstates = {:?}\n", of.matrix(3, units, 0.6));
        }
        _ => {}
    }
    let state = if text.contains("loaded") {
        "s8f5"
    } else {
        "s12f7"
    };
    let _ = write!(
        text,
        "[update]\nmax_steps = 300\n[format]\nstate = \"{state}\"\nrounding = \"{}\"\n",
        form.rounding
    );
    text
}

prop_compose! {
    fn forms()(
        word in prop::sample::select(vec!["original", "generalised", "static_field"]),
        map in prop::bool::weighted(0.3),
        activation in prop::sample::select(vec![
            "\"tanh\"", "{ function = \"logistic\", gain = 2 }", "\"clamp\"", "\"softsign\"",
            "{ points = [[-2, -1], [0, 0], [1, 0.75]] }", "\"identity\"",
        ]),
        driven in any::<bool>(), uneven in any::<bool>(), history in 0usize..3,
        rounding in prop::sample::select(ROUNDINGS.to_vec()),
    ) -> Form {
        Form { word, map, activation, driven, uneven, history, rounding }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn continuous_networks_stay_within_their_bound(
        units in 1usize..7, form in forms(), seed in any::<u64>(),
        delays in prop::collection::vec(0..DELAYS, 0..4),
    ) {
        held(&continuous(units, form, &delays, &mut Numbers::new(seed)))?;
    }

    #[test]
    fn boxes_stay_within_their_bound(
        units in 1usize..9, seed in any::<u64>(),
        rounding in prop::sample::select(ROUNDINGS.to_vec()),
    ) {
        held(&brain_state(units, &mut Numbers::new(seed), rounding))?;
    }

    #[test]
    fn cells_stay_within_their_bound(
        model in prop::sample::select(vec!["clipped", "chua_yang"]), seed in any::<u64>(),
        rounding in prop::sample::select(ROUNDINGS.to_vec()),
    ) {
        held(&cellular(&mut Numbers::new(seed), model, rounding))?;
    }

    #[test]
    fn projections_stay_within_their_bound(
        units in 1usize..6, seed in any::<u64>(), open in any::<bool>(),
    ) {
        held(&projection(units, &mut Numbers::new(seed), open))?;
    }

    /// The bound of the mathematics alone: random matrices, and what they make of the worst that can
    /// be added in every step.
    #[test]
    fn nothing_that_is_added_leads_beyond(
        units in 1usize..7, seed in any::<u64>(), scale in 0.2f64..1.5,
    ) {
        let mut of = Numbers::new(seed);
        let row = |of: &mut Numbers| -> Vec<(usize, f64)> {
            let sizes = of.list(units, scale / units as f64 * 2.0);
            sizes.into_iter().map(f64::abs).enumerate().collect()
        };
        let growth = Growth {
            rows: (0..units).map(|_| row(&mut of)).collect(),
            added: of.list(units, 1.0).into_iter().map(f64::abs).collect(),
            start: 0.1,
            valid: f64::INFINITY,
        };
        let Ok(bound) = growth.bound() else { return Ok(()) };
        let mut worst = vec![growth.start; units];
        for _ in 0..3000 {
            let next = growth.rows.iter().zip(&growth.added);
            worst = next.map(|(row, added)| {
                let left: f64 = row.iter().map(|&(at, size)| size * worst[at]).sum();
                // What was before the start may come late.
                (added + left).max(growth.start)
            }).collect();
            let most = worst.iter().copied().fold(0.0, f64::max);
            prop_assert!(most <= bound.sharp, "{most} beyond {bound:?}");
        }
        // It is what the worst case comes to, but for the last digits where that is slow.
        let most = worst.iter().copied().fold(growth.start, f64::max);
        prop_assert!(bound.factor > 0.97 || bound.sharp <= 1.01 * most, "{most}: {bound:?}");
    }
}

/// A unit that rounds down every time ends almost as far away as the bound says.
#[test]
fn the_bound_is_reached_within_a_fifth() {
    let mut best: f64 = 0.0;
    for bias in 0..40 {
        let text = format!(
            "[network]\nkind = \"brain_state_in_a_box\"\nname = \"one\"\nunits = 1\n\
             [weights]\nw = [[0.0]]\nbias = [{}]\n[dynamics]\ngain = 1.0\ndecay = 0.75\n\
             [update]\nmax_steps = 300\n[format]\nstate = \"s8f5\"\nrounding = \"floor\"\n\
             [data]\nprobes = [[0.0]]\n",
            f64::from(bias) / 256.0,
        );
        let (bound, found) = held(&text).unwrap();
        best = best.max(found / bound.bound);
    }
    assert!(best > 0.8, "{best}");
}

/// Random networks come within a small factor of their bound: it is no astronomical number.
#[test]
fn bounds_are_of_the_size_of_what_occurs() {
    let mut ratios = vec![];
    for seed in 0..60 {
        let of = &mut Numbers::new(seed);
        let text = match seed % 3 {
            0 => brain_state(4, of, "floor"),
            1 => cellular(of, "chua_yang", "floor"),
            _ => {
                let form = Form {
                    word: "generalised",
                    map: false,
                    activation: "\"tanh\"",
                    driven: false,
                    uneven: false,
                    history: 0,
                    rounding: "floor",
                };
                continuous(4, form, &[], of)
            }
        };
        let (bound, found) = held(&text).unwrap();
        ratios.push(bound.sharp / found);
    }
    ratios.sort_by(f64::total_cmp);
    let (median, worst) = (ratios[ratios.len() / 2], ratios[ratios.len() - 1]);
    assert!(median < 6.0 && worst < 40.0, "{median}, {worst}");
}

/// In units of their own the elements of this one contract, in the largest magnitude they do not.
#[test]
fn scaled_units_do_where_the_largest_magnitude_does_not() {
    let text = "[network]\nkind = \"continuous_hopfield\"\nname = \"scaled\"\nunits = 2\n\
                [weights]\nw = [[0.0, 3.0], [0.05, 0.0]]\n[dynamics]\nstep = 0.5\n\
                activation = \"tanh\"\n[update]\nmax_steps = 300\n[format]\nstate = \"s14f9\"\n\
                [data]\nprobes = [[0.5, -0.5]]\n";
    let (bound, found) = held(text).unwrap();
    assert_eq!(bound.norm, Norm::Scaled);
    assert!(found > 0.0 && bound.sharp < 0.2, "{bound:?}");
}

#[test]
fn where_nothing_contracts_it_is_measured_and_said_so() {
    let text = "[network]\nkind = \"continuous_hopfield\"\nname = \"memory\"\nunits = 2\n\
                [weights]\nw = [[0.0, 3.0], [3.0, 0.0]]\n[dynamics]\nstep = 0.25\n\
                activation = \"tanh\"\n[format]\nstate = \"s10f6\"\n\
                [data]\nprobes = [[0.5, 0.25]]\n";
    let (network, quantized) = made(text);
    let none = contraction(&network, &quantized.program, &quantized.report).unwrap_err();
    assert!(none.factor.is_some_and(|factor| factor >= 1.0), "{none:?}");
    let distance = Distance::of(&network, &quantized.program, &quantized.report);
    let measured = measure(&network, &quantized.program).unwrap();
    assert_eq!(distance.measured, Some(measured));
    assert!(measured.distance > 0.0 && measured.steps > 1);
    let said = distance.text();
    assert!(
        said.contains("not less than 1") && said.contains("measured: "),
        "{said}"
    );
}

/// States that their words cut off are bounded by nothing.
#[test]
fn words_that_are_too_narrow_have_no_bound() {
    let text = |format: &str, overflow: &str| {
        format!(
            "[network]\nkind = \"continuous_hopfield\"\nname = \"narrow\"\nunits = 1\n\
             [weights]\nw = [[0.25]]\nbias = [3.0]\n[dynamics]\nstep = 0.5\n\
             activation = \"tanh\"\n[format]\nstate = \"{format}\"\noverflow = \"{overflow}\"\n\
             [data]\nprobes = [[0.5]]\n"
        )
    };
    let (network, quantized) = made(&text("s6f4", "saturate"));
    let none = contraction(&network, &quantized.program, &quantized.report).unwrap_err();
    assert!(none.why.contains("words s6f4 end at"), "{none:?}");
    assert!(farthest(&network, &quantized) > 0.9);
    held(&text("s9f5", "saturate")).unwrap();
    held(&text("s9f5", "wrap")).unwrap();
}
