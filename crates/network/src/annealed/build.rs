//! From a description to a network.

use super::{Annealed, Quantile};
use crate::description::{AnnealedDescription, Course, MAX_TEMPERATURE, Ramp, RampShape, Source};
use crate::diagnostic::NetworkError;
use crate::dynamics::StopRule;
use crate::hopfield::Order;
use crate::ising::{Ising, Minimisation, StartStates};
use crate::problem::Problem;

/// Bits of a word of noise.
const NOISE_BITS: u32 = 10;

/// One step in so many is left for the descent at temperature 0 behind a ramp.
const DESCENT: u64 = 10;

impl Annealed {
    /// Builds the network of a description.
    ///
    /// # Errors
    /// What is wrong with a file that the description names, with the place of its name.
    pub fn from_description(
        described: &AnnealedDescription,
        source: &Source,
    ) -> Result<Annealed, NetworkError> {
        let minimisation = Minimisation::from_sections(&described.ising(), source)?;
        let (dynamics, update) = (&described.dynamics, &described.update);
        let units = minimisation.model.units();
        let order = Order::of(update.order, (update.block, update.seed), units);
        Ok(Annealed {
            name: described.network.name.clone(),
            starts: StartStates::from_section(&described.data, minimisation.units(), 1.0, source)?,
            temperatures: temperatures(described, &minimisation.model, source)?,
            minimisation,
            order,
            quantile: Quantile::new(dynamics.noise_bits.unwrap_or(NOISE_BITS)),
            seed: dynamics.seed.unwrap_or(1),
            stop: StopRule {
                max_steps: update.max_steps,
                when_stable: true,
                on_period_two: false,
                tolerance: 0.0,
            },
        })
    }
}

/// The numbers of the course; a ramp is followed by the temperature 0.
fn temperatures(
    described: &AnnealedDescription,
    model: &Ising,
    source: &Source,
) -> Result<Vec<f64>, NetworkError> {
    let steps = described.update.max_steps;
    let ramp = steps - steps / DESCENT;
    let given = described.dynamics.temperature.clone();
    let course = given.unwrap_or_else(|| Course::Ramp(chosen(model)));
    let (what, field) = ("the temperature", "dynamics.temperature");
    let mut temperatures = course.values(ramp, what, source, field)?;
    let (low, high) = (0.0, MAX_TEMPERATURE);
    let outside = |value: &&f64| !(low..=high).contains(*value);
    if let Some(&value) = temperatures.iter().find(outside) {
        let problem = Problem::OutOfRange {
            what,
            value,
            low,
            high,
        };
        return Err(source.error(field, problem));
    }
    if matches!(course, Course::Ramp(_)) {
        temperatures.push(0.0);
    }
    Ok(temperatures)
}

/// From where most moves are made to where few against the energy are left.
fn chosen(model: &Ising) -> Ramp {
    let links = model.couplings.links().map(|(_, _, j)| j * j);
    let (squares, count) = links.fold((0.0, 0.0), |(sum, n), square| (sum + square, n + 1.0));
    let fields = model.field.iter().map(|h| h.abs());
    let size = match count > 0.0 {
        true => f64::sqrt(squares / count),
        false => fields.fold(0.0, f64::max),
    };
    let from = if size > 0.0 { 2.0 * size } else { 1.0 };
    Ramp {
        from,
        to: from / 10.0,
        steps: None,
        shape: RampShape::Geometric,
    }
}
