//! The f64 reference of cellular arrays.

use std::convert::Infallible;

use program::recurrence::{self, Deterministic};
use rayon::prelude::*;

use super::{Boundary, Cellular, Model};
use crate::dynamics::word;

/// How a run of a cellular array ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CellularStatus {
    /// The last step changed nothing.
    Stable,
    /// The number of steps is spent.
    Budget,
}

/// A run of a cellular array.
#[derive(Debug, Clone, PartialEq)]
pub struct CellularRun {
    /// The last state x, rows x columns values, row by row.
    pub state: Vec<f64>,
    /// The last output y, likewise, from -1 (white) to 1 (black).
    pub output: Vec<f64>,
    /// Steps made, the last one, in which nothing changed, included.
    pub steps: u64,
    /// How it ended.
    pub status: CellularStatus,
    /// The energy before the first step and after each, where one is defined.
    pub energies: Vec<f64>,
    /// The largest change of a state in each step.
    pub distance: Vec<f64>,
    /// How many cells changed their state in each step.
    pub changed: Vec<usize>,
}

impl Cellular {
    /// Runs from the start state that the description asks for, on the given images (each rows x
    /// columns values from -1 to 1, row by row).
    pub fn run(&self, input: &[f64], second: &[f64]) -> CellularRun {
        let control = self.control(input);
        let mut state = self.start_state(input, second);
        let mut energies: Vec<f64> = self.energy(&state, &control).into_iter().collect();
        let (mut distance, mut changed) = (vec![], vec![]);
        let mut status = CellularStatus::Budget;
        for _ in 0..self.max_steps {
            let next = self.step(&state, &control);
            let moved = state.iter().zip(&next).map(|(x, next)| (next - x).abs());
            distance.push(moved.fold(0.0, f64::max));
            let moved = state.iter().zip(&next).filter(|(x, next)| x != next);
            changed.push(moved.count());
            state = next;
            energies.extend(self.energy(&state, &control));
            if self.until_stable && changed.last() == Some(&0) {
                status = CellularStatus::Stable;
                break;
            }
        }
        CellularRun {
            output: self.output(&state),
            state,
            steps: distance.len() as u64,
            status,
            energies,
            distance,
            changed,
        }
    }

    /// After how many steps a run on these images comes back to a state that it had, if within so
    /// many steps: 1 for a fixed point.
    pub fn period(&self, input: &[f64], second: &[f64], steps: u64) -> Option<u64> {
        let run = Steps {
            network: self,
            control: &self.control(input),
            state: self.start_state(input, second),
        };
        match recurrence::period(run, steps) {
            Ok(period) => period,
            Err(never) => match never {},
        }
    }

    /// The part of the sum that never changes: `sum B u + z` for each cell.
    pub fn control(&self, input: &[f64]) -> Vec<f64> {
        let mut control = self.gather(&self.template.b, input, self.boundary.value());
        control
            .iter_mut()
            .for_each(|value| *value += self.template.z);
        control
    }

    /// The outputs y of a state x.
    pub fn output(&self, state: &[f64]) -> Vec<f64> {
        state.iter().map(|x| x.clamp(-1.0, 1.0)).collect()
    }

    /// One step of all cells at the same time; `control` as from [`Cellular::control`].
    pub fn step(&self, state: &[f64], control: &[f64]) -> Vec<f64> {
        let feedback = self.gather(&self.template.a, &self.output(state), self.boundary.value());
        let sums = feedback.iter().zip(control).map(|(a, b)| a + b);
        state
            .iter()
            .zip(sums)
            .map(|(&x, g)| self.model.step(x, g))
            .collect()
    }

    /// The energy of Chua & Yang (1988), which never rises along a trajectory of the
    /// differential equation: `-sum y A y / 2 + sum y y / 2 - sum y (B u + z)`, the cells of a
    /// fixed boundary counted among the inputs. `None` where the coupling of cells is not
    /// symmetric, so that there is none.
    pub fn energy(&self, state: &[f64], control: &[f64]) -> Option<f64> {
        if !self.template.is_symmetric() || self.boundary == Boundary::ZeroFlux {
            return None;
        }
        let output = self.output(state);
        let inner = self.gather(&self.template.a, &output, 0.0);
        let whole = self.gather(&self.template.a, &output, self.boundary.value());
        let terms = output.iter().zip(inner.iter().zip(&whole)).zip(control);
        Some(
            terms
                .map(|((y, (inner, whole)), c)| y * (-inner / 2.0 + y / 2.0 - (whole - inner) - c))
                .sum(),
        )
    }

    /// `sum over offsets of coefficient x neighbour`, for every cell.
    fn gather(&self, coefficients: &[f64], image: &[f64], outside: f64) -> Vec<f64> {
        let mut out = vec![0.0; self.cells()];
        let (radius, size) = (self.template.radius as isize, self.template.size());
        let used = || {
            coefficients
                .iter()
                .enumerate()
                .filter(|(_, value)| **value != 0.0)
        };
        out.par_chunks_mut(self.columns.max(1))
            .enumerate()
            .for_each(|(row, sums)| {
                for (place, coefficient) in used() {
                    let north = row as isize + (place / size) as isize - radius;
                    let source_row = self.boundary.source(north, self.rows);
                    for (column, sum) in sums.iter_mut().enumerate() {
                        let west = column as isize + (place % size) as isize - radius;
                        let source_column = self.boundary.source(west, self.columns);
                        let neighbour = match (source_row, source_column) {
                            (Some(row), Some(column)) => image.get(row * self.columns + column),
                            _ => None,
                        };
                        *sum += coefficient * neighbour.unwrap_or(&outside);
                    }
                }
            });
        out
    }
}

/// An array on its way, step by step.
#[derive(Clone)]
struct Steps<'a> {
    network: &'a Cellular,
    control: &'a [f64],
    state: Vec<f64>,
}

impl Deterministic for Steps<'_> {
    type Error = Infallible;

    fn configuration(&self) -> Vec<i64> {
        self.state.iter().map(|&value| word(value)).collect()
    }

    fn advance(&mut self) -> Result<(), Infallible> {
        self.state = self.network.step(&self.state, self.control);
        Ok(())
    }
}

impl Model {
    /// The next state of a cell in state `x` whose sum is `g`.
    pub fn step(self, x: f64, g: f64) -> f64 {
        match self {
            Model::Clipped => g.clamp(-1.0, 1.0),
            Model::ChuaYang { step } => x + step * (g - x),
            Model::Discrete if g > 0.0 => 1.0,
            Model::Discrete if g < 0.0 => -1.0,
            Model::Discrete => x,
        }
    }
}
