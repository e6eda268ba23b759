//! An Ising model to be minimised, by several replicas side by side.

use super::Ising;
use crate::combinatorial::Instance;
use crate::dynamics::Answer;

/// An Ising model, how many replicas minimise it side by side, and what its ground states mean.
#[derive(Debug, Clone, PartialEq)]
pub struct Minimisation {
    /// The model of one replica.
    pub model: Ising,
    /// Replicas: copies of the model with states of their own.
    pub replicas: usize,
    /// The problem that was mapped to the model.
    pub instance: Option<Instance>,
    /// All replicas as one model.
    all: Ising,
}

/// The signs of values: +1 for 0.
pub fn spins(values: &[f64]) -> Vec<f64> {
    let sign = |&value: &f64| if value < 0.0 { -1.0 } else { 1.0 };
    values.iter().map(sign).collect()
}

impl Minimisation {
    /// Of a model, by so many replicas (1 at least).
    pub fn new(model: Ising, replicas: usize, instance: Option<Instance>) -> Minimisation {
        let replicas = replicas.max(1);
        Minimisation {
            all: model.copied(replicas),
            model,
            replicas,
            instance,
        }
    }

    /// The same problem with other numbers: those of all replicas as one model, of which the first
    /// replica's are taken for the model.
    pub fn with_numbers(&self, all: Ising) -> Minimisation {
        let copies = self.replicas;
        let links = all.couplings.links();
        let first = links.filter(|(i, _, _)| i % copies == 0);
        let first: Vec<(usize, usize, f64)> = first
            .map(|(i, j, value)| (i / copies, j / copies, value))
            .collect();
        let units = self.model.units();
        Minimisation {
            model: Ising {
                couplings: crate::Matrix::sparse(units, units, &first),
                field: all.field.iter().step_by(copies).copied().collect(),
            },
            replicas: copies,
            instance: self.instance.clone(),
            all,
        }
    }

    /// All replicas as one model: spin i of replica r is spin `i replicas + r`.
    pub fn all(&self) -> &Ising {
        &self.all
    }

    /// Spins of all replicas.
    pub fn units(&self) -> usize {
        self.all.units()
    }

    /// The spins of the replica of the lowest energy (the first of equals), and that energy.
    pub fn best(&self, values: &[f64]) -> (Vec<f64>, f64) {
        let all = spins(values);
        let replica = |first: usize| -> Vec<f64> {
            let spins = all.iter().skip(first).step_by(self.replicas);
            spins.copied().collect()
        };
        let replicas = (0..self.replicas).map(replica);
        let judged = replicas.map(|spins| {
            let energy = self.model.energy(&spins);
            (spins, energy)
        });
        let lowest = judged.reduce(|best, next| if next.1 < best.1 { next } else { best });
        lowest.unwrap_or_default()
    }

    /// The energy of the best replica.
    pub fn energy(&self, values: &[f64]) -> f64 {
        self.best(values).1
    }

    /// What the best replica's state means in the words of the problem.
    pub fn answer(&self, values: &[f64]) -> Option<Answer> {
        let instance = self.instance.as_ref()?;
        let (spins, _) = self.best(values);
        let bits: Vec<bool> = spins.iter().map(|&spin| spin > 0.0).collect();
        Some(instance.answer(&bits))
    }
}
