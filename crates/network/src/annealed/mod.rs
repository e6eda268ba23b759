//! Annealed Hopfield networks: S. Kirkpatrick, C. D. Gelatt, M. P. Vecchi, Optimization by simulated
//! annealing, Science 220 (1983) 671, with the heat-bath rule of R. J. Glauber, Journal of
//! Mathematical Physics 4 (1963) 294.

mod build;
mod facts;
mod quantile;

pub use quantile::Quantile;

use program::noise::Noise;
use program::order::Permutations;

use crate::dynamics::{Answer, Dynamics, Moment, Start, StopRule, Variable, VariableRole};
use crate::fact::{Fact, Level};
use crate::hopfield::Order;
use crate::ising::{Minimisation, StartStates, in_turns, spins};
use crate::noise::replica_seed;

/// Spins that follow their pull and noise: one after another (or block by block),
///
/// ```text
/// d = sum_j J_ij s_j + h_i + T(t) Q(u)
/// s_i = +1 where d > 0, -1 where d < 0, and stays where d = 0
/// ```
///
/// with a random word u of its own for each unit in each sweep and Q the quantile function of the
/// logistic distribution, halved: `Q = ln(u / (1 - u)) / 2` for u between 0 and 1. At a fixed
/// temperature T, one unit at a time, states come up as often as Boltzmann says, `exp(-E / T)` with
/// `E = -s'Js/2 - h's`.
#[derive(Debug, Clone, PartialEq)]
pub struct Annealed {
    /// Name of the network.
    pub name: String,
    /// What is minimised.
    pub minimisation: Minimisation,
    /// The order of the units of a replica within a sweep.
    pub order: Order,
    /// The temperature of each sweep; the last one goes on.
    pub temperatures: Vec<f64>,
    /// Q, by words of noise.
    pub quantile: Quantile,
    /// Seed of the noise, 1 to 4294967295.
    pub seed: u64,
    /// When a run ends.
    pub stop: StopRule,
    /// Where runs start.
    pub starts: StartStates,
}

/// The place of the state among the variables.
const STATE: usize = 0;

impl Annealed {
    /// The temperature of sweep `step`, from 0.
    pub fn temperature(&self, step: u64) -> f64 {
        program::stage::scheduled(&self.temperatures, step).unwrap_or(0.0)
    }
}

impl Dynamics for Annealed {
    fn variables(&self) -> Vec<Variable> {
        vec![Variable {
            name: "state".into(),
            length: self.minimisation.units(),
            role: VariableRole::State,
        }]
    }

    fn stop(&self) -> StopRule {
        self.stop
    }

    fn starts(&self) -> Vec<Start> {
        let starts = 0..self.starts.count();
        starts.map(|number| self.replica(number)).collect()
    }

    fn replica(&self, number: usize) -> Start {
        let units = self.minimisation.units();
        let random = || self.starts.values(units, &mut self.starts.random(number));
        let state = self.starts.state(number).cloned().unwrap_or_else(random);
        vec![spins(&state)]
    }

    fn with_noise_of(&self, number: usize) -> Option<Box<dyn Dynamics>> {
        Some(Box::new(Annealed {
            seed: replica_seed(self.seed, number),
            ..self.clone()
        }))
    }

    fn begin(&self, start: &Start) -> Moment {
        let mut moment = Moment::new(&self.variables(), start);
        moment.noise = vec![Noise::new(self.seed)];
        if let Order::Permuted { seed } = self.order {
            moment.permutations = Some(Permutations::new(self.minimisation.units(), seed));
        }
        moment
    }

    fn step(&self, moment: &mut Moment) -> Option<bool> {
        let temperature = self.temperature(moment.step);
        let model = self.minimisation.all();
        let mut state = moment.of(STATE).to_vec();
        let mut noise = std::mem::take(&mut moment.noise);
        let mut changed = false;
        let order = self.order.side_by_side(self.minimisation.replicas);
        in_turns(order, state.len(), moment, |turn| {
            let next = turn.iter().map(|&unit| {
                let bits = self.quantile.bits();
                let word = noise.first_mut().map_or(0, |noise| noise.value(bits));
                let drive = model.pull(unit, &state) + temperature * self.quantile.of(word);
                (unit, drive)
            });
            for (unit, drive) in next.collect::<Vec<_>>() {
                let spin = state.get_mut(unit).filter(|_| drive != 0.0);
                if let Some(spin) = spin.filter(|spin| **spin != drive.signum()) {
                    *spin = drive.signum();
                    changed = true;
                }
            }
        });
        moment.noise = noise;
        moment.set(STATE, state);
        // With noise, a sweep without a change says nothing of the next.
        Some(temperature == 0.0 && !changed)
    }

    fn settles(&self) -> u64 {
        self.temperatures.len() as u64
    }

    fn energy(&self, moment: &Moment) -> Option<f64> {
        Some(self.minimisation.energy(moment.of(STATE)))
    }

    fn facts(&self, level: Level) -> Vec<Fact> {
        facts::facts(self, level)
    }

    fn answer(&self, moment: &Moment) -> Option<Answer> {
        self.minimisation.answer(moment.of(STATE))
    }
}
