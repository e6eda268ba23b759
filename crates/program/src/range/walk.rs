//! Bounds of an expression's nodes, one after another.

use super::affine::{Form, Symbol};
use super::interval::{Fit, Interval};
use crate::format::{Coding, Format};
use crate::stage::{Expression, Node, NodeId, Operation, Table};

/// What is known of a node.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bound {
    /// Every value that the node can have.
    pub interval: Interval,
    /// What becomes of its exact results.
    pub fit: Fit,
    /// How it depends on symbols; the node's own symbol where it is no weighted sum.
    pub form: Form,
}

/// Walks through the nodes of an expression, each over earlier ones.
#[derive(Debug, Clone)]
pub struct Walk<'a> {
    /// What the elements of each vector of the program can be.
    vectors: &'a [Interval],
    /// The sums of each gather of the stage.
    gathers: &'a [Interval],
    /// The tables of the program.
    tables: &'a [Table],
    bounds: Vec<Bound>,
}

impl<'a> Walk<'a> {
    /// Before the first node.
    pub fn new(vectors: &'a [Interval], gathers: &'a [Interval], tables: &'a [Table]) -> Walk<'a> {
        Walk {
            vectors,
            gathers,
            tables,
            bounds: vec![],
        }
    }

    /// The nodes so far.
    pub fn bounds(&self) -> &[Bound] {
        &self.bounds
    }

    /// All nodes of an expression; `None` where an operand is missing or a result leaves 127 bits.
    pub fn over(mut self, expression: &Expression) -> Option<Vec<Bound>> {
        for node in &expression.nodes {
            let bound = self.bound(expression, node)?;
            self.push(bound);
        }
        Some(self.bounds)
    }

    /// Goes on to the next node.
    pub fn push(&mut self, bound: Bound) {
        self.bounds.push(bound);
    }

    /// The bound of the next node, whose operands are nodes of `expression` that were passed.
    pub fn bound(&self, expression: &Expression, node: &Node) -> Option<Bound> {
        let (exact, form) = self.exact(expression, node)?;
        let of_form = form
            .as_ref()
            .and_then(|form| form.interval(|symbol| self.symbol(symbol)))
            .and_then(|of_form| of_form.intersection(exact));
        let narrower = of_form.unwrap_or(exact);
        let (interval, fit) = match node.operation {
            Operation::Resize { overflow, .. } => narrower.fitted(node.format, overflow),
            _ => held(narrower, node),
        };
        // A form stands for the exact result, which saturation and wrapping change.
        let onward = form.filter(|_| fit == Fit::Holds);
        Some(Bound {
            interval,
            fit,
            form: onward.unwrap_or_else(|| Form::symbol(Symbol::Node(self.bounds.len()))),
        })
    }

    fn symbol(&self, symbol: Symbol) -> Option<Interval> {
        match symbol {
            Symbol::Element(vector) => self.vectors.get(vector).copied(),
            Symbol::Sum(gather) => self.gathers.get(gather).copied(),
            Symbol::Node(node) => self.bounds.get(node).map(|bound| bound.interval),
        }
    }

    /// The interval of the result before it is brought into the node's format, and its form where
    /// it is a weighted sum.
    fn exact(&self, expression: &Expression, node: &Node) -> Option<(Interval, Option<Form>)> {
        let of = |id: NodeId| self.bounds.get(id.0);
        Some(match node.operation {
            Operation::Gathered(place) => {
                let sums = *self.gathers.get(place)?;
                (sums, Some(Form::symbol(Symbol::Sum(place))))
            }
            Operation::Element(vector) => {
                let interval = *self.vectors.get(vector.0)?;
                (interval, Some(Form::symbol(Symbol::Element(vector.0))))
            }
            Operation::Constant(raw) => (Interval::point(raw), Some(Form::constant(raw))),
            Operation::Add(a, b) => {
                let (a, b) = (of(a)?, of(b)?);
                (a.interval.plus(b.interval)?, a.form.plus(&b.form))
            }
            Operation::Subtract(a, b) => {
                let (a, b) = (of(a)?, of(b)?);
                let negative = b.form.times(-1);
                let form = negative.and_then(|negative| a.form.plus(&negative));
                (a.interval.minus(b.interval)?, form)
            }
            Operation::Multiply(a, b) => {
                let (a, b) = (of(a)?, of(b)?);
                (a.interval.times(b.interval)?, product(a, b))
            }
            Operation::Scale(a) => (of(a)?.interval, Some(of(a)?.form.clone())),
            Operation::Less(..) => (Interval::of(Format::TRUTH), None),
            Operation::Select { high, low, .. } => {
                (of(high)?.interval.union(of(low)?.interval), None)
            }
            Operation::Minimum(a, b) => {
                let (a, b) = (of(a)?.interval, of(b)?.interval);
                (Interval::new(a.low.min(b.low), a.high.min(b.high)), None)
            }
            Operation::Maximum(a, b) => {
                let (a, b) = (of(a)?.interval, of(b)?.interval);
                (Interval::new(a.low.max(b.low), a.high.max(b.high)), None)
            }
            Operation::Resize {
                of: id, rounding, ..
            } => {
                let (from, to) = (expression.format(id)?.fraction(), node.format.fraction());
                let operand = of(id)?;
                let interval = operand.interval.rounded(from, to, rounding)?;
                let form = operand.form.resized(from - to, rounding, operand.interval);
                (interval, form)
            }
            Operation::Lookup { of: id, table } => {
                let (low, high) = of(id)?.interval.raw()?;
                let (low, high) = self.tables.get(table.0)?.hull(low, high)?;
                (Interval::new(i128::from(low), i128::from(high)), None)
            }
        })
    }
}

/// A form times a number, where one operand has one value only.
fn product(a: &Bound, b: &Bound) -> Option<Form> {
    let number = |of: &Bound| of.interval.raw().map(|(raw, _)| raw);
    match (a.interval.is_point(), b.interval.is_point()) {
        (true, _) => b.form.times(number(a)?),
        (_, true) => a.form.times(number(b)?),
        _ => None,
    }
}

/// An exact result must be a value of the node's format, or the run stops.
fn held(exact: Interval, node: &Node) -> (Interval, Fit) {
    let whole = Interval::of(node.format);
    let arithmetic = matches!(
        node.operation,
        Operation::Add(..) | Operation::Subtract(..) | Operation::Multiply(..)
    );
    // Zero lies between the values of `b1` and is none of them.
    let sign = exact.is_point() && exact.low.abs() == 1;
    let gap = arithmetic && node.format.coding() == Coding::Bipolar && !sign;
    if exact.within(whole) && !gap {
        (exact, Fit::Holds)
    } else {
        (exact.clamped(whole), Fit::Stops)
    }
}
