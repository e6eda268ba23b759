//! Continuous networks and networks with delays of the gallery, in real numbers and in integers: what
//! their texts say.

use std::path::Path;

use network::dynamics::{self, Ending, Start};
use network::{Continuous, Description, Dynamics, Network};
use program::Program;
use quantize::{Options, dynamic, quantize};

mod support;

struct Made {
    network: Network,
    program: Program,
}

impl Made {
    fn load(name: &str) -> Made {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples");
        let description = Description::load(folder.join(name)).unwrap();
        let network = Network::from_description(&description).unwrap();
        let program = quantize(&description, &network, &Options::default());
        let program = program.unwrap().program;
        Made { network, program }
    }

    fn dynamics(&self) -> &dyn Dynamics {
        self.network.dynamics().unwrap()
    }

    fn continuous(&self) -> &Continuous {
        match &self.network {
            Network::Continuous(network) => network,
            other => panic!("{other:?}"),
        }
    }

    /// The states of a run in integers, that of the start first, over so many steps at most.
    fn walk(&self, start: &Start, steps: usize) -> (Vec<Vec<f64>>, bool) {
        let loads = dynamic::loads(&self.program, self.dynamics(), start);
        let mut executor = support::started(&self.program, &loads);
        let state = |executor: &program::Executor<'_>| {
            dynamic::values(executor, &self.program, self.dynamics()).swap_remove(0)
        };
        let mut states = vec![state(&executor)];
        for _ in 0..steps {
            let step = executor.step().unwrap();
            states.push(state(&executor));
            if !step.changed {
                return (states, true);
            }
        }
        (states, false)
    }

    /// The same in real numbers.
    fn real(&self, start: &Start) -> (Vec<Vec<f64>>, bool) {
        let mut states = vec![];
        let run = dynamics::run(self.dynamics(), start, &mut |moment| {
            states.push(moment.of(0).to_vec());
        });
        (states, run.ending == Ending::Stable)
    }
}

/// The code that a converter shows: the bits of the units whose state is above 0.
fn code(state: &[f64]) -> usize {
    let bits = state.iter().enumerate();
    bits.map(|(bit, x)| usize::from(*x > 0.0) << bit).sum()
}

/// The ends of a converter for each input from every corner: how many of the 16 x 16 runs are wrong, in
/// real numbers and in integers.
fn wrong(name: &str, far: f64) -> [usize; 2] {
    let made = Made::load(name);
    let network = made.continuous();
    let mut wrong = [0, 0];
    for input in 0..16 {
        for corner in 0..16usize {
            let bit = |bit: usize| if corner >> bit & 1 == 1 { far } else { -far };
            let corner: Vec<f64> = (0..4).map(bit).collect();
            let start = network.start(&corner, &[input as f64]);
            let (real, at_rest) = made.real(&start);
            assert!(at_rest, "{name}: input {input}");
            let (words, at_rest) = made.walk(&start, network.stop.max_steps as usize);
            assert!(at_rest, "{name}: input {input} in integers");
            wrong[0] += usize::from(code(real.last().unwrap()) != input);
            wrong[1] += usize::from(code(words.last().unwrap()) != input);
        }
    }
    wrong
}

#[test]
fn the_triangular_converter_has_no_wrong_end() {
    assert_eq!(wrong("continuous/converter_triangular.toml", 4.0), [0, 0]);
}

#[test]
fn the_symmetric_converter_has_spurious_states() {
    let [real, words] = wrong("continuous/converter_symmetric.toml", 1.0);
    assert!(real > 40 && words > 40, "{real} {words}");
    // From 0, as the text of the example says.
    let made = Made::load("continuous/converter_symmetric.toml");
    let network = made.continuous();
    for input in 0..16usize {
        let start = network.start(&[0.0; 4], &[input as f64]);
        let wanted = match input {
            4 => 3,
            11 => 12,
            other => other,
        };
        assert_eq!(code(made.real(&start).0.last().unwrap()), wanted);
        assert_eq!(code(made.walk(&start, 2000).0.last().unwrap()), wanted);
    }
}

/// The states in which the symmetric converter can end, by the definition of its weights: fixed points
/// of the limit of steep amplifiers.
#[test]
fn half_of_the_ends_of_the_symmetric_converter_are_wrong() {
    let made = Made::load("continuous/converter_symmetric.toml");
    let network = made.continuous();
    let (mut ends, mut spurious) = (0, 0);
    for input in 0..16usize {
        let drive = network.drive.as_ref().unwrap().weights.as_ref().unwrap();
        let driven = drive.times(&[input as f64]);
        for code in 0..16usize {
            let outputs: Vec<f64> = (0..4).map(|bit| (code >> bit & 1) as f64).collect();
            let fields = network.weights.times(&outputs);
            let stays = (0..4).all(|bit| {
                let field = fields[bit] + driven[bit] + network.bias[bit];
                (field > 0.0) == (outputs[bit] > 0.5)
            });
            ends += usize::from(stays);
            spurious += usize::from(stays && code != input);
        }
    }
    assert_eq!((ends, spurious), (33, 17));
}

/// The largest and the smallest value of a unit over the last steps.
fn swing(states: &[Vec<f64>], last: usize) -> f64 {
    let late = states[states.len() - last..].iter().map(|state| state[0]);
    let (low, high) = late.fold((f64::MAX, f64::MIN), |(low, high), x| {
        (low.min(x), high.max(x))
    });
    high - low
}

/// At both levels: those that come to rest, and those that swing by at least so much over the last 200
/// steps.
#[test]
fn delays_make_networks_swing() {
    let rests = [
        "delays/prompt.toml",
        "delays/spread.toml",
        "delays/schedule.toml",
        "delays/neutral.toml",
        "cohen_grossberg/hutchinson_calm.toml",
    ];
    for name in rests {
        let made = Made::load(name);
        for start in made.dynamics().starts() {
            assert!(made.real(&start).1, "{name}");
            let steps = made.program.stop.max_steps as usize;
            assert!(made.walk(&start, steps).1, "{name} in integers");
        }
    }
    let swings = [
        ("delays/late.toml", 2.0),
        ("delays/rhythm.toml", 1.5),
        ("delays/fading.toml", 4.0),
        ("cohen_grossberg/hutchinson.toml", 2.0),
    ];
    for (name, least) in swings {
        let made = Made::load(name);
        for start in made.dynamics().starts() {
            let (real, at_rest) = made.real(&start);
            assert!(
                !at_rest && swing(&real, 200) > least,
                "{name}: {}",
                swing(&real, 200)
            );
            let (words, at_rest) = made.walk(&start, made.program.stop.max_steps as usize);
            assert!(
                !at_rest && swing(&words, 200) > least,
                "{name}: {}",
                swing(&words, 200)
            );
        }
    }
}

/// With the delay of 1 in its schedule the pair swings, and after that it does not.
#[test]
fn a_schedule_of_delays_ends_the_swing() {
    let made = Made::load("delays/schedule.toml");
    let start = &made.dynamics().starts()[0];
    let (states, at_rest) = made.walk(start, 800);
    assert!(at_rest && states.len() > 320);
    assert!(swing(&states[..321], 100) > 1.0);
}

/// Where it can only end in one of the two, the one with more of the start stays.
#[test]
fn founders_stay_and_the_brightest_is_chosen() {
    let made = Made::load("cohen_grossberg/founders.toml");
    for start in made.dynamics().starts() {
        let first = start[0][0] > start[0][1];
        for states in [made.real(&start).0, made.walk(&start, 400).0] {
            let end = states.last().unwrap();
            let (winner, loser) = if first {
                (end[0], end[1])
            } else {
                (end[1], end[0])
            };
            assert!(winner > 0.98 && loser < 0.01, "{end:?}");
        }
    }
    let made = Made::load("cohen_grossberg/brightest.toml");
    for start in &made.dynamics().starts()[..2] {
        let most = start[0].iter().cloned().fold(0.0, f64::max);
        for states in [made.real(start).0, made.walk(start, 400).0] {
            for (x, bright) in states.last().unwrap().iter().zip(&start[0]) {
                let wanted = if *bright == most { 0.8536 } else { 0.0 };
                assert!((x - wanted).abs() < 0.003, "{x} {wanted}");
            }
        }
    }
}
