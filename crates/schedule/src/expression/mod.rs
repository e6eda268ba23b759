//! An apply expression of a stage as nets, one named net an operation.

mod levels;
mod map;
pub mod table;

use std::collections::BTreeMap;

use hw_ir::{ImageId, ModuleBuilder, NetId, Op, Type};
use program::{Coding, Expression, Format, NodeId, Operation, Program, TableId, VectorId};

use crate::arithmetic::{Resizing, encode, net_type, number, signed_width};
use crate::counter::unless;

pub use levels::Levels;
pub use map::map_module;

/// Where an expression gets its leaves from.
pub trait Leaves {
    /// The sum of gather `place`.
    fn gathered(&self, place: usize) -> Option<Leaf>;
    /// This element of a vector.
    fn element(&self, vector: VectorId) -> Option<Leaf>;
}

/// A leaf of an expression.
#[derive(Debug, Clone, Copy)]
pub struct Leaf {
    /// Its net.
    pub net: NetId,
    /// Whether it keeps its value until the results are taken, so that later levels read it as it
    /// stands.
    pub held: bool,
}

/// A value that a later level may read.
#[derive(Debug, Clone, Copy)]
struct Value {
    net: NetId,
    level: usize,
    held: bool,
}

/// Builds the nets of an expression.
pub struct Builder<'a> {
    /// The program.
    pub program: &'a Program,
    /// The expression.
    pub expression: &'a Expression,
    /// Where its leaves come from.
    pub leaves: &'a dyn Leaves,
    /// When its nodes have their values.
    pub levels: Levels,
    /// The images of tables in memories.
    pub image: &'a mut dyn FnMut(TableId) -> Option<ImageId>,
}

/// The nets of an expression.
pub struct Built {
    values: Vec<Option<Value>>,
    later: Later,
}

/// Adds the nets of an expression without registers and returns that of node `result`.
///
/// `None` when a leaf or a table is not to be had: the caller names what it offers.
pub fn build(
    m: &mut ModuleBuilder,
    program: &Program,
    expression: &Expression,
    result: NodeId,
    leaves: &dyn Leaves,
) -> Option<NetId> {
    let builder = Builder {
        program,
        expression,
        leaves,
        levels: Levels::combinational(expression, &[result]),
        image: &mut |_| None,
    };
    let mut built = builder.build(m)?;
    built.at(m, expression, result, 0)
}

/// The vectors that some results of an expression need, each once, in order of first use.
pub fn elements_read(expression: &Expression, results: &[NodeId]) -> Vec<VectorId> {
    let levels = Levels::combinational(expression, results);
    let mut read = vec![];
    for (place, node) in expression.nodes.iter().enumerate() {
        if let Operation::Element(vector) = node.operation
            && levels.level(NodeId(place)).is_some()
            && !read.contains(&vector)
        {
            read.push(vector);
        }
    }
    read
}

impl<'a> Builder<'a> {
    /// Adds the nets of all nodes that results need. Constants become nets where something reads
    /// them.
    ///
    /// `None` when a leaf or a table is not to be had: the caller names what it offers.
    pub fn build(self, m: &mut ModuleBuilder) -> Option<Built> {
        let nodes = self.expression.nodes.iter().enumerate();
        let mut building = Building {
            of: self,
            built: Built {
                values: vec![],
                later: Later::default(),
            },
            level: 0,
        };
        for (place, node) in nodes {
            let (id, levels) = (NodeId(place), &building.of.levels);
            let value = match (levels.level(id), node.operation) {
                (None, _) | (_, Operation::Constant(_)) => None,
                (Some(level), operation) => {
                    building.level = level - levels.cost(id);
                    let net = building.node(m, id, &node.name, operation, node.format)?;
                    let held = building.held(operation);
                    Some(Value { net, level, held })
                }
            };
            building.built.values.push(value);
        }
        Some(building.built)
    }
}

impl Built {
    /// The net of a node as it is at a level, not before its own.
    pub fn at(
        &mut self,
        m: &mut ModuleBuilder,
        expression: &Expression,
        node: NodeId,
        level: usize,
    ) -> Option<NetId> {
        let of = expression.nodes.get(node.0)?;
        if let Some(value) = self.values.get(node.0).copied().flatten() {
            return Some(self.later.value(m, &of.name, value, level));
        }
        let Operation::Constant(raw) = of.operation else {
            return None;
        };
        let net = m.constant(&of.name, net_type(of.format), encode(of.format, raw));
        let held = true;
        if let Some(slot) = self.values.get_mut(node.0) {
            *slot = Some(Value {
                net,
                level: 0,
                held,
            });
        }
        Some(net)
    }

    /// A leaf as it is at a level.
    pub fn leaf(&mut self, m: &mut ModuleBuilder, name: &str, leaf: Leaf, level: usize) -> NetId {
        let Leaf { net, held } = leaf;
        let value = Value {
            net,
            level: 0,
            held,
        };
        self.later.value(m, name, value, level)
    }
}

/// The registers that carry values to later levels, each made once.
#[derive(Debug, Default)]
struct Later(BTreeMap<(NetId, usize), NetId>);

impl Later {
    fn value(&mut self, m: &mut ModuleBuilder, name: &str, of: Value, level: usize) -> NetId {
        if of.held {
            return of.net;
        }
        (of.level + 1..=level).fold(of.net, |earlier, level| {
            let made = self.0.entry((of.net, level));
            *made.or_insert_with(|| m.delay(&format!("{name}_later{level}_q"), earlier, None, 0))
        })
    }
}

/// An expression whose nets are being added.
struct Building<'a> {
    of: Builder<'a>,
    built: Built,
    /// The level at which the present node reads its operands.
    level: usize,
}

impl Building<'_> {
    /// The net and format of an operand.
    fn get(&mut self, m: &mut ModuleBuilder, node: NodeId) -> Option<(NetId, Format)> {
        let expression = self.of.expression;
        let net = self.built.at(m, expression, node, self.level)?;
        Some((net, expression.format(node)?))
    }

    /// Whether the value keeps until the results are taken.
    fn held(&self, operation: Operation) -> bool {
        let leaf = match operation {
            Operation::Gathered(place) => self.of.leaves.gathered(place),
            Operation::Element(vector) => self.of.leaves.element(vector),
            _ => {
                let value = |node: &NodeId| self.built.values.get(node.0).copied().flatten();
                let operands = operation.operands();
                let mut values = operands.iter().filter_map(value);
                return values.all(|value| value.held);
            }
        };
        leaf.is_some_and(|leaf| leaf.held)
    }

    /// A node's value as a two's complement number of `width` bits.
    fn number(
        &mut self,
        m: &mut ModuleBuilder,
        name: String,
        node: NodeId,
        width: u32,
    ) -> Option<NetId> {
        let (net, format) = self.get(m, node)?;
        Some(number(m, &name, net, format, width))
    }

    fn node(
        &mut self,
        m: &mut ModuleBuilder,
        id: NodeId,
        name: &str,
        operation: Operation,
        format: Format,
    ) -> Option<NetId> {
        match operation {
            Operation::Gathered(place) => self.of.leaves.gathered(place).map(|leaf| leaf.net),
            Operation::Element(vector) => self.of.leaves.element(vector).map(|leaf| leaf.net),
            Operation::Constant(raw) => {
                Some(m.constant(name, net_type(format), encode(format, raw)))
            }
            Operation::Add(a, b) => self.arithmetic(m, name, format, (a, b), Op::Add),
            Operation::Subtract(a, b) => self.arithmetic(m, name, format, (a, b), Op::Subtract),
            Operation::Multiply(a, b) => {
                let product = self.arithmetic(m, name, format, (a, b), Op::Multiply)?;
                let registered = self.of.levels.cost(id) > 0;
                Some(match registered {
                    true => m.delay(&format!("{name}_q"), product, None, 0),
                    false => product,
                })
            }
            Operation::Scale(a) => self.get(m, a).map(|(net, _)| net),
            Operation::Less(a, b) => self.less(m, name, a, b),
            Operation::Select {
                condition,
                high,
                low,
            } => {
                let (condition, _) = self.get(m, condition)?;
                let (high, _) = self.get(m, high)?;
                let (low, _) = self.get(m, low)?;
                Some(m.mux(name, condition, high, low))
            }
            Operation::Minimum(a, b) | Operation::Maximum(a, b) => {
                let less = self.less(m, &format!("{name}_first_less"), a, b)?;
                let (a, _) = self.get(m, a)?;
                let (b, _) = self.get(m, b)?;
                let minimum = matches!(operation, Operation::Minimum(..));
                let (high, low) = if minimum { (a, b) } else { (b, a) };
                Some(m.mux(name, less, high, low))
            }
            Operation::Resize {
                of,
                rounding,
                overflow,
            } => {
                let (net, from) = self.get(m, of)?;
                let resizing = Resizing {
                    from,
                    to: format,
                    rounding,
                    overflow,
                };
                Some(resizing.build(m, name, net))
            }
            Operation::Lookup { of, table: id } => {
                let (argument, _) = self.get(m, of)?;
                let table = self.of.program.table(id)?;
                let image = match table::in_logic(table) {
                    true => None,
                    false => Some((self.of.image)(id)?),
                };
                Some(table::entry(m, name, table, argument, image))
            }
        }
    }

    fn arithmetic(
        &mut self,
        m: &mut ModuleBuilder,
        name: &str,
        format: Format,
        (a, b): (NodeId, NodeId),
        op: impl Fn(NetId, NetId) -> Op,
    ) -> Option<NetId> {
        // The node's format holds every result, so that the low bits of both operands suffice.
        let width = format.width();
        let left = self.number(m, format!("{name}_left"), a, width)?;
        let right = self.number(m, format!("{name}_right"), b, width)?;
        let ty = Type::signed(width);
        if format.coding() == Coding::Signed {
            return Some(m.op(name, ty, op(left, right)));
        }
        let signed = m.op(&format!("{name}_signed"), ty, op(left, right));
        Some(m.resize(name, signed, net_type(format)))
    }

    fn less(&mut self, m: &mut ModuleBuilder, name: &str, a: NodeId, b: NodeId) -> Option<NetId> {
        let format = |node| self.of.expression.format(node);
        let width = signed_width(format(a)?)
            .max(signed_width(format(b)?))
            .min(64);
        // Against zero the sign says it all; no comparator is needed.
        if self.is_zero(b) {
            let value = self.number(m, format!("{name}_left"), a, width)?;
            if width > 1 && self.readers(a) == 1 {
                let more = m.slice(&format!("{name}_unused_bits"), value, 0, width - 1);
                m.all(&format!("{name}_unused"), more);
            }
            return Some(m.slice(name, value, width - 1, 1));
        }
        if self.is_zero(a) {
            let value = self.number(m, format!("{name}_right"), b, width)?;
            let negative = m.slice(&format!("{name}_sign"), value, width - 1, 1);
            let nonzero = m.any(&format!("{name}_nonzero"), value);
            return Some(unless(m, name, nonzero, negative));
        }
        let left = self.number(m, format!("{name}_left"), a, width)?;
        let right = self.number(m, format!("{name}_right"), b, width)?;
        Some(m.less(name, left, right))
    }

    /// How many operands of nodes that are computed are this node.
    fn readers(&self, node: NodeId) -> usize {
        let nodes = self.of.expression.nodes.iter().enumerate();
        let computed = nodes.filter(|(place, _)| self.of.levels.level(NodeId(*place)).is_some());
        let operands = computed.flat_map(|(_, other)| other.operation.operands());
        operands.filter(|operand| *operand == node).count()
    }

    fn is_zero(&self, node: NodeId) -> bool {
        let node = self.of.expression.nodes.get(node.0);
        node.is_some_and(|node| node.operation == Operation::Constant(0))
    }
}
