//! Rows of weights, laid out for the order in which their sums are wanted.

use std::ops::Range;

use super::tiles::{HIGHEST, Runs, Tiles};
use crate::execute::fast::word::{LANES, Word};
use crate::program::Program;
use crate::stage::{Arrangement, Gather, Role};

/// Rows of weights, and the source that they weigh.
#[derive(Debug, Clone)]
pub struct Rows<W: Copy> {
    weights: Arranged<W>,
    /// What each sum starts from; zeros where there is nothing, and behind the last.
    offsets: Vec<W>,
    /// The mapped source, and zeros behind it.
    source: Vec<W>,
}

#[derive(Debug, Clone)]
enum Arranged<W: Copy> {
    Tiles(Tiles<W>),
    /// Row by row, each with zeros up to whole lanes.
    Dense(Vec<W>),
    Sparse {
        /// Where the weights of each row end.
        ends: Vec<usize>,
        /// (source, weight), row by row.
        links: Vec<(u32, W)>,
    },
}

impl<W: Word> Rows<W> {
    /// The rows of a gather; `None` for a template over a grid.
    pub fn of(program: &Program, gather: &Gather, runs: Runs) -> Option<Rows<W>> {
        let (rows, columns, weights) = match &gather.weights.arrangement {
            Arrangement::Dense {
                rows,
                columns,
                values,
            } => {
                let weights = match Tiles::of((*rows, *columns), values, runs) {
                    Some(tiles) => Arranged::Tiles(tiles),
                    None => Arranged::dense(*columns, values),
                };
                (*rows, *columns, weights)
            }
            Arrangement::Sparse { columns, rows } => (rows.len(), *columns, Arranged::sparse(rows)),
            Arrangement::Stencil { .. } => return None,
        };
        let mut offsets = match gather.offset {
            None => vec![],
            Some(id) => match &program.vector(id)?.role {
                Role::Parameter(values) => values.iter().map(|&raw| W::of(raw)).collect(),
                _ => return None,
            },
        };
        offsets.resize(rows + HIGHEST, W::default());
        Some(Rows {
            weights,
            offsets,
            source: vec![W::default(); columns.next_multiple_of(LANES)],
        })
    }

    /// Some elements of the source.
    pub fn source(&mut self, elements: Range<usize>) -> &mut [W] {
        &mut self.source[elements]
    }

    /// The sums of a run of rows; there is room for those of another tile behind them.
    #[inline(always)]
    pub fn sums(&self, rows: Range<usize>, sums: &mut [W]) {
        let offsets = &self.offsets[rows.start..];
        match &self.weights {
            Arranged::Tiles(tiles) => tiles.sums(rows, &self.offsets, &self.source, sums),
            Arranged::Dense(weights) => {
                let columns = self.source.len();
                for ((row, sum), offset) in rows.zip(sums).zip(offsets) {
                    let weights = &weights[row * columns..(row + 1) * columns];
                    let terms = weights.iter().zip(&self.source);
                    *sum = terms.fold(*offset, |sum, (&weight, &source)| {
                        sum.plus(weight.times(source))
                    });
                }
            }
            Arranged::Sparse { ends, links } => {
                for ((row, sum), offset) in rows.zip(sums).zip(offsets) {
                    let first = row.checked_sub(1).map_or(0, |before| ends[before]);
                    let links = links[first..ends[row]].iter();
                    *sum = links.fold(*offset, |sum, &(column, weight)| {
                        sum.plus(weight.times(self.source[column as usize]))
                    });
                }
            }
        }
    }
}

impl<W: Word> Arranged<W> {
    fn dense(columns: usize, values: &[i64]) -> Arranged<W> {
        let padded = columns.next_multiple_of(LANES);
        let zeros = std::iter::repeat_n(W::default(), padded - columns);
        let rows = values.chunks(columns.max(1));
        let words = rows.flat_map(|row| row.iter().map(|&raw| W::of(raw)).chain(zeros.clone()));
        Arranged::Dense(words.collect())
    }

    fn sparse(rows: &[Vec<(usize, i64)>]) -> Arranged<W> {
        let links = rows.iter().flatten();
        let links = links.map(|&(column, raw)| (column as u32, W::of(raw)));
        let mut end = 0;
        let ends = rows.iter().map(|row| {
            end += row.len();
            end
        });
        Arranged::Sparse {
            ends: ends.collect(),
            links: links.collect(),
        }
    }
}
