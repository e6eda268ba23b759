//! A network between two steps.

use std::collections::VecDeque;

use program::noise::Noise;
use program::order::Permutations;

use super::{Start, Variable, VariableRole};

/// The values of a network between two steps.
#[derive(Debug, Clone)]
pub struct Moment {
    /// Steps done.
    pub step: u64,
    /// The values of each variable, in their order.
    pub values: Vec<Vec<f64>>,
    /// What is remembered of the past, in an order that is the kind's own.
    pub past: Vec<Past>,
    /// Generators of noise, in an order that is the kind's own; the same words as in hardware.
    pub noise: Vec<Noise>,
    /// The orders in which units take their turn, where they are permutations.
    pub permutations: Option<Permutations>,
}

impl Moment {
    /// The moment before the first step. Values that the start lacks are 0.
    pub fn new(variables: &[Variable], start: &Start) -> Moment {
        let loaded = |variable: &&Variable| variable.role != VariableRole::Output;
        let mut starts = start.iter();
        let values = variables.iter().map(|variable| {
            let given = Some(variable).filter(loaded).and_then(|_| starts.next());
            let mut values = given.cloned().unwrap_or_default();
            values.resize(variable.length, 0.0);
            values
        });
        Moment {
            step: 0,
            values: values.collect(),
            past: vec![],
            noise: vec![],
            permutations: None,
        }
    }

    /// Everything that the steps that follow depend on, as words, exactly: the values of these
    /// variables, what is remembered, registers of noise and of
    /// permutations, and the number of the step up to that
    /// from which on it plays no part.
    pub fn configuration(&self, states: &[usize], settles: u64) -> Vec<i64> {
        let states = states.iter().flat_map(|&state| self.of(state));
        let past = self.past.iter().flat_map(|past| &past.values).flatten();
        let mut words: Vec<i64> = states.chain(past).map(|&value| word(value)).collect();
        words.extend(self.noise.iter().map(|noise| i64::from(noise.state())));
        let permutations = self.permutations.iter();
        words.extend(permutations.map(|orders| i64::from(orders.state())));
        words.push(self.step.min(settles) as i64);
        words
    }

    /// The values of a variable; none for one that is not there.
    pub fn of(&self, variable: usize) -> &[f64] {
        self.values.get(variable).map_or(&[], Vec::as_slice)
    }

    /// Gives a variable its values.
    pub fn set(&mut self, variable: usize, values: Vec<f64>) {
        if let Some(slot) = self.values.get_mut(variable) {
            *slot = values;
        }
    }
}

/// A number as a word: equal numbers, and no others, have equal words.
pub(crate) fn word(value: f64) -> i64 {
    // -0 and 0 are one number.
    (value + 0.0).to_bits() as i64
}

/// A vector as it was in steps gone by.
#[derive(Debug, Clone, PartialEq)]
pub struct Past {
    /// The latest first.
    values: VecDeque<Vec<f64>>,
}

impl Past {
    /// As many steps as the longest delay; `before(k)` is the value k steps before the first,
    /// k from 1.
    pub fn new(longest: usize, before: impl Fn(usize) -> Vec<f64>) -> Past {
        Past {
            values: (1..=longest).map(before).collect(),
        }
    }

    /// The value `delay` steps ago, from 1; the oldest where it is longer ago than is remembered.
    pub fn ago(&self, delay: usize) -> &[f64] {
        let last = self.values.len().saturating_sub(1);
        let value = self.values.get(delay.saturating_sub(1).min(last));
        value.map_or(&[], Vec::as_slice)
    }

    /// Every value that is remembered, the latest first.
    pub fn all(&self) -> impl Iterator<Item = &[f64]> {
        self.values.iter().map(Vec::as_slice)
    }

    /// A step goes by: this is what was in it.
    pub fn remember(&mut self, values: Vec<f64>) {
        if self.values.pop_back().is_some() {
            self.values.push_front(values);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_past_moves_on() {
        let mut past = Past::new(2, |k| vec![-(k as f64)]);
        assert_eq!((past.ago(1), past.ago(2)), (&[-1.0][..], &[-2.0][..]));
        past.remember(vec![5.0]);
        assert_eq!((past.ago(1), past.ago(2)), (&[5.0][..], &[-1.0][..]));
        assert_eq!(past.ago(9), &[-1.0]);
    }
}
