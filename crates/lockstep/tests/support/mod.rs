//! Random delayed terms and histories as descriptions write them.

// Each test program uses a part of these.
#![allow(dead_code)]

use std::fmt::Write;

use hw_sim::stimulus::random::Random;
use proptest::prelude::*;

/// A kind of delay.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Constant,
    Links,
    Delays,
    Table,
    Kernel,
    Leaky,
    Neutral,
}

/// What was before the first step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum History {
    Still,
    Given,
    Loaded,
}

/// Numbers of a description, from a seed.
pub struct Numbers(pub Random);

impl Numbers {
    /// A number below a limit.
    pub fn below(&mut self, limit: u64) -> u64 {
        self.0.below(limit)
    }

    /// A number between -1 and 1, in sixteenths.
    pub fn weight(&mut self) -> f64 {
        (self.below(33) as f64 - 16.0) / 16.0
    }

    /// A list of weights.
    pub fn list(&mut self, length: usize) -> String {
        let numbers = (0..length).map(|_| self.weight().to_string());
        format!("[{}]", numbers.collect::<Vec<_>>().join(", "))
    }

    /// A matrix of weights.
    pub fn matrix(&mut self, rows: usize, columns: usize) -> String {
        let rows = (0..rows).map(|_| self.list(columns));
        format!("[{}]", rows.collect::<Vec<_>>().join(", "))
    }

    /// A delay of `fewest` to 6 steps of 0.25 (1 for a map).
    pub fn delay(&mut self, fewest: u64, step: f64) -> f64 {
        (fewest + self.below(7 - fewest)) as f64 * step
    }
}

/// A delayed term of a kind, without its head.
pub fn term(kind: Kind, units: usize, step: f64, of: &mut Numbers) -> String {
    let w = |of: &mut Numbers| format!("w = {}\n", of.matrix(units, units));
    match kind {
        Kind::Constant => format!("{}delay = {}\n", w(of), of.delay(1, step)),
        Kind::Links => {
            let place = |of: &mut Numbers, row: usize| {
                let column = of.below(units as u64);
                format!("[{row}, {column}, {}, {}]", of.weight(), of.delay(0, step))
            };
            let links: Vec<String> = (0..units).map(|row| place(of, row)).collect();
            format!("links = [{}]\n", links.join(", "))
        }
        Kind::Delays => {
            let row = |of: &mut Numbers| {
                let delays = (0..units).map(|_| of.delay(0, step).to_string());
                format!("[{}]", delays.collect::<Vec<_>>().join(", "))
            };
            let rows: Vec<String> = (0..units).map(|_| row(of)).collect();
            format!("{}delays = [{}]\n", w(of), rows.join(", "))
        }
        Kind::Table => {
            let late = |of: &mut Numbers| of.delay(1, step);
            let (a, b, c) = (late(of), late(of), late(of));
            format!(
                "{}table = [[0, {a}], [{step}, {b}], [{}, {c}]]\n",
                w(of),
                3.0 * step
            )
        }
        Kind::Kernel => {
            let (kernel, delay) = (of.list(3), of.delay(0, step));
            format!(
                "{}kernel = {kernel}\ndelay = {delay}\nspacing = {}\n",
                w(of),
                2.0 * step
            )
        }
        Kind::Leaky => format!(
            "{}rate = {}\n",
            w(of),
            (1 + of.below(4)) as f64 / 4.0 / step
        ),
        Kind::Neutral => {
            let (row, column) = (of.below(units as u64), of.below(units as u64));
            let weight = of.weight() / 4.0;
            let sparse = format!("sparse = [[{row}, {column}, {weight}]]\n");
            format!("{sparse}delay = {}\nneutral = true\n", of.delay(1, step))
        }
    }
}

/// Up to three kinds of delay.
pub fn kinds() -> impl Strategy<Value = Vec<Kind>> {
    use Kind::*;
    let kind = prop::sample::select(vec![Constant, Links, Delays, Table, Kernel, Leaky, Neutral]);
    prop::collection::vec(kind, 0..4)
}

/// The sections of delayed terms, and of the history; a loaded history has no increments.
pub fn sections(
    delays: &[Kind],
    history: History,
    (units, step): (usize, f64),
    of: &mut Numbers,
) -> String {
    let mut text = String::new();
    for (at, &kind) in delays.iter().enumerate() {
        let _ = write!(text, "[delays.term{at}]\n{}", term(kind, units, step, of));
    }
    let neutral = delays.contains(&Kind::Neutral);
    match history {
        _ if delays.is_empty() => {}
        History::Loaded if !neutral => text.push_str("[history]\nloaded = true\n"),
        History::Given => {
            let _ = write!(text, "[history]\nstates = {}\n", of.matrix(3, units));
        }
        History::Still | History::Loaded => {}
    }
    text
}
