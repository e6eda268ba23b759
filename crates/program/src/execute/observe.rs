//! Watching the values of a run: every element of every vector, every sum, every node.

use serde::Serialize;

use crate::program::Program;
use crate::stage::{Expression, Gather, Stage};

/// What a value is of; numbers are places in the program.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Place {
    /// An element of a vector, at a step boundary (inputs and parameters once a run).
    Vector(usize),
    /// A sum, in the accumulator's format.
    Sum {
        /// The stage.
        stage: usize,
        /// The gather of the stage.
        gather: usize,
    },
    /// A node of a gather's map, once for every weighted element.
    Map {
        /// The stage.
        stage: usize,
        /// The gather of the stage.
        gather: usize,
        /// The node of its map.
        node: usize,
    },
    /// A node of the apply expression.
    Node {
        /// The stage.
        stage: usize,
        /// The node.
        node: usize,
    },
}

/// Sees the values of a run as they come to be.
pub trait Observer {
    /// Whether nothing is watched, so that kernels may run, which show no values within a stage.
    const BLIND: bool = false;

    /// Sees a raw value.
    fn see(&mut self, place: Place, raw: i64);
}

/// Watches nothing.
#[derive(Debug, Clone, Copy, Default)]
pub struct Blind;

impl Observer for Blind {
    const BLIND: bool = true;

    fn see(&mut self, _: Place, _: i64) {}
}

/// The bars of a histogram at most.
pub const BARS: usize = 64;

/// How often values were seen: bars of one power of two of raw units each, at multiples of it, as
/// narrow as [`BARS`] bars allow for all that was seen. It depends on the values alone and not on
/// their order.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Histogram {
    /// The base-2 logarithm of a bar's width.
    pub log_width: u32,
    /// The smallest raw value of the first bar, rounded down to a multiple of the width, and
    /// divided by it.
    pub first: i64,
    /// The number of values in each bar.
    pub counts: Vec<u64>,
}

impl Histogram {
    /// The smallest raw value of a bar.
    pub fn low(&self, bar: usize) -> i64 {
        let place = i128::from(self.first) + bar as i128;
        i64::try_from(place << self.log_width).unwrap_or(i64::MAX)
    }

    fn add(&mut self, raw: i64, count: u64) {
        if self.counts.is_empty() {
            self.first = raw >> self.log_width;
        }
        loop {
            let place = raw >> self.log_width;
            let last = self.first.saturating_add(self.counts.len() as i64 - 1);
            let (low, high) = (place.min(self.first), place.max(last));
            if high.abs_diff(low) >= BARS as u64 {
                self.widen();
                continue;
            }
            let before = self.first.abs_diff(low) as usize;
            self.counts.splice(0..0, std::iter::repeat_n(0, before));
            self.first = low;
            let bar = place.abs_diff(low) as usize;
            self.counts.resize(self.counts.len().max(bar + 1), 0);
            self.counts[bar] += count;
            return;
        }
    }

    /// Bars of twice the width.
    fn widen(&mut self) {
        let old = std::mem::take(&mut self.counts);
        let first = self.first;
        self.log_width += 1;
        self.first = first >> 1;
        for (bar, count) in old.into_iter().enumerate() {
            let place = ((first + bar as i64) >> 1).abs_diff(self.first) as usize;
            self.counts.resize(self.counts.len().max(place + 1), 0);
            self.counts[place] += count;
        }
    }

    fn merge(&mut self, other: &Histogram) {
        while self.log_width < other.log_width && !self.counts.is_empty() {
            self.widen();
        }
        self.log_width = self.log_width.max(other.log_width);
        for (bar, &count) in other
            .counts
            .iter()
            .enumerate()
            .filter(|(_, count)| **count > 0)
        {
            self.add(other.low(bar), count);
        }
    }
}

/// What was seen at one place; nothing where [`Seen::count`] is 0.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Seen {
    /// The smallest raw value.
    pub low: i64,
    /// The largest raw value.
    pub high: i64,
    /// How many values.
    pub count: u64,
    /// How often which.
    pub histogram: Histogram,
}

impl Seen {
    fn add(&mut self, raw: i64) {
        (self.low, self.high) = match self.count {
            0 => (raw, raw),
            _ => (self.low.min(raw), self.high.max(raw)),
        };
        self.count += 1;
        self.histogram.add(raw, 1);
    }

    fn merge(&mut self, other: &Seen) {
        (self.low, self.high) = match (self.count, other.count) {
            (_, 0) => return,
            (0, _) => (other.low, other.high),
            _ => (self.low.min(other.low), self.high.max(other.high)),
        };
        self.count += other.count;
        self.histogram.merge(&other.histogram);
    }
}

/// Remembers the range and histogram of the values at every place of a program.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recorder {
    /// Each vector.
    pub vectors: Vec<Seen>,
    /// Each stage.
    pub stages: Vec<StageSeen>,
}

/// What was seen within a stage.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StageSeen {
    /// Each gather.
    pub gathers: Vec<GatherSeen>,
    /// Each node of the apply expression.
    pub nodes: Vec<Seen>,
}

/// What was seen of a gather.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GatherSeen {
    /// Each node of the map; none where there is no map.
    pub map: Vec<Seen>,
    /// The sums.
    pub sum: Seen,
}

impl Recorder {
    /// Before anything was seen.
    pub fn new(program: &Program) -> Recorder {
        let nodes = |expression: &Expression| vec![Seen::default(); expression.nodes.len()];
        let gather = |gather: &Gather| GatherSeen {
            map: gather.map.as_ref().map_or(vec![], |(map, _)| nodes(map)),
            sum: Seen::default(),
        };
        let stage = |stage: &Stage| StageSeen {
            gathers: stage.gathers.iter().map(gather).collect(),
            nodes: nodes(&stage.apply),
        };
        Recorder {
            vectors: vec![Seen::default(); program.vectors.len()],
            stages: program.stages.iter().map(stage).collect(),
        }
    }

    /// What was seen at a place; `None` for one of another program.
    pub fn seen(&self, place: Place) -> Option<&Seen> {
        match place {
            Place::Vector(vector) => self.vectors.get(vector),
            Place::Sum { stage, gather } => {
                let gather = self.stages.get(stage)?.gathers.get(gather)?;
                Some(&gather.sum)
            }
            Place::Map {
                stage,
                gather,
                node,
            } => self.stages.get(stage)?.gathers.get(gather)?.map.get(node),
            Place::Node { stage, node } => self.stages.get(stage)?.nodes.get(node),
        }
    }

    /// Adds what another recorder of the same program has seen.
    pub fn merge(&mut self, other: &Recorder) {
        let all = |ours: &mut [Seen], theirs: &[Seen]| {
            let pairs = ours.iter_mut().zip(theirs);
            pairs.for_each(|(ours, theirs)| ours.merge(theirs));
        };
        all(&mut self.vectors, &other.vectors);
        for (ours, theirs) in self.stages.iter_mut().zip(&other.stages) {
            all(&mut ours.nodes, &theirs.nodes);
            for (ours, theirs) in ours.gathers.iter_mut().zip(&theirs.gathers) {
                all(&mut ours.map, &theirs.map);
                ours.sum.merge(&theirs.sum);
            }
        }
    }

    fn at(&mut self, place: Place) -> Option<&mut Seen> {
        match place {
            Place::Vector(vector) => self.vectors.get_mut(vector),
            Place::Sum { stage, gather } => {
                let stage = self.stages.get_mut(stage)?;
                Some(&mut stage.gathers.get_mut(gather)?.sum)
            }
            Place::Map {
                stage,
                gather,
                node,
            } => {
                let stage = self.stages.get_mut(stage)?;
                stage.gathers.get_mut(gather)?.map.get_mut(node)
            }
            Place::Node { stage, node } => self.stages.get_mut(stage)?.nodes.get_mut(node),
        }
    }
}

impl Observer for Recorder {
    fn see(&mut self, place: Place, raw: i64) {
        if let Some(seen) = self.at(place) {
            seen.add(raw);
        }
    }
}
