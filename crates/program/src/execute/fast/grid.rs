//! Templates over grids, row by row: each tap of the template and each node of the expression is
//! one loop over a row.
//!
//! The kernel is made only where the ranges prove that no value leaves its format, so that nothing
//! needs to be checked while it runs.

use multiversion::multiversion;

use super::elementwise::{Asked, Elementwise, Tables};
use super::mapped::Mapped;
use super::sums::Sums;
use super::word::{Width, Word};
use super::{RUN, proof};
use crate::program::Program;
use crate::range::StageBounds;
use crate::stage::{Arrangement, Boundary, Gather, Role, Shape, Stage};

/// The kernel of a stage with one stencil gather.
#[derive(Debug, Clone)]
pub struct GridKernel {
    rows: usize,
    columns: usize,
    template: Template,
    /// The sums of a row.
    sums: [Sums; 1],
    apply: Elementwise,
}

/// Words wrap: a sum whose final value fits is right whatever its terms are.
#[derive(Debug, Clone)]
enum Template {
    Narrow(Taps<i32>),
    Wide(Taps<i64>),
}

#[derive(Debug, Clone)]
struct Taps<W> {
    radius: usize,
    /// (rows south, columns east, weight), without zeros.
    taps: Vec<(usize, usize, W)>,
    boundary: Boundary,
    source: Mapped,
    /// What each sum starts from; nothing for zeros.
    offsets: Option<Vec<W>>,
    /// The mapped source.
    cells: Vec<W>,
    /// The mapped source with `radius` cells beyond each edge.
    padded: Vec<W>,
}

impl GridKernel {
    /// The kernel of a stage, where it applies.
    pub fn of(
        program: &Program,
        stage: &Stage,
        bounds: &StageBounds,
        tables: Tables,
    ) -> Option<GridKernel> {
        let ([gather], [sums]) = (stage.gathers.as_slice(), bounds.gathers.as_slice()) else {
            return None;
        };
        let Shape::Grid { rows, columns } = program.vector(gather.source)?.shape else {
            return None;
        };
        if !proof::holds(stage, bounds) {
            return None;
        }
        let source = Mapped::of(program, gather, sums, tables)?;
        let width = Width::of(sums.sums);
        let asked = Asked {
            writes: &stage.writes,
            node: stage.rest,
            longest: columns.min(RUN),
        };
        let tables = (program.tables.as_slice(), tables);
        Some(GridKernel {
            rows,
            columns,
            template: match width {
                Width::Narrow => Template::Narrow(Taps::of(program, gather, source)?),
                Width::Wide => Template::Wide(Taps::of(program, gather, source)?),
            },
            sums: [Sums::new(width, columns)],
            apply: Elementwise::new((&stage.apply, &bounds.nodes), tables, &asked)?,
        })
    }

    /// Runs the stage once. Says whether all cells are at rest, as far as the stage judges that.
    pub fn run(&mut self, values: &mut [Vec<i64>]) -> bool {
        let shape = (self.rows, self.columns);
        match &mut self.template {
            Template::Narrow(taps) => taps.pad(values, shape),
            Template::Wide(taps) => taps.pad(values, shape),
        }
        let mut at_rest = true;
        for row in 0..self.rows {
            sum_row(&self.template, shape, row, &mut self.sums[0]);
            for first in (0..self.columns).step_by(RUN) {
                let start = row * self.columns + first;
                let count = RUN.min(self.columns - first);
                // What cells read beside their sums, which are over a copy of the source, are their
                // own elements, so that they can be written at once.
                self.apply
                    .run((&self.sums, first), values, start..start + count);
                at_rest &= self.apply.all_hold(count);
            }
        }
        at_rest
    }
}

/// The sums of a row; all loops are compiled for what the processor has.
#[multiversion(targets(
    "x86_64+avx512f+avx512bw+avx512dq+avx512vl+avx2+bmi1+bmi2+fma+lzcnt+popcnt",
    "x86_64+avx2+bmi1+bmi2+fma+lzcnt+popcnt"
))]
fn sum_row(template: &Template, (_, columns): (usize, usize), row: usize, sums: &mut Sums) {
    match (template, sums) {
        (Template::Narrow(taps), Sums::Narrow(sums)) => taps.sum(columns, row, sums),
        (Template::Wide(taps), Sums::Wide(sums)) => taps.sum(columns, row, sums),
        // Room is made for sums of the same width.
        (Template::Narrow(_), Sums::Wide(_)) | (Template::Wide(_), Sums::Narrow(_)) => (),
    }
}

impl<W: Word> Taps<W> {
    fn of(program: &Program, gather: &Gather, source: Mapped) -> Option<Taps<W>> {
        let Arrangement::Stencil {
            radius,
            coefficients,
            boundary,
        } = &gather.weights.arrangement
        else {
            return None;
        };
        let side = 2 * radius + 1;
        let taps = coefficients.iter().enumerate();
        let taps = taps.filter(|(_, weight)| **weight != 0);
        let offsets = match gather.offset {
            None => None,
            Some(id) => match &program.vector(id)?.role {
                Role::Parameter(values) => Some(values.iter().map(|&raw| W::of(raw)).collect()),
                _ => return None,
            },
        };
        Some(Taps {
            radius: *radius,
            taps: taps
                .map(|(place, &weight)| (place / side, place % side, W::of(weight)))
                .collect(),
            boundary: *boundary,
            source,
            offsets,
            cells: vec![],
            padded: vec![],
        })
    }

    #[inline(always)]
    fn sum(&self, columns: usize, row: usize, sums: &mut [W]) {
        let sums = &mut sums[..columns];
        match &self.offsets {
            Some(offsets) => sums.copy_from_slice(&offsets[row * columns..][..columns]),
            None => sums.fill(W::default()),
        }
        let width = columns + 2 * self.radius;
        for &(south, east, weight) in &self.taps {
            let source = &self.padded[(row + south) * width + east..][..columns];
            let terms = sums.iter_mut().zip(source);
            terms.for_each(|(sum, &source)| *sum = sum.plus(weight.times(source)));
        }
    }

    /// Reads the source as it stands.
    fn pad(&mut self, values: &mut [Vec<i64>], (rows, columns): (usize, usize)) {
        self.cells.resize(rows * columns, W::default());
        self.source.read(values, 0..rows * columns, &mut self.cells);
        self.padded.clear();
        let radius = self.radius as i64;
        for row in -radius..rows as i64 + radius {
            let fixed = W::of(fixed(self.boundary));
            let Some(real) = beyond(row, rows as i64, self.boundary) else {
                let more = columns + 2 * self.radius;
                self.padded.resize(self.padded.len() + more, fixed);
                continue;
            };
            let cells = &self.cells[real as usize * columns..][..columns];
            let edge = |column: i64| match beyond(column, columns as i64, self.boundary) {
                Some(column) => cells[column as usize],
                None => fixed,
            };
            self.padded.extend((-radius..0).map(edge));
            self.padded.extend_from_slice(cells);
            let columns = columns as i64;
            self.padded.extend((columns..columns + radius).map(edge));
        }
    }
}

/// The place on the grid that stands for a place; `None` where the boundary's value does.
fn beyond(place: i64, length: i64, boundary: Boundary) -> Option<i64> {
    match boundary {
        _ if (0..length).contains(&place) => Some(place),
        Boundary::Fixed(_) => None,
        Boundary::ZeroFlux => Some(place.clamp(0, length - 1)),
        Boundary::Periodic => Some(place.rem_euclid(length)),
    }
}

fn fixed(boundary: Boundary) -> i64 {
    match boundary {
        Boundary::Fixed(value) => value,
        Boundary::ZeroFlux | Boundary::Periodic => 0,
    }
}
