//! A design: modules of nets, registers, memories and instances.
//!
//! Semantics, fixed here for the simulator and for the emitted text:
//! - One clock, `clk`; one synchronous active-low reset, `rst_n`. Both are implied in every module.
//! - Two-state: every value is defined from the end of the reset on.
//! - A register takes its reset value at a clock edge where `rst_n` is low, else the value of its
//!   next net where its enable (if any) is high, else it keeps its value.
//! - A memory holds its image after power-up, or zeros; reset does not touch it. Reads are
//!   synchronous: at an edge where the read port's enable is high its data takes the word that
//!   was at the address *before* that edge, so a write to the same address shows one read later.
//!   Read data is not reset.
//! - Inside one module no combinational path leads from a net to itself. Paths that leave a module
//!   and come back count.

use serde::{Deserialize, Serialize};

use crate::op::Op;
use crate::types::Type;

/// A net of a module, by its place in [`Module::nets`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct NetId(pub u32);

/// A module of a design, by its place in [`Design::modules`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct ModuleId(pub u32);

/// A memory image of a design, by its place in [`Design::images`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct ImageId(pub u32);

/// A whole design. Modules stand in order of dependency: an instance names an earlier module; the
/// last module is the top.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Design {
    /// The design's name; also the name of the top module.
    pub name: String,
    /// Facts for the header of each emitted file, in order: (title, text).
    pub header: Vec<(String, String)>,
    /// Modules, each after those that it instantiates.
    pub modules: Vec<Module>,
    /// Contents of memories.
    pub images: Vec<Image>,
}

/// The contents of a memory after power-up.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Image {
    /// The stem of the memory file.
    pub name: String,
    /// The type of a word.
    pub word: Type,
    /// All words after one another, `word.count` elements each; element 0 of a word first.
    pub elements: Vec<i64>,
}

/// A module.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Module {
    /// Its name; also the stem of its file.
    pub name: String,
    /// What it computes, one sentence, for the header.
    pub purpose: String,
    /// Facts for this module's header, in order: (title, text).
    pub header: Vec<(String, String)>,
    /// Where in the description it comes from, as `digits.toml:6 [weights]`.
    pub source: Option<String>,
    /// Every value of the module.
    pub nets: Vec<Net>,
    /// Inputs, in port order: nets of source [`NetSource::Input`].
    pub inputs: Vec<Port>,
    /// Outputs, in port order.
    pub outputs: Vec<Port>,
    /// Registers.
    pub registers: Vec<Register>,
    /// Memories.
    pub memories: Vec<Memory>,
    /// Instances of earlier modules.
    pub instances: Vec<Instance>,
}

/// A port: its name outside and the net that it carries.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Port {
    /// The name of the port.
    pub name: String,
    /// The net: for an input the net of source [`NetSource::Input`], for an output any net.
    pub net: NetId,
    /// A banner for the group of ports that starts here.
    pub group: Option<String>,
}

/// A named value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Net {
    /// Its name, unique in the module.
    pub name: String,
    /// Its type.
    pub ty: Type,
    /// Where its value comes from.
    pub source: NetSource,
    /// A remark for the reader of the Verilog.
    pub note: Option<String>,
    /// The banner of the section that starts with this net, as `cycle 1: the signed term`.
    pub section: Option<String>,
}

/// Where a net's value comes from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum NetSource {
    /// An input port.
    Input,
    /// An op over other nets of the module.
    Op(Op),
    /// The value of a register, by place in [`Module::registers`].
    Register(u32),
    /// The data of a memory's read port: memory, then read port.
    Read(u32, u32),
    /// An output of an instance: instance, then place of the port in the module's outputs. With
    /// an array of instances the elements of instance 0 come first.
    Instance(u32, u32),
}

/// A register. Its value is the net whose source is [`NetSource::Register`] of its place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Register {
    /// The net that carries its value.
    pub net: NetId,
    /// What it takes at the next edge; of the same type.
    pub next: NetId,
    /// One bit: where low, the register keeps its value.
    pub enable: Option<NetId>,
    /// Its value under reset.
    pub reset: Reset,
}

/// A register's value under reset.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Reset {
    /// Every element has this value.
    All(i64),
    /// One value an element.
    Elements(Vec<i64>),
}

/// A memory with synchronous read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Memory {
    /// Its name, unique in the module.
    pub name: String,
    /// The type of a word.
    pub word: Type,
    /// Words; a power of two, so that no address is out of range.
    pub depth: u32,
    /// Contents after power-up; zeros where there is none.
    pub image: Option<ImageId>,
    /// Read ports.
    pub reads: Vec<ReadPort>,
    /// The write port; a memory without one is a ROM.
    pub write: Option<WritePort>,
}

/// A read port of a memory.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReadPort {
    /// The address, unsigned, `address_bits(depth)` wide.
    pub address: NetId,
    /// One bit: where low, the data keeps its value. It must be high during reset.
    pub enable: Option<NetId>,
    /// The net of source [`NetSource::Read`] that carries the data, of the word's type.
    pub data: NetId,
}

/// The write port of a memory.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WritePort {
    /// The address, unsigned, `address_bits(depth)` wide.
    pub address: NetId,
    /// One bit: a word is written at edges where it is high.
    pub enable: NetId,
    /// The word.
    pub data: NetId,
}

/// An instance, or an array of `count` instances, of an earlier module.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Instance {
    /// Its name, unique in the module; the emitter prefixes `u_` (or `gen_` for an array).
    pub name: String,
    /// The module.
    pub module: ModuleId,
    /// 1 for a plain instance, more for an array.
    pub count: u32,
    /// One connection an input of the module, in port order.
    pub inputs: Vec<Connection>,
    /// The net that carries each output, in port order: `count` times the port's elements.
    pub outputs: Vec<NetId>,
}

/// How an input of an instance (or of every instance of an array) is driven.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Connection {
    /// Every instance sees the whole net.
    Shared(NetId),
    /// Instance k sees the k-th part of the net, which has `count` times the port's elements.
    Split(NetId),
}

impl Connection {
    /// The net that is connected.
    pub fn net(self) -> NetId {
        match self {
            Connection::Shared(net) | Connection::Split(net) => net,
        }
    }
}

impl Module {
    /// The net of an id.
    ///
    /// # Panics
    /// When the id is of another module; [`crate::check`] refuses designs with such ids.
    pub fn net(&self, id: NetId) -> &Net {
        &self.nets[id.0 as usize]
    }

    /// The type of a net.
    pub fn ty(&self, id: NetId) -> Type {
        self.net(id).ty
    }
}

impl Design {
    /// The module of an id.
    ///
    /// # Panics
    /// When the id is of another design; [`crate::check`] refuses designs with such ids.
    pub fn module(&self, id: ModuleId) -> &Module {
        &self.modules[id.0 as usize]
    }

    /// The top module.
    ///
    /// # Panics
    /// When there is no module; [`crate::check`] refuses such a design.
    pub fn top(&self) -> &Module {
        self.modules.last().expect("a checked design has a module")
    }
}
