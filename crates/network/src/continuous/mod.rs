//! Continuous Hopfield networks: J. J. Hopfield, Neurons with graded response have collective
//! computational properties like those of two-state neurons, PNAS 81 (1984) 3088; as maps:
//! C. M. Marcus, R. M. Westervelt, Dynamics of iterated-map neural networks, Physical Review A 40
//! (1989) 501; with delays: the same, Stability of analog neural networks with delay, Physical
//! Review A 39 (1989) 347.

mod bound;
mod build;
mod energy;
mod facts;
mod flow;

use crate::activation::Activation;
use crate::delay::{Delays, History};
use crate::description::ActivationTable;
use crate::dynamics::{Dynamics, Flow, Moment, Start, StopRule, Variable, VariableRole};
use crate::fact::{Fact, Level};
use crate::matrix::Matrix;

/// Where the activation function stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// Inside the sum: `C dx/dt = -c x + W g(x) + I`. Hopfield's own equations, with `c = 1 / R`
    /// and `W = T`, and the generalised ones, with C = 1.
    LocalField,
    /// Around the sum: `dx/dt = -c x + g(W x + I)`.
    StaticField,
}

/// How a step is made.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Method {
    /// `x + h dx/dt`.
    Euler {
        /// The step h.
        step: f64,
    },
    /// `x+ = g(W x + I)`, whatever the form: x are outputs.
    Map,
}

/// An input that the host loads, added to I.
#[derive(Debug, Clone, PartialEq)]
pub struct Drive {
    /// What leads from each input to each unit; none where each unit has an input of its own.
    pub weights: Option<Matrix>,
    /// The number of inputs.
    pub length: usize,
    /// The largest magnitude of an input.
    pub limit: f64,
}

/// A continuous Hopfield network, with all that reaches it late.
#[derive(Debug, Clone, PartialEq)]
pub struct Continuous {
    /// Name of the network.
    pub name: String,
    /// Where the activation function stands.
    pub form: Form,
    /// How a step is made.
    pub method: Method,
    /// The activation function g, gain included.
    pub activation: Activation,
    /// What is wished for its table.
    pub table: ActivationTable,
    /// units x units weights W; row i leads into unit i.
    pub weights: Matrix,
    /// The constant part of I, one number a unit.
    pub bias: Vec<f64>,
    /// The loaded part of I.
    pub drive: Option<Drive>,
    /// The decay c of each unit; 1 for a map, which has none.
    pub decay: Vec<f64>,
    /// The capacity C of each unit; 1 but for Hopfield's own equations.
    pub capacity: Vec<f64>,
    /// What reaches the units late, beside `W g(x)` or `W x`, and past increments.
    pub delays: Delays,
    /// What was before the start.
    pub history: History,
    /// When a run ends.
    pub stop: StopRule,
    /// The stored patterns, of -1 and +1, of a network that learned some.
    pub patterns: Vec<Vec<f64>>,
    /// Start states of the description.
    pub probes: Vec<Vec<f64>>,
    /// Inputs of the description, one row for each start state or one for all.
    pub inputs: Vec<Vec<f64>>,
}

/// The place of the state among the variables.
const STATE: usize = 0;

impl Continuous {
    /// The number of units.
    pub fn units(&self) -> usize {
        self.weights.rows()
    }

    /// The vector that weights and delays weigh: outputs g(x) of the local-field form, else the
    /// states themselves.
    pub fn source(&self, state: &[f64]) -> Vec<f64> {
        match (self.method, self.form) {
            (Method::Euler { .. }, Form::LocalField) => {
                state.iter().map(|&x| self.activation.value(x)).collect()
            }
            (Method::Euler { .. }, Form::StaticField) | (Method::Map, _) => state.to_vec(),
        }
    }

    /// Whether the outputs are shown beside the states.
    pub fn has_outputs(&self) -> bool {
        self.form == Form::LocalField && self.method != Method::Map
    }

    /// The name of the vector that is delayed.
    pub fn source_name(&self) -> &'static str {
        if self.has_outputs() {
            "output"
        } else {
            "state"
        }
    }

    /// The place of the inputs among the variables, and that of the first step of a loaded history.
    fn places(&self) -> (Option<usize>, usize) {
        let drive = self.drive.as_ref().map(|_| 1);
        (drive, drive.map_or(1, |drive| drive + 1))
    }

    /// I: bias and inputs.
    pub fn current(&self, moment: &Moment) -> Vec<f64> {
        let mut current = self.bias.clone();
        if let (Some(drive), (Some(place), _)) = (&self.drive, self.places()) {
            let inputs = moment.of(place);
            let received = match &drive.weights {
                Some(weights) => weights.times(inputs),
                None => inputs.to_vec(),
            };
            current
                .iter_mut()
                .zip(received)
                .for_each(|(i, more)| *i += more);
        }
        current
    }

    /// The start of a state and inputs; what was before is as the description says.
    pub fn start(&self, state: &[f64], inputs: &[f64]) -> Start {
        let mut start = vec![state.to_vec()];
        if self.drive.is_some() {
            start.push(inputs.to_vec());
        }
        let loaded = 1..=self.history.loaded;
        start.extend(loaded.map(|ago| self.source(self.history.state(ago, state))));
        start
    }

    /// A step of each unit that receives `field`.
    fn next(&self, state: &[f64], field: &[f64]) -> Vec<f64> {
        let units = state.iter().zip(field).zip(&self.decay).zip(&self.capacity);
        let next = units.map(
            |(((x, field), decay), capacity)| match (self.method, self.form) {
                (Method::Map, _) => self.activation.value(*field),
                (Method::Euler { step }, Form::LocalField) => {
                    x + step / capacity * (field - decay * x)
                }
                (Method::Euler { step }, Form::StaticField) => {
                    x + step * (self.activation.value(*field) - decay * x)
                }
            },
        );
        next.collect()
    }
}

impl Dynamics for Continuous {
    fn variables(&self) -> Vec<Variable> {
        let variable = |name: String, length, role| Variable {
            name: name.into(),
            length,
            role,
        };
        let units = self.units();
        let mut variables = vec![variable("state".into(), units, VariableRole::State)];
        if let Some(drive) = &self.drive {
            variables.push(variable("input".into(), drive.length, VariableRole::Input));
        }
        for ago in 1..=self.history.loaded {
            variables.push(variable(
                format!("history_{ago}"),
                units,
                VariableRole::Input,
            ));
        }
        if self.has_outputs() {
            variables.push(variable("output".into(), units, VariableRole::Output));
        }
        variables
    }

    fn stop(&self) -> StopRule {
        self.stop
    }

    fn starts(&self) -> Vec<Start> {
        let none = vec![];
        let inputs = |at: usize| self.inputs.get(at).or(self.inputs.last()).unwrap_or(&none);
        let probes = self.probes.iter().enumerate();
        probes
            .map(|(at, probe)| self.start(probe, inputs(at)))
            .collect()
    }

    fn start_from(&self, state: &[f64]) -> Start {
        let inputs = self.inputs.first().map_or(&[][..], Vec::as_slice);
        self.start(state, inputs)
    }

    fn begin(&self, start: &Start) -> Moment {
        let mut moment = Moment::new(&self.variables(), start);
        let state = moment.of(STATE).to_vec();
        let (_, first) = self.places();
        let source = |ago: usize| match self.history.loaded {
            0 => self.source(self.history.state(ago, &state)),
            loaded => moment.of(first + ago.min(loaded) - 1).to_vec(),
        };
        let increment = |ago: usize| self.history.increment(ago, &state);
        moment.past = match self.delays.is_empty() {
            true => vec![],
            false => self.delays.begin(source, increment, self.history.oldest()),
        };
        moment
    }

    fn step(&self, moment: &mut Moment) -> Option<bool> {
        let state = moment.of(STATE).to_vec();
        let source = self.source(&state);
        let units = self.units();
        let mut field = self.weights.times(&source);
        let late = self.delays.sum(moment.step, &source, &moment.past, units);
        let current = self.current(moment);
        let others = late.iter().zip(&current);
        field
            .iter_mut()
            .zip(others)
            .for_each(|(sum, (late, current))| *sum += late + current);
        let mut next = self.next(&state, &field);
        let late = self.delays.increments(&moment.past, units);
        next.iter_mut()
            .zip(late)
            .for_each(|(next, late)| *next += late);
        let increment: Vec<f64> = next.iter().zip(&state).map(|(next, x)| next - x).collect();
        let tolerance = self.stop.tolerance;
        let moved = !increment.iter().all(|change| change.abs() <= tolerance);
        moment.set(STATE, next);
        if self.has_outputs() {
            moment.set(self.variables().len() - 1, source.clone());
        }
        if self.delays.is_empty() {
            return None;
        }
        let past = &mut moment.past;
        let settled = self.delays.remember(past, &source, &increment, tolerance);
        Some(settled && !moved)
    }

    fn settles(&self) -> u64 {
        self.delays.settles()
    }

    fn flow(&self, start: &Start) -> Option<Box<dyn Flow + '_>> {
        flow::flow(self, start)
    }

    fn energy(&self, moment: &Moment) -> Option<f64> {
        energy::energy(self, moment)
    }

    fn facts(&self, level: Level) -> Vec<Fact> {
        facts::facts(self, level)
    }

    fn patterns(&self) -> &[Vec<f64>] {
        &self.patterns
    }
}
