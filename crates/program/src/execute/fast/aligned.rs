//! Words that begin where a line of the processor's memory does, so that no vector crosses one.

use std::ops::{Deref, DerefMut};

/// Bytes of a line, and of the widest vectors.
const LINE: usize = 64;

/// Words from the start of a line on.
#[derive(Debug)]
pub struct Aligned<W> {
    words: Vec<W>,
    /// Words before the line.
    first: usize,
}

impl<W: Copy> Aligned<W> {
    /// So many times a word.
    pub fn new(word: W, count: usize) -> Aligned<W> {
        let more = LINE / size_of::<W>();
        let mut words = vec![word; count + more];
        // The offset may be unknown, which costs time alone.
        let first = words.as_ptr().align_offset(LINE).min(more);
        words.truncate(first + count);
        Aligned { words, first }
    }
}

impl<W: Copy> Clone for Aligned<W> {
    fn clone(&self) -> Aligned<W> {
        match self.first() {
            None => Aligned {
                words: vec![],
                first: 0,
            },
            Some(&word) => {
                let mut same = Aligned::new(word, self.len());
                same.copy_from_slice(self);
                same
            }
        }
    }
}

impl<W> Deref for Aligned<W> {
    type Target = [W];

    #[inline(always)]
    fn deref(&self) -> &[W] {
        &self.words[self.first..]
    }
}

impl<W> DerefMut for Aligned<W> {
    #[inline(always)]
    fn deref_mut(&mut self) -> &mut [W] {
        &mut self.words[self.first..]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn copies_are_equal_and_aligned() {
        for count in [0, 1, 16, 100] {
            let mut words = Aligned::new(7i32, count);
            for (place, word) in words.iter_mut().enumerate() {
                *word = place as i32;
            }
            let copy = words.clone();
            assert_eq!(copy[..], words[..]);
            assert_eq!(copy.len(), count);
            assert!(count == 0 || copy.as_ptr().addr().is_multiple_of(LINE));
        }
    }
}
