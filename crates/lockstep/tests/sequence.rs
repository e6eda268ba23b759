//! Sequence networks of random layers, from their description to the hardware: the same vectors after
//! every step, in the same number of cycles, whatever the fold.

use std::path::Path;

use hw_sim::stimulus::random::Random;
use hw_sim::stimulus::stream::StreamOptions;
use lockstep::chains::{Chain, FUNCTIONS, Kind};
use lockstep::host::{self, Values};
use lockstep::{levels, sample};
use network::sequence::{Cell, Layer, SequenceNetwork};
use network::{Description, Network};
use program::Program;
use proptest::prelude::*;
use proptest::test_runner::TestCaseResult;
use quantize::Options;
use schedule::{Form, Hardware};

fn made(text: &str) -> (SequenceNetwork, Program) {
    let described = Description::parse(text, "random.toml", Path::new(".")).unwrap();
    let network = Network::from_description(&described).unwrap();
    let made = quantize::quantize(&described, &network, &Options::default());
    let made = made.unwrap_or_else(|error| panic!("{error}\n{text}"));
    match network {
        Network::Sequence(network) => (network, made.program),
        other => panic!("{:?}", other.kind()),
    }
}

/// What weights make of an error: nothing of any where all are 0.
fn carried(weights: f64, error: f64) -> f64 {
    if weights == 0.0 { 0.0 } else { weights * error }
}

/// The same of the state of a cell for an input that differs by `error`.
fn leaky_bound(cell: &Cell, error: f64, unit: f64) -> f64 {
    let Cell::Elman(cell) = cell else {
        return f64::INFINITY;
    };
    let (input, back) = (&cell.gates.input, &cell.gates.recurrent);
    let passed = (1.0 - cell.leak) + cell.leak * back.largest_row_sum();
    let new = carried(input.largest_row_sum(), error) + unit / 8.0 + unit;
    match passed < 1.0 {
        true => (cell.leak * new + unit / 2.0) / (1.0 - passed),
        false => f64::INFINITY,
    }
}

/// The most by which the integers may differ from the equations with the weights of the words, where
/// nothing saturates: each layer passes on what differs before it, and adds a half unit of the
/// argument of its function and a unit of what it gives. The functions rise by 1 at most. A layer with
/// a state passes on a part of its own difference in each step: where that is below 1, the sum of all
/// is bounded, and nowhere else.
fn rounding_bound(network: &SequenceNetwork, unit: f64) -> f64 {
    let passes = |error: f64, layer: &Layer| match layer {
        Layer::Dense(layer) => carried(layer.weights.largest_row_sum(), error) + unit / 8.0 + unit,
        Layer::Recurrent(layer) => {
            let all = layer
                .direction
                .cells()
                .map(|cell| leaky_bound(cell, error, unit));
            all.fold(0.0, f64::max)
        }
        _ => error,
    };
    network.layers.iter().fold(unit / 2.0, passes)
}

prop_compose! {
    fn chains(kinds: &'static [Kind])(
        layers in prop::collection::vec(prop::sample::select(kinds), 1..4),
        every_step in any::<bool>(),
        carry in any::<bool>(),
        backward in any::<bool>(),
        full_tables in any::<bool>(),
        state in prop::sample::select(vec!["s6f3", "s8f4", "s10f6"]),
    ) -> Chain {
        let functions = FUNCTIONS;
        Chain {
            layers, every_step, generates: false, carry, backward, full_tables, state, functions,
        }
    }
}

prop_compose! {
    /// A layer that takes tokens, and others after it.
    fn of_tokens(kinds: &'static [Kind])(
        first in prop::sample::select(&Kind::OF_TOKENS[..]),
        of in chains(kinds),
    ) -> Chain {
        let layers = [&[first], &of.layers[..of.layers.len() - 1]].concat();
        Chain { layers, ..of }
    }
}

fn agrees(
    of: &Chain,
    (lanes, taps): (usize, usize),
    seed: u64,
    budgets: &[u64],
) -> Result<(), TestCaseError> {
    let text = of.text(&mut Random::new(seed));
    let (_, program) = made(&text);
    // What a run gives that goes through a sequence more than once leaves at its end.
    let budgets = match program.phases {
        Some(_) => &[100],
        None => budgets,
    };
    let mut random = Random::new(seed);
    // What follows a sequence is carried on, or begins anew.
    let runs = [3, 1, 2].map(|steps| sample::run(&mut random, &program, steps));
    let loads: Vec<&Values> = runs.iter().map(Vec::as_slice).collect();
    let hardware = Hardware {
        lanes,
        taps,
        form: Form::Frame,
    };
    levels::compare(&program, &hardware, &loads, budgets)
        .map_err(|why| TestCaseError::fail(format!("{why}\n{text}")))
}

/// That a host which seldom takes what leaves, and pauses between what it gives, gets the same.
fn waits_for_the_host(of: &Chain, (lanes, taps): (usize, usize), seed: u64) -> TestCaseResult {
    let text = of.text(&mut Random::new(seed));
    let (_, program) = made(&text);
    let mut random = Random::new(seed);
    let runs = [4, 1, 3].map(|steps| sample::run(&mut random, &program, steps));
    let loads: Vec<&Values> = runs.iter().map(Vec::as_slice).collect();
    let form = Form::Frame;
    let scheduled = schedule::schedule(&program, &Hardware { lanes, taps, form }).unwrap();
    let states = |options: StreamOptions| {
        let found = host::runs(&scheduled, &loads, options, 1_000_000).unwrap();
        found.into_iter().map(|run| run.states).collect::<Vec<_>>()
    };
    let slow = StreamOptions {
        seed,
        stall_per_mille: 950,
        ..StreamOptions::default()
    };
    let (quick, slow) = (states(host::quiet()), states(slow));
    prop_assert_eq!(quick.len(), runs.len(), "{}", text);
    prop_assert_eq!(quick, slow, "{}", text);
    Ok(())
}

/// That the integers differ from the equations with the weights of the words by no more than rounding
/// can explain.
fn loses_what_rounding_takes(of: Chain, seed: u64) -> Result<(), TestCaseError> {
    let state = "s18f8";
    let full_tables = false;
    let text = Chain {
        full_tables,
        state,
        ..of
    }
    .text(&mut Random::new(seed));
    let (network, program) = made(&text);
    let network = quantize::sequence::rounded(&network, &program).unwrap();
    let real = quantize::sequence::real(&network);
    let most = real
        .iter()
        .flatten()
        .flatten()
        .fold(0.0, |most: f64, x| most.max(x.abs()));
    prop_assume!(most < 64.0);
    let found = quantize::sequence::runs(&program, &network).unwrap();
    let bound = rounding_bound(&network, 1.0 / 256.0);
    prop_assume!(bound < f64::INFINITY);
    for (real, found) in real.iter().zip(&found) {
        prop_assert_eq!(real.len(), found.len());
        let error = quantize::sequence::distance(real, found);
        prop_assert!(error <= bound, "{} beyond {}\n{}", error, bound, text);
    }
    Ok(())
}

/// An LSTM layer with so many units, and what of its gates stands in registers and in memories.
fn gates_of(units: usize, lanes: usize) -> (bool, usize) {
    let mut random = Random::new(1);
    let mut rows = |columns: usize| -> Vec<Vec<f64>> {
        let mut number = || (random.below(33) as f64 - 16.0) / 16.0;
        let rows = 0..4 * units;
        rows.map(|_| (0..columns).map(|_| number()).collect())
            .collect()
    };
    let (w, r) = (rows(2), rows(units));
    let text = format!(
        "[network]\nkind = \"sequence\"\nname = \"net\"\ninputs = 2\n\
         [[layer]]\nkind = \"lstm\"\nunits = {units}\nw = {w:?}\nr = {r:?}\n\
         [format]\nstate = \"s8f4\"\nweights = \"s8f4\"\n"
    );
    let program = made(&text).1;
    let form = Form::Frame;
    let hardware = Hardware {
        lanes,
        taps: 3,
        form,
    };
    let runs = [4, 1, 3].map(|steps| sample::run(&mut random, &program, steps));
    let loads: Vec<&Values> = runs.iter().map(Vec::as_slice).collect();
    levels::compare(&program, &hardware, &loads, &[1, 4]).unwrap();
    let design = schedule::schedule(&program, &hardware).unwrap().design;
    let mut registers = design.modules.iter().flat_map(|module| {
        let nets = module.registers.iter().map(|register| register.net);
        nets.map(|net| module.net(net).name.clone())
    });
    let in_registers = registers.any(|name| name == "layer1_gates_q");
    let memories = design.modules.iter().flat_map(|module| &module.memories);
    let views = ["input_gate", "output_gate", "forget_gate", "candidate"];
    let views = views.map(|view| format!("layer1_{view}_words"));
    (
        in_registers,
        memories.filter(|of| views.contains(&of.name)).count(),
    )
}

/// Gates pass from their stage to that of the cells in memories, a word for a group of rows; where
/// groups are not whole, or are few, in registers.
#[test]
fn gates_are_handed_on_in_memories() {
    assert_eq!(gates_of(20, 1), (false, 4));
    assert_eq!(gates_of(20, 4), (false, 4));
    assert_eq!(gates_of(20, 3), (true, 0));
    assert_eq!(gates_of(6, 2), (true, 0));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(120))]

    #[test]
    fn chains_agree(
        of in chains(&Kind::ALL), fold in (1usize..6, 1usize..6), seed in any::<u64>(),
    ) {
        agrees(&of, fold, seed, &[1, 2, 3])?;
    }

    #[test]
    fn windows_agree(
        of in chains(&Kind::WINDOWED), fold in (1usize..6, 1usize..6), seed in any::<u64>(),
    ) {
        agrees(&of, fold, seed, &[2, 3])?;
    }

    #[test]
    fn reservoirs_agree(
        of in chains(&[Kind::Reservoir, Kind::Elman, Kind::Dense]),
        fold in (1usize..6, 1usize..6),
        seed in any::<u64>(),
    ) {
        agrees(&of, fold, seed, &[2, 3])?;
    }

    #[test]
    fn chains_of_tokens_agree(
        of in of_tokens(&Kind::ALL), fold in (1usize..6, 1usize..6), seed in any::<u64>(),
    ) {
        agrees(&of, fold, seed, &[2, 3])?;
    }

    #[test]
    fn outputs_wait_for_a_slow_host(
        of in chains(&Kind::ALL), fold in (1usize..6, 1usize..6), seed in any::<u64>(),
    ) {
        waits_for_the_host(&Chain { every_step: true, ..of }, fold, seed)?;
    }

    #[test]
    fn reservoirs_lose_what_rounding_takes(
        of in chains(&[Kind::Reservoir, Kind::Dense]), seed in any::<u64>(),
    ) {
        loses_what_rounding_takes(of, seed)?;
    }

    #[test]
    fn chains_that_feed_themselves_agree(
        of in of_tokens(&Kind::ALL), fold in (1usize..6, 1usize..6), seed in any::<u64>(),
    ) {
        agrees(&Chain { generates: true, ..of }, fold, seed, &[2, 5])?;
    }

    #[test]
    fn chains_of_tokens_lose_what_rounding_takes(
        of in of_tokens(&[Kind::Dense]), seed in any::<u64>(),
    ) {
        // The words of a chain choose as its probabilities do.
        loses_what_rounding_takes(of, seed)?;
    }

    #[test]
    fn windows_lose_what_rounding_takes(of in chains(&Kind::WINDOWED), seed in any::<u64>()) {
        loses_what_rounding_takes(of, seed)?;
    }
}
