//! Networks that minimise Ising models, against their theory and against other ways to write them.

use network::description::OrderWord;
use network::dynamics::{Ending, Moment, run};
use network::hopfield::Order;
use network::noise::SplitMix64;
use network::{Annealed, Chaotic, Description, Dynamics, Hopfield, Network, SimulatedBifurcation};

fn network(text: &str) -> Network {
    let description = Description::parse(text, "net.toml", std::path::Path::new("")).unwrap();
    Network::from_description(&description).unwrap_or_else(|error| panic!("{error}"))
}

/// A random symmetric model of whole numbers: couplings and fields as text.
fn model(units: usize, random: &mut SplitMix64) -> (Vec<Vec<i64>>, Vec<i64>) {
    let mut w = vec![vec![0i64; units]; units];
    let pairs = (0..units).flat_map(|i| (0..i).map(move |j| (i, j)));
    for (i, j) in pairs {
        let value = random.below(7) as i64 - 3;
        w[i][j] = value;
        w[j][i] = value;
    }
    let h = (0..units).map(|_| random.below(5) as i64 - 2).collect();
    (w, h)
}

fn text(kind: &str, (w, h): &(Vec<Vec<i64>>, Vec<i64>), rest: &str) -> String {
    let units = h.len();
    format!(
        "[network]\nkind = \"{kind}\"\nname = \"net\"\nunits = {units}\n[weights]\nw = {w:?}\n\
         bias = {h:?}\n{rest}"
    )
}

fn annealed(text: &str) -> Annealed {
    match network(text) {
        Network::Annealed(network) => network,
        other => panic!("{other:?}"),
    }
}

fn bifurcation(text: &str) -> SimulatedBifurcation {
    match network(text) {
        Network::Bifurcation(network) => network,
        other => panic!("{other:?}"),
    }
}

fn chaotic(text: &str) -> Chaotic {
    match network(text) {
        Network::Chaotic(network) => network,
        other => panic!("{other:?}"),
    }
}

#[test]
fn at_temperature_0_it_is_a_hopfield_network() {
    let mut random = SplitMix64::new(5);
    let words = [
        ("sequential", ""),
        ("permuted", "seed = 9"),
        ("block", "block = 3"),
        ("synchronous", ""),
    ];
    for round in 0..40 {
        let model = model(9, &mut random);
        let (word, more) = words[round % words.len()];
        let update = format!("[update]\norder = \"{word}\"\n{more}\nmax_steps = 30\n");
        let cold = format!("{update}[dynamics]\ntemperature = [0.0]\n");
        let annealed = annealed(&text("annealed_hopfield", &model, &cold));
        let hopfield = format!("{update}detect_period = false\n");
        let Network::Hopfield(hopfield) = network(&text("hopfield", &model, &hopfield)) else {
            panic!("no Hopfield network")
        };
        for start in annealed.starts() {
            let spins: Vec<i8> = start[0].iter().map(|&s| s as i8).collect();
            let (one, other) = (run(&annealed, &start, &mut |_| {}), hopfield.run(&spins));
            let end: Vec<i8> = one.last.of(0).iter().map(|&s| s as i8).collect();
            assert_eq!(end, other.state);
            assert_eq!(one.last.step, other.steps);
            assert_eq!(one.energy, other.energies);
        }
    }
}

/// How often each state comes up at a fixed temperature, and how often Boltzmann says.
fn frequencies(network: &Annealed, temperature: f64, sweeps: u64) -> Vec<(f64, f64)> {
    let units = network.minimisation.model.units();
    let spins = |state: usize| -> Vec<f64> {
        let spin = |unit| if state >> unit & 1 == 1 { 1.0 } else { -1.0 };
        (0..units).map(spin).collect()
    };
    let weight = |state| (-network.minimisation.model.energy(&spins(state)) / temperature).exp();
    let weights: Vec<f64> = (0..1 << units).map(weight).collect();
    let total: f64 = weights.iter().sum();
    let mut counts = vec![0.0; 1 << units];
    let mut moment = network.begin(&network.replica(0));
    for sweep in 0..sweeps + 100 {
        network.step(&mut moment);
        moment.step += 1;
        if sweep >= 100 {
            let bits = moment.of(0).iter().enumerate();
            let state = bits.filter(|(_, s)| **s > 0.0).map(|(unit, _)| 1 << unit);
            counts[state.sum::<usize>()] += 1.0 / sweeps as f64;
        }
    }
    let expected = weights.into_iter().map(|weight| weight / total);
    counts.into_iter().zip(expected).collect()
}

#[test]
fn states_come_up_as_boltzmann_says() {
    const SWEEPS: u64 = 100_000;
    let mut random = SplitMix64::new(6);
    for (order, more) in [
        ("sequential", ""),
        ("permuted", "seed = 3"),
        ("block", "block = 1"),
    ] {
        for temperature in [2.5, 4.0] {
            let model = model(4, &mut random);
            let rest = format!(
                "[dynamics]\ntemperature = [{temperature}]\nnoise_bits = 16\nseed = {}\n\
                 [update]\norder = \"{order}\"\n{more}\nmax_steps = 10\n",
                random.below(1000) + 1
            );
            let network = annealed(&text("annealed_hopfield", &model, &rest));
            for (found, wanted) in frequencies(&network, temperature, SWEEPS) {
                // Five standard errors of independent draws, with room for a correlation of a few
                // sweeps, and for 16 bits of noise.
                let error = (wanted * (1.0 - wanted) / SWEEPS as f64 * 8.0).sqrt();
                assert!(
                    (found - wanted).abs() < 5.0 * error + 1e-4,
                    "{order} at {temperature}: {found}, {wanted} expected"
                );
            }
        }
    }
}

#[test]
fn noise_is_drawn_in_the_order_of_turns() {
    let mut random = SplitMix64::new(7);
    let model = model(5, &mut random);
    let rest = "[dynamics]\ntemperature = [3.0]\nseed = 77\n[update]\nmax_steps = 50\n";
    let network = annealed(&text("annealed_hopfield", &model, rest));
    let mut moment = network.begin(&network.replica(1));
    let mut state = moment.of(0).to_vec();
    let mut noise = program::noise::Noise::new(77);
    for _ in 0..50 {
        network.step(&mut moment);
        moment.step += 1;
        for unit in 0..5 {
            let word = noise.value(10) as f64;
            let u = (word + 0.5) / 1024.0;
            let pull: f64 = (0..5).map(|j| model.0[unit][j] as f64 * state[j]).sum();
            let drive = pull + model.1[unit] as f64 + 3.0 * (u / (1.0 - u)).ln() / 2.0;
            if drive != 0.0 {
                state[unit] = drive.signum();
            }
        }
        assert_eq!(moment.of(0), state);
    }
}

/// The algorithm as it is written in the paper: all momenta, all positions, then the walls.
fn by_the_paper(network: &SimulatedBifurcation, x: &mut [f64], y: &mut [f64], step: u64) {
    let model = &network.minimisation.model;
    let units = model.units();
    let (dt, c0, a0) = (network.step, network.coupling, 1.0);
    let a = step as f64 / (network.pump.len() - 1) as f64;
    let pulled: Vec<f64> = match network.form {
        network::description::BifurcationForm::Ballistic => x.to_vec(),
        network::description::BifurcationForm::Discrete => x
            .iter()
            .map(|&x| if x < 0.0 { -1.0 } else { 1.0 })
            .collect(),
    };
    for i in 0..units {
        let sum: f64 = (0..units)
            .map(|j| model.couplings.get(i, j) * pulled[j])
            .sum();
        y[i] += (-(a0 - a) * x[i] + c0 * (sum + model.field[i])) * dt;
    }
    for i in 0..units {
        x[i] += a0 * y[i] * dt;
    }
    for i in 0..units {
        if x[i].abs() > 1.0 {
            x[i] = x[i].signum();
            y[i] = 0.0;
        }
    }
}

#[test]
fn bifurcations_follow_the_paper() {
    let mut random = SplitMix64::new(8);
    for round in 0..10 {
        let model = model(8, &mut random);
        let form = ["ballistic", "discrete"][round % 2];
        let rest = format!("[dynamics]\nform = \"{form}\"\n[update]\nmax_steps = 200\n");
        let network = bifurcation(&text("simulated_bifurcation", &model, &rest));
        let mut moment = network.begin(&network.replica(round));
        let (mut x, mut y) = (moment.of(0).to_vec(), moment.of(1).to_vec());
        let mut walls = 0;
        for step in 0..200 {
            network.step(&mut moment);
            moment.step += 1;
            by_the_paper(&network, &mut x, &mut y, step);
            for (found, wanted) in moment.of(0).iter().zip(&x) {
                assert!((found - wanted).abs() < 1e-9);
            }
            for ((x, y), wanted) in moment.of(0).iter().zip(moment.of(1)).zip(&y) {
                assert!((y - wanted).abs() < 1e-9);
                assert!(x.abs() <= 1.0);
                walls += usize::from(x.abs() == 1.0);
            }
        }
        assert!(walls > 100, "{walls} times at a wall");
    }
}

#[test]
fn a_bifurcation_rests_at_its_walls_in_a_local_minimum() {
    let mut random = SplitMix64::new(9);
    let mut rested = 0;
    for _ in 0..20 {
        let model = model(7, &mut random);
        let rest = "[update]\nmax_steps = 2000\n";
        let network = bifurcation(&text("simulated_bifurcation", &model, rest));
        let run = run(&network, &network.replica(0), &mut |_| {});
        if run.ending != Ending::Stable {
            continue;
        }
        rested += 1;
        let x = run.last.of(0);
        assert!(x.iter().all(|x| x.abs() == 1.0));
        for (unit, s) in x.iter().enumerate() {
            assert!(network.minimisation.model.pull(unit, x) * s >= 0.0);
        }
    }
    assert!(rested >= 10, "{rested} of 20");
}

/// `y+ = k y + alpha (sum_j w_ij x_j + I_i) - z (x_i - I0)` with `w = 2 J` and `I = h - J 1`.
#[test]
fn a_chaotic_network_is_that_of_chen_and_aihara() {
    let mut random = SplitMix64::new(10);
    for word in [OrderWord::Sequential, OrderWord::Synchronous] {
        let model = model(6, &mut random);
        let order = format!("{word:?}").to_lowercase();
        let rest = format!("[update]\norder = \"{order}\"\nmax_steps = 100\n");
        let network = chaotic(&text("chaotic", &model, &rest));
        let mut moment = network.begin(&network.replica(3));
        let mut y = moment.of(1).to_vec();
        let output = |y: f64| 1.0 / (1.0 + (-y * 256.0).exp());
        let mut x: Vec<f64> = y.iter().map(|&y| output(y)).collect();
        for step in 0..40 {
            let z = network.self_coupling[step];
            network.step(&mut moment);
            moment.step += 1;
            let before = x.clone();
            for i in 0..6 {
                let source = if word == OrderWord::Sequential {
                    &x
                } else {
                    &before
                };
                let w = |j: usize| 2.0 * model.0[i][j] as f64;
                let pull: f64 = (0..6).map(|j| w(j) * source[j]).sum();
                let bias = model.1[i] - model.0[i].iter().sum::<i64>();
                y[i] = 0.875 * y[i] + network.coupling * (pull + bias as f64) - z * (x[i] - 0.625);
                x[i] = output(y[i]);
            }
            // Chaos lets small differences grow: both are brought together after each step.
            for (i, found) in moment.of(1).iter().enumerate() {
                assert!((found - y[i]).abs() < 1e-9, "step {step}: {found} {}", y[i]);
                assert!((moment.of(0)[i] - (2.0 * x[i] - 1.0)).abs() < 1e-6);
            }
            y = moment.of(1).to_vec();
            x = moment.of(0).iter().map(|v| (1.0 + v) / 2.0).collect();
        }
    }
}

#[test]
fn replicas_side_by_side_do_what_each_does_alone() {
    let mut random = SplitMix64::new(11);
    let model = model(6, &mut random);
    let rest = "[dynamics]\ntemperature = [0.0]\n";
    let alone = annealed(&text("annealed_hopfield", &model, rest));
    let three = text("annealed_hopfield", &model, rest);
    let three = annealed(&three.replace("units = 6", "units = 6\nreplicas = 3"));
    let start = three.replica(0);
    let end = run(&three, &start, &mut |_| {}).last;
    let of_replica = |values: &[f64], r: usize| -> Vec<f64> {
        values.iter().skip(r).step_by(3).copied().collect()
    };
    let mut lowest = f64::INFINITY;
    for replica in 0..3 {
        let own = run(&alone, &vec![of_replica(&start[0], replica)], &mut |_| {});
        assert_eq!(own.last.of(0), of_replica(end.of(0), replica));
        lowest = lowest.min(*own.energy.last().unwrap());
    }
    assert_eq!(three.energy(&end), Some(lowest));
    let positions = bifurcation(&text("simulated_bifurcation", &model, ""));
    let two = text("simulated_bifurcation", &model, "");
    let two = bifurcation(&two.replace("units = 6", "units = 6\nreplicas = 2"));
    let start = two.replica(0);
    let mut both = two.begin(&start);
    let of = |moment: &Moment, r: usize| -> Vec<f64> {
        moment.of(0).iter().skip(r).step_by(2).copied().collect()
    };
    let begin = |r: usize| {
        let own = start
            .iter()
            .map(|values| values.iter().skip(r).step_by(2).copied().collect());
        positions.begin(&own.collect())
    };
    let mut single = [begin(0), begin(1)];
    for _ in 0..50 {
        two.step(&mut both);
        both.step += 1;
        for (replica, one) in single.iter_mut().enumerate() {
            positions.step(one);
            one.step += 1;
            assert_eq!(one.of(0), of(&both, replica));
        }
    }
}

#[test]
fn the_best_of_many_replicas_differ_by_noise_and_start() {
    let mut random = SplitMix64::new(12);
    let model = model(12, &mut random);
    let network = annealed(&text("annealed_hopfield", &model, ""));
    assert_ne!(network.replica(0), network.replica(1));
    assert_ne!(network.replica(7), network.replica(8));
    let Some(other) = network.with_noise_of(1) else {
        panic!("no noise of its own")
    };
    let start = network.replica(0);
    let ends = [
        run(&network, &start, &mut |_| {}).last,
        run(&*other, &start, &mut |_| {}).last,
    ];
    assert_ne!(ends[0].noise[0].state(), ends[1].noise[0].state());
    let same = network.with_noise_of(0).unwrap();
    let again = run(&*same, &start, &mut |_| {}).last;
    assert_eq!(again.of(0), ends[0].of(0));
}

#[test]
fn orders_of_replicas() {
    assert_eq!(Order::Sequential.side_by_side(1), Order::Sequential);
    assert_eq!(Order::Sequential.side_by_side(4), Order::Block { size: 4 });
    assert_eq!(
        Order::Block { size: 3 }.side_by_side(2),
        Order::Block { size: 6 }
    );
    assert_eq!(Order::Synchronous.side_by_side(2), Order::Synchronous);
}

/// Whatever the description says of the network, it is a Hopfield network with the same couplings.
#[test]
fn the_hopfield_network_has_the_same_energy() {
    let mut random = SplitMix64::new(13);
    let model = model(8, &mut random);
    let annealed = annealed(&text("annealed_hopfield", &model, ""));
    let Network::Hopfield(hopfield): Network = network(&text("hopfield", &model, "")) else {
        panic!("no Hopfield network")
    };
    let energy = |hopfield: &Hopfield, spins: &[i8]| hopfield.energy(spins);
    for _ in 0..20 {
        let spins = random.state(8);
        let real: Vec<f64> = spins.iter().map(|&s| f64::from(s)).collect();
        assert_eq!(
            annealed.minimisation.energy(&real),
            energy(&hopfield, &spins)
        );
    }
}

/// The text of the error of a description with this line in its `[dynamics]`.
fn refused(kind: &str, line: &str) -> String {
    let model = (vec![vec![0, 1], vec![1, 0]], vec![0, 0]);
    let text = text(kind, &model, &format!("[dynamics]\n{line}\n"));
    let found = Description::parse(&text, "net.toml", std::path::Path::new(""))
        .and_then(|description| Network::from_description(&description));
    format!("{}\n", found.expect_err("a refusal"))
}

#[test]
fn courses_without_numbers_are_refused() {
    let long = format!("pump = {:?}", vec![0.5; 65_537]);
    let all: Vec<String> = [
        ("simulated_bifurcation", "pump = []"),
        ("simulated_bifurcation", "pump = [0.0, nan]"),
        ("simulated_bifurcation", "pump = { from = 0.0 }"),
        (
            "simulated_bifurcation",
            "pump = { from = 0.0, to = 1.0, steps = 0 }",
        ),
        ("annealed_hopfield", "temperature = []"),
        ("annealed_hopfield", "temperature = [2.0, -1.0]"),
        ("chaotic", "self_coupling = []"),
    ]
    .iter()
    .map(|(kind, line)| format!("--- {kind}: {line}\n{}", refused(kind, line)))
    .collect();
    insta::with_settings!({ omit_expression => true }, { insta::assert_snapshot!(all.join("\n")) });
    let long = refused("simulated_bifurcation", &long);
    assert!(
        long.starts_with("error[HW0205]: the pump is a list of 65537 numbers"),
        "{long}"
    );
}
