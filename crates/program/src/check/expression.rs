//! Typing of expressions; the rules are those of [`Operation`]'s variants.

use std::collections::HashSet;

use super::{Fault, Judgement, Rule, name, not_in, vector};
use crate::format::Format;
use crate::program::Program;
use crate::stage::{Expression, Node, NodeId, Operation, Shape, Stage, TableId};

/// The most places that a resize may move the point, so that 128 bits hold every result.
const MAX_SHIFT: i32 = 62;

/// Checks an expression over elements of the shape `shape`; `stage` is `None` for a gather's map,
/// which sees no gathered values.
pub fn check(
    program: &Program,
    expression: &Expression,
    stage: Option<&Stage>,
    shape: Shape,
) -> Judgement {
    let mut names = HashSet::new();
    for (place, node) in expression.nodes.iter().enumerate() {
        let typing = Typing {
            program,
            stage,
            shape,
            earlier: &expression.nodes[..place],
            node,
        };
        name(&mut names, &node.name)
            .and_then(|()| typing.check())
            .map_err(|fault| Fault {
                problem: format!("node `{}`: {}", node.name, fault.problem),
                ..fault
            })?;
    }
    Ok(())
}

/// A node among those before it.
struct Typing<'a> {
    program: &'a Program,
    stage: Option<&'a Stage>,
    shape: Shape,
    earlier: &'a [Node],
    node: &'a Node,
}

impl Typing<'_> {
    fn check(&self) -> Judgement {
        let own = self.node.format;
        match self.node.operation {
            Operation::Gathered(place) => self.gathered(place),
            Operation::Element(id) => {
                let of = vector(self.program, id)?;
                let (name, shape) = (&of.name, self.shape);
                Rule::Node.demand(of.shape == shape, || {
                    format!("an element of `{name}`, {:?}, for {shape:?}", of.shape)
                })?;
                self.is(&format!("an element of `{name}`"), of.format)
            }
            Operation::Constant(raw) => Rule::Value.demand(own.holds(raw), || not_in(raw, own)),
            Operation::Add(a, b) | Operation::Subtract(a, b) => {
                self.fraction(a, own.fraction())?;
                self.fraction(b, own.fraction())
            }
            Operation::Multiply(a, b) => {
                let sum = self.of(a)?.fraction() + self.of(b)?.fraction();
                Rule::Node.demand(sum == own.fraction(), || {
                    format!("{own} for a product with {sum} fraction bits")
                })
            }
            Operation::Scale(a) => {
                let from = self.of(a)?;
                let keeps = from.coding() == own.coding() && from.width() == own.width();
                Rule::Node.demand(keeps, || {
                    format!("{own} for {from} with its point moved; coding and width stay")
                })
            }
            Operation::Less(a, b) => {
                self.fraction(b, self.of(a)?.fraction())?;
                self.is("a comparison", Format::TRUTH)
            }
            Operation::Select {
                condition,
                high,
                low,
            } => {
                let found = self.of(condition)?;
                Rule::Node.demand(found == Format::TRUTH, || {
                    format!("a condition of {found}; {} is right", Format::TRUTH)
                })?;
                self.is("a branch", self.of(high)?)?;
                self.is("a branch", self.of(low)?)
            }
            Operation::Minimum(a, b) | Operation::Maximum(a, b) => {
                self.is("an operand", self.of(a)?)?;
                self.is("an operand", self.of(b)?)
            }
            Operation::Resize { of, .. } => {
                let from = self.of(of)?;
                let shift = from.fraction() - own.fraction();
                Rule::Node.demand((-MAX_SHIFT..=MAX_SHIFT).contains(&shift), || {
                    format!("from {from} to {own}; {MAX_SHIFT} fraction bits more or less at most")
                })
            }
            Operation::Lookup { of, table } => self.lookup(of, table),
        }
    }

    fn lookup(&self, of: NodeId, table: TableId) -> Judgement {
        let found = self.program.table(table).ok_or_else(|| {
            let count = self.program.tables.len();
            Rule::Node.broken(format!("table number {} of {count} tables", table.0))
        })?;
        let (argument, wanted) = (self.of(of)?, found.input);
        Rule::Node.demand(argument == wanted, || {
            format!(
                "an argument of {argument} for table `{}`, of {wanted}",
                found.name
            )
        })?;
        self.is("an entry", found.output)
    }

    fn gathered(&self, place: usize) -> Judgement {
        let gathers = self.stage.map_or(&[][..], |stage| &stage.gathers);
        let gather = gathers.get(place).ok_or_else(|| {
            let count = gathers.len();
            Rule::Node.broken(format!("gather {place} of {count}; a map has none"))
        })?;
        self.is("a gathered sum", gather.accumulator)
    }

    /// The format of an operand.
    fn of(&self, id: NodeId) -> Judgement<Format> {
        let operand = self.earlier.get(id.0).map(|node| node.format);
        operand.ok_or_else(|| {
            let count = self.earlier.len();
            Rule::Node.broken(format!("operand {}, of {count} nodes before it", id.0))
        })
    }

    fn is(&self, what: &str, found: Format) -> Judgement {
        let own = self.node.format;
        Rule::Node.demand(found == own, || {
            format!("{what} is {found}, the node {own}")
        })
    }

    fn fraction(&self, id: NodeId, wanted: i32) -> Judgement {
        let found = self.of(id)?;
        Rule::Node.demand(found.fraction() == wanted, || {
            format!("an operand of {found}; {wanted} fraction bits are right")
        })
    }
}
