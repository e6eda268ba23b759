//! What networks that minimise an Ising model have in common on the way to integers: couplings and
//! fields as words, and the choice of fraction bits by the energies to which runs come.

mod search;

use network::Matrix;
use network::ising::{Ising, Minimisation};
use program::{Program, Role, VectorId};

use crate::QuantizeError;
use crate::assembly::{Assembly, Source, values, weights};
use crate::coefficients::Coefficients;
pub use search::lowest;

/// What pulls at the units: couplings to a vector, and fields; and the largest error of a number.
///
/// # Errors
/// When a field needs more than 64 bits.
pub fn pull(
    assembly: &mut Assembly,
    minimisation: &Minimisation,
    couplings: &Coefficients,
    from: VectorId,
) -> Result<(Source, f64), QuantizeError> {
    let model = minimisation.all();
    let fraction = couplings.format.fraction() + assembly.format(from).fraction();
    let (offset, error) = match model.field.iter().any(|field| *field != 0.0) {
        true => {
            let (field, error) = assembly.parameter("field", &model.field, fraction)?;
            (Some(field), error)
        }
        false => (None, 0.0),
    };
    let source = Source {
        vector: from,
        weights: weights(&model.couplings, couplings),
        offset,
    };
    Ok((source, error.max(couplings.error)))
}

/// The couplings of all replicas, row by row.
pub fn couplings(minimisation: &Minimisation) -> Vec<f64> {
    let entries = minimisation.all().couplings.entries();
    entries.map(|(_, _, value)| value).collect()
}

/// The minimisation with its numbers as the words of the last stage stand for them.
pub fn rounded(minimisation: &Minimisation, program: &Program) -> Option<Minimisation> {
    let gather = program.stages.last()?.gathers.first()?;
    let units = minimisation.units();
    let field = match gather.offset.and_then(|offset| program.vector(offset)) {
        Some(vector) => match &vector.role {
            Role::Parameter(raw) => raw.iter().map(|&raw| vector.format.value(raw)).collect(),
            _ => return None,
        },
        None => vec![0.0; units],
    };
    let couplings = Matrix::sparse(units, units, &values(&gather.weights));
    Some(minimisation.with_numbers(Ising { couplings, field }))
}

/// Significant bits of the largest number of a course.
const SIGNIFICANT: i32 = 10;

/// Significant bits of the smallest number of a course that is not 0.
const LEAST_SIGNIFICANT: i32 = 3;

/// The most fraction bits of a course.
const FINEST: i32 = 20;

/// Numbers that change from step to step, 0 or more, as words: with ten significant bits of the
/// largest, and three of the smallest that is not 0.
///
/// # Errors
/// When one needs more than 64 bits.
pub fn course(values: &[f64]) -> Result<Coefficients, QuantizeError> {
    let above_zero = || values.iter().copied().filter(|value| *value > 0.0);
    let largest = above_zero().fold(0.0, f64::max);
    let smallest = above_zero().fold(f64::INFINITY, f64::min);
    let places = |bits: i32, value: f64| bits - 1 - value.log2().floor() as i32;
    let fraction = match largest > 0.0 {
        true => places(SIGNIFICANT, largest).max(places(LEAST_SIGNIFICANT, smallest)),
        false => 0,
    };
    Coefficients::with_fraction(values, fraction.clamp(0, FINEST))
}

/// The values of a schedule as its words stand for them.
pub fn scheduled(program: &Program, name: &str) -> Option<Vec<f64>> {
    let vector = program.vector(program.find(name)?)?;
    let Role::Schedule(raw) = &vector.role else {
        return None;
    };
    Some(raw.iter().map(|&raw| vector.format.value(raw)).collect())
}
