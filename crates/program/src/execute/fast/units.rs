//! Dense and sparse sums over units, and any expression over them.
//!
//! The kernel is made only where the ranges prove that no value leaves its format against the
//! program's will, so that nothing needs to be checked while it runs.

mod sum;

use super::elementwise::Elementwise;
use super::proof;
use crate::execute::blocks::Blocks;
use crate::program::Program;
use crate::range::StageBounds;
use crate::stage::{NodeId, Stage, Table, VectorId};
use sum::Sum;

/// Rows whose values are computed together, so that they stay near the processor.
const RUN: usize = 256;

/// The kernel of a stage over units.
#[derive(Debug, Clone)]
pub struct Units {
    gathers: Vec<Sum>,
    /// The sums of a run of rows, gather by gather.
    sums: Vec<Vec<i64>>,
    apply: Elementwise,
    writes: Vec<(VectorId, NodeId)>,
    /// What is written to each vector at the end of a block.
    results: Vec<Vec<i64>>,
    rest: Option<NodeId>,
}

impl Units {
    /// The kernel of a stage, where it applies.
    pub fn of(program: &Program, stage: &Stage, bounds: &StageBounds) -> Option<Units> {
        if !proof::holds(stage, bounds) {
            return None;
        }
        let gathers = stage.gathers.iter().zip(&bounds.gathers);
        let gathers = gathers.map(|(gather, bounds)| Sum::of(program, gather, bounds));
        Some(Units {
            gathers: gathers.collect::<Option<_>>()?,
            sums: vec![vec![]; stage.gathers.len()],
            apply: Elementwise::new(&stage.apply),
            writes: stage.writes.clone(),
            results: vec![vec![]; stage.writes.len()],
            rest: stage.rest,
        })
    }

    /// Runs the stage once. Says whether all elements are at rest, as far as the stage judges that.
    pub fn run(&mut self, tables: &[Table], values: &mut [Vec<i64>], blocks: &Blocks) -> bool {
        for gather in &mut self.gathers {
            gather.read_all(tables, values);
        }
        let mut at_rest = true;
        for block in blocks {
            for start in block.clone().step_by(RUN) {
                let rows = start..(start + RUN).min(block.end);
                for (gather, sums) in self.gathers.iter().zip(&mut self.sums) {
                    gather.sums(rows.clone(), sums);
                }
                self.apply.run(tables, &self.sums, values, rows);
                let rest = self.rest.map(|node| self.apply.node(node));
                at_rest &= rest.is_none_or(|rest| rest.iter().all(|&rests| rests != 0));
                for (result, (_, node)) in self.results.iter_mut().zip(&self.writes) {
                    result.extend_from_slice(self.apply.node(*node));
                }
            }
            for (result, (target, _)) in self.results.iter_mut().zip(&self.writes) {
                values[target.0][block.clone()].copy_from_slice(result);
                result.clear();
            }
            // What later blocks see of the vectors that were written.
            for gather in &mut self.gathers {
                if self
                    .writes
                    .iter()
                    .any(|(target, _)| *target == gather.source())
                {
                    gather.read(tables, values, block.clone());
                }
            }
        }
        at_rest
    }
}
