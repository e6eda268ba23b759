//! The loops of a plan, over the lanes of a run.
//!
//! Nothing is checked while they run: the plan says where nothing needs to be. Lanes beyond the
//! elements of a run compute with what stands there.

use std::ops::Range;

use multiversion::multiversion;

use super::columns::{Bank, Columns};
use super::function::Function;
use super::plan::{Column, Plan, Step};
use super::resize::resize;
use super::work::Work;
use crate::execute::fast::sums::Sums;
use crate::execute::fast::word::{LANES, Lanes, Width, Word, lanes};

/// What a run reads, and what it writes.
pub struct Run<'a> {
    /// Gather by gather.
    pub sums: &'a [Sums],
    /// The place of the first element among the sums.
    pub first: usize,
    /// All vectors of the program.
    pub values: &'a mut [Vec<i64>],
    /// The elements.
    pub elements: Range<usize>,
}

/// Makes the steps of a plan; all loops are compiled for what the processor has.
#[multiversion(targets(
    "x86_64+avx512f+avx512bw+avx512dq+avx512vl+avx2+bmi1+bmi2+fma+lzcnt+popcnt",
    "x86_64+avx2+bmi1+bmi2+fma+lzcnt+popcnt"
))]
pub fn every_step(plan: &Plan, functions: &[Function], columns: &mut Columns, run: &mut Run<'_>) {
    let count = run.elements.len();
    let rows = count.div_ceil(LANES);
    for step in &plan.steps {
        match *step {
            Step::Work { to, work } => match to.width {
                Width::Narrow => compute(&mut columns.narrow, to.place, rows, work, run),
                Width::Wide => compute(&mut columns.wide, to.place, rows, work, run),
            },
            Step::Lookup { to, of, function } => {
                look_up(columns, to, (of, rows, count), &functions[function]);
            }
            Step::Convert { to, of } => convert(columns, to, of, rows),
            Step::Store { of, vector } => {
                let to = &mut run.values[vector][run.elements.clone()];
                match of.width {
                    Width::Narrow => store(to, columns.narrow.column(of.place, rows)),
                    Width::Wide => store(to, columns.wide.column(of.place, rows)),
                }
            }
        }
    }
}

#[inline(always)]
fn look_up(
    columns: &mut Columns,
    to: Column,
    (of, rows, count): (usize, usize, usize),
    function: &Function,
) {
    match to.width {
        Width::Narrow => {
            let (result, earlier) = columns.narrow.split(to.place, rows);
            function.apply(result, earlier.column(of), count);
        }
        Width::Wide => {
            let result = columns.wide.column_mut(to.place, rows);
            function.apply(result, columns.narrow.column(of, rows), count);
        }
    }
}

#[inline(always)]
fn convert(columns: &mut Columns, to: Column, of: usize, rows: usize) {
    let Columns { narrow, wide } = columns;
    match to.width {
        Width::Narrow => converted(narrow.column_mut(to.place, rows), wide.column(of, rows)),
        Width::Wide => converted(wide.column_mut(to.place, rows), narrow.column(of, rows)),
    }
}

#[inline(always)]
fn converted<V: Word, W: Word>(result: &mut [Lanes<V>], of: &[Lanes<W>]) {
    for (result, of) in result.iter_mut().zip(of) {
        *result = lanes(|lane| V::of(of[lane].raw()));
    }
}

/// Elements of a vector, from 64 bits; lanes beyond them stay as they are.
#[inline(always)]
fn load<W: Word>(result: &mut [Lanes<W>], of: &[i64]) {
    let (whole, rest) = of.as_chunks::<LANES>();
    for (result, of) in result.iter_mut().zip(whole) {
        *result = of.map(W::of);
    }
    if let Some(result) = result.get_mut(whole.len()) {
        copy_rest(result, rest, W::of);
    }
}

/// Elements of a vector, in 64 bits.
#[inline(always)]
fn store<W: Word>(to: &mut [i64], of: &[Lanes<W>]) {
    let (whole, rest) = to.as_chunks_mut::<LANES>();
    for (to, of) in whole.iter_mut().zip(of) {
        *to = of.map(W::raw);
    }
    if let Some(of) = of.get(whole.len()) {
        copy_rest(rest, of, W::raw);
    }
}

/// As many words as both have, fewer than [`LANES`]; halves of lanes at a time and no loop.
#[inline(always)]
fn copy_rest<A: Copy, B: Copy>(to: &mut [A], from: &[B], word: impl Fn(B) -> A) {
    let count = to.len().min(from.len());
    let (to, from) = copy_some::<8, A, B>(&mut to[..count], &from[..count], &word);
    let (to, from) = copy_some::<4, A, B>(to, from, &word);
    for lane in 0..3 {
        if let (Some(to), Some(from)) = (to.get_mut(lane), from.get(lane)) {
            *to = word(*from);
        }
    }
}

/// Some words where there are so many; what is left.
#[inline(always)]
fn copy_some<'a, 'b, const SOME: usize, A, B: Copy>(
    to: &'a mut [A],
    from: &'b [B],
    word: impl Fn(B) -> A,
) -> (&'a mut [A], &'b [B]) {
    match from.split_first_chunk::<SOME>() {
        Some((some, rest)) if to.len() >= SOME => {
            let (first, to) = to.split_at_mut(SOME);
            let words = some.map(word);
            first
                .iter_mut()
                .zip(words)
                .for_each(|(to, word)| *to = word);
            (to, rest)
        }
        _ => (to, from),
    }
}

/// Computes a column from earlier ones.
#[inline(always)]
fn compute<W: Word>(bank: &mut Bank<W>, to: usize, rows: usize, work: Work, run: &Run<'_>) {
    let (result, earlier) = bank.split(to, rows);
    let of = |column: usize| earlier.column(column);
    match work {
        Work::Sums(gather) => run.sums[gather].read(run.first, result),
        Work::Element(vector) => load(result, &run.values[vector][run.elements.clone()]),
        // Constants stand in their columns, and look-ups are steps of their own.
        Work::Constant(_) | Work::Lookup { .. } => (),
        Work::Add(a, b) => pairwise(result, of(a), of(b), W::plus),
        Work::Subtract(a, b) => pairwise(result, of(a), of(b), W::minus),
        Work::Multiply(a, b) => pairwise(result, of(a), of(b), W::times),
        Work::Less(a, b) => pairwise(result, of(a), of(b), |a, b| W::of(i64::from(a < b))),
        Work::Minimum(a, b) => pairwise(result, of(a), of(b), W::min),
        Work::Maximum(a, b) => pairwise(result, of(a), of(b), W::max),
        Work::Select {
            condition,
            high,
            low,
        } => select(result, of(condition), of(high), of(low)),
        Work::Resize {
            of: operand,
            shift,
            limit,
        } => resize(result, of(operand), shift, limit),
    }
}

#[inline(always)]
fn pairwise<W: Word>(
    result: &mut [Lanes<W>],
    a: &[Lanes<W>],
    b: &[Lanes<W>],
    of: impl Fn(W, W) -> W,
) {
    for ((result, a), b) in result.iter_mut().zip(a).zip(b) {
        *result = lanes(|lane| of(a[lane], b[lane]));
    }
}

#[inline(always)]
fn select<W: Word>(
    result: &mut [Lanes<W>],
    condition: &[Lanes<W>],
    high: &[Lanes<W>],
    low: &[Lanes<W>],
) {
    let branches = high.iter().zip(low);
    for ((result, condition), (high, low)) in result.iter_mut().zip(condition).zip(branches) {
        *result = lanes(|lane| match condition[lane] != W::default() {
            true => high[lane],
            false => low[lane],
        });
    }
}
