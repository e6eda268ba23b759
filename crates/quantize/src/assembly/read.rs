//! Programs read back: the numbers that their words stand for.

use network::Matrix;
use program::{Gather, Program, Role, VectorId};

use super::values;

/// The weights of a gather into so many rows from so many columns, as their words stand for them.
pub fn matrix(gather: &Gather, rows: usize, columns: usize) -> Matrix {
    Matrix::sparse(rows, columns, &values(&gather.weights))
}

/// What a parameter vector stands for; none for a vector of another kind.
pub fn parameter(program: &Program, vector: VectorId) -> Option<Vec<f64>> {
    let vector = program.vector(vector)?;
    match &vector.role {
        Role::Parameter(raw) => Some(raw.iter().map(|&raw| vector.format.value(raw)).collect()),
        _ => None,
    }
}

/// What the sums of a gather start from: zeros where there is no offset.
pub fn offset(program: &Program, gather: &Gather, rows: usize) -> Option<Vec<f64>> {
    match gather.offset {
        Some(offset) => parameter(program, offset),
        None => Some(vec![0.0; rows]),
    }
}

/// The first gather of a stage.
pub fn gather<'p>(program: &'p Program, stage: &str) -> Option<&'p Gather> {
    let mut stages = program.stages.iter();
    stages.find(|of| of.name == stage)?.gathers.first()
}
