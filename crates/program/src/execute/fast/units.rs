//! Dense and sparse sums over units, and any expression over them.
//!
//! The kernel is made only where the ranges prove that no value leaves its format against the
//! program's will, so that nothing needs to be checked while it runs.

mod parts;
mod rows;
mod sum;
mod tiles;

use std::ops::Range;

use super::elementwise::{Asked, Elementwise, Tables};
use super::sums::Sums;
use super::{RUN, proof};
use crate::execute::blocks::Blocks;
use crate::order::Order;
use crate::program::Program;
use crate::range::StageBounds;
use crate::stage::{Stage, VectorId};
use sum::Sum;
use tiles::{ALIGNED, HIGHEST, Runs};

/// The kernel of a stage over units.
#[derive(Debug, Clone)]
pub struct Units {
    gathers: Vec<Sum>,
    /// The gathers that read what the stage writes.
    own: Vec<usize>,
    /// The sums of a run of rows, gather by gather.
    sums: Vec<Sums>,
    parts: Vec<(Range<usize>, Elementwise)>,
    rows: usize,
}

impl Units {
    /// The kernel of a stage, where it applies.
    pub fn of(
        program: &Program,
        stage: &Stage,
        bounds: &StageBounds,
        tables: Tables,
    ) -> Option<Units> {
        if !proof::holds(stage, bounds) {
            return None;
        }
        let rows = elements(program, stage)?;
        let runs = runs(program, stage, rows);
        let gathers = stage.gathers.iter().zip(&bounds.gathers);
        let gathers = gathers.map(|gather| Sum::of(program, gather, runs, tables));
        let gathers: Vec<Sum> = gathers.collect::<Option<_>>()?;
        let writes = |of: VectorId| stage.writes.iter().any(|(target, _)| *target == of);
        let own = gathers.iter().enumerate();
        let own = own.filter(|(_, gather)| writes(gather.source()));
        let parts = parts::of(program, &stage.apply, rows).into_iter();
        let parts = parts.map(|part| {
            let asked = Asked {
                writes: &stage.writes,
                node: stage.rest,
                longest: part.rows.len().min(RUN),
            };
            let tables = (program.tables.as_slice(), tables);
            let apply = Elementwise::new((&part.apply, &bounds.nodes), tables, &asked)?;
            Some((part.rows, apply))
        });
        Some(Units {
            own: own.map(|(place, _)| place).collect(),
            sums: gathers
                .iter()
                .map(|of| of.room(rows.min(RUN) + HIGHEST))
                .collect(),
            parts: parts.collect::<Option<_>>()?,
            gathers,
            rows,
        })
    }

    /// Runs the stage once. Says whether all elements are at rest, as far as the stage judges that.
    pub fn run(&mut self, values: &mut [Vec<i64>], blocks: &Blocks) -> bool {
        for gather in &mut self.gathers {
            gather.read_all(values);
        }
        let mut at_rest = true;
        for block in blocks {
            for start in block.clone().step_by(RUN) {
                at_rest &= self.rows(values, start..(start + RUN).min(block.end));
            }
            if block.len() == self.rows {
                break;
            }
            // What later blocks see of the vectors that were written.
            for &gather in &self.own {
                self.gathers[gather].read(values, block.clone());
            }
        }
        at_rest
    }

    /// Updates a run of rows. What they read beside their sums, which are over a copy of the source,
    /// are their own elements, so that they can be written at once.
    fn rows(&mut self, values: &mut [Vec<i64>], rows: Range<usize>) -> bool {
        for (gather, sums) in self.gathers.iter().zip(&mut self.sums) {
            gather.sums(rows.clone(), sums);
        }
        let mut at_rest = true;
        for (of, apply) in &mut self.parts {
            let part = of.start.max(rows.start)..of.end.min(rows.end);
            if part.is_empty() {
                continue;
            }
            let count = part.len();
            apply.run((&self.sums, part.start - rows.start), values, part);
            at_rest &= apply.all_hold(count);
        }
        at_rest
    }
}

/// The elements that a stage writes.
fn elements(program: &Program, stage: &Stage) -> Option<usize> {
    let (target, _) = stage.writes.first()?;
    Some(program.vector(*target)?.shape.elements())
}

/// Which rows are summed at a time.
fn runs(program: &Program, stage: &Stage, rows: usize) -> Runs {
    let size = match program.order {
        _ if !stage.when.in_steps() => rows,
        Order::Synchronous => rows,
        Order::Block { size } => size,
        Order::Sequential | Order::Permuted { .. } => 1,
    };
    match size {
        _ if size >= rows => Runs::Whole,
        _ if size.is_multiple_of(ALIGNED) => Runs::Aligned,
        _ => Runs::Any,
    }
}
