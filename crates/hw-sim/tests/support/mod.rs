//! What the tests share: a naive evaluator and random designs.

#![allow(dead_code, reason = "each test uses a part of it")]

pub mod generate;
pub mod naive;

use hw_ir::{Design, Image, Module};

/// A design of these modules; the last one is the top.
pub fn design(modules: Vec<Module>, images: Vec<Image>) -> Design {
    let name = modules
        .last()
        .map_or_else(String::new, |module| module.name.clone());
    Design {
        name,
        header: vec![],
        modules,
        images,
    }
}

/// A small pseudo-random sequence (SplitMix64).
pub struct Random(pub u64);

impl Random {
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    pub fn below(&mut self, bound: u64) -> u64 {
        self.next() % bound.max(1)
    }

    pub fn one_in(&mut self, n: u64) -> bool {
        self.below(n) == 0
    }
}
