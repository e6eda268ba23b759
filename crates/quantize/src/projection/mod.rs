//! A projection network in integers: one stage for the projection method, two for the extragradient
//! method; the first computes the residual, and whether it is small enough to rest.

use network::description::RealFormat;
use network::dynamics;
use network::projection::{Method, Projection};
use program::{Format, NodeId, Order, Overflow, Program, Role, VectorId, When};

use crate::assembly::{
    Assembly, Bounds, Factor, New, Source, Wide, Written, bounds, values, weights,
};
use crate::dynamic::{Words, narrowest, stop};
use crate::real::floor;
use crate::report::Report;
use crate::{Options, QuantizeError, Quantized};

/// How far beyond the largest magnitude on its way in real numbers a state without bounds may go.
const ROOM: f64 = 1.25;

/// Steps in which that magnitude is looked for at most.
const MAX_STEPS: u64 = 20_000;

/// Makes a program of the network.
///
/// # Errors
/// When a format that was asked for cannot hold what it must, or a sum needs more than 64 bits.
pub fn quantize(
    network: &Projection,
    formats: &RealFormat,
    options: &Options,
) -> Result<Quantized, QuantizeError> {
    let fixed = Words::new(formats, options, 0).state;
    let reach = if fixed.is_some() { 0.0 } else { reach(network) };
    let make = |fraction: i32| lower(network, &Words::new(formats, options, fraction), reach);
    match fixed {
        Some(state) => make(state.fraction()),
        None => narrowest(network, make),
    }
}

/// The largest magnitude that a state must hold: of bounds, of starts, and of elements without a
/// bound on their way in real numbers.
fn reach(network: &Projection) -> f64 {
    let bounds = network.lower.iter().chain(&network.upper);
    let bounds = bounds.filter(|bound| bound.is_finite());
    let bounds = bounds.fold(0.0, |most: f64, bound| most.max(bound.abs()));
    let pairs = network.lower.iter().zip(&network.upper);
    let free: Vec<bool> = pairs
        .map(|(lower, upper)| lower.is_infinite() || upper.is_infinite())
        .collect();
    let mut short = network.clone();
    short.stop.max_steps = short.stop.max_steps.min(MAX_STEPS);
    let mut largest = 0.0f64;
    if free.contains(&true) {
        for start in dynamics::Dynamics::starts(network) {
            dynamics::run(&short, &start, &mut |moment| {
                let state = moment.of(0).iter().zip(&free).filter(|(_, free)| **free);
                largest = state.fold(largest, |most, (x, _)| most.max(x.abs()));
            });
        }
    }
    let reach = bounds.max(ROOM * largest);
    if reach > 0.0 && reach.is_finite() {
        reach
    } else {
        1.0
    }
}

/// What all stages share.
struct Parts<'a> {
    network: &'a Projection,
    words: &'a Words,
    format: Format,
    bounds: Bounds,
    step: Factor,
    relaxation: Factor,
    state: VectorId,
}

fn lower(network: &Projection, words: &Words, reach: f64) -> Result<Quantized, QuantizeError> {
    let units = network.units();
    let format = words.bounded_state(reach)?;
    let matrix: Vec<f64> = network
        .matrix
        .entries()
        .map(|(_, _, value)| value)
        .collect();
    let coefficients = words.weights(&matrix)?;
    let mut assembly = Assembly::new();
    let state = assembly.vector("state", units, format, Role::State);
    let parts = Parts {
        network,
        words,
        format,
        bounds: Bounds::new(&mut assembly, (&network.lower, &network.upper), format)?,
        step: Factor::new(network.step)?,
        relaxation: Factor::new(network.relaxation)?,
        state,
    };
    let fraction = coefficients.format.fraction() + format.fraction();
    let (offset, offset_error) = assembly.parameter("offset", &network.offset, fraction)?;
    let source = |vector| Source {
        vector,
        weights: weights(&network.matrix, &coefficients),
        offset: Some(offset),
    };
    match network.method {
        Method::Projection => {
            assembly.stage("project", When::EveryStep, vec![source(state)], |apply| {
                let look = parts.look(apply)?;
                let next = parts.toward(apply, look.target)?;
                Ok(Written {
                    known: vec![(state, next)],
                    new: vec![parts.residual(look.residual)],
                    rest: Some(look.rest),
                })
            })?;
        }
        Method::Extragradient => {
            let made =
                assembly.stage("predict", When::EveryStep, vec![source(state)], |apply| {
                    let look = parts.look(apply)?;
                    let predicted = New {
                        name: "predicted".into(),
                        units,
                        role: Role::Signal,
                        node: look.target,
                    };
                    Ok(Written {
                        known: vec![],
                        new: vec![predicted, parts.residual(look.residual)],
                        rest: Some(look.rest),
                    })
                })?;
            let predicted = made.first().copied().unwrap_or(state);
            let sources = vec![source(predicted)];
            assembly.stage("correct", When::EveryStep, sources, |apply| {
                let x = apply.element("x", state)?;
                let field = apply.gathered("field", 0)?;
                let target = parts.projected(apply, "target", x, (field, &parts.step))?;
                let next = parts.toward(apply, target)?;
                // Rest is judged by the stage before.
                let rest = apply.known("rest", 1, Format::TRUTH)?;
                Ok(Written {
                    known: vec![(state, next)],
                    new: vec![],
                    rest: Some(rest),
                })
            })?;
        }
    }
    let errors = [
        coefficients.error,
        offset_error,
        parts.bounds.error,
        parts.step.error(),
        parts.relaxation.error(),
    ];
    let program = assembly.finish(
        &network.name,
        "projection",
        Order::Synchronous,
        stop(network.stop),
    )?;
    let error = errors.into_iter().fold(0.0, f64::max);
    let report = Report::of(&program, error, 1.0);
    Ok(Quantized { program, report })
}

/// What the first stage of a step finds.
struct Look {
    /// `P(x - step (M x + q))`.
    target: NodeId,
    /// `x - P(x - (M x + q))`.
    residual: NodeId,
    /// Whether that is within the tolerance.
    rest: NodeId,
}

impl Parts<'_> {
    fn look(&self, apply: &mut Wide<'_>) -> Result<Look, QuantizeError> {
        let x = apply.element("x", self.state)?;
        let field = apply.gathered("field", 0)?;
        let target = self.projected(apply, "target", x, (field, &self.step))?;
        let near = match self.step {
            Factor::Halvings(0) => target,
            _ => self.projected(apply, "near", x, (field, &Factor::Halvings(0)))?,
        };
        let residual = apply.minus("residual", x, near)?;
        let rest = self.rest(apply, residual)?;
        Ok(Look {
            target,
            residual,
            rest,
        })
    }

    /// `P(x - factor field)`. Bounds are values of the state's format and rounding keeps order, so
    /// that it makes no difference that the value is rounded before it is held between them.
    fn projected(
        &self,
        apply: &mut Wide<'_>,
        name: &str,
        x: NodeId,
        (field, factor): (NodeId, &Factor),
    ) -> Result<NodeId, QuantizeError> {
        let pull = factor.times(apply, &format!("{name}_pull"), field)?;
        let moved = apply.minus(&format!("{name}_moved"), x, pull)?;
        let manner = (self.words.rounding, Overflow::Saturate);
        let rounded = apply.resized(&format!("{name}_rounded"), moved, self.format, manner)?;
        self.bounds.held(apply, name, rounded)
    }

    /// `x + relaxation (target - x)`, rounded.
    fn toward(&self, apply: &mut Wide<'_>, target: NodeId) -> Result<NodeId, QuantizeError> {
        if self.relaxation == Factor::Halvings(0) {
            return Ok(target);
        }
        let x = apply.element("from", self.state)?;
        let way = apply.minus("way", target, x)?;
        let part = self.relaxation.times(apply, "part", way)?;
        let next = apply.plus("exact", x, part)?;
        let manner = (self.words.rounding, Overflow::Saturate);
        apply.resized("next", next, self.format, manner)
    }

    fn rest(&self, apply: &mut Wide<'_>, residual: NodeId) -> Result<NodeId, QuantizeError> {
        let format = apply.format(residual);
        let limit = floor(self.network.stop.tolerance, format).max(0);
        let most = apply.known("most", limit, format)?;
        let least = apply.known("least", -limit, format)?;
        let above = apply.less("above", most, residual)?;
        let below = apply.less("below", residual, least)?;
        let no = apply.known("no", 0, Format::TRUTH)?;
        let yes = apply.known("yes", 1, Format::TRUTH)?;
        let not_below = apply.select("not_below", below, (no, yes))?;
        apply.select("rest", above, (no, not_below))
    }

    fn residual(&self, node: NodeId) -> New {
        New {
            name: "residual".into(),
            units: self.network.units(),
            role: Role::Output,
            node,
        }
    }
}

/// The network with its numbers as the words of its program stand for them.
pub fn rounded(network: &Projection, program: &Program) -> Option<Projection> {
    let gather = program.stages.first()?.gathers.first()?;
    let format = program.vector(program.find("state")?)?.format;
    let links = values(&gather.weights);
    let units = network.units();
    let offset = program.vector(gather.offset?)?;
    let Role::Parameter(raw) = &offset.role else {
        return None;
    };
    let (lower, upper) = bounds::rounded((&network.lower, &network.upper), format);
    Some(Projection {
        matrix: network::Matrix::sparse(units, units, &links),
        offset: raw.iter().map(|&raw| offset.format.value(raw)).collect(),
        lower,
        upper,
        step: Factor::new(network.step).ok()?.value(),
        relaxation: Factor::new(network.relaxation).ok()?.value(),
        ..network.clone()
    })
}
