//! Simulated bifurcation: H. Goto, K. Tatsumura, A. R. Dixon, Combinatorial optimization by
//! simulating adiabatic bifurcations in nonlinear Hamiltonian systems, Science Advances 5 (2019)
//! eaav2372; the ballistic and the discrete form of H. Goto et al., High-performance combinatorial
//! optimization based on classical mechanics, Science Advances 7 (2021) eabe7953.

mod build;
mod facts;

use crate::description::BifurcationForm;
use crate::dynamics::{Answer, Dynamics, Moment, Start, StopRule, Variable, VariableRole};
use crate::fact::{Fact, Level};
use crate::ising::{Minimisation, StartStates, spins};

/// Oscillators with positions x and momenta y; in this order, for all units at once,
///
/// ```text
/// y += step ((p(t) - 1) x + coupling (J f(x) + h))      f(x) = x, or the sign of x
/// x += step y
/// where |x| > 1: x = sign of x, y = 0
/// ```
///
/// The pump p(t) goes from 0 to 1; the answer is the sign of x, +1 for 0.
#[derive(Debug, Clone, PartialEq)]
pub struct SimulatedBifurcation {
    /// Name of the network.
    pub name: String,
    /// What is minimised.
    pub minimisation: Minimisation,
    /// Which function of the positions pulls.
    pub form: BifurcationForm,
    /// The time step, Delta t.
    pub step: f64,
    /// What multiplies the pull, c0.
    pub coupling: f64,
    /// `step (p(t) - 1)` of each step; the last one goes on.
    pub pump: Vec<f64>,
    /// When a run ends.
    pub stop: StopRule,
    /// Where runs start.
    pub starts: StartStates,
}

/// The place of the positions among the variables.
const POSITION: usize = 0;
/// The place of the momenta.
const MOMENTUM: usize = 1;

impl SimulatedBifurcation {
    /// What multiplies x in step `step`, from 0: `step (p(t) - 1)`.
    fn pump(&self, step: u64) -> f64 {
        program::stage::scheduled(&self.pump, step).unwrap_or(0.0)
    }
}

impl Dynamics for SimulatedBifurcation {
    fn variables(&self) -> Vec<Variable> {
        let variable = |name: &'static str| Variable {
            name: name.into(),
            length: self.minimisation.units(),
            role: VariableRole::State,
        };
        vec![variable("position"), variable("momentum")]
    }

    fn stop(&self) -> StopRule {
        self.stop
    }

    fn starts(&self) -> Vec<Start> {
        let starts = 0..self.starts.count();
        starts.map(|number| self.replica(number)).collect()
    }

    /// Momenta are random; positions too, where they are not given.
    fn replica(&self, number: usize) -> Start {
        let units = self.minimisation.units();
        let mut random = self.starts.random(number);
        let position = match self.starts.state(number) {
            Some(given) => given.clone(),
            None => self.starts.values(units, &mut random),
        };
        vec![position, self.starts.values(units, &mut random)]
    }

    fn step(&self, moment: &mut Moment) -> Option<bool> {
        let model = self.minimisation.all();
        let (x, y) = (moment.of(POSITION), moment.of(MOMENTUM));
        let source = match self.form {
            BifurcationForm::Ballistic => x.to_vec(),
            BifurcationForm::Discrete => spins(x),
        };
        let pump = self.pump(moment.step);
        let (mut next_x, mut next_y) = (Vec::with_capacity(x.len()), Vec::with_capacity(x.len()));
        let mut at_rest = true;
        for (unit, (&x, &y)) in x.iter().zip(y).enumerate() {
            let pull = model.pull(unit, &source);
            let momentum = y + pump * x + self.step * self.coupling * pull;
            let moved = x + self.step * momentum;
            let beyond = moved.abs() > 1.0;
            let position = moved.clamp(-1.0, 1.0);
            let momentum = if beyond { 0.0 } else { momentum };
            at_rest &= momentum == 0.0 && x.abs() == 1.0 && position == x;
            next_x.push(position);
            next_y.push(momentum);
        }
        moment.set(POSITION, next_x);
        moment.set(MOMENTUM, next_y);
        // At rest is a unit that is pressed against its wall: as p grows, it stays there.
        Some(at_rest)
    }

    fn settles(&self) -> u64 {
        self.pump.len() as u64
    }

    /// The Ising energy of the signs: of the best replica.
    fn energy(&self, moment: &Moment) -> Option<f64> {
        Some(self.minimisation.energy(moment.of(POSITION)))
    }

    fn facts(&self, level: Level) -> Vec<Fact> {
        facts::facts(self, level)
    }

    fn answer(&self, moment: &Moment) -> Option<Answer> {
        self.minimisation.answer(moment.of(POSITION))
    }
}
