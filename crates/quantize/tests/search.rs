//! The search finds the widths that the literature and measurements lead one to expect.

mod support;

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Mutex;

use network::cellular::definition::{BinaryImage, defined};
use network::hopfield::{Order, Weights};
use network::learning::{hebb, projection, storkey};
use network::noise::SplitMix64;
use network::{Description, Hopfield, Kind, Network, starter};
use program::{Executor, Format};
use quantize::search::{Exploration, Judgement, Keep, Point, Record, Wish, explore};
use quantize::{cellular_output, cellular_start, hopfield_start};
use support::{hopfield, started, state};

type Rule = fn(usize, &[Vec<i8>]) -> Vec<f64>;

/// A network of 128 units (or as many) with random patterns, sequential.
fn memory(units: usize, count: usize, rule: Rule) -> Hopfield {
    let mut random = SplitMix64::new(7);
    let patterns: Vec<Vec<i8>> = (0..count).map(|_| random.state(units)).collect();
    let weights = Weights::dense(units, rule(units, &patterns)).unwrap();
    Hopfield {
        patterns,
        ..hopfield(weights, vec![0.0; units], Order::Sequential)
    }
}

fn wish(keep: Keep, tolerance: f64) -> Wish {
    Wish {
        keep,
        tolerance,
        noise: 0.1,
        trials: 200,
        seed: 1,
        budget_lut: None,
    }
}

/// A description that wishes nothing of its formats.
fn description() -> Description {
    let text = starter(Kind::Hopfield);
    Description::parse(text, "sample.toml", Path::new(".")).unwrap()
}

fn weights_of(point: &Point) -> Format {
    point.formats["sweep.weights"]
}

fn search(network: &Hopfield, wish: Wish) -> Exploration {
    let network = Network::Hopfield(network.clone());
    let record = Record::default();
    let (found, quantized) = explore(&description(), &network, wish, &|_| None, &record).unwrap();
    if let Some(chosen) = found.chosen() {
        assert_eq!(quantized.report.formats, chosen.formats);
    }
    found
}

/// At 10 % flipped bits over 200 trials, within 0.03 of the network in real numbers.
#[test]
fn recall_is_kept_at_the_widths_that_were_measured() {
    let cases: [(&str, usize, Rule, u32); 3] = [
        ("hebb", 14, hebb, 4),
        ("storkey", 26, storkey, 4),
        ("projection", 51, projection, 5),
    ];
    for (name, count, rule, width) in cases {
        let found = search(&memory(128, count, rule), wish(Keep::Recall, 0.03));
        let chosen = found.chosen().expect("within the tolerance");
        assert!(weights_of(chosen).width() <= width, "{name}: {chosen:?}");
        assert!(chosen.error <= 0.03, "{name}: {chosen:?}");
        let at = found
            .points
            .iter()
            .filter(|p| weights_of(p).width() == width);
        let best = at.map(|point| point.error).fold(1.0, f64::min);
        println!(
            "{name}, {count} patterns: float {:.3}, {width} bits lose {best:.3}; chosen {} at {:?} \
             deviations, {:.3} kept",
            found.float,
            weights_of(chosen),
            chosen.fields.get("clip"),
            chosen.kept
        );
        assert!(best <= 0.03, "{name}: {best} lost at {width} bits");
    }
}

#[test]
fn hebbian_weights_are_exact_in_as_many_bits_as_patterns_need() {
    for count in 1..=20usize {
        let units = 48;
        let network = memory(units, count, hebb);
        let found = search(&network, wish(Keep::Values, 0.0));
        let chosen = found.chosen().expect("exact words");
        let bits = (2 * count + 1).next_power_of_two().trailing_zeros().max(2);
        assert!(chosen.exact && chosen.error == 0.0, "{count}: {chosen:?}");
        assert!(
            weights_of(chosen).width() <= bits,
            "{count}: {chosen:?}, not {bits} bits"
        );
    }
}

#[test]
fn the_front_is_the_points_that_no_other_beats() {
    let found = search(&memory(40, 9, projection), wish(Keep::Recall, 0.0));
    for point in &found.points {
        let beaten = found.points.iter().any(|other| {
            let (cost, least) = (other.cost.total(), point.cost.total());
            cost < least && other.error <= point.error || cost <= least && other.error < point.error
        });
        assert!(!(point.on_front && beaten), "{point:?}");
        if !point.on_front && !beaten {
            let twin = |other: &&Point| {
                other.on_front
                    && other.cost.total() == point.cost.total()
                    && other.error == point.error
            };
            assert!(found.points.iter().any(|other| twin(&other)), "{point:?}");
        }
    }
    let rising = found.points.windows(2);
    assert!(
        rising
            .into_iter()
            .all(|p| p[0].cost.total() <= p[1].cost.total())
    );
    assert_eq!(found.points.iter().filter(|p| p.chosen).count(), 1);
}

#[test]
fn the_answer_does_not_depend_on_the_cores() {
    let network = memory(32, 8, projection);
    let on = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads);
        let pool = pool.build().unwrap();
        pool.install(|| search(&network, wish(Keep::Recall, 0.01)))
    };
    assert_eq!(on(1), on(4));
}

#[test]
fn stability_needs_as_many_bits_as_the_patterns_margins() {
    let network = memory(64, 20, projection);
    let found = search(&network, wish(Keep::Stability, 0.0));
    let chosen = found.chosen().expect("wide words lose nothing");
    assert_eq!((found.float, chosen.kept, chosen.error), (1.0, 1.0, 0.0));
    let narrower = found.points.iter();
    let narrower = narrower.filter(|point| point.cost.total() < chosen.cost.total());
    assert!(narrower.into_iter().all(|point| point.error > 0.0));
}

/// The exact templates of the gallery that end black and white, against what they compute.
#[test]
fn binary_templates_need_no_fraction_of_their_state() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/templates");
    let mut searched = 0;
    for name in [
        "edge",
        "corner",
        "isolated",
        "dilation_plus",
        "logic_and",
        "hole_fill",
    ] {
        let description = Description::load(folder.join(format!("{name}.toml"))).unwrap();
        let network = Network::from_description(&description).unwrap();
        let record = Record::default();
        let wish = wish(Keep::Values, 0.0);
        let (found, quantized) = explore(&description, &network, wish, &|_| None, &record).unwrap();
        let chosen = found.chosen().expect("an exact one");
        let state = chosen.formats["state"];
        assert!(state.fraction() <= 1, "{name}: {state}");
        let Network::Cellular(network) = &network else {
            panic!("{name}")
        };
        let mut random = SplitMix64::new(3);
        for _ in 0..20 {
            let mut picture = || -> Vec<f64> {
                let cells = random.state(network.cells());
                cells.into_iter().map(f64::from).collect()
            };
            let (input, second) = (picture(), picture());
            let binary =
                |values: &[f64]| BinaryImage::from_values(network.rows, network.columns, values);
            let steps = network.max_steps as usize;
            let wanted = defined(name, &binary(&input), &binary(&second), steps).unwrap();
            let mut executor = Executor::new(&quantized.program).unwrap();
            for (vector, values) in cellular_start(&quantized.program, network, &input, &second) {
                executor.load(vector, &values).unwrap();
            }
            executor.start().unwrap();
            executor.run().unwrap();
            let state = executor.values(quantized.program.find("state").unwrap());
            let found = cellular_output(&quantized.program, state);
            assert_eq!(found, wanted.to_values(), "{name}");
        }
        searched += 1;
    }
    assert_eq!(searched, 6);
}

#[test]
fn a_search_goes_on_where_another_was_stopped() {
    let network = Network::Hopfield(memory(32, 8, projection));
    let wish = wish(Keep::Recall, 0.01);
    let all = Mutex::new(BTreeMap::new());
    let keep = |place: usize, found: &Judgement| {
        all.lock().unwrap().insert(place, *found);
    };
    let record = Record {
        found: Some(&keep),
        ..Record::default()
    };
    let whole = explore(&description(), &network, wish, &|_| None, &record).unwrap();
    let all = all.into_inner().unwrap();
    let new = Mutex::new(0);
    let known: BTreeMap<usize, Judgement> = all
        .iter()
        .map(|(place, found)| (*place, *found))
        .filter(|(place, _)| place % 3 > 0)
        .collect();
    let count = |place: usize, _: &Judgement| {
        *new.lock().unwrap() += usize::from(place.is_multiple_of(3));
    };
    let record = Record {
        known,
        found: Some(&count),
        began: None,
    };
    let again = explore(&description(), &network, wish, &|_| None, &record).unwrap();
    assert_eq!(whole, again);
    assert!(new.into_inner().unwrap() > 10);
}

/// A graph to be cut in two: the optimum's quality is kept, by the weights in real numbers.
#[test]
fn the_energy_of_final_states_is_kept() {
    let mut random = SplitMix64::new(11);
    let units = 48;
    let mut values = vec![0.0; units * units];
    for i in 0..units {
        for j in 0..i {
            let weight = -(random.below(1024) as f64) / 1024.0;
            values[i * units + j] = weight;
            values[j * units + i] = weight;
        }
    }
    let weights = Weights::dense(units, values).unwrap();
    let network = hopfield(weights, vec![0.0; units], Order::Sequential);
    let whole = Network::Hopfield(network.clone());
    let wish = wish(Keep::Argmin, 0.01);
    let record = Record::default();
    let (found, quantized) = explore(&description(), &whole, wish, &|_| None, &record).unwrap();
    let chosen = found.chosen().expect("exact words lose nothing");
    // By the definition: every trial run again, energies in real numbers.
    let mut random = SplitMix64::new(1);
    let starts: Vec<Vec<i8>> = (0..200).map(|_| random.state(units)).collect();
    let float = network.run_all(&starts).into_iter();
    let float: Vec<f64> = float.map(|end| network.energy(&end.state)).collect();
    let program = &quantized.program;
    let energy = |start: &Vec<i8>| {
        let mut executor = started(program, &hopfield_start(program, start));
        executor.run().unwrap();
        let end: Vec<i8> = state(program, &executor).iter().map(|&s| s as i8).collect();
        network.energy(&end)
    };
    let integer: Vec<f64> = starts.iter().map(energy).collect();
    let mean = |of: &[f64]| of.iter().sum::<f64>() / of.len() as f64;
    let least = |of: &[f64]| of.iter().copied().fold(0.0, f64::min);
    let rise = |of: &dyn Fn(&[f64]) -> f64| (of(&integer) - of(&float)) / of(&float).abs();
    let lost = rise(&mean).max(rise(&least)).max(0.0);
    assert!(
        (chosen.error - lost).abs() < 1e-9,
        "{} and {lost}",
        chosen.error
    );
    assert!(chosen.error <= 0.01);
    let exact = found.points.iter().find(|point| point.exact);
    assert_eq!(exact.expect("parts of 1024").error, 0.0);
    let rough = found.points.iter().map(|point| point.error);
    let rough = rough.fold(0.0, f64::max);
    assert!(rough > 0.02, "the narrowest words lose something: {rough}");
}

#[test]
fn labels_are_the_nearest_patterns() {
    let network = memory(64, 12, projection);
    let found = search(&network, wish(Keep::Labels, 0.0));
    let chosen = found.chosen().expect("wide words lose nothing");
    assert!(chosen.error == 0.0 && chosen.kept >= found.float);
    // Labels ask for less than recall.
    let recall = search(&network, wish(Keep::Recall, 0.0));
    let cheaper = chosen.cost.total() <= recall.chosen().unwrap().cost.total();
    assert!(cheaper && found.float >= recall.float);
}

/// What the description does not allow is no candidate, and no end of the search.
#[test]
fn a_fixed_accumulator_bounds_the_widths() {
    let network = Network::Hopfield(memory(32, 8, projection));
    let text = starter(Kind::Hopfield).replace(
        "weights = \"auto\"",
        "weights = \"auto\"\naccumulator = \"s8f0\"",
    );
    let description = Description::parse(&text, "sample.toml", Path::new(".")).unwrap();
    let record = Record::default();
    let wish = wish(Keep::Stability, 0.0);
    let (found, _) = explore(&description, &network, wish, &|_| None, &record).unwrap();
    let sums = found
        .points
        .iter()
        .map(|point| point.formats["sweep.accumulator"]);
    assert!(sums.into_iter().all(|format| format.to_string() == "s8f0"));
    assert!(found.points.len() > 20 && found.chosen().is_some());
}

#[test]
fn what_cannot_be_searched_says_why() {
    let none = hopfield(
        Weights::dense(2, vec![0.0, 1.0, 1.0, 0.0]).unwrap(),
        vec![0.0; 2],
        Order::Sequential,
    );
    let error = |network: &Hopfield, wish: Wish| {
        let network = Network::Hopfield(network.clone());
        let record = Record::default();
        let found = explore(&description(), &network, wish, &|_| None, &record);
        found.unwrap_err().to_string()
    };
    let said = error(&none, wish(Keep::Recall, 0.0));
    assert!(
        said.starts_with("HW0504") && said.contains("no patterns"),
        "{said}"
    );
    let network = memory(16, 2, hebb);
    let without = Wish {
        trials: 0,
        ..wish(Keep::Recall, 0.0)
    };
    assert!(error(&network, without).contains("no trials"));
    let poor = Wish {
        budget_lut: Some(10),
        ..wish(Keep::Recall, 0.0)
    };
    assert!(error(&network, poor).contains("budget"));
}
