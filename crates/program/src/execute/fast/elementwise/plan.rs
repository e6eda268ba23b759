//! The loops that compute the nodes that are wanted, over columns of words.

use super::graph::Graph;
use super::work::Work;
use crate::execute::fast::word::Width;
use crate::stage::{NodeId, VectorId};

/// The values of a node: a column among those of words of one width.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Column {
    /// The width of its words.
    pub width: Width,
    /// Its number among these.
    pub place: usize,
}

/// A loop, or a few.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// Work in columns of one width, whose operands are columns before the result.
    Work {
        /// The result.
        to: Column,
        /// What is computed.
        work: Work,
    },
    /// A look-up in a function.
    Lookup {
        /// The result.
        to: Column,
        /// The narrow column of arguments.
        of: usize,
        /// The number of the function.
        function: usize,
    },
    /// The same values in words of the other width, which hold them.
    Convert {
        /// The result.
        to: Column,
        /// The column of the other width.
        of: usize,
    },
    /// The values become elements of a vector.
    Store {
        /// The values.
        of: Column,
        /// The vector.
        vector: usize,
    },
}

/// Loops in order.
#[derive(Debug, Clone)]
pub struct Plan {
    /// The loops of every run.
    pub steps: Vec<Step>,
    /// Columns that hold one value, and never change.
    pub constants: Vec<(Column, i64)>,
    /// How many columns there are of narrow words, and of wide ones.
    pub columns: [usize; 2],
    /// The column of each node that is computed, by width.
    nodes: Vec<[Option<usize>; 2]>,
}

impl Plan {
    /// The loops for the nodes that are written, and for another one.
    pub fn of(graph: &Graph, writes: &[(VectorId, NodeId)], other: Option<NodeId>) -> Plan {
        let mut plan = Plan {
            steps: vec![],
            constants: vec![],
            columns: [0; 2],
            nodes: vec![[None; 2]; graph.works.len()],
        };
        let wanted = writes.iter().map(|(_, node)| *node).chain(other);
        for (place, _) in needed(graph, wanted)
            .iter()
            .enumerate()
            .filter(|(_, n)| **n)
        {
            plan.compute(graph, place);
        }
        for &(vector, node) in writes {
            let of = plan.column(graph, node);
            let vector = vector.0;
            plan.steps.extend(of.map(|of| Step::Store { of, vector }));
        }
        plan
    }

    /// The column of a node that is computed.
    pub fn column(&self, graph: &Graph, node: NodeId) -> Option<Column> {
        let of = self.nodes.get(graph.source(node))?;
        let column = |width: Width| {
            let place = of[width as usize]?;
            Some(Column { width, place })
        };
        column(Width::Narrow).or_else(|| column(Width::Wide))
    }

    /// Adds what computes a node, whose operands are computed.
    fn compute(&mut self, graph: &Graph, place: usize) {
        let width = graph.working_width(place);
        let step = match graph.works[place] {
            Work::Constant(raw) => {
                let to = self.add(place, width);
                self.constants.push((to, raw));
                return;
            }
            Work::Lookup { of, table } => {
                let of = self.operand(of, Width::Narrow);
                Step::Lookup {
                    to: self.add(place, width),
                    of,
                    function: table,
                }
            }
            work => {
                let work = work.with(|of| self.operand(of, width));
                let to = self.add(place, width);
                Step::Work { to, work }
            }
        };
        self.steps.push(step);
    }

    /// A new column for a node.
    fn add(&mut self, node: usize, width: Width) -> Column {
        let place = self.columns[width as usize];
        self.columns[width as usize] += 1;
        self.nodes[node][width as usize] = Some(place);
        Column { width, place }
    }

    /// The column of an operand in words of a width that holds it.
    fn operand(&mut self, node: usize, width: Width) -> usize {
        match self.nodes[node] {
            [Some(narrow), _] if width == Width::Narrow => narrow,
            [_, Some(wide)] if width == Width::Wide => wide,
            [narrow, wide] => {
                let to = self.add(node, width);
                // Every operand was computed in one of the widths.
                let of = narrow.or(wide).unwrap_or_default();
                self.steps.push(Step::Convert { to, of });
                to.place
            }
        }
    }
}

/// Which nodes are needed for those that are wanted.
fn needed(graph: &Graph, wanted: impl Iterator<Item = NodeId>) -> Vec<bool> {
    let mut needed = vec![false; graph.works.len()];
    wanted.for_each(|node| needed[graph.source(node)] = true);
    for place in (0..needed.len()).rev() {
        if needed[place] {
            let operands = graph.works[place].operands();
            operands.into_iter().for_each(|of| needed[of] = true);
        }
    }
    needed
}
