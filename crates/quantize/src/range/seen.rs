//! What values a run shows, beside what the static analysis proves they can be.

use program::range::{Interval, Ranges};
use program::{
    Arrangement, Coding, Executor, Format, Gather, Histogram, Place, Program, Recorder, Seen,
    VectorId,
};
use rayon::prelude::*;
use serde::Serialize;

use crate::QuantizeError;

/// Raw values of the vectors that a run is loaded with.
pub type Loads = Vec<(VectorId, Vec<i64>)>;

/// How much is run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Effort {
    /// Runs at most, the first of those that are given.
    pub runs: usize,
    /// Steps of a run at most.
    pub steps: u64,
    /// Weighted elements that all runs together may sum up; each run makes one step at least.
    pub products: u64,
}

impl Effort {
    /// A few seconds of work; runs end as the program says.
    pub const DEFAULT: Effort = Effort {
        runs: 64,
        steps: u64::MAX,
        products: 1 << 26,
    };
}

/// What runs have shown.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Observation {
    /// Runs made.
    pub runs: usize,
    /// Runs that were given.
    pub of: usize,
    /// Steps of all runs.
    pub steps: u64,
    /// Runs that were ended before they were over.
    pub cut: usize,
    /// Every value of the program.
    pub values: Vec<Observed>,
}

/// What a value is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum What {
    /// The elements of a vector.
    Vector,
    /// The sums of a gather.
    Sum,
    /// A node of what is made of a gather's source.
    Map,
    /// A node of a stage's expression.
    Node,
}

/// A value: what it can be, and what it was.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Observed {
    /// What it is of.
    pub what: What,
    /// The stage; none for a vector.
    pub stage: Option<String>,
    /// The vector, the source of the gather, or the node.
    pub name: String,
    /// Its format.
    pub format: Format,
    /// What it can be, whatever is loaded.
    pub bound: Extent,
    /// What it was; none where nothing was seen.
    pub seen: Option<Extent>,
    /// The bits that the bound takes beyond what was seen.
    pub spare_bits: Option<u32>,
    /// How many values were seen.
    pub count: u64,
    /// How often which.
    pub histogram: Histogram,
}

/// From the smallest to the largest raw value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Extent {
    /// The smallest.
    pub low: i64,
    /// The largest.
    pub high: i64,
    /// Bits of the narrowest word, of the same coding, that holds both.
    pub bits: u32,
}

impl Extent {
    /// From one value to the other, in the coding of a format.
    pub fn new(format: Format, low: i64, high: i64) -> Extent {
        let bits = match format.coding() {
            Coding::Bipolar => 1,
            Coding::Unsigned => (i64::BITS - high.leading_zeros()).max(1),
            Coding::Signed => {
                let interval = Interval::new(i128::from(low), i128::from(high));
                interval.width().unwrap_or(program::format::MAX_WIDTH)
            }
        };
        Extent { low, high, bits }
    }
}

impl Observed {
    /// The value in words: `state`, `sweep: sum of state`, `sweep: field`.
    pub fn title(&self) -> String {
        let (stage, name) = (self.stage.as_deref().unwrap_or_default(), &self.name);
        match self.what {
            What::Vector => name.clone(),
            What::Sum => format!("{stage}: sum of {name}"),
            What::Map => format!("{stage}: {name}, of the source"),
            What::Node => format!("{stage}: {name}"),
        }
    }
}

/// Runs a program from each start, by its definition, and tells of every value what it can be and
/// what it was. The result depends on the starts and the effort alone.
///
/// # Errors
/// When the program is not valid, a start does not suit, or a value overflows.
pub fn observe(
    program: &Program,
    ranges: &Ranges,
    starts: &[Loads],
    effort: Effort,
) -> Result<Observation, QuantizeError> {
    let runs = starts.len().min(effort.runs);
    let share = effort.products / (runs as u64).max(1) / products(program).max(1);
    let steps = effort.steps.min(share.max(1));
    let watched = starts.par_iter().take(runs);
    let watched = watched.map(|loads| watch(program, loads, steps));
    let watched: Vec<Watched> = watched.collect::<Result<_, QuantizeError>>()?;
    let mut all = Recorder::new(program);
    watched.iter().for_each(|run| all.merge(&run.recorder));
    Ok(Observation {
        runs,
        of: starts.len(),
        steps: watched.iter().map(|run| run.steps).sum(),
        cut: watched.iter().filter(|run| run.cut).count(),
        values: compare(program, ranges, &all),
    })
}

/// Weighted elements that a step sums up.
fn products(program: &Program) -> u64 {
    let of = |gather: &Gather, rows: usize| match &gather.weights.arrangement {
        Arrangement::Dense { values, .. } => values.len(),
        Arrangement::Sparse { rows, .. } => rows.iter().map(Vec::len).sum(),
        Arrangement::Stencil { coefficients, .. } => {
            rows * coefficients.iter().filter(|&&weight| weight != 0).count()
        }
    };
    let stages = program.stages.iter().map(|stage| {
        let target = stage.writes.first().and_then(|&(id, _)| program.vector(id));
        let rows = target.map_or(0, |vector| vector.shape.elements());
        let gathers = stage.gathers.iter().map(|gather| of(gather, rows));
        (gathers.sum::<usize>() + rows) as u64
    });
    stages.sum()
}

/// A run and what it has shown.
struct Watched {
    recorder: Recorder,
    steps: u64,
    cut: bool,
}

fn watch(program: &Program, loads: &Loads, steps: u64) -> Result<Watched, QuantizeError> {
    let mut executor = Executor::interpreting(program)?;
    let mut recorder = Recorder::new(program);
    for (vector, values) in loads.iter().filter(|(_, values)| !values.is_empty()) {
        executor.load(*vector, values)?;
    }
    executor.start_observed(&mut recorder)?;
    let stop = program.stop;
    let cut = loop {
        let step = executor.step_observed(&mut recorder)?;
        let over = stop.when_stable && !step.changed
            || stop.on_period_two && executor.is_period_two()
            || executor.is_over()
            || executor.steps() >= stop.max_steps;
        if over || executor.steps() >= steps {
            break !over;
        }
    };
    Ok(Watched {
        recorder,
        steps: executor.steps(),
        cut,
    })
}

/// The static range of every value beside what a recorder of the program has seen.
pub fn compare(program: &Program, ranges: &Ranges, recorder: &Recorder) -> Vec<Observed> {
    let mut out = vec![];
    let mut push = |place: Place, what: What, stage: Option<&str>, range: Claim<'_>| {
        let seen = recorder.seen(place);
        out.push(range.beside(seen, what, stage));
    };
    for (at, vector) in ranges.vectors.iter().enumerate() {
        let claim = Claim::new(&vector.name, vector.format, (vector.low, vector.high));
        push(Place::Vector(at), What::Vector, None, claim);
    }
    for (stage, (range, of)) in ranges.stages.iter().zip(&program.stages).enumerate() {
        let name = Some(of.name.as_str());
        for (gather, range) in range.gathers.iter().enumerate() {
            for (node, range) in range.map.iter().enumerate() {
                let place = Place::Map {
                    stage,
                    gather,
                    node,
                };
                let claim = Claim::new(&range.name, range.format, (range.low, range.high));
                push(place, What::Map, name, claim);
            }
            let claim = Claim::new(&range.source, range.format, (range.low, range.high));
            push(Place::Sum { stage, gather }, What::Sum, name, claim);
        }
        for (node, range) in range.nodes.iter().enumerate() {
            let claim = Claim::new(&range.name, range.format, (range.low, range.high));
            push(Place::Node { stage, node }, What::Node, name, claim);
        }
    }
    out
}

/// What the analysis says of a value.
struct Claim<'a> {
    name: &'a str,
    format: Format,
    range: (i64, i64),
}

impl<'a> Claim<'a> {
    fn new(name: &'a str, format: Format, range: (i64, i64)) -> Claim<'a> {
        Claim {
            name,
            format,
            range,
        }
    }

    fn beside(&self, seen: Option<&Seen>, what: What, stage: Option<&str>) -> Observed {
        let bound = Extent::new(self.format, self.range.0, self.range.1);
        let seen = seen.filter(|seen| seen.count > 0);
        let extent = seen.map(|seen| Extent::new(self.format, seen.low, seen.high));
        Observed {
            what,
            stage: stage.map(String::from),
            name: self.name.into(),
            format: self.format,
            bound,
            seen: extent,
            spare_bits: extent.map(|extent| bound.bits.saturating_sub(extent.bits)),
            count: seen.map_or(0, |seen| seen.count),
            histogram: seen.map_or_else(Histogram::default, |seen| seen.histogram.clone()),
        }
    }
}
