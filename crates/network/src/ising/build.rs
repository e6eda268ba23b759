//! From sections of a description to a model.

use super::{Ising, Minimisation};
use crate::combinatorial::Instance;
use crate::description::{IsingSections, Source};
use crate::diagnostic::NetworkError;
use crate::given;
use crate::matrix::Matrix;
use crate::problem::Problem;

impl Minimisation {
    /// Builds the model of a description, from its problem or from its numbers.
    ///
    /// # Errors
    /// What is wrong with a file that the description names, with the place of its name.
    pub fn from_sections(
        sections: &IsingSections<'_>,
        source: &Source,
    ) -> Result<Minimisation, NetworkError> {
        let (model, instance) = match (sections.problem, sections.units) {
            (Some(problem), _) => {
                let instance = Instance::from_section(problem, source.folder());
                let instance = instance.map_err(|error| placed(error, source))?;
                (instance.mapped().model, Some(instance))
            }
            (None, units) => (model(sections, units.unwrap_or(0), source)?, None),
        };
        sections.check_size(source, model.units())?;
        Ok(Minimisation::new(model, sections.replicas, instance))
    }
}

/// An error that stands at no line of the problem's file stands at its name.
fn placed(error: NetworkError, source: &Source) -> NetworkError {
    let found = error.diagnostic();
    match found.place {
        Some(_) => error,
        None => source.error("problem.file", found.problem.clone()),
    }
}

fn model(
    sections: &IsingSections<'_>,
    units: usize,
    source: &Source,
) -> Result<Ising, NetworkError> {
    let (weights, shape) = (sections.weights, (units, units));
    let (couplings, field) = match (&weights.w, &weights.sparse) {
        (Some(w), _) => {
            let (what, field) = ("the matrix of couplings", "weights.w");
            (Matrix::from_source(w, shape, what, source, field)?, field)
        }
        (None, Some(sparse)) => {
            let (what, field) = ("the list of couplings", "weights.sparse");
            (
                Matrix::from_triples(sparse, shape, what, source, field)?,
                field,
            )
        }
        (None, None) => (Matrix::sparse(units, units, &[]), "weights"),
    };
    let own = couplings.links().find(|(i, j, _)| i == j);
    if let Some((unit, _, value)) = own {
        let problem = Problem::ElementValue {
            what: "the matrix of couplings",
            value,
            position: format!("row {unit}, column {unit}"),
            allowed: "0 on the diagonal: the square of a spin is 1, so that it pulls at nothing",
        };
        return Err(source.error(field, problem));
    }
    let field = match &weights.bias {
        Some(bias) => given::vector(bias, units, "the fields", source, "weights.bias")?,
        None => vec![0.0; units],
    };
    Ok(Ising { couplings, field })
}
