//! Tables of straight pieces: an offset and a slope for each segment of the argument.

use program::{Format, NodeId, Operation, Overflow, Rounding, Table};

use super::address::Address;
use super::entries::mirror;
use super::nodes::Nodes;
use super::shift::Shifts;
use crate::QuantizeError;
use crate::search::Cost;

/// Segments of equal length, a power of two. With `at` the place in a segment, in units of the
/// argument, the result is `floor(offset + slope at)`, where the offset has half a unit of the
/// result in it.
#[derive(Debug, Clone, PartialEq)]
pub struct Linear {
    pub layout: Layout,
    /// The offset of each segment, from the first.
    pub offsets: Vec<i64>,
    /// The slope of each segment.
    pub slopes: Vec<i64>,
    /// A result and that for the negative argument together, where mirrored.
    pub twice_centre: i64,
}

/// What is known of the pieces before they are fitted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Layout {
    /// Brings the argument into the range of the segments; drops no bits.
    pub address: Address,
    /// A segment has `2^position_bits` words.
    pub position_bits: u32,
    /// The format of offsets.
    pub offset: Format,
    /// The format of slopes; with the argument's fraction that of the products, in which
    /// everything is added up, and at least as fine as offsets.
    pub slope: Format,
    /// Whether slopes are powers of two or 0, and products are made by moving the point.
    pub shifts: bool,
    /// The format of results before they are mirrored.
    pub result: Format,
    /// The format of the result.
    pub output: Format,
}

impl Layout {
    /// The format of the number of a segment.
    pub fn segment(&self) -> Option<Format> {
        let narrow = self.address.narrow;
        let width = narrow.width().checked_sub(self.position_bits)?;
        let fraction = narrow.fraction() - self.position_bits as i32;
        if narrow.is_signed() {
            Format::signed(width, fraction).ok()
        } else {
            Format::unsigned(width, fraction).ok()
        }
    }

    /// The fraction of products and sums.
    pub fn fraction(&self) -> i32 {
        self.slope.fraction() + self.address.input.fraction()
    }

    /// Fraction bits of sums beyond those of the result.
    pub fn guard(&self) -> u32 {
        (self.fraction() - self.output.fraction()).unsigned_abs()
    }

    /// Fraction bits of sums beyond those of offsets.
    pub fn offset_shift(&self) -> u32 {
        (self.fraction() - self.offset.fraction()).unsigned_abs()
    }

    /// The last place in a segment.
    pub fn last_position(&self) -> i64 {
        (1 << self.position_bits) - 1
    }

    /// The cost of so many segments, with slopes that are shifts or, where `None`, free.
    pub fn cost(&self, segments: usize, shifts: Option<Shifts>) -> Cost {
        let bits = |format: Format| u64::from(format.width());
        let position = u64::from(self.position_bits);
        let product = bits(self.slope) + position;
        let sum = product.max(bits(self.offset) + u64::from(self.offset_shift())) + 1;
        let mirroring = if self.address.mirrored {
            2 * bits(self.output)
        } else {
            0
        };
        let (slope, selections, multiplier_bits) = match shifts {
            Some(shifts) => {
                let number = shifts.format().map_or(0, bits);
                (number, shifts.logic_bits(self.position_bits), 0)
            }
            None => (bits(self.slope), 0, bits(self.slope) * position),
        };
        let saturation = bits(self.result);
        Cost {
            memory_bits: segments as u64 * (bits(self.offset) + slope),
            adder_bits: self.address.logic_bits() + selections + sum + saturation + mirroring,
            multiplier_bits,
        }
    }
}

impl Linear {
    /// The number of a segment and the place in it.
    fn locate(&self, raw: i64) -> (usize, i64) {
        let address = self.layout.address.of(raw) - self.layout.address.narrow.min_raw();
        let segment = usize::try_from(address >> self.layout.position_bits).unwrap_or(0);
        (segment, address & self.layout.last_position())
    }

    /// The result for an argument.
    pub fn evaluate(&self, raw: i64) -> i64 {
        let (segment, at) = self.locate(raw);
        let of = |values: &[i64]| values.get(segment).copied().unwrap_or(0);
        let sum = (of(&self.offsets) << self.layout.offset_shift()) + of(&self.slopes) * at;
        let result = self.layout.result;
        let value = (sum >> self.layout.guard()).clamp(result.min_raw(), result.max_raw());
        if self.layout.address.mirrored && raw < 0 {
            self.twice_centre - value
        } else {
            value
        }
    }

    /// The slopes, where products are shifts.
    fn shifts(&self) -> Option<Shifts> {
        self.layout.shifts.then(|| Shifts::of(&self.slopes))
    }

    pub fn cost(&self) -> Cost {
        self.layout.cost(self.offsets.len(), self.shifts())
    }

    /// The table of offsets, and that of slopes or of their numbers.
    pub fn tables(&self, name: &str) -> Vec<Table> {
        let Some(input) = self.layout.segment() else {
            return vec![];
        };
        let table = |part: &str, output: Format, entries: &[i64]| Table {
            name: format!("{name}_{part}"),
            input,
            output,
            entries: entries.to_vec(),
        };
        let mut tables = vec![table("offset", self.layout.offset, &self.offsets)];
        match self.shifts() {
            None => tables.push(table("slope", self.layout.slope, &self.slopes)),
            Some(shifts) => tables.extend(shifts.format().map(|format| {
                let numbers = self.slopes.iter().map(|slope| shifts.number(*slope));
                table("shift", format, &numbers.collect::<Vec<i64>>())
            })),
        }
        tables
    }

    pub fn build(
        &self,
        nodes: &mut Nodes<'_, '_>,
        argument: NodeId,
    ) -> Result<NodeId, QuantizeError> {
        let layout = &self.layout;
        let (negative, address) = layout.address.build(nodes, argument)?;
        let resized = |of, overflow| Operation::Resize {
            of,
            rounding: Rounding::Floor,
            overflow,
        };
        let too_wide = QuantizeError::TooWide { of: "a segment" };
        let segment = layout.segment().ok_or(too_wide)?;
        // Dropping the place in the segment leaves nothing to saturate.
        let segment = nodes.push("segment", resized(address, Overflow::Saturate), segment)?;
        let narrow = layout.address.narrow;
        let position = Format::unsigned(layout.position_bits, narrow.fraction());
        let position = nodes.format(position)?;
        let position = nodes.push("position", resized(address, Overflow::Wrap), position)?;
        let offset = Operation::Lookup {
            of: segment,
            table: nodes.table(0)?,
        };
        let offset = nodes.push("offset", offset, layout.offset)?;
        let fraction = layout.fraction();
        let base = nodes.aligned("base", offset, fraction)?;
        let (rise, falls) = match self.shifts() {
            Some(shifts) => (
                self.shifted(nodes, shifts, segment, position)?,
                shifts.negative,
            ),
            None => (self.multiplied(nodes, segment, position)?, false),
        };
        let sum = if falls {
            Operation::Subtract(base, rise)
        } else {
            Operation::Add(base, rise)
        };
        let sum = nodes.exact("sum", sum, fraction)?;
        let rounded = resized(sum, Overflow::Saturate);
        match negative {
            None if layout.result == layout.output => nodes.push("", rounded, layout.output),
            None => {
                let value = nodes.push("value", rounded, layout.result)?;
                nodes.shifted("", value, layout.output)
            }
            Some(negative) => {
                let value = nodes.push("value", rounded, layout.result)?;
                mirror(nodes, negative, value, self.twice_centre, layout.output)
            }
        }
    }

    /// The slope times the place in the segment.
    fn multiplied(
        &self,
        nodes: &mut Nodes<'_, '_>,
        segment: NodeId,
        position: NodeId,
    ) -> Result<NodeId, QuantizeError> {
        let slope = Operation::Lookup {
            of: segment,
            table: nodes.table(1)?,
        };
        let slope = nodes.push("slope", slope, self.layout.slope)?;
        let product = Operation::Multiply(slope, position);
        nodes.exact("rise", product, self.layout.fraction())
    }

    /// The size of the slope times the place in the segment, by moving the point.
    fn shifted(
        &self,
        nodes: &mut Nodes<'_, '_>,
        shifts: Shifts,
        segment: NodeId,
        position: NodeId,
    ) -> Result<NodeId, QuantizeError> {
        let fraction = self.layout.fraction();
        if self.slopes.iter().all(|slope| *slope == 0) {
            return nodes.constant("rise", 0, fraction);
        }
        let mut code = None;
        if let Some(format) = shifts.format() {
            let table = nodes.table(1)?;
            let lookup = Operation::Lookup { of: segment, table };
            code = Some(nodes.push("shift", lookup, format)?);
        }
        let rise = shifts.build(nodes, position, code, fraction)?;
        nodes.aligned("rise", rise, fraction)
    }
}
