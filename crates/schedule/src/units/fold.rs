//! The fold of a stage over units: how its work is spread over lanes, taps and cycles.

use program::{Order, Permutations, Program};

use crate::error::ScheduleError;

/// How a stage of `units` rows is spread over hardware.
///
/// The rows of a step form `blocks` blocks, which are updated one after another; a block is
/// `groups` groups of `lanes` rows; a group takes `columns` cycles of `taps` weights a lane.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fold {
    /// Rows of the stage.
    pub units: usize,
    /// Rows side by side.
    pub lanes: usize,
    /// Weights of a row side by side.
    pub taps: usize,
    /// Blocks of a step.
    pub blocks: usize,
    /// Groups of a block.
    pub groups: usize,
    /// Cycles of a group.
    pub columns: usize,
    /// Registers between the weight memory and the accumulator.
    pub depth: usize,
    /// Registers between the accumulator and what is written: those of the apply expression.
    pub apply: usize,
    /// The order is permuted, with indices of so many bits.
    pub permuted_bits: Option<u32>,
}

/// The rows of a stage.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rows {
    /// How many.
    pub units: usize,
    /// Weights of the longest.
    pub length: usize,
    /// Whether some sources are picked by indices that come with the weights.
    pub sparse: bool,
    /// Cycles that the apply expression takes beyond the first.
    pub apply: usize,
}

impl Fold {
    /// Resolves what the user asked for. Columns that do not divide are padded with zero weights,
    /// and so is the last group of a synchronous step.
    ///
    /// In sequential and permuted order only one row can be computed at a time: the
    /// `lanes * taps` multipliers then work side by side on that row.
    ///
    /// # Errors
    /// A block that does not divide the units, or lanes that do not divide the block.
    pub fn resolve(
        program: &Program,
        order: Order,
        rows: Rows,
        lanes: usize,
        taps: usize,
    ) -> Result<Fold, ScheduleError> {
        let Rows { units, length, .. } = rows;
        let lanes = lanes.clamp(1, units.max(1));
        let (lanes, taps, blocks, groups) = match order {
            Order::Synchronous => (lanes, taps, 1, units.div_ceil(lanes)),
            Order::Sequential | Order::Permuted { .. } => (1, lanes.saturating_mul(taps), units, 1),
            Order::Block { size } => {
                let lanes = lanes.min(size);
                check_divides("update.block", size, units, program)?;
                check_divides("hardware.lanes", lanes, size, program)?;
                (lanes, taps, units / size, size / lanes)
            }
        };
        let taps = taps.clamp(1, length.max(1));
        let permuted_bits = match order {
            Order::Permuted { .. } => Some(Permutations::index_bits(units)),
            Order::Synchronous | Order::Sequential | Order::Block { .. } => None,
        };
        Ok(Fold {
            units,
            lanes,
            taps,
            blocks,
            groups,
            columns: length.max(1).div_ceil(taps),
            depth: usize::from(rows.sparse) + tree_registers(taps),
            apply: rows.apply,
            permuted_bits,
        })
    }

    /// Groups of a whole step.
    pub fn chunks(&self) -> usize {
        self.blocks * self.groups
    }

    /// Rows with padding.
    pub fn rows(&self) -> usize {
        self.chunks() * self.lanes
    }

    /// Words of the weight memory; in permuted order a row starts at a power of two.
    pub fn words(&self) -> usize {
        match self.permuted_bits {
            Some(_) => self.units * self.columns.next_power_of_two(),
            None => self.chunks() * self.columns,
        }
    }

    /// Cycles from the issue of a group's last word to the issue of the next block.
    pub fn latency(&self) -> u64 {
        (self.depth + 2 + self.apply) as u64
    }

    /// Whether sums stand still until what is made of them is written, because no other group
    /// follows before that.
    pub fn holds_sums(&self) -> bool {
        self.apply == 0 || self.groups == 1
    }

    /// Whether the same can be had for own elements: the next group needs its own late enough.
    pub fn holds_elements(&self) -> bool {
        self.holds_sums() || self.columns > self.apply + 1
    }

    /// Cycles of a step, in closed form.
    pub fn step_cycles(&self) -> u64 {
        let block = (self.groups * self.columns) as u64 + self.latency();
        let passed_over = self
            .permuted_bits
            .map_or(0, |bits| (1 << bits) - self.units as u64);
        self.blocks as u64 * block + passed_over
    }
}

/// Levels of the adder tree after which a register stands; see [`tree_registers`].
pub const LEVELS_A_REGISTER: usize = 2;

/// Registers on the way through the products and the adder tree of `taps` products: none for one
/// product, else one after the products and one after every second level.
pub fn tree_registers(taps: usize) -> usize {
    match taps {
        0 | 1 => 0,
        _ => 1 + levels(taps) / LEVELS_A_REGISTER,
    }
}

/// Levels of a binary adder tree.
pub fn levels(taps: usize) -> usize {
    taps.next_power_of_two().trailing_zeros() as usize
}

fn check_divides(
    field: &'static str,
    found: usize,
    of: usize,
    program: &Program,
) -> Result<(), ScheduleError> {
    if found >= 1 && of.is_multiple_of(found) {
        return Ok(());
    }
    let works = (1..=of)
        .filter(|d| of.is_multiple_of(*d))
        .min_by_key(|d| d.abs_diff(found));
    Err(ScheduleError::Fold {
        field,
        found,
        name: program.name.clone(),
        why: format!("it must divide {of}"),
        works: works.unwrap_or(1),
    })
}
