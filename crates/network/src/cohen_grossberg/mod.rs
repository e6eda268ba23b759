//! Cohen-Grossberg networks: M. A. Cohen, S. Grossberg, Absolute stability of global pattern
//! formation and parallel memory storage by competitive neural networks, IEEE Transactions on
//! Systems, Man, and Cybernetics 13 (1983) 815.

mod build;
mod facts;
mod flow;
mod lyapunov;
mod response;

pub use response::{COEFFICIENTS, Response};

use crate::delay::{Delays, History};
use crate::description::ActivationTable;
use crate::dynamics::{Dynamics, Flow, Moment, Start, StopRule, Variable, VariableRole};
use crate::fact::{Fact, Level};
use crate::matrix::Matrix;

/// A Cohen-Grossberg network, in Euler steps of
/// `dx_i/dt = a_i(x_i) (b_i(x_i) + I_i - sum_j c_ij d_j(x_j) - late_i)`, with states held in a box.
#[derive(Debug, Clone, PartialEq)]
pub struct CohenGrossberg {
    /// Name of the network.
    pub name: String,
    /// The amplification a.
    pub a: Response,
    /// A unit's own rate b.
    pub b: Response,
    /// The signal d that reaches other units.
    pub d: Response,
    /// The coefficients c, units x units.
    pub weights: Matrix,
    /// The constants I.
    pub bias: Vec<f64>,
    /// The step h.
    pub step: f64,
    /// The least and the largest state of each unit, where states are held in a box.
    pub bounds: Option<Vec<(f64, f64)>>,
    /// How activation functions are made in hardware.
    pub table: ActivationTable,
    /// What reaches the units late, beside `c d(x)`, and past increments.
    pub delays: Delays,
    /// What was before the start.
    pub history: History,
    /// When a run ends.
    pub stop: StopRule,
    /// Start states of the description.
    pub probes: Vec<Vec<f64>>,
}

/// The place of the state among the variables.
const STATE: usize = 0;

/// The name of the vector that is delayed, where there are delays: the signals.
pub const SIGNAL: &str = "signal";

impl CohenGrossberg {
    /// The number of units.
    pub fn units(&self) -> usize {
        self.weights.rows()
    }

    /// The signals d(x).
    pub fn signals(&self, state: &[f64]) -> Vec<f64> {
        let units = state.iter().enumerate();
        units.map(|(unit, &x)| self.d.value(unit, x)).collect()
    }

    /// The rates of change of units that receive `received` from others.
    pub fn rates(&self, state: &[f64], received: &[f64]) -> Vec<f64> {
        let units = state.iter().zip(&self.bias).zip(received).enumerate();
        let rate = |(unit, ((&x, bias), received)): (usize, ((&f64, &f64), &f64))| {
            self.a.value(unit, x) * (self.b.value(unit, x) + bias - received)
        };
        units.map(rate).collect()
    }

    /// The ends of a unit's box; infinite where there is none.
    pub fn ends(&self, unit: usize) -> (f64, f64) {
        let bounds = self.bounds.as_ref().and_then(|bounds| bounds.get(unit));
        bounds
            .copied()
            .unwrap_or((f64::NEG_INFINITY, f64::INFINITY))
    }

    /// States held in the box.
    fn held(&self, state: &mut [f64]) {
        for (unit, x) in state.iter_mut().enumerate() {
            let (low, high) = self.ends(unit);
            *x = x.max(low).min(high);
        }
    }

    /// The start of a state; what was before is as the description says.
    fn start(&self, state: &[f64]) -> Start {
        let mut start = vec![state.to_vec()];
        let loaded = 1..=self.history.loaded;
        start.extend(loaded.map(|ago| self.signals(self.history.state(ago, state))));
        start
    }
}

impl Dynamics for CohenGrossberg {
    fn variables(&self) -> Vec<Variable> {
        let units = self.units();
        let mut variables = vec![Variable {
            name: "state".into(),
            length: units,
            role: VariableRole::State,
        }];
        let loaded = 1..=self.history.loaded;
        variables.extend(loaded.map(|ago| Variable {
            name: format!("history_{ago}").into(),
            length: units,
            role: VariableRole::Input,
        }));
        variables
    }

    fn stop(&self) -> StopRule {
        self.stop
    }

    fn starts(&self) -> Vec<Start> {
        self.probes.iter().map(|probe| self.start(probe)).collect()
    }

    fn start_from(&self, state: &[f64]) -> Start {
        let mut state = state.to_vec();
        self.held(&mut state);
        self.start(&state)
    }

    fn begin(&self, start: &Start) -> Moment {
        let mut moment = Moment::new(&self.variables(), start);
        if self.delays.is_empty() {
            return moment;
        }
        let state = moment.of(STATE).to_vec();
        let source = |ago: usize| match self.history.loaded {
            0 => self.signals(self.history.state(ago, &state)),
            loaded => moment.of(ago.min(loaded)).to_vec(),
        };
        let increment = |ago: usize| self.history.increment(ago, &state);
        moment.past = self.delays.begin(source, increment, self.history.oldest());
        moment
    }

    fn step(&self, moment: &mut Moment) -> Option<bool> {
        let state = moment.of(STATE).to_vec();
        let (units, signals) = (self.units(), self.signals(&state));
        let mut received = self.weights.times(&signals);
        let late = self.delays.sum(moment.step, &signals, &moment.past, units);
        received
            .iter_mut()
            .zip(late)
            .for_each(|(sum, late)| *sum += late);
        let increments = self.delays.increments(&moment.past, units);
        let rates = self.rates(&state, &received);
        let moved = state.iter().zip(rates).zip(increments);
        let moved = moved.map(|((x, rate), late)| x + self.step * rate + late);
        let mut next: Vec<f64> = moved.collect();
        self.held(&mut next);
        let increment: Vec<f64> = next.iter().zip(&state).map(|(next, x)| next - x).collect();
        moment.set(STATE, next);
        if self.delays.is_empty() {
            return None;
        }
        let tolerance = self.stop.tolerance;
        let moved = !increment.iter().all(|change| change.abs() <= tolerance);
        let past = &mut moment.past;
        let settled = self.delays.remember(past, &signals, &increment, tolerance);
        Some(settled && !moved)
    }

    fn settles(&self) -> u64 {
        self.delays.settles()
    }

    fn flow(&self, start: &Start) -> Option<Box<dyn Flow + '_>> {
        Some(flow::flow(self, start))
    }

    fn energy(&self, moment: &Moment) -> Option<f64> {
        lyapunov::value(self, moment.of(STATE))
    }

    fn facts(&self, level: Level) -> Vec<Fact> {
        facts::facts(self, level)
    }
}
