//! Which nets carry the same value in every instance of their arrays.
//!
//! Such a net is stored and computed once. A register counts as uniform as long as nothing that it
//! follows tells its instances apart: they power up and reset alike, so that is exact.

use crate::flatten::{FlatDesign, FlatSource};

/// For each net, whether all of its instances always agree. `order` is a topological one.
pub(crate) fn uniform_nets(flat: &FlatDesign<'_>, order: &[usize]) -> Vec<bool> {
    let mut registers = vec![true; flat.registers.len()];
    let mut memories = vec![true; flat.memories.len()];
    loop {
        let uniform = propagate(flat, order, &registers, &memories);
        let mut changed = false;
        for (is_uniform, register) in registers.iter_mut().zip(&flat.registers) {
            let operands = [Some(register.next), register.enable];
            let agree = operands.into_iter().flatten().all(|net| uniform[net]);
            changed |= *is_uniform && !agree;
            *is_uniform &= agree;
        }
        for (is_uniform, memory) in memories.iter_mut().zip(&flat.memories) {
            let agree = memory_operands(memory).into_iter().all(|net| uniform[net]);
            changed |= *is_uniform && !agree;
            *is_uniform &= agree;
        }
        if !changed {
            return uniform;
        }
    }
}

/// The flat nets at the ports of a memory.
pub(crate) fn memory_operands(memory: &crate::flatten::FlatMemory<'_>) -> Vec<usize> {
    let reads = memory
        .memory
        .reads
        .iter()
        .flat_map(|read| [Some(read.address), read.enable]);
    let write = memory.memory.write.iter();
    let write = write.flat_map(|write| [write.address, write.enable, write.data].map(Some));
    reads
        .chain(write)
        .flatten()
        .map(|net| memory.base + net.0 as usize)
        .collect()
}

fn propagate(
    flat: &FlatDesign<'_>,
    order: &[usize],
    registers: &[bool],
    memories: &[bool],
) -> Vec<bool> {
    let mut uniform = vec![true; flat.nets.len()];
    for &net in order {
        let instances = flat.nets[net].instances;
        uniform[net] = instances == 1
            || match flat.nets[net].source {
                FlatSource::TopInput => true,
                FlatSource::Op(_) => flat.operands(net).iter().all(|&operand| uniform[operand]),
                FlatSource::Register(register) => registers[register],
                FlatSource::Read(memory) => memories[memory],
                FlatSource::Shared(of) => uniform[of],
                FlatSource::Same(of) => {
                    // An input that is split among the instances tells them apart.
                    uniform[of] && flat.nets[of].instances >= instances
                }
            };
    }
    uniform
}
