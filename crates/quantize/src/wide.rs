//! Expressions whose exact nodes are as wide as what can occur needs.

use program::range::{Fit, Interval, Walk};
use program::{Expression, Format, Node, NodeId, Operation, Overflow, Rounding, Table};

use crate::QuantizeError;
use crate::range::holding;

/// What is said to need more than 64 bits.
const SUM: &str = "a sum of the iteration";

/// An expression whose exact nodes are as wide as the ranges of their operands need.
pub struct Wide<'a> {
    /// The nodes so far.
    pub expression: Expression,
    /// Fraction bits of sums, differences and aligned nodes.
    pub fraction: i32,
    walk: Walk<'a>,
}

impl<'a> Wide<'a> {
    /// No node yet; over vectors and gathers of these ranges.
    pub fn new(
        fraction: i32,
        vectors: &'a [Interval],
        gathers: &'a [Interval],
        tables: &'a [Table],
    ) -> Wide<'a> {
        Wide {
            expression: Expression::default(),
            fraction,
            walk: Walk::new(vectors, gathers, tables),
        }
    }

    /// Adds a node of a given format.
    ///
    /// # Errors
    /// When its results leave 127 bits.
    pub fn push(
        &mut self,
        name: &str,
        operation: Operation,
        format: Format,
    ) -> Result<NodeId, QuantizeError> {
        let node = node(name, operation, format);
        let bound = self.walk.bound(&self.expression, &node);
        self.walk
            .push(bound.ok_or(QuantizeError::TooWide { of: SUM })?);
        Ok(self.expression.push(name, operation, format))
    }

    /// The format of a node.
    pub fn format(&self, node: NodeId) -> Format {
        let node: Option<&Node> = self.expression.nodes.get(node.0);
        node.map_or(Format::BIPOLAR, |node| node.format)
    }

    /// What a node can be.
    pub fn interval(&self, node: NodeId) -> Interval {
        let bound = self.walk.bounds().get(node.0);
        bound.map_or(Interval::of(self.format(node)), |bound| bound.interval)
    }

    /// Adds a node in the narrowest format with so many fraction bits that holds all its results.
    fn exact(
        &mut self,
        name: &str,
        operation: Operation,
        fraction: i32,
        of: &'static str,
    ) -> Result<NodeId, QuantizeError> {
        let too_wide = || QuantizeError::TooWide { of };
        let widest = Format::signed(program::format::MAX_WIDTH, fraction);
        let widest = node(name, operation, widest.map_err(|_| too_wide())?);
        let bound = self.walk.bound(&self.expression, &widest);
        let bound = bound.filter(|bound| bound.fit == Fit::Holds);
        let interval = bound.ok_or_else(too_wide)?.interval;
        self.push(name, operation, holding(interval, fraction, of)?)
    }

    /// The sum of the stage's gather.
    ///
    /// # Errors
    /// When the stage has none.
    pub fn gathered(&mut self, name: &str, accumulator: Format) -> Result<NodeId, QuantizeError> {
        self.push(name, Operation::Gathered(0), accumulator)
    }

    /// A constant in the narrowest format.
    ///
    /// # Errors
    /// When no word of 64 bits holds it.
    pub fn constant(&mut self, name: &str, raw: i64) -> Result<NodeId, QuantizeError> {
        self.exact(name, Operation::Constant(raw), self.fraction, SUM)
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
        // Words have 64 bits, so that more places than these hold no value but zero.
        if !(0..=62).contains(&more) {
            return Err(QuantizeError::TooWide { of: SUM });
        }
        let resize = Operation::Resize {
            of: node,
            rounding: Rounding::Floor,
            overflow: Overflow::Saturate,
        };
        self.exact(name, resize, self.fraction, SUM)
    }

    /// `a + b`.
    ///
    /// # Errors
    /// When no word of 64 bits holds every sum.
    pub fn sum(&mut self, name: &str, a: NodeId, b: NodeId) -> Result<NodeId, QuantizeError> {
        self.exact(name, Operation::Add(a, b), self.fraction, SUM)
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
        self.exact(name, Operation::Subtract(a, b), self.fraction, SUM)
    }

    /// `a * b`.
    ///
    /// # Errors
    /// When no word of 64 bits holds every product.
    pub fn product(&mut self, name: &str, a: NodeId, b: NodeId) -> Result<NodeId, QuantizeError> {
        let fraction = self.format(a).fraction() + self.format(b).fraction();
        let of = "a product of the iteration";
        self.exact(name, Operation::Multiply(a, b), fraction, of)
    }
}

fn node(name: &str, operation: Operation, format: Format) -> Node {
    Node {
        name: name.into(),
        operation,
        format,
    }
}
