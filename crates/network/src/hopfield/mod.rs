//! Discrete Hopfield networks (Hopfield 1982) and their f64 reference.

mod build;
mod facts;
mod run;
mod weights;

pub(crate) use build::learned_weights;
pub(crate) use facts::symmetry;
pub use run::{HopfieldRun, HopfieldStatus};
pub use weights::Weights;

use crate::description::OrderWord;
pub use crate::description::Storage;

/// In which order the units are updated within a sweep.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    /// All units at the same time.
    Synchronous,
    /// One after the other, unit 0 first.
    Sequential,
    /// One after the other in an order drawn anew for each sweep, from this seed.
    Permuted {
        /// The seed, not 0.
        seed: u64,
    },
    /// Blocks of neighbouring units one after the other, the units of a block at the same time.
    Block {
        /// Units of a block; the last block may be smaller.
        size: usize,
    },
}

impl Order {
    /// The order that a word names, with the size of its blocks or the seed of its permutations,
    /// for so many units.
    pub fn of(word: OrderWord, (block, seed): (Option<usize>, Option<u64>), units: usize) -> Order {
        match word {
            OrderWord::Synchronous => Order::Synchronous,
            OrderWord::Sequential => Order::Sequential,
            OrderWord::Permuted => Order::Permuted {
                seed: seed.unwrap_or(1),
            },
            OrderWord::Block => Order::Block {
                size: block.unwrap_or(units.min(8)),
            },
        }
    }
}

/// A discrete Hopfield network: `h_i = sum_j w_ij s_j + b_i`; s_i becomes +1 where h_i > 0, -1
/// where h_i < 0, and stays where h_i = 0. States are -1 or +1.
#[derive(Debug, Clone, PartialEq)]
pub struct Hopfield {
    /// Name of the network.
    pub name: String,
    /// The weights w_ij, from unit j to unit i.
    pub weights: Weights,
    /// One bias a unit.
    pub bias: Vec<f64>,
    /// The update order.
    pub order: Order,
    /// The largest number of sweeps.
    pub max_steps: u64,
    /// Whether a cycle of two states ends a run.
    pub detect_period: bool,
    /// Where the hardware keeps its weights.
    pub storage: Storage,
    /// The patterns that were learned, each of -1 and +1; empty where weights were given.
    pub patterns: Vec<Vec<i8>>,
    /// Start states on which the network is tried.
    pub probes: Vec<Vec<i8>>,
}

impl Hopfield {
    /// The number of units.
    pub fn units(&self) -> usize {
        self.weights.units()
    }

    /// The energy `-s'Ws/2 - b's` of a state. With symmetric weights, no negative diagonal and one
    /// unit at a time it never rises (Hopfield 1982).
    pub fn energy(&self, state: &[i8]) -> f64 {
        let terms = state.iter().enumerate().map(|(unit, &s)| {
            let bias = self.bias.get(unit).copied().unwrap_or(0.0);
            -f64::from(s) * (self.weights.field(unit, state) / 2.0 + bias)
        });
        terms.sum()
    }

    /// Whether no unit would change.
    pub fn is_stable(&self, state: &[i8]) -> bool {
        state
            .iter()
            .enumerate()
            .all(|(unit, &s)| self.updated(unit, state) == s)
    }

    /// What a unit becomes in a state.
    pub fn updated(&self, unit: usize, state: &[i8]) -> i8 {
        let field = self.weights.field(unit, state) + self.bias.get(unit).copied().unwrap_or(0.0);
        if field > 0.0 {
            1
        } else if field < 0.0 {
            -1
        } else {
            state.get(unit).copied().unwrap_or(-1)
        }
    }
}
