//! Random data that goes where errors are: to the corners of a word.

use hw_ir::Type;

/// A reproducible sequence of pseudo-random numbers.
///
/// The generator is SplitMix64 (Steele, Lea and Flood, "Fast splittable pseudorandom number
/// generators", 2014). It is written out here so that a seed means the same data for ever.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Random {
    state: u64,
}

impl Random {
    /// The sequence of a seed.
    pub fn new(seed: u64) -> Random {
        Random { state: seed }
    }

    /// 64 random bits.
    pub fn bits(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.state ^ (self.state >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// A number below `bound`, or 0 where the bound is 0.
    pub fn below(&mut self, bound: u64) -> u64 {
        ((u128::from(self.bits()) * u128::from(bound)) >> 64) as u64
    }

    /// True `per_mille` times in a thousand.
    pub fn chance(&mut self, per_mille: u32) -> bool {
        self.below(1000) < u64::from(per_mille)
    }

    /// A value of an element: in half of the cases a corner (0, 1, all ones, the least, the
    /// largest, a single bit).
    pub fn element(&mut self, ty: Type) -> i64 {
        let top = 1u64 << (ty.width.clamp(1, 64) - 1);
        let bits = match self.below(12) {
            0 => 0,
            1 => 1,
            2 => u64::MAX,
            3 => top,
            4 => top.wrapping_sub(1),
            5 => 1 << self.below(u64::from(ty.width)),
            _ => self.bits(),
        };
        ty.wrap(bits as i64)
    }

    /// Values of a vector: in a quarter of the cases all elements are alike.
    pub fn elements(&mut self, ty: Type) -> Vec<i64> {
        if self.chance(250) {
            let element = self.element(ty);
            return vec![element; ty.count as usize];
        }
        (0..ty.count).map(|_| self.element(ty)).collect()
    }
}
