//! A search from many starts at the same time, of which the run of the lowest energy is kept.

use network::dynamics::Start;
use network::noise::replica_seed;
use network::{Dynamics, Network};
use program::{Executor, Program, Role};
use quantize::QuantizeError;
use rayon::prelude::*;
use schedule::Timing;

use super::integer;
use super::run::{self, Attractor, Run};
use crate::built::{Built, quantize_error};
use crate::error::HopwireError;
use crate::project::Project;

/// The most replicas.
pub const MAX_REPLICAS: usize = 100_000;

/// What a search gave.
#[derive(Debug, Clone, PartialEq)]
pub struct Search {
    /// How each replica ended, with its last energy only.
    pub ends: Vec<Run>,
    /// The replica of the lowest energy, the first of equals.
    pub best: usize,
    /// Where it started.
    pub start: Start,
    /// Its whole run.
    pub run: Run,
}

/// The network that can search: one whose state has an energy.
///
/// # Errors
/// Another one, or a number of replicas that cannot be.
fn searching(network: &Network, count: usize) -> Result<&dyn Dynamics, HopwireError> {
    let refused = |message: String, expected: &str| HopwireError::Argument {
        argument: "--replicas",
        message,
        expected: expected.into(),
    };
    if !(1..=MAX_REPLICAS).contains(&count) {
        let expected = format!("a number from 1 to {MAX_REPLICAS}");
        return Err(refused(format!("the number is {count}"), &expected));
    }
    let with_energy = network.dynamics().filter(|network| {
        let moment = network.begin(&network.replica(0));
        network.energy(&moment).is_some()
    });
    with_energy.ok_or_else(|| {
        let kind = network.kind().name();
        refused(
            format!("a network of the kind {kind} has no energy by which replicas are compared"),
            "a network that minimises an energy, without --replicas else",
        )
    })
}

/// The first of the lowest energies.
fn lowest(ends: &[Run]) -> usize {
    let energy = |run: &Run| run.energy.last().copied().unwrap_or(f64::INFINITY);
    let all = ends.iter().map(energy).enumerate();
    let best = all.reduce(|best, next| if next.1 < best.1 { next } else { best });
    best.map_or(0, |(at, _)| at)
}

/// Replicas in real numbers.
///
/// # Errors
/// A network that cannot search.
pub fn in_reals(project: &Project, count: usize) -> Result<Search, HopwireError> {
    let network = searching(&project.network, count)?;
    let run = |number: usize| {
        let start = network.replica(number);
        match network.with_noise_of(number) {
            Some(of_replica) => run::dynamic(&*of_replica, &start),
            None => run::dynamic(network, &start),
        }
    };
    let end = |number: usize| last(run(number));
    let ends: Vec<Run> = (0..count).into_par_iter().map(end).collect();
    let best = lowest(&ends);
    Ok(Search {
        ends,
        best,
        start: network.replica(best),
        run: run(best),
    })
}

/// A run without its course.
fn last(mut run: Run) -> Run {
    run.energy = run.energy.last().copied().into_iter().collect();
    run.distance = run.distance.last().copied().into_iter().collect();
    run
}

/// Replicas in integers, each with a start and noise of its own; energies are those of the words.
///
/// # Errors
/// A network that cannot search, or a value that leaves a format whose overflow mode is `error`.
pub fn in_integers(built: &Built, timing: &Timing, count: usize) -> Result<Search, HopwireError> {
    let network = searching(&built.project.network, count)?;
    let rounded = quantize::rounded(&built.project.network, &built.program);
    let of_words = rounded.as_ref().and_then(Network::dynamics);
    let of_words = of_words.unwrap_or(network);
    let end = |number: usize| end(built, (network, of_words), timing, number);
    let ends: Result<Vec<Run>, QuantizeError> = (0..count).into_par_iter().map(end).collect();
    let ends = ends.map_err(|error| quantize_error(&built.project, &error))?;
    let best = lowest(&ends);
    let of_best = Built {
        program: with_noise_of(&built.program, best),
        ..built.clone()
    };
    let start = network.replica(best);
    let loads = quantize::dynamic::loads(&of_best.program, network, &start);
    let run = integer::run(&of_best, timing, &loads)?.run;
    Ok(Search {
        ends,
        best,
        start,
        run,
    })
}

/// How a replica ends.
fn end(
    built: &Built,
    (network, of_words): (&dyn Dynamics, &dyn Dynamics),
    timing: &Timing,
    number: usize,
) -> Result<Run, QuantizeError> {
    let program = with_noise_of(&built.program, number);
    let mut executor = Executor::new(&program)?;
    let loads = quantize::dynamic::loads(&program, network, &network.replica(number));
    for (vector, values) in loads {
        executor.load(vector, &values)?;
    }
    executor.start()?;
    let ended = executor.run()?;
    let attractor = Attractor::of(ended.status, None);
    let moment = integer::moment(&program, network, &executor);
    Ok(Run {
        steps: ended.steps,
        cycles: Some(timing.run(ended.steps)),
        status: attractor.status,
        period: attractor.period,
        ended_by: attractor.ended_by,
        distance: vec![],
        changed: vec![],
        energy: of_words.energy(&moment).into_iter().collect(),
        outputs: run::outputs(network, &moment),
        parts: network.parts(&moment),
        answer: network.answer(&moment),
        state: network.shown(&moment),
    })
}

/// The program with the noise of a replica.
fn with_noise_of(program: &Program, number: usize) -> Program {
    let mut of_replica = program.clone();
    for vector in &mut of_replica.vectors {
        if let Role::Noise { seed } = &mut vector.role {
            *seed = replica_seed(*seed, number);
        }
    }
    of_replica
}
