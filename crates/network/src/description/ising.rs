//! Sections that all kinds have in common that minimise an Ising model.

use schemars::JsonSchema;
use serde::Deserialize;

use super::Source;
use super::checks::{Checked, Checker, MAX_SIDE, MAX_STEPS};
use super::combinatorial::ProblemSection;
use super::hopfield::{Fold, OrderWord};
use super::values::{NamedFiles, TensorSource, named};
use crate::diagnostic::NetworkError;

/// Couplings and fields, where no `[problem]` gives them: exactly one of `w` and `sparse`.
#[derive(Debug, Clone, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct IsingWeights {
    /// The couplings J, units x units, symmetric, with zeros on the diagonal. The energy is
    /// `-s'Js/2 - h's`.
    pub w: Option<TensorSource>,
    /// The couplings as triples row, column, value (rows and columns from 0), one a line; each
    /// pair in both orders.
    pub sparse: Option<TensorSource>,
    /// The fields h, one a unit; none means 0.
    pub bias: Option<TensorSource>,
}

/// In which order units take their turn, and for how long.
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct SweepSection {
    /// The order of the units within a step.
    pub order: OrderWord,
    /// Order `block` only: how many units are updated at the same time. Default 8, or all where
    /// there are fewer.
    pub block: Option<usize>,
    /// Order `permuted` only: the seed of the visiting orders, 1 to 4294967295. Default 1.
    pub seed: Option<u64>,
    /// The largest number of steps, in each of which every unit has its turn; 1 to 1,000,000.
    #[schemars(range(min = 1, max = 1_000_000))]
    pub max_steps: u64,
}

impl Default for SweepSection {
    fn default() -> SweepSection {
        SweepSection {
            order: OrderWord::default(),
            block: None,
            seed: None,
            max_steps: 1000,
        }
    }
}

impl SweepSection {
    /// Checks the section for so many units, where that is known.
    pub(in crate::description) fn check(
        &self,
        check: &Checker<'_>,
        units: Option<usize>,
    ) -> Checked {
        let units = units.unwrap_or(MAX_SIDE);
        check.order(self.order, (self.block, self.seed), units)?;
        let (what, steps) = ("the number of steps", self.max_steps as f64);
        check.range("update.max_steps", what, steps, 1.0, MAX_STEPS as f64)
    }
}

/// Where runs start: from states that are given, or from random ones.
#[derive(Debug, Clone, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct IsingData {
    /// Start states, one a row, of a value from -1 to 1 for each unit (of each replica).
    pub starts: Option<TensorSource>,
    /// The number of random start states, 1 to 10,000. Default 8.
    pub copies: Option<usize>,
    /// The seed of random start states. Default 1.
    pub seed: Option<u64>,
    /// The largest magnitude of values of random start states, above 0 to 1. Default: as the kind
    /// says.
    pub magnitude: Option<f64>,
}

/// The sections that give a model to be minimised.
#[derive(Debug, Clone, Copy)]
pub struct IsingSections<'a> {
    /// Units of a replica, where they are given.
    pub units: Option<usize>,
    /// Replicas side by side.
    pub replicas: usize,
    /// Couplings and fields.
    pub weights: &'a IsingWeights,
    /// Or a problem.
    pub problem: Option<&'a ProblemSection>,
    /// The fold.
    pub hardware: &'a Fold,
    /// Where runs start.
    pub data: &'a IsingData,
}

/// Replicas where nothing else is said.
pub(super) fn one_replica() -> usize {
    1
}

impl IsingSections<'_> {
    /// Checks what can be checked without reading a file.
    pub(in crate::description) fn check(&self, check: &Checker<'_>) -> Checked {
        let weights = self.weights;
        match (self.problem, self.units) {
            (Some(problem), units) => {
                let given = [
                    ("weights.w", weights.w.is_some()),
                    ("weights.sparse", weights.sparse.is_some()),
                    ("weights.bias", weights.bias.is_some()),
                    ("network.units", units.is_some()),
                ];
                for (field, given) in given {
                    check.only(field, given, false, "weights in place of `[problem]`")?;
                }
                problem.check(check)?;
            }
            (None, Some(units)) => {
                check.count("network.units", "the number of units", units, MAX_SIDE)?;
                check.one_of_weights([
                    ("w", weights.w.is_some()),
                    ("sparse", weights.sparse.is_some()),
                ])?;
            }
            (None, None) => {
                let message = "neither `units` nor a `[problem]` is given";
                check.conflict(
                    "network",
                    message,
                    "`units = 16` with weights, or a `[problem]`",
                )?;
            }
        }
        let (field, what) = ("network.replicas", "the number of replicas");
        check.count(field, what, self.replicas, MAX_SIDE)?;
        if let Some(units) = self.units {
            self.check_size(check.source, units)?;
        }
        let data = self.data;
        if let Some(copies) = data.copies {
            check.count("data.copies", "the number of start states", copies, 10_000)?;
        }
        if let Some(magnitude) = data.magnitude {
            let what = "the magnitude";
            check.range("data.magnitude", what, magnitude, f64::MIN_POSITIVE, 1.0)?;
        }
        let random = data.copies.is_some() || data.seed.is_some();
        check.only(
            "data.starts",
            data.starts.is_some(),
            !random,
            "neither `copies` nor `seed`",
        )
    }

    /// Checks all replicas together, and the fold, once the units of one are known.
    ///
    /// # Errors
    /// Too many units, or a fold that does not suit them, at their field.
    pub fn check_size(&self, source: &Source, units: usize) -> Result<(), NetworkError> {
        let check = Checker { source };
        let all = units.saturating_mul(self.replicas);
        let what = "the number of units of all replicas";
        check.count("network.replicas", what, all, MAX_SIDE)?;
        check.fold(self.hardware, all)
    }

    /// The fields that name files.
    pub(in crate::description) fn files(&self) -> NamedFiles {
        let mut files = named([
            ("weights.w", self.weights.w.as_ref()),
            ("weights.sparse", self.weights.sparse.as_ref()),
            ("weights.bias", self.weights.bias.as_ref()),
            ("data.starts", self.data.starts.as_ref()),
        ]);
        let problem = self.problem.and_then(|problem| problem.file.clone());
        files.extend(problem.map(|file| ("problem.file".into(), file)));
        files
    }
}
