//! Digital oscillatory networks: each unit is a square wave, and what it stands for is its phase.
//!
//! After M. Abernot et al., Digital implementation of oscillatory neural network for image recognition
//! applications, Frontiers in Neuroscience 15 (2021) 713054, and B. Haverkort, A. Todri-Sanial,
//! Overcoming quadratic hardware scaling for a fully connected digital oscillatory neural network,
//! Frontiers in Neuroscience 19 (2026) 1658490: oscillators of 2^p phases, coupled by the sign of the
//! weighted sum of all square waves, each of which brings its rising edge to that of this sign.
//!
//! The exact definition, in whole numbers. Let `N = 2^p`. Unit i has a counter `phi_i` of p bits, its
//! phase `theta_i` plus the number c of the tick (mod N): `phi_i = theta_i + c`. One step is one tick,
//! in which, for all units at the same time:
//!
//! - its wave is `s_i = +1` where the top bit of `phi_i` is 0, else -1;
//! - the sum is `S_i = sum_j w_ij s_j`; its input is high where `S_i > 0`, low where `S_i < 0`, and as
//!   its own wave where `S_i = 0`;
//! - where the input is high and was low in the tick before, its counter should now be 0: the way to
//!   there, `d_i = -phi_i` as a signed number of p bits, is gone up to `phase_step` ticks at once:
//!   `m_i = max(-phase_step, min(phase_step, d_i))`; else `m_i = 0`;
//! - `phi_i+ = phi_i + 1 + m_i (mod N)`.
//!
//! Before the first tick the input of a unit is what its own wave was. A network in which no counter
//! was moved for N + 1 ticks has come back to where it was N ticks before, with all phases as they are:
//! it is at rest.
//!
//! Units in phase with unit 0 are read as +1 and those in opposite phase as -1; a pattern and its
//! negative are one. A pattern keeps its phases exactly where `xi_i sum_j w_ij xi_j >= 0` for each
//! unit: then every input is in phase with the unit's own wave, as in a Hopfield network whose ties
//! keep the state.

mod build;
mod facts;

use crate::dynamics::{
    Answer, Cue, Dynamics, Moment, Start, StopRule, Variable, VariableRole, cues,
};
use crate::fact::{Fact, Level};
use crate::hopfield::Hopfield;
use crate::spectrum::Enclosure;

/// A digital oscillatory network.
#[derive(Debug, Clone, PartialEq)]
pub struct Oscillator {
    /// Name of the network.
    pub name: String,
    /// The weights, as those of a Hopfield network without biases; its patterns.
    pub memory: Hopfield,
    /// p: a period has 2^p ticks.
    pub phase_bits: u32,
    /// The most ticks by which a rising edge moves at once, 1 to half a period.
    pub phase_step: u32,
    /// When a run ends.
    pub stop: StopRule,
    /// The stored patterns, of -1 and +1.
    pub patterns: Vec<Vec<f64>>,
    /// Start states of the description, from -1 (in opposite phase) to 1 (in phase).
    pub probes: Vec<Vec<f64>>,
}

/// The place of the counters among the variables.
const PHASE: usize = 0;
/// The place of the inputs in the tick before: 1 where high.
const INPUT: usize = 1;
/// The place of the ticks since a counter was moved.
const QUIET: usize = 2;

impl Oscillator {
    /// The number of units.
    pub fn units(&self) -> usize {
        self.memory.units()
    }

    /// N, the ticks of a period.
    pub fn period(&self) -> i64 {
        1 << self.phase_bits.min(32)
    }

    /// Ticks without a move after which a network is at rest.
    pub fn rest_ticks(&self) -> i64 {
        self.period() + 1
    }

    /// +1 in the first half of a period, -1 in the second.
    fn wave(&self, phase: i64) -> i8 {
        if phase < self.period() / 2 { 1 } else { -1 }
    }

    /// The counter of a value: 0 for 1, half a period for -1, and between these.
    fn phase_of(&self, value: f64) -> f64 {
        let half = self.period() as f64 / 2.0;
        ((1.0 - value.clamp(-1.0, 1.0)) / 2.0 * half).round()
    }

    /// How far each unit is in phase with unit 0: 1 in phase, -1 in opposite phase.
    pub fn in_phase(&self, phases: &[f64]) -> Vec<f64> {
        let period = self.period() as f64;
        let first = phases.first().copied().unwrap_or(0.0);
        let value = |phase: &f64| {
            let apart = (phase - first).rem_euclid(period);
            1.0 - 4.0 * apart.min(period - apart) / period
        };
        phases.iter().map(value).collect()
    }

    /// The pattern that some values overlap with most, in magnitude, and the overlap.
    fn nearest(&self, values: &[f64]) -> Option<(usize, f64)> {
        let overlap = |pattern: &Vec<f64>| {
            let products = pattern.iter().zip(values).map(|(x, y)| x * y);
            products.sum::<f64>() / pattern.len().max(1) as f64
        };
        let overlaps = self.patterns.iter().map(overlap).enumerate();
        overlaps.reduce(|best, next| {
            if next.1.abs() > best.1.abs() {
                next
            } else {
                best
            }
        })
    }
}

/// The values of a moment as the whole numbers that they are.
fn whole(values: &[f64]) -> Vec<i64> {
    values.iter().map(|&value| value as i64).collect()
}

impl Dynamics for Oscillator {
    fn variables(&self) -> Vec<Variable> {
        let variable = |name: &'static str| Variable {
            name: name.into(),
            length: self.units(),
            role: VariableRole::State,
        };
        let mut variables = vec![variable("phase"), variable("input")];
        if self.stop.when_stable {
            variables.push(variable("quiet"));
        }
        variables
    }

    fn stop(&self) -> StopRule {
        self.stop
    }

    fn starts(&self) -> Vec<Start> {
        let start = |probe: &Vec<f64>| self.start_from(probe);
        self.probes.iter().map(start).collect()
    }

    /// Values from -1 to 1 as phases from opposite to in phase.
    fn start_from(&self, state: &[f64]) -> Start {
        let phases: Vec<f64> = state.iter().map(|&value| self.phase_of(value)).collect();
        let before = |phase: &f64| {
            let before = (*phase as i64 - 1).rem_euclid(self.period());
            f64::from(self.wave(before).max(0))
        };
        let inputs = phases.iter().map(before).collect();
        let mut start = vec![phases, inputs];
        if self.stop.when_stable {
            start.push(vec![0.0; state.len()]);
        }
        start
    }

    fn step(&self, moment: &mut Moment) -> Option<bool> {
        let (period, most) = (self.period(), i64::from(self.phase_step));
        let phases = whole(moment.of(PHASE));
        let inputs = whole(moment.of(INPUT));
        let waves: Vec<i8> = phases.iter().map(|&phase| self.wave(phase)).collect();
        let (mut next, mut high, mut moved) = (vec![], vec![], vec![]);
        for (unit, (&phase, &before)) in phases.iter().zip(&inputs).enumerate() {
            let sum = self.memory.weights.field(unit, &waves);
            let now = if sum == 0.0 {
                self.wave(phase) > 0
            } else {
                sum > 0.0
            };
            let rises = now && before == 0;
            // -phase as a signed number of p bits.
            let way = (period / 2 - phase).rem_euclid(period) - period / 2;
            let step = if rises { way.clamp(-most, most) } else { 0 };
            next.push((phase + 1 + step).rem_euclid(period) as f64);
            high.push(if now { 1.0 } else { 0.0 });
            moved.push(step != 0);
        }
        moment.set(PHASE, next);
        moment.set(INPUT, high);
        if !self.stop.when_stable {
            return None;
        }
        let limit = self.rest_ticks();
        let quiet = whole(moment.of(QUIET)).into_iter().zip(moved);
        let quiet = quiet.map(|(ticks, moved)| if moved { 0 } else { (ticks + 1).min(limit) });
        let quiet: Vec<i64> = quiet.collect();
        let at_rest = quiet.iter().all(|&ticks| ticks == limit);
        moment.set(QUIET, quiet.into_iter().map(|ticks| ticks as f64).collect());
        Some(at_rest)
    }

    /// None: nothing is known to fall.
    fn energy(&self, _: &Moment) -> Option<f64> {
        None
    }

    fn facts(&self, level: Level) -> Vec<Fact> {
        facts::facts(self, level)
    }

    /// How far each unit is in phase with unit 0, and unit 0 with the sign that makes the overlap with
    /// the nearest pattern positive.
    fn shown(&self, moment: &Moment) -> Vec<f64> {
        let values = self.in_phase(moment.of(PHASE));
        let sign = match self.nearest(&values) {
            Some((_, overlap)) if overlap < 0.0 => -1.0,
            _ => 1.0,
        };
        values.into_iter().map(|value| sign * value).collect()
    }

    /// Valid where every unit is in phase or in opposite phase with unit 0, to within a tick.
    fn answer(&self, moment: &Moment) -> Option<Answer> {
        let values = self.in_phase(moment.of(PHASE));
        let (pattern, overlap) = self.nearest(&values)?;
        let tick = 4.0 / self.period() as f64;
        let off = values.iter().map(|value| 1.0 - value.abs());
        let off = off.fold(0.0, f64::max);
        let degrees = off * 90.0;
        Some(Answer {
            measure: "overlap",
            value: overlap.abs(),
            valid: off <= tick,
            lines: vec![
                format!(
                    "pattern {pattern}{}",
                    if overlap < 0.0 { ", inverted" } else { "" }
                ),
                format!("phases are at most {degrees} degrees from 0 or 180 beside unit 0"),
            ],
        })
    }

    fn patterns(&self) -> &[Vec<f64>] {
        &self.patterns
    }

    /// Asked with phases of 0 and 180 degrees.
    fn cues(&self) -> Vec<Cue> {
        cues(&self.patterns, &[])
    }

    fn margin(&self, pattern: usize) -> Option<Enclosure> {
        Some(facts::margin(self, self.patterns.get(pattern)?))
    }
}
