//! A Cohen-Grossberg network with its numbers as the words of its program stand for them.

use network::cohen_grossberg::{CohenGrossberg, Response};
use program::Program;

use super::polynomial::Polynomial;
use crate::assembly::{Scale, bounds, read};
use crate::delay;

/// The network of the words. Its activation functions are the real ones, which the tables follow
/// within the error that the quantiser states.
pub fn rounded(network: &CohenGrossberg, program: &Program) -> Option<CohenGrossberg> {
    let stage = program.stages.iter().find(|stage| stage.name == "move")?;
    let (own, late) = stage.gathers.split_first()?;
    let units = network.units();
    let format = program.vector(program.find("state")?)?.format;
    let response = |name: &str, response: &Response| match response {
        Response::Activation(_) => Some(response.clone()),
        Response::Polynomial(_) if response.is_identity() => Some(response.clone()),
        Response::Polynomial(_) => {
            let rows = response.rows(units);
            let rows = Polynomial::rounded(program, name, &rows, format.fraction())?;
            Some(Response::Polynomial(rows))
        }
    };
    let constant = |values: Vec<f64>| {
        let rows = values.into_iter().map(|value| vec![value]);
        Response::Polynomial(rows.collect())
    };
    let (step, a) = match network.a.constants(units) {
        Some(a) => {
            let paces: Vec<f64> = a.iter().map(|a| network.step * a).collect();
            let paces = Scale::rounded(program, "pace", &paces)?.into_iter();
            let a = paces.map(|pace| pace / network.step).collect();
            (network.step, constant(a))
        }
        None => {
            let pace = Scale::rounded(program, "pace", &[network.step])?;
            (pace.first().copied()?, response("a", &network.a)?)
        }
    };
    // A constant b is part of what sums start from.
    let b = match network.b.constants(units) {
        Some(_) => constant(vec![0.0; units]),
        None => response("b", &network.b)?,
    };
    let less = read::offset(program, own, units)?;
    Some(CohenGrossberg {
        a,
        b,
        d: response("d", &network.d)?,
        weights: read::matrix(own, units, units),
        bias: less.into_iter().map(|less| 0.0 - less).collect(),
        step,
        bounds: network.bounds.as_ref().map(|ends| {
            let (low, high): (Vec<f64>, Vec<f64>) = ends.iter().copied().unzip();
            let (low, high) = bounds::rounded((&low, &high), format);
            low.into_iter().zip(high).collect()
        }),
        delays: delay::rounded(&network.delays, late)?,
        ..network.clone()
    })
}
