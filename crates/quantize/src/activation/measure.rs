//! What a table does at every word of its argument.

use rayon::prelude::*;

use super::plan::Form;
use super::target::{Direction, Target, words};

/// Words that one task looks at.
const CHUNK: i64 = 1 << 14;

/// Words that a first look takes.
const FIRST_LOOK: i64 = 1 << 10;

/// The largest difference between results and the real function, in units of the result.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Largest {
    /// The difference.
    pub error: f64,
    /// The first argument with it.
    pub at: i64,
}

/// What was found over all words.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Measured {
    /// Against the real function.
    pub real: Largest,
    /// Against the real function brought within the limits of the result.
    pub held: Largest,
    /// Whether results go one way all along: the function's where it has one.
    pub monotone: bool,
    /// Whether results of an argument and its negative are mirrored at the centre; the most
    /// negative word has no negative.
    pub symmetric: bool,
}

impl Largest {
    fn new(error: f64, at: i64) -> Largest {
        Largest { error, at }
    }

    /// The larger one; the first where both are alike.
    fn or(self, later: Largest) -> Largest {
        if later.error > self.error {
            later
        } else {
            self
        }
    }
}

impl Measured {
    fn and(self, later: Measured) -> Measured {
        Measured {
            real: self.real.or(later.real),
            held: self.held.or(later.held),
            monotone: self.monotone && later.monotone,
            symmetric: self.symmetric && later.symmetric,
        }
    }
}

/// A first look: the largest error at some of the words, or the first one above a bound.
pub fn first_look(form: &Form, target: &Target<'_>, bound: f64) -> f64 {
    let (low, high) = (target.input.min_raw(), target.input.max_raw());
    let middle = words((-64).max(low), 64.min(high), 129);
    let all = words(low, high, FIRST_LOOK).chain(middle);
    let errors = all.map(|raw| difference(form.evaluate(raw), target.held(raw)));
    let mut largest: f64 = 0.0;
    for error in errors {
        largest = largest.max(error);
        if largest > bound {
            break;
        }
    }
    largest
}

/// Looks at every word.
pub fn measure(form: &Form, target: &Target<'_>) -> Measured {
    let (low, high) = (target.input.min_raw(), target.input.max_raw());
    let chunks = (high - low) / CHUNK + 1;
    let first = Measured {
        real: Largest::new(-1.0, low),
        held: Largest::new(-1.0, low),
        monotone: true,
        symmetric: true,
    };
    let of = |chunk: i64| {
        let from = low + chunk * CHUNK;
        let to = (from + CHUNK - 1).min(high);
        let before = form.evaluate((from - 1).max(low));
        let words = from..=to;
        let found = words.fold((first, before), |(found, before), raw| {
            let result = form.evaluate(raw);
            (found.and(at(form, target, raw, [before, result])), result)
        });
        found.0
    };
    // Collected in order, so that the first of equal errors is the same on any number of cores.
    let found: Vec<Measured> = (0..chunks).into_par_iter().map(of).collect();
    found.into_iter().fold(first, Measured::and)
}

/// What is found at one word, with its result and that of the word before.
fn at(form: &Form, target: &Target<'_>, raw: i64, [before, result]: [i64; 2]) -> Measured {
    let monotone = match target.direction {
        Some(Direction::Rising) => before <= result,
        Some(Direction::Falling) => before >= result,
        None => false,
    };
    let symmetric = match target.twice_centre {
        // The pair of 0 is itself; every other pair is found at its larger word.
        Some(twice) if raw >= 0 => result + form.evaluate(-raw) == twice,
        Some(_) => true,
        None => false,
    };
    let real = target.real(raw);
    let held = real.clamp(target.limits.0 as f64, target.limits.1 as f64);
    Measured {
        real: Largest::new(difference(result, real), raw),
        held: Largest::new(difference(result, held), raw),
        monotone,
        symmetric,
    }
}

fn difference(result: i64, value: f64) -> f64 {
    (result as f64 - value).abs()
}
