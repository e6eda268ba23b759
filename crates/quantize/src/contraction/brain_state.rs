//! Differences in a brain-state-in-a-box. The box brings states nearer to each other, so that only
//! what it holds matters.

use network::BrainState;
use program::Program;

use super::growth::{Growth, up};
use super::{NoBound, lost};
use crate::brain_state;

/// What a step makes of differences: `|decay + gain w_ii|` and `|gain w_ij|` of them.
pub fn growth(network: &BrainState, program: &Program) -> Result<Growth, NoBound> {
    let rounded = brain_state::rounded(network, program);
    let words = rounded.ok_or_else(|| NoBound::because("its words are not known"))?;
    let next = lost::rounded(program, "relax", "rounded")?;
    let (gain, decay, input) = (network.gain, network.decay, network.input);
    let half = next.format.unit() / 2.0;
    let row = |unit: usize| {
        let own = (decay + gain * network.weights.get(unit, unit)).abs();
        let others = network
            .weights
            .row(unit)
            .filter(|(other, _)| *other != unit);
        let others = others.map(|(other, weight)| (other, up((gain * weight).abs())));
        // The sum may cancel.
        let own = up(own) + 4.0 * f64::EPSILON * (decay.abs() + gain.abs());
        std::iter::once((unit, own)).chain(others).collect()
    };
    let added = |unit: usize| {
        let bias = lost::at(&network.bias, unit);
        let received = lost::row_sum(&words.weights, unit) + lost::at(&words.bias, unit).abs();
        let wrong = lost::row_distance(&network.weights, &words.weights, unit)
            + (lost::at(&words.bias, unit) - bias).abs();
        let factors = (words.gain - gain).abs() * received
            + (words.decay - decay).abs()
            + (words.input - input).abs();
        let terms = network.weights.row(unit).count() as f64 + 16.0;
        let size = gain.abs() * (lost::row_sum(&network.weights, unit) + bias.abs())
            + decay.abs()
            + input.abs();
        let reference = terms * f64::EPSILON * size;
        up(next.error + gain.abs() * wrong + factors + input.abs() * half + reference)
    };
    let units = network.weights.rows();
    Ok(Growth {
        rows: (0..units).map(row).collect(),
        added: (0..units).map(added).collect(),
        start: half,
        valid: f64::INFINITY,
    })
}
