//! Vectors that are made of elements of others.

use crate::program::Program;
use crate::stage::{Part, Role, VectorId};

/// A joined vector, and what it is made of.
#[derive(Debug, Clone)]
pub struct Joined<'p> {
    vector: usize,
    parts: &'p [Part],
}

impl Joined<'_> {
    /// For each stage of a program the joined vectors that it reads, each once.
    pub fn read(program: &Program) -> Vec<Vec<Joined<'_>>> {
        let of_stage = |stage: &crate::Stage| {
            let mut read: Vec<VectorId> = stage.reads().collect();
            read.sort_unstable();
            read.dedup();
            let joined = read.into_iter().filter_map(|id| Joined::of(program, id));
            joined.collect()
        };
        program.stages.iter().map(of_stage).collect()
    }

    fn of(program: &Program, id: VectorId) -> Option<Joined<'_>> {
        match &program.vector(id)?.role {
            Role::Joined(parts) => Some(Joined {
                vector: id.0,
                parts,
            }),
            _ => None,
        }
    }

    /// Gives the vector the present elements of its parts.
    pub fn refresh(&self, values: &mut [Vec<i64>]) {
        let mut first = 0;
        for part in self.parts {
            let places = [self.vector, part.of.0];
            // No part is a part of itself.
            if let Ok([all, of]) = values.get_disjoint_mut(places) {
                let all = &mut all[first..first + part.count];
                all.copy_from_slice(&of[part.first..part.first + part.count]);
            }
            first += part.count;
        }
    }
}
