//! Differences in a projection network. Projecting on a box brings states nearer to each other.

use network::dynamics::Dynamics;
use network::projection::{Method, Projection};
use program::Program;

use super::growth::{Growth, up};
use super::lost::{Rounded, at};
use super::{NoBound, lost};
use crate::projection;

/// What a step makes of differences: with the relaxation r, `|1 - r|` of the element itself and
/// `r |I - step M|` of all.
pub fn growth(network: &Projection, program: &Program) -> Result<Growth, NoBound> {
    if network.method == Method::Extragradient {
        let why = "the two projections of the extragradient method contract in no norm looked at";
        return Err(NoBound::because(why));
    }
    let words = projection::rounded(network, program);
    let words = words.ok_or_else(|| NoBound::because("its words are not known"))?;
    let target = lost::rounded(program, "project", "target_rounded")?;
    let rows: Vec<_> = (0..network.units())
        .map(|unit| row(network, unit))
        .collect();
    let reach = reach(network, &rows, program)?;
    lost::valid(target, reach)?;
    let losses = Losses {
        network,
        words: &words,
        target,
        next: lost::rounded(program, "project", "next").ok(),
        held: lost::largest(target.format),
    };
    Ok(Growth {
        added: (0..network.units())
            .map(|unit| losses.added(unit))
            .collect(),
        rows,
        start: target.format.unit() / 2.0,
        valid: f64::INFINITY,
    })
}

fn row(network: &Projection, unit: usize) -> Vec<(usize, f64)> {
    let (step, part) = (network.step, network.relaxation);
    let own = 1.0 - step * network.matrix.get(unit, unit);
    let kept = (1.0 - part).abs() + part * own.abs() + 8.0 * f64::EPSILON * (1.0 + own.abs());
    let others = network.matrix.row(unit).filter(|(other, _)| *other != unit);
    let others = others.map(|(other, weight)| (other, up((part * step * weight).abs())));
    std::iter::once((unit, up(kept))).chain(others).collect()
}

/// The largest magnitude of a state for all time: of the box and the starts or, where the box is
/// open, of what contraction leaves.
fn reach(
    network: &Projection,
    rows: &[Vec<(usize, f64)>],
    program: &Program,
) -> Result<f64, NoBound> {
    let starts = network.starts().into_iter().flatten().flatten();
    let started = starts.fold(0.0, |most: f64, x| most.max(x.abs()));
    let bounds = || network.lower.iter().chain(&network.upper);
    if bounds().all(|bound| bound.is_finite()) {
        // A bound may lie a word beyond the last one: the box of the words does not.
        let last = lost::format(program, "state").map_or(0.0, lost::symmetric);
        let box_ends = bounds().fold(0.0, |most: f64, bound| most.max(bound.abs()));
        return Ok(started.max(box_ends.min(last)));
    }
    let sums = rows
        .iter()
        .map(|row| up(row.iter().map(|(_, size)| size).sum()));
    let factor = sums.fold(0.0, f64::max);
    if factor.is_nan() || factor >= 1.0 {
        return Err(NoBound {
            factor: Some(factor),
            why: format!(
                "the box is open, and a step may leave {factor:.6} of a difference, not less than 1"
            ),
        });
    }
    let zeros = vec![0.0; network.units()];
    let moved = network.projected(&zeros, &network.offset, network.step);
    let moved = moved.iter().fold(0.0, |most: f64, x| most.max(x.abs()));
    Ok(up(network.relaxation * moved / (1.0 - factor)).max(started))
}

struct Losses<'a> {
    network: &'a Projection,
    words: &'a Projection,
    target: Rounded,
    /// Where the relaxation is not 1.
    next: Option<Rounded>,
    /// The largest magnitude of a state in words.
    held: f64,
}

impl Losses<'_> {
    fn added(&self, unit: usize) -> f64 {
        let (real, words, held) = (self.network, self.words, self.held);
        let bounds = [(&real.lower, &words.lower), (&real.upper, &words.upper)];
        let bounds = bounds.map(|(real, words)| match (at(real, unit), at(words, unit)) {
            (real, word) if real.is_finite() => (word - real).abs(),
            // The end of the words, which no state reaches.
            _ => 0.0,
        });
        let bounds = bounds.into_iter().fold(0.0, f64::max);
        let field = lost::row_sum(&words.matrix, unit) * held + at(&words.offset, unit).abs();
        let wrong = lost::row_distance(&real.matrix, &words.matrix, unit) * held
            + (at(&words.offset, unit) - at(&real.offset, unit)).abs();
        let target = self.target.error
            + bounds
            + real.step.abs() * wrong
            + (words.step - real.step).abs() * field;
        let part = (words.relaxation - real.relaxation).abs() * 2.0 * held;
        let terms = real.matrix.row(unit).count() as f64 + 16.0;
        let reference = terms * f64::EPSILON * (field + wrong + held) * real.step.abs().max(1.0);
        let next = self.next.map_or(0.0, |next| next.error);
        up(real.relaxation * target + part + next + reference)
    }
}
