//! From flat nets to instructions over one array of element values.

mod edges;
mod ops;

use std::collections::BTreeMap;

use hw_ir::{Op, Reset, Type};

use crate::error::SimulationError;
use crate::flatten::{FlatDesign, FlatSource};
use crate::instruction::{Code, Edge, Instruction, Program};
use crate::levelise::levelise;
use crate::uniform::{memory_operands, uniform_nets};

/// Where the value of a net stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Slot {
    pub offset: u32,
    /// The number of instances, or 1 where all instances agree and one is stored.
    pub copies: u32,
    /// Elements of one instance.
    pub elements: u32,
}

impl Slot {
    pub fn len(self) -> u32 {
        self.copies * self.elements
    }
}

/// When the value of a net is up to date.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Stage {
    /// Always: inputs, registers, read data, constants.
    State,
    /// After what the next edge and the outputs need has been evaluated.
    Needed,
    /// After everything has been evaluated.
    Rest,
}

/// A design ready to run.
#[derive(Debug)]
pub(crate) struct Lowered {
    /// What the clock edge and the outputs need.
    pub needed: Program,
    /// The rest; only a reader of such nets runs it.
    pub rest: Program,
    pub edges: Vec<Edge>,
    /// One a flat net.
    pub slots: Vec<Slot>,
    pub stages: Vec<Stage>,
    /// The values at power-up: constants, and zeros.
    pub initial: Vec<i64>,
    /// Where the registers start.
    pub reset_start: usize,
    /// The values of all registers under reset, in the order of their slots.
    pub reset: Vec<i64>,
    /// The contents of each memory at power-up, all instances.
    pub memories: Vec<Vec<i64>>,
    /// The net of each `Select` and `Insert`, by where its result starts.
    pub faults: BTreeMap<u32, usize>,
    /// Whether 32-bit elements hold every value.
    pub narrow: bool,
}

/// The state of the lowering.
pub(super) struct Lowerer<'f, 'a> {
    flat: &'f FlatDesign<'a>,
    uniform: Vec<bool>,
    /// The register that takes an `Insert` at the edge, in its own place, for such an `Insert`.
    in_place: Vec<Option<usize>>,
    slots: Vec<Option<Slot>>,
    /// Whether a net's value never changes.
    constant: Vec<bool>,
    /// Nets of uniform value that were copied out to all instances.
    spread: BTreeMap<(usize, u32), u32>,
    initial: Vec<i64>,
    program: Program,
    faults: BTreeMap<u32, usize>,
}

/// Lowers a flat design.
pub(crate) fn lower(flat: &FlatDesign<'_>) -> Result<Lowered, SimulationError> {
    let order = levelise(flat, |_| false)?;
    let uniform = uniform_nets(flat, &order);
    // Single elements together, and vectors together.
    let order = levelise(flat, |net| {
        let net_elements = flat.nets[net].ty.count > 1;
        net_elements || !uniform[net]
    })?;
    let count = flat.nets.len();
    let mut lowerer = Lowerer {
        flat,
        uniform,
        in_place: in_place_inserts(flat),
        slots: vec![None; count],
        constant: vec![false; count],
        spread: BTreeMap::new(),
        initial: vec![],
        program: Program::default(),
        faults: BTreeMap::new(),
    };
    let (reset_start, reset) = lowerer.place_state();
    let is_needed = lowerer.needed_nets();
    order
        .iter()
        .filter(|&&net| is_needed[net])
        .for_each(|&net| lowerer.net(net));
    lowerer.spread_next_values();
    let mut edges = lowerer.edges();
    lowerer.order_edges(&mut edges);
    let needed = std::mem::take(&mut lowerer.program);
    let needed_end = lowerer.initial.len();
    order
        .iter()
        .filter(|&&net| !is_needed[net])
        .for_each(|&net| lowerer.net(net));
    let widths = flat.nets.iter().map(|net| net.ty.width);
    let memories = flat.memories.iter().map(|memory| memory.memory.word.width);
    let slots: Vec<Slot> = lowerer
        .slots
        .iter()
        .map(|slot| slot.unwrap_or(NOWHERE))
        .collect();
    let state_end = reset_start + reset.len();
    let stage = |net: usize| {
        let offset = slots[net].offset as usize;
        if lowerer.constant[net] || offset < state_end {
            Stage::State
        } else if offset < needed_end {
            Stage::Needed
        } else {
            Stage::Rest
        }
    };
    Ok(Lowered {
        needed,
        edges,
        stages: (0..count).map(stage).collect(),
        slots,
        reset_start,
        reset,
        memories: lowerer.memory_contents(),
        narrow: widths.chain(memories).all(|width| width < i32::BITS),
        rest: lowerer.program,
        initial: lowerer.initial,
        faults: lowerer.faults,
    })
}

/// Every net has a slot once it is lowered, and all nets are.
pub(crate) const NOWHERE: Slot = Slot {
    offset: 0,
    copies: 1,
    elements: 0,
};

/// Registers whose next value is an `Insert` into themselves that nobody else reads.
fn in_place_inserts(flat: &FlatDesign<'_>) -> Vec<Option<usize>> {
    let mut readers = vec![0u32; flat.nets.len()];
    for net in 0..flat.nets.len() {
        flat.operands(net)
            .into_iter()
            .for_each(|operand| readers[operand] += 1);
    }
    let registers = flat.registers.iter();
    let registers = registers.flat_map(|register| [Some(register.next), register.enable]);
    let memories = flat
        .memories
        .iter()
        .flat_map(|memory| memory_operands(memory))
        .map(Some);
    let outputs = flat
        .design
        .top()
        .outputs
        .iter()
        .map(|port| Some(port.net.0 as usize));
    registers
        .chain(memories)
        .chain(outputs)
        .flatten()
        .for_each(|net| readers[net] += 1);
    let mut in_place = vec![None; flat.nets.len()];
    for (place, register) in flat.registers.iter().enumerate() {
        let next = &flat.nets[register.next];
        let FlatSource::Op(Op::Insert { vector, .. }) = next.source else {
            continue;
        };
        let own = flat.scopes[next.scope].base + vector.0 as usize == register.net;
        if own && readers[register.next] == 1 && next.instances == 1 {
            in_place[register.next] = Some(place);
        }
    }
    in_place
}

impl Lowerer<'_, '_> {
    fn copies(&self, net: usize) -> u32 {
        if self.uniform[net] {
            1
        } else {
            self.flat.nets[net].instances as u32
        }
    }

    fn slot(&self, net: usize) -> Slot {
        self.slots[net].unwrap_or(NOWHERE)
    }

    /// A place for as many elements, after all others.
    fn allocate(&mut self, length: u32) -> u32 {
        let offset = self.initial.len();
        self.initial.resize(offset + length as usize, 0);
        offset as u32
    }

    /// A place for the result of a net.
    fn place(&mut self, net: usize) -> Slot {
        let slot = Slot {
            offset: 0,
            copies: self.copies(net),
            elements: self.flat.nets[net].ty.count,
        };
        let slot = Slot {
            offset: self.allocate(slot.len()),
            ..slot
        };
        self.slots[net] = Some(slot);
        slot
    }

    /// Inputs, read data, then registers. Gives where the registers start and their reset values.
    fn place_state(&mut self) -> (usize, Vec<i64>) {
        let flat = self.flat;
        for (net, found) in flat.nets.iter().enumerate() {
            if matches!(found.source, FlatSource::TopInput | FlatSource::Read(_)) {
                self.place(net);
            }
        }
        let start = self.initial.len();
        let mut values = vec![];
        for register in &flat.registers {
            let slot = self.place(register.net);
            for _ in 0..slot.copies {
                match register.reset {
                    Reset::All(value) => values.extend((0..slot.elements).map(|_| *value)),
                    Reset::Elements(elements) => values.extend(elements),
                }
            }
        }
        (start, values)
    }

    /// The nets that the clock edge, the outputs, or the check of an index need.
    fn needed_nets(&self) -> Vec<bool> {
        let flat = self.flat;
        let mut open: Vec<usize> = flat
            .design
            .top()
            .outputs
            .iter()
            .map(|port| port.net.0 as usize)
            .collect();
        for register in &flat.registers {
            open.extend(register.enable);
            match self.in_place[register.next] {
                Some(_) => open.extend(flat.operands(register.next)),
                None => open.push(register.next),
            }
        }
        open.extend(flat.memories.iter().flat_map(memory_operands));
        open.extend((0..flat.nets.len()).filter(|&net| self.may_fault(net)));
        let mut needed = vec![false; flat.nets.len()];
        while let Some(net) = open.pop() {
            if !std::mem::replace(&mut needed[net], true) {
                open.extend(flat.operands(net));
            }
        }
        needed
    }

    /// Whether an index can exceed the chunks; a power of two of them fills the index's range.
    fn may_fault(&self, net: usize) -> bool {
        let FlatSource::Op(op) = self.flat.nets[net].source else {
            return false;
        };
        let chunks = match op {
            Op::Select { vector, .. } => {
                let vector = self.operand_ty(net, *vector);
                vector.count / self.flat.nets[net].ty.count.max(1)
            }
            Op::Insert { vector, chunk, .. } if self.in_place[net].is_none() => {
                self.operand_ty(net, *vector).count / self.operand_ty(net, *chunk).count.max(1)
            }
            _ => return false,
        };
        !chunks.is_power_of_two()
    }

    fn operand(&self, net: usize, operand: hw_ir::NetId) -> usize {
        self.flat.scopes[self.flat.nets[net].scope].base + operand.0 as usize
    }

    fn operand_ty(&self, net: usize, operand: hw_ir::NetId) -> Type {
        self.flat.nets[self.operand(net, operand)].ty
    }

    /// Gives a net its slot, and the program what computes it.
    fn net(&mut self, net: usize) {
        match self.flat.nets[net].source {
            FlatSource::TopInput | FlatSource::Register(_) | FlatSource::Read(_) => {}
            FlatSource::Same(of) => self.same(net, of),
            FlatSource::Shared(of) => self.shared(net, of),
            FlatSource::Op(op) => self.op(net, op),
        }
    }

    /// A net that stands where another one stands.
    fn alias(&mut self, net: usize, of: usize, offset: u32) {
        let (copies, elements) = (self.copies(net), self.flat.nets[net].ty.count);
        self.slots[net] = Some(Slot {
            offset,
            copies,
            elements,
        });
        self.constant[net] = self.constant[of];
    }

    fn same(&mut self, net: usize, of: usize) {
        let source = self.slot(of);
        let wanted = self.copies(net) * self.flat.nets[net].ty.count;
        if wanted == source.len() {
            return self.alias(net, of, source.offset);
        }
        // What is stored once stands for several instances here.
        let slot = self.place(net);
        let times = wanted / source.len().max(1);
        self.repeat(
            source.offset,
            source.len(),
            times,
            slot.offset,
            self.constant[of],
        );
        self.constant[net] = self.constant[of];
    }

    fn shared(&mut self, net: usize, of: usize) {
        let source = self.slot(of);
        let slot = Slot {
            copies: self.copies(net),
            ..source
        };
        if slot.copies == source.copies || slot.copies == 1 {
            return self.alias(net, of, source.offset);
        }
        let slot = self.place(net);
        let count = slot.copies / source.copies.max(1);
        for instance in 0..source.copies {
            let from = source.offset + instance * source.elements;
            let dest = slot.offset + instance * count * source.elements;
            self.repeat(from, source.elements, count, dest, false);
        }
    }

    /// Elements copied several times after one another; a constant is copied here and now.
    fn repeat(&mut self, from: u32, elements: u32, times: u32, dest: u32, constant: bool) {
        if constant {
            for copy in 0..times {
                let range = from as usize..(from + elements) as usize;
                self.initial
                    .copy_within(range, (dest + copy * elements) as usize);
            }
        } else {
            self.program.push(Instruction {
                a: from,
                b: 0,
                c: elements,
                length: times,
                block: elements,
                ..blank(Code::CopyBlocks, Type::BIT, dest)
            });
        }
    }

    /// Where a net stands with all of `copies` instances stored.
    fn spread(&mut self, net: usize, copies: u32) -> u32 {
        let slot = self.slot(net);
        if slot.copies == copies {
            return slot.offset;
        }
        if let Some(&offset) = self.spread.get(&(net, copies)) {
            return offset;
        }
        let offset = self.allocate(copies * slot.elements);
        self.repeat(
            slot.offset,
            slot.elements,
            copies,
            offset,
            self.constant[net],
        );
        self.spread.insert((net, copies), offset);
        offset
    }

    fn memory_contents(&self) -> Vec<Vec<i64>> {
        let contents = |(place, memory): (usize, &crate::flatten::FlatMemory<'_>)| {
            let image = memory.memory.image;
            let image = image.and_then(|id| self.flat.design.images.get(id.0 as usize));
            let size = memory.memory.depth as usize * memory.memory.word.count as usize;
            let one = image.map_or_else(|| vec![0; size], |image| image.elements.clone());
            one.repeat(self.memory_copies(place) as usize)
        };
        self.flat
            .memories
            .iter()
            .enumerate()
            .map(contents)
            .collect()
    }
}

/// An instruction without operands.
fn blank(code: Code, ty: Type, dest: u32) -> Instruction {
    let (signed, width) = (ty.signed, ty.width as u8);
    Instruction {
        code,
        signed,
        width,
        amount: 0,
        dest,
        a: 0,
        b: 0,
        c: 0,
        length: 1,
        block: 1,
    }
}
