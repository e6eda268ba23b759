//! The values of nodes for a run of elements.

use super::plan::{Column, Plan};
use crate::execute::fast::aligned::Aligned;
use crate::execute::fast::word::{LANES, Lanes, Width, Word};

/// The columns of a plan.
#[derive(Debug, Clone)]
pub struct Columns {
    /// Those of narrow words.
    pub narrow: Bank<i32>,
    /// Those of wide ones.
    pub wide: Bank<i64>,
}

/// Columns of one width, one after the other.
#[derive(Debug, Clone)]
pub struct Bank<W: Copy> {
    words: Aligned<W>,
    /// The words of a column: whole lanes.
    length: usize,
}

impl Columns {
    /// The columns of a plan for runs of at most so many elements, with its constants.
    pub fn of(plan: &Plan, longest: usize) -> Columns {
        let length = longest.next_multiple_of(LANES);
        let mut columns = Columns {
            narrow: Bank::new(plan.columns[0], length),
            wide: Bank::new(plan.columns[1], length),
        };
        for &(Column { width, place }, raw) in &plan.constants {
            match width {
                Width::Narrow => columns.narrow.fill(place, raw),
                Width::Wide => columns.wide.fill(place, raw),
            }
        }
        columns
    }

    /// The first `to.len()` values of a column.
    pub fn read<W: Word>(&self, of: Column, to: &mut [W]) {
        match of.width {
            Width::Narrow => self.narrow.read(of.place, to),
            Width::Wide => self.wide.read(of.place, to),
        }
    }

    /// Whether none of the first `count` values of a column is 0.
    pub fn all_hold(&self, of: Column, count: usize) -> bool {
        match of.width {
            Width::Narrow => self.narrow.all_hold(of.place, count),
            Width::Wide => self.wide.all_hold(of.place, count),
        }
    }
}

impl<W: Word> Bank<W> {
    fn new(columns: usize, length: usize) -> Bank<W> {
        Bank {
            words: Aligned::new(W::default(), columns * length),
            length,
        }
    }

    fn fill(&mut self, column: usize, raw: i64) {
        self.words[column * self.length..][..self.length].fill(W::of(raw));
    }

    /// The first `rows` lanes of a column.
    #[inline(always)]
    pub fn column(&self, column: usize, rows: usize) -> &[Lanes<W>] {
        first(&self.words[column * self.length..], rows)
    }

    /// The same, to be written.
    #[inline(always)]
    pub fn column_mut(&mut self, column: usize, rows: usize) -> &mut [Lanes<W>] {
        first_mut(&mut self.words[column * self.length..], rows)
    }

    /// A column to be written, and those before it.
    #[inline(always)]
    pub fn split(&mut self, column: usize, rows: usize) -> (&mut [Lanes<W>], Earlier<'_, W>) {
        let length = self.length;
        let (words, rest) = self.words.split_at_mut(column * length);
        let earlier = Earlier {
            words,
            length,
            rows,
        };
        (first_mut(rest, rows), earlier)
    }

    fn read<V: Word>(&self, of: usize, to: &mut [V]) {
        let words = to.iter_mut().zip(&self.words[of * self.length..]);
        words.for_each(|(to, word)| *to = V::of(word.raw()));
    }

    fn all_hold(&self, of: usize, count: usize) -> bool {
        let column = &self.words[of * self.length..][..count];
        column.iter().all(|&word| word != W::default())
    }
}

/// Columns that are computed.
#[derive(Debug, Clone, Copy)]
pub struct Earlier<'a, W> {
    words: &'a [W],
    length: usize,
    rows: usize,
}

impl<'a, W> Earlier<'a, W> {
    /// The lanes of a run.
    #[inline(always)]
    pub fn column(&self, column: usize) -> &'a [Lanes<W>] {
        first(&self.words[column * self.length..], self.rows)
    }
}

#[inline(always)]
fn first<W>(words: &[W], rows: usize) -> &[Lanes<W>] {
    &words.as_chunks().0[..rows]
}

#[inline(always)]
fn first_mut<W>(words: &mut [W], rows: usize) -> &mut [Lanes<W>] {
    &mut words.as_chunks_mut().0[..rows]
}
