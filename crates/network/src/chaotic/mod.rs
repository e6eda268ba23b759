//! Transiently chaotic networks: L. Chen, K. Aihara, Chaotic simulated annealing by a neural network
//! model with transient chaos, Neural Networks 8 (1995) 915.

mod build;
mod facts;

use program::order::Permutations;

use crate::activation::Activation;
use crate::dynamics::{Answer, Dynamics, Moment, Start, StopRule, Variable, VariableRole};
use crate::fact::{Fact, Level};
use crate::hopfield::Order;
use crate::ising::{Minimisation, StartStates, in_turns};

/// Neurons with internal states y and outputs v = 2 x - 1, where x = 1 / (1 + exp(-y / epsilon)) is
/// the output of Chen and Aihara:
///
/// ```text
/// y += (k - 1) y + alpha (J v + h) - z(t) (x - I0)
/// v = tanh(y / (2 epsilon))
/// ```
///
/// With `w = 2 J` and `I_i = h_i - sum_j J_ij` that is their `alpha (sum_j w_ij x_j + I_i)`. The
/// self-coupling z(t) goes to 0, and with it chaos; the answer is the sign of v.
#[derive(Debug, Clone, PartialEq)]
pub struct Chaotic {
    /// Name of the network.
    pub name: String,
    /// What is minimised.
    pub minimisation: Minimisation,
    /// The order of the units of a replica within a step.
    pub order: Order,
    /// What is left of an internal state after a step, k.
    pub damping: f64,
    /// What multiplies the pull, alpha.
    pub coupling: f64,
    /// `v = tanh(y / (2 epsilon))`.
    pub activation: Activation,
    /// The self-coupling z of each step; the last one goes on.
    pub self_coupling: Vec<f64>,
    /// The output that the self-coupling draws to, I0, as an x.
    pub centre: f64,
    /// When a run ends.
    pub stop: StopRule,
    /// Where runs start.
    pub starts: StartStates,
}

/// The place of the outputs among the variables.
const OUTPUT: usize = 0;
/// The place of the internal states.
const INTERNAL: usize = 1;

/// The largest magnitude of an output that is given as a start.
const NEARLY_ONE: f64 = 1.0 - 1.0 / 1024.0;

impl Chaotic {
    /// The self-coupling of step `step`, from 0.
    pub fn self_coupling(&self, step: u64) -> f64 {
        program::stage::scheduled(&self.self_coupling, step).unwrap_or(0.0)
    }

    /// What no internal state exceeds once it is within: `(alpha max_i (sum_j |J_ij| + |h_i|) +
    /// z max(I0, 1 - I0)) / (1 - k)`, with the largest z.
    pub fn state_bound(&self) -> f64 {
        let model = &self.minimisation.model;
        let pull = |(unit, h): (usize, &f64)| {
            let row = model.couplings.row(unit).map(|(_, j)| j.abs());
            row.sum::<f64>() + h.abs()
        };
        let pulls = model.field.iter().enumerate().map(pull);
        let pull = pulls.fold(0.0, f64::max);
        let of_self = self
            .self_coupling
            .iter()
            .fold(0.0, |most: f64, z| most.max(z.abs()));
        let off = self.centre.abs().max((1.0 - self.centre).abs());
        (self.coupling * pull + of_self * off) / (1.0 - self.damping)
    }
}

impl Dynamics for Chaotic {
    fn variables(&self) -> Vec<Variable> {
        let variable = |name: &'static str| Variable {
            name: name.into(),
            length: self.minimisation.units(),
            role: VariableRole::State,
        };
        vec![variable("state"), variable("internal")]
    }

    fn stop(&self) -> StopRule {
        self.stop
    }

    fn starts(&self) -> Vec<Start> {
        let starts = 0..self.starts.count();
        starts.map(|number| self.replica(number)).collect()
    }

    /// Internal states are random, or those of the outputs that are given.
    fn replica(&self, number: usize) -> Start {
        let units = self.minimisation.units();
        let gain = self.activation.gain();
        let internal: Vec<f64> = match self.starts.state(number) {
            Some(outputs) => {
                let outputs = outputs.iter();
                let held = outputs.map(|v| v.clamp(-NEARLY_ONE, NEARLY_ONE));
                held.map(|v| v.atanh() / gain).collect()
            }
            None => self.starts.values(units, &mut self.starts.random(number)),
        };
        let outputs = internal.iter().map(|&y| self.activation.value(y));
        vec![outputs.collect(), internal]
    }

    /// The outputs, with the internal states that give them.
    fn start_from(&self, state: &[f64]) -> Start {
        let gain = self.activation.gain();
        let held = state.iter().map(|v| v.clamp(-NEARLY_ONE, NEARLY_ONE));
        let internal: Vec<f64> = held.map(|v| v.atanh() / gain).collect();
        let outputs = internal.iter().map(|&y| self.activation.value(y));
        vec![outputs.collect(), internal]
    }

    fn begin(&self, start: &Start) -> Moment {
        let mut moment = Moment::new(&self.variables(), start);
        if let Order::Permuted { seed } = self.order {
            moment.permutations = Some(Permutations::new(self.minimisation.units(), seed));
        }
        moment
    }

    fn step(&self, moment: &mut Moment) -> Option<bool> {
        let z = self.self_coupling(moment.step);
        let model = self.minimisation.all();
        let mut outputs = moment.of(OUTPUT).to_vec();
        let mut internals = moment.of(INTERNAL).to_vec();
        let order = self.order.side_by_side(self.minimisation.replicas);
        let mut moved = 0.0f64;
        in_turns(order, outputs.len(), moment, |turn| {
            let next = turn.iter().map(|&unit| {
                let of = |values: &[f64]| values.get(unit).copied().unwrap_or(0.0);
                let (v, y) = (of(&outputs), of(&internals));
                let x = (1.0 + v) / 2.0;
                let pull = model.pull(unit, &outputs);
                let next = self.damping * y + self.coupling * pull - z * (x - self.centre);
                (unit, next)
            });
            for (unit, next) in next.collect::<Vec<_>>() {
                if let (Some(y), Some(v)) = (internals.get_mut(unit), outputs.get_mut(unit)) {
                    moved = moved.max((next - *y).abs());
                    *y = next;
                    *v = self.activation.value(next);
                }
            }
        });
        moment.set(OUTPUT, outputs);
        moment.set(INTERNAL, internals);
        Some(z == 0.0 && moved <= self.stop.tolerance)
    }

    fn settles(&self) -> u64 {
        self.self_coupling.len() as u64
    }

    /// The Ising energy of the signs of the outputs: of the best replica.
    fn energy(&self, moment: &Moment) -> Option<f64> {
        Some(self.minimisation.energy(moment.of(OUTPUT)))
    }

    fn facts(&self, level: Level) -> Vec<Fact> {
        facts::facts(self, level)
    }

    fn answer(&self, moment: &Moment) -> Option<Answer> {
        self.minimisation.answer(moment.of(OUTPUT))
    }
}
