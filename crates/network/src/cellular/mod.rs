//! Cellular arrays (Chua & Yang 1988; Harrer & Nossek 1992) and their f64 reference.

mod boundary;
mod build;
pub mod definition;
mod facts;
mod library;
mod run;
mod template;

pub use boundary::Boundary;
pub use library::{LibraryTemplate, library, library_template};
pub use run::{CellularRun, CellularStatus};
pub use template::Template;

pub use crate::description::Start;

/// How a cell moves; g is `sum A y + sum B u + z` over the neighbourhood.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Model {
    /// Full signal range with step 1: `x+ = clamp(g, -1, 1)`, y = x.
    Clipped,
    /// Chua & Yang 1988 by the Euler method: `x+ = x + step (-x + g)`, y = clamp(x, -1, 1).
    ChuaYang {
        /// The step h, above 0 to 1.
        step: f64,
    },
    /// Harrer & Nossek 1992: y+ = +1 where g > 0, -1 where g < 0, y where g = 0.
    Discrete,
}

/// A cellular array: a grid of cells coupled by one template.
#[derive(Debug, Clone, PartialEq)]
pub struct Cellular {
    /// Name of the network.
    pub name: String,
    /// Rows of cells.
    pub rows: usize,
    /// Columns of cells.
    pub columns: usize,
    /// The coupling.
    pub template: Template,
    /// How a cell moves.
    pub model: Model,
    /// What lies outside the grid, for outputs and inputs alike.
    pub boundary: Boundary,
    /// The start state.
    pub start: Start,
    /// The largest number of steps.
    pub max_steps: u64,
    /// Whether a step in which nothing changes ends the run.
    pub until_stable: bool,
    /// The input image u, rows x columns values from -1 (white) to 1 (black), row by row; empty
    /// where the description gives none.
    pub input: Vec<f64>,
    /// The second image likewise.
    pub second: Vec<f64>,
}

impl Cellular {
    /// The number of cells.
    pub fn cells(&self) -> usize {
        self.rows * self.columns
    }

    /// The start state for the given images (each rows x columns values); an image that is empty
    /// or of another size counts as all white where it lacks values.
    pub fn start_state(&self, input: &[f64], second: &[f64]) -> Vec<f64> {
        let from = |image: &[f64]| {
            let mut state = image.to_vec();
            state.resize(self.cells(), -1.0);
            state
        };
        match self.start {
            Start::Input => from(input),
            Start::Second => from(second),
            Start::Value(value) => vec![value; self.cells()],
        }
    }

    /// A bound of |x| for all time, from any start within -1..1, inputs within -1..1: 1 for the
    /// models `clipped` and `discrete`; for Chua & Yang their theorem 1 (1988),
    /// `1 + |z| + sum |A| + sum |B|`, which the Euler method keeps for steps up to 1.
    pub fn state_bound(&self) -> f64 {
        match self.model {
            Model::Clipped | Model::Discrete => 1.0,
            Model::ChuaYang { .. } => 1.0 + self.template.field_bound(),
        }
    }
}
