//! Cities from a text: coordinates, or a matrix of distances.

use std::path::Path;

use super::{Tour, TourMapping};
use crate::combinatorial::text::{Line, ProblemText};
use crate::combinatorial::{MAX_COUPLINGS, MAX_UNITS, within};
use crate::description::ProblemSection;
use crate::diagnostic::NetworkError;
use crate::problem::Problem;

/// How cities are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TourFormat {
    /// `x y` or `name x y` for each city; distances are Euclidean.
    Coordinates,
    /// A row of distances for each city.
    Matrix,
}

impl Tour {
    /// Reads the cities that a section names.
    ///
    /// # Errors
    /// What is wrong with the file, at its line.
    pub fn read(path: &Path, section: &ProblemSection) -> Result<Tour, NetworkError> {
        let text = ProblemText::read(path)?;
        let chosen = (section.unit, section.mapping, section.penalty);
        Tour::parse(&text, section.tour_format(), chosen)
    }

    /// Reads cities from a text in a format, or in the one that it looks like.
    ///
    /// # Errors
    /// What is wrong with the text, at its line.
    pub fn parse(
        text: &ProblemText,
        format: Option<TourFormat>,
        chosen: (Option<f64>, Option<TourMapping>, Option<f64>),
    ) -> Result<Tour, NetworkError> {
        let lines: Vec<Line<'_>> = text.lines().collect();
        let mapping = chosen.1.unwrap_or_default();
        let cities = lines.len();
        if cities < 3 {
            let message = format!("{cities} cities: there is no tour to choose");
            let expected = "three cities at least, one a line".into();
            return Err(text.whole(Problem::EmptyProblem { message, expected }));
        }
        sized(cities, mapping).map_err(|problem| text.whole(problem))?;
        let square = lines.iter().all(|line| line.words.len() == cities);
        let named = |line: &Line<'_>| {
            line.words.len() == 3
                && line
                    .words
                    .first()
                    .is_some_and(|of| of.parse::<f64>().is_err())
        };
        let matrix = match format {
            Some(format) => format == TourFormat::Matrix,
            None => square && !lines.iter().all(named),
        };
        let (names, distances) = match matrix {
            true => (numbers(cities), matrix_of(text, &lines)?),
            false => coordinates(text, &lines)?,
        };
        Ok(Tour::new(names, distances, chosen))
    }
}

/// Refuses what needs too many spins or couplings.
fn sized(cities: usize, mapping: TourMapping) -> Result<(), Problem> {
    let side = mapping.side(cities);
    let spins = within("cities x positions", side.checked_mul(side), MAX_UNITS)?;
    // Rows, columns and neighbouring positions; with a term for the number of bits, all pairs.
    let a_spin = match mapping {
        TourMapping::OneHot => 4 * side,
        TourMapping::HopfieldTank => spins,
    };
    within("couplings", spins.checked_mul(a_spin / 2), MAX_COUPLINGS).map(|_| ())
}

fn numbers(cities: usize) -> Vec<String> {
    (1..=cities).map(|number| number.to_string()).collect()
}

fn matrix_of(text: &ProblemText, lines: &[Line<'_>]) -> Result<Vec<Vec<f64>>, NetworkError> {
    let row = |(at, line): (usize, &Line<'_>)| {
        let found = line.words.len();
        if found != lines.len() {
            let reason = format!("{found} distances, beside {} cities", lines.len());
            return Err(text.broken(line, reason, "as many distances as there are lines"));
        }
        let distance = |(column, word): (usize, &&str)| {
            let distance = text.number(line, word)?;
            let allowed = if column == at { 0.0 } else { FARTHEST };
            if !(0.0..=allowed).contains(&distance) {
                let reason = format!("{distance} from city {} to city {}", at + 1, column + 1);
                return Err(text.broken(line, reason, "0 on the diagonal, 0 or more beside it"));
            }
            Ok(distance)
        };
        line.words.iter().enumerate().map(distance).collect()
    };
    lines.iter().enumerate().map(row).collect()
}

/// The largest coordinate.
const FARTHEST: f64 = 1e12;

type Cities = (Vec<String>, Vec<Vec<f64>>);

fn coordinates(text: &ProblemText, lines: &[Line<'_>]) -> Result<Cities, NetworkError> {
    let (mut names, mut places): (Vec<String>, Vec<(f64, f64)>) = (vec![], vec![]);
    for (at, line) in lines.iter().enumerate() {
        let (name, x, y) = match line.words[..] {
            [x, y] => ((at + 1).to_string(), x, y),
            [name, x, y] => (name.to_owned(), x, y),
            _ => {
                let reason = format!("a line of {} words", line.words.len());
                let expected = "`x y` or `name x y` for a city, or a row of a square matrix";
                return Err(text.broken(line, reason, expected));
            }
        };
        if names.contains(&name) {
            let reason = format!("the city `{name}` was given before");
            return Err(text.broken(line, reason, "each city once"));
        }
        names.push(name);
        let (x, y) = (text.number(line, x)?, text.number(line, y)?);
        if x.abs().max(y.abs()) > FARTHEST {
            let reason = format!("the place {x}, {y}");
            return Err(text.broken(line, reason, format!("coordinates up to {FARTHEST:e}")));
        }
        places.push((x, y));
    }
    let row = |a: &(f64, f64)| {
        let distance = |b: &(f64, f64)| (a.0 - b.0).hypot(a.1 - b.1);
        places.iter().map(distance).collect()
    };
    Ok((names, places.iter().map(row).collect()))
}
