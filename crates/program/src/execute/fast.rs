//! Kernels that compute what [`super::interpret`] defines, faster, for common shapes.

mod aligned;
mod bipolar;
mod elementwise;
mod grid;
mod mapped;
mod proof;
mod sums;
mod units;
mod word;

use super::blocks::Blocks;
use crate::program::Program;
use crate::range::{Bounds, StageBounds};
use crate::stage::Stage;
pub use elementwise::Tables;

/// Elements whose values are computed together, so that they stay near the processor.
const RUN: usize = 256;

/// A stage's fast kernel.
#[derive(Debug, Clone)]
pub enum Kernel {
    /// Dense or sparse weights over a bipolar state that takes the sign of its sum.
    Bipolar(bipolar::Bipolar),
    /// A template over a grid.
    Grid(Box<grid::GridKernel>),
    /// Any dense or sparse sums, and any expression.
    Units(Box<units::Units>),
}

impl Kernel {
    /// The kernel of each stage of a program, where one applies.
    pub fn all(program: &Program, tables: Tables) -> Vec<Option<Kernel>> {
        let Ok(bounds) = Bounds::of(program) else {
            return vec![None; program.stages.len()];
        };
        let stages = program.stages.iter().zip(&bounds.stages);
        stages
            .map(|(stage, bounds)| Kernel::of(program, stage, bounds, tables))
            .collect()
    }

    fn of(
        program: &Program,
        stage: &Stage,
        bounds: &StageBounds,
        tables: Tables,
    ) -> Option<Kernel> {
        let bipolar = || bipolar::Bipolar::of(program, stage).map(Kernel::Bipolar);
        let grid = || {
            let kernel = grid::GridKernel::of(program, stage, bounds, tables)?;
            Some(Kernel::Grid(Box::new(kernel)))
        };
        let units = || {
            let kernel = units::Units::of(program, stage, bounds, tables)?;
            Some(Kernel::Units(Box::new(kernel)))
        };
        bipolar().or_else(grid).or_else(units)
    }

    /// Runs the stage once. No value can overflow where a kernel applies. Says whether all elements
    /// are at rest, as far as the stage judges that.
    pub fn run(&mut self, values: &mut [Vec<i64>], blocks: &Blocks) -> bool {
        match self {
            Kernel::Bipolar(kernel) => {
                kernel.run(values, blocks);
                true
            }
            Kernel::Grid(kernel) => kernel.run(values),
            Kernel::Units(kernel) => kernel.run(values, blocks),
        }
    }
}
