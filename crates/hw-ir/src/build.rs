//! Builds modules net by net.
//!
//! The builder gives every net its type and a unique name; it does not judge. [`crate::check`]
//! does, before anything is simulated or emitted.

use std::collections::HashSet;

use crate::design::{
    Connection, ImageId, Instance, Memory, Module, ModuleId, Net, NetId, NetSource, Port, ReadPort,
    Register, Reset, WritePort,
};
use crate::op::Op;
use crate::types::{Type, address_bits};

/// A module under construction.
#[derive(Debug)]
pub struct ModuleBuilder {
    module: Module,
    names: HashSet<String>,
    section: Option<String>,
    group: Option<String>,
}

/// A register whose next value is not known yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PendingRegister {
    /// The register's value.
    pub net: NetId,
    place: u32,
}

/// An instance whose inputs are not connected yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PendingInstance {
    place: u32,
}

impl ModuleBuilder {
    /// An empty module.
    pub fn new(name: impl Into<String>, purpose: impl Into<String>) -> ModuleBuilder {
        ModuleBuilder {
            module: Module {
                name: name.into(),
                purpose: purpose.into(),
                header: vec![],
                source: None,
                nets: vec![],
                inputs: vec![],
                outputs: vec![],
                registers: vec![],
                memories: vec![],
                instances: vec![],
            },
            names: ["clk", "rst_n"].map(String::from).into(),
            section: None,
            group: None,
        }
    }

    /// Adds a fact to the module's header.
    pub fn fact(&mut self, title: &str, text: impl Into<String>) {
        self.module.header.push((title.into(), text.into()));
    }

    /// Says where in the description the module comes from.
    pub fn source(&mut self, source: impl Into<String>) {
        self.module.source = Some(source.into());
    }

    /// The next net starts a section with this banner.
    pub fn section(&mut self, banner: impl Into<String>) {
        self.section = Some(banner.into());
    }

    /// The next port starts a group with this purpose.
    pub fn group(&mut self, purpose: impl Into<String>) {
        self.group = Some(purpose.into());
    }

    /// The type of a net.
    pub fn ty(&self, net: NetId) -> Type {
        self.module.ty(net)
    }

    /// The source of a net.
    pub fn net_source(&self, net: NetId) -> &NetSource {
        &self.module.net(net).source
    }

    /// Puts a remark on a net.
    pub fn note(&mut self, net: NetId, note: impl Into<String>) {
        self.module.nets[net.0 as usize].note = Some(note.into());
    }

    fn unique(&mut self, name: &str) -> String {
        let mut unique = name.to_owned();
        let mut number = 2;
        while !self.names.insert(unique.clone()) {
            unique = format!("{name}_{number}");
            number += 1;
        }
        unique
    }

    fn net(&mut self, name: &str, ty: Type, source: NetSource) -> NetId {
        let name = self.unique(name);
        let section = self.section.take();
        let id = NetId(self.module.nets.len() as u32);
        self.module.nets.push(Net {
            name,
            ty,
            source,
            note: None,
            section,
        });
        id
    }

    /// An input port.
    pub fn input(&mut self, name: &str, ty: Type) -> NetId {
        let net = self.net(name, ty, NetSource::Input);
        let port = Port {
            name: name.into(),
            net,
            group: self.group.take(),
        };
        self.module.inputs.push(port);
        net
    }

    /// An output port that carries `net`.
    pub fn output(&mut self, name: &str, net: NetId) {
        self.names.insert(name.into());
        let port = Port {
            name: name.into(),
            net,
            group: self.group.take(),
        };
        self.module.outputs.push(port);
    }

    /// A net of any op.
    pub fn op(&mut self, name: &str, ty: Type, op: Op) -> NetId {
        self.net(name, ty, NetSource::Op(op))
    }

    /// A constant with the same value in every element.
    pub fn constant(&mut self, name: &str, ty: Type, value: i64) -> NetId {
        self.op(name, ty, Op::Constant(vec![value; ty.count as usize]))
    }

    /// `a & b`.
    pub fn and(&mut self, name: &str, a: NetId, b: NetId) -> NetId {
        self.op(name, self.ty(a), Op::And(a, b))
    }

    /// `a | b`.
    pub fn or(&mut self, name: &str, a: NetId, b: NetId) -> NetId {
        self.op(name, self.ty(a), Op::Or(a, b))
    }

    /// `a ^ b`.
    pub fn xor(&mut self, name: &str, a: NetId, b: NetId) -> NetId {
        self.op(name, self.ty(a), Op::Xor(a, b))
    }

    /// `~a`.
    pub fn not(&mut self, name: &str, a: NetId) -> NetId {
        self.op(name, self.ty(a), Op::Not(a))
    }

    /// `a + b`, both of one type.
    pub fn add(&mut self, name: &str, a: NetId, b: NetId) -> NetId {
        self.op(name, self.ty(a), Op::Add(a, b))
    }

    /// `a - b`, both of one type.
    pub fn subtract(&mut self, name: &str, a: NetId, b: NetId) -> NetId {
        self.op(name, self.ty(a), Op::Subtract(a, b))
    }

    /// `a == b`.
    pub fn equal(&mut self, name: &str, a: NetId, b: NetId) -> NetId {
        self.op(name, Type::BIT, Op::Equal(a, b))
    }

    /// `a != b`.
    pub fn not_equal(&mut self, name: &str, a: NetId, b: NetId) -> NetId {
        self.op(name, Type::BIT, Op::NotEqual(a, b))
    }

    /// `a < b`.
    pub fn less(&mut self, name: &str, a: NetId, b: NetId) -> NetId {
        self.op(name, Type::BIT, Op::Less(a, b))
    }

    /// `select ? high : low`.
    pub fn mux(&mut self, name: &str, select: NetId, high: NetId, low: NetId) -> NetId {
        self.op(name, self.ty(high), Op::Mux { select, high, low })
    }

    /// Some bit of `a` is 1.
    pub fn any(&mut self, name: &str, a: NetId) -> NetId {
        self.op(name, Type::BIT, Op::Any(a))
    }

    /// Every bit of `a` is 1.
    pub fn all(&mut self, name: &str, a: NetId) -> NetId {
        self.op(name, Type::BIT, Op::All(a))
    }

    /// `a` extended or cut to `ty`; `a` itself where it has that type.
    pub fn resize(&mut self, name: &str, a: NetId, ty: Type) -> NetId {
        if self.ty(a) == ty {
            a
        } else {
            self.op(name, ty, Op::Resize(a))
        }
    }

    /// Bits `low` to `low + width - 1` of `a`; `a` itself where that is all of it.
    pub fn slice(&mut self, name: &str, a: NetId, low: u32, width: u32) -> NetId {
        let ty = Type::unsigned(width);
        if self.ty(a) == ty {
            a
        } else {
            self.op(name, ty, Op::Slice(a, low))
        }
    }

    /// Bits beside each other, the first lowest.
    pub fn concat(&mut self, name: &str, parts: &[NetId]) -> NetId {
        let width = parts.iter().map(|&part| self.ty(part).width).sum();
        self.op(name, Type::unsigned(width), Op::Concat(parts.to_vec()))
    }

    /// Vectors (or scalars) of one element type after one another; the net itself where it is one.
    pub fn join(&mut self, name: &str, parts: &[NetId]) -> NetId {
        if let [only] = parts {
            return *only;
        }
        let count = parts.iter().map(|&part| self.ty(part).count).sum();
        let ty = parts
            .first()
            .map_or(Type::BIT, |&part| self.ty(part))
            .times(count);
        self.op(name, ty, Op::Join(parts.to_vec()))
    }

    /// Elements `start` to `start + count - 1` of a vector; the vector where that is all of it.
    pub fn elements(&mut self, name: &str, a: NetId, start: u32, count: u32) -> NetId {
        let ty = self.ty(a).times(count);
        if self.ty(a) == ty {
            a
        } else {
            self.op(name, ty, Op::Elements(a, start))
        }
    }

    /// Chunk `index` of a vector that is cut into chunks of `count`; the vector where that is one.
    pub fn select(&mut self, name: &str, vector: NetId, index: NetId, count: u32) -> NetId {
        let ty = self.ty(vector).times(count);
        if self.ty(vector) == ty {
            vector
        } else {
            self.op(name, ty, Op::Select { vector, index })
        }
    }

    /// The vector with chunk `index` replaced; the chunk itself where the vector is one chunk.
    pub fn insert(&mut self, name: &str, vector: NetId, index: NetId, chunk: NetId) -> NetId {
        let ty = self.ty(vector);
        if self.ty(chunk) == ty {
            return chunk;
        }
        self.op(
            name,
            ty,
            Op::Insert {
                vector,
                index,
                chunk,
            },
        )
    }

    /// A register whose next value follows with [`ModuleBuilder::drive`].
    pub fn register(&mut self, name: &str, ty: Type, reset: i64) -> PendingRegister {
        self.register_from(name, ty, Reset::All(reset))
    }

    /// A register that begins as `reset` says; see [`ModuleBuilder::drive`].
    pub fn register_from(&mut self, name: &str, ty: Type, reset: Reset) -> PendingRegister {
        let place = self.module.registers.len() as u32;
        let net = self.net(name, ty, NetSource::Register(place));
        let register = Register {
            net,
            next: net,
            enable: None,
            reset,
        };
        self.module.registers.push(register);
        PendingRegister { net, place }
    }

    /// Gives a register its next value, and an enable where there is one.
    pub fn drive(&mut self, register: PendingRegister, next: NetId, enable: Option<NetId>) {
        let register = &mut self.module.registers[register.place as usize];
        register.next = next;
        register.enable = enable;
    }

    /// A register that follows `next`, reset to `reset`.
    pub fn delay(&mut self, name: &str, next: NetId, enable: Option<NetId>, reset: i64) -> NetId {
        let register = self.register(name, self.ty(next), reset);
        self.drive(register, next, enable);
        register.net
    }

    /// A memory of `depth` words (rounded up to a power of two, at least 2).
    pub fn memory(&mut self, name: &str, word: Type, depth: u32, image: Option<ImageId>) -> u32 {
        let name = self.unique(name);
        let depth = depth.max(2).next_power_of_two();
        let memory = Memory {
            name,
            word,
            depth,
            image,
            reads: vec![],
            write: None,
        };
        self.module.memories.push(memory);
        self.module.memories.len() as u32 - 1
    }

    /// Bits of an address of a memory.
    pub fn address_width(&self, memory: u32) -> u32 {
        address_bits(u64::from(self.module.memories[memory as usize].depth))
    }

    /// A read port; the data shows one cycle after the address.
    pub fn read(
        &mut self,
        name: &str,
        memory: u32,
        address: NetId,
        enable: Option<NetId>,
    ) -> NetId {
        let place = self.module.memories[memory as usize].reads.len() as u32;
        let word = self.module.memories[memory as usize].word;
        let data = self.net(name, word, NetSource::Read(memory, place));
        let port = ReadPort {
            address,
            enable,
            data,
        };
        self.module.memories[memory as usize].reads.push(port);
        data
    }

    /// The write port.
    pub fn write(&mut self, memory: u32, address: NetId, enable: NetId, data: NetId) {
        self.module.memories[memory as usize].write = Some(WritePort {
            address,
            enable,
            data,
        });
    }

    /// An array of `count` instances of `of`; gives the nets of its outputs.
    ///
    /// `inputs` stand in the port order of the module.
    pub fn instances(
        &mut self,
        name: &str,
        id: ModuleId,
        of: &Module,
        count: u32,
        inputs: Vec<Connection>,
    ) -> Vec<NetId> {
        let (pending, outputs) = self.declare_instances(name, id, of, count);
        self.connect(pending, inputs);
        outputs
    }

    /// An array of instances whose inputs follow with [`ModuleBuilder::connect`], for loops that
    /// close through registers.
    pub fn declare_instances(
        &mut self,
        name: &str,
        id: ModuleId,
        of: &Module,
        count: u32,
    ) -> (PendingInstance, Vec<NetId>) {
        let place = self.module.instances.len() as u32;
        let outputs: Vec<NetId> = (0u32..)
            .zip(&of.outputs)
            .map(|(output, port)| {
                let ty = of.ty(port.net);
                let stem = port.name.strip_suffix("_o").unwrap_or(&port.name);
                let source = NetSource::Instance(place, output);
                self.net(
                    &format!("{name}_{stem}"),
                    ty.times(ty.count * count),
                    source,
                )
            })
            .collect();
        let name = self.unique(name);
        let inputs = vec![];
        let instance = Instance {
            name,
            module: id,
            count,
            inputs,
            outputs: outputs.clone(),
        };
        self.module.instances.push(instance);
        (PendingInstance { place }, outputs)
    }

    /// Connects the inputs of a declared array, in the port order of its module.
    pub fn connect(&mut self, pending: PendingInstance, inputs: Vec<Connection>) {
        self.module.instances[pending.place as usize].inputs = inputs;
    }

    /// A single instance of `of` with its inputs in port order; gives the nets of its outputs.
    pub fn instance(
        &mut self,
        name: &str,
        id: ModuleId,
        of: &Module,
        inputs: &[NetId],
    ) -> Vec<NetId> {
        let inputs = inputs.iter().map(|&net| Connection::Shared(net)).collect();
        self.instances(name, id, of, 1, inputs)
    }

    /// The finished module.
    pub fn finish(self) -> Module {
        self.module
    }
}
