//! Dense associative memories: D. Krotov, J. J. Hopfield, Dense associative memory for pattern
//! recognition, Advances in Neural Information Processing Systems 29 (2016); with F = exp:
//! M. Demircigil et al., On a model of associative memory with huge storage capacity, Journal of
//! Statistical Physics 168 (2017) 288.
//!
//! Unit i becomes the sign of `sum_p F(m_p with s_i = 1) - F(m_p with s_i = -1)`. With the overlap
//! `m_p = sum_j p_j s_j` and `u = p_i s_i`, the two overlaps are `m_p - u + p_i` and `m_p - u - p_i`,
//! so that the term is `p_i D(m_p - u)` with `D(z) = F(z + 1) - F(z - 1)`. As u is 1 or -1, it is
//!
//! ```text
//! p_i S(m_p) + s_i T(m_p)    S(m) = (D(m + 1) + D(m - 1)) / 2, T(m) = (D(m - 1) - D(m + 1)) / 2
//! ```
//!
//! which asks for each overlap once, and not once for each unit: [`Interaction`] has S and T, each
//! times one positive number that no sign depends on.

mod build;
mod facts;

use crate::dynamics::{Dynamics, Moment, Start, StopRule, Variable, VariableRole};
use crate::fact::{Fact, Level};
use crate::spectrum::Enclosure;

/// The function F of the overlaps.
#[derive(Debug, Clone, PartialEq)]
pub enum Interaction {
    /// `F(m) = m^2`: S = m and T = -1, times 8: Hebb's rule without self-coupling.
    Square,
    /// `F(m) = m^3`: S = 3 m^2 + 4 and T = -6 m, times 4.
    Cube,
    /// `F(m) = e^(b m)`: S = e^(b m) and T = -tanh(b) e^(b m), times 2 sinh(2 b).
    Exp {
        /// The factor b.
        sharpness: f64,
    },
    /// As [`Interaction::Exp`], with the words that stand for S.
    Words {
        /// S for m from -units to units.
        pull: Vec<f64>,
        /// What stands for tanh(b).
        own: f64,
        /// The factor b, for energies.
        sharpness: f64,
    },
}

/// A dense associative memory.
#[derive(Debug, Clone, PartialEq)]
pub struct DenseMemory {
    /// Name of the network.
    pub name: String,
    /// Number of units.
    pub units: usize,
    /// The stored patterns, of -1 and +1.
    pub patterns: Vec<Vec<f64>>,
    /// The function of the overlaps.
    pub interaction: Interaction,
    /// When a run ends.
    pub stop: StopRule,
    /// Start states of the description.
    pub probes: Vec<Vec<f64>>,
}

/// The place of the state among the variables.
const STATE: usize = 0;

/// What the patterns do to the units of a state.
#[derive(Debug, Clone, PartialEq)]
pub struct Pulls {
    /// S for each pattern.
    pub patterns: Vec<f64>,
    /// `sum_p T`: what each unit's own state adds, times the state.
    pub own: f64,
}

impl DenseMemory {
    /// The overlaps `m_p` of a state.
    pub fn overlaps(&self, state: &[f64]) -> Vec<f64> {
        let overlap = |pattern: &Vec<f64>| pattern.iter().zip(state).map(|(p, s)| p * s).sum();
        self.patterns.iter().map(overlap).collect()
    }

    /// S of each pattern and the sum of T, up to one positive factor for all.
    pub fn pulls(&self, overlaps: &[f64]) -> Pulls {
        let of = |pull: &dyn Fn(f64) -> f64| overlaps.iter().map(|&m| pull(m)).collect();
        match &self.interaction {
            Interaction::Square => Pulls {
                patterns: overlaps.to_vec(),
                own: -(overlaps.len() as f64),
            },
            Interaction::Cube => Pulls {
                patterns: of(&|m| 3.0 * m * m + 4.0),
                own: overlaps.iter().map(|m| -6.0 * m).sum(),
            },
            Interaction::Exp { sharpness } => {
                // Beside the largest overlap, so that no power leaves the range of numbers.
                let most = overlaps.iter().copied().fold(f64::NEG_INFINITY, f64::max);
                let patterns: Vec<f64> = of(&|m| (sharpness * (m - most)).exp());
                let own = -sharpness.tanh() * patterns.iter().sum::<f64>();
                Pulls { patterns, own }
            }
            Interaction::Words { pull, own, .. } => {
                let place = |m: f64| (m + self.units as f64) as usize;
                let patterns: Vec<f64> = of(&|m| pull.get(place(m)).copied().unwrap_or(0.0));
                let own = -own * patterns.iter().sum::<f64>();
                Pulls { patterns, own }
            }
        }
    }

    /// `F(m)`, for exponentials beside `F(units)`.
    fn stored_energy(&self, m: f64) -> f64 {
        match &self.interaction {
            Interaction::Square => m * m,
            Interaction::Cube => m * m * m,
            Interaction::Exp { sharpness } | Interaction::Words { sharpness, .. } => {
                (sharpness * (m - self.units as f64)).exp()
            }
        }
    }

    /// What decides on each unit: the sign of it is the new state, and 0 keeps the old one.
    pub fn field(&self, state: &[f64]) -> Vec<f64> {
        let pulls = self.pulls(&self.overlaps(state));
        let mut field: Vec<f64> = state.iter().map(|s| s * pulls.own).collect();
        for (pattern, pull) in self.patterns.iter().zip(&pulls.patterns) {
            let pairs = field.iter_mut().zip(pattern);
            pairs.for_each(|(field, p)| *field += p * pull);
        }
        field
    }
}

impl Dynamics for DenseMemory {
    fn variables(&self) -> Vec<Variable> {
        vec![Variable {
            name: "state".into(),
            length: self.units,
            role: VariableRole::State,
        }]
    }

    fn stop(&self) -> StopRule {
        self.stop
    }

    fn starts(&self) -> Vec<Start> {
        self.probes
            .iter()
            .map(|probe| vec![probe.clone()])
            .collect()
    }

    fn step(&self, moment: &mut Moment) -> Option<bool> {
        let state = moment.of(STATE);
        let next = self.field(state).into_iter().zip(state);
        let next = next.map(|(field, &s)| match field {
            field if field > 0.0 => 1.0,
            field if field < 0.0 => -1.0,
            _ => s,
        });
        let next = next.collect();
        moment.set(STATE, next);
        None
    }

    /// `-sum_p F(m_p)`; for exponentials over `F(units)`, which bounds it by the number of patterns.
    fn energy(&self, moment: &Moment) -> Option<f64> {
        let overlaps = self.overlaps(moment.of(STATE)).into_iter();
        Some(overlaps.map(|m| -self.stored_energy(m)).sum())
    }

    fn facts(&self, level: Level) -> Vec<Fact> {
        facts::facts(self, level)
    }

    fn margin(&self, pattern: usize) -> Option<Enclosure> {
        Some(facts::margin(self, self.patterns.get(pattern)?))
    }

    fn patterns(&self) -> &[Vec<f64>] {
        &self.patterns
    }
}
