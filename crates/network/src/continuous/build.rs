//! From a description to a network.

use super::{Continuous, Drive, Form, Method};
use crate::activation::Activation;
use crate::delay::{Delays, History};
use crate::description::{
    ContinuousDescription, FormWord, InputSection, MethodWord, POSITIVE, PerUnit, Source,
};
use crate::diagnostic::NetworkError;
use crate::given;
use crate::matrix::Matrix;
use crate::problem::Problem;

/// Magnitude of the start states that are made from patterns.
const MAGNITUDE: f64 = 0.5;
/// The largest magnitude of a start state or an input.
const LARGEST: f64 = 1e6;

impl Continuous {
    /// Builds the network of a description.
    ///
    /// # Errors
    /// What is wrong with a file that the description names, with the place of its name, or a delay
    /// that is no whole number of steps.
    pub fn from_description(
        described: &ContinuousDescription,
        source: &Source,
    ) -> Result<Continuous, NetworkError> {
        let (units, dynamics) = (described.network.units, &described.dynamics);
        let given::Weights {
            weights,
            bias,
            patterns,
        } = given::weights(&described.weights, units, source)?;
        let each = |value: &Option<PerUnit>, field: &str| match value {
            Some(value) => value.values(units, POSITIVE, source, field),
            None => Ok(vec![1.0; units]),
        };
        let decay = match dynamics.form {
            FormWord::Original => {
                let resistance = each(&dynamics.resistance, "dynamics.resistance")?;
                resistance.into_iter().map(f64::recip).collect()
            }
            FormWord::Generalised | FormWord::StaticField => {
                each(&dynamics.decay, "dynamics.decay")?
            }
        };
        let length = dynamics.length();
        let shape = (units, units);
        let delays = Delays::from_description(&described.delays, shape, length, source)?;
        let longest = delays.longest();
        let history = History::from_description(&described.history, units, longest, source)?;
        let (probes, inputs) = starts(described, &patterns, source)?;
        Ok(Continuous {
            name: described.network.name.clone(),
            form: match dynamics.form {
                FormWord::Original | FormWord::Generalised => Form::LocalField,
                FormWord::StaticField => Form::StaticField,
            },
            method: match dynamics.method {
                MethodWord::Euler => Method::Euler { step: length },
                MethodWord::Map => Method::Map,
            },
            activation: Activation::from_description(
                &dynamics.activation,
                source,
                "dynamics.activation",
            )?,
            table: dynamics.table,
            weights,
            bias,
            drive: match &described.input {
                Some(input) => Some(drive(input, units, &inputs, source)?),
                None => None,
            },
            decay,
            capacity: each(&dynamics.capacity, "dynamics.capacity")?,
            delays,
            history,
            stop: described.update.rule(),
            patterns: given::real(&patterns, 1.0),
            probes,
            inputs,
        })
    }
}

fn drive(
    section: &InputSection,
    units: usize,
    inputs: &[Vec<f64>],
    source: &Source,
) -> Result<Drive, NetworkError> {
    let length = section.size.unwrap_or(units);
    let weights = match &section.w {
        Some(w) => {
            let what = "the matrix from inputs to units";
            Some(Matrix::from_source(
                w,
                (units, length),
                what,
                source,
                "input.w",
            )?)
        }
        None => None,
    };
    let largest = inputs
        .iter()
        .flatten()
        .fold(0.0, |most: f64, u| most.max(u.abs()));
    let limit = section
        .limit
        .unwrap_or(if largest > 0.0 { largest } else { 1.0 });
    if largest > limit {
        let problem = Problem::OutOfRange {
            what: "an input",
            value: largest,
            low: -limit,
            high: limit,
        };
        return Err(source.error("data.inputs", problem));
    }
    Ok(Drive {
        weights,
        length,
        limit,
    })
}

/// Start states and inputs, one of each for every run.
type Starts = (Vec<Vec<f64>>, Vec<Vec<f64>>);

fn starts(
    described: &ContinuousDescription,
    patterns: &[Vec<i8>],
    source: &Source,
) -> Result<Starts, NetworkError> {
    let (data, units) = (&described.data, described.network.units);
    let bounds = (-LARGEST, LARGEST);
    let mut probes = match &data.probes {
        Some(probes) => {
            let what = "the start states";
            given::rows(probes, units, bounds, what, source, "data.probes")?
        }
        None => {
            let magnitude = data.magnitude.unwrap_or(MAGNITUDE);
            given::real(&given::noisy(data.noise, patterns, units), magnitude)
        }
    };
    let mut inputs = match (&data.inputs, &described.input) {
        (Some(inputs), Some(section)) => {
            let (what, length) = ("the inputs", section.size.unwrap_or(units));
            given::rows(inputs, length, bounds, what, source, "data.inputs")?
        }
        (None, Some(section)) => vec![vec![0.0; section.size.unwrap_or(units)]],
        (_, None) => vec![],
    };
    match (probes.len(), inputs.len()) {
        (1, rows) if rows > 1 => probes = vec![probes.concat(); rows],
        (starts, 1) => inputs = vec![inputs.concat(); starts],
        (starts, rows) if rows != starts && rows > 0 => {
            let problem = Problem::Shape {
                what: "the table of inputs",
                found: format!("{rows} rows"),
                expected: format!("{starts} rows, one for each start state, or one row for all"),
            };
            return Err(source.error("data.inputs", problem));
        }
        _ => {}
    }
    Ok((probes, inputs))
}
