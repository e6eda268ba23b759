//! Tree networks: J. B. Pollack, Recursive distributed representations, Artificial Intelligence 46
//! (1990) 77; C. Goller, A. Kuechler, Learning task-dependent distributed representations by
//! backpropagation through structure, IEEE ICNN 1996, 347. The tree comes as a postfix program.

use super::gates::{list, sane, shape};
use super::postfix::{Fault, Postfix, Token};
use super::recurrent::State;
use super::tokens::one_token;
use crate::activation::Activation;
use crate::matrix::Matrix;
use crate::problem::Problem;

/// A leaf token puts its vector on a stack, `e_t`; a unary operator replaces the top h by
/// `f(U_o h + a_o)`; a binary operator takes the top r and what stands below it, l, and puts
/// `f(W_o [l; r] + b_o)` there. Gives the top after each token. One that cannot be done leaves the
/// stack as it is, and a fault.
#[derive(Debug, Clone, PartialEq)]
pub struct Tree {
    /// The tokens and the stack.
    pub postfix: Postfix,
    /// e, a row for each leaf: [leaves, H].
    pub embedding: Matrix,
    /// U, H rows for each unary operator: [unary H, H].
    pub unary: Matrix,
    /// a: [unary H].
    pub unary_bias: Vec<f64>,
    /// W, H rows for each binary operator, the columns of l before those of r: [binary H, 2 H].
    pub binary: Matrix,
    /// b: [binary H].
    pub binary_bias: Vec<f64>,
    /// f.
    pub activation: Activation,
}

/// The values of a tree network, and the first thing that was wrong with its program.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Stack {
    /// The values, the top last: each [H].
    pub values: Vec<Vec<f64>>,
    /// The first fault.
    pub fault: Option<Fault>,
}

impl Stack {
    /// What is wrong with a program that ends here.
    pub fn fault_at_end(&self) -> Option<Fault> {
        let left = (self.values.len() != 1).then_some(Fault::Left);
        self.fault.or(left)
    }
}

impl Tree {
    /// Its units, H.
    pub fn units(&self) -> usize {
        self.embedding.columns()
    }

    /// The largest magnitude of an element of a leaf.
    pub fn largest_leaf(&self) -> f64 {
        let entries = self.embedding.links().map(|(_, _, entry)| entry.abs());
        entries.fold(0.0, f64::max)
    }

    /// The state before the first token: an empty stack, whose top counts as 0.
    pub fn start(&self) -> State {
        State::of(&vec![0.0; self.units()])
    }

    /// One token.
    pub fn step(&self, x: &[f64], state: &mut State) -> Vec<f64> {
        let number = x.first().copied().unwrap_or(f64::NAN);
        let token = self.postfix.token(number);
        let stack = &mut state.stack;
        match (token, self.postfix.after(token, stack.values.len())) {
            (Some(token), Ok(_)) => {
                let below = stack.values.len() - token.takes();
                let operands = stack.values.split_off(below);
                let top = self.value(token, &operands.concat());
                state.hidden.clone_from(&top);
                stack.values.push(top);
            }
            (_, Err(fault)) => stack.fault = stack.fault.or(Some(fault)),
            (None, Ok(_)) => {}
        }
        state.hidden.clone()
    }

    /// What a token puts on the stack for the values that it takes, one after the other.
    pub fn value(&self, token: Token, operands: &[f64]) -> Vec<f64> {
        let units = self.units();
        let applied = |operator: usize, weights: &Matrix, bias: &[f64]| {
            let first = operator.saturating_mul(units);
            let unit = |row: usize| {
                let sum = weights.row_times(row, operands);
                self.activation
                    .value(sum + bias.get(row).copied().unwrap_or(0.0))
            };
            (first..first.saturating_add(units)).map(unit).collect()
        };
        match token {
            Token::Leaf(leaf) => (0..units)
                .map(|unit| self.embedding.get(leaf, unit))
                .collect(),
            Token::Unary(operator) => applied(operator, &self.unary, &self.unary_bias),
            Token::Binary(operator) => applied(operator, &self.binary, &self.binary_bias),
        }
    }

    /// That its parts fit each other, and that its input is a token.
    pub(super) fn check(&self, inputs: usize) -> Result<(), Problem> {
        let (units, postfix) = (self.units(), &self.postfix);
        sane(units, None)?;
        one_token(inputs)?;
        let rows = |operators: &[String]| operators.len().saturating_mul(units);
        let (unary, binary) = (rows(&postfix.unary), rows(&postfix.binary));
        shape(
            "the matrix of leaves",
            &self.embedding,
            postfix.leaves.len(),
            units,
        )?;
        shape("the matrix of unary operators", &self.unary, unary, units)?;
        list("the bias of unary operators", &self.unary_bias, unary)?;
        let both = units.saturating_mul(2);
        shape("the matrix of binary operators", &self.binary, binary, both)?;
        list("the bias of binary operators", &self.binary_bias, binary)
    }
}
