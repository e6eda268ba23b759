//! From a description to a network.

use super::BrainState;
use crate::description::{BrainStateDescription, BrainStateRule, Source};
use crate::diagnostic::NetworkError;
use crate::given;
use crate::learning::{outer_products, projector};
use crate::matrix::Matrix;

/// Magnitude of the start states that are made from patterns.
const MAGNITUDE: f64 = 0.5;

impl BrainState {
    /// Builds the network of a description.
    ///
    /// # Errors
    /// What is wrong with a file that the description names, with the place of its name.
    pub fn from_description(
        described: &BrainStateDescription,
        source: &Source,
    ) -> Result<BrainState, NetworkError> {
        let units = described.network.units;
        let patterns = match &described.weights.learn {
            Some(learn) => given::patterns(&learn.patterns, units, source)?,
            None => vec![],
        };
        let bias = match &described.weights.bias {
            Some(bias) => given::vector(bias, units, "the bias", source, "weights.bias")?,
            None => vec![0.0; units],
        };
        let magnitude = described.data.magnitude.unwrap_or(MAGNITUDE);
        let probes = match &described.data.probes {
            Some(probes) => {
                let what = "the start states";
                given::rows(probes, units, (-1.0, 1.0), what, source, "data.probes")?
            }
            None => real(
                &given::noisy(described.data.noise, &patterns, units),
                magnitude,
            ),
        };
        Ok(BrainState {
            name: described.network.name.clone(),
            weights: weights(described, &patterns, source)?,
            bias,
            gain: described.dynamics.gain,
            decay: described.dynamics.decay,
            input: described.dynamics.input,
            stop: described.update.rule(),
            patterns: real(&patterns, 1.0),
            probes,
        })
    }
}

/// Patterns as real states of a magnitude.
fn real(patterns: &[Vec<i8>], magnitude: f64) -> Vec<Vec<f64>> {
    let state = |pattern: &Vec<i8>| pattern.iter().map(|&v| f64::from(v) * magnitude).collect();
    patterns.iter().map(state).collect()
}

fn weights(
    described: &BrainStateDescription,
    patterns: &[Vec<i8>],
    source: &Source,
) -> Result<Matrix, NetworkError> {
    let (units, section) = (described.network.units, &described.weights);
    let (shape, what) = ((units, units), "the weight matrix");
    if let Some(w) = &section.w {
        return Matrix::from_source(w, shape, what, source, "weights.w");
    }
    if let Some(sparse) = &section.sparse {
        let what = "the list of sparse weights";
        return Matrix::from_triples(sparse, shape, what, source, "weights.sparse");
    }
    let learned = match section.learn.as_ref().map(|learn| learn.rule) {
        Some(BrainStateRule::OuterProduct) => {
            let products = outer_products(units, patterns).into_iter();
            products.map(|weight| weight / units as f64).collect()
        }
        Some(BrainStateRule::Projection) => projector(units, patterns),
        None => vec![],
    };
    Ok(Matrix::dense(units, units, &learned))
}
