//! The module tree as one list of nets.
//!
//! An array of instances is not unrolled: a net under arrays stands once, with the number of
//! instances, and its value is `instances x count` elements, instance-major. So the parts of a
//! parent's net that the instances of an array drive, or are driven by, lie where the instances'
//! own elements lie, and a connection costs nothing.

use hw_ir::{Connection, Design, Module, ModuleId, NetId, NetSource, Op, Type};

use crate::error::SimulationError;

/// The most elements of all nets and memories together.
pub(crate) const MAX_ELEMENTS: usize = 1 << 26;
/// The most nets, each counted once however many instances it has.
const MAX_NETS: usize = 1 << 24;

/// A module at its place in the tree.
#[derive(Debug)]
pub(crate) struct Scope {
    /// The scope that instantiates this one; the top has none.
    pub parent: Option<usize>,
    /// The instance's name; the design's for the top.
    pub name: String,
    /// How many instances one instance of the parent holds.
    pub count: usize,
    /// How many there are in all.
    pub instances: usize,
    /// The module.
    pub module: ModuleId,
    /// The place of the module's first net.
    pub base: usize,
}

/// Where a flat net's value comes from.
#[derive(Debug, Clone, Copy)]
pub(crate) enum FlatSource<'a> {
    /// An input of the top.
    TopInput,
    /// An op over nets of the same scope.
    Op(&'a Op),
    /// A flat register.
    Register(usize),
    /// A read port of a flat memory.
    Read(usize),
    /// A net of another scope with the same elements in the same order.
    Same(usize),
    /// A net of the parent of which each of the instances sees the whole.
    Shared(usize),
}

/// A net with all of its instances.
#[derive(Debug)]
pub(crate) struct FlatNet<'a> {
    pub scope: usize,
    pub net: NetId,
    pub ty: Type,
    pub instances: usize,
    pub source: FlatSource<'a>,
}

/// A register with all of its instances.
#[derive(Debug)]
pub(crate) struct FlatRegister<'a> {
    pub net: usize,
    pub next: usize,
    pub enable: Option<usize>,
    pub reset: &'a hw_ir::Reset,
}

/// A memory with all of its instances.
#[derive(Debug)]
pub(crate) struct FlatMemory<'a> {
    pub instances: usize,
    pub base: usize,
    pub memory: &'a hw_ir::Memory,
}

/// The whole design.
#[derive(Debug)]
pub(crate) struct FlatDesign<'a> {
    pub design: &'a Design,
    pub scopes: Vec<Scope>,
    pub nets: Vec<FlatNet<'a>>,
    pub registers: Vec<FlatRegister<'a>>,
    pub memories: Vec<FlatMemory<'a>>,
}

impl<'a> FlatDesign<'a> {
    /// Flattens a design that has been checked.
    pub fn new(design: &'a Design) -> Result<FlatDesign<'a>, SimulationError> {
        let mut flat = FlatDesign {
            design,
            scopes: vec![],
            nets: vec![],
            registers: vec![],
            memories: vec![],
        };
        let top = ModuleId(design.modules.len().saturating_sub(1) as u32);
        flat.enter(top, None, design.name.clone(), 1, 1)?;
        flat.check_size()?;
        Ok(flat)
    }

    /// The flat nets that an op at `net` reads.
    pub fn operands(&self, net: usize) -> Vec<usize> {
        match self.nets[net].source {
            FlatSource::TopInput | FlatSource::Register(_) | FlatSource::Read(_) => vec![],
            FlatSource::Same(of) | FlatSource::Shared(of) => vec![of],
            FlatSource::Op(op) => {
                let base = self.scopes[self.nets[net].scope].base;
                op.operands()
                    .iter()
                    .map(|operand| base + operand.0 as usize)
                    .collect()
            }
        }
    }

    /// The hierarchical path of a net, as `row.lane.accumulator`.
    pub fn path(&self, net: usize) -> String {
        let FlatNet { scope, net, .. } = self.nets[net];
        let mut path = self.module(scope).net(net).name.clone();
        let mut scope = scope;
        while let Some(parent) = self.scopes[scope].parent {
            path = format!("{}.{path}", self.scopes[scope].name);
            scope = parent;
        }
        path
    }

    /// The module of a scope.
    pub fn module(&self, scope: usize) -> &'a Module {
        self.design.module(self.scopes[scope].module)
    }

    fn enter(
        &mut self,
        id: ModuleId,
        parent: Option<usize>,
        name: String,
        count: usize,
        instances: usize,
    ) -> Result<usize, SimulationError> {
        let module = self.design.module(id);
        let scope = self.scopes.len();
        let (base, registers, memories) =
            (self.nets.len(), self.registers.len(), self.memories.len());
        if base + module.nets.len() > MAX_NETS || scope > MAX_NETS {
            return Err(SimulationError::TooLarge {
                what: "nets",
                limit: MAX_NETS,
            });
        }
        self.scopes.push(Scope {
            parent,
            name,
            count,
            instances,
            module: id,
            base,
        });
        self.enter_state(module, base, instances);
        for (net, place) in module.nets.iter().zip(0..) {
            // An input is the parent's to connect; a child's output follows below.
            let mut source = FlatSource::TopInput;
            match &net.source {
                NetSource::Op(op) => source = FlatSource::Op(op),
                NetSource::Register(place) => {
                    source = FlatSource::Register(registers + *place as usize);
                }
                NetSource::Read(memory, _) => {
                    source = FlatSource::Read(memories + *memory as usize);
                }
                NetSource::Input | NetSource::Instance(..) => {}
            }
            self.nets.push(FlatNet {
                scope,
                net: NetId(place),
                ty: net.ty,
                instances,
                source,
            });
        }
        self.enter_instances(module, scope, instances)?;
        Ok(scope)
    }

    fn enter_state(&mut self, module: &'a Module, base: usize, instances: usize) {
        let place = |net: NetId| base + net.0 as usize;
        for register in &module.registers {
            self.registers.push(FlatRegister {
                net: place(register.net),
                next: place(register.next),
                enable: register.enable.map(place),
                reset: &register.reset,
            });
        }
        for memory in &module.memories {
            self.memories.push(FlatMemory {
                instances,
                base,
                memory,
            });
        }
    }

    fn enter_instances(
        &mut self,
        module: &'a Module,
        scope: usize,
        instances: usize,
    ) -> Result<(), SimulationError> {
        let base = self.scopes[scope].base;
        for instance in &module.instances {
            let count = instance.count as usize;
            let total = instances
                .checked_mul(count)
                .filter(|&total| total <= MAX_ELEMENTS)
                .ok_or(SimulationError::TooLarge {
                    what: "instances",
                    limit: MAX_ELEMENTS,
                })?;
            let of = self.design.module(instance.module);
            let child = self.enter(
                instance.module,
                Some(scope),
                instance.name.clone(),
                count,
                total,
            )?;
            let child_base = self.scopes[child].base;
            for (connection, port) in instance.inputs.iter().zip(&of.inputs) {
                let parent = base + connection.net().0 as usize;
                self.nets[child_base + port.net.0 as usize].source = match connection {
                    Connection::Shared(_) if count > 1 => FlatSource::Shared(parent),
                    Connection::Shared(_) | Connection::Split(_) => FlatSource::Same(parent),
                };
            }
            for (net, port) in instance.outputs.iter().zip(&of.outputs) {
                self.nets[base + net.0 as usize].source =
                    FlatSource::Same(child_base + port.net.0 as usize);
            }
        }
        Ok(())
    }

    fn check_size(&self) -> Result<(), SimulationError> {
        let nets = (0..self.nets.len()).map(|net| {
            self.nets[net]
                .instances
                .saturating_mul(self.nets[net].ty.count as usize)
        });
        let memories = self.memories.iter().map(|memory| {
            let words = memory
                .instances
                .saturating_mul(memory.memory.depth as usize);
            words.saturating_mul(memory.memory.word.count as usize)
        });
        let total = nets.chain(memories).fold(0usize, usize::saturating_add);
        if total > MAX_ELEMENTS {
            return Err(SimulationError::TooLarge {
                what: "elements",
                limit: MAX_ELEMENTS,
            });
        }
        Ok(())
    }
}
