//! Queens on a board, none of which attacks another.

use super::{Binary, MAX_UNITS, Penalty, bit};
use crate::description::ProblemSection;
use crate::diagnostic::NetworkError;
use crate::dynamics::Answer;
use crate::problem::Problem;

/// As many queens as the board has rows.
#[derive(Debug, Clone, PartialEq)]
pub struct Queens {
    /// Rows of the board.
    pub size: usize,
    /// The weight of a row or column without exactly one queen.
    pub penalty: f64,
    /// The weight of two queens on a diagonal.
    pub conflict: f64,
}

impl Queens {
    /// The problem of a section.
    ///
    /// # Errors
    /// A board that is too large, or has no answer.
    pub fn new(section: &ProblemSection) -> Result<Queens, NetworkError> {
        let size = section.size.unwrap_or(0);
        super::within("squares", size.checked_mul(size), MAX_UNITS)?;
        match size {
            0 => {
                let expected = "a board of one row at least".into();
                let message = "a board without a row".into();
                return Err(Problem::EmptyProblem { message, expected }.into());
            }
            2 | 3 => {
                let message = format!("{size} queens on a board of {size} x {size} always attack");
                let expected = "1 queen, or 4 and more".into();
                return Err(Problem::NoAnswer { message, expected }.into());
            }
            _ => {}
        }
        Ok(Queens {
            size,
            penalty: section.penalty.unwrap_or(1.0),
            conflict: section.conflict.unwrap_or(2.0),
        })
    }

    fn square(&self, row: usize, column: usize) -> usize {
        row * self.size + column
    }

    /// The squares of every diagonal of two squares and more.
    fn diagonals(&self) -> Vec<Vec<usize>> {
        let size = self.size;
        let sums = (1..2 * size.max(1) - 2).map(|sum| {
            let rows = (0..size).filter(move |&row| (row..row + size).contains(&sum));
            rows.map(|row| self.square(row, sum - row)).collect()
        });
        // The same lines with the columns counted from the other side.
        let mirrored = |line: Vec<usize>| -> [Vec<usize>; 2] {
            let other = line.iter().map(|&at| {
                let (row, column) = (at / size, at % size);
                self.square(row, size - 1 - column)
            });
            [other.collect(), line]
        };
        sums.flat_map(mirrored).collect()
    }

    /// The function that is 0 for the answers and larger for all else.
    pub fn binary(&self) -> Binary {
        let size = self.size;
        let mut binary = Binary::new(size * size);
        for line in 0..size {
            let row: Vec<usize> = (0..size).map(|at| self.square(line, at)).collect();
            let column: Vec<usize> = (0..size).map(|at| self.square(at, line)).collect();
            binary.exactly(1.0, &row, self.penalty);
            binary.exactly(1.0, &column, self.penalty);
        }
        for line in self.diagonals() {
            binary.at_most_one(&line, self.conflict);
        }
        binary
    }

    /// There is nothing but constraints, and they can be met: any weights do.
    pub fn penalties(&self) -> Vec<Penalty> {
        let reason = "all terms are constraints that can be met together, so that exactly the \
                      answers have the value 0, whatever the weights above 0";
        [("penalty", self.penalty), ("conflict", self.conflict)]
            .map(|(name, value)| Penalty {
                name,
                value,
                above: 0.0,
                reason: reason.into(),
            })
            .into()
    }

    /// The board, and the number of pairs of queens that attack each other.
    pub fn answer(&self, bits: &[bool]) -> Answer {
        let size = self.size;
        let squares: Vec<usize> = (0..size * size).filter(|&at| bit(bits, at)).collect();
        let pair = |(place, &a): (usize, &usize)| {
            let later = squares.iter().skip(place + 1);
            later.filter(|&&b| self.attack(a, b)).count()
        };
        let attacks: usize = squares.iter().enumerate().map(pair).sum();
        let row = |row: usize| {
            let square = |column| match bit(bits, self.square(row, column)) {
                true => "Q",
                false => ".",
            };
            (0..size).map(square).collect::<Vec<_>>().join(" ")
        };
        Answer {
            measure: "attacks",
            value: attacks as f64,
            valid: attacks == 0 && squares.len() == size,
            lines: (0..size).map(row).collect(),
        }
    }

    fn attack(&self, a: usize, b: usize) -> bool {
        let down = (a / self.size).abs_diff(b / self.size);
        let right = (a % self.size).abs_diff(b % self.size);
        down == 0 || right == 0 || down == right
    }
}
