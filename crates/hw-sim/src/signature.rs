//! The signature of a run: every port and register of every cycle, folded into 64 bits.
//!
//! What is folded, and in which order, stands in [`hw_ir::probe`].

use hw_ir::Design;
use hw_ir::probe::{self, ProbeSource, SIGNATURE_START};
use hw_ir::word::Word;
use multiversion::multiversion;

use crate::error::SimulationError;
use crate::machine::Machine;
use crate::names::Names;
use crate::simulator::Simulator;

/// A range of values whose elements all have one width.
#[derive(Debug, Clone, Copy)]
struct Range {
    offset: u32,
    length: u32,
    width: u32,
    /// How often the range is packed: the number of instances where one value stands for all.
    times: u32,
}

/// A single element and where it goes in the word of its group.
#[derive(Debug, Clone, Copy)]
struct Single {
    mask: u64,
    offset: u32,
    shift: u32,
}

/// A step of the packing.
#[derive(Debug, Clone, Copy)]
enum Step {
    Range(Range),
    /// Neighbours of single elements, up to this place of the table, `width` bits together.
    Singles {
        end: u32,
        width: u32,
    },
}

/// Packs the probe bus.
#[derive(Debug, Default)]
pub(crate) struct Packer {
    steps: Vec<Step>,
    singles: Vec<Single>,
}

impl Packer {
    pub fn new(design: &Design, names: &Names) -> Packer {
        let mut registers = vec![];
        collect(names, 0, &mut registers);
        let mut registers = registers.into_iter();
        let layout = probe::layout(design);
        let nets = layout.items.iter().filter_map(|item| match item.source {
            ProbeSource::Reset => None,
            ProbeSource::Input(_) | ProbeSource::Output(_) => item.net.map(|net| net.0 as usize),
            ProbeSource::Register(_) => registers.next(),
        });
        let mut packer = Packer::default();
        for net in nets {
            let found = &names.nets[net];
            let instances = names.scopes[found.scope].instances;
            packer.push(Range {
                offset: found.slot.offset,
                length: found.slot.len(),
                width: found.ty.width,
                times: instances / found.slot.copies.max(1),
            });
        }
        packer
    }

    fn push(&mut self, range: Range) {
        let Range { offset, width, .. } = range;
        if (range.length, range.times) != (1, 1) {
            return self.steps.push(Step::Range(range));
        }
        let shift = match self.steps.last() {
            Some(&Step::Singles { width: below, .. }) if below + width <= 64 => {
                self.steps.pop();
                below
            }
            _ => 0,
        };
        self.singles.push(Single {
            mask: u64::MAX >> (64 - width),
            offset,
            shift,
        });
        let end = self.singles.len() as u32;
        self.steps.push(Step::Singles {
            end,
            width: shift + width,
        });
    }

    /// Folds the bus into a signature.
    pub fn fold(&self, machine: &Machine, rst_n: bool, signature: u64) -> u64 {
        match machine {
            Machine::Narrow(values) => fold_narrow(self, &values.nets, rst_n, signature),
            Machine::Wide(values) => fold_wide(self, &values.nets, rst_n, signature),
        }
    }

    /// The bus in chunks.
    pub fn chunks(&self, machine: &Machine, rst_n: bool) -> Vec<u64> {
        let mut chunks = vec![];
        match machine {
            Machine::Narrow(values) => {
                pack(self, &values.nets, rst_n, |chunk| chunks.push(chunk));
            }
            Machine::Wide(values) => {
                pack(self, &values.nets, rst_n, |chunk| chunks.push(chunk));
            }
        }
        chunks
    }
}

/// The nets of the registers, in the order of [`probe::layout`].
fn collect(names: &Names, scope: usize, registers: &mut Vec<usize>) {
    registers.extend(&names.scopes[scope].registers);
    for &child in &names.scopes[scope].children {
        collect(names, child, registers);
    }
}

#[multiversion(targets(
    "x86_64+avx512f+avx512bw+avx512dq+avx512vl+avx2+bmi2",
    "x86_64+avx2+bmi2"
))]
fn fold_narrow(packer: &Packer, values: &[i32], rst_n: bool, mut signature: u64) -> u64 {
    pack(packer, values, rst_n, |chunk| {
        signature = probe::fold(signature, chunk)
    });
    signature
}

#[multiversion(targets(
    "x86_64+avx512f+avx512bw+avx512dq+avx512vl+avx2+bmi2",
    "x86_64+avx2+bmi2"
))]
fn fold_wide(packer: &Packer, values: &[i64], rst_n: bool, mut signature: u64) -> u64 {
    pack(packer, values, rst_n, |chunk| {
        signature = probe::fold(signature, chunk)
    });
    signature
}

/// The bits that do not fill a chunk yet.
struct Pending {
    bits: u64,
    count: u32,
}

impl Pending {
    /// Appends the low `width` bits (1 to 64) of `bits`, above which there are zeros.
    #[inline(always)]
    fn put(&mut self, bits: u64, width: u32, emit: &mut impl FnMut(u64)) {
        self.bits |= bits << self.count;
        self.count += width;
        if self.count >= 64 {
            emit(self.bits);
            self.count -= 64;
            // What did not fit; a shift by 64 would mean that all of it did.
            self.bits = bits.checked_shr(width - self.count).unwrap_or(0);
        }
    }
}

#[inline(always)]
fn pack<T: Word>(packer: &Packer, values: &[T], rst_n: bool, mut emit: impl FnMut(u64)) {
    let mut pending = Pending {
        bits: u64::from(rst_n),
        count: 1,
    };
    let mut start = 0;
    for step in &packer.steps {
        match *step {
            Step::Range(Range {
                offset,
                length,
                width,
                times,
            }) => {
                let range = &values[offset as usize..][..length as usize];
                for _ in 0..times {
                    pack_range(range, width, &mut pending, &mut emit);
                }
            }
            Step::Singles { end, width } => {
                let singles = &packer.singles[start..end as usize];
                start = end as usize;
                let bits = singles.iter().fold(0, |bits, single| {
                    let value = values[single.offset as usize].to_i64() as u64;
                    bits | (value & single.mask) << single.shift
                });
                pending.put(bits, width, &mut emit);
            }
        }
    }
    if pending.count > 0 {
        emit(pending.bits);
    }
}

/// Gathers as many elements as fit into 64 bits before they are put.
#[inline(always)]
fn pack_range<T: Word>(range: &[T], width: u32, pending: &mut Pending, emit: &mut impl FnMut(u64)) {
    let mask = u64::MAX >> (64 - width);
    for group in range.chunks((64 / width) as usize) {
        let mut bits = 0;
        for (element, place) in group.iter().zip(0..) {
            bits |= (element.to_i64() as u64 & mask) << (place * width);
        }
        pending.put(bits, group.len() as u32 * width, emit);
    }
}

/// Writes down the signature of a run at intervals.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignatureRecorder {
    interval: u64,
    signature: u64,
    cycles: u64,
    signatures: Vec<u64>,
}

impl SignatureRecorder {
    /// Writes the signature down after every `interval` cycles (0 counts as 1).
    pub fn new(interval: u64) -> SignatureRecorder {
        let interval = interval.max(1);
        SignatureRecorder {
            interval,
            signature: SIGNATURE_START,
            cycles: 0,
            signatures: vec![],
        }
    }

    /// Folds in the current cycle of a simulator: call it once a cycle, with the inputs set, before
    /// the tick.
    ///
    /// # Errors
    /// As [`Simulator::settle`].
    pub fn record(&mut self, simulator: &mut Simulator) -> Result<(), SimulationError> {
        self.signature = simulator.fold_signature(self.signature)?;
        self.cycles += 1;
        if self.cycles.is_multiple_of(self.interval) {
            self.signatures.push(self.signature);
        }
        Ok(())
    }

    /// How many cycles were folded in.
    pub fn cycles(&self) -> u64 {
        self.cycles
    }

    /// The signature after the cycles so far.
    pub fn signature(&self) -> u64 {
        self.signature
    }

    /// The signatures at each interval and, where the run did not end on one, after the last cycle.
    pub fn finish(mut self) -> Vec<u64> {
        if !self.cycles.is_multiple_of(self.interval) {
            self.signatures.push(self.signature);
        }
        self.signatures
    }
}
