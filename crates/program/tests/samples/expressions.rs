//! Expressions of random nodes.

use program::{
    Coding, Expression, Format, NodeId, Operation, Overflow, Rounding, Table, TableId, VectorId,
};

use super::Choices;

/// The widest arguments of tables, so that samples stay small.
const TABLE_BITS: u32 = 7;

/// What a sample expression reads.
pub struct Leaves<'a> {
    /// The formats of the sums.
    pub sums: &'a [Format],
    /// Vectors with their formats.
    pub elements: &'a [(VectorId, Format)],
    /// The tables of the program, which more are added to.
    pub tables: &'a mut Vec<Table>,
}

/// Sometimes a map of a source that keeps its format.
pub fn mapped(
    choices: &mut Choices,
    source: (VectorId, Format),
    tables: &mut Vec<Table>,
) -> Option<(Expression, NodeId)> {
    if choices.below(2) == 0 {
        return None;
    }
    let leaves = Leaves {
        sums: &[],
        elements: &[source],
        tables,
    };
    Some(expression(choices, leaves, source.1))
}

/// Nodes over sums and elements (one at least of them all), the last of them in the format `last`.
pub fn expression(choices: &mut Choices, leaves: Leaves<'_>, last: Format) -> (Expression, NodeId) {
    let mut nodes = Expression::default();
    for (place, &sum) in leaves.sums.iter().enumerate() {
        nodes.push(&format!("sum{place}"), Operation::Gathered(place), sum);
    }
    for &(id, format) in leaves.elements {
        nodes.push(&format!("own{}", id.0), Operation::Element(id), format);
    }
    for place in 0..choices.below(8) {
        let (operation, format) = node(choices, &nodes, leaves.tables);
        nodes.push(&format!("node{place}"), operation, format);
    }
    let of = NodeId(nodes.nodes.len() - 1);
    let next = resized(choices, &mut nodes, "next", of, last);
    (nodes, next)
}

/// A node in another format.
pub fn resized(
    choices: &mut Choices,
    nodes: &mut Expression,
    name: &str,
    of: NodeId,
    to: Format,
) -> NodeId {
    let (rounding, overflow) = manners(choices);
    let resize = Operation::Resize {
        of,
        rounding,
        overflow,
    };
    nodes.push(name, resize, to)
}

fn manners(choices: &mut Choices) -> (Rounding, Overflow) {
    let roundings = [
        Rounding::Floor,
        Rounding::TowardZero,
        Rounding::HalfUp,
        Rounding::HalfEven,
    ];
    // Wrapping and stopping are rarer, so that most samples run on.
    let overflow = match choices.below(8) {
        0 => Overflow::Wrap,
        1 => Overflow::Error,
        2 => Overflow::SaturateSymmetric,
        _ => Overflow::Saturate,
    };
    (choices.one_of(&roundings), overflow)
}

/// A node over earlier ones; now and then one whose format its value may leave.
fn node(
    choices: &mut Choices,
    earlier: &Expression,
    tables: &mut Vec<Table>,
) -> (Operation, Format) {
    let all: Vec<(NodeId, Format)> = earlier
        .nodes
        .iter()
        .enumerate()
        .map(|(i, n)| (NodeId(i), n.format))
        .collect();
    let (a, of) = choices.one_of(&all);
    let level: Vec<_> = all
        .iter()
        .copied()
        .filter(|(_, f)| f.fraction() == of.fraction())
        .collect();
    let (b, other) = choices.one_of(&level);
    let alike: Vec<_> = all.iter().copied().filter(|(_, f)| *f == of).collect();
    let (same, _) = choices.one_of(&alike);
    let tight = choices.below(16) == 0;
    let sum = |width: u32, fraction: i32| {
        Format::signed(if tight { of.width() } else { width.min(64) }, fraction).unwrap()
    };
    let wider = of.width().max(other.width()) + 2;
    let (rounding, overflow) = manners(choices);
    match choices.below(10) {
        0 => (Operation::Constant(choices.raw(of)), of),
        1 => (Operation::Add(a, b), sum(wider, of.fraction())),
        2 => (Operation::Subtract(a, b), sum(wider, of.fraction())),
        3 if of.fraction().abs() + other.fraction().abs() < 40 => {
            let fraction = of.fraction() + other.fraction();
            (
                Operation::Multiply(a, b),
                sum(of.width() + other.width() + 2, fraction),
            )
        }
        // Far from the 62 places that a resize can shift.
        4 if of.fraction().abs() < 20 => {
            match Format::signed(of.width(), of.fraction() + choices.below(5) as i32 - 2) {
                Ok(moved) if of.coding() == Coding::Signed => (Operation::Scale(a), moved),
                _ => (Operation::Maximum(a, same), of),
            }
        }
        5 => (Operation::Less(a, b), Format::TRUTH),
        6 => {
            let truths: Vec<_> = all.iter().filter(|(_, f)| *f == Format::TRUTH).collect();
            match truths.last() {
                Some(&&(condition, _)) => (
                    Operation::Select {
                        condition,
                        high: a,
                        low: same,
                    },
                    of,
                ),
                None => (Operation::Minimum(a, same), of),
            }
        }
        7 => (Operation::Minimum(a, same), of),
        8 if of.coding() != Coding::Bipolar && of.width() <= TABLE_BITS => {
            let output = choices.format(&["s5f2", "u3f3", "b1", "s14f8"]);
            let table = TableId(tables.len());
            tables.push(Table {
                name: format!("table{}", table.0),
                input: of,
                output,
                entries: choices.raws(Table::length(of), output),
            });
            (Operation::Lookup { of: a, table }, output)
        }
        _ => {
            let to = choices.format(&[
                "s4f0", "u6f3", "s12f9", "b1", "s6f-1", "s16f10", "u31f3", "s32f8", "s33f31",
            ]);
            (
                Operation::Resize {
                    of: a,
                    rounding,
                    overflow,
                },
                to,
            )
        }
    }
}
