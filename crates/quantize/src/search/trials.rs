//! Trials on which a memory's candidates are judged: start states, and what should become of them.

use network::Hopfield;
use network::learning::overlap;
use network::noise::SplitMix64;
use program::Executor;

use super::{Keep, Wish};
use crate::{QuantizeError, Quantized, hopfield_start};

/// The overlap with its pattern from which on a noisy copy counts as recalled.
pub const NEAR: f64 = 0.95;

/// By how much of itself an energy may rise through noise of its float numbers.
const NOISE: f64 = 1e-9;

/// Start states, and what the network in real numbers makes of them.
#[derive(Debug)]
pub struct Trials<'a> {
    network: &'a Hopfield,
    keep: Keep,
    /// The start states.
    starts: Vec<Vec<i8>>,
    /// The pattern that each of them comes from; none where energies are looked at.
    from: Vec<usize>,
    /// What the network keeps.
    float: f64,
    /// The energies of its final states; none where patterns are looked at.
    energies: Vec<f64>,
}

impl<'a> Trials<'a> {
    /// Draws the trials and runs the network on them.
    ///
    /// # Errors
    /// When the network has no patterns to keep, or there is no trial.
    pub fn new(network: &'a Hopfield, wish: &Wish) -> Result<Trials<'a>, QuantizeError> {
        let refuse = |why: &str, would: &str| QuantizeError::Search {
            why: why.into(),
            would: would.into(),
        };
        let of_patterns = matches!(wish.keep, Keep::Recall | Keep::Stability | Keep::Labels);
        if of_patterns && network.patterns.is_empty() {
            return Err(refuse(
                "the network has no patterns to be kept",
                "a description that learns patterns, --keep argmin, or --target-error",
            ));
        }
        if wish.keep == Keep::Trajectory {
            return Err(refuse(
                "the states of a Hopfield network are signs, which have no error",
                "--keep recall, or --target-error for the weights",
            ));
        }
        let drawn = matches!(wish.keep, Keep::Recall | Keep::Labels | Keep::Argmin);
        if drawn && wish.trials == 0 {
            return Err(refuse("no trials are made", "--trials 200"));
        }
        let (starts, from) = starts(network, wish);
        let mut trials = Trials {
            network,
            keep: wish.keep,
            starts,
            from,
            float: 1.0,
            energies: vec![],
        };
        match wish.keep {
            Keep::Recall | Keep::Labels => {
                let ends = network.run_all(&trials.starts);
                let ends = ends.iter().zip(&trials.from);
                let kept = ends.filter(|(end, from)| trials.arrived(&end.state, **from));
                trials.float = share(kept.count(), trials.starts.len());
            }
            Keep::Stability => {
                let stable = trials.starts.iter();
                let stable = stable.filter(|pattern| network.is_stable(pattern));
                trials.float = share(stable.count(), trials.starts.len());
            }
            Keep::Argmin => {
                let ends = network.run_all(&trials.starts).into_iter();
                trials.energies = ends.map(|end| network.energy(&end.state)).collect();
            }
            Keep::Values | Keep::Trajectory => {}
        }
        Ok(trials)
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
        let (mut kept, mut energies) = (0, vec![]);
        for (place, start) in self.starts.iter().enumerate() {
            for (vector, values) in hopfield_start(program, start) {
                executor.load(vector, &values)?;
            }
            executor.start()?;
            if self.keep == Keep::Stability {
                kept += usize::from(!executor.step()?.changed);
                continue;
            }
            executor.run()?;
            let state = program.find("state");
            let state = state.map_or(&[][..], |state| executor.values(state));
            let end: Vec<i8> = state.iter().map(|&s| if s < 0 { -1 } else { 1 }).collect();
            match self.from.get(place) {
                Some(from) => kept += usize::from(self.arrived(&end, *from)),
                None => energies.push(self.network.energy(&end)),
            }
        }
        if self.keep == Keep::Argmin {
            return Ok(self.risen(&energies));
        }
        let kept = share(kept, self.starts.len());
        Ok((kept, (self.float - kept).max(0.0)))
    }

    /// Whether a final state is where it should be: near the pattern that its start came from, or
    /// nearer to it than to any other.
    fn arrived(&self, end: &[i8], from: usize) -> bool {
        let patterns = &self.network.patterns;
        let near = |pattern: &Vec<i8>| overlap(end, pattern);
        let own = patterns.get(from).map_or(-1.0, near);
        match self.keep {
            Keep::Labels => {
                let mut others = patterns.iter().enumerate();
                others.all(|(place, pattern)| place == from || near(pattern) < own)
            }
            _ => own >= NEAR,
        }
    }

    /// The share of final states whose energy is no higher than that of the network's, and by how
    /// much of itself the mean energy is higher, or the lowest, whichever is more.
    fn risen(&self, energies: &[f64]) -> (f64, f64) {
        let pairs = energies.iter().zip(&self.energies);
        let kept = pairs.filter(|(found, float)| *found - *float <= NOISE * float.abs());
        let kept = share(kept.count(), energies.len());
        let mean = |of: &[f64]| of.iter().sum::<f64>() / of.len().max(1) as f64;
        let lowest = |of: &[f64]| of.iter().copied().fold(f64::MAX, f64::min);
        let rise = |found: f64, float: f64| {
            let rise = found - float;
            // Energies of zero have no share; any rise of them is whole.
            let share = if float == 0.0 {
                rise
            } else {
                rise / float.abs()
            };
            if share <= NOISE { 0.0 } else { share }
        };
        let of_mean = rise(mean(energies), mean(&self.energies));
        let of_lowest = rise(lowest(energies), lowest(&self.energies));
        (kept, of_mean.max(of_lowest))
    }
}

/// The start states of a wish, and the pattern that each comes from.
fn starts(network: &Hopfield, wish: &Wish) -> (Vec<Vec<i8>>, Vec<usize>) {
    let mut random = SplitMix64::new(wish.seed);
    let patterns = &network.patterns;
    match wish.keep {
        Keep::Recall | Keep::Labels => {
            let pairs = patterns.iter().enumerate().cycle().take(wish.trials);
            let noisy = pairs.map(|(place, pattern)| (random.flipped(pattern, wish.noise), place));
            noisy.unzip()
        }
        Keep::Stability => (patterns.clone(), vec![]),
        Keep::Argmin if network.probes.is_empty() => {
            let states = (0..wish.trials).map(|_| random.state(network.units()));
            (states.collect(), vec![])
        }
        Keep::Argmin => {
            let given = network.probes.iter().take(wish.trials);
            (given.cloned().collect(), vec![])
        }
        Keep::Values | Keep::Trajectory => (vec![], vec![]),
    }
}

fn share(count: usize, of: usize) -> f64 {
    count as f64 / of.max(1) as f64
}
