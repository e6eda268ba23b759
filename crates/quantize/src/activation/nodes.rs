//! Nodes of one activation, named after it.

use program::{Format, FormatError, NodeId, Operation, Overflow, Rounding, TableId};

use crate::QuantizeError;
use crate::assembly::Wide;

/// What is said to need too many bits.
const OF: &str = "an activation function";

/// Adds the nodes of an activation to an expression.
pub struct Nodes<'n, 'w> {
    /// The expression.
    pub apply: &'n mut Wide<'w>,
    /// The tables of the activation, in order.
    pub tables: &'n [TableId],
    /// The name of its result; other nodes have it as a prefix.
    pub name: &'n str,
}

impl Nodes<'_, '_> {
    /// A format, or the error that there is none so wide.
    pub fn format(&self, format: Result<Format, FormatError>) -> Result<Format, QuantizeError> {
        format.map_err(|_| QuantizeError::TooWide { of: OF })
    }

    fn named(&self, part: &str) -> String {
        match part {
            "" => self.name.to_owned(),
            part => format!("{}_{part}", self.name),
        }
    }

    /// Adds a node; the part `""` is the result.
    pub fn push(
        &mut self,
        part: &str,
        operation: Operation,
        format: Format,
    ) -> Result<NodeId, QuantizeError> {
        self.apply.push(&self.named(part), operation, format)
    }

    /// Adds a node in the narrowest signed format with so many fraction bits.
    pub fn exact(
        &mut self,
        part: &str,
        operation: Operation,
        fraction: i32,
    ) -> Result<NodeId, QuantizeError> {
        self.apply.exact(&self.named(part), operation, fraction, OF)
    }

    /// Adds a constant in the narrowest signed format.
    pub fn constant(
        &mut self,
        part: &str,
        raw: i64,
        fraction: i32,
    ) -> Result<NodeId, QuantizeError> {
        self.exact(part, Operation::Constant(raw), fraction)
    }

    /// A node in a format that holds it, with as many fraction bits or more; itself where that is
    /// its format.
    pub fn shifted(
        &mut self,
        part: &str,
        node: NodeId,
        format: Format,
    ) -> Result<NodeId, QuantizeError> {
        if self.apply.format(node) == format {
            return Ok(node);
        }
        self.push(part, exactly(node), format)
    }

    /// A node with so many fraction bits, no fewer than it has, in the narrowest signed format;
    /// itself where it has them already.
    pub fn aligned(
        &mut self,
        part: &str,
        node: NodeId,
        fraction: i32,
    ) -> Result<NodeId, QuantizeError> {
        if self.apply.format(node).fraction() == fraction {
            return Ok(node);
        }
        self.exact(part, exactly(node), fraction)
    }

    /// A table of the activation.
    pub fn table(&self, place: usize) -> Result<TableId, QuantizeError> {
        self.tables
            .get(place)
            .copied()
            .ok_or_else(|| QuantizeError::Activation {
                why: format!("`{}` was given {} tables", self.name, self.tables.len()),
                would: "every table of its plan, in order".into(),
            })
    }
}

/// A resize that drops nothing.
fn exactly(of: NodeId) -> Operation {
    Operation::Resize {
        of,
        rounding: Rounding::Floor,
        overflow: Overflow::Saturate,
    }
}

/// The narrowest format with all raw values from one to the other, unsigned where none is negative;
/// `None` beyond 63 bits.
pub fn narrowest(low: i64, high: i64, fraction: i32) -> Option<Format> {
    if low < 0 {
        return Format::signed_holding(i128::from(low), i128::from(high), fraction);
    }
    let width = (i64::BITS - high.max(0).leading_zeros()).max(1);
    Format::unsigned(width, fraction).ok()
}
