//! What reaches a network from its own past: delays of every kind, the same for all networks.
//!
//! A *source* is the vector that is delayed: the outputs y of units, or their states. In step t
//! (from 0) it has the value y(t); a [`Term`] adds `sum_j b_ij lagged_j(t)` to what unit i receives,
//! with one of these for `lagged` ([`Lag`]):
//!
//! | lag | lagged(t) |
//! |---|---|
//! | constant | `y(t - d)` |
//! | varying | `y(t - d(t))` |
//! | kernel | `sum_k kernel_k y(t - d_k)` |
//! | leaky | z(t), with `z(t+1) = z(t) + share (y(t) - z(t))` |
//! | increment | `x(t - d + 1) - x(t - d)`, x being the states: `h dx/dt` in the past |
//!
//! Several delays are several terms, and connections with a delay each are one term for each delay
//! that occurs. What was before step 0 is the [`History`].

mod build;
mod history;
mod late;

use std::collections::BTreeSet;

pub use build::{steps, within};
pub use history::History;
pub use late::Late;

use crate::dynamics::Past;
use crate::matrix::Matrix;

/// The longest delay in steps.
pub const LONGEST: usize = 4096;

/// How late a term is, in steps.
#[derive(Debug, Clone, PartialEq)]
pub enum Lag {
    /// Always as late; 0 is the present.
    Steps(usize),
    /// In step t as late as the t-th says, the last one from there on; 1 at least.
    Varying(Vec<usize>),
    /// A finite kernel: delays, 0 or more, with their weights.
    Kernel(Vec<(usize, f64)>),
    /// A leaky state that takes on this share, above 0 to 1, of the difference in each step.
    Leaky(f64),
    /// The increment of the states so many steps ago, 1 at least.
    Increment(usize),
}

/// A term of what the units receive.
#[derive(Debug, Clone, PartialEq)]
pub struct Term {
    /// Its name, an identifier.
    pub name: String,
    /// What leads from the source to each unit.
    pub weights: Matrix,
    /// How late it is.
    pub lag: Lag,
}

/// All terms that reach units from the past of one source.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Delays {
    /// The terms, in the order of their names.
    pub terms: Vec<Term>,
}

impl Lag {
    /// The longest delay of the source that it looks back, in steps.
    pub fn reach(&self) -> usize {
        match self {
            Lag::Steps(steps) => *steps,
            Lag::Varying(steps) => steps.iter().copied().max().unwrap_or(1),
            Lag::Kernel(kernel) => kernel.iter().map(|(steps, _)| *steps).max().unwrap_or(0),
            Lag::Leaky(_) | Lag::Increment(_) => 0,
        }
    }

    /// The largest magnitude of the lagged value, for a source whose magnitude is 1 at most at all
    /// times; for an increment, states whose magnitude is. Differences of two runs obey it, too.
    pub fn mass(&self) -> f64 {
        match self {
            Lag::Steps(_) | Lag::Varying(_) | Lag::Leaky(_) => 1.0,
            Lag::Kernel(kernel) => kernel.iter().map(|(_, weight)| weight.abs()).sum(),
            Lag::Increment(_) => 2.0,
        }
    }

    /// Whether it weighs increments of the states, not the source.
    pub fn is_increment(&self) -> bool {
        matches!(self, Lag::Increment(_))
    }
}

/// `a + b`, element by element; as long as `a`.
fn add(a: &mut [f64], b: &[f64]) {
    a.iter_mut().zip(b).for_each(|(a, b)| *a += b);
}

impl Delays {
    /// Whether nothing is delayed.
    pub fn is_empty(&self) -> bool {
        self.terms.is_empty()
    }

    /// The longest delay of the source, in steps.
    pub fn reach(&self) -> usize {
        let reach = self.terms.iter().map(|term| term.lag.reach());
        reach.max().unwrap_or(0)
    }

    /// The longest delay of increments, in steps.
    pub fn increment_reach(&self) -> usize {
        let reach = self.terms.iter().map(|term| match term.lag {
            Lag::Increment(steps) => steps,
            _ => 0,
        });
        reach.max().unwrap_or(0)
    }

    /// The longest delay of all, in steps.
    pub fn longest(&self) -> usize {
        self.reach().max(self.increment_reach())
    }

    /// Whether there are terms with increments.
    pub fn is_neutral(&self) -> bool {
        self.terms.iter().any(|term| term.lag.is_increment())
    }

    /// The step from which on no delay changes.
    pub fn settles(&self) -> u64 {
        let last = self.terms.iter().map(|term| match &term.lag {
            Lag::Varying(steps) => steps.len().saturating_sub(1) as u64,
            _ => 0,
        });
        last.max().unwrap_or(0)
    }

    /// The shares of the leaky states, each once, rising.
    pub fn shares(&self) -> Vec<f64> {
        let shares = self.terms.iter().filter_map(|term| match term.lag {
            Lag::Leaky(share) => Some(share.to_bits()),
            _ => None,
        });
        // Shares are positive, so that their bits have their order.
        let shares: BTreeSet<u64> = shares.collect();
        shares.into_iter().map(f64::from_bits).collect()
    }

    /// What a moment remembers for these terms, [`Delays::memories`] pasts: the source, increments,
    /// then the leaky states. `source(k)` is the source k steps before step 0, and `increment(k)`
    /// the increment that led from k steps before to the step after that; k from 1, and from `oldest`
    /// on all are alike.
    pub fn begin(
        &self,
        source: impl Fn(usize) -> Vec<f64>,
        increment: impl Fn(usize) -> Vec<f64>,
        oldest: usize,
    ) -> Vec<Past> {
        let mut memories = vec![
            Past::new(self.reach(), &source),
            Past::new(self.increment_reach(), &increment),
        ];
        let leaky = self.shares().into_iter();
        memories.extend(leaky.map(|share| {
            let mut state = source(oldest.max(1));
            (1..oldest)
                .rev()
                .for_each(|k| leak(&mut state, share, &source(k)));
            Past::new(1, |_| state.clone())
        }));
        memories
    }

    /// How many pasts [`Delays::begin`] makes.
    pub fn memories(&self) -> usize {
        2 + self.shares().len()
    }

    /// What each of `units` units receives from the past of the source in step `step`; `present` is
    /// the source now.
    pub fn sum(&self, step: u64, present: &[f64], memories: &[Past], units: usize) -> Vec<f64> {
        let mut sum = vec![0.0; units];
        for term in self.terms.iter().filter(|term| !term.lag.is_increment()) {
            let lagged = self.lagged(&term.lag, step, present, memories);
            add(&mut sum, &term.weights.times(&lagged));
        }
        sum
    }

    /// What each of `units` units receives from past increments of the states.
    pub fn increments(&self, memories: &[Past], units: usize) -> Vec<f64> {
        let mut sum = vec![0.0; units];
        for term in &self.terms {
            if let (Lag::Increment(steps), Some(past)) = (&term.lag, memories.get(1)) {
                add(&mut sum, &term.weights.times(past.ago(*steps)));
            }
        }
        sum
    }

    fn lagged(&self, lag: &Lag, step: u64, present: &[f64], memories: &[Past]) -> Vec<f64> {
        let ago = |steps: usize| match (steps, memories.first()) {
            (0, _) | (_, None) => present,
            (steps, Some(past)) => past.ago(steps),
        };
        match lag {
            Lag::Steps(steps) => ago(*steps).to_vec(),
            Lag::Varying(steps) => {
                ago(program::stage::scheduled(steps, step).unwrap_or(1)).to_vec()
            }
            Lag::Kernel(kernel) => {
                let mut sum = vec![0.0; present.len()];
                for &(steps, weight) in kernel {
                    let values = ago(steps).iter();
                    add(
                        &mut sum,
                        &values.map(|value| weight * value).collect::<Vec<_>>(),
                    );
                }
                sum
            }
            Lag::Leaky(share) => {
                let place = self.shares().iter().position(|other| other == share);
                let past = place.and_then(|place| memories.get(2 + place));
                past.map_or(vec![], |past| past.ago(1).to_vec())
            }
            Lag::Increment(_) => vec![],
        }
    }

    /// A step goes by, in which the source was `present` and the states changed by `increment`.
    /// Whether all that is remembered is what it will be for ever after if the source and the states
    /// stay as they are, up to `tolerance`.
    pub fn remember(
        &self,
        memories: &mut [Past],
        present: &[f64],
        increment: &[f64],
        tolerance: f64,
    ) -> bool {
        let near = |a: &[f64], b: &[f64]| a.iter().zip(b).all(|(a, b)| (a - b).abs() <= tolerance);
        let mut settled = true;
        if let Some(past) = memories.get_mut(0) {
            settled &= past.all().all(|then| near(then, present));
            past.remember(present.to_vec());
        }
        if let Some(past) = memories.get_mut(1) {
            settled &= past.all().flatten().all(|change| change.abs() <= tolerance);
            past.remember(increment.to_vec());
        }
        for (share, past) in self.shares().into_iter().zip(memories.iter_mut().skip(2)) {
            let before = past.ago(1).to_vec();
            let mut state = before.clone();
            leak(&mut state, share, present);
            settled &= near(&before, &state);
            past.remember(state);
        }
        settled
    }

    /// `sum_j |b_ij| mass` over the terms that weigh the source, for row i: how much a difference of
    /// the source can matter, whatever the delays.
    pub fn row_sum(&self, row: usize) -> f64 {
        self.row_sums(row, false)
    }

    /// As [`Delays::row_sum`], over the terms that weigh increments of the states.
    pub fn increment_row_sum(&self, row: usize) -> f64 {
        self.row_sums(row, true)
    }

    fn row_sums(&self, row: usize, increments: bool) -> f64 {
        let terms = self.terms.iter();
        let terms = terms.filter(|term| term.lag.is_increment() == increments);
        let of = |term: &Term| {
            let magnitudes = term.weights.row(row).map(|(_, weight)| weight.abs());
            magnitudes.sum::<f64>() * term.lag.mass()
        };
        terms.map(of).sum()
    }
}

/// A leaky state takes on its share of the difference.
pub(crate) fn leak(state: &mut [f64], share: f64, source: &[f64]) {
    let pairs = state.iter_mut().zip(source);
    pairs.for_each(|(state, source)| *state += share * (source - *state));
}
