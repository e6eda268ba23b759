//! A continuous network with its numbers as the words of its program stand for them.

use network::continuous::{Continuous, Drive, Form, Method};
use program::{Program, Stage};

use crate::assembly::{Scale, read};
use crate::delay;

/// The network of the words. Its activation function is the real one, which the table follows within
/// the error that the quantiser states.
pub fn rounded(network: &Continuous, program: &Program) -> Option<Continuous> {
    let step = stage(program, "move")?;
    let (own, late) = step.gathers.split_first()?;
    let units = network.units();
    let paces: Vec<f64> = (0..units).map(|unit| network.pace(unit)).collect();
    let paces = Scale::rounded(program, "pace", &paces)?;
    let mut rounded = Continuous {
        weights: read::matrix(own, units, units),
        bias: read::offset(program, own, units)?,
        decay: Scale::rounded(program, "decay", &network.decay)?,
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

fn rounded_drive(drive: &Drive, program: &Program) -> Option<Drive> {
    let mut rounded = drive.clone();
    if let Some(weights) = &drive.weights {
        let gather = read::gather(program, "receive")?;
        rounded.weights = Some(read::matrix(gather, weights.rows(), weights.columns()));
    }
    Some(rounded)
}
