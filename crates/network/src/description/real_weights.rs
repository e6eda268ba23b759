//! Weights of a network with real states, given or learned.

use schemars::JsonSchema;
use serde::Deserialize;

use super::checks::{Checked, Checker};
use super::values::{NamedFiles, PatternSource, TensorSource, named};

/// Where the weights come from: exactly one of `w`, `sparse` and `learn`.
#[derive(Debug, Clone, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RealWeights {
    /// The matrix, units x units; row i holds the weights into unit i.
    pub w: Option<TensorSource>,
    /// A sparse matrix as triples row, column, value (rows and columns from 0), one a line.
    pub sparse: Option<TensorSource>,
    /// A learning rule and the patterns to be stored.
    pub learn: Option<RealLearn>,
    /// One bias a unit; none means 0.
    pub bias: Option<TensorSource>,
}

/// A learning rule and the patterns to be stored.
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RealLearn {
    /// The learning rule.
    pub rule: RealRule,
    /// The patterns, one a row, of units values -1 or +1.
    pub patterns: PatternSource,
}

/// The learning rules of networks with real states.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum RealRule {
    /// Sum of outer products over the number of units, with the diagonal.
    OuterProduct,
    /// The projection on the span of the patterns (pseudo-inverse).
    Projection,
}

impl RealWeights {
    /// Exactly one thing says what the weights are.
    pub(in crate::description) fn check(&self, check: &Checker<'_>) -> Checked {
        check.one_of_weights([
            ("w", self.w.is_some()),
            ("sparse", self.sparse.is_some()),
            ("learn", self.learn.is_some()),
        ])?;
        if let Some(RealLearn {
            patterns: PatternSource::Prototypes(prototypes),
            ..
        }) = &self.learn
        {
            let (field, value) = ("weights.learn.patterns.threshold", prototypes.threshold);
            check.range(field, "the threshold", value, -1e9, 1e9)?;
        }
        Ok(())
    }

    /// The fields that name files, and the names.
    pub(in crate::description) fn files(&self) -> NamedFiles {
        let learned = self.learn.as_ref().map(|learn| &learn.patterns);
        let mut files = named([
            ("weights.w", self.w.as_ref()),
            ("weights.sparse", self.sparse.as_ref()),
            ("weights.bias", self.bias.as_ref()),
        ]);
        files.extend(learned.and_then(|learned| learned.file("weights.learn.patterns")));
        files
    }
}
