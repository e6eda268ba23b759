//! What a format keeps of a network: its fixed points, and its recall.

use network::Hopfield;
use network::noise::SplitMix64;
use program::{Executor, Format, Program};
use rayon::prelude::*;

use crate::report::Tried;
use crate::{QuantizeError, hopfield_start};

/// The share of units that are flipped in a start state made here.
const FLIPS: f64 = 0.1;

/// Start states a pattern, or in all where there are no patterns.
const COPIES: usize = 10;

/// What the network itself does, against which formats are judged.
pub struct Search<'a> {
    network: &'a Hopfield,
    stable: Vec<&'a Vec<i8>>,
    starts: Vec<Vec<i8>>,
    /// For each start state where it should end: at the nearest pattern, or where the network ends.
    goals: Vec<Vec<i8>>,
    recalled: usize,
}

impl<'a> Search<'a> {
    /// Runs the network on its probes, or on seeded noisy patterns where it has none.
    ///
    /// # Errors
    /// None now; formats are judged by programs, which may stop.
    pub fn new(network: &'a Hopfield) -> Result<Search<'a>, QuantizeError> {
        let stable: Vec<&Vec<i8>> = network
            .patterns
            .iter()
            .filter(|pattern| network.is_stable(pattern))
            .collect();
        let starts = starts(network);
        let runs = network.run_all(&starts);
        let goals: Vec<Vec<i8>> = starts
            .iter()
            .zip(&runs)
            .map(|(start, run)| {
                nearest(&network.patterns, start)
                    .unwrap_or(&run.state)
                    .clone()
            })
            .collect();
        let recalled = runs
            .iter()
            .zip(&goals)
            .filter(|(run, goal)| run.state == **goal)
            .count();
        Ok(Search {
            network,
            stable,
            starts,
            goals,
            recalled,
        })
    }

    /// What a program keeps: patterns that stay fixed points, and the recall.
    ///
    /// # Errors
    /// When the program stops.
    pub fn judge(&mut self, format: Format, program: &Program) -> Result<Tried, QuantizeError> {
        let kept = self.stable.par_iter().map(|pattern| {
            let end = finish(program, pattern, 1)?;
            Ok(usize::from(end == **pattern))
        });
        let kept = kept.sum::<Result<usize, QuantizeError>>()?;
        let recalled = self
            .starts
            .par_iter()
            .zip(&self.goals)
            .map(|(start, goal)| {
                let end = finish(program, start, self.network.max_steps)?;
                Ok(usize::from(end == *goal))
            });
        let recalled = recalled.sum::<Result<usize, QuantizeError>>()?;
        Ok(Tried {
            format,
            kept,
            of: self.stable.len(),
            score: recalled as f64 / self.starts.len().max(1) as f64,
            loses_nothing: kept == self.stable.len() && recalled >= self.recalled,
        })
    }
}

fn starts(network: &Hopfield) -> Vec<Vec<i8>> {
    if !network.probes.is_empty() {
        return network.probes.clone();
    }
    let mut noise = SplitMix64::new(1);
    if network.patterns.is_empty() {
        return (0..COPIES).map(|_| noise.state(network.units())).collect();
    }
    let copies = network
        .patterns
        .iter()
        .flat_map(|pattern| (0..COPIES).map(move |_| pattern));
    copies
        .map(|pattern| noise.flipped(pattern, FLIPS))
        .collect()
}

/// The stored pattern with the largest overlap.
fn nearest<'p>(patterns: &'p [Vec<i8>], start: &[i8]) -> Option<&'p Vec<i8>> {
    let overlap = |pattern: &Vec<i8>| -> i64 {
        pattern
            .iter()
            .zip(start)
            .map(|(&a, &b)| i64::from(a) * i64::from(b))
            .sum()
    };
    // The first of equals, so that the choice does not depend on how maxima are found.
    patterns.iter().rev().max_by_key(|pattern| overlap(pattern))
}

/// The state after so many steps at most.
fn finish(program: &Program, start: &[i8], steps: u64) -> Result<Vec<i8>, QuantizeError> {
    let mut executor = Executor::new(program)?;
    let values = hopfield_start(program, start);
    for (vector, values) in &values {
        executor.load(*vector, values)?;
    }
    executor.start()?;
    if steps == 1 {
        executor.step()?;
    } else {
        executor.run()?;
    }
    let state = program
        .find("state")
        .map_or(&[][..], |state| executor.values(state));
    Ok(state
        .iter()
        .map(|&spin| if spin > 0 { 1 } else { -1 })
        .collect())
}
