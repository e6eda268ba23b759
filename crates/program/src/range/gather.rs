//! The exact bounds of a gather's sums.

use super::interval::Interval;
use crate::stage::{Arrangement, Boundary, Gather, Role, Storage, Vector, Weights};

/// The sums of a gather over a program's vectors, from the smallest to the largest of any row;
/// `source` holds every value of the mapped source. `None` where a sum leaves 127 bits.
///
/// Elements of the source are independent of each other, so that both bounds are attained (a grid
/// smaller than its template, whose cells meet more than one coefficient, may stay inside).
/// Weights that can be loaded at run time count with every value of their format.
pub fn sums(vectors: &[Vector], gather: &Gather, source: Interval) -> Option<Interval> {
    let source = with_boundary(&gather.weights, source);
    let offsets: &[i64] = match gather.offset.and_then(|id| vectors.get(id.0)) {
        Some(vector) => match &vector.role {
            Role::Parameter(values) => values,
            _ => return None,
        },
        None => &[],
    };
    rows(&gather.weights, offsets, source)
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
