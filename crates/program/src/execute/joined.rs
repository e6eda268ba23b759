//! Vectors that are made of elements of others.

use crate::program::Program;
use crate::stage::{Role, VectorId};

/// For each stage of a program the joined vectors that it reads, each once.
pub fn read(program: &Program) -> Vec<Vec<VectorId>> {
    let joined = |id: &VectorId| {
        let vector = program.vector(*id);
        vector.is_some_and(|vector| matches!(vector.role, Role::Joined(_)))
    };
    let of_stage = |stage: &crate::Stage| {
        let mut read: Vec<VectorId> = stage.reads().filter(joined).collect();
        read.sort_unstable();
        read.dedup();
        read
    };
    program.stages.iter().map(of_stage).collect()
}

/// Gives a joined vector the present elements of its parts.
pub fn refresh(program: &Program, id: VectorId, values: &mut [Vec<i64>]) {
    let Some(Role::Joined(parts)) = program.vector(id).map(|vector| &vector.role) else {
        return;
    };
    let mut all = std::mem::take(&mut values[id.0]);
    all.clear();
    for part in parts {
        all.extend_from_slice(&values[part.of.0][part.first..part.first + part.count]);
    }
    values[id.0] = all;
}
