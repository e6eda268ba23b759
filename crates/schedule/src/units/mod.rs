//! The engine over units: vectors in registers, weights in memories, and stages of dense and sparse
//! sums that run one after another, each with lanes side by side.

mod feeding;
pub mod fold;
mod handed;
pub mod lane;
mod noise;
mod past;
mod phases;
pub mod plan;
mod recall;
mod registers;
mod schedule;
mod sequence;
pub mod stage;
pub mod store;
mod top;
pub mod walk;
pub mod weights;

use hw_ir::Design;
use program::{Order, Program, Role};

use self::plan::{StagePlan, shape};
use self::stage::{Parts, StageModule};
use self::store::{Store, Stores};
use self::top::Top;
use crate::error::ScheduleError;
use crate::interface::{Interface, Stream, Timing, WeightStream};
use crate::{Hardware, Scheduled};

/// Makes the design of a program over units.
///
/// # Errors
/// When the program has a shape that the engine does not run, or the fold does not suit.
pub fn schedule(program: &Program, hardware: &Hardware) -> Result<Scheduled, ScheduleError> {
    let of = |in_steps: bool| -> Result<Vec<StagePlan<'_>>, ScheduleError> {
        let stages = program.stages.iter();
        let stages = stages.filter(|stage| stage.when.in_steps() == in_steps);
        stages
            .map(|stage| StagePlan::resolve(program, stage, hardware))
            .collect()
    };
    let mut plans = of(false)?;
    let once = plans.len();
    plans.extend(of(true)?);
    judge(program, &plans)?;
    handed::resolve(program, &mut plans);
    let stores = Stores::resolve(program, &plans);
    let interface = interface(program, &stores, &plans)?;
    let timing = timing(program, &plans, once, &stores, &interface);

    let mut parts = Parts::default();
    let mut made = vec![];
    for plan in plans {
        let module = stage::build(&mut parts, &plan, &stores)?;
        made.push((plan, module));
    }
    let header = header(program, &made, &timing);
    let (once, steps) = made.split_at(once);
    let mut top = Top {
        program,
        stores: &stores,
        once,
        steps,
        parts: &mut parts,
    };
    let top = top.build(&interface);
    parts.add(top);
    Ok(Scheduled {
        design: Design {
            name: program.name.clone(),
            header,
            modules: parts.modules,
            images: parts.images,
        },
        interface,
        timing,
    })
}

fn judge(program: &Program, plans: &[StagePlan<'_>]) -> Result<(), ScheduleError> {
    let steps = plans.iter().filter(|plan| plan.stage.when.in_steps());
    let count = steps.clone().count();
    if count == 0 {
        return Err(shape(program, "no stage in every step"));
    }
    if count > 1 && program.order != Order::Synchronous {
        return Err(shape(
            program,
            "several stages in a step whose rows are not updated all at once",
        ));
    }
    let mut written = vec![];
    for state in steps.flat_map(StagePlan::states) {
        if written.contains(&state) {
            return Err(shape(program, "a state that two stages of a step write"));
        }
        written.push(state);
    }
    let gathers = plans.iter().flat_map(|plan| &plan.gathers);
    if gathers.filter(|of| of.loadable()).count() > 1 {
        return Err(shape(program, "several weight memories that are loaded"));
    }
    Ok(())
}

fn interface(
    program: &Program,
    stores: &Stores<'_>,
    plans: &[StagePlan<'_>],
) -> Result<Interface, ScheduleError> {
    let entering = stores.loaded().chain(stores.fed()).count();
    if entering == 0 || stores.unloaded().next().is_none() {
        return Err(shape(
            program,
            "nothing that is loaded, or nothing that is unloaded",
        ));
    }
    let stream = |prefix: &str, elements: usize, of: Vec<&Store<'_>>| Stream {
        prefix: prefix.into(),
        fields: of.iter().map(|store| (store.id, store.format)).collect(),
        lengths: of.iter().map(|store| store.elements).collect(),
        elements,
        beats: Stores::count_beats(elements, of.into_iter()),
        torus: None,
    };
    let loadable = plans
        .iter()
        .flat_map(|plan| &plan.gathers)
        .find(|of| of.loadable());
    let weights = loadable.map(|of| WeightStream {
        prefix: "w_axis".into(),
        format: of.gather.weights.format,
        order: of.image.places.clone(),
    });
    let beats = stores.beats;
    Ok(Interface {
        load: stream("s_axis", beats.load, stores.loaded().collect()),
        feed: stores
            .fed()
            .next()
            .map(|_| stream("x_axis", beats.feed, stores.fed().collect())),
        unloads_each_step: unloads_each_step(program),
        unload: stream("m_axis", beats.unload, stores.unloaded().collect()),
        weights,
    })
}

/// Whether outputs leave after every step.
fn unloads_each_step(program: &Program) -> bool {
    let mut vectors = program.vectors.iter();
    vectors.any(|vector| vector.role == Role::Emitted)
}

fn timing(
    program: &Program,
    plans: &[StagePlan<'_>],
    once: usize,
    stores: &Stores<'_>,
    interface: &Interface,
) -> Timing {
    let (first, steps) = plans.split_at(once);
    // Stages take turns, so that in no cycle more multipliers work than those of one stage.
    let units = steps.iter().map(StagePlan::multipliers).max();
    let fed = interface.feed.as_ref().map_or(0, |feed| feed.beats as u64);
    let left = match interface.unloads_each_step {
        true => interface.unload.beats as u64,
        false => 0,
    };
    let waits = match stores.overlaps {
        true => wait(steps, fed, left),
        false => left,
    };
    let before = stores.recall_cycles() as u64 + u64::from(stores.settles);
    let phased = program.phases.as_ref();
    let phases = phased.map_or(&[][..], |phases| phases.phases.as_slice());
    let phases = phases.iter().enumerate().map(|(number, phase)| {
        let of = |plan: &&StagePlan<'_>| plan.stage.when.runs_in(Some(number));
        // A step that is not fed begins a cycle after it is due.
        let begin = if phase.feeds { fed } else { 1 };
        let leave = if phase.leaves { left } else { 0 };
        cycles(steps.iter().filter(of)) + before + begin + leave
    });
    let phases: Vec<u64> = phases.collect();
    let longest = phases.iter().copied().max();
    Timing {
        start: cycles(first.iter()) + stores.fill_cycles() as u64 + u64::from(phased.is_some()),
        step: longest.unwrap_or_else(|| cycles(steps.iter()) + before + fed + waits),
        phases,
        finish: match interface.unloads_each_step {
            true => left - waits,
            false => 1,
        },
        fixed_steps: None,
        interval: None,
        units: units.unwrap_or(1),
        work: steps.iter().map(StagePlan::work).sum(),
        places: steps.iter().map(StagePlan::places).sum(),
    }
}

/// Cycles that a step waits before it writes its outputs, until the `left` beats of those before
/// have left: they go while the step is fed, while stages run that write none, and until the first
/// group of the one that does has come to its last word.
fn wait(steps: &[StagePlan<'_>], fed: u64, left: u64) -> u64 {
    let first = steps.iter().position(StagePlan::emits).unwrap_or(0);
    let (before, from) = steps.split_at(first);
    let columns = from.first().map_or(0, |plan| plan.fold.columns as u64);
    left.saturating_sub(fed + cycles(before.iter()) + columns)
}

/// Cycles of stages one after another.
fn cycles<'p, 'a: 'p>(plans: impl Iterator<Item = &'p StagePlan<'a>>) -> u64 {
    plans.map(|plan| plan.fold.step_cycles()).sum()
}

fn header(
    program: &Program,
    made: &[(StagePlan<'_>, StageModule)],
    timing: &Timing,
) -> Vec<(String, String)> {
    let states: Vec<String> = program
        .vectors
        .iter()
        .filter(|vector| matches!(vector.role, Role::State | Role::Kept(_)))
        .map(|vector| format!("{} {}", vector.name, vector.shape.elements()))
        .collect();
    let mut lines = vec![(
        "network".into(),
        format!("{}, units: {}", program.kind, states.join(", ")),
    )];
    for (plan, _) in made {
        let mut formats: Vec<String> = plan
            .stage
            .writes
            .iter()
            .map(|&(id, _)| plan.vector(id))
            .map(|(name, format)| format!("{name} {format}"))
            .collect();
        for of in &plan.gathers {
            let (weight, sum) = (of.gather.weights.format, of.gather.accumulator);
            formats.push(format!("weight {weight}, accumulator {sum}"));
        }
        lines.push((format!("stage {}", plan.stage.name), formats.join(", ")));
    }
    match &program.phases {
        None => lines.push(("step".into(), format!("{} cycles", timing.step))),
        Some(phases) => {
            let steps = phases.phases.iter().zip(&timing.phases);
            let steps = steps.map(|(phase, cycles)| {
                (format!("step, {}", phase.name), format!("{cycles} cycles"))
            });
            lines.extend(steps);
        }
    }
    lines
}
