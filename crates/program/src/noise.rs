//! Random words for elements, as the hardware makes them: whatever the fold, the same.
//!
//! A 32-bit maximal-length linear-feedback register (see [`crate::order`]) advances by 32 steps for
//! each word, so that words share no bits. A vector of noise takes a new word for each element of
//! each step, in the order in which the elements are updated; its value is the top bits of it.

use crate::order::{Permutations, feedback_step};

/// Steps of the register for one word.
pub const STEPS_A_WORD: u32 = 32;

/// A linear map of register states: for each bit of the result, the bits whose parity it is.
pub type Leap = [u32; 32];

/// What `words` words do to the register. Powers of one linear map, by repeated squaring.
pub fn leap(words: u64) -> Leap {
    let identity: Leap = std::array::from_fn(|bit| 1 << bit);
    let mut power = one_word();
    let (mut result, mut left) = (identity, words);
    while left > 0 {
        if left & 1 == 1 {
            result = after(&power, &result);
        }
        power = after(&power, &power);
        left >>= 1;
    }
    result
}

/// The register after a leap.
pub fn leapt(leap: &Leap, state: u32) -> u32 {
    leap.iter().enumerate().fold(0, |next, (bit, mask)| {
        next | (((state & mask).count_ones() & 1) << bit)
    })
}

/// The map of one word, column by column from the images of single bits.
fn one_word() -> Leap {
    let mut rows = [0u32; 32];
    for column in 0..32 {
        let image = (0..STEPS_A_WORD).fold(1u32 << column, |state, _| feedback_step(state, 32));
        for (bit, row) in rows.iter_mut().enumerate() {
            *row |= (image >> bit & 1) << column;
        }
    }
    rows
}

/// First `before`, then `then`.
fn after(then: &Leap, before: &Leap) -> Leap {
    std::array::from_fn(|bit| {
        let taken = before.iter().enumerate();
        taken.fold(0, |row, (middle, mask)| {
            row ^ if then[bit] >> middle & 1 == 1 {
                *mask
            } else {
                0
            }
        })
    })
}

/// The register after one word.
pub fn word_after(state: u32) -> u32 {
    (0..STEPS_A_WORD).fold(state, |state, _| feedback_step(state, 32))
}

/// The words of a vector of noise.
#[derive(Debug, Clone)]
pub struct Noise {
    state: u32,
    /// The image of each byte of the state after one word.
    bytes: Box<[[u32; 256]; 4]>,
}

impl Noise {
    /// The words for a seed.
    pub fn new(seed: u64) -> Noise {
        let leap = leap(1);
        let image = |place: usize, byte: usize| leapt(&leap, (byte as u32) << (8 * place));
        let table = |place: usize| std::array::from_fn(|byte| image(place, byte));
        Noise {
            state: Noise::start(seed),
            bytes: Box::new(std::array::from_fn(table)),
        }
    }

    /// The first state of the register.
    pub fn start(seed: u64) -> u32 {
        Permutations::mask_start(seed)
    }

    /// The register: what the words that follow depend on.
    pub fn state(&self) -> u32 {
        self.state
    }

    /// The next word.
    pub fn word(&mut self) -> u32 {
        let bytes = self.state.to_le_bytes();
        let images = self.bytes.iter().zip(bytes);
        self.state = images.fold(0, |next, (table, byte)| next ^ table[usize::from(byte)]);
        self.state
    }

    /// The top `width` bits (1 to 32) of the next word.
    pub fn value(&mut self, width: u32) -> i64 {
        i64::from(self.word() >> (32 - width.clamp(1, 32)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_is_thirty_two_steps() {
        let mut noise = Noise::new(7);
        let mut state = Noise::start(7);
        for _ in 0..100 {
            state = word_after(state);
            assert_eq!(noise.word(), state);
        }
    }

    #[test]
    fn leaps_add_up() {
        for words in [0, 1, 2, 3, 17, 64] {
            let mut noise = Noise::new(99);
            let mut state = Noise::start(99);
            for _ in 0..words {
                state = noise.word();
            }
            assert_eq!(leapt(&leap(words), Noise::start(99)), state, "{words}");
        }
    }

    #[test]
    fn words_look_random() {
        let mut noise = Noise::new(5);
        let (mut sum, mut products, mut before) = (0i64, 0i64, 0i64);
        for _ in 0..40_000 {
            let value = i64::from(noise.word() >> 16) - (1 << 15);
            sum += value;
            products += value * before;
            before = value;
        }
        // Five standard deviations of the sum, 2^16 / 12^0.5 a word, and of the sum of products of
        // neighbours, 2^32 / 12 each.
        assert!(sum.abs() < 5 * 200 * 18_919);
        assert!(products.abs() < 5 * 200 * (1 << 32) / 12);
    }
}
