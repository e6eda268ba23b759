//! How a host talks to a design, and how long the design takes.

use std::ops::Range;

use program::{Format, Status, VectorId};
use serde::{Deserialize, Serialize};

use crate::arithmetic::{decode, encode, net_type};
pub use crate::beat::Layout;

/// A stream of a design: how elements of vectors are packed into beats.
///
/// A beat carries `elements` consecutive elements of each field. In `tdata`, the elements follow
/// each other from the lowest bits; each element holds its fields, the first lowest, in words of 64
/// bits at most (see [`Layout`]).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stream {
    /// Port prefix, as `s_axis`.
    pub prefix: String,
    /// The vectors that each element carries a value of, with their formats.
    pub fields: Vec<(VectorId, Format)>,
    /// Elements of each field's vector; what a transfer carries beyond them is padding.
    pub lengths: Vec<usize>,
    /// Elements of a beat.
    pub elements: usize,
    /// Beats of a whole transfer.
    pub beats: usize,
    /// How the elements are a grid with its far edges repeated around it, where they are; else
    /// they are the vectors as they stand.
    pub torus: Option<Torus>,
}

/// A grid sent with its far edges repeated around it, as the cells around it are on a torus.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Torus {
    /// Rows of the grid.
    pub rows: usize,
    /// Columns of the grid.
    pub columns: usize,
    /// Rows that are sent before the grid's first.
    pub north: usize,
    /// Rows that are sent after its last.
    pub south: usize,
    /// Columns that are sent before the first of each row.
    pub west: usize,
    /// Columns that are sent after the last of each row.
    pub east: usize,
}

impl Torus {
    /// The element of the grid that is sent at place `index` of the transfer.
    pub fn element(&self, index: usize) -> usize {
        let width = (self.west + self.columns + self.east).max(1);
        let wrapped = |place: usize, before: usize, size: usize| {
            let size = size.max(1);
            (place + size - before % size) % size
        };
        let row = wrapped(index / width, self.north, self.rows);
        let column = wrapped(index % width, self.west, self.columns);
        row * self.columns + column
    }
}

impl Stream {
    /// How the fields of an element are laid out.
    pub fn layout(&self) -> Layout {
        let formats: Vec<Format> = self.fields.iter().map(|(_, format)| *format).collect();
        Layout::of(&formats)
    }

    /// Bits of one element with all its fields.
    pub fn element_bits(&self) -> u32 {
        let layout = self.layout();
        layout.word.width * layout.count() as u32
    }

    /// Bits of `tdata`.
    pub fn bits(&self) -> u32 {
        self.element_bits() * self.elements as u32
    }

    /// The beats for raw values, one slice a field in field order: for each beat the words of its
    /// elements. Elements beyond the end of a slice are filled with zero bits.
    pub fn pack(&self, values: &[&[i64]]) -> Vec<Vec<i64>> {
        let layout = self.layout();
        let word = |index: usize, within: Range<usize>| {
            let mut bits = 0u64;
            let mut below = 0;
            for (&(_, format), values) in self
                .fields
                .iter()
                .zip(values)
                .take(within.end)
                .skip(within.start)
            {
                let raw = values.get(index).map_or(0, |&v| encode(format, v));
                bits |= net_type(format).pattern(raw) << below;
                below += format.width();
            }
            layout.word.wrap(bits as i64)
        };
        let element = |place: usize| {
            let index = self.torus.map_or(place, |torus| torus.element(place));
            let words = layout.words();
            words.map(move |(_, within)| word(index, within))
        };
        let beat = |beat: usize| {
            let first = beat * self.elements;
            (first..first + self.elements).flat_map(element).collect()
        };
        (0..self.beats).map(beat).collect()
    }

    /// The beats of all the steps of sequences, one slice a field in field order with the elements of
    /// step after step; each with whether it is the last of the sequence.
    pub fn pack_steps(&self, values: &[&[i64]]) -> Vec<(Vec<i64>, bool)> {
        let steps = values.iter().zip(&self.lengths);
        let steps = steps.map(|(values, length)| values.len() / length.max(&1));
        let steps = steps.min().unwrap_or(0);
        let mut beats = vec![];
        for step in 0..steps {
            let now: Vec<&[i64]> = values
                .iter()
                .zip(&self.lengths)
                .map(|(values, length)| values.get(step * length..(step + 1) * length))
                .map(Option::unwrap_or_default)
                .collect();
            beats.extend(self.pack(&now).into_iter().map(|beat| (beat, false)));
        }
        if let Some((_, last)) = beats.last_mut() {
            *last = true;
        }
        beats
    }

    /// Raw values of each field from the beats of whole transfers, those of one after those of the
    /// other.
    pub fn unpack_steps(&self, beats: &[Vec<i64>]) -> Vec<Vec<i64>> {
        let mut all = vec![vec![]; self.fields.len()];
        for transfer in beats.chunks(self.beats.max(1)) {
            for (all, values) in all.iter_mut().zip(self.unpack(transfer)) {
                all.extend(values);
            }
        }
        all
    }

    /// Raw values of each field from the beats of a whole transfer, without padding; what is
    /// repeated around a torus is included.
    pub fn unpack(&self, beats: &[Vec<i64>]) -> Vec<Vec<i64>> {
        let layout = self.layout();
        let mut vectors = vec![];
        for (word, within) in layout.words() {
            let mut below = 0;
            let fields = self.fields.iter().zip(&self.lengths);
            for (&(_, format), &length) in fields.take(within.end).skip(within.start) {
                let value = |&word: &i64| {
                    let bits = (word as u64 >> below) as i64;
                    decode(format, net_type(format).wrap(bits))
                };
                let carried = match self.torus {
                    Some(_) => usize::MAX,
                    None => length,
                };
                let words = beats.iter().flatten().skip(word).step_by(layout.count());
                vectors.push(words.map(value).take(carried).collect());
                below += format.width();
            }
        }
        vectors
    }
}

/// How a host talks to a design.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Interface {
    /// Loads the inputs and the start state; a run begins with its last beat. Without fields and
    /// beats where there is nothing to load: then a run begins when the run before has left.
    pub load: Stream,
    /// Gives each step its vectors of sequences, before its first stage; `tlast` with the last beat
    /// of a step says that the sequence ends with it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub feed: Option<Stream>,
    /// Unloads the final state.
    pub unload: Stream,
    /// Whether the unload stream carries a transfer after every step instead of one after the last.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub unloads_each_step: bool,
    /// Loads weights, where they are kept in RAM: one weight a beat, in the order of
    /// `weight_order`.
    pub weights: Option<WeightStream>,
}

/// The stream that loads weights.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WeightStream {
    /// Port prefix, as `w_axis`.
    pub prefix: String,
    /// The format of a weight.
    pub format: Format,
    /// For each beat the (row, column) of its weight; beyond the matrix where it is padding, which
    /// must be zero.
    pub order: Vec<(usize, usize)>,
}

/// What a status output says, as the hardware codes it.
pub fn status_code(status: Option<Status>) -> i64 {
    match status {
        None => 0,
        Some(Status::Stable) => 1,
        Some(Status::Period) => 2,
        Some(Status::Budget) => 3,
    }
}

/// How long a design takes, in clock cycles, without gaps on its streams.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Timing {
    /// From the last load beat to the end of what runs before the first step.
    pub start: u64,
    /// Cycles of one step, with the beats that feed it and those that unload it where a step has
    /// these. Where steps differ, of the longest.
    pub step: u64,
    /// The same for the steps of each phase; none where steps are all alike.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub phases: Vec<u64>,
    /// From the last cycle of the last step to the first unload beat; where each step unloads, to the
    /// last one, without those for which steps wait; for a streaming design,
    /// whose steps are done while the frame flows, from the last load beat to the last unload beat.
    pub finish: u64,
    /// Steps that one run makes, where that is fixed (a streaming design).
    pub fixed_steps: Option<u64>,
    /// Cycles between the starts of two runs, where that is fixed (a streaming design).
    pub interval: Option<u64>,
    /// Multiply-accumulate units (cells of a grid) that could work in each cycle.
    pub units: u64,
    /// Multiply-accumulates (cells) that a step needs; for a streaming design, that a run needs.
    pub work: u64,
    /// Multiply-accumulates (cells) for which there is a place in the cycles in which weights are
    /// taken; those beyond `work` are taps beyond the ends of rows, and lanes beyond the last row.
    pub places: u64,
}

impl Timing {
    /// Cycles from the last load beat to the first unload beat for a run of `steps` steps; to the
    /// last unload beat where each step unloads. Where steps differ, that is the most it can take.
    pub fn run(&self, steps: u64) -> u64 {
        self.start + self.step * steps + self.finish
    }

    /// As [`Timing::run`], for a run with so many steps of each phase; none where steps are all alike.
    pub fn run_through(&self, steps: u64, phases: &[u64]) -> u64 {
        match self.phases.is_empty() {
            true => self.run(steps),
            false => {
                let cycles = self.phases.iter().zip(phases);
                let cycles = cycles.map(|(cycles, steps)| cycles * steps);
                self.start + cycles.sum::<u64>() + self.finish
            }
        }
    }

    /// The share of lane-cycles that do work; where steps differ, in one step of each phase.
    pub fn utilisation_percent(&self) -> u64 {
        let step = match self.phases.is_empty() {
            true => self.step,
            false => self.phases.iter().sum(),
        };
        100 * self.work / (self.units * self.interval.unwrap_or(step)).max(1)
    }

    /// The share of lanes and taps that do work in the cycles in which weights are taken: what the
    /// fold leaves unused, without the time in which sums are applied and streams move.
    pub fn fold_percent(&self) -> u64 {
        100 * self.work / self.places.max(1)
    }
}
