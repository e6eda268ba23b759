//! Polynomials by Horner's rule, in words.

use program::{NodeId, Program, Rounding, VectorId};

use crate::QuantizeError;
use crate::assembly::{Assembly, Scale, Wide, read};
use crate::coefficients::Coefficients;

/// Fraction bits that values on the way have more than the state.
const GUARD: i32 = 3;

/// A polynomial `c_0 + x (c_1 + x (c_2 + x c_3))` of an element. Products are exact, and every sum is
/// rounded to `fraction` bits; so a value is at most
/// `2^-(fraction + 1) (1 + |x| + |x|^2)` from that of its words, with rounding to the nearest.
#[derive(Debug, Clone, PartialEq)]
pub struct Polynomial {
    /// The coefficient of the highest power, of magnitudes where `negative`; none of a constant.
    leading: Option<Scale>,
    negative: bool,
    /// The other coefficients, the highest power first.
    others: Vec<Coefficient>,
    fraction: i32,
    rounding: Rounding,
}

/// What is added.
#[derive(Debug, Clone, PartialEq)]
enum Coefficient {
    /// Nothing.
    Zero,
    /// The same word for every element.
    Same(Coefficients),
    /// One for each.
    Each(VectorId),
}

/// Coefficients of each power, of every unit, as far as one is not 0.
fn powers(rows: &[Vec<f64>]) -> Vec<Vec<f64>> {
    let longest = rows.iter().map(Vec::len).max().unwrap_or(0);
    let of = |power: usize| {
        let each = rows
            .iter()
            .map(|row| row.get(power).copied().unwrap_or(0.0));
        each.collect::<Vec<f64>>()
    };
    let mut powers: Vec<Vec<f64>> = (0..longest.max(1)).map(of).collect();
    while powers.len() > 1
        && powers
            .last()
            .is_some_and(|last| last.iter().all(|c| *c == 0.0))
    {
        powers.pop();
    }
    powers
}

/// The one number that all are.
fn same(values: &[f64]) -> Option<f64> {
    let first = *values.first()?;
    values.iter().all(|value| *value == first).then_some(first)
}

/// Whether all units have the same coefficient, and one below 0: its magnitude is subtracted.
fn is_negative(values: &[f64]) -> bool {
    same(values).is_some_and(|value| value < 0.0)
}

fn magnitudes(values: &[f64]) -> Vec<f64> {
    match is_negative(values) {
        true => values.iter().map(|value| -value).collect(),
        false => values.to_vec(),
    }
}

/// The name of the parameter with the coefficients of a power.
fn named(name: &str, power: usize) -> String {
    format!("{name}_{power}")
}

impl Polynomial {
    /// Of the coefficients of every unit, those of one unit in a row, by rising power; parameters
    /// `NAME_0` and so on where units differ. `state` are the fraction bits of the state. `error`
    /// becomes the largest distance of a word to its coefficient, if that is larger.
    ///
    /// # Errors
    /// When no word of 64 bits holds a coefficient.
    pub fn new(
        assembly: &mut Assembly,
        name: &str,
        rows: &[Vec<f64>],
        (state, rounding): (i32, Rounding),
        error: &mut f64,
    ) -> Result<Polynomial, QuantizeError> {
        let fraction = state + GUARD;
        let mut powers = powers(rows);
        let (mut leading, mut negative) = (None, false);
        if powers.len() > 1
            && let Some(values) = powers.pop()
        {
            negative = is_negative(&values);
            let name = named(name, powers.len());
            leading = Some(Scale::new(assembly, &name, &magnitudes(&values), error)?);
        }
        let mut others = vec![];
        for (power, values) in powers.iter().enumerate().rev() {
            others.push(match same(values) {
                Some(0.0) => Coefficient::Zero,
                Some(value) => {
                    let words = Coefficients::with_fraction(&[value], fraction)?;
                    *error = error.max(words.error);
                    Coefficient::Same(words)
                }
                None => {
                    let (id, lost) = assembly.parameter(&named(name, power), values, fraction)?;
                    *error = error.max(lost);
                    Coefficient::Each(id)
                }
            });
        }
        Ok(Polynomial {
            leading,
            negative,
            others,
            fraction,
            rounding,
        })
    }

    /// A node: the value for an element `x`.
    ///
    /// # Errors
    /// When no word of 64 bits holds every value.
    pub fn build(
        &self,
        apply: &mut Wide<'_>,
        name: &str,
        x: NodeId,
    ) -> Result<NodeId, QuantizeError> {
        let mut value = None;
        for (at, coefficient) in self.others.iter().enumerate() {
            let power = self.others.len() - 1 - at;
            let added = coefficient.node(apply, &named(name, power))?;
            let product = match (value, &self.leading) {
                (None, None) => None,
                (None, Some(leading)) => {
                    Some(leading.times(apply, &format!("{name}_{}_x", power + 1), x)?)
                }
                (Some(value), _) => {
                    Some(apply.product(&format!("{name}_{}_x", power + 1), value, x)?)
                }
            };
            let sum = format!("{name}_to_{power}");
            let subtracts = self.negative && at == 0;
            let sum = match (added, product, subtracts) {
                (Some(added), None, _) => added,
                (Some(added), Some(product), false) => apply.plus(&sum, added, product)?,
                (Some(added), Some(product), true) => apply.minus(&sum, added, product)?,
                (None, Some(product), false) => product,
                (None, Some(product), true) => {
                    let nothing = apply.constant(&format!("{name}_nothing"), 0)?;
                    apply.minus(&sum, nothing, product)?
                }
                (None, None, _) => apply.constant(&sum, 0)?,
            };
            let fine = apply.format(sum).fraction() > self.fraction;
            value = Some(match fine {
                true => {
                    let name = format!("{name}_rounded_{power}");
                    apply.rounded(&name, sum, self.fraction, self.rounding)?
                }
                false => sum,
            });
        }
        match value {
            Some(value) => Ok(value),
            None => apply.constant(name, 0),
        }
    }

    /// The coefficients of each unit as the words of a program stand for them.
    pub fn rounded(
        program: &Program,
        name: &str,
        rows: &[Vec<f64>],
        state: i32,
    ) -> Option<Vec<Vec<f64>>> {
        let powers = powers(rows);
        let highest = powers.len() - 1;
        let mut rounded = vec![vec![0.0; powers.len()]; rows.len()];
        for (power, values) in powers.iter().enumerate() {
            let name = named(name, power);
            let words = match same(values) {
                _ if power == highest && power > 0 => {
                    let words = Scale::rounded(program, &name, &magnitudes(values))?;
                    magnitudes_back(values, words)
                }
                Some(value) => {
                    let words = Coefficients::with_fraction(&[value], state + GUARD).ok()?;
                    vec![words.value(0); values.len()]
                }
                None => read::parameter(program, program.find(&name)?)?,
            };
            for (row, word) in rounded.iter_mut().zip(words) {
                row[power] = word;
            }
        }
        Some(rounded)
    }
}

fn magnitudes_back(values: &[f64], words: Vec<f64>) -> Vec<f64> {
    match is_negative(values) {
        true => words.into_iter().map(|word| -word).collect(),
        false => words,
    }
}

impl Coefficient {
    fn node(&self, apply: &mut Wide<'_>, name: &str) -> Result<Option<NodeId>, QuantizeError> {
        match self {
            Coefficient::Zero => Ok(None),
            Coefficient::Same(words) => {
                let raw = words.raw.first().copied().unwrap_or(0);
                apply.known(name, raw, words.format).map(Some)
            }
            Coefficient::Each(vector) => apply.element(name, *vector).map(Some),
        }
    }
}
