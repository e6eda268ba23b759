//! An apply expression of a stage as nets, one named net an operation.

use hw_ir::{Module, ModuleBuilder, NetId, Op, Type};
use program::{Coding, Expression, Format, Gather, NodeId, Operation, Program, VectorId};

use crate::arithmetic::{Resizing, encode, net_type, number, signed_width};
use crate::counter::unless;
use crate::error::ScheduleError;

/// Where an expression gets its leaves from.
pub trait Leaves {
    /// The net of the sum of gather `place`.
    fn gathered(&self, place: usize) -> Option<NetId>;
    /// The net of this element of a vector.
    fn element(&self, vector: VectorId) -> Option<NetId>;
}

/// Adds the nets of an expression and returns that of node `result`.
///
/// `None` when a leaf is not to be had: the caller names what it offers. Constants become nets
/// where something reads them.
pub fn build(
    m: &mut ModuleBuilder,
    expression: &Expression,
    result: NodeId,
    leaves: &dyn Leaves,
) -> Option<NetId> {
    build_all(m, expression, &[result], leaves).and_then(|nets| nets.first().copied())
}

/// As [`build`], for several results over the same nodes.
pub fn build_all(
    m: &mut ModuleBuilder,
    expression: &Expression,
    results: &[NodeId],
    leaves: &dyn Leaves,
) -> Option<Vec<NetId>> {
    let mut built = Built {
        expression,
        nets: vec![],
    };
    for node in &expression.nodes {
        let net = match node.operation {
            Operation::Constant(_) => None,
            operation => Some(built.node(m, &node.name, operation, node.format, leaves)?),
        };
        built.nets.push(net);
    }
    let result = |node: &NodeId| built.get(m, *node).map(|(net, _)| net);
    results.iter().map(result).collect()
}

/// The vectors that an expression reads, each once, in order of first use.
pub fn elements_read(expression: &Expression) -> Vec<VectorId> {
    let mut read = vec![];
    for node in &expression.nodes {
        if let Operation::Element(vector) = node.operation
            && !read.contains(&vector)
        {
            read.push(vector);
        }
    }
    read
}

/// The module that maps one source element of a gather before it is weighted, where there is a
/// map. Input `element_i`, output `mapped_o`, no register.
///
/// # Errors
/// When the map reads more than its source.
pub fn map_module(
    program: &Program,
    gather: &Gather,
    name: &str,
) -> Result<Option<Module>, ScheduleError> {
    let Some((map, node)) = &gather.map else {
        return Ok(None);
    };
    let wrong = |why: &str| ScheduleError::Program {
        name: program.name.clone(),
        why: why.into(),
    };
    let source = program
        .vector(gather.source)
        .ok_or_else(|| wrong("an unknown source"))?;
    let mut m = ModuleBuilder::new(name, "what is made of a source before it is weighted");
    let element = m.input("element_i", net_type(source.format));
    let leaves = Source {
        vector: gather.source,
        net: element,
    };
    let net = build(&mut m, map, *node, &leaves);
    m.output(
        "mapped_o",
        net.ok_or_else(|| wrong("a map over more than its source"))?,
    );
    Ok(Some(m.finish()))
}

struct Source {
    vector: VectorId,
    net: NetId,
}

impl Leaves for Source {
    fn gathered(&self, _: usize) -> Option<NetId> {
        None
    }

    fn element(&self, vector: VectorId) -> Option<NetId> {
        (vector == self.vector).then_some(self.net)
    }
}

struct Built<'a> {
    expression: &'a Expression,
    nets: Vec<Option<NetId>>,
}

impl Built<'_> {
    /// The net and format of a node; a constant becomes a net now.
    fn get(&mut self, m: &mut ModuleBuilder, node: NodeId) -> Option<(NetId, Format)> {
        let of = self.expression.nodes.get(node.0)?;
        let net = self.nets.get_mut(node.0)?;
        if let (None, Operation::Constant(raw)) = (*net, of.operation) {
            let value = encode(of.format, raw);
            *net = Some(m.constant(&of.name, net_type(of.format), value));
        }
        Some(((*net)?, of.format))
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
        name: &str,
        operation: Operation,
        format: Format,
        leaves: &dyn Leaves,
    ) -> Option<NetId> {
        match operation {
            Operation::Gathered(place) => leaves.gathered(place),
            Operation::Element(vector) => leaves.element(vector),
            Operation::Constant(raw) => {
                Some(m.constant(name, net_type(format), encode(format, raw)))
            }
            Operation::Add(a, b) => self.arithmetic(m, name, format, (a, b), Op::Add),
            Operation::Subtract(a, b) => self.arithmetic(m, name, format, (a, b), Op::Subtract),
            Operation::Multiply(a, b) => self.arithmetic(m, name, format, (a, b), Op::Multiply),
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
            Operation::Lookup { .. } => None,
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
        let format = |node| self.expression.format(node);
        let width = signed_width(format(a)?)
            .max(signed_width(format(b)?))
            .min(64);
        // Against zero the sign says it all; no comparator is needed.
        if self.is_zero(b) {
            let value = self.number(m, format!("{name}_left"), a, width)?;
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

    fn is_zero(&self, node: NodeId) -> bool {
        let node = self.expression.nodes.get(node.0);
        node.is_some_and(|node| node.operation == Operation::Constant(0))
    }
}
