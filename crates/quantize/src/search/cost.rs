//! What a program costs in hardware, before it is scheduled.

use program::{Coding, Format, Program};
use serde::Serialize;

use crate::report::mapped_format;

/// Bits of memory, adders and multipliers. Adders and multipliers are those of one lane with one
/// tap: a fold multiplies them, and leaves the order of candidates as it is where memory is small
/// beside them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Cost {
    /// Bits of weights, parameters and states.
    pub memory_bits: u64,
    /// Bits of adders: the accumulators'.
    pub adder_bits: u64,
    /// One-bit products of multipliers; none where the weight or the source is a sign, or every
    /// weight is a power of two.
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
            let weights = &gather.weights;
            let powers = weights.powers();
            let width = powers.map_or(weights.format.width(), |powers| powers.width());
            cost.memory_bits += weights.words().count() as u64 * u64::from(width);
            cost.adder_bits += u64::from(gather.accumulator.width());
            if powers.is_none() {
                cost.multiplier_bits += product(weights.format, mapped_format(program, gather));
            }
        }
        cost
    }

    /// All bits together: what candidates are compared by.
    pub fn total(&self) -> u64 {
        self.memory_bits + self.adder_bits + self.multiplier_bits
    }
}

fn product(weight: Format, source: Option<Format>) -> u64 {
    let source = source.unwrap_or(Format::BIPOLAR);
    let sign = weight.coding() == Coding::Bipolar || source.coding() == Coding::Bipolar;
    if sign {
        return 0;
    }
    u64::from(weight.width()) * u64::from(source.width())
}
