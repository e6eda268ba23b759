//! The values of a running design, and its clock edge.

use hw_ir::word::Word;

use crate::instruction::{Access, Edge, Fault};
use crate::lower::{Lowered, Stage};

/// The values of all nets and memories.
#[derive(Debug, Clone)]
pub(crate) struct Values<T> {
    pub nets: Vec<T>,
    pub memories: Vec<Vec<T>>,
}

/// The values in the narrowest elements that hold them all.
#[derive(Debug, Clone)]
pub(crate) enum Machine {
    Narrow(Values<i32>),
    Wide(Values<i64>),
}

impl Machine {
    /// A machine at power-up.
    pub fn new(lowered: &Lowered) -> Machine {
        if lowered.narrow {
            Machine::Narrow(Values::new(lowered))
        } else {
            Machine::Wide(Values::new(lowered))
        }
    }

    /// Runs one of the two programs.
    pub fn evaluate(&mut self, lowered: &Lowered, stage: Stage) -> Result<(), Fault> {
        let program = match stage {
            Stage::State => return Ok(()),
            Stage::Needed => &lowered.needed,
            Stage::Rest => &lowered.rest,
        };
        match self {
            Machine::Narrow(values) => crate::kernels::run_narrow(program, &mut values.nets),
            Machine::Wide(values) => crate::kernels::run_wide(program, &mut values.nets),
        }
    }

    /// The clock edge. A fault leaves the edge half done.
    pub fn edge(&mut self, lowered: &Lowered, rst_n: bool) -> Result<(), Fault> {
        match self {
            Machine::Narrow(values) => values.edge(lowered, rst_n),
            Machine::Wide(values) => values.edge(lowered, rst_n),
        }
    }

    /// One element; 0 where there is none.
    #[inline]
    pub fn element(&self, offset: usize) -> i64 {
        match self {
            Machine::Narrow(values) => values.nets.get(offset).map_or(0, |&value| i64::from(value)),
            Machine::Wide(values) => values.nets.get(offset).copied().unwrap_or(0),
        }
    }

    /// Sets one element; tells whether it changed.
    #[inline]
    pub fn set(&mut self, offset: usize, value: i64) -> bool {
        let changed = self.element(offset) != value;
        match self {
            Machine::Narrow(values) => values.nets[offset] = value as i32,
            Machine::Wide(values) => values.nets[offset] = value,
        }
        changed
    }
}

impl<T: Word> Values<T> {
    fn new(lowered: &Lowered) -> Values<T> {
        let words = |values: &[i64]| values.iter().map(|&value| T::from_i64(value)).collect();
        Values {
            nets: words(&lowered.initial),
            memories: lowered
                .memories
                .iter()
                .map(|memory| words(memory))
                .collect(),
        }
    }

    fn edge(&mut self, lowered: &Lowered, rst_n: bool) -> Result<(), Fault> {
        for edge in &lowered.edges {
            match *edge {
                Edge::Read { memory, port } => self.read(memory as usize, port),
                Edge::Write { memory, port } => self.write(memory as usize, port),
                Edge::Insert {
                    dest,
                    index,
                    chunk,
                    length,
                    chunks,
                    enable,
                } => {
                    let start = self.chunk(dest, index, length, chunks)?;
                    if rst_n && self.enabled(enable) {
                        let source = chunk as usize..(chunk + length) as usize;
                        self.nets.copy_within(source, start);
                    }
                }
                Edge::Move {
                    dest,
                    source,
                    length,
                    enable,
                } => {
                    if rst_n && self.enabled(enable) {
                        self.move_elements(dest as usize, source as usize, length as usize);
                    }
                }
                Edge::MoveEach {
                    dest,
                    source,
                    instances,
                    block,
                    enable,
                } => {
                    if rst_n {
                        self.move_each(dest, source, instances, block, enable);
                    }
                }
            }
        }
        if !rst_n {
            let registers = &mut self.nets[lowered.reset_start..];
            for (register, &value) in registers.iter_mut().zip(&lowered.reset) {
                *register = T::from_i64(value);
            }
        }
        Ok(())
    }

    #[inline(always)]
    fn is_set(&self, offset: u32) -> bool {
        self.nets[offset as usize] != T::from_i64(0)
    }

    #[inline(always)]
    fn enabled(&self, enable: Option<u32>) -> bool {
        enable.is_none_or(|enable| self.is_set(enable))
    }

    #[inline(always)]
    fn move_elements(&mut self, dest: usize, source: usize, length: usize) {
        if length == 1 {
            self.nets[dest] = self.nets[source];
        } else {
            self.nets.copy_within(source..source + length, dest);
        }
    }

    fn move_each(&mut self, dest: u32, source: u32, instances: u32, block: u32, enable: u32) {
        let end = (dest + instances * block) as usize;
        let behind = |offset: u32| (offset as usize).checked_sub(end);
        if let (1, Some(source), Some(enable)) = (block, behind(source), behind(enable)) {
            let (registers, rest) = self.nets.split_at_mut(end);
            let registers = &mut registers[dest as usize..];
            let source = &rest[source..][..registers.len()];
            let enable = &rest[enable..][..registers.len()];
            for ((register, &next), &enable) in registers.iter_mut().zip(source).zip(enable) {
                *register = if enable == T::from_i64(0) {
                    *register
                } else {
                    next
                };
            }
            return;
        }
        for instance in 0..instances {
            if self.is_set(enable + instance) {
                let start = instance * block;
                self.move_elements(
                    (dest + start) as usize,
                    (source + start) as usize,
                    block as usize,
                );
            }
        }
    }

    /// Where a chunk starts.
    fn chunk(&self, dest: u32, index: u32, length: u32, chunks: u32) -> Result<usize, Fault> {
        let index = self.nets[index as usize].to_i64();
        if index < 0 || index >= i64::from(chunks) {
            return Err(Fault {
                dest,
                index,
                chunks,
            });
        }
        Ok(dest as usize + index as usize * length as usize)
    }

    /// Where the word stands that instance `instance` of a port accesses, if it is enabled.
    #[inline(always)]
    fn word(&self, port: &Access, instance: usize) -> Option<usize> {
        let enable = port
            .enable
            .map(|enable| enable + instance as u32 * port.enable_stride);
        if !self.enabled(enable) {
            return None;
        }
        let address = self.nets[port.address as usize + instance * port.address_stride as usize];
        let address = address.to_i64() as usize & port.mask as usize;
        Some(instance * port.memory_stride as usize + address * port.word as usize)
    }

    fn read(&mut self, memory: usize, port: Access) {
        let word = port.word as usize;
        for instance in 0..port.instances as usize {
            let Some(start) = self.word(&port, instance) else {
                continue;
            };
            let data = port.data as usize + instance * port.data_stride as usize;
            self.nets[data..data + word]
                .copy_from_slice(&self.memories[memory][start..start + word]);
        }
    }

    fn write(&mut self, memory: usize, port: Access) {
        let word = port.word as usize;
        for instance in 0..port.instances as usize {
            let Some(start) = self.word(&port, instance) else {
                continue;
            };
            let data = port.data as usize + instance * port.data_stride as usize;
            self.memories[memory][start..start + word]
                .copy_from_slice(&self.nets[data..data + word]);
        }
    }
}
