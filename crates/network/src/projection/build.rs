//! From a description to a network.

use super::saddle::Constraints;
use super::steps::StepBound;
use super::{Method, Problem as Solved, Projection};
use crate::description::{
    MAX_SIDE, NumberOrAuto, PerUnit, ProjectionDescription, ProjectionMethod, ProjectionProblem,
    Source,
};
use crate::diagnostic::NetworkError;
use crate::given;
use crate::matrix::Matrix;
use crate::problem::Problem;

/// The largest asymmetry of a quadratic program's matrix, beside its largest entry, that counts as
/// rounding.
const ROUNDING: f64 = 1e-9;

impl Projection {
    /// Builds the network of a description.
    ///
    /// # Errors
    /// What is wrong with a file that the description names, a matrix that is not symmetric for a
    /// quadratic program, bounds that leave nothing between them, or a start outside of the box, at
    /// its field.
    pub fn from_description(
        described: &ProjectionDescription,
        source: &Source,
    ) -> Result<Projection, NetworkError> {
        let units = described.network.units;
        let solved = match described.network.problem {
            ProjectionProblem::Lvi => Solved::Inequality,
            ProjectionProblem::Lcp => Solved::Complementarity,
            ProjectionProblem::Qp => Solved::Quadratic,
        };
        let matrix = matrix(described, source)?;
        let offset = given::vector(&described.weights.q, units, "q", source, "weights.q")?;
        let (lower, upper) = bounds(described, solved, source)?;
        let constraints = Constraints::read(described, source)?;
        let elements = units + constraints.equations.rows() + constraints.inequalities.rows();
        if elements > MAX_SIDE {
            let message =
                format!("{units} variables and their constraints are {elements} elements");
            let expected = format!("{MAX_SIDE} variables and multipliers at most");
            return Err(source.error("network.units", Problem::Conflict { message, expected }));
        }
        let saddle = constraints.saddle(&matrix, offset, (lower, upper));
        let method = match described.dynamics.method {
            Some(ProjectionMethod::Projection) => Method::Projection,
            Some(ProjectionMethod::Extragradient) => Method::Extragradient,
            None if saddle.matrix.asymmetry().is_none() => Method::Projection,
            None => Method::Extragradient,
        };
        let solution = match &described.data.solution {
            Some(given) => {
                let what = "the solution";
                Some(given::vector(given, units, what, source, "data.solution")?)
            }
            None => None,
        };
        let probes = probes(described, (&saddle.lower, &saddle.upper), source)?;
        Ok(Projection {
            name: described.network.name.clone(),
            problem: solved,
            step: step(described, &saddle.matrix, method, source)?,
            matrix: saddle.matrix,
            offset: saddle.offset,
            lower: saddle.lower,
            upper: saddle.upper,
            equations: constraints.equations.rows(),
            inequalities: constraints.inequalities.rows(),
            method,
            relaxation: described.dynamics.relaxation,
            stop: described.stop(),
            probes,
            solution,
        })
    }
}

/// M as it is given; of a quadratic program made symmetric to the last bit.
fn matrix(described: &ProjectionDescription, source: &Source) -> Result<Matrix, NetworkError> {
    let (units, section) = (described.network.units, &described.weights);
    let (shape, what) = ((units, units), "the matrix M");
    let (matrix, field) = match (&section.m, &section.sparse) {
        (Some(m), _) => {
            let field = "weights.m";
            (Matrix::from_source(m, shape, what, source, field)?, field)
        }
        (None, Some(sparse)) => {
            let field = "weights.sparse";
            (
                Matrix::from_triples(sparse, shape, what, source, field)?,
                field,
            )
        }
        (None, None) => (Matrix::sparse(units, units, &[]), "weights"),
    };
    if described.network.problem != ProjectionProblem::Qp {
        return Ok(matrix);
    }
    let most = matrix
        .links()
        .fold(0.0, |most: f64, (_, _, value)| most.max(value.abs()));
    match matrix.asymmetry() {
        Some((row, column, apart)) if apart > ROUNDING * most => {
            let (one, other) = (matrix.get(row, column), matrix.get(column, row));
            let message = format!(
                "the matrix of a quadratic program is not symmetric: {one} at row {row}, column \
                 {column}, and {other} across the diagonal"
            );
            let expected =
                "a symmetric matrix: (M + M') / 2 has the same objective; or `problem = \
                            \"lvi\"`, for which M may be any matrix"
                    .into();
            Err(source.error(field, Problem::Conflict { message, expected }))
        }
        Some(_) => {
            let links = matrix.links().collect::<Vec<_>>().into_iter();
            let halves = links.flat_map(|(row, column, value)| {
                [(row, column, value / 2.0), (column, row, value / 2.0)]
            });
            let even = Matrix::sparse(units, units, &halves.collect::<Vec<_>>());
            Ok(if matrix.is_dense() {
                even.to_dense()
            } else {
                even
            })
        }
        None => Ok(matrix),
    }
}

/// The bounds of the variables.
fn bounds(
    described: &ProjectionDescription,
    solved: Solved,
    source: &Source,
) -> Result<(Vec<f64>, Vec<f64>), NetworkError> {
    let units = described.network.units;
    let read = |given: &Option<PerUnit>, none: f64, what, field| match given {
        None => Ok(vec![none; units]),
        Some(given) => given::bounds(given, units, what, source, field),
    };
    let lowest = if solved == Solved::Complementarity {
        0.0
    } else {
        f64::NEG_INFINITY
    };
    let lower = read(
        &described.bounds.lower,
        lowest,
        "the lower bound",
        "bounds.lower",
    )?;
    let upper = read(
        &described.bounds.upper,
        f64::INFINITY,
        "the upper bound",
        "bounds.upper",
    )?;
    let mut pairs = lower.iter().zip(&upper).enumerate();
    let empty = |(low, high): (&f64, &f64)| {
        low > high || *low == f64::INFINITY || *high == f64::NEG_INFINITY
    };
    if let Some((at, (low, high))) = pairs.find(|(_, pair)| empty(*pair)) {
        let message = format!("element {at} lies between {low} and {high}, which holds no number");
        let expected = "a lower bound that is not above the upper one".into();
        let field = if described.bounds.upper.is_some() {
            "bounds.upper"
        } else {
            "bounds.lower"
        };
        return Err(source.error(field, Problem::Conflict { message, expected }));
    }
    Ok((lower, upper))
}

/// Start states of the variables; without any, the point of the box next to 0.
fn probes(
    described: &ProjectionDescription,
    (lower, upper): (&[f64], &[f64]),
    source: &Source,
) -> Result<Vec<Vec<f64>>, NetworkError> {
    let units = described.network.units;
    let bounds = || lower.iter().zip(upper);
    let all = (f64::NEG_INFINITY, f64::INFINITY);
    let (what, field) = ("the start states", "data.probes");
    let mut probes = match &described.data.probes {
        Some(probes) => given::rows(probes, units, all, what, source, field)?,
        None => vec![vec![]],
    };
    for probe in &mut probes {
        let within = probe.iter().zip(bounds());
        let outside = |(x, (low, high)): (&f64, (&f64, &f64))| !(low..=high).contains(&x);
        if let Some(at) = within.clone().position(outside) {
            let value = probe.get(at).copied().unwrap_or(f64::NAN);
            let (low, high) = bounds().nth(at).map_or(all, |(low, high)| (*low, *high));
            return Err(source.error(
                field,
                Problem::OutOfRange {
                    what: "an element of a start state",
                    value,
                    low,
                    high,
                },
            ));
        }
        let missing = bounds()
            .skip(probe.len())
            .map(|(low, high)| 0.0f64.min(*high).max(*low));
        let missing: Vec<f64> = missing.collect();
        probe.extend(missing);
    }
    Ok(probes)
}

/// The step as it is given, or chosen below the bound of the theory.
fn step(
    described: &ProjectionDescription,
    matrix: &Matrix,
    method: Method,
    source: &Source,
) -> Result<f64, NetworkError> {
    match described.dynamics.step {
        NumberOrAuto::Number(step) => Ok(step),
        NumberOrAuto::Auto => StepBound::of(matrix, method).chosen().ok_or_else(|| {
            let message =
                "the method `projection` has no step that is known to lead to a solution: M \
                           is neither symmetric nor, for sure, strongly monotone"
                    .into();
            let expected = "a number for `step`, or `method = \"extragradient\"`".into();
            source.error("dynamics.method", Problem::Conflict { message, expected })
        }),
    }
}
