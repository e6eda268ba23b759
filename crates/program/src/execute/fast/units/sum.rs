//! A gather with dense or sparse weights, in the narrowest words that hold its sums.

use std::ops::Range;

use multiversion::multiversion;

use crate::execute::fast::elementwise::Elementwise;
use crate::program::Program;
use crate::range::{GatherBounds, Interval};
use crate::stage::{Arrangement, Gather, NodeId, Role, Table, VectorId};

/// A gather.
#[derive(Debug, Clone)]
pub struct Sum {
    source: VectorId,
    map: Option<(Elementwise, NodeId)>,
    matrix: Matrix,
}

/// Words wrap: a sum whose final value fits is right whatever its terms are.
#[derive(Debug, Clone)]
enum Matrix {
    Narrow(Rows<i32>),
    Wide(Rows<i64>),
}

#[derive(Debug, Clone)]
struct Rows<W> {
    weights: Arranged<W>,
    /// What each sum starts from; zeros where there is nothing.
    offsets: Vec<W>,
    /// The mapped source.
    source: Vec<W>,
}

#[derive(Debug, Clone)]
enum Arranged<W> {
    Dense {
        columns: usize,
        values: Vec<W>,
    },
    Sparse {
        /// Where the weights of each row end.
        ends: Vec<usize>,
        /// (source, weight), row by row.
        links: Vec<(u32, W)>,
    },
}

impl Sum {
    /// A gather whose sums have these bounds; `None` for a template over a grid.
    pub fn of(program: &Program, gather: &Gather, bounds: &GatherBounds) -> Option<Sum> {
        let narrow = Interval::new(i128::from(i32::MIN), i128::from(i32::MAX));
        let matrix = if bounds.sums.within(narrow) {
            Matrix::Narrow(Rows::of(program, gather)?)
        } else {
            Matrix::Wide(Rows::of(program, gather)?)
        };
        let map = gather.map.as_ref();
        Some(Sum {
            source: gather.source,
            map: map.map(|(map, node)| (Elementwise::new(map), *node)),
            matrix,
        })
    }

    /// The vector that is read.
    pub fn source(&self) -> VectorId {
        self.source
    }

    /// Takes the whole source as it stands.
    pub fn read_all(&mut self, tables: &[Table], values: &[Vec<i64>]) {
        let all = 0..values[self.source.0].len();
        self.read(tables, values, all);
    }

    /// Takes some elements of the source as they stand.
    pub fn read(&mut self, tables: &[Table], values: &[Vec<i64>], elements: Range<usize>) {
        let source = match &mut self.map {
            None => &values[self.source.0][elements.clone()],
            Some((map, node)) => {
                map.run(tables, &[], values, elements.clone());
                map.node(*node)
            }
        };
        match &mut self.matrix {
            Matrix::Narrow(rows) => rows.read(source, elements),
            Matrix::Wide(rows) => rows.read(source, elements),
        }
    }

    /// The sums of some rows.
    pub fn sums(&self, rows: Range<usize>, sums: &mut Vec<i64>) {
        sums.clear();
        match &self.matrix {
            Matrix::Narrow(of) => narrow_sums(of, rows, sums),
            Matrix::Wide(of) => wide_sums(of, rows, sums),
        }
    }
}

#[multiversion(targets(
    "x86_64+avx512f+avx512bw+avx512dq+avx512vl+avx2+bmi1+bmi2+fma+lzcnt+popcnt",
    "x86_64+avx2+bmi1+bmi2+fma+lzcnt+popcnt"
))]
fn narrow_sums(of: &Rows<i32>, rows: Range<usize>, sums: &mut Vec<i64>) {
    sums.extend(rows.map(|row| i64::from(of.sum(row))));
}

#[multiversion(targets(
    "x86_64+avx512f+avx512bw+avx512dq+avx512vl+avx2+bmi1+bmi2+fma+lzcnt+popcnt",
    "x86_64+avx2+bmi1+bmi2+fma+lzcnt+popcnt"
))]
fn wide_sums(of: &Rows<i64>, rows: Range<usize>, sums: &mut Vec<i64>) {
    sums.extend(rows.map(|row| of.sum(row)));
}

/// A word of two's complement whose arithmetic wraps.
trait Word: Copy {
    fn of(raw: i64) -> Self;
    /// `self + a * b`.
    fn plus(self, a: Self, b: Self) -> Self;
}

impl Word for i32 {
    #[inline(always)]
    fn of(raw: i64) -> i32 {
        raw as i32
    }

    #[inline(always)]
    fn plus(self, a: i32, b: i32) -> i32 {
        self.wrapping_add(a.wrapping_mul(b))
    }
}

impl Word for i64 {
    #[inline(always)]
    fn of(raw: i64) -> i64 {
        raw
    }

    #[inline(always)]
    fn plus(self, a: i64, b: i64) -> i64 {
        self.wrapping_add(a.wrapping_mul(b))
    }
}

impl<W: Word> Rows<W> {
    fn of(program: &Program, gather: &Gather) -> Option<Rows<W>> {
        let words = |values: &[i64]| values.iter().map(|&raw| W::of(raw)).collect::<Vec<W>>();
        let (rows, columns, weights) = match &gather.weights.arrangement {
            Arrangement::Dense {
                rows,
                columns,
                values,
            } => {
                let (columns, values) = (*columns, words(values));
                (*rows, columns, Arranged::Dense { columns, values })
            }
            Arrangement::Sparse { columns, rows } => {
                let links = rows.iter().flatten();
                let links = links.map(|&(column, raw)| (column as u32, W::of(raw)));
                let mut end = 0;
                let ends = rows.iter().map(|row| {
                    end += row.len();
                    end
                });
                let arranged = Arranged::Sparse {
                    ends: ends.collect(),
                    links: links.collect(),
                };
                (rows.len(), *columns, arranged)
            }
            Arrangement::Stencil { .. } => return None,
        };
        let offsets = match gather.offset {
            None => vec![W::of(0); rows],
            Some(id) => match &program.vector(id)?.role {
                Role::Parameter(values) => words(values),
                _ => return None,
            },
        };
        Some(Rows {
            weights,
            offsets,
            source: vec![W::of(0); columns],
        })
    }

    fn read(&mut self, values: &[i64], elements: Range<usize>) {
        let read = self.source[elements].iter_mut().zip(values);
        read.for_each(|(word, &value)| *word = W::of(value));
    }

    #[inline(always)]
    fn sum(&self, row: usize) -> W {
        let start = self.offsets[row];
        match &self.weights {
            Arranged::Dense { columns, values } => {
                let weights = &values[row * columns..(row + 1) * columns];
                let terms = weights.iter().zip(&self.source);
                terms.fold(start, |sum, (&weight, &source)| sum.plus(weight, source))
            }
            Arranged::Sparse { ends, links } => {
                let first = row.checked_sub(1).map_or(0, |before| ends[before]);
                let links = links[first..ends[row]].iter();
                links.fold(start, |sum, &(column, weight)| {
                    sum.plus(weight, self.source[column as usize])
                })
            }
        }
    }
}
