//! Cohen-Grossberg networks with functions of every form and delays of every kind, from their
//! description to the hardware: the same state after every step, whatever the fold.

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
    step: f64,
    delays: Vec<Kind>,
    history: History,
    boxed: usize,
    tolerance: bool,
    state: &'static str,
}

/// A number, a polynomial of all units or of each, or a table.
fn function(units: usize, of: &mut Numbers) -> String {
    let powers = 1 + of.below(4) as usize;
    match of.below(5) {
        0 => of.weight().to_string(),
        1 => "{ polynomial = [0, 1] }".into(),
        2 => format!("{{ polynomial = {} }}", of.list(powers)),
        3 => format!("{{ polynomial = {} }}", of.matrix(units, powers)),
        _ => {
            let tables = [
                "\"tanh\"",
                "{ function = \"logistic\", gain = 4 }",
                "{ points = [[-2, -1], [0, 0], [1, 0.75]] }",
            ];
            tables[of.below(3) as usize].into()
        }
    }
}

impl Shape {
    fn text(&self, of: &mut Numbers) -> String {
        let units = self.units;
        let mut text = format!(
            "[network]\nkind = \"cohen_grossberg\"\nname = \"random\"\nunits = {units}\n\
             [weights]\nc = {}\nbias = {}\n[dynamics]\nstep = {}\n",
            of.matrix(units, units),
            of.list(units),
            self.step
        );
        for name in ["a", "b", "d"] {
            let _ = writeln!(text, "{name} = {}", function(units, of));
        }
        match self.boxed {
            0 => {}
            1 => text.push_str("low = -1\nhigh = 0.875\n"),
            _ => {
                let high = (0..units).map(|_| (1.0 + of.weight() / 2.0).to_string());
                let high: Vec<String> = high.collect();
                let _ = writeln!(text, "low = -1\nhigh = [{}]", high.join(", "));
            }
        }
        text.push_str(&sections(
            &self.delays,
            self.history,
            (units, self.step),
            of,
        ));
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
        units in 1usize..5, step in prop::sample::select(vec![0.25, 0.2]), delays in kinds(),
        history in prop::sample::select(vec![History::Still, History::Given, History::Loaded]),
        boxed in 0usize..3, tolerance in prop::bool::weighted(0.3),
        state in prop::sample::select(vec!["s6f3", "s8f5", "s10f7"]),
    ) -> Shape {
        // A beat has 64 bits for all that is loaded for an element.
        let state = if history == History::Loaded { "s5f2" } else { state };
        Shape { units, step, delays, history, boxed, tolerance, state }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(120))]

    #[test]
    fn cohen_grossberg_networks_agree(
        of in shapes(), lanes in 1usize..5, taps in 1usize..5, seed in any::<u64>(),
    ) {
        let text = of.text(&mut Numbers(Random::new(seed)));
        let described = Description::parse(&text, "random.toml", Path::new(".")).unwrap();
        let network = Network::from_description(&described).unwrap();
        let made = match quantize::quantize(&described, &network, &Options::default()) {
            Ok(made) => made,
            // Signals can be wider than a beat holds with the history.
            Err(quantize::QuantizeError::Format { .. }) if of.history == History::Loaded => {
                return Ok(());
            }
            Err(error) => return Err(TestCaseError::fail(format!("{error}\n{text}"))),
        };
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
