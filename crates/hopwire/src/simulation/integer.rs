//! Runs in integers (level 1), with the clock cycles that the hardware takes.

use network::dynamics::Moment;
use network::{Hopfield, Network};
use program::{Arrangement, ExecutionError, Executor, Role, Status, When};
use schedule::Timing;

use super::run::{Run, ending};
use crate::built::Built;
use crate::error::HopwireError;
use crate::exit::Exit;
use crate::hardware::Loads;

/// A run in integers.
#[derive(Debug, Clone, PartialEq)]
pub struct IntegerRun {
    /// What it gave.
    pub run: Run,
    /// How it ended.
    pub status: Status,
    /// The raw final state.
    pub raw: Vec<i64>,
}

/// Runs the program of a project step by step.
///
/// # Errors
/// A value that leaves a format whose overflow mode is `error`.
pub fn run(built: &Built, timing: &Timing, loads: &Loads) -> Result<IntegerRun, HopwireError> {
    let program = &built.program;
    let failed = |error: ExecutionError| {
        HopwireError::level(&error, Exit::DoesNotHold)
            .at(&built.project.description.source, "format")
    };
    let mut executor =
        Executor::new(program).map_err(|error| HopwireError::level(&error, Exit::Tool))?;
    for (vector, values) in loads {
        executor.load(*vector, values).map_err(failed)?;
    }
    executor.start().map_err(failed)?;
    let meter = EnergyMeter::new(built);
    let mut energy: Vec<f64> = meter.read(&executor).into_iter().collect();
    let stop = program.stop;
    // A streaming design makes as many steps as it is long.
    let most = timing.fixed_steps.unwrap_or(stop.max_steps);
    let status = loop {
        let step = executor.step().map_err(failed)?;
        energy.extend(meter.read(&executor));
        if stop.when_stable && !step.changed {
            break Status::Stable;
        }
        if stop.on_period_two && executor.is_period_two() {
            break Status::Period;
        }
        if executor.steps() >= most {
            break Status::Budget;
        }
    };
    let (raw, state) = final_state(built, &executor);
    let (word, period) = ending(status);
    Ok(IntegerRun {
        run: Run {
            steps: executor.steps(),
            cycles: Some(timing.run(executor.steps())),
            status: word,
            period,
            energy,
            state,
        },
        status,
        raw,
    })
}

/// The raw state and what it stands for.
fn final_state(built: &Built, executor: &Executor<'_>) -> (Vec<i64>, Vec<f64>) {
    let program = &built.program;
    let states = program
        .vectors
        .iter()
        .position(|vector| vector.role == Role::State);
    let Some(id) = states.map(program::VectorId) else {
        return (vec![], vec![]);
    };
    let raw = executor.values(id).to_vec();
    (raw.clone(), values(built, &raw))
}

/// What raw values of the state stand for.
pub fn values(built: &Built, raw: &[i64]) -> Vec<f64> {
    let state = built
        .program
        .vectors
        .iter()
        .find(|vector| vector.role == Role::State);
    let value = |&raw: &i64| state.map_or(0.0, |state| state.format.value(raw));
    raw.iter().map(value).collect()
}

/// Computes the energy of a state with the weights after rounding.
enum EnergyMeter<'a> {
    /// The network with raw weights, and what a raw unit stands for.
    Hopfield(Box<Hopfield>, f64),
    /// The array with the template after rounding.
    Cellular(&'a Built, Box<network::Cellular>),
    /// A network with real states, with its numbers after rounding.
    Dynamic(&'a Built, Box<Network>),
    /// None is defined.
    None,
}

impl<'a> EnergyMeter<'a> {
    fn new(built: &'a Built) -> EnergyMeter<'a> {
        match &built.project.network {
            Network::Hopfield(network) => quantize::integer_hopfield(network, &built.program)
                .map_or(EnergyMeter::None, |integer| {
                    EnergyMeter::Hopfield(Box::new(integer), built.report.weight_unit)
                }),
            Network::Cellular(network) => {
                let mut rounded = network.clone();
                let stage = built
                    .program
                    .stages
                    .iter()
                    .find(|s| s.when == When::EveryStep);
                let gather = stage.and_then(|stage| stage.gathers.first());
                if let Some(gather) = gather
                    && let Arrangement::Stencil { coefficients, .. } = &gather.weights.arrangement
                    && coefficients.len() == rounded.template.a.len()
                {
                    let format = gather.weights.format;
                    rounded.template.a =
                        coefficients.iter().map(|&raw| format.value(raw)).collect();
                }
                EnergyMeter::Cellular(built, Box::new(rounded))
            }
            other => quantize::rounded(other, &built.program).map_or(EnergyMeter::None, |of| {
                EnergyMeter::Dynamic(built, Box::new(of))
            }),
        }
    }

    fn read(&self, executor: &Executor<'_>) -> Option<f64> {
        match self {
            EnergyMeter::Hopfield(network, unit) => {
                let raw = executor.values(program::VectorId(0));
                let state: Vec<i8> = raw
                    .iter()
                    .map(|&raw| if raw < 0 { -1 } else { 1 })
                    .collect();
                Some(network.energy(&state) * unit)
            }
            EnergyMeter::Cellular(built, network) => {
                let vectors = built.program.vectors.iter().enumerate();
                let of = |(at, format): (usize, program::Format)| -> Vec<f64> {
                    let raw = executor.values(program::VectorId(at));
                    raw.iter().map(|&raw| format.value(raw)).collect()
                };
                let (mut state, mut control) = (None, None);
                for (at, vector) in vectors {
                    match vector.role {
                        Role::State => state = Some(of((at, vector.format))),
                        Role::Derived => control = Some(of((at, vector.format))),
                        _ => {}
                    }
                }
                let control = control.unwrap_or_else(|| vec![network.template.z; network.cells()]);
                network.energy(&state?, &control)
            }
            EnergyMeter::Dynamic(built, network) => {
                let network = network.dynamics()?;
                let values = quantize::dynamic::values(executor, &built.program, network);
                let mut moment = Moment::new(&network.variables(), &vec![]);
                moment.values = values;
                moment.step = executor.steps();
                network.energy(&moment)
            }
            EnergyMeter::None => None,
        }
    }
}
