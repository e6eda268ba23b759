//! What a program costs in hardware, before it is scheduled.

use program::{Arrangement, Coding, Format, Gather, Program};
use serde::Serialize;

/// Bits of memory, adders and multipliers. Adders and multipliers are those of one lane with one
/// tap: a fold multiplies them, and leaves the order of candidates as it is where memory is small
/// beside them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Cost {
    /// Bits of weights, parameters and states.
    pub memory_bits: u64,
    /// Bits of adders: the accumulators'.
    pub adder_bits: u64,
    /// One-bit products of multipliers; none where the weight or the source is a sign.
    pub multiplier_bits: u64,
}

impl Cost {
    /// The cost of a program.
    pub fn of(program: &Program) -> Cost {
        let vectors = program.vectors.iter();
        let vectors = vectors.map(|of| of.kept_words() as u64 * u64::from(of.format.width()));
        let mut cost = Cost {
            memory_bits: vectors.sum(),
            adder_bits: 0,
            multiplier_bits: 0,
        };
        for gather in program.stages.iter().flat_map(|stage| &stage.gathers) {
            cost.memory_bits += words(gather) * u64::from(gather.weights.format.width());
            cost.adder_bits += u64::from(gather.accumulator.width());
            let source = source(program, gather);
            cost.multiplier_bits += product(gather.weights.format, source);
        }
        cost
    }

    /// All bits together: what candidates are compared by.
    pub fn total(&self) -> u64 {
        self.memory_bits + self.adder_bits + self.multiplier_bits
    }
}

fn words(gather: &Gather) -> u64 {
    match &gather.weights.arrangement {
        Arrangement::Dense { values, .. } => values.len() as u64,
        Arrangement::Sparse { rows, .. } => rows.iter().map(|row| row.len() as u64).sum(),
        Arrangement::Stencil { coefficients, .. } => coefficients.len() as u64,
    }
}

fn source(program: &Program, gather: &Gather) -> Format {
    let mapped = gather.map.as_ref();
    let mapped = mapped.and_then(|(map, node)| map.format(*node));
    let plain = program.vector(gather.source).map(|vector| vector.format);
    mapped.or(plain).unwrap_or(Format::BIPOLAR)
}

fn product(weight: Format, source: Format) -> u64 {
    let sign = weight.coding() == Coding::Bipolar || source.coding() == Coding::Bipolar;
    if sign {
        return 0;
    }
    u64::from(weight.width()) * u64::from(source.width())
}
