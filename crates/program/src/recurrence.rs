//! Whether a deterministic run has come back to where it was: a fixed point, or a cycle and its
//! exact period.
//!
//! What is compared is the whole configuration, everything that what follows depends on. Hashes
//! only suggest a period; it counts when the run, followed for one more period, is found to come
//! back to the same configuration.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};

/// A run that goes on by itself, step by step.
pub trait Deterministic: Clone {
    /// Why a step cannot be made.
    type Error;

    /// Everything that what follows depends on, as words: two runs with the same words go on alike.
    fn configuration(&self) -> Vec<i64>;

    /// Makes a step.
    ///
    /// # Errors
    /// Why it cannot be made.
    fn advance(&mut self) -> Result<(), Self::Error>;
}

/// Looks at a run before its first step and after each, until it comes back.
#[derive(Debug, Clone, Default)]
pub struct Recurrence {
    /// When a configuration with this hash was seen last.
    seen: HashMap<u64, u64>,
    looks: u64,
    period: Option<u64>,
}

impl Recurrence {
    /// Nothing seen yet.
    pub fn new() -> Recurrence {
        Recurrence::default()
    }

    /// Looks at the run as it stands; the smallest number of steps after which it comes back to a
    /// configuration that it had, once that is known: 1 for a fixed point.
    ///
    /// # Errors
    /// What keeps a copy of the run from going on.
    pub fn look<R: Deterministic>(&mut self, run: &R) -> Result<Option<u64>, R::Error> {
        if self.period.is_some() {
            return Ok(self.period);
        }
        let now = run.configuration();
        let mut hasher = DefaultHasher::new();
        now.hash(&mut hasher);
        let before = self.seen.insert(hasher.finish(), self.looks);
        if let Some(before) = before {
            self.period = returns(run, &now, self.looks - before)?;
            if self.period.is_some() {
                self.seen = HashMap::new();
            }
        }
        self.looks += 1;
        Ok(self.period)
    }

    /// The period, once it is known.
    pub fn period(&self) -> Option<u64> {
        self.period
    }
}

/// Follows a run for at most so many steps; after how many it comes back to a configuration that it
/// had, if it does.
///
/// # Errors
/// What keeps the run from going on.
pub fn period<R: Deterministic>(mut run: R, steps: u64) -> Result<Option<u64>, R::Error> {
    let mut recurrence = Recurrence::new();
    for _ in 0..steps {
        if recurrence.look(&run)?.is_some() {
            break;
        }
        run.advance()?;
    }
    recurrence.look(&run)
}

/// After how many steps a run first comes back to the configuration that it has, if after `most`
/// at the latest.
fn returns<R: Deterministic>(run: &R, now: &[i64], most: u64) -> Result<Option<u64>, R::Error> {
    let mut run = run.clone();
    for steps in 1..=most {
        run.advance()?;
        if run.configuration() == now {
            return Ok(Some(steps));
        }
    }
    Ok(None)
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;

    use proptest::prelude::*;

    use super::*;

    /// A walk through numbers by a list that says what follows each.
    #[derive(Clone)]
    struct Walk<'a>(&'a [usize], usize);

    impl Deterministic for Walk<'_> {
        type Error = Infallible;

        fn configuration(&self) -> Vec<i64> {
            vec![self.1 as i64]
        }

        fn advance(&mut self) -> Result<(), Infallible> {
            self.1 = self.0[self.1];
            Ok(())
        }
    }

    proptest! {
        #[test]
        fn a_walk_is_seen_to_return_as_soon_as_it_does(
            next in (1usize..40).prop_flat_map(|n| prop::collection::vec(0..n, n)),
        ) {
            let mut walk = Walk(&next, 0);
            let mut recurrence = Recurrence::new();
            let mut visited = vec![];
            loop {
                let first = visited.iter().position(|&at| at == walk.1);
                let period = first.map(|first| (visited.len() - first) as u64);
                prop_assert_eq!(recurrence.look(&walk).unwrap(), period);
                if period.is_some() {
                    break;
                }
                visited.push(walk.1);
                walk.advance().unwrap();
            }
            let steps = visited.len() as u64;
            prop_assert_eq!(period(Walk(&next, 0), steps).unwrap(), recurrence.period());
            prop_assert_eq!(period(Walk(&next, 0), steps - 1).unwrap(), None);
        }
    }
}
