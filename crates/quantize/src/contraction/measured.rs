//! Distances that were seen in runs.

use network::cellular::Model;
use network::dynamics::{Dynamics, Moment, Start, VariableRole};
use network::hopfield::HopfieldStatus;
use network::{Cellular, Hopfield, Network};
use program::{Executor, Program};
use serde::Serialize;

use super::shown;
use crate::dynamic::loads;
use crate::{QuantizeError, cellular_start, dynamic, hopfield_start};

/// Starts that are run at most.
const MOST_STARTS: usize = 4;

/// Steps that are run at most from each.
const MOST_STEPS: u64 = 2000;

/// Sweeps of a network of signs that are looked at, each of which is run from the start again.
const MOST_SWEEPS: u64 = 64;

/// Elements times steps that are looked at in all.
const MOST_ELEMENTS: u64 = 20_000_000;

/// The largest distance of a state between integers and real numbers that was seen in runs, step by
/// step: no bound.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Measured {
    /// The distance.
    pub distance: f64,
    /// After how many steps it was seen first.
    pub at_step: u64,
    /// Starts that were run.
    pub starts: usize,
    /// Steps from all of them together.
    pub steps: u64,
}

impl Measured {
    /// In a sentence.
    pub fn text(&self) -> String {
        let (starts, steps) = (self.starts, self.steps);
        format!(
            "measured: {} in {steps} {} from {starts} {}",
            shown(self.distance),
            if steps == 1 { "step" } else { "steps" },
            if starts == 1 { "start" } else { "starts" },
        )
    }

    fn none() -> Measured {
        Measured {
            distance: 0.0,
            at_step: 0,
            starts: 0,
            steps: 0,
        }
    }

    fn see(&mut self, step: u64, distance: f64) {
        if distance > self.distance || distance.is_nan() {
            (self.distance, self.at_step) = (distance, step);
        }
    }
}

/// Runs the integers and the real numbers side by side from the starts of the description; none for
/// networks of signs, and where a value leaves a format that must not be left.
pub fn measure(network: &Network, program: &Program) -> Option<Measured> {
    match network {
        Network::Hopfield(_) => None,
        Network::Cellular(network) => cells(network, program),
        network => units(network.dynamics()?, program),
    }
}

fn farthest(words: &[f64], real: &[f64]) -> f64 {
    let pairs = words.iter().zip(real).map(|(a, b)| (a - b).abs());
    pairs.fold(0.0, f64::max)
}

fn budget(network_steps: u64, elements: usize) -> u64 {
    let affordable = MOST_ELEMENTS / (elements as u64).max(1);
    network_steps.min(MOST_STEPS).min(affordable.max(1))
}

/// The largest distance of a state before the first step and after each, as long as either level
/// moves.
///
/// # Errors
/// When a value leaves a format that must not be left.
pub fn course(
    network: &dyn Dynamics,
    program: &Program,
    start: &Start,
    most: u64,
) -> Result<Vec<f64>, QuantizeError> {
    let variables = network.variables();
    let states = variables.iter().enumerate();
    let states = states.filter(|(_, variable)| variable.role == VariableRole::State);
    let states: Vec<usize> = states.map(|(at, _)| at).collect();
    let of_states = |moment: &Moment| -> Vec<Vec<f64>> {
        states.iter().map(|&at| moment.of(at).to_vec()).collect()
    };
    let mut executor = Executor::new(program)?;
    for (vector, values) in loads(program, network, start) {
        executor.load(vector, &values)?;
    }
    executor.start()?;
    let mut moment = network.begin(start);
    let mut real = of_states(&moment);
    let mut course = vec![];
    loop {
        let words = dynamic::values(&executor, program, network);
        let words = states.iter().filter_map(|&at| words.get(at)).flatten();
        let pairs = words.zip(real.iter().flatten());
        course.push(pairs.map(|(a, b)| (a - b).abs()).fold(0.0, f64::max));
        if moment.step >= most.min(network.stop().max_steps) {
            return Ok(course);
        }
        let judged = network.step(&mut moment);
        moment.step += 1;
        let next = of_states(&moment);
        let still = next == real && judged.unwrap_or(true) && moment.step > network.settles();
        real = next;
        if !executor.step()?.changed && still {
            return Ok(course);
        }
    }
}

fn units(network: &dyn Dynamics, program: &Program) -> Option<Measured> {
    let variables = network.variables();
    let elements = variables.iter().map(|variable| variable.length).sum();
    let most = budget(network.stop().max_steps, elements);
    let mut measured = Measured::none();
    for start in network.starts().iter().take(MOST_STARTS) {
        let course = course(network, program, start, most).ok()?;
        measured.starts += 1;
        measured.steps += course.len() as u64 - 1;
        for (step, distance) in (0..).zip(course) {
            measured.see(step, distance);
        }
    }
    Some(measured)
}

/// A run of integers beside real numbers from the first start of a description.
#[derive(Debug, Clone, PartialEq)]
pub struct Course {
    /// Before the first step and after each.
    pub values: Vec<f64>,
    /// Whether it is the number of elements that differ, as states are signs; else the largest
    /// distance of a state.
    pub counted: bool,
}

impl Course {
    /// Of any network; none where it has no start, or a value leaves a format that must not be left.
    pub fn of(network: &Network, program: &Program) -> Option<Course> {
        let (values, counted) = match network {
            Network::Hopfield(network) => (signs(network, program)?, true),
            Network::Cellular(network) => {
                let counted = network.model == Model::Discrete;
                let differ = |words: &[f64], real: &[f64]| {
                    let pairs = words.iter().zip(real);
                    pairs.filter(|(a, b)| a != b).count() as f64
                };
                let course = match counted {
                    true => in_cells(network, program, differ)?,
                    false => in_cells(network, program, farthest)?,
                };
                (course, counted)
            }
            _ => {
                let moving = network.dynamics()?;
                let start = moving.starts().into_iter().next()?;
                let elements = moving.variables().iter().map(|of| of.length).sum();
                let most = budget(moving.stop().max_steps, elements);
                (course(moving, program, &start, most).ok()?, false)
            }
        };
        Some(Course { values, counted })
    }
}

/// How many units differ before the first sweep and after each.
fn signs(network: &Hopfield, program: &Program) -> Option<Vec<f64>> {
    let start = network.probes.first().or(network.patterns.first())?;
    let mut executor = Executor::new(program).ok()?;
    for (vector, values) in hopfield_start(program, start) {
        executor.load(vector, &values).ok()?;
    }
    executor.start().ok()?;
    let id = program.find("state")?;
    let mut shorter = network.clone();
    let (mut course, mut real, mut ended) = (vec![], start.clone(), false);
    loop {
        let words = executor.values(id).iter().zip(&real);
        course.push(
            words
                .filter(|(word, spin)| **word != i64::from(**spin))
                .count() as f64,
        );
        if executor.steps() >= network.max_steps.min(MOST_SWEEPS) {
            return Some(course);
        }
        let changed = executor.step().ok()?.changed;
        if !ended {
            // Sweep by sweep from the start, as the orders of a permutation go on.
            shorter.max_steps = executor.steps();
            let run = shorter.run(start);
            ended = run.status != HopfieldStatus::Budget;
            real = run.state;
        }
        let still = !changed || executor.is_period_two();
        if ended && still {
            return Some(course);
        }
    }
}

/// What `of` makes of the states of cells in words and in real numbers, before the first step and after
/// each.
fn in_cells(
    network: &Cellular,
    program: &Program,
    of: impl Fn(&[f64], &[f64]) -> f64,
) -> Option<Vec<f64>> {
    let (input, second) = (&network.input, &network.second);
    let mut executor = Executor::new(program).ok()?;
    for (vector, values) in cellular_start(program, network, input, second) {
        executor.load(vector, &values).ok()?;
    }
    executor.start().ok()?;
    let control = network.control(input);
    let mut state = network.start_state(input, second);
    let id = program.find("state")?;
    let format = program.vector(id)?.format;
    let most = budget(network.max_steps, network.cells());
    let mut course = vec![];
    loop {
        let words = executor.values(id).iter().map(|&raw| format.value(raw));
        course.push(of(&words.collect::<Vec<f64>>(), &state));
        if executor.steps() >= most {
            return Some(course);
        }
        let next = network.step(&state, &control);
        let still = next == state;
        state = next;
        if !executor.step().ok()?.changed && still {
            return Some(course);
        }
    }
}

fn cells(network: &Cellular, program: &Program) -> Option<Measured> {
    if network.model == Model::Discrete {
        return None;
    }
    let course = in_cells(network, program, farthest)?;
    let mut measured = Measured {
        starts: 1,
        steps: course.len() as u64 - 1,
        ..Measured::none()
    };
    for (step, distance) in (0..).zip(course) {
        measured.see(step, distance);
    }
    Some(measured)
}
