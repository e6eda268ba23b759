//! An expression over a run of elements: each node is a loop over the run, in words as narrow as
//! its values allow.
//!
//! Where many loops stand between two nodes of which one is a function of the other, a narrow one,
//! they become a look-up in a table once it pays: [`Tables`] says when.

mod columns;
mod fold;
mod function;
mod graph;
mod loops;
mod plan;
mod resize;
#[cfg(test)]
mod tests;
mod work;

use std::ops::Range;

use super::sums::Sums;
use super::word::Word;
use crate::range::Bound;
use crate::stage::{Expression, NodeId, Table, VectorId};
use columns::Columns;
use fold::Folds;
use graph::Graph;
use loops::{Run, every_step};
use plan::{Column, Plan};

/// When tables take the place of loops.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Tables {
    /// Once as many elements have been computed by loops as tables have entries, so that to make
    /// them no more than doubles the work that was done; where that many loops stand between two
    /// nodes that a look-up is surely faster.
    #[default]
    Earned,
    /// From the start, and wherever a look-up takes the place of two loops or more.
    AtOnce,
}

impl Tables {
    /// The loops (a look-up counts as six) that a table must save more than.
    fn least(self) -> usize {
        match self {
            Tables::Earned => 11,
            Tables::AtOnce => 1,
        }
    }
}

/// An expression, and the values of its nodes for a run of elements.
#[derive(Debug, Clone)]
pub struct Elementwise {
    graph: Graph,
    writes: Vec<(VectorId, NodeId)>,
    /// A node that is asked for after a run.
    asked: Option<NodeId>,
    /// Elements of a run at most.
    longest: usize,
    plan: Plan,
    columns: Columns,
    column: Option<Column>,
    /// What tables would take the place of, and the elements until then.
    folds: Option<(Folds, usize)>,
}

/// What is computed of an expression.
pub struct Asked<'a> {
    /// The nodes that become elements of vectors.
    pub writes: &'a [(VectorId, NodeId)],
    /// Another node.
    pub node: Option<NodeId>,
    /// Elements of a run at most.
    pub longest: usize,
}

impl Elementwise {
    /// An expression whose nodes have these bounds; `None` where the program has not the tables.
    pub fn new(
        (expression, bounds): (&Expression, &[Bound]),
        tables: (&[Table], Tables),
        asked: &Asked<'_>,
    ) -> Option<Elementwise> {
        let graph = Graph::of(expression, bounds, tables.0)?;
        let wanted = asked.writes.iter().map(|(_, node)| *node);
        let wanted = wanted.chain(asked.node);
        let folds = Folds::of(expression, &graph, wanted, tables.1.least());
        if tables.1 == Tables::AtOnce {
            return Some(Elementwise::planned(folds.made(&graph), asked, None));
        }
        let entries = folds.entries();
        let folds = (!folds.is_empty()).then_some((folds, entries));
        Some(Elementwise::planned(graph, asked, folds))
    }

    /// The loops of a graph.
    fn planned(graph: Graph, asked: &Asked<'_>, folds: Option<(Folds, usize)>) -> Elementwise {
        let plan = Plan::of(&graph, asked.writes, asked.node);
        Elementwise {
            columns: Columns::of(&plan, asked.longest),
            column: asked.node.and_then(|node| plan.column(&graph, node)),
            writes: asked.writes.into(),
            asked: asked.node,
            longest: asked.longest,
            plan,
            graph,
            folds,
        }
    }

    /// Makes the tables.
    fn fold(&mut self) {
        let Some((folds, _)) = self.folds.take() else {
            return;
        };
        let writes = std::mem::take(&mut self.writes);
        let asked = Asked {
            writes: &writes,
            node: self.asked,
            longest: self.longest,
        };
        *self = Elementwise::planned(folds.made(&self.graph), &asked, None);
    }

    /// Computes and writes some elements, given the sums of each gather, in which these elements
    /// begin at `first`.
    pub fn run(
        &mut self,
        (sums, first): (&[Sums], usize),
        values: &mut [Vec<i64>],
        elements: Range<usize>,
    ) {
        if let Some((_, left)) = &mut self.folds {
            *left = left.saturating_sub(elements.len());
            if *left == 0 {
                self.fold();
            }
        }
        let mut run = Run {
            sums,
            first,
            values,
            elements,
        };
        every_step(
            &self.plan,
            &self.graph.functions,
            &mut self.columns,
            &mut run,
        );
    }

    /// The values of the node that was asked for, for the elements of the last run.
    pub fn read<W: Word>(&self, to: &mut [W]) {
        if let Some(column) = self.column {
            self.columns.read(column, to);
        }
    }

    /// Whether the node that was asked for, if any, is 0 for none of the `count` elements of the
    /// last run.
    pub fn all_hold(&self, count: usize) -> bool {
        let column = self.column;
        column.is_none_or(|column| self.columns.all_hold(column, count))
    }
}
