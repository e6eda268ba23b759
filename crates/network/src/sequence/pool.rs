//! Pools of the largest element.

use crate::problem::Problem;

/// `y_o = max_{i in window o} x_i`, in each step anew: the operator MaxPool of ONNX (operator set 22),
/// in which what lies beyond the input is never the largest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MaxPool {
    /// Elements of the input.
    pub inputs: usize,
    /// The places of the input that each output sees, at least one, in the order of the window.
    pub windows: Vec<Vec<usize>>,
}

impl MaxPool {
    /// What it gives for an input.
    pub fn apply(&self, x: &[f64]) -> Vec<f64> {
        let largest = |window: &Vec<usize>| {
            let seen = window.iter().filter_map(|&place| x.get(place));
            seen.copied().fold(f64::NEG_INFINITY, f64::max)
        };
        self.windows.iter().map(largest).collect()
    }

    /// That it fits so many inputs, and that each window sees some.
    pub(super) fn check(&self, inputs: usize) -> Result<(), Problem> {
        if self.inputs != inputs {
            return Err(Problem::Shape {
                what: "the input of the pool",
                found: format!("{} elements", self.inputs),
                expected: format!("{inputs} elements"),
            });
        }
        let seen = |window: &Vec<usize>| {
            !window.is_empty() && window.iter().all(|&place| place < self.inputs)
        };
        match self.windows.iter().all(seen) {
            true => Ok(()),
            false => Err(Problem::Conflict {
                message: "a window lies outside the input".into(),
                expected: "less padding than the window is long".into(),
            }),
        }
    }
}
