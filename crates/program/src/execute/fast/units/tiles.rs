//! Rows of weights side by side, so that the sums of neighbouring rows grow together, column by
//! column, without leaving the processor's registers.

use std::ops::Range;

use crate::execute::fast::RUN;
use crate::execute::fast::aligned::Aligned;
use crate::execute::fast::word::Word;

/// Heights of tiles. A loop over fewer rows is unrolled by the compiler before it is made one of
/// vectors, and comes out several times slower; `cargo run --release -p program --example
/// throughput` shows it.
const HEIGHTS: [usize; 3] = [64, 80, 48];

/// The height of tiles that begin wherever a run of rows may begin.
pub const ALIGNED: usize = HEIGHTS[0];

/// The height of the highest tile.
pub const HIGHEST: usize = HEIGHTS[1];

/// Which rows are summed at a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Runs {
    /// All.
    Whole,
    /// Some, from one whose number is a multiple of [`ALIGNED`].
    Aligned,
    /// Any.
    Any,
}

impl Runs {
    /// The height of tiles whose rows can be summed together; with the fewest rows that are none,
    /// where there is a choice.
    fn height(self, rows: usize) -> Option<usize> {
        let padded = |height: &usize| rows.next_multiple_of(*height);
        match self {
            Runs::Whole if rows <= RUN => HEIGHTS.into_iter().min_by_key(padded),
            Runs::Whole | Runs::Aligned => Some(ALIGNED),
            Runs::Any => None,
        }
    }
}

/// The weights of a matrix, tile by tile, in each column by column; zeros behind the last row.
#[derive(Debug, Clone)]
pub struct Tiles<W: Copy> {
    height: usize,
    columns: usize,
    weights: Aligned<W>,
}

impl<W: Word> Tiles<W> {
    /// Of a matrix row by row; `None` where it is faster to sum each row by itself, which takes a
    /// few more steps to bring its lanes together, but computes no rows that are none.
    pub fn of((rows, columns): (usize, usize), values: &[i64], runs: Runs) -> Option<Tiles<W>> {
        let height = runs.height(rows)?;
        let padded = rows.next_multiple_of(height);
        // A vector holds at least eight words.
        let (lanes, together) = (8, 4);
        if padded / lanes * columns > rows * (columns.div_ceil(lanes) + together) {
            return None;
        }
        let mut weights = Aligned::new(W::default(), padded * columns);
        for (row, values) in values.chunks(columns.max(1)).enumerate() {
            let tile = &mut weights[row / height * height * columns..];
            for (column, &value) in values.iter().enumerate() {
                tile[column * height + row % height] = W::of(value);
            }
        }
        Some(Tiles {
            height,
            columns,
            weights,
        })
    }

    /// The sums of some rows, of which the first begins a tile, and of those up to the end of the
    /// last tile. Each grows from its offset.
    #[inline(always)]
    pub fn sums(&self, rows: Range<usize>, offsets: &[W], source: &[W], sums: &mut [W]) {
        match self.height {
            48 => self.sums_of::<48>(rows, offsets, source, sums),
            80 => self.sums_of::<80>(rows, offsets, source, sums),
            _ => self.sums_of::<64>(rows, offsets, source, sums),
        }
    }

    #[inline(always)]
    fn sums_of<const HEIGHT: usize>(
        &self,
        rows: Range<usize>,
        offsets: &[W],
        source: &[W],
        sums: &mut [W],
    ) {
        let (tiles, _) = self.weights.as_chunks::<HEIGHT>();
        let tiles = tiles[rows.start / HEIGHT * self.columns..].chunks(self.columns.max(1));
        let (sums, _) = sums.as_chunks_mut::<HEIGHT>();
        let (offsets, _) = offsets[rows.start..].as_chunks::<HEIGHT>();
        let count = rows.len().div_ceil(HEIGHT);
        for ((tile, sums), offsets) in tiles.zip(sums).zip(offsets).take(count) {
            let mut all = *offsets;
            for (weights, &source) in tile.iter().zip(source) {
                for lane in 0..HEIGHT {
                    all[lane] = all[lane].plus(weights[lane].times(source));
                }
            }
            *sums = all;
        }
    }
}
