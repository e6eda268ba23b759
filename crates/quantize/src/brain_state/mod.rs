//! A brain-state-in-a-box in integers: one stage, which gathers the field and holds the state in
//! the box.

use network::BrainState;
use network::description::RealFormat;
use program::{Order, Overflow, Role, Rounding, When};

use crate::assembly::{Assembly, Factor, Source, Written, read, weights};
use crate::cellular::one;
use crate::dynamic::{Words, narrowest, stop};
use crate::report::Report;
use crate::{Options, QuantizeError, Quantized};

/// Makes a program of the network.
///
/// # Errors
/// When a format that was asked for cannot hold what it must, or a sum needs more than 64 bits.
pub fn quantize(
    network: &BrainState,
    formats: &RealFormat,
    options: &Options,
) -> Result<Quantized, QuantizeError> {
    let make = |fraction: i32| lower(network, &Words::new(formats, options, fraction));
    let fixed = Words::new(formats, options, 0).state;
    match fixed {
        Some(state) => make(state.fraction()),
        None => narrowest(network, make),
    }
}

fn lower(network: &BrainState, words: &Words) -> Result<Quantized, QuantizeError> {
    let units = network.weights.rows();
    let format = words.unit_state()?;
    let values: Vec<f64> = network
        .weights
        .entries()
        .map(|(_, _, value)| value)
        .collect();
    let coefficients = words.weights(&values)?;
    let (gain, decay, input) = (
        Factor::new(network.gain)?,
        Factor::new(network.decay)?,
        Factor::new(network.input)?,
    );
    let mut assembly = Assembly::new();
    let state = assembly.vector("state", units, format, Role::State);
    let start =
        (network.input != 0.0).then(|| assembly.vector("input", units, format, Role::Input));
    let sum_fraction = coefficients.format.fraction() + format.fraction();
    let biased = network.bias.iter().any(|bias| *bias != 0.0);
    let (offset, bias_error) = match biased {
        true => {
            let (bias, error) = assembly.parameter("bias", &network.bias, sum_fraction)?;
            (Some(bias), error)
        }
        false => (None, 0.0),
    };
    let source = Source {
        vector: state,
        weights: weights(&network.weights, &coefficients),
        offset,
    };
    assembly.stage("relax", When::EveryStep, vec![source], |apply| {
        let field = apply.gathered("field", 0)?;
        let pull = gain.times(apply, "pull", field)?;
        let x = apply.element("x", state)?;
        let kept = decay.times(apply, "kept", x)?;
        let mut next = apply.plus("moved", kept, pull)?;
        if let Some(start) = start {
            let start = apply.element("start", start)?;
            let held = input.times(apply, "held", start)?;
            next = apply.plus("moved_held", next, held)?;
        }
        let next = in_box(apply, next, format, words.rounding)?;
        Ok(Written {
            known: vec![(state, next)],
            ..Written::default()
        })
    })?;
    let program = assembly.finish(
        &network.name,
        "brain_state_in_a_box",
        Order::Synchronous,
        stop(network.stop),
    )?;
    let factors = gain.error().max(decay.error()).max(input.error());
    let error = coefficients.error.max(bias_error).max(factors);
    let report = Report::of(&program, error, 1.0);
    Ok(Quantized { program, report })
}

/// A node `next`: rounded, and held between -1 and +1.
fn in_box(
    apply: &mut crate::assembly::Wide<'_>,
    of: program::NodeId,
    format: program::Format,
    rounding: Rounding,
) -> Result<program::NodeId, QuantizeError> {
    let rounded = apply.resized("rounded", of, format, (rounding, Overflow::Saturate))?;
    let one = one(format);
    apply.clamped("next", rounded, (-one, one))
}

/// The network with its numbers as the words of its program stand for them.
pub fn rounded(network: &BrainState, program: &program::Program) -> Option<BrainState> {
    let units = network.weights.rows();
    let gather = read::gather(program, "relax")?;
    Some(BrainState {
        weights: read::matrix(gather, units, units),
        bias: read::offset(program, gather, units)?,
        gain: Factor::new(network.gain).ok()?.value(),
        decay: Factor::new(network.decay).ok()?.value(),
        input: Factor::new(network.input).ok()?.value(),
        ..network.clone()
    })
}
