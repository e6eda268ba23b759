//! From an argument to the address of a table.

use program::{Format, NodeId, Operation, Overflow, Rounding};

use super::nodes::Nodes;
use crate::QuantizeError;

/// How an argument becomes an address: taken by magnitude where results are mirrored, rounded to
/// fewer fraction bits, and brought into a narrower range by saturation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Address {
    /// The format of the argument.
    pub input: Format,
    /// Whether negative arguments have the address of their magnitude.
    pub mirrored: bool,
    /// The format of the address.
    pub narrow: Format,
}

impl Address {
    /// The address that keeps the lowest `range` bits of the argument (of its magnitude where
    /// mirrored) without the lowest `dropped`; `None` where there is none.
    pub fn new(input: Format, mirrored: bool, range: u32, dropped: u32) -> Option<Address> {
        let width = range.checked_sub(dropped).filter(|&width| width > 0)?;
        let fraction = input.fraction().checked_sub(i32::try_from(dropped).ok()?)?;
        let widest = input.width() - u32::from(mirrored);
        let narrow = if mirrored || !input.is_signed() {
            Format::unsigned(width, fraction)
        } else {
            Format::signed(width, fraction)
        };
        (range <= widest)
            .then_some(())
            .and(narrow.ok())
            .map(|narrow| Address {
                input,
                mirrored,
                narrow,
            })
    }

    fn dropped(self) -> u32 {
        (self.input.fraction() - self.narrow.fraction()).unsigned_abs()
    }

    /// Magnitudes are rounded, so that those around 0 are taken together; else the lowest bits are
    /// cut off, which costs nothing, and entries stand for the middle of their arguments.
    fn rounding(self) -> Rounding {
        if self.mirrored && self.dropped() > 0 {
            Rounding::HalfUp
        } else {
            Rounding::Floor
        }
    }

    /// The first argument of address 0, below 0 by this much.
    fn half(self) -> i64 {
        match self.rounding() {
            Rounding::HalfUp => 1 << (self.dropped() - 1),
            _ => 0,
        }
    }

    /// The address of an argument.
    pub fn of(self, raw: i64) -> i64 {
        let size = if self.mirrored { raw.abs() } else { raw };
        let rounded = (size + self.half()) >> self.dropped();
        rounded.clamp(self.narrow.min_raw(), self.narrow.max_raw())
    }

    /// Every address, from the smallest.
    pub fn all(self) -> impl Iterator<Item = i64> {
        self.narrow.min_raw()..=self.narrow.max_raw()
    }

    /// The arguments that are looked at: from 0 on where results are mirrored.
    pub fn domain(self) -> (i64, i64) {
        let first = if self.mirrored {
            0
        } else {
            self.input.min_raw()
        };
        (first, self.input.max_raw())
    }

    /// The first and the last argument of the domain with this address.
    pub fn arguments(self, address: i64) -> (i64, i64) {
        let (first, last) = self.domain();
        let base = (address << self.dropped()) - self.half();
        let from = if address == self.narrow.min_raw() {
            first
        } else {
            base
        };
        let to = if address == self.narrow.max_raw() {
            last
        } else {
            base + (1 << self.dropped()) - 1
        };
        (from.max(first), to.min(last))
    }

    /// Bits of adders, comparisons and selections.
    pub fn logic_bits(self) -> u64 {
        let (wide, narrow) = (self.input.width(), self.narrow.width());
        let magnitude = if self.mirrored { 2 * (wide + 1) } else { 0 };
        let rounding = if self.half() > 0 { narrow } else { 0 };
        let widest = wide - u32::from(self.mirrored);
        let saturates = narrow + self.dropped() < widest || self.half() > 0;
        let saturation = if saturates { wide + narrow } else { 0 };
        u64::from(magnitude + rounding + saturation)
    }

    /// Adds the nodes: whether the argument is negative, where that counts, and the address.
    pub fn build(
        self,
        nodes: &mut Nodes<'_, '_>,
        argument: NodeId,
    ) -> Result<(Option<NodeId>, NodeId), QuantizeError> {
        let mut of = argument;
        let mut negative = None;
        if self.mirrored {
            let fraction = self.input.fraction();
            let zero = nodes.constant("zero", 0, fraction)?;
            let less = Operation::Less(argument, zero);
            negative = Some(nodes.push("negative", less, Format::TRUTH)?);
            let format = nodes.format(Format::signed(self.input.width() + 1, fraction))?;
            let opposite = Operation::Subtract(zero, argument);
            let opposite = nodes.push("opposite", opposite, format)?;
            let same = nodes.shifted("same", argument, format)?;
            of = nodes.push("size", Operation::Maximum(same, opposite), format)?;
        }
        if !self.mirrored && self.narrow == self.input {
            return Ok((negative, of));
        }
        let resize = Operation::Resize {
            of,
            rounding: self.rounding(),
            overflow: Overflow::Saturate,
        };
        let address = nodes.push("address", resize, self.narrow)?;
        Ok((negative, address))
    }
}
