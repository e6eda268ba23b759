//! Products with powers of two, without a multiplier: the point is moved by as many places as a
//! number from a table says, a power of two of places in each selection.

use program::{Format, NodeId, Operation, Overflow, Rounding};

use super::nodes::{Nodes, narrowest};
use crate::QuantizeError;

/// The slopes of all segments, each 0 or a power of two, and all of one sign.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shifts {
    /// The places of the smallest slope above 0.
    lowest: u32,
    /// The places by which the largest slope lies above it.
    most: u32,
    /// Whether a slope is 0.
    zero: bool,
    /// Whether the slopes are negative.
    pub negative: bool,
}

impl Shifts {
    /// Those of raw slopes.
    pub fn of(slopes: &[i64]) -> Shifts {
        let places = slopes.iter().filter(|slope| **slope != 0);
        let places = places.map(|slope| slope.unsigned_abs().trailing_zeros());
        let lowest = places.clone().min().unwrap_or(0);
        Shifts {
            lowest,
            most: places.max().unwrap_or(0) - lowest,
            zero: slopes.contains(&0),
            negative: slopes.iter().any(|slope| *slope < 0),
        }
    }

    /// The number that stands for a slope: places above the lowest, or one more than all for 0.
    pub fn number(&self, slope: i64) -> i64 {
        let places = slope.unsigned_abs().trailing_zeros();
        match slope {
            0 => i64::from(self.most) + 1,
            _ => i64::from(places.saturating_sub(self.lowest)),
        }
    }

    /// The format of the numbers; `None` where there is one only.
    pub fn format(&self) -> Option<Format> {
        let largest = i64::from(self.most) + i64::from(self.zero);
        (largest > 0).then(|| narrowest(0, largest, 0)).flatten()
    }

    /// Bits of the selections for places in a segment of so many bits, and of the comparisons.
    pub fn logic_bits(&self, position_bits: u32) -> u64 {
        let stages = self.format().map_or(0, Format::width);
        let width = |stage: u32| u64::from(position_bits) + (2 << stage.min(16)) - 1;
        let selections: u64 = (0..stages).map(width).sum();
        let zero = if self.zero {
            u64::from(position_bits + self.most)
        } else {
            0
        };
        selections + zero + u64::from(stages)
    }

    /// Adds the nodes of the size of a slope times the place in its segment, with the fraction of
    /// `sum` or fewer bits; `code` is the number of the slope, where there are several.
    pub fn build(
        &self,
        nodes: &mut Nodes<'_, '_>,
        position: NodeId,
        code: Option<NodeId>,
        sum: i32,
    ) -> Result<NodeId, QuantizeError> {
        let from = nodes.apply.format(position);
        let fraction = sum - self.lowest as i32;
        let format = nodes.format(Format::unsigned(from.width(), fraction))?;
        let mut value = nodes.push("rise0", Operation::Scale(position), format)?;
        let Some(code) = code else {
            return Ok(value);
        };
        for stage in 0..nodes.apply.format(code).width() {
            value = self.stage(nodes, stage, value, code)?;
        }
        if !self.zero {
            return Ok(value);
        }
        let most = nodes.constant("most_places", i64::from(self.most), 0)?;
        let flat = Operation::Less(most, code);
        let condition = nodes.push("flat", flat, Format::TRUTH)?;
        let format = nodes.apply.format(value);
        let high = nodes.push("no_rise", Operation::Constant(0), format)?;
        let select = Operation::Select {
            condition,
            high,
            low: value,
        };
        nodes.push("rise_or_none", select, format)
    }

    /// Moves by `2^stage` places where that bit of the number is set.
    fn stage(
        &self,
        nodes: &mut Nodes<'_, '_>,
        stage: u32,
        value: NodeId,
        code: NodeId,
    ) -> Result<NodeId, QuantizeError> {
        let places = 1u32 << stage;
        let named = |part: &str| format!("{part}{}", stage + 1);
        // The bits up to this one, so that the bit is set where they are large.
        let bits = nodes.format(Format::unsigned(stage + 1, 0))?;
        let low_bits = if nodes.apply.format(code) == bits {
            code
        } else {
            let wrap = Operation::Resize {
                of: code,
                rounding: Rounding::Floor,
                overflow: Overflow::Wrap,
            };
            nodes.push(&named("places"), wrap, bits)?
        };
        let below = nodes.constant(&named("below"), i64::from(places) - 1, 0)?;
        let set = Operation::Less(below, low_bits);
        let condition = nodes.push(&named("moves"), set, Format::TRUTH)?;
        let from = nodes.apply.format(value);
        let moved = Format::unsigned(from.width(), from.fraction() - places as i32);
        let moved = nodes.format(moved)?;
        let moved = nodes.push(&named("moved"), Operation::Scale(value), moved)?;
        let common = Format::unsigned(from.width() + places, from.fraction());
        let common = nodes.format(common)?;
        let high = nodes.shifted(&named("higher"), moved, common)?;
        let low = nodes.shifted(&named("lower"), value, common)?;
        let select = Operation::Select {
            condition,
            high,
            low,
        };
        nodes.push(&named("rise"), select, common)
    }
}
