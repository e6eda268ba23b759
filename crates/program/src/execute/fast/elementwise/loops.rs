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
    let result = &mut result.as_flattened_mut()[..of.len()];
    let (result, of) = load_some::<LANES, W>(result, of);
    let (result, of) = load_some::<4, W>(result, of);
    load_some::<1, W>(result, of);
}

/// Elements side by side as long as there are enough; what is left.
#[inline(always)]
fn load_some<'a, 'b, const SOME: usize, W: Word>(
    result: &'a mut [W],
    of: &'b [i64],
) -> (&'a mut [W], &'b [i64]) {
    let (some, rest) = result.as_chunks_mut::<SOME>();
    let (of, of_rest) = of.as_chunks::<SOME>();
    for (result, of) in some.iter_mut().zip(of) {
        *result = of.map(W::of);
    }
    (rest, of_rest)
}

/// Elements of a vector, in 64 bits.
#[inline(always)]
fn store<W: Word>(to: &mut [i64], of: &[Lanes<W>]) {
    let of = &of.as_flattened()[..to.len()];
    let (to, of) = store_some::<LANES, W>(to, of);
    let (to, of) = store_some::<4, W>(to, of);
    store_some::<1, W>(to, of);
}

/// As [`load_some`], the other way.
#[inline(always)]
fn store_some<'a, 'b, const SOME: usize, W: Word>(
    to: &'a mut [i64],
    of: &'b [W],
) -> (&'a mut [i64], &'b [W]) {
    let (some, rest) = to.as_chunks_mut::<SOME>();
    let (of, of_rest) = of.as_chunks::<SOME>();
    for (to, of) in some.iter_mut().zip(of) {
        *to = of.map(W::raw);
    }
    (rest, of_rest)
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
