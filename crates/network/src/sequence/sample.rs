//! Tokens that are drawn by chance: from scores, and from the rows of a Markov chain.
//!
//! A draw takes one word of noise (see [`program::noise`]), of which the upper 16 bits are a number u
//! from 0 (included) to 1 (excluded). The hardware takes the same words, so that both choose alike.

use program::noise::{Noise, word_after};

use super::recurrent::State;
use super::tokens::{MAX_VOCABULARY, one_token, place};
use crate::matrix::Matrix;
use crate::problem::Problem;

/// Bits of a word of noise that a draw looks at.
pub const NOISE_BITS: u32 = 16;

/// The most by which a row of probabilities may miss the sum 1.
pub const SUM_TOLERANCE: f64 = 1e-6;

/// Draws a number from scores: `e_i = exp((x_i - max x) / T)`, `c_i = e_0 + ... + e_i`; gives the number
/// of `c_i` that are not above `u c_last`, which is i with probability `e_i / c_last`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Sample {
    /// Scores.
    pub scores: usize,
    /// T: below 1 the likely ones are drawn still more often.
    pub temperature: f64,
    /// Seed of the noise.
    pub seed: u64,
}

impl Sample {
    /// One draw.
    pub fn step(&self, x: &[f64], state: &mut State) -> Vec<f64> {
        let largest = x.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let mut sum = 0.0;
        let sums: Vec<f64> = x
            .iter()
            .map(|x| {
                sum += ((x - largest) / self.temperature).exp();
                sum
            })
            .collect();
        vec![number_below(&sums, uniform(state) * sum)]
    }

    pub(super) fn check(&self, inputs: usize) -> Result<(), Problem> {
        match self.scores == inputs && inputs > 1 {
            true => Ok(()),
            false => Err(Problem::Shape {
                what: "the input of the draw",
                found: format!("{inputs} elements"),
                expected: match self.scores {
                    0 | 1 => "two scores or more".into(),
                    scores => format!("{scores} scores"),
                },
            }),
        }
    }
}

/// A Markov chain: from the token t goes to the token j with the probability `P_tj`; gives the number of
/// `P_t0 + ... + P_tj` that are not above u, without the last of them, which is 1.
#[derive(Debug, Clone, PartialEq)]
pub struct Markov {
    /// P: [tokens, tokens].
    pub probabilities: Matrix,
    /// Seed of the noise.
    pub seed: u64,
}

impl Markov {
    /// Its tokens.
    pub fn tokens(&self) -> usize {
        self.probabilities.rows()
    }

    /// `P_t0 + ... + P_tj` for each j but the last.
    pub fn sums(&self, token: usize) -> Vec<f64> {
        let all = 0..self.tokens().saturating_sub(1);
        let mut sum = 0.0;
        all.map(|next| {
            sum += self.probabilities.get(token, next);
            sum
        })
        .collect()
    }

    /// One step.
    pub fn step(&self, x: &[f64], state: &mut State) -> Vec<f64> {
        let u = uniform(state);
        let token = place(x).filter(|&token| token < self.tokens());
        vec![token.map_or(0.0, |token| number_below(&self.sums(token), u))]
    }

    pub(super) fn check(&self, inputs: usize) -> Result<(), Problem> {
        one_token(inputs)?;
        let (rows, columns) = (self.probabilities.rows(), self.probabilities.columns());
        if rows != columns || !(2..=MAX_VOCABULARY).contains(&rows) {
            return Err(Problem::NotSquare { rows, columns });
        }
        check_probabilities(&self.probabilities)
    }
}

/// That no number is negative, and that each row sums to 1.
///
/// # Errors
/// [`Problem::ElementValue`], [`Problem::Probabilities`].
pub fn check_probabilities(matrix: &Matrix) -> Result<(), Problem> {
    let what = "the table of probabilities";
    let mut links = matrix.links();
    if let Some((row, column, value)) = links.find(|(_, _, value)| *value < 0.0 || value.is_nan()) {
        return Err(Problem::ElementValue {
            what,
            value,
            position: format!("row {row}, column {column}"),
            allowed: "numbers from 0 to 1",
        });
    }
    let sum = |row| (row, matrix.row(row).map(|(_, value)| value).sum());
    let sums = (0..matrix.rows()).map(sum);
    let rows: Vec<(usize, f64)> = sums
        .filter(|(_, sum): &(usize, f64)| (sum - 1.0).abs() > SUM_TOLERANCE)
        .collect();
    match rows.is_empty() {
        true => Ok(()),
        false => Err(Problem::Probabilities { what, rows }),
    }
}

/// The matrix with each row divided by its sum; a row of zeros stays.
pub fn normalised(matrix: &Matrix) -> Matrix {
    let sum = |row| matrix.row(row).map(|(_, value)| value).sum::<f64>();
    let sums: Vec<f64> = (0..matrix.rows()).map(sum).collect();
    let share = |row: usize, _, value: f64| match sums.get(row) {
        Some(&sum) if sum > 0.0 => value / sum,
        _ => value,
    };
    matrix.map(share)
}

/// The state of the noise before the first step.
pub(super) fn silent(seed: u64) -> State {
    State {
        noise: Noise::start(seed),
        ..State::default()
    }
}

/// The next u.
fn uniform(state: &mut State) -> f64 {
    state.noise = word_after(state.noise);
    f64::from(state.noise >> (32 - NOISE_BITS)) / f64::from(1u32 << NOISE_BITS)
}

/// How many sums are not above a number; the last of them always is.
fn number_below(sums: &[f64], most: f64) -> f64 {
    sums.iter().filter(|&&sum| sum <= most).count() as f64
}
