//! What a format keeps of a network: its fixed points, and its recall.

use network::Hopfield;
use network::noise::SplitMix64;
use program::{ExecutionError, Executor, Format, Program};
use rayon::prelude::*;

use crate::report::Tried;
use crate::{QuantizeError, hopfield_start};

/// The share of units that are flipped in a start state made here.
const FLIPS: f64 = 0.1;

/// Start states a pattern at most, or in all where there are no patterns.
const COPIES: usize = 10;

/// Start states in all where patterns are many, but one a pattern at least; runs in real numbers
/// take most of the time that a choice takes.
const ENOUGH: usize = 250;

/// What the network itself does, against which formats are judged.
pub struct Search {
    /// The patterns that are fixed points.
    stable: Vec<Vec<i8>>,
    /// Start states, and where each should end: at the nearest pattern, or where there are no
    /// patterns where the network ends.
    starts: Vec<(Vec<i8>, Vec<i8>)>,
    /// How many of them the network takes there.
    recalled: usize,
}

impl Search {
    /// Runs the network on its probes, or on seeded noisy patterns where it has none.
    pub fn new(network: &Hopfield) -> Search {
        let patterns = network.patterns.iter();
        let starts = starts(network);
        let ends = network.run_all(&starts);
        let goals = starts
            .iter()
            .zip(&ends)
            .map(|(start, end)| nearest(&network.patterns, start).unwrap_or(&end.state))
            .cloned();
        let starts: Vec<(Vec<i8>, Vec<i8>)> = starts.iter().cloned().zip(goals).collect();
        let recalled = ends.iter().zip(&starts);
        let recalled = recalled.filter(|(end, (_, goal))| end.state == *goal);
        Search {
            stable: patterns
                .filter(|pattern| network.is_stable(pattern))
                .cloned()
                .collect(),
            recalled: recalled.count(),
            starts,
        }
    }

    /// What a program keeps: patterns that stay fixed points, and the recall.
    ///
    /// # Errors
    /// When the program is not valid, or stops.
    pub fn judge(&self, format: Format, program: &Program) -> Result<Tried, QuantizeError> {
        let loaded = Loaded {
            program,
            executor: Executor::new(program)?,
        };
        let kept = loaded.count(&self.stable, |executor, pattern| {
            executor.begin(pattern)?;
            Ok(!executor.executor.step()?.changed)
        })?;
        let recalled = loaded.count(&self.starts, |executor, (start, goal)| {
            executor.begin(start)?;
            executor.executor.run()?;
            Ok(executor.is_at(goal))
        })?;
        Ok(Tried {
            format,
            kept,
            of: self.stable.len(),
            score: recalled as f64 / self.starts.len().max(1) as f64,
            loses_nothing: kept == self.stable.len() && recalled >= self.recalled,
        })
    }
}

/// A program made ready to run, again and again.
#[derive(Clone)]
struct Loaded<'p> {
    program: &'p Program,
    executor: Executor<'p>,
}

impl Loaded<'_> {
    fn begin(&mut self, start: &[i8]) -> Result<(), ExecutionError> {
        for (vector, values) in hopfield_start(self.program, start) {
            self.executor.load(vector, &values)?;
        }
        self.executor.start()
    }

    fn is_at(&self, goal: &[i8]) -> bool {
        let state = self.program.find("state");
        let state = state.map_or(&[][..], |state| self.executor.values(state));
        let goal = goal.iter().map(|&spin| i64::from(spin));
        state.iter().copied().eq(goal)
    }

    /// Of how many cases `holds` is true; each thread runs an executor of its own.
    fn count<T: Sync>(
        &self,
        cases: &[T],
        holds: impl Fn(&mut Self, &T) -> Result<bool, ExecutionError> + Sync,
    ) -> Result<usize, QuantizeError> {
        let counted = cases.par_iter().map_init(
            || self.clone(),
            |own, case| holds(own, case).map(usize::from),
        );
        Ok(counted.sum::<Result<usize, ExecutionError>>()?)
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
    let copies = (ENOUGH / network.patterns.len()).clamp(1, COPIES);
    let patterns = network.patterns.iter();
    let repeated = patterns.flat_map(|pattern| std::iter::repeat_n(pattern, copies));
    repeated
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
