//! Expressions whose exact nodes are as wide as what can occur needs.

use std::ops::Range;

use program::range::{Fit, Interval, Walk};
use program::{
    Coding, Expression, Format, Gather, Node, NodeId, Operation, Overflow, Rounding, Table,
    TableId, Vector, VectorId,
};

use crate::QuantizeError;
use crate::range::holding;

/// What is said to need more than 64 bits.
const SUM: &str = "a sum of the iteration";

/// What an expression of a stage may read.
#[derive(Debug, Clone, Copy)]
pub struct Scope<'a> {
    /// The vectors of the program.
    pub vectors: &'a [Vector],
    /// What their elements can be.
    pub ranges: &'a [Interval],
    /// The gathers of the stage.
    pub gathers: &'a [Gather],
    /// What their sums can be.
    pub sums: &'a [Interval],
    /// The tables of the program.
    pub tables: &'a [Table],
}

/// An expression whose exact nodes are as wide as the ranges of their operands need.
pub struct Wide<'a> {
    /// The nodes so far.
    pub expression: Expression,
    /// Fraction bits of sums, differences and aligned nodes.
    pub fraction: i32,
    scope: Scope<'a>,
    walk: Walk<'a>,
}

impl<'a> Wide<'a> {
    /// No node yet.
    pub fn new(fraction: i32, scope: Scope<'a>) -> Wide<'a> {
        Wide {
            expression: Expression::default(),
            fraction,
            scope,
            walk: Walk::new(scope.ranges, scope.sums, scope.tables),
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

    /// Adds a node in the narrowest format with so many fraction bits that holds all its results;
    /// `of` says what they are, in the error.
    ///
    /// # Errors
    /// When no word of 64 bits holds them.
    pub fn exact(
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

    /// The sum of gather `place` of the stage.
    ///
    /// # Errors
    /// When the stage has no such gather.
    pub fn gathered(&mut self, name: &str, place: usize) -> Result<NodeId, QuantizeError> {
        let gather = self.scope.gathers.get(place);
        let format = gather.map_or(Format::BIPOLAR, |gather| gather.accumulator);
        self.push(name, Operation::Gathered(place), format)
    }

    /// The sums of these gathers of the stage together; 0 where there are none.
    ///
    /// # Errors
    /// When no word of 64 bits holds every sum.
    pub fn gathered_all(
        &mut self,
        name: &str,
        places: Range<usize>,
    ) -> Result<NodeId, QuantizeError> {
        let mut sum = None;
        for place in places {
            let gathered = self.gathered(&format!("{name}_{place}"), place)?;
            sum = Some(match sum {
                None => gathered,
                Some(sum) => self.plus(&format!("{name}_to_{place}"), sum, gathered)?,
            });
        }
        match sum {
            Some(sum) => Ok(sum),
            None => self.constant(name, 0),
        }
    }

    /// The row's own element of a vector.
    ///
    /// # Errors
    /// When the program has no such vector.
    pub fn element(&mut self, name: &str, vector: VectorId) -> Result<NodeId, QuantizeError> {
        let format = self.scope.vectors.get(vector.0).map(|of| of.format);
        let format = format.unwrap_or(Format::BIPOLAR);
        self.push(name, Operation::Element(vector), format)
    }

    /// The entry of a table for a node of the table's input format.
    ///
    /// # Errors
    /// When the program has no such table.
    pub fn lookup(
        &mut self,
        name: &str,
        of: NodeId,
        table: TableId,
    ) -> Result<NodeId, QuantizeError> {
        let format = self.scope.tables.get(table.0).map(|table| table.output);
        let format = format.unwrap_or(Format::BIPOLAR);
        self.push(name, Operation::Lookup { of, table }, format)
    }

    /// A constant of a format.
    ///
    /// # Errors
    /// When no word of 64 bits holds it.
    pub fn known(&mut self, name: &str, raw: i64, format: Format) -> Result<NodeId, QuantizeError> {
        self.push(name, Operation::Constant(raw), format)
    }

    /// A node rounded and fitted into a format.
    ///
    /// # Errors
    /// When its value needs more than 64 bits.
    pub fn resized(
        &mut self,
        name: &str,
        of: NodeId,
        format: Format,
        (rounding, overflow): (Rounding, Overflow),
    ) -> Result<NodeId, QuantizeError> {
        let resize = Operation::Resize {
            of,
            rounding,
            overflow,
        };
        self.push(name, resize, format)
    }

    /// A node with so many fraction bits, rounded, in the narrowest format that holds it.
    ///
    /// # Errors
    /// When no word of 64 bits holds every value.
    pub fn rounded(
        &mut self,
        name: &str,
        of: NodeId,
        fraction: i32,
        rounding: Rounding,
    ) -> Result<NodeId, QuantizeError> {
        let resize = Operation::Resize {
            of,
            rounding,
            overflow: Overflow::Saturate,
        };
        self.exact(name, resize, fraction, SUM)
    }

    /// A node held between two raw values of its own format.
    ///
    /// # Errors
    /// None but those of a node that is not there.
    pub fn clamped(
        &mut self,
        name: &str,
        of: NodeId,
        (low, high): (i64, i64),
    ) -> Result<NodeId, QuantizeError> {
        let format = self.format(of);
        let high = self.known(&format!("{name}_most"), high, format)?;
        let low = self.known(&format!("{name}_least"), low, format)?;
        let below = Operation::Minimum(of, high);
        let below = self.push(&format!("{name}_not_above"), below, format)?;
        self.push(name, Operation::Maximum(below, low), format)
    }

    /// `a + b` with the finer fraction of the two, exact.
    ///
    /// # Errors
    /// When no word of 64 bits holds every sum.
    pub fn plus(&mut self, name: &str, a: NodeId, b: NodeId) -> Result<NodeId, QuantizeError> {
        let (a, b, fraction) = self.level(name, a, b)?;
        self.exact(name, Operation::Add(a, b), fraction, SUM)
    }

    /// `a - b` with the finer fraction of the two, exact.
    ///
    /// # Errors
    /// When no word of 64 bits holds every difference.
    pub fn minus(&mut self, name: &str, a: NodeId, b: NodeId) -> Result<NodeId, QuantizeError> {
        let (a, b, fraction) = self.level(name, a, b)?;
        self.exact(name, Operation::Subtract(a, b), fraction, SUM)
    }

    /// 1 where a < b, whatever their fractions.
    ///
    /// # Errors
    /// When no word of 64 bits holds both with the finer fraction.
    pub fn less(&mut self, name: &str, a: NodeId, b: NodeId) -> Result<NodeId, QuantizeError> {
        let (a, b, _) = self.level(name, a, b)?;
        self.push(name, Operation::Less(a, b), Format::TRUTH)
    }

    /// `high` where the truth `condition` is 1, else `low`; both of one format.
    ///
    /// # Errors
    /// None but those of a node that is not there.
    pub fn select(
        &mut self,
        name: &str,
        condition: NodeId,
        (high, low): (NodeId, NodeId),
    ) -> Result<NodeId, QuantizeError> {
        let format = self.format(high);
        let select = Operation::Select {
            condition,
            high,
            low,
        };
        self.push(name, select, format)
    }

    /// Two nodes with the finer fraction of both.
    fn level(
        &mut self,
        name: &str,
        a: NodeId,
        b: NodeId,
    ) -> Result<(NodeId, NodeId, i32), QuantizeError> {
        let fraction = self.format(a).fraction().max(self.format(b).fraction());
        let a = self.finer(&format!("{name}_left"), a, fraction)?;
        let b = self.finer(&format!("{name}_right"), b, fraction)?;
        Ok((a, b, fraction))
    }

    /// A node with so many fraction bits, at least as many as it has, exact.
    fn finer(&mut self, name: &str, node: NodeId, fraction: i32) -> Result<NodeId, QuantizeError> {
        if self.format(node).fraction() == fraction {
            return Ok(node);
        }
        let before = std::mem::replace(&mut self.fraction, fraction);
        let aligned = self.aligned(name, node);
        self.fraction = before;
        aligned
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
        if more == 0 && from.coding() == Coding::Signed {
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
