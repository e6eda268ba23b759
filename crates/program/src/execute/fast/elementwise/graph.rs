//! An expression without nodes that only copy.

use super::function::Function;
use super::work::{Shift, Work};
use crate::execute::fast::word::Width;
use crate::range::{Bound, Interval};
use crate::stage::{Expression, NodeId, Table};

/// What is computed for each node.
#[derive(Debug, Clone)]
pub struct Graph {
    /// The work of each node; operands are nodes that copy no other, and a table is the number of
    /// a function.
    pub works: Vec<Work>,
    /// What is looked up.
    pub functions: Vec<Function>,
    /// What the values of each node can be.
    pub values: Vec<Interval>,
    /// For each node the first one that has the same value in every case.
    sources: Vec<usize>,
}

impl Graph {
    /// Of an expression whose nodes have these bounds; `None` where a table is missing.
    pub fn of(expression: &Expression, bounds: &[Bound], tables: &[Table]) -> Option<Graph> {
        let mut graph = Graph {
            works: vec![],
            functions: vec![],
            values: bounds.iter().map(|bound| bound.interval).collect(),
            sources: vec![],
        };
        for (place, (node, bound)) in expression.nodes.iter().zip(bounds).enumerate() {
            let sources = &graph.sources;
            let mut work = Work::of(expression, node, bound).with(|of| sources[of]);
            if let Work::Lookup { of, table } = work {
                let table = tables.get(table)?;
                let first = i32::try_from(table.input.min_raw()).ok()?;
                let function = Function::of(first, &table.entries, graph.width(place))?;
                work = graph.looked_up(of, function);
            }
            let same = work.copied().or_else(|| graph.chosen(work));
            graph.works.push(work);
            graph.sources.push(same.unwrap_or(place));
        }
        Some(graph)
    }

    /// The work that looks up another function.
    pub fn looked_up(&mut self, of: usize, function: Function) -> Work {
        self.functions.push(function);
        let table = self.functions.len() - 1;
        Work::Lookup { of, table }
    }

    /// The branch that is always taken.
    fn chosen(&self, work: Work) -> Option<usize> {
        let Work::Select {
            condition,
            high,
            low,
        } = work
        else {
            return None;
        };
        match self.works[condition] {
            Work::Constant(0) => Some(low),
            Work::Constant(_) => Some(high),
            _ => None,
        }
    }

    /// The first node that has the value of this one in every case.
    pub fn source(&self, node: NodeId) -> usize {
        self.sources[node.0]
    }

    /// The word that holds the values of a node.
    pub fn width(&self, place: usize) -> Width {
        Width::of(self.values[place])
    }

    /// The word in which a node is computed: it holds its operands, its values, and what comes
    /// between them.
    pub fn working_width(&self, place: usize) -> Width {
        let own = self.width(place);
        match self.works[place] {
            Work::Sums(_) | Work::Element(_) | Work::Constant(_) | Work::Lookup { .. } => own,
            Work::Select { high, low, .. } => own.max(self.width(high)).max(self.width(low)),
            Work::Resize { of, shift, .. } => own.max(self.width(of)).max(self.shifted(of, shift)),
            Work::Add(a, b)
            | Work::Subtract(a, b)
            | Work::Multiply(a, b)
            | Work::Less(a, b)
            | Work::Minimum(a, b)
            | Work::Maximum(a, b) => own.max(self.width(a)).max(self.width(b)),
        }
    }

    /// The word in which the values of a node can be shifted.
    fn shifted(&self, of: usize, shift: Shift) -> Width {
        let values = self.values[of];
        match shift {
            // The bounds fit 64 bits when they are shifted, or there would be no kernel.
            Shift::Left(places) => {
                Width::of(Interval::new(values.low << places, values.high << places))
            }
            Shift::Right(places, _) if places as i32 <= Width::Narrow.most_dropped() => {
                Width::Narrow
            }
            Shift::Right(..) => Width::Wide,
        }
    }
}
