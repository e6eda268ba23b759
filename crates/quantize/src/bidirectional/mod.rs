//! Bidirectional associative memories in integers: units of two states with a stage and a weight
//! memory for each direction; those with real states as the continuous network that they are.

mod discrete;

use network::Bidirectional;
use network::bidirectional::{Discrete, Form, Layer};
use network::description::RealFormat;
use program::Program;

use crate::assembly::read;
use crate::{Options, QuantizeError, Quantized, continuous};

/// The word for the kind, in programs.
const KIND: &str = "bidirectional_associative_memory";
/// The stage that makes y of x.
const TO_Y: &str = "recall_y";
/// The stage that makes x of y.
const TO_X: &str = "recall_x";

/// Makes a program of the network.
///
/// # Errors
/// When a format that was asked for cannot hold what it must, or a sum needs more than 64 bits.
pub fn quantize(
    network: &Bidirectional,
    formats: &RealFormat,
    options: &Options,
) -> Result<Quantized, QuantizeError> {
    match &network.form {
        Form::Discrete(memory) => discrete::quantize((&network.name, memory), formats, options),
        Form::Graded(graded) => {
            let mut quantized = continuous::quantize(graded, formats, options)?;
            quantized.program.kind = KIND.into();
            Ok(quantized)
        }
    }
}

/// The network with its numbers as the words of its program stand for them. Words of the discrete
/// form stand for any positive multiple of the weights.
pub fn rounded(network: &Bidirectional, program: &Program) -> Option<Bidirectional> {
    let form = match &network.form {
        Form::Discrete(memory) => Form::Discrete(rounded_discrete(memory, program)?),
        Form::Graded(graded) => Form::Graded(Box::new(continuous::rounded(graded, program)?)),
    };
    Some(Bidirectional {
        form,
        ..network.clone()
    })
}

fn rounded_discrete(memory: &Discrete, program: &Program) -> Option<Discrete> {
    let layer = |stage: &str, layer: &Layer| {
        let (rows, columns) = (layer.weights.rows(), layer.weights.columns());
        let gather = read::gather(program, stage)?;
        Some(Layer {
            weights: read::matrix(gather, rows, columns),
            bias: read::offset(program, gather, rows)?,
            ..layer.clone()
        })
    };
    Some(Discrete {
        x: layer(TO_X, &memory.x)?,
        y: layer(TO_Y, &memory.y)?,
        ..memory.clone()
    })
}
