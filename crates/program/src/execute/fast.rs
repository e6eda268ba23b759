//! Kernels that compute what [`super::interpret`] defines, faster, for common shapes.

mod bipolar;
mod grid;

use super::blocks::Blocks;
use crate::program::Program;
use crate::stage::Stage;

/// A stage's fast kernel.
#[derive(Debug, Clone)]
pub enum Kernel {
    /// Dense or sparse weights over a bipolar state that takes the sign of its sum.
    Bipolar(bipolar::Bipolar),
    /// A template over a grid.
    Grid(grid::GridKernel),
}

impl Kernel {
    /// The kernel of a stage, where one applies.
    pub fn of(program: &Program, stage: &Stage) -> Option<Kernel> {
        bipolar::Bipolar::of(program, stage)
            .map(Kernel::Bipolar)
            .or_else(|| grid::GridKernel::of(program, stage).map(Kernel::Grid))
    }

    /// Runs the stage once. No value can overflow where a kernel applies.
    pub fn run(&mut self, values: &mut [Vec<i64>], blocks: &Blocks) {
        match self {
            Kernel::Bipolar(kernel) => kernel.run(values, blocks),
            Kernel::Grid(kernel) => kernel.run(values),
        }
    }
}
