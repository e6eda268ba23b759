//! Nodes that depend on one narrow node alone: a table of its values takes the place of all loops
//! between them.

use std::collections::BTreeSet;

use super::columns::Columns;
use super::function::Function;
use super::graph::Graph;
use super::loops::{Run, every_step};
use super::plan::Plan;
use super::work::Work;
use crate::execute::fast::RUN;
use crate::format::Format;
use crate::stage::{Expression, NodeId};

/// The widest node whose values a table is made for.
const MOST_BITS: u32 = 17;
/// What a look-up costs, in loops of sums and products.
const LOOK_UP: usize = 6;

/// A node as a function of another one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Fold {
    node: usize,
    argument: usize,
    domain: Domain,
}

/// The values of a narrow format, from the smallest to the largest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Domain {
    first: i32,
    count: usize,
}

/// Nodes that tables can take the place of.
#[derive(Debug, Clone)]
pub struct Folds(Vec<Fold>);

impl Folds {
    /// The folds among the nodes that are needed for some which save more loops than `least`, each
    /// of as many loops as can be.
    pub fn of(
        expression: &Expression,
        graph: &Graph,
        wanted: impl Iterator<Item = NodeId>,
        least: usize,
    ) -> Folds {
        let through = passed(graph);
        let domain = |place: usize| Domain::of(expression.nodes[place].format);
        let mut needed = vec![false; graph.works.len()];
        wanted.for_each(|node| needed[graph.source(node)] = true);
        let mut folds = vec![];
        for node in (0..needed.len()).rev() {
            if !needed[node] {
                continue;
            }
            let passed = through[node].iter().flatten().copied();
            let passed = passed.filter(|&argument| argument != node);
            let mut narrow = passed.filter_map(|place| Some((place, domain(place)?)));
            // The first one leaves out the most loops.
            let first = narrow.next();
            match first.filter(|&(argument, _)| between(graph, node, argument) > least) {
                Some((argument, domain)) => {
                    needed[argument] = true;
                    folds.push(Fold {
                        node,
                        argument,
                        domain,
                    });
                }
                None => {
                    let operands = graph.works[node].operands();
                    operands.into_iter().for_each(|of| needed[of] = true);
                }
            }
        }
        Folds(folds)
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The entries of all tables.
    pub fn entries(&self) -> usize {
        self.0.iter().map(|fold| fold.domain.count).sum()
    }

    /// The graph with tables.
    pub fn made(&self, graph: &Graph) -> Graph {
        let mut folded = graph.clone();
        for fold in &self.0 {
            let values = fold.values(graph);
            let function = Function::of(fold.domain.first, &values, graph.width(fold.node));
            if let Some(function) = function {
                folded.works[fold.node] = folded.looked_up(fold.argument, function);
            }
        }
        folded
    }
}

impl Fold {
    /// The values of the node for every one of the argument.
    fn values(&self, graph: &Graph) -> Vec<i64> {
        let mut graph = graph.clone();
        graph.works[self.argument] = Work::Element(0);
        let node = NodeId(self.node);
        let plan = Plan::of(&graph, &[], Some(node));
        let Some(column) = plan.column(&graph, node) else {
            return vec![];
        };
        let mut columns = Columns::of(&plan, RUN);
        let first = i64::from(self.domain.first);
        let mut all = vec![0; self.domain.count];
        for (place, values) in all.chunks_mut(RUN).enumerate() {
            let first = first + (place * RUN) as i64;
            let arguments: Vec<i64> = (first..).take(values.len()).collect();
            let mut run = Run {
                sums: &[],
                first: 0,
                elements: 0..values.len(),
                values: &mut [arguments],
            };
            every_step(&plan, &graph.functions, &mut columns, &mut run);
            columns.read(column, values);
        }
        all
    }
}

impl Domain {
    /// The values of a format, where they are not too many.
    fn of(format: Format) -> Option<Domain> {
        if format.width() > MOST_BITS {
            return None;
        }
        let (first, last) = (format.min_raw(), format.max_raw());
        Some(Domain {
            first: i32::try_from(first).ok()?,
            count: usize::try_from(last - first + 1).ok()?,
        })
    }
}

/// For each node those that every way from an element or a sum to it passes through, itself among
/// them; `None` where there is no such way, because all that it depends on are constants.
fn passed(graph: &Graph) -> Vec<Option<BTreeSet<usize>>> {
    let mut all: Vec<Option<BTreeSet<usize>>> = vec![];
    for (place, work) in graph.works.iter().enumerate() {
        let mut passed = match work {
            Work::Sums(_) | Work::Element(_) => Some(BTreeSet::new()),
            _ => None,
        };
        for of in work.operands() {
            passed = match (passed, &all[of]) {
                (Some(a), Some(b)) => Some(a.intersection(b).copied().collect()),
                (one, other) => one.or_else(|| other.clone()),
            };
        }
        all.push(passed.map(|mut passed| {
            passed.insert(place);
            passed
        }));
    }
    all
}

/// The cost of the loops from an argument, which is none of them, to a node.
fn between(graph: &Graph, node: usize, argument: usize) -> usize {
    let mut needed = vec![false; node + 1];
    needed[node] = true;
    let mut cost = 0;
    // What stands before the argument and is needed beside it are constants.
    for place in (argument + 1..=node).rev() {
        if !needed[place] {
            continue;
        }
        cost += match graph.works[place] {
            Work::Constant(_) => 0,
            Work::Lookup { .. } => LOOK_UP,
            _ => 1,
        };
        let operands = graph.works[place].operands();
        operands.into_iter().for_each(|of| needed[of] = true);
    }
    cost
}
