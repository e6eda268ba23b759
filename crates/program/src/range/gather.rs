//! The exact bounds of a gather's sums.

use super::interval::Interval;
use crate::program::Program;
use crate::stage::{Arrangement, Boundary, Gather, Role, Shape, Storage, Weights};

/// Bounds of the sums of a gather over all its rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sums {
    /// From the smallest to the largest sum of any row.
    pub all: Interval,
    /// The weight of the element's own value, where that is the same in all rows and not zero.
    pub own_weight: Option<i64>,
    /// The sums without that term; all, where there is none.
    pub rest: Interval,
}

/// The sums of a gather for elements of the shape `target`; `source` holds every value of the
/// mapped source. `None` where a sum leaves 127 bits.
///
/// Elements of the source are independent of each other, so that both bounds are attained (a grid
/// smaller than its template, whose cells meet more than one coefficient, may stay inside).
/// Weights that can be loaded at run time count with every value of their format.
pub fn sums(program: &Program, gather: &Gather, target: Shape, source: Interval) -> Option<Sums> {
    let source = with_boundary(&gather.weights, source);
    let offsets: &[i64] = match gather.offset.and_then(|id| program.vector(id)) {
        Some(vector) => match &vector.role {
            Role::Parameter(values) => values,
            Role::State | Role::Input | Role::Derived => return None,
        },
        None => &[],
    };
    let all = rows(&gather.weights, offsets, source)?;
    let same_shape = program.vector(gather.source)?.shape == target;
    let splits = same_shape && gather.map.is_none() && gather.weights.storage == Storage::Rom;
    let own_weight = own_weight(&gather.weights.arrangement).filter(|_| splits);
    let own = source.times(Interval::point(own_weight.unwrap_or(0)))?;
    // The own term adds the same interval to every row, so that it can be taken off at the end.
    let rest = Interval::new(
        all.low.checked_sub(own.low)?,
        all.high.checked_sub(own.high)?,
    );
    Some(Sums {
        all,
        own_weight,
        rest,
    })
}

/// The source as a template sees it: with what stands for cells beyond the edge.
fn with_boundary(weights: &Weights, source: Interval) -> Interval {
    match weights.arrangement {
        Arrangement::Stencil {
            boundary: Boundary::Fixed(value),
            ..
        } => source.union(Interval::point(value)),
        _ => source,
    }
}

fn rows(weights: &Weights, offsets: &[i64], source: Interval) -> Option<Interval> {
    let whole = Interval::of(weights.format).times(source);
    let term = |weight: i64| match weights.storage {
        Storage::Rom => source.times(Interval::point(weight)),
        Storage::Ram => whole,
    };
    let row = |start: Interval, row: &mut dyn Iterator<Item = i64>| {
        let mut sum = start;
        for weight in row {
            sum = sum.plus(term(weight)?)?;
        }
        Some(sum)
    };
    let offset = |row: usize| Interval::point(offsets.get(row).copied().unwrap_or(0));
    let mut all = None;
    let mut join = |sum: Interval| {
        all = Some(all.map_or(sum, |all: Interval| all.union(sum)));
    };
    match &weights.arrangement {
        Arrangement::Dense {
            columns, values, ..
        } => {
            for (place, weights) in values.chunks((*columns).max(1)).enumerate() {
                join(row(offset(place), &mut weights.iter().copied())?);
            }
        }
        Arrangement::Sparse { rows, .. } => {
            for (place, links) in rows.iter().enumerate() {
                join(row(offset(place), &mut links.iter().map(|&(_, w)| w))?);
            }
        }
        Arrangement::Stencil { coefficients, .. } => {
            let start = Interval::hull(offsets.iter().copied()).unwrap_or(Interval::point(0));
            join(row(start, &mut coefficients.iter().copied())?);
        }
    }
    all
}

/// The weight that leads from an element to itself, where all rows have the same one, not zero.
fn own_weight(arrangement: &Arrangement) -> Option<i64> {
    let first = match arrangement {
        Arrangement::Dense {
            columns, values, ..
        } => {
            let rows = values.chunks((*columns).max(1)).enumerate();
            uniform(rows.map(|(place, row)| row.get(place).copied().unwrap_or(0)))
        }
        Arrangement::Sparse { rows, .. } => uniform(rows.iter().enumerate().map(|(place, row)| {
            let own = row.iter().find(|&&(column, _)| column == place);
            own.map_or(0, |&(_, weight)| weight)
        })),
        Arrangement::Stencil { coefficients, .. } => {
            coefficients.get(coefficients.len() / 2).copied()
        }
    };
    first.filter(|&weight| weight != 0)
}

/// The value that all have.
fn uniform(mut all: impl Iterator<Item = i64>) -> Option<i64> {
    let first = all.next()?;
    all.all(|other| other == first).then_some(first)
}

/// Whether a sum of 64 bits can hold every partial sum in whatever order, where partial sums are
/// not to wrap.
pub fn partial_sums_fit(weights: &Weights, offsets: Option<Interval>, source: Interval) -> bool {
    let source = with_boundary(weights, source);
    let Arrangement::Stencil { coefficients, .. } = &weights.arrangement else {
        return false;
    };
    let magnitude = |of: Interval| of.low.abs().max(of.high.abs());
    let start = offsets.map_or(0, magnitude);
    let worst = coefficients.iter().try_fold(start, |sum, &weight| {
        let term = i128::from(weight).abs().checked_mul(magnitude(source))?;
        sum.checked_add(term)
    });
    worst.is_some_and(|worst| worst < 1 << 62)
}
