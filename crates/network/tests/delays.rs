//! Delays of every kind against their definitions, and the solver of differential equations against
//! analytic solutions.

use std::path::Path;

use network::delay::{Delays, History, Lag, Term, steps};
use network::description::{DelaySections, HistorySection, Source};
use network::dynamics::{Course, Flow, deviation, euler, solution};
use network::{Matrix, Problem};
use proptest::prelude::*;

/// A source that is known for all time: element j in step t.
fn source(t: i64) -> Vec<f64> {
    (0..3i64)
        .map(|j| ((t * 7 + j * 3).rem_euclid(11) as f64 - 5.0) / 4.0)
        .collect()
}

fn weights(seed: i64) -> Matrix {
    let value = |at: i64| ((at * 5 + seed).rem_euclid(9) as f64 - 4.0) / 2.0;
    Matrix::dense(2, 3, &(0..6).map(value).collect::<Vec<_>>())
}

/// What the terms give over `steps` steps, the source being known before step 0, too.
fn run(delays: &Delays, steps: i64) -> Vec<[Vec<f64>; 2]> {
    let change = |t: i64| {
        let pairs = source(t + 1).into_iter().zip(source(t));
        pairs.map(|(a, b)| a - b).collect::<Vec<f64>>()
    };
    let oldest = 60;
    let mut memories = delays.begin(|k| source(-(k as i64)), |k| change(-(k as i64)), oldest);
    let mut all = vec![];
    for t in 0..steps {
        let present = source(t);
        all.push([
            delays.sum(t as u64, &present, &memories, 2),
            delays.increments(&memories, 2),
        ]);
        delays.remember(&mut memories, &present, &change(t), 0.0);
    }
    all
}

fn near(a: &[f64], b: &[f64]) -> bool {
    a.len() == b.len() && a.iter().zip(b).all(|(a, b)| (a - b).abs() < 1e-9)
}

fn lag() -> impl Strategy<Value = Lag> {
    prop_oneof![
        (0usize..9).prop_map(Lag::Steps),
        prop::collection::vec(1usize..9, 1..6).prop_map(Lag::Varying),
        prop::collection::vec((0usize..9, -2.0f64..2.0), 1..5).prop_map(Lag::Kernel),
        (0.05f64..=1.0).prop_map(Lag::Leaky),
        (1usize..9).prop_map(Lag::Increment),
    ]
}

/// The lagged value by its definition, from the source at all times.
fn defined(lag: &Lag, t: i64) -> Vec<f64> {
    let mut sum = vec![0.0; 3];
    let mut add = |weight: f64, values: Vec<f64>| {
        sum.iter_mut()
            .zip(values)
            .for_each(|(sum, value)| *sum += weight * value);
    };
    match lag {
        Lag::Steps(d) => add(1.0, source(t - *d as i64)),
        Lag::Varying(d) => add(1.0, source(t - d[(t as usize).min(d.len() - 1)] as i64)),
        Lag::Kernel(kernel) => kernel
            .iter()
            .for_each(|&(d, w)| add(w, source(t - d as i64))),
        // The sum of a geometric series over all of the past, which stands still 60 steps back.
        Lag::Leaky(share) => {
            let mut rest = 1.0;
            for k in 1..t + 60 {
                add(rest * share, source(t - k));
                rest *= 1.0 - share;
            }
            add(rest, source(-60));
        }
        Lag::Increment(d) => {
            add(1.0, source(t - *d as i64 + 1));
            add(-1.0, source(t - *d as i64));
        }
    }
    sum
}

proptest! {
    #[test]
    fn lagged_values_are_those_of_the_definition(lags in prop::collection::vec(lag(), 1..4)) {
        let terms = lags.iter().enumerate().map(|(at, lag)| Term {
            name: format!("t{at}"),
            weights: weights(at as i64),
            lag: lag.clone(),
        });
        let delays = Delays { terms: terms.collect() };
        for (t, [sum, increments]) in run(&delays, 20).into_iter().enumerate() {
            let mut wanted = [vec![0.0; 2], vec![0.0; 2]];
            for term in &delays.terms {
                let received = term.weights.times(&defined(&term.lag, t as i64));
                let into = &mut wanted[usize::from(term.lag.is_increment())];
                into.iter_mut().zip(received).for_each(|(sum, more)| *sum += more);
            }
            prop_assert!(near(&sum, &wanted[0]), "step {t}: {sum:?} {:?}", wanted[0]);
            prop_assert!(near(&increments, &wanted[1]), "step {t}");
        }
    }
}

#[test]
fn a_memory_is_settled_when_all_of_it_is_alike() {
    let terms = [Lag::Steps(3), Lag::Leaky(0.5)].map(|lag| Term {
        name: "t".into(),
        weights: weights(0),
        lag,
    });
    let delays = Delays {
        terms: terms.to_vec(),
    };
    let mut memories = delays.begin(|_| vec![0.0; 3], |_| vec![0.0; 3], 1);
    assert!(delays.remember(&mut memories, &[0.0; 3], &[0.0; 3], 0.0));
    // Another value: three steps until the constant delay has it, and as long as the leaky state
    // moves by more than the tolerance.
    let settled: Vec<bool> = (0..12)
        .map(|_| delays.remember(&mut memories, &[1.0; 3], &[0.0; 3], 0.01))
        .collect();
    assert_eq!(settled.iter().position(|settled| *settled), Some(6));
}

/// The delays of a description for two units, steps of 0.25.
fn described(text: &str) -> Result<Delays, String> {
    #[derive(serde::Deserialize)]
    struct Sections {
        delays: DelaySections,
    }
    let source = Source::new(text, "net.toml", Path::new(".")).map_err(|e| e.to_string())?;
    let sections: Sections = toml::from_str(text).map_err(|e| e.to_string())?;
    Delays::from_description(&sections.delays, (2, 2), 0.25, &source).map_err(|e| e.to_string())
}

#[test]
fn descriptions_become_terms() {
    let delays = described(
        "[delays.a]\nw = [[1, 2], [3, 4]]\ndelay = 0.75\n\
         [delays.b]\nw = [[1, 0], [0, 1]]\ntable = [[0, 0.25], [1, 0.5]]\n\
         [delays.c]\nsparse = [[0, 1, 2]]\nkernel = [0.5, 0.25]\ndelay = 0.25\nspacing = 0.5\n\
         [delays.d]\nsparse = [[0, 1, 2]]\nrate = 2\n\
         [delays.e]\nsparse = [[0, 1, 2]]\ndelay = 0.25\nneutral = true\n",
    );
    let lags: Vec<Lag> = delays
        .unwrap()
        .terms
        .into_iter()
        .map(|term| term.lag)
        .collect();
    assert_eq!(
        lags,
        [
            Lag::Steps(3),
            Lag::Varying(vec![1, 1, 1, 1, 2]),
            Lag::Kernel(vec![(1, 0.5), (3, 0.25)]),
            Lag::Leaky(0.5),
            Lag::Increment(1),
        ]
    );
}

#[test]
fn connections_with_delays_are_split_by_delay() {
    let dense = described("[delays.a]\nw = [[1, 2], [3, 0]]\ndelays = [[0, 0.5], [0.5, 9]]\n");
    let links = "[delays.a]\nlinks = [[0, 0, 1, 0], [1, 0, 3, 0.5], [0, 1, 2, 0.5]]\n";
    let links = described(links).unwrap();
    assert_eq!(dense.unwrap(), links);
    let names: Vec<&str> = links.terms.iter().map(|term| term.name.as_str()).collect();
    assert_eq!(names, ["a_0", "a_2"]);
    assert_eq!(links.terms[1].weights.get(1, 0), 3.0);
}

#[test]
fn times_are_whole_steps() {
    assert_eq!(steps(0.3, 0.1, 1), Ok(3));
    assert_eq!(steps(1e3, 0.25, 1), Ok(4000));
    assert!(matches!(steps(0.3, 0.25, 1), Err(Problem::Conflict { .. })));
    for outside in [0.0, -0.25, 1e9, f64::NAN, f64::INFINITY] {
        assert!(steps(outside, 0.25, 1).is_err(), "{outside}");
    }
}

#[test]
fn histories_are_read_back_in_time() {
    let text = "[history]\nstates = [[1, 10], [2, 20]]\n";
    let source = Source::new(text, "net.toml", Path::new(".")).unwrap();
    #[derive(serde::Deserialize)]
    struct Sections {
        history: HistorySection,
    }
    let sections: Sections = toml::from_str(text).unwrap();
    let history = History::from_description(&sections.history, 2, 5, &source).unwrap();
    let start = [0.0, 0.0];
    assert_eq!(history.state(0, &start), [0.0, 0.0]);
    assert_eq!(history.state(1, &start), [1.0, 10.0]);
    assert_eq!(history.state(9, &start), [2.0, 20.0]);
    assert_eq!(history.increment(1, &start), [-1.0, -10.0]);
    assert_eq!(history.increment(2, &start), [-1.0, -10.0]);
    assert_eq!(history.increment(3, &start), [0.0, 0.0]);
    assert_eq!(history.between(0.5, &start), [0.5, 5.0]);
}

/// `dx/dt = -x(t - 1)`, and x = 1 before the start.
struct Scalar {
    steps: usize,
}

impl Flow for Scalar {
    fn step(&self) -> f64 {
        1.0 / self.steps as f64
    }

    fn before(&self, _ago: f64) -> Vec<f64> {
        vec![1.0]
    }

    fn derivative(&self, _step: u64, _state: &[f64], past: &dyn Course) -> Vec<f64> {
        vec![-past.state(self.steps)[0]]
    }
}

/// By the method of steps: `x = sum_k (-1)^k (t - (k - 1))^k / k!`, over k from 0 to floor(t) + 1.
fn scalar(t: f64) -> f64 {
    let mut factorial = 1.0;
    let mut sum = 1.0;
    for k in 1..=t.floor() as i32 + 1 {
        factorial *= f64::from(k);
        sum += (-(t - f64::from(k - 1))).powi(k) / factorial;
    }
    sum
}

#[test]
fn a_delay_equation_is_solved_as_by_the_method_of_steps() {
    let flow = Scalar { steps: 16 };
    let found = solution(&flow, 16 * 8);
    assert_eq!(found.len(), 16 * 8 + 1);
    for (at, state) in found.iter().enumerate() {
        let t = at as f64 / 16.0;
        assert!(
            (state[0] - scalar(t)).abs() < 1e-7,
            "{t}: {} {}",
            state[0],
            scalar(t)
        );
    }
}

/// Euler's error is of the first order in the step.
#[test]
fn steps_of_half_the_length_have_half_the_error() {
    let deviation = deviation(&Scalar { steps: 16 }, 1, 128).unwrap();
    assert!(deviation.largest > 0.0 && deviation.largest < 1.0 / 16.0);
    let ratio = deviation.largest / deviation.halved;
    assert!((1.8..2.2).contains(&ratio), "{ratio}");
    let walked = euler(&Scalar { steps: 16 }, 128, 1);
    let furthest = walked
        .iter()
        .enumerate()
        .map(|(at, x)| (x[0] - scalar(at as f64 / 16.0)).abs());
    let furthest = furthest.fold(0.0, f64::max);
    assert!((furthest - deviation.largest).abs() < 1e-7);
}

/// `dx/dt = -x + dx/dt(t - 1) / 2` with x = 1 before: `x = e^-t` up to t = 1, and
/// `x = e^-t - (t - 1) e^-(t - 1) / 2` up to 2.
struct Neutral;

impl Flow for Neutral {
    fn step(&self) -> f64 {
        0.125
    }

    fn before(&self, _ago: f64) -> Vec<f64> {
        vec![1.0]
    }

    fn derivative(&self, _step: u64, state: &[f64], past: &dyn Course) -> Vec<f64> {
        vec![-state[0] + past.rate(8)[0] / 2.0]
    }
}

#[test]
fn a_neutral_equation_is_solved_across_its_corners() {
    let found = solution(&Neutral, 16);
    for (at, state) in found.iter().enumerate() {
        let t = at as f64 / 8.0;
        let late = (t - 1.0).max(0.0);
        let wanted = (-t).exp() - late * (-late).exp() / 2.0;
        assert!(
            (state[0] - wanted).abs() < 1e-6,
            "{t}: {} {wanted}",
            state[0]
        );
    }
}

/// A solution that ends in finite time: x = 1 / (1 - t).
struct Burst;

impl Flow for Burst {
    fn step(&self) -> f64 {
        0.25
    }

    fn before(&self, _ago: f64) -> Vec<f64> {
        vec![1.0]
    }

    fn derivative(&self, _step: u64, state: &[f64], _past: &dyn Course) -> Vec<f64> {
        vec![state[0] * state[0]]
    }
}

#[test]
fn a_solution_is_followed_as_far_as_there_is_one() {
    let found = solution(&Burst, 100);
    assert!((4..=5).contains(&found.len()), "{}", found.len());
    assert!((found[2][0] - 2.0).abs() < 1e-6);
}
