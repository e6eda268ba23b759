//! What can be said about a projection network before it runs.

use super::{Method, Projection};
use crate::fact::{Fact, Level};
use crate::matrix::Matrix;
use crate::spectrum::{Enclosure, Norm, extremes};

/// The facts of this network.
pub fn facts(network: &Projection, level: Level) -> Vec<Fact> {
    let mut facts = vec![];
    if network.units() == network.variables_of_problem() {
        facts.push(Fact::symmetric(network.matrix.asymmetry(), level));
    }
    let monotone = monotone(&network.matrix, level);
    let strong = one_solution(network, level);
    let step = step(network, level);
    let settles = settles(network, [&monotone, &strong, &step], level);
    facts.extend([monotone, strong, step, settles]);
    facts.extend(error_bound(network, level));
    facts
}

/// The rows and columns in which the symmetric part of a matrix has anything but zeros. The part is
/// positive semidefinite exactly where that of this smaller matrix is; multipliers, whose rows and
/// columns cancel, are not among them.
fn support(matrix: &Matrix) -> Matrix {
    let counts =
        |row: usize, column: usize| matrix.get(row, column) + matrix.get(column, row) != 0.0;
    let mut used = vec![false; matrix.rows()];
    for (row, column, _) in matrix
        .links()
        .filter(|(row, column, _)| counts(*row, *column))
    {
        for place in [row, column] {
            if let Some(used) = used.get_mut(place) {
                *used = true;
            }
        }
    }
    let mut places = vec![None; used.len()];
    let kept = places.iter_mut().zip(used).filter(|(_, used)| *used);
    let order = kept
        .enumerate()
        .map(|(at, (place, _))| *place = Some(at))
        .count();
    let place = |of: usize| places.get(of).copied().flatten();
    let links = matrix
        .links()
        .filter_map(|(row, column, value)| Some((place(row)?, place(column)?, value)));
    Matrix::sparse(order, order, &links.collect::<Vec<_>>())
}

/// The smallest eigenvalue of the symmetric part, over the rows in which it has anything.
fn smallest(matrix: &Matrix) -> Enclosure {
    let support = support(matrix);
    if support.rows() == 0 {
        return Enclosure::exact(0.0);
    }
    extremes(&support).smallest
}

fn monotone(matrix: &Matrix, level: Level) -> Fact {
    let smallest = smallest(matrix);
    let holds = if smallest.low >= 0.0 {
        Some(true)
    } else {
        smallest
            .is_below(0.0)
            .and_then(|below| below.then_some(false))
    };
    let text = match holds {
        Some(true) => format!(
            "M is monotone: where its symmetric part is not 0, the smallest eigenvalue is {smallest}"
        ),
        Some(false) => format!(
            "M is not monotone: its symmetric part has an eigenvalue of {smallest}; there may be many \
             solutions, or none"
        ),
        None => format!(
            "whether M is monotone is within rounding: the smallest eigenvalue of its symmetric part \
             is {smallest}"
        ),
    };
    Fact {
        name: "monotone",
        level,
        holds,
        value: Some(smallest.middle()),
        text,
    }
}

/// The block of the matrix that belongs to the variables of the problem.
fn block(network: &Projection) -> Matrix {
    let order = network.variables_of_problem();
    let links = network.matrix.links();
    let links = links.filter(|(row, column, _)| *row < order && *column < order);
    Matrix::sparse(order, order, &links.collect::<Vec<_>>())
}

/// A positive definite symmetric part leaves one solution (Facchinei & Pang 2003, theorem 2.3.3).
fn one_solution(network: &Projection, level: Level) -> Fact {
    let smallest = extremes(&block(network)).smallest;
    let definite = smallest.is_above(0.0);
    let text = match definite {
        Some(true) => format!(
            "not more than one x is a solution: the smallest eigenvalue of the symmetric part is \
             {smallest} > 0"
        ),
        _ => format!(
            "there may be more than one solution: the smallest eigenvalue of the symmetric part is \
             {smallest}, not above 0 for sure"
        ),
    };
    Fact {
        name: "one_solution",
        level,
        holds: if definite == Some(true) {
            definite
        } else {
            None
        },
        value: Some(smallest.middle()),
        text,
    }
}

fn step(network: &Projection, level: Level) -> Fact {
    let limit = network.step_bound();
    let holds = limit.allows(network.step);
    let (step, bound, formula) = (network.step, limit.bound, limit.formula);
    let verdict = match holds {
        Some(true) => "is below",
        Some(false) => "is not below",
        None => "may not be below",
    };
    let mut text = format!("the step {step} {verdict} its bound {formula} = {bound}");
    if holds != Some(true) {
        text.push_str(": runs may not settle");
    }
    Fact {
        name: "step_below_bound",
        level,
        holds,
        value: bound.middle().is_finite().then(|| bound.middle()),
        text,
    }
}

/// What the other facts say together.
fn settles(network: &Projection, [monotone, strong, step]: [&Fact; 3], level: Level) -> Fact {
    let symmetric = network.matrix.asymmetry().is_none();
    let sure = |fact: &Fact| fact.holds == Some(true);
    let assured = sure(step)
        && match network.method {
            Method::Projection if !symmetric => sure(strong),
            Method::Projection | Method::Extragradient => sure(monotone),
        };
    let text = "every run goes to a solution where there is one, and stays in the box";
    let prefix = if assured { "" } else { "not assured; " };
    Fact {
        name: "always_solves",
        level,
        // Where the conditions fail the conclusion may still hold.
        holds: assured.then_some(true),
        value: None,
        text: format!("{prefix}{text}"),
    }
}

/// `|x - x*| <= (1 + |M|) / mu |residual|` in Euclidean lengths, for a strongly monotone M: J.-S.
/// Pang, Mathematics of Operations Research 12 (1987) 474.
fn error_bound(network: &Projection, level: Level) -> Option<Fact> {
    let mu = extremes(&network.matrix).smallest;
    if mu.is_above(0.0) != Some(true) {
        return None;
    }
    let norm = Norm::Spectral.of(&network.matrix);
    let factor = (Enclosure::exact(1.0) + norm) / mu;
    Some(Fact {
        name: "error_bound",
        level,
        holds: None,
        value: Some(factor.high),
        text: format!(
            "the solution is at most {factor} times as far from a state as the residual is long"
        ),
    })
}
