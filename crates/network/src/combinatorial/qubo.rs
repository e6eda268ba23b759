//! Quadratic unconstrained binary optimisation, from coordinates in a text.

use std::collections::HashMap;
use std::path::Path;

use super::text::{Line, ProblemText};
use super::{Binary, MAX_COUPLINGS, MAX_UNITS, within};
use crate::diagnostic::NetworkError;
use crate::dynamics::Answer;
use crate::problem::Problem;

/// The smallest value of `sum_(i<=j) q_ij x_i x_j` over bits.
#[derive(Debug, Clone, PartialEq)]
pub struct Qubo {
    binary: Binary,
}

/// Bits of a line of an answer.
const SHOWN: usize = 64;

impl Qubo {
    /// Reads a function: a line `i j q` for each coefficient, i and j from 0; `i i q` is linear.
    /// Before them may stand the header of qbsolv, `p qubo 0 bits linear quadratic`; comments begin
    /// with `c` or `#`.
    ///
    /// # Errors
    /// What is wrong with the file, at its line.
    pub fn read(path: &Path) -> Result<Qubo, NetworkError> {
        Qubo::parse(&ProblemText::read(path)?)
    }

    /// Reads a function from a text.
    ///
    /// # Errors
    /// What is wrong with the text, at its line.
    pub fn parse(text: &ProblemText) -> Result<Qubo, NetworkError> {
        let mut header: Option<(Line<'_>, [usize; 3])> = None;
        let mut lines = HashMap::new();
        let mut entries = vec![];
        for line in text.lines() {
            match (line.words[..].as_ref(), &header) {
                (["c", ..], _) => {}
                (["p", "qubo", _, bits, linear, quadratic], None) if entries.is_empty() => {
                    let counts = [
                        text.count(&line, bits)?,
                        text.count(&line, linear)?,
                        text.count(&line, quadratic)?,
                    ];
                    let [bits, linear, quadratic] = counts;
                    within("bits", Some(bits), MAX_UNITS)
                        .and_then(|_| within("coefficients", linear.checked_add(quadratic), LIMIT))
                        .map_err(|problem| text.error(&line, problem))?;
                    header = Some((line, counts));
                }
                ([i, j, weight], _) => {
                    let bits = header.as_ref().map(|(_, [bits, ..])| *bits);
                    let [i, j] = [place(text, &line, i, bits)?, place(text, &line, j, bits)?];
                    if let Some(first) = lines.insert((i.min(j), i.max(j)), line.number) {
                        let ends = format!("{i} and {j}");
                        return Err(text.error(&line, Problem::DuplicateEdge { ends, first }));
                    }
                    within("coefficients", Some(entries.len() + 1), LIMIT)
                        .map_err(|problem| text.error(&line, problem))?;
                    entries.push((i, j, text.number(&line, weight)?));
                }
                _ => {
                    let expected = "`i j q` for each coefficient, i and j from 0";
                    return Err(text.broken(&line, "another line", expected));
                }
            }
        }
        let largest = entries.iter().map(|&(i, j, _)| i.max(j) + 1).max();
        let Some(largest) = largest else {
            return Err(text.whole(Problem::EmptyProblem {
                message: "no coefficient".into(),
                expected: "a line `i j q` for each coefficient, i and j from 0".into(),
            }));
        };
        counted(text, header.as_ref(), &entries)?;
        let mut binary = Binary::new(header.map_or(largest, |(_, [bits, ..])| bits));
        for (i, j, weight) in entries {
            binary.add(i, j, weight);
        }
        Ok(Qubo { binary })
    }

    /// The function.
    pub fn binary(&self) -> &Binary {
        &self.binary
    }

    /// The value, and the bits.
    pub fn answer(&self, bits: &[bool]) -> Answer {
        let digit = |place: usize| if super::bit(bits, place) { '1' } else { '0' };
        let digits: Vec<char> = (0..self.binary.bits()).map(digit).collect();
        Answer {
            measure: "value",
            value: self.binary.value(bits),
            valid: true,
            lines: digits
                .chunks(SHOWN)
                .map(|line| line.iter().collect())
                .collect(),
        }
    }
}

/// The most coefficients.
const LIMIT: usize = MAX_COUPLINGS + MAX_UNITS;

fn place(
    text: &ProblemText,
    line: &Line<'_>,
    word: &str,
    bits: Option<usize>,
) -> Result<usize, NetworkError> {
    let place = text.count(line, word)?;
    match bits {
        Some(bits) if place >= bits => {
            Err(text.error(line, Problem::BitOutside { bit: place, bits }))
        }
        _ => {
            let count = within("bits", place.checked_add(1), MAX_UNITS);
            count.map_err(|problem| text.error(line, problem))?;
            Ok(place)
        }
    }
}

/// The coefficients are as many as the header announces.
fn counted(
    text: &ProblemText,
    header: Option<&(Line<'_>, [usize; 3])>,
    entries: &[(usize, usize, f64)],
) -> Result<(), NetworkError> {
    let Some((line, [_, linear, quadratic])) = header else {
        return Ok(());
    };
    let found = entries.iter().filter(|(i, j, _)| i == j).count();
    for (what, announced, found) in [
        ("linear coefficients", *linear, found),
        ("quadratic coefficients", *quadratic, entries.len() - found),
    ] {
        if announced != found {
            let problem = Problem::HeaderCount {
                what,
                announced,
                found,
            };
            return Err(text.error(line, problem));
        }
    }
    Ok(())
}
