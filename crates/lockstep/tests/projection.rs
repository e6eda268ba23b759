//! Projection networks for problems of every form, from their description to the hardware: the same
//! state and residual after every step, whatever the fold; and no state outside of the box.

use std::fmt::Write;
use std::path::Path;

use hw_sim::stimulus::random::Random;
use lockstep::host::{self, Values};
use lockstep::{levels, sample};
use network::{Description, Network};
use program::{Executor, Program, VectorId};
use proptest::prelude::*;
use quantize::range::certificate;
use quantize::{Options, dynamic};
use schedule::{Form, Hardware};

/// How a description comes about.
#[derive(Debug, Clone)]
struct Shape {
    units: usize,
    problem: &'static str,
    sparse: bool,
    bounds: Bounds,
    constrained: bool,
    two_projections: bool,
    step: &'static str,
    relaxation: &'static str,
    tolerance: &'static str,
    state: &'static str,
    rounding: &'static str,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Bounds {
    None,
    Same,
    Each,
}

/// Numbers of a description, from a seed: whole numbers of sixteenths.
struct Numbers(Random);

impl Numbers {
    fn between(&mut self, low: i64, high: i64) -> f64 {
        (low + self.0.below((high - low + 1) as u64) as i64) as f64 / 16.0
    }

    fn list(&mut self, length: usize, low: i64, high: i64) -> Vec<f64> {
        (0..length).map(|_| self.between(low, high)).collect()
    }
}

impl Shape {
    fn text(&self, of: &mut Numbers) -> String {
        let n = self.units;
        let mut m: Vec<Vec<f64>> = (0..n).map(|_| of.list(n, -16, 16)).collect();
        if self.problem == "qp" {
            let pairs = (0..n).flat_map(|row| (0..row).map(move |column| (row, column)));
            for (row, column) in pairs {
                m[row][column] = m[column][row];
            }
        }
        let q = of.list(n, -32, 32);
        let (problem, step) = (self.problem, self.step);
        let mut text = format!(
            "[network]\nkind = \"projection\"\nname = \"p\"\nproblem = \"{problem}\"\nunits = {n}\n[weights]\n"
        );
        if self.sparse {
            let places = (0..n).flat_map(|row| (0..n).map(move |column| (row, column)));
            let near = places.filter(|(row, column)| row.abs_diff(*column) <= 1);
            let triples: Vec<Vec<f64>> = near
                .map(|(row, column)| vec![row as f64, column as f64, m[row][column]])
                .collect();
            let _ = writeln!(text, "sparse = {triples:?}");
        } else {
            let _ = writeln!(text, "m = {m:?}");
        }
        let _ = writeln!(text, "q = {q:?}");
        let lower = |lower: String| match problem {
            "lcp" => String::new(),
            _ => format!("lower = {lower}\n"),
        };
        match self.bounds {
            Bounds::None => {}
            Bounds::Same => {
                let _ = write!(text, "[bounds]\n{}upper = 1.3\n", lower("-0.7".into()));
            }
            Bounds::Each => {
                let low = format!("{:?}", of.list(n, -40, 0));
                let high = of.list(n, 1, 40);
                let _ = write!(text, "[bounds]\n{}upper = {high:?}\n", lower(low));
            }
        }
        if self.constrained && problem != "lcp" {
            let (a, g) = (of.list(n, -16, 16), of.list(n, -16, 16));
            let (b, h) = (of.between(-8, 8), of.between(-8, 8));
            let _ = write!(text, "[equality]\na = [{a:?}]\nb = [{b}]\n");
            let _ = write!(text, "[inequality]\ng = [{g:?}]\nh = [{h}]\n");
        }
        let method = match self.two_projections {
            true => "extragradient",
            false => "projection",
        };
        let _ = write!(
            text,
            "[dynamics]\nmethod = \"{method}\"\nstep = {step}\nrelaxation = {}\n[update]\nmax_steps = 5\n\
             tolerance = {}\n[format]\nstate = \"{}\"\nrounding = \"{}\"\n",
            self.relaxation, self.tolerance, self.state, self.rounding
        );
        text
    }
}

prop_compose! {
    fn shapes()(
        units in 1usize..7,
        problem in prop::sample::select(vec!["lvi", "lcp", "qp"]),
        sparse in any::<bool>(),
        bounds in prop::sample::select(vec![Bounds::None, Bounds::Same, Bounds::Each]),
        constrained in any::<bool>(),
        two_projections in any::<bool>(),
        step in prop::sample::select(vec!["0.25", "0.5", "1", "2", "0.3", "0.125"]),
        relaxation in prop::sample::select(vec!["1", "0.5", "0.75", "0.3"]),
        tolerance in prop::sample::select(vec!["0.001", "0.2", "0", "100"]),
        state in prop::sample::select(vec!["s6f3", "s8f5", "s12f8", "s5f2"]),
        rounding in prop::sample::select(vec!["half_even", "floor", "half_up", "toward_zero"]),
    ) -> Shape {
        Shape {
            units, problem, sparse, bounds, constrained, two_projections, step, relaxation,
            tolerance, state, rounding,
        }
    }
}

/// Whether every state of a run lies in the box once it has made a step.
fn stays_in_the_box(
    program: &Program,
    network: &network::Projection,
    loads: &Values,
) -> Result<(), String> {
    let mut executor = Executor::new(program).map_err(|error| error.to_string())?;
    for (vector, values) in loads {
        let loaded = executor.load(*vector, values);
        loaded.map_err(|error| error.to_string())?;
    }
    executor.start().map_err(|error| error.to_string())?;
    let state = program.find("state").ok_or("no state")?;
    let format = program.vector(state).ok_or("no state")?.format;
    for _ in 0..5 {
        executor.step().map_err(|error| error.to_string())?;
        let bounds = network.lower.iter().zip(&network.upper);
        for (raw, (lower, upper)) in executor.values(state).iter().zip(bounds) {
            let x = format.value(*raw);
            if x < *lower || x > *upper {
                return Err(format!("{x} outside of {lower} .. {upper}"));
            }
        }
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(160))]

    #[test]
    fn projection_networks_agree(
        of in shapes(), lanes in 1usize..9, taps in 1usize..9, seed in any::<u64>(),
    ) {
        let text = of.text(&mut Numbers(Random::new(seed)));
        let described = Description::parse(&text, "random.toml", Path::new("."));
        let described = described.map_err(|error| TestCaseError::fail(error.to_string()))?;
        let built = Network::from_description(&described);
        let built = built.map_err(|error| TestCaseError::fail(error.to_string()))?;
        let made = match quantize::quantize(&described, &built, &Options::default()) {
            Ok(made) => made,
            // A bound beyond the narrowest format.
            Err(error) => {
                prop_assert!(error.to_string().contains("outside"), "{}", error);
                return Ok(());
            }
        };
        let program = made.program;
        let certified = certificate(&program);
        prop_assert!(certified.is_ok(), "{:?}\n{}", certified.err(), text);
        let mut random = Random::new(seed);
        let mut values = || -> Vec<(VectorId, Vec<i64>)> {
            let loaded = host::loaded(&program);
            loaded.map(|id| (id, sample::values(&mut random, &program, id))).collect()
        };
        let (first, second) = (values(), values());
        let loads: [&Values; 2] = [&first, &second];
        let Network::Projection(network) = &built else {
            return Err(TestCaseError::fail("another kind"));
        };
        let (lanes, taps) = (lanes.min(network.units()), taps.min(network.units()));
        let hardware = Hardware { lanes, taps, form: Form::Frame };
        let failed = |why: String| TestCaseError::fail(format!("{why}\n{text}"));
        levels::compare(&program, &hardware, &loads, &[1, 2, 3, 5]).map_err(failed)?;
        if of.relaxation == "1" {
            for loads in loads {
                stays_in_the_box(&program, network, loads).map_err(failed)?;
            }
        }
        let start = dynamic::loads(&program, network, &vec![network.probes[0].clone()]);
        stays_in_the_box(&program, network, &start).map_err(failed)?;
    }
}
