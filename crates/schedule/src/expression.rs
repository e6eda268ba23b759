//! An apply expression of a stage as nets, one named net an operation.

use hw_ir::{Module, ModuleBuilder, NetId, Op, Type};
use program::{Coding, Expression, Format, Gather, Operation, Program, VectorId};

use crate::arithmetic::{Resizing, encode, net_type, number, signed_width};
use crate::error::ScheduleError;

/// Where an expression gets its leaves from.
pub trait Leaves {
    /// The net of the sum of gather `place`.
    fn gathered(&self, place: usize) -> Option<NetId>;
    /// The net of this element of a vector.
    fn element(&self, vector: VectorId) -> Option<NetId>;
}

/// Adds the nets of every node of an expression and returns them in node order.
///
/// `None` when a leaf is not to be had: the caller names what it offers.
pub fn build(
    m: &mut ModuleBuilder,
    expression: &Expression,
    leaves: &dyn Leaves,
) -> Option<Vec<NetId>> {
    let mut built = Built {
        nets: vec![],
        formats: vec![],
    };
    for node in &expression.nodes {
        let net = built.node(m, &node.name, node.operation, node.format, leaves)?;
        built.nets.push(net);
        built.formats.push(node.format);
    }
    Some(built.nets)
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
    let nets = build(&mut m, map, &leaves);
    let net = nets.and_then(|nets| nets.get(node.0).copied());
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

struct Built {
    nets: Vec<NetId>,
    formats: Vec<Format>,
}

impl Built {
    fn get(&self, node: program::NodeId) -> Option<(NetId, Format)> {
        Some((*self.nets.get(node.0)?, *self.formats.get(node.0)?))
    }

    /// A node's value as a two's complement number of `width` bits.
    fn number(
        &self,
        m: &mut ModuleBuilder,
        name: String,
        node: program::NodeId,
        width: u32,
    ) -> Option<NetId> {
        let (net, format) = self.get(node)?;
        Some(number(m, &name, net, format, width))
    }

    fn node(
        &self,
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
            Operation::Add(a, b) => self.arithmetic(m, name, format, a, b, Op::Add),
            Operation::Subtract(a, b) => self.arithmetic(m, name, format, a, b, Op::Subtract),
            Operation::Multiply(a, b) => self.arithmetic(m, name, format, a, b, Op::Multiply),
            Operation::Scale(a) => self.get(a).map(|(net, _)| net),
            Operation::Less(a, b) => self.less(m, name, a, b),
            Operation::Select {
                condition,
                high,
                low,
            } => {
                let (condition, _) = self.get(condition)?;
                let (high, low) = (self.get(high)?.0, self.get(low)?.0);
                Some(m.mux(name, condition, high, low))
            }
            Operation::Minimum(a, b) => {
                let less = self.less(m, &format!("{name}_first_less"), a, b)?;
                Some(m.mux(name, less, self.get(a)?.0, self.get(b)?.0))
            }
            Operation::Maximum(a, b) => {
                let less = self.less(m, &format!("{name}_first_less"), a, b)?;
                Some(m.mux(name, less, self.get(b)?.0, self.get(a)?.0))
            }
            Operation::Resize {
                of,
                rounding,
                overflow,
            } => {
                let (net, from) = self.get(of)?;
                let resizing = Resizing {
                    from,
                    to: format,
                    rounding,
                    overflow,
                };
                Some(resizing.build(m, name, net))
            }
        }
    }

    fn arithmetic(
        &self,
        m: &mut ModuleBuilder,
        name: &str,
        format: Format,
        a: program::NodeId,
        b: program::NodeId,
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

    fn less(
        &self,
        m: &mut ModuleBuilder,
        name: &str,
        a: program::NodeId,
        b: program::NodeId,
    ) -> Option<NetId> {
        let width = signed_width(self.get(a)?.1)
            .max(signed_width(self.get(b)?.1))
            .min(64);
        let left = self.number(m, format!("{name}_left"), a, width)?;
        let right = self.number(m, format!("{name}_right"), b, width)?;
        Some(m.less(name, left, right))
    }
}
