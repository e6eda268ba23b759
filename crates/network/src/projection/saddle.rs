//! Linear constraints, and the variational inequality that they and their multipliers make.

use crate::description::{ProjectionDescription, Source, TensorSource};
use crate::diagnostic::NetworkError;
use crate::given;
use crate::matrix::Matrix;
use crate::problem::Problem;

/// The constraints `A x = b` and `G x <= h`.
pub struct Constraints {
    /// A.
    pub equations: Matrix,
    b: Vec<f64>,
    /// G.
    pub inequalities: Matrix,
    h: Vec<f64>,
}

/// A variational inequality over a box.
pub struct Saddle {
    /// Its matrix.
    pub matrix: Matrix,
    /// Its vector.
    pub offset: Vec<f64>,
    /// The lower bounds.
    pub lower: Vec<f64>,
    /// The upper bounds.
    pub upper: Vec<f64>,
}

impl Constraints {
    /// Those of a description.
    ///
    /// # Errors
    /// What is wrong with a matrix or a right-hand side, at its field.
    pub fn read(
        described: &ProjectionDescription,
        source: &Source,
    ) -> Result<Constraints, NetworkError> {
        let units = described.network.units;
        let (equations, b) = match &described.equality {
            Some(given) => {
                let right = (&given.b, "the right-hand side b", "equality.b");
                let left = (&given.a, "the matrix A of the equations", "equality.a");
                rows(left, right, units, source)?
            }
            None => (Matrix::sparse(0, units, &[]), vec![]),
        };
        let (inequalities, h) = match &described.inequality {
            Some(given) => {
                let right = (&given.h, "the right-hand side h", "inequality.h");
                let left = (&given.g, "the matrix G of the inequalities", "inequality.g");
                rows(left, right, units, source)?
            }
            None => (Matrix::sparse(0, units, &[]), vec![]),
        };
        Ok(Constraints {
            equations,
            b,
            inequalities,
            h,
        })
    }

    /// `(M A' G'; -A 0 0; -G 0 0)` and `(q, b, h)`, with multipliers of any sign for equations, and
    /// not below 0 for inequalities.
    pub fn saddle(
        &self,
        matrix: &Matrix,
        offset: Vec<f64>,
        (lower, upper): (Vec<f64>, Vec<f64>),
    ) -> Saddle {
        let units = offset.len();
        let (equations, inequalities) = (self.equations.rows(), self.inequalities.rows());
        let multipliers = equations + inequalities;
        if multipliers == 0 {
            return Saddle {
                matrix: matrix.clone(),
                offset,
                lower,
                upper,
            };
        }
        let mut links: Vec<(usize, usize, f64)> = matrix.links().collect();
        for (constraints, first) in [
            (&self.equations, units),
            (&self.inequalities, units + equations),
        ] {
            links.extend(constraints.links().flat_map(|(row, column, value)| {
                [(column, first + row, value), (first + row, column, -value)]
            }));
        }
        let whole = Matrix::sparse(units + multipliers, units + multipliers, &links);
        let free = f64::INFINITY;
        Saddle {
            matrix: if matrix.is_dense() {
                whole.to_dense()
            } else {
                whole
            },
            offset: [offset, self.b.clone(), self.h.clone()].concat(),
            lower: [lower, vec![-free; equations], vec![0.0; inequalities]].concat(),
            upper: [upper, vec![free; multipliers]].concat(),
        }
    }
}

type Given<'a> = (&'a TensorSource, &'static str, &'static str);

/// A matrix with as many rows as its right-hand side has numbers.
fn rows(
    (matrix, what, field): Given<'_>,
    (right, what_right, field_right): Given<'_>,
    units: usize,
    source: &Source,
) -> Result<(Matrix, Vec<f64>), NetworkError> {
    let count = given::length(right, what_right, source, field_right)?;
    if count == 0 {
        let message = format!("{what_right} holds no number");
        let expected = "a number for each row of the matrix; or no such section".into();
        return Err(source.error(field_right, Problem::Conflict { message, expected }));
    }
    let right = given::vector(right, count, what_right, source, field_right)?;
    let matrix = Matrix::from_source(matrix, (count, units), what, source, field)?;
    Ok((matrix, right))
}
