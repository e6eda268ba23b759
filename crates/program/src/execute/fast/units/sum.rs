//! A gather with dense or sparse weights, in the narrowest words that hold its sums.

use std::ops::Range;

use multiversion::multiversion;

use super::rows::Rows;
use super::tiles::Runs;
use crate::execute::fast::elementwise::Tables;
use crate::execute::fast::mapped::Mapped;
use crate::execute::fast::sums::Sums;
use crate::execute::fast::word::Width;
use crate::program::Program;
use crate::range::GatherBounds;
use crate::stage::{Gather, VectorId};

/// A gather.
#[derive(Debug, Clone)]
pub struct Sum {
    source: Mapped,
    matrix: Matrix,
}

/// Words wrap: a sum whose final value fits is right whatever its terms are.
#[derive(Debug, Clone)]
enum Matrix {
    Narrow(Rows<i32>),
    Wide(Rows<i64>),
}

impl Sum {
    /// A gather whose sums have these bounds; `None` for a template over a grid.
    pub fn of(
        program: &Program,
        (gather, bounds): (&Gather, &GatherBounds),
        runs: Runs,
        tables: Tables,
    ) -> Option<Sum> {
        Some(Sum {
            source: Mapped::of(program, gather, bounds, tables)?,
            matrix: match Width::of(bounds.sums) {
                Width::Narrow => Matrix::Narrow(Rows::of(program, gather, runs)?),
                Width::Wide => Matrix::Wide(Rows::of(program, gather, runs)?),
            },
        })
    }

    /// Room for the sums of at most so many rows.
    pub fn room(&self, longest: usize) -> Sums {
        match self.matrix {
            Matrix::Narrow(_) => Sums::new(Width::Narrow, longest),
            Matrix::Wide(_) => Sums::new(Width::Wide, longest),
        }
    }

    /// The vector that is read.
    pub fn source(&self) -> VectorId {
        self.source.source()
    }

    /// Takes the whole source as it stands.
    pub fn read_all(&mut self, values: &mut [Vec<i64>]) {
        let all = 0..values[self.source().0].len();
        self.read(values, all);
    }

    /// Takes some elements of the source as they stand.
    pub fn read(&mut self, values: &mut [Vec<i64>], elements: Range<usize>) {
        match &mut self.matrix {
            Matrix::Narrow(rows) => {
                let words = rows.source(elements.clone());
                self.source.read(values, elements, words);
            }
            Matrix::Wide(rows) => {
                let words = rows.source(elements.clone());
                self.source.read(values, elements, words);
            }
        }
    }

    /// The sums of a run of rows.
    pub fn sums(&self, rows: Range<usize>, sums: &mut Sums) {
        every_sum(&self.matrix, rows, sums);
    }
}

/// Computes the sums in order; all loops are compiled for what the processor has.
#[multiversion(targets(
    "x86_64+avx512f+avx512bw+avx512dq+avx512vl+avx2+bmi1+bmi2+fma+lzcnt+popcnt",
    "x86_64+avx2+bmi1+bmi2+fma+lzcnt+popcnt"
))]
fn every_sum(matrix: &Matrix, rows: Range<usize>, sums: &mut Sums) {
    match (matrix, sums) {
        (Matrix::Narrow(of), Sums::Narrow(sums)) => of.sums(rows, sums),
        (Matrix::Wide(of), Sums::Wide(sums)) => of.sums(rows, sums),
        // Room is made for sums of the same width.
        (Matrix::Narrow(_), Sums::Wide(_)) | (Matrix::Wide(_), Sums::Narrow(_)) => (),
    }
}
