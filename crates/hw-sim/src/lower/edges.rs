//! What happens at a clock edge, in an order in which nothing is read after it was overwritten.

use hw_ir::{NetId, Op, Type};

use crate::flatten::FlatSource;
use crate::instruction::{Access, Code, Edge, Instruction};
use crate::lower::{Lowerer, Slot, blank};

impl Lowerer<'_, '_> {
    /// The instances of a memory that are stored: one where all always hold the same.
    pub(super) fn memory_copies(&self, place: usize) -> u32 {
        let memory = &self.flat.memories[place];
        if memory.memory.write.is_none() || self.memory_uniform(place) {
            1
        } else {
            memory.instances as u32
        }
    }

    fn memory_uniform(&self, place: usize) -> bool {
        let memory = &self.flat.memories[place];
        crate::uniform::memory_operands(memory)
            .into_iter()
            .all(|net| self.uniform[net])
    }

    /// Every register and memory port, in the order of the design.
    pub(super) fn edges(&mut self) -> Vec<Edge> {
        let registers = (0..self.flat.registers.len()).filter_map(|place| self.register(place));
        let mut edges: Vec<Edge> = registers.collect();
        for place in 0..self.flat.memories.len() {
            let memory = self.flat.memories[place].memory;
            for read in &memory.reads {
                let port = self.access(place, read.address, read.enable, read.data);
                edges.push(Edge::Read {
                    memory: place as u32,
                    port,
                });
            }
            if let Some(write) = &memory.write {
                let port = self.access(place, write.address, Some(write.enable), write.data);
                edges.push(Edge::Write {
                    memory: place as u32,
                    port,
                });
            }
        }
        for edge in &edges {
            if let Edge::Insert { dest, .. } = edge {
                let found = self
                    .flat
                    .registers
                    .iter()
                    .find(|r| self.slot(r.net).offset == *dest);
                self.faults
                    .extend(found.map(|register| (*dest, register.next)));
            }
        }
        edges
    }

    fn register(&self, place: usize) -> Option<Edge> {
        let register = &self.flat.registers[place];
        let slot = self.slot(register.net);
        let dest = slot.offset;
        let enable = register.enable.map(|net| self.slot(net));
        let one_enable = enable.map(|enable| enable.offset);
        if self.in_place[register.next].is_some()
            && let FlatSource::Op(Op::Insert { index, chunk, .. }) =
                self.flat.nets[register.next].source
        {
            let index = self.slot(self.operand(register.next, *index)).offset;
            let chunk = self.slot(self.operand(register.next, *chunk));
            let (length, chunks) = (chunk.elements, slot.elements / chunk.elements.max(1));
            let chunk = chunk.offset;
            return Some(Edge::Insert {
                dest,
                index,
                chunk,
                length,
                chunks,
                enable: one_enable,
            });
        }
        // A uniform next of a register whose instances differ by their enables.
        let next = self.slot(register.next);
        let source = self.spread.get(&(register.next, slot.copies)).copied();
        let source = source
            .filter(|_| next.copies != slot.copies)
            .unwrap_or(next.offset);
        match enable {
            _ if source == dest => None,
            Some(enable) if enable.copies > 1 => Some(Edge::MoveEach {
                dest,
                source,
                instances: slot.copies,
                block: slot.elements,
                enable: enable.offset,
            }),
            _ => Some(Edge::Move {
                dest,
                source,
                length: slot.len(),
                enable: one_enable,
            }),
        }
    }

    /// Copies out the next values that the edge needs for each instance.
    pub(super) fn spread_next_values(&mut self) {
        for place in 0..self.flat.registers.len() {
            let register = &self.flat.registers[place];
            let (net, next) = (register.net, register.next);
            if self.in_place[next].is_none() {
                let copies = self.copies(net);
                self.spread(next, copies);
            }
        }
    }

    fn access(&self, place: usize, address: NetId, enable: Option<NetId>, data: NetId) -> Access {
        let memory = &self.flat.memories[place];
        let slot = |id: NetId| self.slot(memory.base + id.0 as usize);
        let stride = |slot: Slot| if slot.copies == 1 { 0 } else { slot.elements };
        let (address, data) = (slot(address), slot(data));
        let enable = enable.map(slot);
        let words = memory.memory.depth.saturating_mul(memory.memory.word.count);
        let shared = self.memory_copies(place) == 1;
        Access {
            instances: if self.memory_uniform(place) {
                1
            } else {
                memory.instances as u32
            },
            address: address.offset,
            address_stride: stride(address),
            enable: enable.map(|enable| enable.offset),
            enable_stride: enable.map_or(0, stride),
            data: data.offset,
            data_stride: stride(data),
            word: memory.memory.word.count,
            memory_stride: if shared { 0 } else { words },
            mask: memory.memory.depth - 1,
        }
    }

    /// Puts each edge before those that overwrite what it reads, and reads of a memory before its
    /// write. Where edges wait for each other in a circle, one of them reads copies.
    pub(super) fn order_edges(&mut self, edges: &mut Vec<Edge>) {
        let mut owner = vec![None; self.initial.len()];
        for (number, edge) in edges.iter().enumerate() {
            let (start, length) = written(edge);
            owner[start as usize..(start + length) as usize].fill(Some(number));
        }
        let mut reads: Vec<Vec<usize>> = edges
            .iter_mut()
            .enumerate()
            .map(|(number, edge)| overwritten(edge, number, &owner))
            .collect();
        let mut waiting = vec![0usize; edges.len()];
        reads
            .iter()
            .flatten()
            .for_each(|&writer| waiting[writer] += 1);
        let memory_reads = memory_order(edges, &mut waiting);
        let mut ready: Vec<usize> = (0..edges.len())
            .rev()
            .filter(|&e| waiting[e] == 0)
            .collect();
        let mut ordered = Vec::with_capacity(edges.len());
        let mut done = vec![false; edges.len()];
        let mut next_stuck = 0;
        while ordered.len() < edges.len() {
            let Some(number) = ready.pop() else {
                // A circle: the first edge of it reads copies, and so holds nobody up.
                while next_stuck < edges.len() && (done[next_stuck] || reads[next_stuck].is_empty())
                {
                    next_stuck += 1;
                }
                let Some(edge) = edges.get_mut(next_stuck) else {
                    break;
                };
                self.stage(edge, &owner);
                release(
                    std::mem::take(&mut reads[next_stuck]),
                    &mut waiting,
                    &mut ready,
                );
                continue;
            };
            done[number] = true;
            ordered.push(edges[number]);
            release(std::mem::take(&mut reads[number]), &mut waiting, &mut ready);
            release(memory_reads[number].clone(), &mut waiting, &mut ready);
        }
        *edges = ordered;
    }

    /// Lets an edge read copies of the state, made before the edge.
    fn stage(&mut self, edge: &mut Edge, owner: &[Option<usize>]) {
        for (offset, length) in operands(edge) {
            let range = *offset as usize..(*offset + length) as usize;
            if owner
                .get(range)
                .is_some_and(|owners| owners.iter().any(Option::is_some))
            {
                let copy = self.allocate(length);
                let instruction = blank(Code::Copy, Type::BIT, copy);
                self.program.push(Instruction {
                    a: *offset,
                    length,
                    ..instruction
                });
                *offset = copy;
            }
        }
    }
}

fn release(writers: Vec<usize>, waiting: &mut [usize], ready: &mut Vec<usize>) {
    for writer in writers {
        waiting[writer] -= 1;
        if waiting[writer] == 0 {
            ready.push(writer);
        }
    }
}

/// For each read of a memory, the write of the same memory, which waits for it.
fn memory_order(edges: &[Edge], waiting: &mut [usize]) -> Vec<Vec<usize>> {
    let mut before = vec![vec![]; edges.len()];
    let write_of = |wanted: u32| {
        edges
            .iter()
            .position(|edge| matches!(edge, Edge::Write { memory, .. } if *memory == wanted))
    };
    for (number, edge) in edges.iter().enumerate() {
        if let Edge::Read { memory, .. } = edge
            && let Some(write) = write_of(*memory)
        {
            before[number].push(write);
            waiting[write] += 1;
        }
    }
    before
}

/// The other edges that overwrite what an edge reads, each once.
fn overwritten(edge: &mut Edge, number: usize, owner: &[Option<usize>]) -> Vec<usize> {
    let mut writers: Vec<usize> = operands(edge)
        .into_iter()
        .flat_map(|(offset, length)| {
            owner
                .get(*offset as usize..(*offset + length) as usize)
                .unwrap_or(&[])
        })
        .flatten()
        .copied()
        .filter(|&writer| writer != number)
        .collect();
    writers.sort_unstable();
    writers.dedup();
    writers
}

/// What an edge overwrites.
fn written(edge: &Edge) -> (u32, u32) {
    match *edge {
        Edge::Move { dest, length, .. } => (dest, length),
        Edge::MoveEach {
            dest,
            instances,
            block,
            ..
        } => (dest, instances * block),
        Edge::Insert {
            dest,
            length,
            chunks,
            ..
        } => (dest, length * chunks),
        Edge::Read { port, .. } => (
            port.data,
            (port.instances - 1) * port.data_stride + port.word,
        ),
        Edge::Write { .. } => (0, 0),
    }
}

/// What an edge reads: where it starts and how long it is.
fn operands(edge: &mut Edge) -> Vec<(&mut u32, u32)> {
    match edge {
        Edge::Move {
            source,
            length,
            enable,
            ..
        } => {
            let enable = enable.as_mut().map(|enable| (enable, 1));
            [(source, *length)].into_iter().chain(enable).collect()
        }
        Edge::MoveEach {
            source,
            instances,
            block,
            enable,
            ..
        } => {
            vec![(source, *instances * *block), (enable, *instances)]
        }
        Edge::Insert {
            index,
            chunk,
            length,
            enable,
            ..
        } => {
            let enable = enable.as_mut().map(|enable| (enable, 1));
            [(index, 1), (chunk, *length)]
                .into_iter()
                .chain(enable)
                .collect()
        }
        Edge::Read { port, .. } => ports(port, false),
        Edge::Write { port, .. } => ports(port, true),
    }
}

fn ports(port: &mut Access, data: bool) -> Vec<(&mut u32, u32)> {
    let last = port.instances - 1;
    let mut operands = vec![(&mut port.address, last * port.address_stride + 1)];
    operands.extend(
        port.enable
            .as_mut()
            .map(|enable| (enable, last * port.enable_stride + 1)),
    );
    if data {
        operands.push((&mut port.data, last * port.data_stride + port.word));
    }
    operands
}
