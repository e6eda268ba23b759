//! Lists of numbers that decide what a sample is.

use program::Format;
use proptest::prelude::*;

/// Numbers that decide; zeros when all are used.
#[derive(Debug, Clone)]
pub struct Choices(std::vec::IntoIter<u32>);

/// Lists of choices.
pub fn choices() -> impl Strategy<Value = Choices> {
    prop::collection::vec(any::<u32>(), 0..400).prop_map(|all| Choices(all.into_iter()))
}

impl Choices {
    /// One of 0 to `limit - 1`.
    pub fn below(&mut self, limit: usize) -> usize {
        self.0.next().unwrap_or(0) as usize % limit
    }

    pub fn one_of<T: Clone>(&mut self, all: &[T]) -> T {
        all[self.below(all.len())].clone()
    }

    pub fn format(&mut self, all: &[&str]) -> Format {
        self.one_of(all).parse().unwrap()
    }

    /// A raw value of a format, often an extreme one.
    pub fn raw(&mut self, format: Format) -> i64 {
        let (low, high) = (format.min_raw(), format.max_raw());
        let span = (high.abs_diff(low)).min(u64::from(u32::MAX));
        let value = match self.below(4) {
            0 => low,
            1 => high,
            _ => low + (self.below(1 << 31) as u64 % (span + 1)) as i64,
        };
        if format.holds(value) { value } else { high }
    }

    pub fn raws(&mut self, count: usize, format: Format) -> Vec<i64> {
        (0..count).map(|_| self.raw(format)).collect()
    }
}
