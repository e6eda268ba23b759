//! Bidirectional associative memories in integers: a stage and a weight memory for each direction.

mod discrete;

use network::Bidirectional;
use network::bidirectional::{Form, Layer};
use network::description::RealFormat;
use program::Program;

use crate::assembly::read;
use crate::{Options, QuantizeError, Quantized};

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
    match network.form {
        Form::Discrete => discrete::quantize(network, formats, options),
        Form::Map | Form::Euler { .. } => Err(QuantizeError::Mismatched),
    }
}

/// The network with its numbers as the words of its program stand for them. Words of the discrete
/// form stand for any positive multiple of the weights.
pub fn rounded(network: &Bidirectional, program: &Program) -> Option<Bidirectional> {
    let layer = |stage: &str, layer: &Layer| {
        let (rows, columns) = (layer.weights.rows(), layer.weights.columns());
        let gather = read::gather(program, stage)?;
        Some(Layer {
            weights: read::matrix(gather, rows, columns),
            bias: read::offset(program, gather, rows)?,
            ..layer.clone()
        })
    };
    Some(Bidirectional {
        x: layer(TO_X, &network.x)?,
        y: layer(TO_Y, &network.y)?,
        ..network.clone()
    })
}
