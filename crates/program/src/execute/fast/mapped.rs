//! The source of a gather, with its map.

use std::ops::Range;

use super::RUN;
use super::elementwise::{Asked, Elementwise, Tables};
use super::word::Word;
use crate::program::Program;
use crate::range::GatherBounds;
use crate::stage::{Gather, VectorId};

/// The elements that a gather weighs.
#[derive(Debug, Clone)]
pub struct Mapped {
    source: VectorId,
    map: Option<Elementwise>,
}

impl Mapped {
    /// Of a gather whose values have these bounds; `None` where a table is missing.
    pub fn of(
        program: &Program,
        gather: &Gather,
        bounds: &GatherBounds,
        tables: Tables,
    ) -> Option<Mapped> {
        let map = match &gather.map {
            None => None,
            Some((map, node)) => {
                let asked = Asked {
                    writes: &[],
                    node: Some(*node),
                    longest: RUN,
                };
                let tables = (program.tables.as_slice(), tables);
                Some(Elementwise::new((map, &bounds.map), tables, &asked)?)
            }
        };
        Some(Mapped {
            source: gather.source,
            map,
        })
    }

    /// The vector that is read.
    pub fn source(&self) -> VectorId {
        self.source
    }

    /// Some elements as they stand; `to` has as many words.
    pub fn read<W: Word>(&mut self, values: &mut [Vec<i64>], elements: Range<usize>, to: &mut [W]) {
        let Some(map) = &mut self.map else {
            let words = to.iter_mut().zip(&values[self.source.0][elements]);
            words.for_each(|(word, &value)| *word = W::of(value));
            return;
        };
        let starts = elements.clone().step_by(RUN);
        for (start, to) in starts.zip(to.chunks_mut(RUN)) {
            map.run((&[], 0), values, start..start + to.len());
            map.read(to);
        }
    }
}
