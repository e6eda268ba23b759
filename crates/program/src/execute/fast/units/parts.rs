//! Rows of a stage among which parameters decide in one way, so that each part computes what it
//! needs alone.

use std::ops::Range;

use crate::program::Program;
use crate::stage::{Expression, NodeId, Operation, Role};

/// The fewest rows that a part has on average.
const FEWEST: usize = 8;

/// Neighbouring rows, and the expression as it is for them.
#[derive(Debug, Clone)]
pub struct Part {
    /// The rows.
    pub rows: Range<usize>,
    /// The expression; where a parameter decides, it is a constant.
    pub apply: Expression,
}

/// The parts of an expression over so many rows.
pub fn of(program: &Program, apply: &Expression, rows: usize) -> Vec<Part> {
    let deciding = deciding(program, apply);
    let differs = |row: &usize| {
        let mut values = deciding.iter();
        values.any(|(_, values)| values.get(*row) != values.get(*row - 1))
    };
    let mut starts: Vec<usize> = (1..rows).filter(differs).collect();
    if (starts.len() + 1) * FEWEST > rows {
        let (rows, apply) = (0..rows, apply.clone());
        return vec![Part { rows, apply }];
    }
    starts.insert(0, 0);
    let ends = starts.iter().skip(1).copied().chain([rows]);
    let part = |(start, end): (&usize, usize)| Part {
        rows: *start..end,
        apply: decided(apply, &deciding, *start),
    };
    starts.iter().zip(ends).map(part).collect()
}

/// The nodes that are asked by a selection and are elements of a parameter, with its values.
fn deciding<'a>(program: &'a Program, apply: &Expression) -> Vec<(NodeId, &'a [i64])> {
    let asked = |place: usize| {
        let mut nodes = apply.nodes.iter();
        nodes.any(|node| match node.operation {
            Operation::Select { condition, .. } => condition.0 == place,
            _ => false,
        })
    };
    let nodes = apply.nodes.iter().enumerate();
    let elements = nodes.filter_map(|(place, node)| match node.operation {
        Operation::Element(vector) => match &program.vector(vector)?.role {
            Role::Parameter(values) => Some((NodeId(place), values.as_slice())),
            _ => None,
        },
        _ => None,
    });
    elements.filter(|(node, _)| asked(node.0)).collect()
}

/// The expression with constants for what decides.
fn decided(apply: &Expression, deciding: &[(NodeId, &[i64])], row: usize) -> Expression {
    let mut apply = apply.clone();
    for (node, values) in deciding {
        if let Some(&value) = values.get(row) {
            apply.nodes[node.0].operation = Operation::Constant(value);
        }
    }
    apply
}
