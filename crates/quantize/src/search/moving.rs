//! The words of a network with states that move step by step: bits of its states and of its weights.

use std::collections::BTreeMap;

use network::dynamics::{self, Moment, Start};
use network::noise::SplitMix64;
use network::{Description, Dynamics, Level, Network};
use program::{Coding, Executor, Format, Program};

use super::trials::NEAR;
use super::{Keep, Subject, Wish};
use crate::contraction::course;
use crate::dynamic::{loads, values};
use crate::{Options, QuantizeError, Quantized, quantize, rounded};

/// Fraction bits of states that are looked at.
const FRACTIONS: std::ops::RangeInclusive<i32> = 1..=12;

/// Bits fewer than those that are chosen without a search, of which weights are looked at.
const NARROWER: std::ops::RangeInclusive<u32> = 1..=6;

/// Starts of the description that are run at most.
const MOST_STARTS: usize = 16;

/// Steps of a run at most.
const MOST_STEPS: u64 = 20_000;

/// Units up to which the facts of each candidate are looked at.
const FACTS: usize = 64;

/// By how much of itself an energy may rise through noise of its numbers in floating point.
const NOISE: f64 = 1e-9;

/// Formats to look at; `None` is what the description or `auto` makes of it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Candidate {
    state: Option<Format>,
    weights: Option<Format>,
}

/// A network, and the starts that it is tried on.
pub struct Moving<'a> {
    described: (&'a Description, &'a Network),
    network: &'a dyn Dynamics,
    keep: Keep,
    candidates: Vec<Candidate>,
    starts: Vec<Start>,
    /// The pattern that each start comes from, where it is one that comes from a pattern.
    from: Vec<usize>,
    /// Where the network in real numbers ends.
    ends: Vec<Moment>,
    /// What the network in real numbers keeps.
    float: f64,
}

impl<'a> Moving<'a> {
    /// Runs the network in real numbers on its trials.
    ///
    /// # Errors
    /// When there is nothing to keep, or the description cannot be quantised.
    pub fn new(
        described: (&'a Description, &'a Network),
        network: &'a dyn Dynamics,
        wish: &Wish,
    ) -> Result<Moving<'a>, QuantizeError> {
        let (starts, from) = starts(network, wish)?;
        let runs = starts.iter();
        let ends = runs.map(|start| dynamics::run(network, start, &mut |_| {}).last);
        let mut moving = Moving {
            described,
            network,
            keep: wish.keep,
            candidates: candidates(described, network)?,
            ends: ends.collect(),
            starts,
            from,
            float: 1.0,
        };
        if wish.keep == Keep::Argmin && moving.energies(&moving.ends).is_none() {
            return Err(refused(
                "no energy is defined for the network",
                "--target-error",
            ));
        }
        if matches!(wish.keep, Keep::Recall | Keep::Stability | Keep::Labels) {
            moving.float = moving.share(&moving.ends);
        }
        Ok(moving)
    }

    fn energies(&self, ends: &[Moment]) -> Option<Vec<f64>> {
        ends.iter().map(|end| self.network.energy(end)).collect()
    }

    /// The share of ends that are where they should be: near the pattern, or nearest to it, or, where
    /// there are no patterns, of elements on the side of zero of the network in real numbers.
    fn share(&self, ends: &[Moment]) -> f64 {
        let patterns = self.network.patterns();
        let shown = |end: &Moment| self.network.shown(end);
        if self.from.is_empty() {
            let pairs = ends.iter().zip(&self.ends);
            let sides = pairs.flat_map(|(end, float)| shown(end).into_iter().zip(shown(float)));
            let sides = sides.map(|(a, b)| (a > 0.0) == (b > 0.0));
            let (mut same, mut all) = (0usize, 0usize);
            for alike in sides {
                (same, all) = (same + usize::from(alike), all + 1);
            }
            return same as f64 / all.max(1) as f64;
        }
        let arrived = ends.iter().zip(&self.from).filter(|(end, from)| {
            let state = shown(end);
            let near = |pattern: &Vec<f64>| overlap(&state, pattern);
            let own = patterns.get(**from).map_or(-1.0, near);
            match self.keep {
                Keep::Labels => {
                    let mut others = patterns.iter().enumerate();
                    others.all(|(place, pattern)| place == **from || near(pattern) < own)
                }
                Keep::Stability => own == 1.0,
                _ => own >= NEAR,
            }
        });
        arrived.count() as f64 / ends.len().max(1) as f64
    }

    /// The ends of a program's runs, as far as its energy and outputs need them.
    fn run(&self, program: &Program) -> Result<Vec<Moment>, QuantizeError> {
        let mut executor = Executor::new(program)?;
        let runs = self.starts.iter().map(|start| {
            for (vector, values) in loads(program, self.network, start) {
                executor.load(vector, &values)?;
            }
            executor.start()?;
            let stop = program.stop;
            for _ in 0..stop.max_steps.min(MOST_STEPS) {
                let step = executor.step()?;
                if stop.when_stable && !step.changed
                    || stop.on_period_two && executor.is_period_two()
                {
                    break;
                }
            }
            let mut end = self.network.begin(start);
            end.values = values(&executor, program, self.network);
            end.step = executor.steps();
            Ok(end)
        });
        runs.collect()
    }

    /// The largest difference of a state at the end of a run.
    fn apart(&self, ends: &[Moment]) -> f64 {
        let pairs = ends.iter().zip(&self.ends);
        let pairs = pairs.flat_map(|(end, float)| end.of(0).iter().zip(float.of(0)));
        pairs.map(|(a, b)| (a - b).abs()).fold(0.0, f64::max)
    }

    /// The share of ends whose energy is no higher, and by how much of itself the mean is higher, or
    /// the lowest, whichever is more.
    fn risen(&self, ends: &[Moment]) -> Option<(f64, f64)> {
        let (found, float) = (self.energies(ends)?, self.energies(&self.ends)?);
        let pairs = found.iter().zip(&float);
        let kept = pairs.filter(|(found, float)| **found - **float <= NOISE * float.abs());
        let kept = kept.count() as f64 / found.len().max(1) as f64;
        let mean = |of: &[f64]| of.iter().sum::<f64>() / of.len().max(1) as f64;
        let lowest = |of: &[f64]| of.iter().copied().fold(f64::MAX, f64::min);
        let rise = |found: f64, float: f64| {
            let share = (found - float) / if float == 0.0 { 1.0 } else { float.abs() };
            if share <= NOISE { 0.0 } else { share }
        };
        let of_mean = rise(mean(&found), mean(&float));
        Some((kept, of_mean.max(rise(lowest(&found), lowest(&float)))))
    }
}

impl Subject for Moving<'_> {
    type Candidate = Candidate;

    fn candidates(&self) -> Result<Vec<Candidate>, QuantizeError> {
        Ok(self.candidates.clone())
    }

    fn quantize(&self, candidate: &Candidate) -> Result<Quantized, QuantizeError> {
        let (description, network) = self.described;
        let options = Options {
            weights: candidate.weights,
            state: candidate.state,
        };
        quantize(description, network, &options)
    }

    fn fields(&self, candidate: &Candidate) -> BTreeMap<&'static str, String> {
        let text = |name, format: Option<Format>| Some((name, format!("\"{}\"", format?)));
        let fields = [
            text("state", candidate.state),
            text("weights", candidate.weights),
        ];
        fields.into_iter().flatten().collect()
    }

    fn lost(&self, quantized: &Quantized) -> Vec<&'static str> {
        let (_, network) = self.described;
        if network.units() > FACTS {
            return vec![];
        }
        let words = rounded(network, &quantized.program);
        let Some(words) = words.as_ref().and_then(Network::dynamics) else {
            return vec![];
        };
        let kept = words.facts(Level::Integer);
        let is_lost = |name: &str| {
            let fact = kept.iter().find(|fact| fact.name == name);
            fact.is_some_and(|fact| fact.holds != Some(true))
        };
        let float = self.network.facts(Level::Float).into_iter();
        let float = float.filter(|fact| fact.holds == Some(true) && is_lost(fact.name));
        float.map(|fact| fact.name).collect()
    }

    fn float(&self) -> f64 {
        self.float
    }

    fn judge(&self, quantized: &Quantized) -> Result<(f64, f64), QuantizeError> {
        let program = &quantized.program;
        let ends = self.run(program)?;
        Ok(match self.keep {
            Keep::Values => (self.share(&ends), self.apart(&ends)),
            Keep::Trajectory => {
                let mut largest = self.apart(&ends);
                for start in &self.starts {
                    let course = course(self.network, program, start, MOST_STEPS)?;
                    largest = course.into_iter().fold(largest, f64::max);
                }
                (self.share(&ends), largest)
            }
            Keep::Argmin => self.risen(&ends).unwrap_or((0.0, f64::MAX)),
            Keep::Recall | Keep::Stability | Keep::Labels => {
                let kept = self.share(&ends);
                (kept, (self.float - kept).max(0.0))
            }
        })
    }
}

fn refused(why: &str, would: &str) -> QuantizeError {
    QuantizeError::Search {
        why: why.into(),
        would: would.into(),
    }
}

/// How far two states agree by their signs, from -1 to 1.
fn overlap(state: &[f64], pattern: &[f64]) -> f64 {
    let alike = |(a, b): (&f64, &f64)| if (*a > 0.0) == (*b > 0.0) { 1.0 } else { -1.0 };
    let sum: f64 = state.iter().zip(pattern).map(alike).sum();
    sum / pattern.len().max(1) as f64
}

/// The starts of a wish, and the pattern that each comes from, where it comes from one.
fn starts(network: &dyn Dynamics, wish: &Wish) -> Result<(Vec<Start>, Vec<usize>), QuantizeError> {
    let patterns = network.patterns();
    let most = wish.trials.min(MOST_STARTS);
    let given = || {
        let starts = network.starts().into_iter().take(most);
        (starts.collect::<Vec<_>>(), vec![])
    };
    let (starts, from) = match wish.keep {
        Keep::Recall | Keep::Stability if patterns.is_empty() => {
            return Err(refused(
                "the network has no patterns to be kept",
                "a description that learns patterns, --keep labels or argmin, or --target-error",
            ));
        }
        Keep::Stability => {
            let starts = patterns.iter().map(|pattern| network.start_from(pattern));
            (starts.collect(), (0..patterns.len()).collect())
        }
        Keep::Labels if patterns.is_empty() => given(),
        Keep::Recall | Keep::Labels => {
            let mut random = SplitMix64::new(wish.seed);
            let trials = patterns.iter().enumerate().cycle().take(wish.trials);
            let noisy = trials.map(|(place, pattern)| {
                let flipped = pattern.iter().map(|value| {
                    let flips = random.uniform() < wish.noise;
                    if flips { -value } else { *value }
                });
                (network.start_from(&flipped.collect::<Vec<_>>()), place)
            });
            noisy.unzip()
        }
        Keep::Argmin => {
            let starts = (0..most).map(|number| network.replica(number));
            (starts.collect(), vec![])
        }
        Keep::Values | Keep::Trajectory => given(),
    };
    if starts.is_empty() {
        return Err(refused("no trials are made", "--trials 16"));
    }
    Ok((starts, from))
}

/// States with more and fewer fraction bits than those chosen without a search, and weights as they
/// are chosen and with fewer bits; what the description fixes stays.
fn candidates(
    (description, network): (&Description, &Network),
    of: &dyn Dynamics,
) -> Result<Vec<Candidate>, QuantizeError> {
    let usual = quantize(description, network, &Options::default())?.program;
    let open = |field: &str| {
        let written = description.source.written(field);
        written.is_none_or(|written| written.trim_matches(['"', '\'']) == "auto")
    };
    let first = of.variables().into_iter().next();
    let state = first.and_then(|state| usual.vector(usual.find(&state.name)?));
    let state = state.map_or(Format::BIPOLAR, |state| state.format);
    let states: Vec<Option<Format>> = match state.coding() == Coding::Signed && open("format.state")
    {
        false => vec![None],
        true => {
            let whole = state.width() as i32 - state.fraction();
            let made = FRACTIONS.filter_map(|fraction| {
                let width = u32::try_from(whole + fraction).ok()?;
                Format::signed(width, fraction).ok().map(Some)
            });
            made.collect()
        }
    };
    let mut weights = vec![None];
    let gathers = usual.stages.iter().filter(|stage| stage.when.in_steps());
    let words = gathers.flat_map(|stage| &stage.gathers).next();
    if let (Some(words), true) = (words, open("format.weights")) {
        let format = words.weights.format;
        let narrower = NARROWER.filter_map(|bits| {
            let width = format
                .width()
                .checked_sub(bits)
                .filter(|width| *width >= 3)?;
            Format::signed(width, format.fraction() - bits as i32).ok()
        });
        let signed = format.coding() == Coding::Signed;
        weights.extend(narrower.filter(|_| signed).map(Some));
    }
    let pairs = states.iter().flat_map(|&state| {
        let candidate = move |&weights: &Option<Format>| Candidate { state, weights };
        weights.iter().map(candidate)
    });
    Ok(pairs.collect())
}
