//! A continuous network with its numbers as the words of its program stand for them.

use network::Matrix;
use network::continuous::{Continuous, Drive, Form, Method};
use program::{Program, Role, Stage, Vector};

use crate::assembly::{Factor, values};
use crate::delay;

/// The network of the words. Its activation function is the real one, which the table follows within
/// the error that the quantiser states.
pub fn rounded(network: &Continuous, program: &Program) -> Option<Continuous> {
    let step = stage(program, "move")?;
    let (own, late) = step.gathers.split_first()?;
    let units = network.units();
    let mut paces = vec![];
    for unit in 0..units {
        let exact = network.pace(unit);
        paces.push(scale(program, "pace", unit, exact)?);
    }
    let decay = network.decay.iter().enumerate();
    let decay = decay.map(|(unit, decay)| scale(program, "decay", unit, *decay));
    let mut rounded = Continuous {
        weights: Matrix::sparse(units, units, &values(&own.weights)),
        bias: match own.offset.and_then(|offset| program.vector(offset)) {
            Some(vector) => numbers(vector)?,
            None => vec![0.0; units],
        },
        decay: decay.collect::<Option<_>>()?,
        delays: delay::rounded(&network.delays, late)?,
        drive: match &network.drive {
            Some(drive) => Some(rounded_drive(drive, program)?),
            None => None,
        },
        ..network.clone()
    };
    match (&mut rounded.method, network.form) {
        (Method::Map, _) => {}
        (Method::Euler { step }, Form::StaticField) => *step = paces.first().copied()?,
        (Method::Euler { step }, Form::LocalField) => {
            rounded.capacity = paces.iter().map(|pace| *step / pace).collect();
        }
    }
    Some(rounded)
}

fn stage<'p>(program: &'p Program, name: &str) -> Option<&'p Stage> {
    program.stages.iter().find(|stage| stage.name == name)
}

/// What multiplies an element in fact: that of a parameter, or the factor for all.
fn scale(program: &Program, name: &str, unit: usize, exact: f64) -> Option<f64> {
    match program.find(name).and_then(|id| program.vector(id)) {
        Some(vector) => numbers(vector)?.get(unit).copied(),
        None => Some(Factor::new(exact).ok()?.value()),
    }
}

fn numbers(vector: &Vector) -> Option<Vec<f64>> {
    match &vector.role {
        Role::Parameter(raw) => Some(raw.iter().map(|&raw| vector.format.value(raw)).collect()),
        _ => None,
    }
}

fn rounded_drive(drive: &Drive, program: &Program) -> Option<Drive> {
    let mut rounded = drive.clone();
    if let Some(weights) = &drive.weights {
        let gather = stage(program, "receive")?.gathers.first()?;
        let links = values(&gather.weights);
        rounded.weights = Some(Matrix::sparse(weights.rows(), weights.columns(), &links));
    }
    Some(rounded)
}
