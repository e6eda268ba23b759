//! Trials on which candidates are judged: noisy patterns, and the patterns themselves.

use network::Hopfield;
use network::learning::overlap;
use network::noise::SplitMix64;
use program::Executor;

use super::{Keep, Wish};
use crate::{QuantizeError, Quantized, hopfield_start};

/// The overlap with its pattern from which on a noisy copy counts as recalled.
pub const NEAR: f64 = 0.95;

/// Noisy patterns, and what the network in real numbers makes of them.
#[derive(Debug)]
pub struct Trials {
    keep: Keep,
    /// Start states, and the pattern that each comes from.
    starts: Vec<(Vec<i8>, Vec<i8>)>,
    float: f64,
}

impl Trials {
    /// Draws the trials and runs the network on them.
    ///
    /// # Errors
    /// When the network has no patterns to keep, or there is no trial.
    pub fn new(network: &Hopfield, wish: &Wish) -> Result<Trials, QuantizeError> {
        if wish.keep == Keep::Labels {
            return Err(QuantizeError::Search {
                why: "a Hopfield network gives states and no labels".into(),
                would: "--keep recall".into(),
            });
        }
        let refuse = |why: &str, would: &str| QuantizeError::Search {
            why: why.into(),
            would: would.into(),
        };
        if wish.keep != Keep::Values && network.patterns.is_empty() {
            return Err(refuse(
                "the network has no patterns to be kept",
                "a description that learns patterns, or --target-error",
            ));
        }
        if wish.keep == Keep::Recall && wish.trials == 0 {
            return Err(refuse("no trials are made", "--trials 200"));
        }
        let mut random = SplitMix64::new(wish.seed);
        let patterns = &network.patterns;
        let starts: Vec<(Vec<i8>, Vec<i8>)> = match wish.keep {
            Keep::Recall => patterns
                .iter()
                .cycle()
                .take(wish.trials)
                .map(|pattern| (random.flipped(pattern, wish.noise), pattern.clone()))
                .collect(),
            Keep::Stability => patterns.iter().map(|p| (p.clone(), p.clone())).collect(),
            Keep::Values | Keep::Labels => vec![],
        };
        let kept = match wish.keep {
            Keep::Recall => {
                let states: Vec<Vec<i8>> = starts.iter().map(|(start, _)| start.clone()).collect();
                let ends = network.run_all(&states);
                let near = ends.iter().zip(&starts);
                near.filter(|(end, (_, goal))| overlap(&end.state, goal) >= NEAR)
                    .count()
            }
            Keep::Stability => patterns.iter().filter(|p| network.is_stable(p)).count(),
            Keep::Values | Keep::Labels => 0,
        };
        let float = match wish.keep {
            Keep::Values => 1.0,
            _ => share(kept, starts.len()),
        };
        Ok(Trials {
            keep: wish.keep,
            starts,
            float,
        })
    }

    /// What the network in real numbers keeps.
    pub fn float(&self) -> f64 {
        self.float
    }

    /// What a program keeps, and what it loses against the network.
    ///
    /// # Errors
    /// When the program is not valid, or stops.
    pub fn judge(&self, of: &Quantized) -> Result<(f64, f64), QuantizeError> {
        if self.keep == Keep::Values {
            return Ok((1.0, of.report.max_abs_error));
        }
        let program = &of.program;
        let mut executor = Executor::new(program)?;
        let mut kept = 0;
        for (start, goal) in &self.starts {
            for (vector, values) in hopfield_start(program, start) {
                executor.load(vector, &values)?;
            }
            executor.start()?;
            kept += usize::from(match self.keep {
                Keep::Stability => !executor.step()?.changed,
                Keep::Recall | Keep::Values | Keep::Labels => {
                    executor.run()?;
                    let state = program.find("state");
                    let state = state.map_or(&[][..], |state| executor.values(state));
                    let end: Vec<i8> = state.iter().map(|&s| if s < 0 { -1 } else { 1 }).collect();
                    overlap(&end, goal) >= NEAR
                }
            });
        }
        let kept = share(kept, self.starts.len());
        Ok((kept, (self.float - kept).max(0.0)))
    }
}

fn share(count: usize, of: usize) -> f64 {
    count as f64 / of.max(1) as f64
}
