//! Runs in integers (level 1), with the clock cycles that the hardware takes.

use std::collections::BTreeMap;

use network::dynamics::Moment;
use network::{Dynamics, Hopfield, Network};
use program::{
    Arrangement, ExecutionError, Executor, Format, Program, Recurrence, Role, Status, VectorId,
};
use schedule::Timing;

use super::run::{Attractor, Run, SEQUENCE, outputs};
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
    /// The raw final values of what is unloaded: states and outputs.
    pub raw: Vec<(VectorId, Vec<i64>)>,
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
    let (mut distance, mut changed) = (vec![], vec![]);
    let mut recurrence = Recurrence::new();
    recurrence.look(&executor).map_err(failed)?;
    let stop = program.stop;
    // A streaming design makes as many steps as it is long.
    let most = timing.fixed_steps.unwrap_or(stop.max_steps);
    let emits = vectors(program, |role| *role == Role::Emitted);
    let mut emitted: Vec<(VectorId, Vec<i64>)> = emits.map(|(id, _)| (id, vec![])).collect();
    let status = loop {
        let step = executor.step().map_err(failed)?;
        if executor.leaves() {
            for (id, all) in &mut emitted {
                all.extend_from_slice(executor.values(*id));
            }
        }
        energy.extend(meter.read(&executor));
        // Where no state is compared there is no distance.
        if let Some((largest, elements)) = moved(program, &executor) {
            distance.push(largest);
            changed.push(elements);
        }
        recurrence.look(&executor).map_err(failed)?;
        if stop.when_stable && !step.changed {
            break Status::Stable;
        }
        if stop.on_period_two && executor.is_period_two() {
            break Status::Period;
        }
        if executor.steps() >= most || executor.is_over() {
            break Status::Budget;
        }
    };
    let mut attractor = Attractor::of(status, recurrence.period());
    if executor.is_over() && vectors(program, |role| *role == Role::Sequence).count() > 0 {
        attractor = Attractor {
            ended_by: SEQUENCE,
            ..Attractor::of(status, None)
        };
    }
    let raw: Vec<(VectorId, Vec<i64>)> = unloaded(program, &executor)
        .into_iter()
        .chain(emitted)
        .collect();
    let shown = |id: VectorId| {
        let found = raw.iter().find(|(of, _)| *of == id);
        found.map_or(&[][..], |(_, values)| values.as_slice())
    };
    let network = built.project.network.dynamics();
    let network = network.map(|network| (network, moment(program, network, &executor)));
    Ok(IntegerRun {
        run: Run {
            steps: executor.steps(),
            cycles: Some(timing.run_through(executor.steps(), executor.phase_steps())),
            status: attractor.status,
            period: attractor.period,
            ended_by: attractor.ended_by,
            distance,
            changed,
            energy,
            outputs: network
                .as_ref()
                .map_or(BTreeMap::new(), |(network, moment)| {
                    outputs(*network, moment)
                }),
            parts: network
                .as_ref()
                .map_or(vec![], |(network, moment)| network.parts(moment)),
            answer: network.and_then(|(network, moment)| network.answer(&moment)),
            state: state(built, shown),
        },
        status,
        raw,
    })
}

/// The vectors of a role that `wanted` accepts.
fn vectors(
    program: &Program,
    wanted: impl Fn(&Role) -> bool,
) -> impl Iterator<Item = (VectorId, Format)> {
    let vectors = program.vectors.iter().enumerate();
    let vectors = vectors.filter(move |(_, vector)| wanted(&vector.role));
    vectors.map(|(at, vector)| (VectorId(at), vector.format))
}

/// The largest change of a state in the last step, as a real value, and how many elements changed.
/// `None` without states.
fn moved(program: &Program, executor: &Executor<'_>) -> Option<(f64, usize)> {
    vectors(program, |role| *role == Role::State).next()?;
    let changes = vectors(program, |role| *role == Role::State).flat_map(|(id, format)| {
        let before = executor.before(id).unwrap_or_default().iter();
        let pairs = before.zip(executor.values(id));
        pairs.map(move |(&before, &now)| (format.value(now) - format.value(before)).abs())
    });
    Some(changes.fold((0.0, 0), |(most, changed), of| {
        (of.max(most), changed + usize::from(of != 0.0))
    }))
}

/// The raw values of states and outputs.
fn unloaded(program: &Program, executor: &Executor<'_>) -> Vec<(VectorId, Vec<i64>)> {
    let all = vectors(program, |role| matches!(role, Role::State | Role::Output));
    all.map(|(id, _)| (id, executor.values(id).to_vec()))
        .collect()
}

/// What the raw values of the state that is looked at stand for; of a program without
/// states, what it gives.
pub fn state<'r>(built: &Built, raw: impl Fn(VectorId) -> &'r [i64]) -> Vec<f64> {
    let program = &built.program;
    let real = |id: VectorId| -> Option<Vec<f64>> {
        let format = program.vector(id)?.format;
        Some(raw(id).iter().map(|&raw| format.value(raw)).collect())
    };
    let Some(network) = built.project.network.dynamics() else {
        let given = |role: &Role| matches!(role, Role::Output | Role::Emitted);
        let first = vectors(program, |role| *role == Role::State).next();
        let first = first.or_else(|| vectors(program, given).next());
        return first.and_then(|(id, _)| real(id)).unwrap_or_default();
    };
    let variables = network.variables();
    let mut moment = Moment::new(&variables, &vec![]);
    let named = |name: &str| program.find(name).and_then(real);
    moment.values = variables
        .iter()
        .map(|variable| named(&variable.name).unwrap_or_default())
        .collect();
    network.shown(&moment)
}

/// A network as the integers stand for it.
pub fn moment(program: &Program, network: &dyn Dynamics, executor: &Executor<'_>) -> Moment {
    let mut moment = Moment::new(&network.variables(), &vec![]);
    moment.values = quantize::dynamic::values(executor, program, network);
    moment.step = executor.steps();
    moment
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
                let stage = built.program.stages.iter().find(|s| s.when.in_steps());
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
                network.energy(&moment(&built.program, network, executor))
            }
            EnergyMeter::None => None,
        }
    }
}
