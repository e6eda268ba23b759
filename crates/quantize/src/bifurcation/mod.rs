//! Simulated bifurcation in integers: a stage that gathers the pull and moves momenta and
//! positions; before it, for the discrete form, one that takes the signs.

use network::SimulatedBifurcation;
use network::description::{BifurcationForm, RealFormat};
use program::{Format, NodeId, Operation, Order, Overflow, Role, VectorId, When};

use crate::assembly::{Assembly, Factor, New, Wide, Written};
use crate::cellular::one;
use crate::coefficients::Coefficients;
use crate::dynamic::{Words, stop};
use crate::report::Report;
use crate::{Options, QuantizeError, Quantized, ising};

/// Fraction bits of positions and momenta that are tried.
const FRACTIONS: std::ops::RangeInclusive<i32> = 4..=12;

/// Fraction bits that the pump has more than positions.
const PUMP_FRACTION: i32 = 4;

/// Makes a program of the network.
///
/// # Errors
/// When a format that was asked for cannot hold what it must, or a sum needs more than 64 bits.
pub fn quantize(
    network: &SimulatedBifurcation,
    formats: &RealFormat,
    options: &Options,
) -> Result<Quantized, QuantizeError> {
    let make = |fraction: i32| lower(network, &Words::new(formats, options, fraction));
    match Words::new(formats, options, 0).state {
        Some(state) => make(state.fraction()),
        None => ising::lowest(network, FRACTIONS, make),
    }
}

/// What a step is made of.
struct Parts {
    position: VectorId,
    momentum: VectorId,
    pump: VectorId,
    step: Factor,
    kick: Factor,
}

fn lower(network: &SimulatedBifurcation, words: &Words) -> Result<Quantized, QuantizeError> {
    let minimisation = &network.minimisation;
    let units = minimisation.units();
    let format = words.unit_state()?;
    let couplings = words.weights(&ising::couplings(minimisation))?;
    let fraction = format.fraction();
    let pump = Coefficients::with_fraction(&network.pump, fraction.max(0) + PUMP_FRACTION)?;
    // A momentum that has not been reset moved its unit by 2 at most, from wall to wall.
    let reach = Words {
        state: None,
        fraction,
        ..*words
    };
    let momenta = reach.bounded_state(2.0 / network.step)?;
    let (step, kick) = (
        Factor::new(network.step)?,
        Factor::new(network.step * network.coupling)?,
    );
    let mut assembly = Assembly::new();
    let position = assembly.vector("position", units, format, Role::State);
    let momentum = assembly.vector("momentum", units, momenta, Role::State);
    let course = Role::Schedule(pump.raw);
    let parts = Parts {
        position,
        momentum,
        pump: assembly.vector("pump", units, pump.format, course),
        step,
        kick,
    };
    let from = match network.form {
        BifurcationForm::Ballistic => position,
        BifurcationForm::Discrete => signs(&mut assembly, position, units)?,
    };
    let (source, error) = ising::pull(&mut assembly, minimisation, &couplings, from)?;
    assembly.stage("bifurcate", When::EveryStep, vec![source], |apply| {
        moved(apply, &parts, words)
    })?;
    let program = assembly.finish(
        &network.name,
        "simulated_bifurcation",
        Order::Synchronous,
        stop(network.stop),
    )?;
    let factors = parts.step.error().max(parts.kick.error());
    let error = error.max(pump.error).max(factors);
    let report = Report::of(&program, error, 1.0);
    Ok(Quantized { program, report })
}

/// The signs of the positions, +1 for 0.
fn signs(
    assembly: &mut Assembly,
    position: VectorId,
    units: usize,
) -> Result<VectorId, QuantizeError> {
    let made = assembly.stage("signs", When::EveryStep, vec![], |apply| {
        let x = apply.element("x", position)?;
        let zero = apply.known("zero", 0, apply.format(x))?;
        let negative = apply.less("negative", x, zero)?;
        let up = apply.known("up", 1, Format::BIPOLAR)?;
        let down = apply.known("down", -1, Format::BIPOLAR)?;
        let spin = apply.select("sign", negative, (down, up))?;
        Ok(Written {
            new: vec![New {
                name: "spin".into(),
                units,
                role: Role::Signal,
                node: spin,
            }],
            ..Written::default()
        })
    })?;
    made.first().copied().ok_or(QuantizeError::Mismatched)
}

/// Momentum, then position, then the walls.
fn moved(apply: &mut Wide<'_>, parts: &Parts, words: &Words) -> Result<Written, QuantizeError> {
    let pull = apply.gathered("pull", 0)?;
    let kick = parts.kick.times(apply, "kick", pull)?;
    let x = apply.element("x", parts.position)?;
    let pump = apply.element("pumped", parts.pump)?;
    let spring = apply.product("spring", pump, x)?;
    let y = apply.element("y", parts.momentum)?;
    let force = apply.plus("force", spring, kick)?;
    let faster = apply.plus("faster", y, force)?;
    let manner = (words.rounding, Overflow::Saturate);
    let y_format = apply.format(y);
    let fast = apply.resized("fast", faster, y_format, manner)?;
    let way = parts.step.times(apply, "way", fast)?;
    let farther = apply.plus("farther", x, way)?;
    let format = apply.format(x);
    let there = apply.resized("there", farther, format, manner)?;
    let one = one(format);
    let high = apply.known("high_wall", one, format)?;
    let low = apply.known("low_wall", -one, format)?;
    let over = apply.less("over", high, there)?;
    let under = apply.less("under", there, low)?;
    let not_over = apply.select("not_over", under, (low, there))?;
    let next_x = apply.select("next_x", over, (high, not_over))?;
    let stopped = apply.known("stopped", 0, y_format)?;
    let kept = apply.select("kept", under, (stopped, fast))?;
    let next_y = apply.select("next_y", over, (stopped, kept))?;
    let rest = pressed(apply, (x, next_x), (high, low), next_y)?;
    Ok(Written {
        known: vec![(parts.position, next_x), (parts.momentum, next_y)],
        rest: Some(rest),
        ..Written::default()
    })
}

/// Whether a unit was at a wall, is there again, and has no momentum.
fn pressed(
    apply: &mut Wide<'_>,
    (x, next_x): (NodeId, NodeId),
    (high, low): (NodeId, NodeId),
    next_y: NodeId,
) -> Result<NodeId, QuantizeError> {
    let no = apply.push("no", Operation::Constant(0), Format::TRUTH)?;
    let yes = apply.push("yes", Operation::Constant(1), Format::TRUTH)?;
    let zero = apply.known("no_momentum", 0, apply.format(next_y))?;
    let at_high = apply.less("below_high", x, high)?;
    let stays_high = apply.less("leaves_high", next_x, high)?;
    let not_high = apply.select("not_high", at_high, (yes, stays_high))?;
    let at_low = apply.less("above_low", low, x)?;
    let stays_low = apply.less("leaves_low", low, next_x)?;
    let not_low = apply.select("not_low", at_low, (yes, stays_low))?;
    let off = apply.select("off_walls", not_high, (not_low, no))?;
    let back = apply.less("back", next_y, zero)?;
    let forth = apply.less("forth", zero, next_y)?;
    let moving = apply.select("moving", back, (yes, forth))?;
    let still = apply.select("still", moving, (no, yes))?;
    apply.select("rests", off, (no, still))
}

/// The network with its numbers as the words of its program stand for them.
pub fn rounded(
    network: &SimulatedBifurcation,
    program: &program::Program,
) -> Option<SimulatedBifurcation> {
    let step = Factor::new(network.step).ok()?.value();
    let kick = Factor::new(network.step * network.coupling).ok()?.value();
    Some(SimulatedBifurcation {
        minimisation: ising::rounded(&network.minimisation, program)?,
        step,
        coupling: kick / step,
        pump: ising::scheduled(program, "pump")?,
        ..network.clone()
    })
}
