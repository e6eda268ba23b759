//! Programs in postfix notation: what each token does to a stack, and which sequences are programs.
//!
//! A leaf puts a value on the stack, a unary operator replaces the top, a binary one takes two values
//! and puts one there. A program leaves one value. The notation is that of J. Lukasiewicz, reversed;
//! C. L. Hamblin, Translation to and from Polish notation, The Computer Journal 5 (1962) 210.

use crate::noise::SplitMix64;
use crate::problem::Problem;

/// The tokens of programs, by name, and the stack that they work on. A token is a number: leaves
/// from 0 on, then unary operators, then binary ones.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Postfix {
    /// Names of the leaves.
    pub leaves: Vec<String>,
    /// Names of the operators that take one value.
    pub unary: Vec<String>,
    /// Names of the operators that take two.
    pub binary: Vec<String>,
    /// Values that the stack holds.
    pub depth: usize,
}

/// What a token does; each kind is counted from 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Token {
    /// Puts a value on the stack.
    Leaf(usize),
    /// Replaces the top.
    Unary(usize),
    /// Takes two values and puts one on the stack.
    Binary(usize),
}

/// What is wrong with a program.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// An operator takes more values than the stack has.
    Operands,
    /// A leaf finds the stack full.
    Full,
    /// A number is no token.
    Unknown,
    /// More than one value is left, or none.
    Left,
}

impl Fault {
    /// Every fault.
    pub const ALL: [Fault; 4] = [Fault::Operands, Fault::Full, Fault::Unknown, Fault::Left];

    /// Its number in hardware, where 0 says that there is none.
    pub fn number(self) -> u8 {
        match self {
            Fault::Operands => 1,
            Fault::Full => 2,
            Fault::Unknown => 3,
            Fault::Left => 4,
        }
    }
}

impl Token {
    /// Values that it takes.
    pub fn takes(self) -> usize {
        match self {
            Token::Leaf(_) => 0,
            Token::Unary(_) => 1,
            Token::Binary(_) => 2,
        }
    }
}

impl Postfix {
    /// How many tokens there are.
    pub fn tokens(&self) -> usize {
        self.leaves.len() + self.unary.len() + self.binary.len()
    }

    /// The token of a number.
    pub fn token(&self, number: f64) -> Option<Token> {
        if number.fract() != 0.0 || !(0.0..self.tokens() as f64).contains(&number) {
            return None;
        }
        let number = number as usize;
        let (leaves, unary) = (self.leaves.len(), self.unary.len());
        Some(match number.checked_sub(leaves) {
            None => Token::Leaf(number),
            Some(operator) => match operator.checked_sub(unary) {
                None => Token::Unary(operator),
                Some(operator) => Token::Binary(operator),
            },
        })
    }

    /// Values on the stack after a token that finds `values` there.
    ///
    /// # Errors
    /// Why the token cannot be done.
    pub fn after(&self, token: Option<Token>, values: usize) -> Result<usize, Fault> {
        let token = token.ok_or(Fault::Unknown)?;
        let left = values.checked_sub(token.takes()).ok_or(Fault::Operands)?;
        match left < self.depth {
            true => Ok(left + 1),
            false => Err(Fault::Full),
        }
    }

    /// That a sequence of numbers, the first of each vector, is a program; `number` is that of the
    /// sequence.
    ///
    /// # Errors
    /// [`Problem::Token`] for what is no token, [`Problem::Postfix`] for the rest.
    pub fn check(&self, number: usize, sequence: &[Vec<f64>]) -> Result<(), Problem> {
        let mut values = 0;
        let numbers = sequence.iter().filter_map(|vector| vector.first());
        for (step, &found) in numbers.enumerate() {
            let refused = |fault| self.problem(number, (step, found), values, fault);
            values = self.after(self.token(found), values).map_err(refused)?;
        }
        let last = sequence.len().saturating_sub(1);
        let found = sequence.last().and_then(|vector| vector.first());
        match values {
            1 => Ok(()),
            _ => {
                let place = (last, found.copied().unwrap_or(f64::NAN));
                Err(self.problem(number, place, values, Fault::Left))
            }
        }
    }

    fn problem(
        &self,
        sequence: usize,
        (step, found): (usize, f64),
        values: usize,
        fault: Fault,
    ) -> Problem {
        let token = self.named(found);
        let place = format!("sequence {sequence}, step {step}");
        let depth = self.depth;
        let (message, expected) = match fault {
            Fault::Unknown => {
                return Problem::Token {
                    what: "a program",
                    value: found,
                    position: Some(place),
                    vocabulary: self.tokens(),
                };
            }
            Fault::Operands => {
                let takes = self.token(found).map_or(0, Token::takes);
                (
                    format!("{place}: {token} takes {takes} of {values} values on the stack"),
                    "operands before their operator, as in `a b and`".into(),
                )
            }
            Fault::Full => (
                format!("{place}: {token} finds the stack full, with {values} values"),
                format!(
                    "a program that needs {depth} values at a time at most, or a larger `depth`"
                ),
            ),
            Fault::Left => (
                format!("{place}: the program ends with {token} and leaves {values} values"),
                "one value left at the end".into(),
            ),
        };
        Problem::Postfix { message, expected }
    }

    /// A token by number and name.
    fn named(&self, number: f64) -> String {
        let mut names = self.leaves.iter().chain(&self.unary).chain(&self.binary);
        let name = self.token(number).and(names.nth(number as usize));
        match name {
            Some(name) => format!("token {number} `{}`", name.escape_debug()),
            None => format!("token {number}"),
        }
    }

    /// A random program of so many tokens; of one less where none is so long.
    pub fn random(&self, tokens: usize, numbers: &mut SplitMix64) -> Vec<f64> {
        let odd = self.unary.is_empty() && tokens.is_multiple_of(2);
        let tokens = tokens.saturating_sub(usize::from(odd)).max(1);
        let mut program = vec![];
        let mut values = 0;
        for rest in (0..tokens).rev() {
            // Binary operators, one a token, must be able to leave one value at the end.
            let ends = |values: usize| {
                let spare = (rest + 1).checked_sub(values);
                let even = |spare: usize| spare.is_multiple_of(2) && self.depth > 1;
                let fills = |spare| spare == 0 || !self.unary.is_empty() || even(spare);
                values > 0 && spare.is_some_and(fills)
            };
            let fit = |number: &usize| {
                let token = self.token(*number as f64);
                self.after(token, values).is_ok_and(ends)
            };
            let fitting: Vec<usize> = (0..self.tokens()).filter(fit).collect();
            let Some(&token) = fitting.get(numbers.below(fitting.len())) else {
                break;
            };
            values = self
                .after(self.token(token as f64), values)
                .unwrap_or(values);
            program.push(token as f64);
        }
        program
    }
}
