//! The sums of a gather for a run of elements.

use super::aligned::Aligned;
use super::word::{LANES, Lanes, Width, Word, lanes};

/// Sums in words of one width, with lanes to spare behind the last.
#[derive(Debug, Clone)]
pub enum Sums {
    /// Of 32 bits.
    Narrow(Aligned<i32>),
    /// Of 64 bits.
    Wide(Aligned<i64>),
}

impl Sums {
    /// Zeros for at most so many elements.
    pub fn new(width: Width, longest: usize) -> Sums {
        // A run may begin at any of them, and reads whole lanes.
        let words = longest.next_multiple_of(LANES) + LANES;
        match width {
            Width::Narrow => Sums::Narrow(Aligned::new(0, words)),
            Width::Wide => Sums::Wide(Aligned::new(0, words)),
        }
    }

    /// The sums from one element on.
    #[inline(always)]
    pub fn read<W: Word>(&self, first: usize, to: &mut [Lanes<W>]) {
        match self {
            Sums::Narrow(words) => copy(&words[first..], to),
            Sums::Wide(words) => copy(&words[first..], to),
        }
    }
}

#[inline(always)]
fn copy<V: Word, W: Word>(from: &[V], to: &mut [Lanes<W>]) {
    let (from, _) = from.as_chunks::<LANES>();
    for (to, from) in to.iter_mut().zip(from) {
        *to = lanes(|lane| W::of(from[lane].raw()));
    }
}
