//! What a design will cost, told from the design alone, before any synthesis.
//!
//! The counts are sums over the nets of every module, times its instances: no sharing and no
//! constant folding across nets is foreseen. They are there to choose a fold by; the measured
//! counts stand beside them in the report of `synth`.

mod timing;

use hw_ir::{Design, Module, NetId, NetSource, Op};
use serde::Serialize;

use crate::target::Family;

/// Counts by the names of the measured ones.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize)]
pub struct Estimate {
    /// Look-up tables of 4 inputs (of 6 on Xilinx).
    pub lut: u64,
    /// Flip-flops: register bits.
    pub ff: u64,
    /// Block memories.
    pub bram: u64,
    /// Multiplier blocks.
    pub dsp: u64,
    /// Carry cells.
    pub carry: u64,
    /// Clock in MHz, from the longest path between registers.
    pub fmax_mhz: Option<f64>,
}

/// What the cells of a family hold.
struct Cells {
    /// Inputs of a look-up table.
    lut_inputs: u64,
    /// Bits added by one carry cell.
    carry_bits: u64,
    /// Bits and widest word of a block memory.
    block: (u64, u64),
    /// Memories of up to so many bits are made of look-up tables.
    small_memory_bits: u64,
    /// Operand bits of a multiplier block; none where there is none.
    multiplier: Option<(u64, u64)>,
}

impl Family {
    fn cells(self) -> Cells {
        match self {
            Family::Ecp5 => Cells {
                lut_inputs: 4,
                carry_bits: 2,
                block: (18 * 1024, 36),
                small_memory_bits: 1024,
                multiplier: Some((18, 18)),
            },
            Family::Ice40 => Cells {
                lut_inputs: 4,
                carry_bits: 1,
                block: (4 * 1024, 16),
                small_memory_bits: 256,
                multiplier: None,
            },
            Family::Xilinx => Cells {
                lut_inputs: 6,
                carry_bits: 4,
                block: (36 * 1024, 72),
                small_memory_bits: 2048,
                multiplier: Some((25, 18)),
            },
        }
    }
}

/// Costs in fractions of a look-up table, so that small gates add up before they are rounded.
#[derive(Debug, Clone, Copy, Default)]
struct Cost {
    lut: f64,
    ff: u64,
    bram: u64,
    dsp: u64,
    carry: u64,
}

impl Cost {
    fn add(&mut self, other: Cost, times: u64) {
        self.lut += other.lut * times as f64;
        self.ff += other.ff * times;
        self.bram += other.bram * times;
        self.dsp += other.dsp * times;
        self.carry += other.carry * times;
    }

    fn lut(lut: f64) -> Cost {
        Cost {
            lut,
            ..Cost::default()
        }
    }
}

/// Estimates a checked design on a family.
pub fn estimate(design: &Design, family: Family) -> Estimate {
    let cells = family.cells();
    let mut costs: Vec<Cost> = vec![];
    for module in &design.modules {
        let mut cost = own_cost(module, &cells);
        for instance in &module.instances {
            if let Some(inner) = costs.get(instance.module.0 as usize) {
                cost.add(*inner, u64::from(instance.count));
            }
        }
        costs.push(cost);
    }
    let cost = costs.pop().unwrap_or_default();
    Estimate {
        lut: cost.lut.ceil() as u64,
        ff: cost.ff,
        bram: cost.bram,
        dsp: cost.dsp,
        carry: cost.carry,
        fmax_mhz: timing::fastest_clock(design, family),
    }
}

/// The cost of a module without its instances.
fn own_cost(module: &Module, cells: &Cells) -> Cost {
    let mut cost = Cost::default();
    for net in &module.nets {
        if let NetSource::Op(op) = &net.source {
            cost.add(op_cost(module, op, net.ty.bits(), cells), 1);
        }
    }
    for register in &module.registers {
        cost.ff += module
            .nets
            .get(register.net.0 as usize)
            .map_or(0, |net| net.ty.bits());
    }
    for memory in &module.memories {
        let (bits, depth) = (memory.word.bits(), u64::from(memory.depth));
        if bits * depth <= cells.small_memory_bits {
            cost.lut += (bits * depth) as f64 / 2f64.powi(cells.lut_inputs as i32);
            cost.ff += bits * memory.reads.len() as u64;
        } else {
            let by_width =
                bits.div_ceil(cells.block.1) * depth.div_ceil(cells.block.0 / cells.block.1);
            let by_bits = (bits * depth).div_ceil(cells.block.0);
            // Deep memories are cut by their bits, wide ones by their words.
            let deep = depth >= cells.block.0 / 2;
            let blocks = if deep { by_bits } else { by_width.max(by_bits) };
            cost.bram += blocks * memory.reads.len().max(1) as u64;
        }
    }
    cost
}

/// The cost of an op whose result has `bits` bits.
fn op_cost(module: &Module, op: &Op, bits: u64, cells: &Cells) -> Cost {
    let width = |net: &NetId| {
        module
            .nets
            .get(net.0 as usize)
            .map_or(0, |net| net.ty.bits())
    };
    let sum = |bits: u64| Cost {
        lut: bits as f64,
        carry: bits.div_ceil(cells.carry_bits),
        ..Cost::default()
    };
    // A reduction of n bits to one takes (n - 1) / (inputs - 1) tables.
    let reduced = |bits: f64| Cost::lut(bits / (cells.lut_inputs - 1) as f64);
    match op {
        Op::Constant(_)
        | Op::Not(_)
        | Op::ShiftLeft(..)
        | Op::ShiftRight(..)
        | Op::Resize(_)
        | Op::Slice(..)
        | Op::Concat(_)
        | Op::Join(_)
        | Op::Elements(..) => Cost::default(),
        // A gate shares its table with its neighbours.
        Op::And(..) | Op::Or(..) | Op::Xor(..) => Cost::lut(bits as f64 / 2.0),
        Op::Negate(_) | Op::Add(..) | Op::Subtract(..) | Op::AddSubtract { .. } => sum(bits),
        Op::Multiply(a, b) => product(source_width(module, *a), source_width(module, *b), cells),
        // Two bits of each operand fit a table.
        Op::Equal(a, _) | Op::NotEqual(a, _) => reduced(2.0 * width(a) as f64),
        Op::Less(a, _) | Op::LessEqual(a, _) => sum(width(a)),
        Op::Mux { .. } => Cost::lut(bits as f64),
        Op::Any(a) | Op::All(a) => reduced(width(a) as f64),
        // A table and half a dedicated multiplexer choose between two.
        Op::Select { vector, .. } => Cost::lut(width(vector) as f64 / 2.0),
        Op::Insert { vector, .. } => Cost::lut(width(vector) as f64),
    }
}

/// Bits of a net before it was extended.
fn source_width(module: &Module, net: NetId) -> u64 {
    match module.nets.get(net.0 as usize) {
        Some(found) => match &found.source {
            NetSource::Op(Op::Resize(of)) => {
                let before = module
                    .nets
                    .get(of.0 as usize)
                    .map_or(1, |net| net.ty.bits());
                before.min(found.ty.bits())
            }
            _ => found.ty.bits(),
        },
        None => 1,
    }
}

fn product(a: u64, b: u64, cells: &Cells) -> Cost {
    let small = a.min(b) <= 3;
    match cells.multiplier {
        Some((wide, narrow)) if !small => Cost {
            dsp: a.max(b).div_ceil(wide) * a.min(b).div_ceil(narrow),
            ..Cost::default()
        },
        _ => Cost {
            lut: (a * b) as f64,
            carry: (a * b).div_ceil(cells.carry_bits),
            ..Cost::default()
        },
    }
}
