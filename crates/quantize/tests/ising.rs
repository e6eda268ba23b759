//! Networks that minimise Ising models, in integers: against real numbers with the same words,
//! against their equations in whole numbers, and with certificates.

use network::dynamics::{Moment, run};
use network::noise::SplitMix64;
use network::{Description, Dynamics, Network};
use program::{Executor, Program, Role, VectorId};
use quantize::dynamic::loads;
use quantize::range::certificate;
use quantize::{Options, Quantized, quantize, rounded};

fn built(text: &str) -> (Network, Quantized) {
    let description = Description::parse(text, "net.toml", std::path::Path::new("")).unwrap();
    let network = Network::from_description(&description).unwrap_or_else(|e| panic!("{e}"));
    let quantized = quantize(&description, &network, &Options::default());
    (network, quantized.unwrap_or_else(|error| panic!("{error}")))
}

/// A random description: a kind with a random model of small whole numbers, with one of halves, or
/// with one of numbers that no binary fraction is.
fn described(kind: &str, units: usize, unit: f64, rest: &str, random: &mut SplitMix64) -> String {
    let mut w = vec![vec![0.0; units]; units];
    let pairs = (0..units).flat_map(|i| (0..i).map(move |j| (i, j)));
    for (i, j) in pairs {
        let value = unit * (random.below(7) as f64 - 3.0);
        w[i][j] = value;
        w[j][i] = value;
    }
    let h: Vec<f64> = (0..units)
        .map(|_| unit * (random.below(5) as f64 - 2.0))
        .collect();
    format!(
        "[network]\nkind = \"{kind}\"\nname = \"net\"\nunits = {units}\n[weights]\nw = {w:?}\n\
         bias = {h:?}\n{rest}"
    )
}

fn loaded<'p>(program: &'p Program, network: &dyn Dynamics, number: usize) -> Executor<'p> {
    let mut executor = Executor::new(program).unwrap();
    for (vector, values) in loads(program, network, &network.replica(number)) {
        executor.load(vector, &values).unwrap();
    }
    executor.start().unwrap();
    executor
}

/// With its numbers after rounding, the network in real numbers makes the same steps as the
/// integers: all of its sums are exact, and the noise is made of the same words.
#[test]
fn annealing_in_reals_and_in_integers_is_one() {
    let mut random = SplitMix64::new(21);
    let orders = [
        "order = \"sequential\"",
        "order = \"permuted\"\nseed = 5",
        "order = \"block\"\nblock = 2",
        "order = \"synchronous\"",
    ];
    let replicas = ["", "replicas = 3\n"];
    for round in 0..24 {
        let unit = [1.0, 0.5, 0.3][round % 3];
        let rest = format!(
            "[update]\n{}\nmax_steps = 60\n[dynamics]\nnoise_bits = {}\nseed = {}\n",
            orders[round % 4],
            4 + random.below(9),
            1 + random.below(1 << 20),
        );
        let text = described("annealed_hopfield", 7, unit, &rest, &mut random);
        let text = text.replace(
            "units = 7\n",
            &format!("units = 7\n{}", replicas[round % 2]),
        );
        let (network, quantized) = built(&text);
        let program = &quantized.program;
        let network = rounded(&network, program).unwrap();
        let network = network.dynamics().unwrap();
        let mut executor = loaded(program, network, round);
        let mut moment = network.begin(&network.replica(round));
        let mut ended = false;
        for _ in 0..60 {
            let rests = network.step(&mut moment).unwrap();
            moment.step += 1;
            let changed = executor.step().unwrap().changed;
            let spins: Vec<f64> = executor
                .values(VectorId(0))
                .iter()
                .map(|&s| s as f64)
                .collect();
            assert_eq!(moment.of(0), spins);
            assert_eq!(rests, !changed);
            ended |= rests;
        }
        assert!(ended || round % 4 > 1, "no rest at temperature 0");
    }
}

/// The equations of simulated bifurcation in whole numbers, from the words of a program: sums with
/// 24 fraction bits more than positions have, then rounded to the nearest, ties to even.
struct Whole {
    fraction: u32,
    couplings: Vec<Vec<i128>>,
    field: Vec<i128>,
    step: i128,
    kick: i128,
    pump: Vec<i128>,
    discrete: bool,
}

const MORE: u32 = 24;

fn half_even(value: i128, places: u32) -> i128 {
    let (whole, rest) = (value >> places, value & ((1 << places) - 1));
    let half = 1i128 << (places - 1);
    whole + i128::from(rest > half || (rest == half && whole & 1 == 1))
}

impl Whole {
    fn step(&self, x: &mut [i128], y: &mut [i128], t: usize) {
        let one = 1i128 << self.fraction;
        let pulled: Vec<i128> = match self.discrete {
            true => x.iter().map(|&x| if x < 0 { -one } else { one }).collect(),
            false => x.to_vec(),
        };
        let pump = self.pump[t.min(self.pump.len() - 1)];
        for i in 0..x.len() {
            let row = self.couplings[i].iter().zip(&pulled);
            let pull = row.map(|(j, x)| j * x).sum::<i128>() + self.field[i] * one;
            let force = pump * x[i] + self.kick * pull;
            y[i] = half_even((y[i] << MORE) + force, MORE);
        }
        for i in 0..x.len() {
            x[i] = half_even((x[i] << MORE) + self.step * y[i], MORE);
            if x[i].abs() > one {
                x[i] = x[i].signum() * one;
                y[i] = 0;
            }
        }
    }
}

#[test]
fn bifurcations_in_integers_follow_their_equations_and_keep_within_walls() {
    let mut random = SplitMix64::new(22);
    for round in 0..24 {
        let form = ["ballistic", "discrete"][round % 2];
        let rest = format!(
            "[dynamics]\nform = \"{form}\"\n[update]\nmax_steps = 150\nuntil = \"steps\"\n\
             [format]\nstate = \"s{}f{}\"\n",
            6 + round / 4,
            4 + round / 4,
        );
        let text = described("simulated_bifurcation", 6, 1.0, &rest, &mut random);
        let (network, quantized) = built(&text);
        let program = &quantized.program;
        let Some(Network::Bifurcation(of)) = rounded(&network, program) else {
            panic!("no bifurcation")
        };
        let scaled = |value: f64| (value * f64::from(1 << MORE)) as i128;
        let model = &of.minimisation.model;
        let whole = Whole {
            fraction: 4 + round as u32 / 4,
            couplings: (0..6)
                .map(|i| (0..6).map(|j| model.couplings.get(i, j) as i128).collect())
                .collect(),
            field: model.field.iter().map(|&h| h as i128).collect(),
            step: scaled(of.step),
            kick: scaled(of.step * of.coupling),
            pump: of.pump.iter().map(|&p| scaled(p)).collect(),
            discrete: form == "discrete",
        };
        let mut executor = loaded(program, network.dynamics().unwrap(), round);
        let [position, momentum] = ["position", "momentum"].map(|of| program.find(of).unwrap());
        let of = |executor: &Executor<'_>, id| -> Vec<i128> {
            executor
                .values(id)
                .iter()
                .map(|&raw| i128::from(raw))
                .collect()
        };
        let (mut x, mut y) = (of(&executor, position), of(&executor, momentum));
        let one = 1i128 << whole.fraction;
        let mut walls = 0;
        for t in 0..150 {
            executor.step().unwrap();
            whole.step(&mut x, &mut y, t);
            assert_eq!(of(&executor, position), x, "{form}, step {t}");
            assert_eq!(of(&executor, momentum), y, "{form}, step {t}");
            assert!(x.iter().all(|x| x.abs() <= one));
            walls += x.iter().filter(|x| x.abs() == one).count();
        }
        assert!(walls > 0);
    }
}

/// One step from the same state differs from that in real numbers by no more than the rounding of
/// its words.
#[test]
fn a_step_of_chaos_is_within_its_rounding() {
    let mut random = SplitMix64::new(23);
    for round in 0..8 {
        let order = ["sequential", "synchronous"][round % 2];
        let rest = format!("[update]\norder = \"{order}\"\nmax_steps = 100\n");
        let text = described("chaotic", 6, 1.0, &rest, &mut random);
        let (network, quantized) = built(&text);
        let program = &quantized.program;
        let Some(Network::Chaotic(of)) = rounded(&network, program) else {
            panic!("no chaos")
        };
        let [output, internal] = ["state", "internal"].map(|name| program.find(name).unwrap());
        let unit = |id| program.vector(id).unwrap().format.value(1);
        let mut executor = loaded(program, &of, round);
        let mut moment = of.begin(&of.replica(round));
        for t in 0..60 {
            let read = |id: VectorId| -> Vec<f64> {
                let format = program.vector(id).unwrap().format;
                executor
                    .values(id)
                    .iter()
                    .map(|&raw| format.value(raw))
                    .collect()
            };
            moment.values = vec![read(output), read(internal)];
            moment.step = t;
            of.step(&mut moment);
            executor.step().unwrap();
            let units = 0..6;
            for i in units {
                let format = program.vector(internal).unwrap().format;
                let y = format.value(executor.values(internal)[i]);
                // In sequential order, outputs of units before this one enter with their errors.
                let row: f64 = of
                    .minimisation
                    .model
                    .couplings
                    .row(i)
                    .map(|(_, j)| j.abs())
                    .sum();
                let entering = if order == "sequential" {
                    row * of.coupling * 0.3
                } else {
                    0.0
                };
                let bound = 0.5 * unit(internal) + entering + 1e-12;
                assert!(
                    (y - moment.of(1)[i]).abs() <= bound,
                    "{order} step {t} unit {i}"
                );
                let v = program
                    .vector(output)
                    .unwrap()
                    .format
                    .value(executor.values(output)[i]);
                let wanted = of.activation.value(y);
                assert!((v - wanted).abs() <= 1.5 * unit(output), "{v} {wanted}");
            }
        }
    }
}

#[test]
fn every_program_has_a_certificate() {
    let mut random = SplitMix64::new(24);
    for kind in ["annealed_hopfield", "simulated_bifurcation", "chaotic"] {
        for rest in ["", "[update]\nmax_steps = 40\n"] {
            for unit in [1.0, 0.3] {
                let text = described(kind, 5, unit, rest, &mut random);
                let (_, quantized) = built(&text);
                let claimed = certificate(&quantized.program).unwrap().to_string();
                let program = serde_json::to_string(&quantized.program).unwrap();
                certificate::verify(&program, &claimed).unwrap();
            }
        }
    }
}

/// Energies are sums of whole numbers, so that they are exact in double precision, and are those
/// of the words.
#[test]
fn energies_are_those_of_the_words() {
    let mut random = SplitMix64::new(25);
    for kind in ["annealed_hopfield", "simulated_bifurcation", "chaotic"] {
        let text = described(kind, 9, 1.0, "[update]\nmax_steps = 50\n", &mut random);
        let (network, quantized) = built(&text);
        let program = &quantized.program;
        let of = rounded(&network, program).unwrap();
        let of = of.dynamics().unwrap();
        let facts = of.facts(network::Level::Integer);
        let exact = facts
            .iter()
            .find(|fact| fact.name == "exact_energies")
            .unwrap();
        assert_eq!(exact.holds, Some(true));
        let gather = &program.stages.last().unwrap().gathers[0];
        let program::Arrangement::Dense { values, .. } = &gather.weights.arrangement else {
            panic!("dense")
        };
        // The field has the fraction of the sum: whole fields stand before so many zeros.
        let field = program.vector(gather.offset.unwrap()).unwrap();
        let Role::Parameter(field_raw) = &field.role else {
            panic!("no parameter")
        };
        let scale = 1i64 << field.format.fraction();
        for number in 0..5 {
            let mut executor = loaded(program, of, number);
            executor.run().unwrap();
            let raw = executor.values(VectorId(0));
            let s: Vec<i64> = raw.iter().map(|&x| if x < 0 { -1 } else { 1 }).collect();
            let mut doubled = 0;
            for i in 0..9 {
                doubled -= 2 * field_raw[i] / scale * s[i];
                doubled -= (0..9).map(|j| values[i * 9 + j] * s[i] * s[j]).sum::<i64>();
            }
            let mut moment = Moment::new(&of.variables(), &vec![]);
            moment.values = quantize::dynamic::values(&executor, program, of);
            assert_eq!(of.energy(&moment), Some(doubled as f64 / 2.0));
        }
    }
}

/// The formats that are chosen lose nothing on the starts of the description.
#[test]
fn chosen_formats_come_as_low_as_real_numbers() {
    for kind in ["simulated_bifurcation", "chaotic"] {
        let starter = network::starter(network::Kind::named(kind).unwrap());
        let (network, quantized) = built(starter);
        let last = quantized.report.tried.last().unwrap();
        assert!(last.loses_nothing, "{kind}: {:?}", quantized.report.tried);
        let network = network.dynamics().unwrap();
        let energies = network.starts().into_iter().map(|start| {
            let end = run(network, &start, &mut |_| {}).last;
            network.energy(&end).unwrap()
        });
        let lowest = energies.fold(f64::INFINITY, f64::min);
        assert!(last.score <= lowest, "{kind}: {} {lowest}", last.score);
    }
}
