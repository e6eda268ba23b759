//! From a description to delays.

use std::collections::BTreeMap;

use super::{Delays, History, LONGEST, Lag, Term};
use crate::description::{DelaySection, DelaySections, HistorySection, Source, TensorSource};
use crate::diagnostic::NetworkError;
use crate::given;
use crate::matrix::Matrix;
use crate::problem::Problem;
use crate::tensor::Tensor;

/// The most values of a kernel.
const MOST_SAMPLES: usize = 256;
/// The most delays that the connections of one term can have.
const MOST_DELAYS: usize = 64;
/// The most steps over which a delay changes.
const MOST_CHANGES: usize = 1 << 16;
/// How far a time may be from a whole number of steps, as a share of it: that of a decimal fraction
/// in binary.
const WHOLE: f64 = 1e-9;
/// The largest magnitude of a state in a history.
const LARGEST: f64 = 1e6;

/// A time as steps of a length, `fewest` at least.
///
/// # Errors
/// When the time is no whole number of steps, or lies outside `fewest` to [`LONGEST`] steps.
pub fn steps(time: f64, step: f64, fewest: usize) -> Result<usize, Problem> {
    whole(time, step, fewest, LONGEST)
}

fn whole(time: f64, step: f64, fewest: usize, most: usize) -> Result<usize, Problem> {
    let (low, high) = (fewest as f64, most as f64);
    let count = time / step;
    let nearest = count.round().clamp(low, high);
    if (count - nearest).abs() <= WHOLE * nearest.max(1.0) {
        return Ok(nearest as usize);
    }
    if !(low..=high).contains(&count.round()) {
        return Err(Problem::OutOfRange {
            what: "a delay",
            value: time,
            low: low * step,
            high: high * step,
        });
    }
    Err(Problem::Conflict {
        message: format!("{time} is {count:.3} steps of {step}"),
        expected: format!(
            "a whole number of steps: {} ({nearest} steps) is the nearest; or another step",
            nearest * step
        ),
    })
}

/// That so many steps are no longer than what is remembered.
///
/// # Errors
/// When they are.
pub fn within(found: usize, longest: Option<f64>, step: f64) -> Result<(), Problem> {
    match longest {
        Some(longest) if found as f64 * step > longest * (1.0 + WHOLE) => {
            let message = format!(
                "a delay of {} ({found} steps), and {longest} is remembered",
                found as f64 * step
            );
            let expected = format!("a delay up to {longest}, or a larger `longest`");
            Err(Problem::Conflict { message, expected })
        }
        _ => Ok(()),
    }
}

/// A section with what its readers need.
struct Reader<'a> {
    section: &'a DelaySection,
    name: &'a str,
    at: String,
    shape: (usize, usize),
    step: f64,
    source: &'a Source,
}

impl Delays {
    /// The delays of a description, for `shape.0` units and a source of `shape.1` elements; `step`
    /// is the length of a step.
    ///
    /// # Errors
    /// What is wrong with a file that it names, or a delay that is no whole number of steps.
    pub fn from_description(
        sections: &DelaySections,
        shape: (usize, usize),
        step: f64,
        source: &Source,
    ) -> Result<Delays, NetworkError> {
        let mut terms = vec![];
        for (name, section) in sections {
            let reader = Reader {
                section,
                name,
                at: format!("delays.{name}"),
                shape,
                step,
                source,
            };
            terms.extend(reader.terms()?);
        }
        Ok(Delays { terms })
    }
}

impl Reader<'_> {
    fn fail(&self, key: &str, problem: Problem) -> NetworkError {
        self.source.error(&format!("{}.{key}", self.at), problem)
    }

    fn terms(&self) -> Result<Vec<Term>, NetworkError> {
        let section = self.section;
        if let Some(links) = &section.links {
            return self.links(links);
        }
        let weights = self.weights()?;
        if let Some(delays) = &section.delays {
            return self.per_connection(&weights, delays);
        }
        Ok(vec![Term {
            name: self.name.to_owned(),
            weights,
            lag: self.lag()?,
        }])
    }

    fn weights(&self) -> Result<Matrix, NetworkError> {
        let field = |key: &str| format!("{}.{key}", self.at);
        let (shape, source) = (self.shape, self.source);
        if let Some(w) = &self.section.w {
            return Matrix::from_source(w, shape, "the delayed weights", source, &field("w"));
        }
        match &self.section.sparse {
            Some(sparse) => {
                let what = "the list of sparse weights";
                Matrix::from_triples(sparse, shape, what, source, &field("sparse"))
            }
            None => Ok(Matrix::sparse(shape.0, shape.1, &[])),
        }
    }

    fn lag(&self) -> Result<Lag, NetworkError> {
        let section = self.section;
        let count = |key: &str, time: f64, fewest| self.count(key, time, fewest);
        if let Some(kernel) = &section.kernel {
            return self.kernel(kernel);
        }
        if let Some(table) = &section.table {
            return self.varying(table);
        }
        if let Some(rate) = section.rate {
            return Ok(Lag::Leaky((rate * self.step).min(1.0)));
        }
        let delay = count("delay", section.delay.unwrap_or(self.step), 1)?;
        Ok(match section.neutral {
            true => Lag::Increment(delay),
            false => Lag::Steps(delay),
        })
    }

    /// A time as steps that are remembered.
    fn count(&self, key: &str, time: f64, fewest: usize) -> Result<usize, NetworkError> {
        let found = steps(time, self.step, fewest);
        let found = found.and_then(|found| {
            within(found, self.section.longest, self.step)?;
            Ok(found)
        });
        found.map_err(|problem| self.fail(key, problem))
    }

    fn tensor(&self, given: &TensorSource, key: &str) -> Result<Tensor, NetworkError> {
        let what = "the table of delays";
        let read = || {
            let tensor = Tensor::from_source(given, self.source.folder(), what)?;
            tensor.check_finite(what)?;
            Ok(tensor)
        };
        read().map_err(|problem| self.fail(key, problem))
    }

    fn kernel(&self, given: &TensorSource) -> Result<Lag, NetworkError> {
        let tensor = self.tensor(given, "kernel")?;
        let long = tensor.shape.iter().filter(|&&length| length != 1).count();
        if long > 1 || !(1..=MOST_SAMPLES).contains(&tensor.values.len()) {
            let problem = Problem::Shape {
                what: "the kernel",
                found: format!("the shape {}", tensor.shape_text()),
                expected: format!("a list of 1 to {MOST_SAMPLES} numbers"),
            };
            return Err(self.fail("kernel", problem));
        }
        let first = self.count("delay", self.section.delay.unwrap_or(0.0), 0)?;
        let spacing = self.section.spacing.unwrap_or(self.step);
        let spacing = self.count("spacing", spacing, 1)?;
        let places = (0..tensor.values.len()).map(|k| first + k * spacing);
        let last = first + (tensor.values.len() - 1) * spacing;
        self.count("kernel", last as f64 * self.step, 0)?;
        Ok(Lag::Kernel(places.zip(tensor.values).collect()))
    }

    fn varying(&self, given: &TensorSource) -> Result<Lag, NetworkError> {
        let tensor = self.tensor(given, "table")?;
        let wrong = |message: String, expected: &str| {
            let expected = expected.to_owned();
            self.fail("table", Problem::Conflict { message, expected })
        };
        let expected = "rows of a time and a delay; times from 0 on, rising";
        if !matches!(tensor.shape.as_slice(), [rows, 2] if *rows > 0) {
            let message = format!("a table of the shape {}", tensor.shape_text());
            return Err(wrong(message, expected));
        }
        let mut schedule: Vec<usize> = vec![];
        for (row, &[time, delay]) in tensor.values.as_chunks::<2>().0.iter().enumerate() {
            let start = whole(time, self.step, 0, MOST_CHANGES);
            let start = start.map_err(|problem| self.fail("table", problem))?;
            let rises = match row {
                0 => start == 0,
                _ => start >= schedule.len(),
            };
            if !rises {
                return Err(wrong(format!("row {row} begins at {time}"), expected));
            }
            let delay = self.count("table", delay, 1)?;
            // The delay before goes on until now.
            let before = schedule.last().copied().unwrap_or(delay);
            schedule.resize(start, before);
            schedule.push(delay);
        }
        Ok(Lag::Varying(schedule))
    }

    fn per_connection(
        &self,
        weights: &Matrix,
        delays: &TensorSource,
    ) -> Result<Vec<Term>, NetworkError> {
        let (what, field) = ("the matrix of delays", format!("{}.delays", self.at));
        let delays = Matrix::from_source(delays, self.shape, what, self.source, &field)?;
        let links = weights.links();
        let links = links.map(|(row, column, weight)| {
            let delay = self.count("delays", delays.get(row, column), 0)?;
            Ok((row, column, weight, delay))
        });
        self.split("delays", links.collect::<Result<_, NetworkError>>()?)
    }

    fn links(&self, given: &TensorSource) -> Result<Vec<Term>, NetworkError> {
        let tensor = self.tensor(given, "links")?;
        if !matches!(tensor.shape.as_slice(), [_, 4]) {
            let problem = Problem::Shape {
                what: "the list of connections",
                found: format!("the shape {}", tensor.shape_text()),
                expected: "one row for each weight: row, column, value, delay".into(),
            };
            return Err(self.fail("links", problem));
        }
        let rows = tensor.values.as_chunks::<4>().0;
        let triples: Vec<[f64; 3]> = rows.iter().map(|&[i, j, w, _]| [i, j, w]).collect();
        let placed = crate::matrix::places(&triples, self.shape.0, self.shape.1);
        let placed = placed.map_err(|problem| self.fail("links", problem))?;
        let links = placed.into_iter().zip(rows);
        let links = links.map(|((row, column, weight), &[.., delay])| {
            Ok((row, column, weight, self.count("links", delay, 0)?))
        });
        self.split("links", links.collect::<Result<_, NetworkError>>()?)
    }

    /// One sparse term for each delay that occurs.
    fn split(
        &self,
        key: &str,
        links: Vec<(usize, usize, f64, usize)>,
    ) -> Result<Vec<Term>, NetworkError> {
        let mut by_delay = BTreeMap::<usize, Vec<(usize, usize, f64)>>::new();
        for (row, column, weight, delay) in links {
            by_delay
                .entry(delay)
                .or_default()
                .push((row, column, weight));
        }
        if by_delay.len() > MOST_DELAYS {
            let problem = Problem::Conflict {
                message: format!("the connections have {} different delays", by_delay.len()),
                expected: format!("{MOST_DELAYS} at most"),
            };
            return Err(self.fail(key, problem));
        }
        let (rows, columns) = self.shape;
        let term = |(delay, links): (usize, Vec<(usize, usize, f64)>)| Term {
            name: format!("{}_{delay}", self.name),
            weights: Matrix::sparse(rows, columns, &links),
            lag: Lag::Steps(delay),
        };
        Ok(by_delay.into_iter().map(term).collect())
    }
}

impl History {
    /// The history of a description, of `units` states; `longest` is the longest delay in steps.
    ///
    /// # Errors
    /// A file that cannot be read, another shape, a value that no state has, or more steps to be
    /// loaded than can be.
    pub fn from_description(
        section: &HistorySection,
        units: usize,
        longest: usize,
        source: &Source,
    ) -> Result<History, NetworkError> {
        let states = match &section.states {
            Some(given) => {
                let (what, field) = ("the history", "history.states");
                given::rows(given, units, (-LARGEST, LARGEST), what, source, field)?
            }
            None => vec![],
        };
        if section.loaded && longest > History::MOST_LOADED {
            let problem = Problem::OutOfRange {
                what: "the number of steps that are loaded, the longest delay,",
                value: longest as f64,
                low: 1.0,
                high: History::MOST_LOADED as f64,
            };
            return Err(source.error("history.loaded", problem));
        }
        let loaded = if section.loaded { longest.max(1) } else { 0 };
        Ok(History { states, loaded })
    }
}
