//! What a reservoir is made from, and how a read-out is learned.

use schemars::JsonSchema;
use serde::Deserialize;

use super::checks::{Checked, Checker};
use super::values::{NamedFiles, TensorSource, named_in};

/// Most units of a reservoir: the eigenvalues of its weights are computed.
pub(super) const MAX_UNITS: usize = 1024;

/// The largest magnitude of weights that are drawn, and the largest spectral radius.
const MAX_SCALE: f64 = 1e3;

/// What a reservoir is made from. `crates/network/src/sequence/reservoir.rs` says how.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct ReservoirSection {
    /// The share of recurrent weights that are not 0, above 0 and at most 1: every unit has as many
    /// links, the nearest whole number of them. Default 0.1.
    pub density: f64,
    /// The largest magnitude of an eigenvalue of the recurrent weights, 0 to 1000. Default 0.9.
    pub spectral_radius: f64,
    /// The largest magnitude of a weight from the input, 0 to 1000. Default 1.
    pub input_scale: f64,
    /// The largest magnitude of a bias, 0 to 1000. Default 0.
    pub bias_scale: f64,
    /// Seed of the generator. Default 1.
    pub seed: u64,
}

impl Default for ReservoirSection {
    fn default() -> ReservoirSection {
        ReservoirSection {
            density: 0.1,
            spectral_radius: 0.9,
            input_scale: 1.0,
            bias_scale: 0.0,
            seed: 1,
        }
    }
}

impl ReservoirSection {
    /// Links of each of so many units.
    pub fn links(&self, units: usize) -> usize {
        (self.density * units as f64).round() as usize
    }

    pub(super) fn check(&self, check: &Checker<'_>, units: usize, field: &str) -> Checked {
        let at = |key: &str| format!("{field}.{key}");
        let (what, density) = ("the density", self.density);
        check.range(&at("density"), what, density, f64::MIN_POSITIVE, 1.0)?;
        if self.links(units) == 0 {
            let message = format!("a density of {density} leaves a unit none of {units} links");
            let expected = format!("at least {}", 0.5 / units.max(1) as f64);
            check.conflict(&at("density"), message, &expected)?;
        }
        let scales = [
            (
                "spectral_radius",
                "the spectral radius",
                self.spectral_radius,
            ),
            (
                "input_scale",
                "the scale of the input weights",
                self.input_scale,
            ),
            ("bias_scale", "the scale of the biases", self.bias_scale),
        ];
        let mut scales = scales.into_iter();
        scales.try_for_each(|(key, what, value)| check.range(&at(key), what, value, 0.0, MAX_SCALE))
    }
}

/// How a dense layer without `w` and `bias` learns them: by ridge regression of the targets on what
/// reaches the layer.
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RidgeSection {
    /// The penalty on the sum of the squares of all weights, 0 or more.
    #[schemars(range(min = 0.0))]
    pub lambda: f64,
    /// The first steps of each sequence, which are not learned from. Default: that of `data`.
    pub washout: Option<usize>,
    /// The sequences that are learned from, an array as that of `data`. Default: those of `data`.
    pub sequences: Option<TensorSource>,
    /// Their targets, an array as that of `data`. Default: those of `data`.
    pub targets: Option<TensorSource>,
}

impl RidgeSection {
    pub(super) fn check(&self, check: &Checker<'_>, field: &str) -> Checked {
        let at = |key: &str| format!("{field}.{key}");
        check.range(&at("lambda"), "lambda", self.lambda, 0.0, f64::MAX)?;
        match (self.sequences.is_some(), self.targets.is_some()) {
            (true, false) => check.missing(&at("sequences"), "targets", "one for each sequence"),
            (false, true) => check.missing(&at("targets"), "sequences", "one for each target"),
            _ => Ok(()),
        }
    }

    pub(super) fn files(&self, section: &str) -> NamedFiles {
        let keys = [
            ("sequences", self.sequences.as_ref()),
            ("targets", self.targets.as_ref()),
        ];
        named_in(section, keys)
    }
}
