//! The f64 reference of the discrete Hopfield network.

use std::convert::Infallible;

use program::order::Permutations;
use program::recurrence::{self, Deterministic};
use rayon::prelude::*;

use super::{Hopfield, Order};

/// How a run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HopfieldStatus {
    /// The last sweep changed nothing.
    Stable,
    /// The state is the one of two sweeps ago, and another than that of one sweep ago.
    Period2,
    /// The number of sweeps is spent.
    Budget,
}

/// A run from one start state.
#[derive(Debug, Clone, PartialEq)]
pub struct HopfieldRun {
    /// The last state, of -1 and +1.
    pub state: Vec<i8>,
    /// Sweeps made, the last one, which showed how the run ends, included.
    pub steps: u64,
    /// How it ended.
    pub status: HopfieldStatus,
    /// The energy before the first sweep and after each.
    pub energies: Vec<f64>,
    /// The largest change of a unit in each sweep: 0 or 2.
    pub distance: Vec<f64>,
    /// How many units changed in each sweep.
    pub changed: Vec<usize>,
}

impl Hopfield {
    /// Runs from `start` (units values -1 or +1; others count by their sign, 0 as +1, and missing
    /// ones as -1).
    pub fn run(&self, start: &[i8]) -> HopfieldRun {
        let mut permutations = self.permutations();
        self.run_in_order(start, |_| permutations.next_sweep())
    }

    /// Runs with a visiting order for each sweep (counted from 0) that the caller gives; it is
    /// asked for by the order `permuted` only.
    pub fn run_in_order(
        &self,
        start: &[i8],
        mut visit: impl FnMut(u64) -> Vec<usize>,
    ) -> HopfieldRun {
        let mut state = self.signs(start);
        let mut before: Option<Vec<i8>> = None;
        let mut energies = vec![self.energy(&state)];
        let (mut distance, mut changed) = (vec![], vec![]);
        for sweep in 0..self.max_steps {
            let next = self.sweep(&state, || visit(sweep));
            energies.push(self.energy(&next));
            distance.push(if next == state { 0.0 } else { 2.0 });
            changed.push(state.iter().zip(&next).filter(|(a, b)| a != b).count());
            let status = if next == state {
                Some(HopfieldStatus::Stable)
            } else if self.detect_period && before.as_ref() == Some(&next) {
                Some(HopfieldStatus::Period2)
            } else {
                None
            };
            before = Some(std::mem::replace(&mut state, next));
            if let Some(status) = status {
                return HopfieldRun {
                    state,
                    steps: sweep + 1,
                    status,
                    energies,
                    distance,
                    changed,
                };
            }
        }
        HopfieldRun {
            state,
            steps: self.max_steps,
            status: HopfieldStatus::Budget,
            energies,
            distance,
            changed,
        }
    }

    /// Runs from many start states, in parallel; the results are in the order of the starts.
    pub fn run_all(&self, starts: &[Vec<i8>]) -> Vec<HopfieldRun> {
        starts.par_iter().map(|start| self.run(start)).collect()
    }

    /// After how many sweeps a run from `start` comes back to a state that it had (with the same
    /// orders to come), if within so many sweeps: 1 for a fixed point.
    pub fn period(&self, start: &[i8], sweeps: u64) -> Option<u64> {
        let run = Sweeps {
            network: self,
            state: self.signs(start),
            permutations: self.permutations(),
        };
        match recurrence::period(run, sweeps) {
            Ok(period) => period,
            Err(never) => match never {},
        }
    }

    /// A start state of units values -1 and +1.
    fn signs(&self, start: &[i8]) -> Vec<i8> {
        let mut state: Vec<i8> = start.iter().map(|&s| if s < 0 { -1 } else { 1 }).collect();
        state.resize(self.units(), -1);
        state
    }

    /// The visiting orders of the order `permuted`.
    fn permutations(&self) -> Permutations {
        let seed = if let Order::Permuted { seed } = self.order {
            seed
        } else {
            1
        };
        Permutations::new(self.units(), seed)
    }

    fn sweep(&self, state: &[i8], visit: impl FnOnce() -> Vec<usize>) -> Vec<i8> {
        match self.order {
            Order::Synchronous => self.blocks(state, self.units()),
            Order::Block { size } => self.blocks(state, size),
            Order::Sequential => self.one_by_one(state, 0..self.units()),
            Order::Permuted { .. } => self.one_by_one(state, visit()),
        }
    }

    fn blocks(&self, state: &[i8], size: usize) -> Vec<i8> {
        let mut state = state.to_vec();
        let units: Vec<usize> = (0..self.units()).collect();
        for block in units.chunks(size.max(1)) {
            let updated: Vec<i8> = block
                .iter()
                .map(|&unit| self.updated(unit, &state))
                .collect();
            for (&unit, value) in block.iter().zip(updated) {
                set(&mut state, unit, value);
            }
        }
        state
    }

    fn one_by_one(&self, state: &[i8], order: impl IntoIterator<Item = usize>) -> Vec<i8> {
        let mut state = state.to_vec();
        for unit in order {
            let value = self.updated(unit, &state);
            set(&mut state, unit, value);
        }
        state
    }
}

/// A network on its way, sweep by sweep.
#[derive(Clone)]
struct Sweeps<'a> {
    network: &'a Hopfield,
    state: Vec<i8>,
    permutations: Permutations,
}

impl Deterministic for Sweeps<'_> {
    type Error = Infallible;

    fn configuration(&self) -> Vec<i64> {
        let state = self.state.iter().map(|&value| i64::from(value));
        state
            .chain([i64::from(self.permutations.state())])
            .collect()
    }

    fn advance(&mut self) -> Result<(), Infallible> {
        let permutations = &mut self.permutations;
        self.state = self
            .network
            .sweep(&self.state, || permutations.next_sweep());
        Ok(())
    }
}

fn set(state: &mut [i8], unit: usize, value: i8) {
    if let Some(place) = state.get_mut(unit) {
        *place = value;
    }
}
