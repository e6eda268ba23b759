//! Differences in a continuous network, whatever reaches it late.

use network::continuous::{Continuous, Method};
use network::delay::{Lag, Term};
use program::Program;

use super::growth::{Growth, up};
use super::lost::{Rounded, at};
use super::{NoBound, lost};
use crate::{Report, continuous};

/// How much a Lipschitz constant in floating point may be too small, as a share of it.
const ROUNDED: f64 = 1.0 + 16.0 * f64::EPSILON;

/// What a step makes of differences: `|1 - p c|` of the element itself, `p l |w_ij|` and as much for
/// each late part of the others, and `2 |e_ij|` for past increments, with p = h / C and the Lipschitz
/// constant l.
pub fn growth(network: &Continuous, program: &Program, report: &Report) -> Result<Growth, NoBound> {
    let words = continuous::rounded(network, program);
    let words = words.ok_or_else(|| NoBound::because("its words are not known"))?;
    let slope = network.activation.lipschitz() * ROUNDED;
    if !slope.is_finite() {
        return Err(NoBound::because("g jumps"));
    }
    let reach = network
        .state_bound(0.0, 0.0)
        .ok_or_else(|| unbounded(network, slope))?;
    let starts = network
        .probes
        .iter()
        .chain(&network.history.states)
        .flatten();
    let reach = starts.fold(up(reach), |most, x| most.max(x.abs()));
    let next = lost::rounded(program, "move", "next")?;
    let losses = Losses::new((network, &words), (program, report), (slope, next))?;
    let units = 0..network.units();
    let added = units.clone().map(|unit| losses.added(unit));
    Ok(Growth {
        rows: units.map(|unit| row(network, unit, slope)).collect(),
        added: added.collect::<Result<_, _>>()?,
        start: losses.start(),
        valid: lost::valid(next, reach)?,
    })
}

/// Where the equations bound no state, there is no contraction in the largest magnitude either.
fn unbounded(network: &Continuous, slope: f64) -> NoBound {
    let rows = (0..network.units()).map(|unit| row(network, unit, slope));
    let sums = rows.map(|row| up(row.iter().map(|(_, size)| size).sum()));
    let factor = sums.fold(0.0, f64::max);
    NoBound {
        factor: Some(factor),
        why: format!(
            "the equations bound no state, and a step may leave {factor:.6} of a difference"
        ),
    }
}

fn row(network: &Continuous, unit: usize, slope: f64) -> Vec<(usize, f64)> {
    let pace = network.pace(unit).abs() * ROUNDED;
    let kept = match network.method {
        Method::Map => 0.0,
        Method::Euler { .. } => 1.0 - pace * at(&network.decay, unit),
    };
    let tiny = 8.0 * f64::EPSILON * (1.0 + pace * at(&network.decay, unit).abs());
    let through = pace * slope;
    let own = through * network.weights.get(unit, unit);
    let own = match network.activation.is_nondecreasing() {
        // The slope lies between 0 and l.
        true => kept.abs().max((kept + own).abs()),
        false => kept.abs() + own.abs(),
    };
    let mut row = vec![(unit, up(own + tiny))];
    let others = network
        .weights
        .row(unit)
        .filter(|(other, _)| *other != unit);
    row.extend(others.map(|(other, weight)| (other, up(through * weight.abs()))));
    for term in &network.delays.terms {
        let through = if term.lag.is_increment() {
            1.0
        } else {
            through
        };
        let size = through * term.lag.mass();
        let links = term.weights.row(unit);
        row.extend(links.map(|(other, weight)| (other, up(size * weight.abs()))));
    }
    row
}

/// What words lose in a step that starts from the same state.
struct Losses<'a> {
    network: &'a Continuous,
    words: &'a Continuous,
    slope: f64,
    next: Rounded,
    /// The largest error of the activation function, that of loaded outputs included.
    activation: f64,
    /// The argument of an activation around the sum.
    argument: Option<Rounded>,
    /// The largest magnitude of what the weights weigh, in words.
    source: f64,
    /// The largest magnitude of a state in words.
    held: f64,
    /// Half a unit of an input.
    input: f64,
    /// For each late term, what it loses beside its weights.
    late: Vec<f64>,
}

impl<'a> Losses<'a> {
    fn new(
        (network, words): (&'a Continuous, &'a Continuous),
        (program, report): (&Program, &Report),
        (slope, next): (f64, Rounded),
    ) -> Result<Losses<'a>, NoBound> {
        let figures = report.activations.first();
        let figures =
            figures.ok_or_else(|| NoBound::because("the error of its activation is not known"))?;
        let held = lost::largest(next.format);
        let (mut activation, mut source, mut argument) = (figures.largest_error, held, None);
        if network.has_outputs() {
            let output = lost::format(program, "output")?;
            let ends = [-held, held].map(|x| network.activation.value(x).abs());
            let (low, high) = network.activation.range();
            let range = low.abs().max(high.abs());
            let range = match network.activation.is_nondecreasing() {
                true => range.min(ends[0].max(ends[1])),
                false => range,
            };
            source = lost::largest(output).min(up(range + activation));
            if network.history.loaded > 0 {
                activation = activation.max(output.unit() / 2.0);
            }
        } else {
            argument = Some(lost::rounded(program, "move", "argument")?);
        }
        let input = match network.drive {
            Some(_) => lost::format(program, "input")?.unit() / 2.0,
            None => 0.0,
        };
        let terms = network.delays.terms.iter().zip(&words.delays.terms);
        let late = terms.map(|(real, word)| late(network, program, (real, word), source));
        Ok(Losses {
            network,
            words,
            slope,
            next,
            activation,
            argument,
            source,
            held,
            input,
            late: late.collect::<Result<_, _>>()?,
        })
    }

    /// The largest difference of a start: of states, and of what was before.
    fn start(&self) -> f64 {
        self.next.format.unit() / 2.0
    }

    /// What the field of a unit loses, and how large it can be, in words.
    fn field(&self, unit: usize) -> (f64, f64) {
        let (real, words) = (self.network, self.words);
        let mut wrong = lost::row_distance(&real.weights, &words.weights, unit) * self.source;
        let mut gain = lost::row_sum(&words.weights, unit);
        let mut read = lost::row_sum(&real.weights, unit);
        let terms = real.delays.terms.iter().zip(&words.delays.terms);
        for ((real, word), late) in terms.zip(&self.late) {
            if real.lag.is_increment() {
                continue;
            }
            let mass = real.lag.mass().max(word.lag.mass());
            wrong += lost::row_distance(&real.weights, &word.weights, unit) * mass * self.source;
            wrong += lost::row_sum(&real.weights, unit) * late;
            gain += lost::row_sum(&word.weights, unit) * mass;
            read += lost::row_sum(&real.weights, unit) * mass;
        }
        if real.has_outputs() {
            wrong += read * self.activation;
        }
        wrong += (at(&words.bias, unit) - at(&real.bias, unit)).abs() + self.driven(unit);
        let current = words.largest_current(unit).max(real.largest_current(unit));
        (
            up(wrong),
            up(gain * self.source + current + self.input * gain),
        )
    }

    /// What inputs and their weights lose.
    fn driven(&self, unit: usize) -> f64 {
        match (&self.network.drive, &self.words.drive) {
            (Some(real), Some(words)) => match (&real.weights, &words.weights) {
                (Some(weights), Some(of_words)) => {
                    let limit = real.limit + self.input;
                    lost::row_distance(weights, of_words, unit) * limit
                        + lost::row_sum(weights, unit) * self.input
                }
                _ => self.input,
            },
            _ => 0.0,
        }
    }

    fn added(&self, unit: usize) -> Result<f64, NoBound> {
        let (real, words) = (self.network, self.words);
        let (wrong, field) = self.field(unit);
        let (pull, received) = match self.argument {
            Some(argument) => {
                let beyond = self.beyond(argument, field)?;
                let error = self.slope * (wrong + argument.error) + beyond + self.activation;
                (error, self.received(field))
            }
            None => (wrong, field),
        };
        let (pace, decay) = (real.pace(unit), at(&real.decay, unit));
        let (word_pace, word_decay) = (words.pace(unit), at(&words.decay, unit));
        let mut added = pace.abs() * pull + self.next.error;
        let mut size = pace.abs() * received;
        if let Method::Euler { .. } = real.method {
            let rate = received + word_decay.abs() * self.held;
            added += (word_pace - pace).abs() * rate;
            added += pace.abs() * (word_decay - decay).abs() * self.held;
            size += (1.0 + pace.abs() * decay.abs()) * self.held;
        }
        let mut links = real.weights.row(unit).count();
        let terms = real.delays.terms.iter().zip(&words.delays.terms);
        for (real, word) in terms {
            links += real.weights.row(unit).count();
            if real.lag.is_increment() {
                let wrong = lost::row_distance(&real.weights, &word.weights, unit);
                added += wrong * 2.0 * self.held;
                size += lost::row_sum(&real.weights, unit) * 2.0 * self.held;
            }
        }
        let reference = (links as f64 + 64.0) * f64::EPSILON * size * self.slope.max(1.0);
        Ok(up(added + reference))
    }

    /// The largest magnitude of g of a field, the error of words included.
    fn received(&self, field: f64) -> f64 {
        let (low, high) = self.network.activation.range();
        let linear = self.network.activation.value(0.0).abs() + self.slope * field;
        up(low.abs().max(high.abs()).min(linear) + self.activation)
    }

    /// What g does where its argument is beyond its word.
    fn beyond(&self, argument: Rounded, field: f64) -> Result<f64, NoBound> {
        let format = argument.format;
        let ends = [format.min_raw(), format.max_raw()].map(|raw| format.value(raw));
        let past = [-ends[0], ends[1]].map(|end| (field - end).max(0.0));
        let past = past[0].max(past[1]);
        if past == 0.0 {
            return Ok(0.0);
        }
        if !argument.saturates {
            return Err(NoBound::because("the argument of g may overflow its word"));
        }
        let g = &self.network.activation;
        let (low, high) = g.range();
        let tail = match g.is_nondecreasing() {
            true => (g.value(ends[0]) - low).max(high - g.value(ends[1])),
            false => f64::INFINITY,
        };
        Ok(up(tail.min(self.slope * past).max(0.0)))
    }
}

/// What a late term loses beside its weights: by the words of a kernel or of a share, and by rounding
/// what is made of the past. A leaky state that adds d in each step is off by up to d over its share.
fn late(
    network: &Continuous,
    program: &Program,
    (real, word): (&Term, &Term),
    source: f64,
) -> Result<f64, NoBound> {
    match (&real.lag, &word.lag) {
        (Lag::Kernel(kernel), Lag::Kernel(words)) => {
            let pairs = kernel.iter().zip(words);
            let wrong = pairs.map(|((_, real), (_, word))| (word - real).abs());
            let stage = format!("average_{}", real.name);
            let mean = lost::rounded(program, &stage, "mean")?;
            Ok(up(wrong.sum::<f64>() * source + mean.error))
        }
        (Lag::Leaky(share), Lag::Leaky(words)) => {
            // Terms of one share have one state, which bears the name of the first.
            let mut terms = network.delays.terms.iter();
            let first = terms.find(|term| term.lag == real.lag).unwrap_or(real);
            let next = lost::rounded(program, &format!("leak_{}", first.name), "next")?;
            let wrong = (words - share).abs() * 3.0 * source + next.error;
            Ok(up(wrong / share))
        }
        _ => Ok(0.0),
    }
}
