//! The cycles of an expression: which of its nodes have their values later than others.

use program::{Expression, NodeId, Operation, Program};

use super::table;
use crate::arithmetic::signed_width;

/// A product of two values that change is registered where it has more bits than this, so that
/// what follows it has a cycle of its own.
const WIDE_PRODUCT: u32 = 18;

/// How many cycles after its leaves each node has its value.
#[derive(Debug, Clone)]
pub struct Levels {
    /// `None` for nodes that no result needs.
    of: Vec<Option<usize>>,
    cost: Vec<usize>,
}

impl Levels {
    /// All nodes in the cycle of their leaves.
    pub fn combinational(expression: &Expression, results: &[NodeId]) -> Levels {
        Levels::new(expression, results, |_| 0)
    }

    /// A cycle for each look-up in a memory, and for each wide product.
    pub fn pipelined(program: &Program, expression: &Expression, results: &[NodeId]) -> Levels {
        Levels::new(expression, results, |operation| match operation {
            Operation::Lookup { table, .. } => {
                let table = program.table(table);
                usize::from(table.is_some_and(|table| !table::in_logic(table)))
            }
            Operation::Multiply(a, b) => usize::from(is_wide(expression, a, b)),
            _ => 0,
        })
    }

    fn new(
        expression: &Expression,
        results: &[NodeId],
        cost: impl Fn(Operation) -> usize,
    ) -> Levels {
        let nodes = &expression.nodes;
        let mut needed = vec![false; nodes.len()];
        let mut need = |node: NodeId| {
            if let Some(needed) = needed.get_mut(node.0) {
                *needed = true;
            }
        };
        results.iter().copied().for_each(&mut need);
        for (place, node) in nodes.iter().enumerate().rev() {
            if needed[place] {
                let operands = node.operation.operands();
                let earlier = operands.into_iter().filter(|operand| operand.0 < place);
                earlier.for_each(|operand| needed[operand.0] = true);
            }
        }
        let cost: Vec<usize> = nodes.iter().map(|node| cost(node.operation)).collect();
        let mut of: Vec<Option<usize>> = vec![];
        for (place, node) in nodes.iter().enumerate() {
            let operands = node.operation.operands().into_iter();
            let levels = operands.filter_map(|operand| of.get(operand.0).copied().flatten());
            let level = levels.max().unwrap_or(0) + cost[place];
            of.push(needed[place].then_some(level));
        }
        Levels { of, cost }
    }

    /// The level of the latest of some nodes.
    pub fn depth(&self, results: &[NodeId]) -> usize {
        let levels = results.iter().filter_map(|&result| self.level(result));
        levels.max().unwrap_or(0)
    }

    /// The level of a node; `None` where no result needs it.
    pub fn level(&self, node: NodeId) -> Option<usize> {
        self.of.get(node.0).copied().flatten()
    }

    /// The cycles that a node itself takes.
    pub fn cost(&self, node: NodeId) -> usize {
        self.cost.get(node.0).copied().unwrap_or(0)
    }
}

fn is_wide(expression: &Expression, a: NodeId, b: NodeId) -> bool {
    let width = |id: NodeId| {
        let node = expression.nodes.get(id.0);
        let changes = node.filter(|node| !matches!(node.operation, Operation::Constant(_)));
        changes.map(|node| signed_width(node.format))
    };
    match (width(a), width(b)) {
        (Some(a), Some(b)) => a + b > WIDE_PRODUCT,
        _ => false,
    }
}
