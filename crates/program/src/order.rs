//! The order in which the units of a stage are updated within a step.

use serde::{Deserialize, Serialize};

/// In which order, and how many together, units are updated within one step (a sweep).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "order")]
pub enum Order {
    /// Every unit sees the state before the step.
    Synchronous,
    /// Unit i sees what units 0 to i-1 wrote in this step.
    Sequential,
    /// As sequential, but the units take their turn by a permutation that is new each step; see
    /// [`Permutations`].
    Permuted {
        /// Seeds the generators; only the low 32 bits count, and 0 stands for 1.
        seed: u64,
    },
    /// Blocks of `size` units in order; within a block every unit sees the state before the block.
    Block {
        /// Units of a block, at least 1; the last block may be smaller.
        size: usize,
    },
}

/// Feedback taps of maximal-length linear-feedback registers (Fibonacci form, right-shifting
/// register, bit n counted from 1) of 2 to 32 bits: P. Alfke, Xilinx XAPP 052 (1996), table 3.
const TAPS: [&[u32]; 31] = [
    &[2, 1],
    &[3, 2],
    &[4, 3],
    &[5, 3],
    &[6, 5],
    &[7, 6],
    &[8, 6, 5, 4],
    &[9, 5],
    &[10, 7],
    &[11, 9],
    &[12, 6, 4, 1],
    &[13, 4, 3, 1],
    &[14, 5, 3, 1],
    &[15, 14],
    &[16, 15, 13, 4],
    &[17, 14],
    &[18, 11],
    &[19, 6, 2, 1],
    &[20, 17],
    &[21, 19],
    &[22, 21],
    &[23, 18],
    &[24, 23, 22, 17],
    &[25, 22],
    &[26, 6, 2, 1],
    &[27, 5, 2, 1],
    &[28, 25],
    &[29, 27],
    &[30, 6, 4, 1],
    &[31, 28],
    &[32, 22, 2, 1],
];

/// The bits (as a mask, bit 0 lowest) whose parity enters a maximal-length linear-feedback
/// register of `width` bits at its low end while the register shifts toward its high end.
///
/// Widths below 2 and above 32 are taken as 2 and 32.
pub fn feedback_mask(width: u32) -> u32 {
    let taps = TAPS[width.clamp(2, 32) as usize - 2];
    taps.iter().fold(0, |mask, &tap| mask | 1 << (tap - 1))
}

/// One step of a maximal-length linear-feedback register of `width` bits (2 to 32).
pub fn feedback_step(state: u32, width: u32) -> u32 {
    let fed = (state & feedback_mask(width)).count_ones() & 1;
    let kept = u32::MAX >> (32 - width.clamp(2, 32));
    (state << 1 | fed) & kept
}

/// The permutations of [`Order::Permuted`], one a step, as the hardware makes them.
///
/// With m = [`Permutations::index_bits`], an m-bit maximal-length register walks through all
/// nonzero words; zero follows as the last. Each word is exclusive-ored with a mask of m bits, so
/// that every index below 2^m comes up exactly once; indices of no unit are passed over. The mask
/// is the low m bits of a 32-bit register as it stands before the sweep; that register advances by
/// one step with each word.
#[derive(Debug, Clone)]
pub struct Permutations {
    units: usize,
    bits: u32,
    mask_state: u32,
}

impl Permutations {
    /// The permutations of `units` units (at least 1) for a seed.
    pub fn new(units: usize, seed: u64) -> Permutations {
        let bits = Permutations::index_bits(units);
        Permutations {
            units,
            bits,
            mask_state: Permutations::mask_start(seed),
        }
    }

    /// Bits of an index: enough for every unit, at least 2.
    pub fn index_bits(units: usize) -> u32 {
        let highest = units.saturating_sub(1) as u64;
        (u64::BITS - highest.leading_zeros()).max(2)
    }

    /// The first state of the mask register.
    pub fn mask_start(seed: u64) -> u32 {
        match seed as u32 {
            0 => 1,
            state => state,
        }
    }

    /// The mask register: what the permutations that follow depend on.
    pub fn state(&self) -> u32 {
        self.mask_state
    }

    /// The units in the order of the next step.
    pub fn next_sweep(&mut self) -> Vec<usize> {
        let mask = self.mask_state & (u32::MAX >> (32 - self.bits));
        let mut word = 1u32;
        let mut order = Vec::with_capacity(self.units);
        for _ in 0..1u64 << self.bits {
            let unit = (word ^ mask) as usize;
            if unit < self.units {
                order.push(unit);
            }
            word = Permutations::next_word(word, self.bits);
            self.mask_state = feedback_step(self.mask_state, 32);
        }
        order
    }

    /// The word after `word`: the register's next, but zero after the last and 1 after zero.
    fn next_word(word: u32, bits: u32) -> u32 {
        if word == 0 {
            return 1;
        }
        match feedback_step(word, bits) {
            1 => 0,
            next => next,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_register_up_to_20_bits_is_maximal() {
        for width in 2..=20 {
            let mut state = 1;
            let period = (1u64..).find(|_| {
                state = feedback_step(state, width);
                state == 1
            });
            assert_eq!(period, Some((1 << width) - 1), "{width} bits");
        }
    }

    #[test]
    fn every_sweep_is_a_permutation_and_sweeps_differ() {
        for units in [1, 2, 3, 5, 8, 64, 100] {
            let mut permutations = Permutations::new(units, 7);
            let first = permutations.next_sweep();
            let second = permutations.next_sweep();
            for sweep in [&first, &second] {
                let mut sorted = sweep.clone();
                sorted.sort_unstable();
                assert!(sorted.into_iter().eq(0..units));
            }
            assert!(units < 5 || first != second, "{units} units");
        }
    }
}
