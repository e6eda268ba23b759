//! Transiently chaotic networks in integers: one stage, which gathers the pull of the outputs, moves
//! the internal states, and looks up the outputs that they give.

use network::Chaotic;
use network::description::RealFormat;
use program::{Format, NodeId, Operation, Overflow, Role, TableId, VectorId, When};

use crate::activation::{Plan, Wish, plan};
use crate::assembly::{Assembly, Factor, Wide, Written};
use crate::cellular::{holding_ones, unit_range};
use crate::coefficients::Coefficients;
use crate::dynamic::{Words, stop};
use crate::hopfield::order;
use crate::report::Report;
use crate::{Options, QuantizeError, Quantized, ising};

/// Fraction bits of the outputs.
const OUTPUT_FRACTION: i32 = 6;

/// Fraction bits of the centre of the self-coupling.
const CENTRE_FRACTION: i32 = 8;

/// Makes a program of the network.
///
/// # Errors
/// When a format that was asked for cannot hold what it must, or a sum needs more than 64 bits.
pub fn quantize(
    network: &Chaotic,
    formats: &RealFormat,
    options: &Options,
) -> Result<Quantized, QuantizeError> {
    let make = |fraction: i32| lower(network, &Words::new(formats, options, fraction));
    // With two bits more than the slope of the outputs has, their steps are at most a quarter.
    let slope = network.activation.gain().log2().ceil().clamp(-8.0, 16.0) as i32;
    match Words::new(formats, options, 0).state {
        Some(state) => make(state.fraction()),
        None => ising::lowest(network, (slope + 2).max(1)..=(slope + 6).max(5), make),
    }
}

/// What a step is made of.
struct Parts {
    output: VectorId,
    internal: VectorId,
    self_coupling: VectorId,
    damping: Factor,
    coupling: Factor,
    /// `I0 - 1/2`, in words.
    centre: Coefficients,
    activation: Plan,
    tables: Vec<TableId>,
}

fn lower(network: &Chaotic, words: &Words) -> Result<Quantized, QuantizeError> {
    let minimisation = &network.minimisation;
    let units = minimisation.units();
    let outputs = match words.activation {
        Some(format) => holding_ones("format.activation", format, false)?,
        None => unit_range(OUTPUT_FRACTION),
    };
    let internals = words.bounded_state(network.state_bound().max(network.starts.magnitude))?;
    let couplings = words.weights(&ising::couplings(minimisation))?;
    let course = ising::course(&network.self_coupling)?;
    let activation = plan(&network.activation, internals, outputs, &Wish::default())?;
    let mut assembly = Assembly::new();
    let output = assembly.vector("state", units, outputs, Role::State);
    let internal = assembly.vector("internal", units, internals, Role::State);
    let role = Role::Schedule(course.raw);
    let parts = Parts {
        output,
        internal,
        self_coupling: assembly.vector("self_coupling", units, course.format, role),
        damping: Factor::new(network.damping)?,
        coupling: Factor::new(network.coupling)?,
        centre: Coefficients::with_fraction(&[network.centre - 0.5], CENTRE_FRACTION)?,
        tables: activation.register(&mut assembly, "output"),
        activation,
    };
    let (source, error) = ising::pull(&mut assembly, minimisation, &couplings, output)?;
    assembly.stage("transient", When::EveryStep, vec![source], |apply| {
        moved(apply, &parts, words)
    })?;
    let program = assembly.finish(
        &network.name,
        "chaotic",
        order(network.order.side_by_side(minimisation.replicas)),
        stop(network.stop),
    )?;
    let factors = parts.damping.error().max(parts.coupling.error());
    let error = error.max(course.error).max(factors).max(parts.centre.error);
    let report = Report::of(&program, error, 1.0);
    Ok(Quantized { program, report })
}

/// The internal state, then the output that it gives.
fn moved(apply: &mut Wide<'_>, parts: &Parts, words: &Words) -> Result<Written, QuantizeError> {
    let pull = apply.gathered("pull", 0)?;
    let kick = parts.coupling.times(apply, "kick", pull)?;
    let y = apply.element("y", parts.internal)?;
    let kept = parts.damping.times(apply, "kept", y)?;
    let v = apply.element("v", parts.output)?;
    let half = Factor::Halvings(1).times(apply, "half", v)?;
    let centre = parts.centre.raw.first().copied().unwrap_or(0);
    let centre = apply.known("centre", centre, parts.centre.format)?;
    let off = apply.minus("off_centre", half, centre)?;
    let z = apply.element("z", parts.self_coupling)?;
    let of_self = apply.product("of_self", z, off)?;
    let moved = apply.plus("moved", kept, kick)?;
    let less_self = apply.minus("less_self", moved, of_self)?;
    let format = apply.format(y);
    let next = apply.resized(
        "next",
        less_self,
        format,
        (words.rounding, Overflow::Saturate),
    )?;
    let output = parts
        .activation
        .build(apply, &parts.tables, "output", next)?;
    let rest = settled(apply, (y, next), z)?;
    Ok(Written {
        known: vec![(parts.output, output), (parts.internal, next)],
        rest: Some(rest),
        ..Written::default()
    })
}

/// Whether the self-coupling is 0 and the internal state stays as it is.
fn settled(
    apply: &mut Wide<'_>,
    (y, next): (NodeId, NodeId),
    z: NodeId,
) -> Result<NodeId, QuantizeError> {
    let no = apply.push("no", Operation::Constant(0), Format::TRUTH)?;
    let least = apply.known("least_z", 1, apply.format(z))?;
    let calm = apply.less("calm", z, least)?;
    let falls = apply.less("falls", next, y)?;
    let rises = apply.less("rises", y, next)?;
    let not_falling = apply.select("not_falling", falls, (no, calm))?;
    apply.select("rests", rises, (no, not_falling))
}

/// The network with its numbers as the words of its program stand for them; outputs are those of
/// the function itself.
pub fn rounded(network: &Chaotic, program: &program::Program) -> Option<Chaotic> {
    let centre = Coefficients::with_fraction(&[network.centre - 0.5], CENTRE_FRACTION).ok()?;
    let centre = centre.raw.first().map(|&raw| centre.format.value(raw))?;
    Some(Chaotic {
        minimisation: ising::rounded(&network.minimisation, program)?,
        damping: Factor::new(network.damping).ok()?.value(),
        coupling: Factor::new(network.coupling).ok()?.value(),
        self_coupling: ising::scheduled(program, "self_coupling")?,
        centre: centre + 0.5,
        ..network.clone()
    })
}
