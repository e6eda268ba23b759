//! Tables of straight pieces: an offset and a slope for each segment of the argument.

use program::{Format, NodeId, Operation, Overflow, Rounding, Table};

use super::address::Address;
use super::entries::mirror;
use super::nodes::{Nodes, narrowest};
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

    /// The cost with so many different slopes, which count where products are shifts.
    pub fn cost(&self, segments: usize, distinct: usize) -> Cost {
        let bits = |format: Format| u64::from(format.width());
        let position = u64::from(self.position_bits);
        let product = bits(self.slope) + position;
        let sum = product.max(bits(self.offset) + u64::from(self.offset_shift())) + 1;
        let mirroring = if self.address.mirrored {
            2 * bits(self.output)
        } else {
            0
        };
        let (slope, selection, multiplier_bits) = if self.shifts {
            let code = code_bits(distinct);
            let others = distinct.saturating_sub(1) as u64;
            (code, others * (product + code), 0)
        } else {
            (bits(self.slope), 0, bits(self.slope) * position)
        };
        let saturation = bits(self.result);
        Cost {
            memory_bits: segments as u64 * (bits(self.offset) + slope),
            adder_bits: self.address.logic_bits() + selection + sum + saturation + mirroring,
            multiplier_bits,
        }
    }
}

/// Bits of a number that tells so many things apart.
fn code_bits(distinct: usize) -> u64 {
    u64::from(usize::BITS - distinct.saturating_sub(1).leading_zeros())
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

    /// The different slopes, rising.
    pub fn distinct(&self) -> Vec<i64> {
        let mut distinct = self.slopes.clone();
        distinct.sort_unstable();
        distinct.dedup();
        distinct
    }

    pub fn cost(&self) -> Cost {
        self.layout.cost(self.offsets.len(), self.distinct().len())
    }

    /// The format of the number of a slope, where there are several and products are shifts.
    fn code(&self) -> Option<Format> {
        let distinct = self.distinct().len() as i64;
        (self.layout.shifts && distinct > 1)
            .then(|| narrowest(0, distinct - 1, 0))
            .flatten()
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
        if !self.layout.shifts {
            tables.push(table("slope", self.layout.slope, &self.slopes));
        } else if let Some(code) = self.code() {
            let distinct = self.distinct();
            let number = |slope: &i64| distinct.partition_point(|other| other < slope) as i64;
            let numbers: Vec<i64> = self.slopes.iter().map(number).collect();
            tables.push(table("shift", code, &numbers));
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
        let rise = if layout.shifts {
            self.shifted(nodes, segment, position)?
        } else {
            let slope = Operation::Lookup {
                of: segment,
                table: nodes.table(1)?,
            };
            let slope = nodes.push("slope", slope, layout.slope)?;
            let product = Operation::Multiply(slope, position);
            nodes.exact("rise", product, layout.fraction())?
        };
        let base = nodes.aligned("base", offset, layout.fraction())?;
        let sum = nodes.exact("sum", Operation::Add(base, rise), layout.fraction())?;
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

    /// The product of a slope that is a power of two: the place in the segment with its point
    /// moved, selected by the number of the slope.
    fn shifted(
        &self,
        nodes: &mut Nodes<'_, '_>,
        segment: NodeId,
        position: NodeId,
    ) -> Result<NodeId, QuantizeError> {
        let fraction = self.layout.fraction();
        let distinct = self.distinct();
        let (least, most) = (distinct.first(), distinct.last());
        let bound = |slope: Option<&i64>| slope.copied().unwrap_or(0) * self.layout.last_position();
        let common = narrowest(bound(least).min(0), bound(most), fraction);
        let common = common.ok_or(QuantizeError::TooWide { of: "a product" })?;
        let mut rises = vec![];
        for (number, &slope) in distinct.iter().enumerate() {
            let part = format!("rise{number}");
            rises.push(self.power(nodes, &part, position, slope, common)?);
        }
        let mut rises = rises.into_iter();
        let zero = QuantizeError::TooWide { of: "a segment" };
        let mut rise = rises.next().ok_or(zero)?;
        let Some(code) = self.code() else {
            return Ok(rise);
        };
        let lookup = Operation::Lookup {
            of: segment,
            table: nodes.table(1)?,
        };
        let code = nodes.push("shift", lookup, code)?;
        for (before, high) in rises.enumerate() {
            let bound = nodes.constant(&format!("below{before}"), before as i64, 0)?;
            let less = Operation::Less(bound, code);
            let condition = nodes.push(&format!("above{before}"), less, Format::TRUTH)?;
            let select = Operation::Select {
                condition,
                high,
                low: rise,
            };
            rise = nodes.push(&format!("select{before}"), select, common)?;
        }
        Ok(rise)
    }

    /// `slope * position` for a slope of 0 or a power of two, positive or negative.
    fn power(
        &self,
        nodes: &mut Nodes<'_, '_>,
        part: &str,
        position: NodeId,
        slope: i64,
        common: Format,
    ) -> Result<NodeId, QuantizeError> {
        if slope == 0 {
            return nodes.push(part, Operation::Constant(0), common);
        }
        let fraction = common.fraction() - slope.unsigned_abs().trailing_zeros() as i32;
        let moved = nodes.format(Format::unsigned(self.layout.position_bits, fraction))?;
        let moved = nodes.push(&format!("{part}_moved"), Operation::Scale(position), moved)?;
        if slope > 0 {
            return nodes.shifted(part, moved, common);
        }
        let size = nodes.aligned(&format!("{part}_size"), moved, common.fraction())?;
        let zero = nodes.constant(&format!("{part}_zero"), 0, common.fraction())?;
        nodes.push(part, Operation::Subtract(zero, size), common)
    }
}
