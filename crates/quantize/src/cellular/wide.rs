//! Expressions whose exact nodes are as wide as their operands need.

use program::{Expression, Format, Node, NodeId, Operation, Overflow, Rounding};

use crate::QuantizeError;

/// An expression whose exact nodes are as wide as their operands need.
pub struct Wide {
    /// The nodes so far.
    pub expression: Expression,
    /// Fraction bits of sums, differences and aligned nodes.
    pub fraction: i32,
}

impl Wide {
    /// No node yet.
    pub fn new(fraction: i32) -> Wide {
        Wide {
            expression: Expression::default(),
            fraction,
        }
    }

    /// Adds a node of a given format.
    pub fn push(&mut self, name: &str, operation: Operation, format: Format) -> NodeId {
        self.expression.push(name, operation, format)
    }

    /// The format of a node.
    pub fn format(&self, node: NodeId) -> Format {
        let node: Option<&Node> = self.expression.nodes.get(node.0);
        node.map_or(Format::BIPOLAR, |node| node.format)
    }

    fn bounds(&self, node: NodeId) -> (i128, i128) {
        let format = self.format(node);
        (i128::from(format.min_raw()), i128::from(format.max_raw()))
    }

    /// The sum of the stage's gather.
    pub fn gathered(&mut self, name: &str, accumulator: Format) -> NodeId {
        self.push(name, Operation::Gathered(0), accumulator)
    }

    /// A constant in the narrowest format.
    ///
    /// # Errors
    /// When no word of 64 bits holds it.
    pub fn constant(&mut self, name: &str, raw: i64) -> Result<NodeId, QuantizeError> {
        let format = holding(i128::from(raw), i128::from(raw), self.fraction)?;
        Ok(self.push(name, Operation::Constant(raw), format))
    }

    /// A node with the fraction of this expression, exact.
    ///
    /// # Errors
    /// When no word of 64 bits holds every value.
    pub fn aligned(&mut self, name: &str, node: NodeId) -> Result<NodeId, QuantizeError> {
        let from = self.format(node);
        let more = self.fraction - from.fraction();
        if more == 0 && from.coding() == program::Coding::Signed {
            return Ok(node);
        }
        let (low, high) = self.bounds(node);
        // Words have 64 bits, so that more places than these hold no value but zero.
        let too_wide = || QuantizeError::TooWide {
            of: "a sum of the iteration",
        };
        let more = u32::try_from(more).ok().filter(|&more| more <= 62);
        let more = more.ok_or_else(too_wide)?;
        let format = holding(low << more, high << more, self.fraction)?;
        let resize = Operation::Resize {
            of: node,
            rounding: Rounding::Floor,
            overflow: Overflow::Saturate,
        };
        Ok(self.push(name, resize, format))
    }

    /// `a + b`.
    ///
    /// # Errors
    /// When no word of 64 bits holds every sum.
    pub fn sum(&mut self, name: &str, a: NodeId, b: NodeId) -> Result<NodeId, QuantizeError> {
        let (a_bounds, b_bounds) = (self.bounds(a), self.bounds(b));
        let format = holding(
            a_bounds.0 + b_bounds.0,
            a_bounds.1 + b_bounds.1,
            self.fraction,
        )?;
        Ok(self.push(name, Operation::Add(a, b), format))
    }

    /// `a - b`.
    ///
    /// # Errors
    /// When no word of 64 bits holds every difference.
    pub fn difference(
        &mut self,
        name: &str,
        a: NodeId,
        b: NodeId,
    ) -> Result<NodeId, QuantizeError> {
        let (a_bounds, b_bounds) = (self.bounds(a), self.bounds(b));
        let format = holding(
            a_bounds.0 - b_bounds.1,
            a_bounds.1 - b_bounds.0,
            self.fraction,
        )?;
        Ok(self.push(name, Operation::Subtract(a, b), format))
    }

    /// `a * b`.
    ///
    /// # Errors
    /// When no word of 64 bits holds every product.
    pub fn product(&mut self, name: &str, a: NodeId, b: NodeId) -> Result<NodeId, QuantizeError> {
        let width = self.format(a).width() + self.format(b).width();
        let fraction = self.format(a).fraction() + self.format(b).fraction();
        let format = Format::signed(width, fraction).map_err(|_| QuantizeError::TooWide {
            of: "a product of the iteration",
        })?;
        Ok(self.push(name, Operation::Multiply(a, b), format))
    }
}

fn holding(low: i128, high: i128, fraction: i32) -> Result<Format, QuantizeError> {
    Format::signed_holding(low, high, fraction).ok_or(QuantizeError::TooWide {
        of: "a sum of the iteration",
    })
}
