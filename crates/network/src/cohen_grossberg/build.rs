//! From a description to a network.

use super::{CohenGrossberg, Response};
use crate::delay::{Delays, History};
use crate::description::{BOUND, CohenGrossbergDescription, PerUnit, Source};
use crate::diagnostic::NetworkError;
use crate::given;
use crate::matrix::Matrix;
use crate::problem::Problem;

/// The largest magnitude of a start state.
const LARGEST: f64 = 1e6;

impl CohenGrossberg {
    /// Builds the network of a description.
    ///
    /// # Errors
    /// What is wrong with a file that the description names, with the place of its name; a box whose
    /// ends are exchanged; or a start state outside of it.
    pub fn from_description(
        described: &CohenGrossbergDescription,
        source: &Source,
    ) -> Result<CohenGrossberg, NetworkError> {
        let (units, dynamics) = (described.network.units, &described.dynamics);
        let response = |given, field| Response::from_description(given, units, source, field);
        let shape = (units, units);
        let weights = match (&described.weights.c, &described.weights.sparse) {
            (Some(c), _) => Matrix::from_source(c, shape, "the matrix c", source, "weights.c")?,
            (None, Some(sparse)) => {
                let what = "the list of sparse coefficients";
                Matrix::from_triples(sparse, shape, what, source, "weights.sparse")?
            }
            (None, None) => Matrix::sparse(units, units, &[]),
        };
        let bias = match &described.weights.bias {
            Some(bias) => given::vector(bias, units, "the bias", source, "weights.bias")?,
            None => vec![0.0; units],
        };
        let step = dynamics.step;
        let delays = Delays::from_description(&described.delays, shape, step, source)?;
        let longest = delays.longest();
        let history = History::from_description(&described.history, units, longest, source)?;
        let bounds = bounds(&dynamics.low, &dynamics.high, units, source)?;
        Ok(CohenGrossberg {
            name: described.network.name.clone(),
            a: response(&dynamics.a, "dynamics.a")?,
            b: response(&dynamics.b, "dynamics.b")?,
            d: response(&dynamics.d, "dynamics.d")?,
            weights,
            bias,
            step,
            probes: probes(described, bounds.as_deref(), source)?,
            bounds,
            table: dynamics.table,
            delays,
            history,
            stop: described.update.rule(),
        })
    }
}

fn bounds(
    low: &Option<PerUnit>,
    high: &Option<PerUnit>,
    units: usize,
    source: &Source,
) -> Result<Option<Vec<(f64, f64)>>, NetworkError> {
    let (Some(low), Some(high)) = (low, high) else {
        return Ok(None);
    };
    let low = low.values(units, BOUND, source, "dynamics.low")?;
    let high = high.values(units, BOUND, source, "dynamics.high")?;
    let bounds: Vec<(f64, f64)> = low.into_iter().zip(high).collect();
    let exchanged = |(_, (low, high)): &(usize, &(f64, f64))| low >= high;
    if let Some((unit, (low, high))) = bounds.iter().enumerate().find(exchanged) {
        let problem = Problem::Conflict {
            message: format!("the box of unit {unit} is from {low} to {high}"),
            expected: "a `low` end below the `high` one".into(),
        };
        return Err(source.error("dynamics.low", problem));
    }
    Ok(Some(bounds))
}

fn probes(
    described: &CohenGrossbergDescription,
    bounds: Option<&[(f64, f64)]>,
    source: &Source,
) -> Result<Vec<Vec<f64>>, NetworkError> {
    let units = described.network.units;
    let Some(probes) = &described.data.probes else {
        let middle = |(low, high): &(f64, f64)| low / 2.0 + high / 2.0;
        let middle = bounds.map(|bounds| bounds.iter().map(middle).collect());
        return Ok(vec![middle.unwrap_or(vec![0.0; units])]);
    };
    let (what, field) = ("the start states", "data.probes");
    let probes = given::rows(probes, units, (-LARGEST, LARGEST), what, source, field)?;
    for probe in &probes {
        let pairs = probe.iter().zip(bounds.unwrap_or_default());
        let outside = |(x, (low, high)): &(&f64, &(f64, f64))| !(*low..=*high).contains(*x);
        if let Some((&value, &(low, high))) = pairs.into_iter().find(outside) {
            let what = "a start state";
            let problem = Problem::OutOfRange {
                what,
                value,
                low,
                high,
            };
            return Err(source.error(field, problem));
        }
    }
    Ok(probes)
}
