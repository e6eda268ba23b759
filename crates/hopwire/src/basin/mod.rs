//! What a memory recalls: noisy copies of what it stores, run in real numbers and in integers.

mod memory;
mod plot;

use network::noise::SplitMix64;
use rayon::prelude::*;

use crate::built::Built;
use crate::error::HopwireError;
use crate::progress::Bar;
pub use memory::{Memory, rounded};
pub use plot::plot;

/// What is asked of a memory.
#[derive(Debug, Clone, PartialEq)]
pub struct Questions {
    /// Shares of units that are flipped.
    pub noise: Vec<f64>,
    /// Noisy copies of each stored state at each share.
    pub trials: usize,
    /// Seed of the noise.
    pub seed: u64,
}

/// How often a stored state was recalled exactly from copies with a share of flips.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Recalled {
    /// In real numbers.
    pub float: usize,
    /// In integers.
    pub integers: usize,
}

/// What a memory answered.
#[derive(Debug, Clone, PartialEq)]
pub struct Answers {
    /// The questions.
    pub questions: Questions,
    /// The stored states.
    pub patterns: usize,
    /// For each cue, each share of flips and each stored state: how often it was recalled.
    pub recalled: Vec<Vec<Vec<Recalled>>>,
}

/// Asks a memory; the same questions give the same answers, on any number of cores.
///
/// # Errors
/// A value that leaves a format whose overflow mode is `error`.
pub fn ask(
    built: &Built,
    memory: &Memory<'_>,
    questions: &Questions,
    bar: &Bar,
) -> Result<Answers, HopwireError> {
    let shares = questions.noise.len();
    let patterns = memory.patterns();
    let all: Vec<(usize, usize, usize)> = (0..memory.cues().len())
        .flat_map(|cue| (0..shares).map(move |share| (cue, share)))
        .flat_map(|(cue, share)| (0..patterns).map(move |pattern| (cue, share, pattern)))
        .collect();
    let found: Result<Vec<Recalled>, HopwireError> = all
        .par_iter()
        .enumerate()
        .map(|(number, &(cue, share, pattern))| {
            let noise = questions.noise.get(share).copied().unwrap_or(0.0);
            let mut random = SplitMix64::new(seed(questions.seed, number));
            // Without noise one copy is as good as many.
            let trials = if noise == 0.0 { 1 } else { questions.trials };
            let states = (0..trials).map(|_| memory.noisy(cue, pattern, noise, &mut random));
            let states: Vec<Vec<f64>> = states.collect();
            let recalled = Recalled {
                float: memory.in_reals(cue, pattern, &states),
                integers: memory.in_integers(built, cue, pattern, &states)?,
            };
            bar.advance_by(2 * trials as u64);
            Ok(recalled)
        })
        .collect();
    let found = found?;
    let by_share = found.chunks(patterns.max(1)).map(<[Recalled]>::to_vec);
    let by_share: Vec<Vec<Recalled>> = by_share.collect();
    let by_cue = by_share
        .chunks(shares.max(1))
        .map(<[Vec<Recalled>]>::to_vec);
    Ok(Answers {
        questions: questions.clone(),
        patterns,
        recalled: by_cue.collect(),
    })
}

/// A seed of its own for each question.
fn seed(seed: u64, number: usize) -> u64 {
    SplitMix64::new(SplitMix64::new(seed).bits() ^ number as u64).bits()
}

/// The runs that questions ask for, at both levels.
pub fn runs(memory: &Memory<'_>, questions: &Questions) -> u64 {
    let trials = questions.noise.iter().map(|share| match *share {
        0.0 => 1,
        _ => questions.trials as u64,
    });
    2 * (memory.cues().len() * memory.patterns()) as u64 * trials.sum::<u64>()
}

impl Answers {
    /// Copies at a share of flips.
    pub fn trials(&self, share: usize) -> usize {
        match self.questions.noise.get(share) {
            Some(0.0) => 1,
            _ => self.questions.trials,
        }
    }

    /// For each share of flips the share of all copies that were recalled, by cue number `cue`.
    pub fn shares(&self, cue: usize, of: impl Fn(&Recalled) -> usize) -> Vec<f64> {
        let by_share = self.recalled.get(cue).map_or(&[][..], Vec::as_slice);
        let share = |(at, recalled): (usize, &Vec<Recalled>)| {
            let right: usize = recalled.iter().map(&of).sum();
            right as f64 / (self.trials(at) * recalled.len()).max(1) as f64
        };
        by_share.iter().enumerate().map(share).collect()
    }

    /// Whether a stored state was recalled from itself by every cue; none where it was not asked.
    pub fn stored(&self, pattern: usize, of: impl Fn(&Recalled) -> usize) -> Option<bool> {
        let clean = self
            .questions
            .noise
            .iter()
            .position(|share| *share == 0.0)?;
        let each = self.recalled.iter().map(|by_share| {
            let recalled = by_share.get(clean)?.get(pattern)?;
            Some(of(recalled) == self.trials(clean))
        });
        each.reduce(|a, b| Some(a? && b?)).flatten()
    }

    /// The largest share of flips up to which a stored state was recalled, by every cue, from
    /// `enough` of its copies at least; none where it never was.
    pub fn reach(
        &self,
        pattern: usize,
        enough: f64,
        of: impl Fn(&Recalled) -> usize,
    ) -> Option<f64> {
        let shares = self.questions.noise.iter().enumerate();
        let held = shares.take_while(|(at, _)| {
            let wanted = enough * self.trials(*at) as f64;
            self.recalled.iter().all(|by_share| {
                let recalled = by_share.get(*at).and_then(|of| of.get(pattern));
                recalled.is_some_and(|recalled| of(recalled) as f64 >= wanted)
            })
        });
        held.map(|(_, share)| *share).last()
    }
}
