//! Ising models: spins of -1 and +1, pulled by each other and by fields.
//!
//! The energy is `-s'Js/2 - h's`; who minimises it solves the problem that was mapped to J and h
//! (A. Lucas, Ising formulations of many NP problems, Frontiers in Physics 2 (2014) 5).

mod build;
mod facts;
mod minimisation;
mod starts;
mod turns;

pub use minimisation::{Minimisation, spins};
pub use starts::StartStates;
pub use turns::in_turns;

use crate::matrix::Matrix;

/// Couplings J and fields h.
#[derive(Debug, Clone, PartialEq)]
pub struct Ising {
    /// J, n x n, without a diagonal: a spin does not pull itself.
    pub couplings: Matrix,
    /// h, one field a spin.
    pub field: Vec<f64>,
}

impl Ising {
    /// The number of spins.
    pub fn units(&self) -> usize {
        self.couplings.rows()
    }

    /// What pulls at spin `unit`: `sum_j J_ij s_j + h_i`; `s` need not be of -1 and +1.
    pub fn pull(&self, unit: usize, s: &[f64]) -> f64 {
        self.couplings.row_times(unit, s) + self.field.get(unit).copied().unwrap_or(0.0)
    }

    /// The energy `-s'Js/2 - h's`.
    pub fn energy(&self, s: &[f64]) -> f64 {
        let term = |(unit, s_i): (usize, &f64)| {
            let field = self.field.get(unit).copied().unwrap_or(0.0);
            -s_i * (self.couplings.row_times(unit, s) / 2.0 + field)
        };
        s.iter().enumerate().map(term).sum()
    }

    /// The root of the mean square of J beside its diagonal: `sqrt(sum J_ij^2 / (n (n - 1)))`.
    pub fn deviation(&self) -> f64 {
        let n = self.units() as f64;
        let squares: f64 = self.couplings.links().map(|(_, _, j)| j * j).sum();
        (squares / (n * (n - 1.0)).max(1.0)).sqrt()
    }

    /// So many copies that do not see each other: spin i of copy r becomes spin `i copies + r`.
    pub fn copied(&self, copies: usize) -> Ising {
        if copies == 1 {
            return self.clone();
        }
        let units = self.units() * copies;
        let links = self.couplings.links();
        let links = links.flat_map(|(i, j, value)| {
            (0..copies).map(move |copy| (i * copies + copy, j * copies + copy, value))
        });
        let links: Vec<(usize, usize, f64)> = links.collect();
        let field = self.field.iter();
        Ising {
            couplings: Matrix::sparse(units, units, &links),
            field: field
                .flat_map(|&h| std::iter::repeat_n(h, copies))
                .collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn triangle() -> Ising {
        Ising {
            couplings: Matrix::dense(3, 3, &[0.0, 1.0, -2.0, 1.0, 0.0, 3.0, -2.0, 3.0, 0.0]),
            field: vec![0.5, 0.0, -1.0],
        }
    }

    #[test]
    fn the_energy_counts_each_pair_once() {
        let s = [1.0, -1.0, -1.0];
        // -(1 s0 s1 - 2 s0 s2 + 3 s1 s2) - 0.5 s0 + s2
        assert_eq!(triangle().energy(&s), 1.0 - 2.0 - 3.0 - 0.5 - 1.0);
        assert_eq!(triangle().pull(0, &s), -1.0 + 2.0 + 0.5);
        assert_eq!(triangle().deviation(), (28.0f64 / 6.0).sqrt());
    }

    #[test]
    fn copies_do_not_see_each_other() {
        let two = triangle().copied(2);
        let (a, b) = ([1.0, -1.0, 1.0], [-1.0, -1.0, 1.0]);
        let both: Vec<f64> = a.iter().zip(&b).flat_map(|(a, b)| [*a, *b]).collect();
        let of_each = triangle().energy(&a) + triangle().energy(&b);
        assert_eq!(two.energy(&both), of_each);
        assert_eq!(two.pull(4, &both), triangle().pull(2, &a));
    }
}
