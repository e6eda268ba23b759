//! Dense layers.

use super::gates::{list, sane, shape};
use crate::activation::Activation;
use crate::matrix::Matrix;
use crate::problem::Problem;

/// `y = g(W x + b)`, in each step anew.
#[derive(Debug, Clone, PartialEq)]
pub struct Dense {
    /// [units, inputs].
    pub weights: Matrix,
    /// [units].
    pub bias: Vec<f64>,
    /// g.
    pub activation: Activation,
}

impl Dense {
    /// Its units.
    pub fn units(&self) -> usize {
        self.weights.rows()
    }

    /// What it gives for an input.
    pub fn apply(&self, x: &[f64]) -> Vec<f64> {
        let sums = self.weights.times(x).into_iter().zip(&self.bias);
        sums.map(|(sum, bias)| self.activation.value(sum + bias))
            .collect()
    }

    /// That its parts fit each other and so many inputs.
    pub(super) fn check(&self, inputs: usize) -> Result<(), Problem> {
        sane(self.units(), None)?;
        shape("the weight matrix", &self.weights, self.units(), inputs)?;
        list("the bias", &self.bias, self.units())
    }
}
