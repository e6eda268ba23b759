//! Continuous Hopfield networks of every form, with delays of every kind, from their description to
//! the hardware: the same state after every step, whatever the fold.

use std::fmt::Write;
use std::path::Path;

use hw_sim::stimulus::random::Random;
use lockstep::host::{self, Values};
use lockstep::{levels, sample};
use network::{Description, Network};
use proptest::prelude::*;
use quantize::Options;
use schedule::{Form, Hardware};
use support::{History, Kind, Numbers, kinds, sections};

mod support;

/// How a description comes about.
#[derive(Debug, Clone)]
struct Shape {
    units: usize,
    form: &'static str,
    map: bool,
    activation: &'static str,
    /// The kinds of delay, each a term.
    delays: Vec<Kind>,
    history: History,
    inputs: Option<usize>,
    biased: bool,
    uneven: bool,
    tolerance: bool,
    state: &'static str,
}

impl Shape {
    fn text(&self, of: &mut Numbers) -> String {
        let units = self.units;
        let step = if self.map { 1.0 } else { 0.25 };
        let mut text = format!(
            "[network]\nkind = \"continuous_hopfield\"\nname = \"random\"\nunits = {units}\n\
             [weights]\nw = {}\n",
            of.matrix(units, units)
        );
        if self.biased {
            let _ = writeln!(text, "bias = {}", of.list(units));
        }
        let _ = write!(text, "[dynamics]\nform = \"{}\"\n", self.form);
        let positive = |of: &mut Numbers| -> String {
            let numbers = (0..units).map(|_| (0.5 + of.below(8) as f64 / 8.0).to_string());
            format!("[{}]", numbers.collect::<Vec<_>>().join(", "))
        };
        match (self.map, self.uneven, self.form) {
            (true, _, _) => text.push_str("method = \"map\"\n"),
            (false, false, _) => text.push_str("step = 0.25\n"),
            (false, true, "original") => {
                let (r, c) = (positive(of), positive(of));
                let _ = write!(text, "step = 0.25\nresistance = {r}\ncapacity = {c}\n");
            }
            (false, true, _) => {
                let _ = write!(text, "step = 0.2\ndecay = {}\n", positive(of));
            }
        }
        let step = if self.uneven && !self.map && self.form != "original" {
            0.2
        } else {
            step
        };
        let _ = writeln!(text, "activation = {}", self.activation);
        if let Some(size) = self.inputs {
            let (w, inputs) = (of.matrix(units, size), of.matrix(1, size));
            let _ = write!(text, "[input]\nsize = {size}\nw = {w}\nlimit = 1.0\n");
            let _ = write!(text, "[data]\ninputs = {inputs}\n");
        }
        text.push_str(&sections(&self.delays, self.history, (units, step), of));
        let tolerance = if self.tolerance {
            "tolerance = 0.1\n"
        } else {
            ""
        };
        let state = self.state;
        let _ = write!(
            text,
            "[update]\nmax_steps = 5\n{tolerance}[format]\nstate = \"{state}\"\n"
        );
        text
    }
}

prop_compose! {
    fn shapes()(
        units in 1usize..6,
        form in prop::sample::select(vec!["original", "generalised", "static_field"]),
        map in prop::bool::weighted(0.25),
        activation in prop::sample::select(vec![
            "\"tanh\"", "{ function = \"logistic\", gain = 4 }", "\"clamp\"", "\"arctangent\"",
            "{ points = [[-2, -1], [0, 0], [1, 0.75]] }", "\"softsign\"",
        ]),
        delays in kinds(),
        history in prop::sample::select(vec![History::Still, History::Given, History::Loaded]),
        inputs in prop::option::of(1usize..4), biased in any::<bool>(), uneven in any::<bool>(),
        tolerance in prop::bool::weighted(0.3),
        state in prop::sample::select(vec!["s6f3", "s8f5", "s10f6"]),
    ) -> Shape {
        // A beat has 64 bits for all that is loaded for an element.
        let state = if history == History::Loaded { "s4f2" } else { state };
        // A map has no rate of change.
        let delays = delays.into_iter().filter(|kind| !map || *kind != Kind::Neutral).collect();
        Shape {
            units, form, map, activation, delays, history, inputs, biased, uneven, tolerance, state,
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(160))]

    #[test]
    fn continuous_networks_agree(
        of in shapes(), lanes in 1usize..6, taps in 1usize..6, seed in any::<u64>(),
    ) {
        let text = of.text(&mut Numbers(Random::new(seed)));
        let described = Description::parse(&text, "random.toml", Path::new(".")).unwrap();
        let network = Network::from_description(&described).unwrap();
        let made = quantize::quantize(&described, &network, &Options::default()).unwrap();
        let program = made.program;
        let mut random = Random::new(seed);
        let mut values = || -> Vec<_> {
            let loaded = host::loaded(&program);
            loaded.map(|id| (id, sample::values(&mut random, &program, id))).collect()
        };
        let (first, second) = (values(), values());
        let loads: [&Values; 2] = [&first, &second];
        let (lanes, taps) = (lanes.min(of.units), taps.min(of.units));
        let hardware = Hardware { lanes, taps, form: Form::Frame };
        levels::compare(&program, &hardware, &loads, &[1, 2, 3, 5])
            .map_err(|why| TestCaseError::fail(format!("{why}\n{text}")))?;
    }
}
