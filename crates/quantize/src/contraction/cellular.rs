//! Differences in a cellular array: the same in every cell, so that one stands for all.

use network::Cellular;
use network::cellular::{Boundary, Model};
use program::rounding::nearest;
use program::{Arrangement, Coding, Format, Operation, Program};

use super::growth::{Growth, up};
use super::{NoBound, lost};
use crate::assembly::Factor;

/// What a step makes of differences: the feedback `sum |A|` of them; by the Euler method
/// `|1 - h| + h sum |A|`, with the centre of A where its sign tells more.
pub fn growth(network: &Cellular, program: &Program) -> Result<Growth, NoBound> {
    let template = &network.template;
    let (centre, all) = (template.centre(), sum(&template.a));
    let others = (all - centre.abs()).max(0.0);
    let (step, factor, node) = match network.model {
        Model::Discrete => {
            return Err(NoBound::because("cells are signs, and a sign jumps"));
        }
        Model::Clipped => (1.0, all, "rounded"),
        Model::ChuaYang { step } => {
            // A cell beyond 1 gives what one at 1 gives, so that the centre counts or does not.
            let own = (1.0 - step).abs().max((1.0 - step + step * centre).abs());
            (step, own + step * others, "next")
        }
    };
    let next = lost::rounded(program, "iterate", node)
        .or_else(|_| lost::rounded(program, "iterate", "next"))?;
    let words = match network.model {
        Model::ChuaYang { .. } => Factor::new(step).map_or(step, |factor| factor.value()),
        Model::Clipped | Model::Discrete => 1.0,
    };
    let reach = network.state_bound();
    let held = lost::largest(next.format).max(reach);
    let field = template.field_bound();
    let wrong = field_error(network, program, next.format)?;
    let reference = 128.0 * f64::EPSILON * (field + held);
    let added =
        next.error + words.abs() * wrong + (words - step).abs() * (field + held) + reference;
    let valid = match network.model {
        // Held between -1 and +1, which the words hold.
        Model::Clipped | Model::Discrete => f64::INFINITY,
        Model::ChuaYang { .. } => lost::valid(next, reach)?,
    };
    Ok(Growth {
        rows: vec![vec![(0, up(factor) + 8.0 * f64::EPSILON)]],
        added: vec![up(added)],
        start: next.format.unit() / 2.0,
        valid,
    })
}

fn sum(values: &[f64]) -> f64 {
    values.iter().map(|value| value.abs()).sum()
}

/// By how much `A y + B u + z` of the words differs, at most, from that of real numbers, for the
/// same y.
fn field_error(network: &Cellular, program: &Program, state: Format) -> Result<f64, NoBound> {
    let template = &network.template;
    let iterate = lost::stage(program, "iterate")?;
    let feedback = iterate.gathers.first();
    let mut wrong = distance(&template.a, feedback.map(|gather| &gather.weights));
    let mut around = sum(&template.a) - template.centre().abs();
    let mut edge = border_error(network.boundary, state) * around;
    let feed = lost::stage(program, "feed").ok();
    if let Some(feed) = feed {
        let input = lost::format(program, "input")?;
        let gather = feed.gathers.first();
        wrong += distance(&template.b, gather.map(|gather| &gather.weights));
        // Of one bit, inputs are -1 and +1.
        if input.coding() != Coding::Bipolar {
            wrong += sum(&template.b) * input.unit() / 2.0;
        }
        around = sum(&template.b);
        edge += border_error(network.boundary, input) * around;
    } else if template.b.iter().any(|value| *value != 0.0) {
        // A control that is nothing in words.
        wrong += sum(&template.b);
    }
    let nodes = feed.unwrap_or(iterate).apply.nodes.iter();
    let mut thresholds = nodes.filter(|node| node.name == "threshold");
    let threshold = thresholds.find_map(|node| match node.operation {
        Operation::Constant(raw) => Some(node.format.value(raw)),
        _ => None,
    });
    let threshold = threshold.ok_or_else(|| NoBound::because("its threshold is not known"))?;
    Ok(up(wrong + edge + (threshold - template.z).abs()))
}

/// `sum |a' - a|` over a template; all of it where there are no words.
fn distance(of: &[f64], weights: Option<&program::Weights>) -> f64 {
    let (raw, format) = match weights.map(|weights| (&weights.arrangement, weights.format)) {
        Some((Arrangement::Stencil { coefficients, .. }, format)) => (&coefficients[..], format),
        _ => (&[][..], Format::BIPOLAR),
    };
    let words = raw
        .iter()
        .map(|&raw| format.value(raw))
        .chain(std::iter::repeat(0.0));
    of.iter()
        .zip(words)
        .map(|(real, word)| (word - real).abs())
        .sum()
}

/// How far the word for what lies beyond the edge is from it.
fn border_error(boundary: Boundary, format: Format) -> f64 {
    match boundary {
        Boundary::Fixed(value) => {
            let raw = nearest(value, format).unwrap_or(-1);
            (format.value(raw) - value).abs()
        }
        Boundary::ZeroFlux | Boundary::Periodic => 0.0,
    }
}
