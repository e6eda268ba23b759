//! The runs of a simulation at each level: in real numbers, in integers, cycle by cycle.

use std::path::Path;

use hw_sim::TraceFormat;
use network::Network;
use program::{Role, VectorId};

use crate::built::Built;
use crate::error::HopwireError;
use crate::hardware::Beats;
use crate::progress::Progress;
use crate::project::Project;
use crate::simulation::integer::{self, IntegerRun};
use crate::simulation::paths::Paths;
use crate::simulation::run::{self, Run};
use crate::simulation::start::Starts;
use crate::simulation::ticks::{self, TickRun, Trace};
use crate::staged;

/// What the runs of a level gave.
pub struct Outcome {
    /// The runs, one for each start.
    pub runs: Vec<Run>,
    /// The replica that was kept, and its whole run.
    pub best: Option<(usize, Run)>,
    /// Where the hardware differs from the integers, where both ran.
    pub differences: Option<Vec<String>>,
    /// The paths that a network gives, where it gives some.
    pub paths: Option<Paths>,
}

/// Runs in real numbers, one for each start.
pub fn float(project: &Project, starts: &Starts) -> Vec<Run> {
    match (&project.network, starts) {
        (Network::Hopfield(network), Starts::Units(states)) => states
            .iter()
            .map(|state| run::hopfield(network, state))
            .collect(),
        (Network::Cellular(network), Starts::Images { input, second }) => {
            vec![run::cellular(network, input, second)]
        }
        (Network::Sequence(network), Starts::Sequences(sequences)) => sequences
            .iter()
            .map(|given| run::sequence(network, given))
            .collect(),
        (network, Starts::Vectors(starts)) => {
            let Some(network) = network.dynamics() else {
                return vec![];
            };
            starts
                .iter()
                .map(|start| run::dynamic(network, start))
                .collect()
        }
        _ => vec![],
    }
}

/// Runs in integers, one for each start.
///
/// # Errors
/// When a value overflows.
pub fn in_integers(
    built: &Built,
    starts: &Starts,
    progress: &Progress,
) -> Result<Outcome, HopwireError> {
    let timing = built.scheduled()?.timing;
    let _bar = progress.stage("simulating in integers");
    let runs = starts
        .single()
        .iter()
        .map(|start| integer::run(built, &timing, &built.loads(start)).map(|run| run.run))
        .collect::<Result<_, _>>()?;
    Ok(Outcome {
        runs,
        best: None,
        differences: None,
        paths: None,
    })
}

/// One run cycle by cycle, compared with the integers.
///
/// # Errors
/// A fold that does not suit, or a trace that cannot be written.
pub fn on_hardware(
    built: &Built,
    starts: &Starts,
    trace: Option<&Path>,
    progress: &Progress,
) -> Result<Outcome, HopwireError> {
    let scheduled = built.scheduled()?;
    let loads = built.loads(starts);
    let expected = integer::run(built, &scheduled.timing, &loads)?;
    let beats = Beats::of(&scheduled, &loads);
    let limit = 2 * scheduled.timing.run(expected.run.steps);
    let tick = |trace: Option<Trace<'_>>| ticks::run(&scheduled, &beats, limit, trace, progress);
    let found = match trace {
        None => tick(None)?,
        Some(path) => staged::write_aside_with(path, |aside| {
            let format = TraceFormat::of(path);
            tick(Some(Trace {
                path: aside,
                format,
            }))
        })?,
    };
    let last = scheduled.timing.fixed_steps.is_some() || scheduled.interface.unloads_each_step;
    let cycles = if last {
        found.last_beat
    } else {
        found.first_beat
    };
    let fields = scheduled.interface.unload.fields.iter();
    let unloaded: Vec<(VectorId, &[i64])> = fields
        .zip(&found.unloaded)
        .map(|((id, _), values)| (*id, values.as_slice()))
        .collect();
    let differences = differences(built, &expected, (&found, &unloaded), cycles);
    let of = |id: VectorId| {
        let found = unloaded.iter().find(|(unloaded, _)| *unloaded == id);
        let values = found.map_or(&[][..], |(_, values)| values);
        let of = built.program.vector(id);
        let elements = match of {
            Some(of) if of.role == Role::Emitted => values.len(),
            Some(of) => of.shape.elements(),
            None => 0,
        };
        values.get(..elements).unwrap_or(values)
    };
    let run = Run {
        cycles: Some(cycles),
        state: integer::state(built, of),
        ..expected.run
    };
    Ok(Outcome {
        runs: vec![run],
        best: None,
        differences: Some(differences),
        paths: None,
    })
}

fn differences(
    built: &Built,
    expected: &IntegerRun,
    (found, unloaded): (&TickRun, &[(VectorId, &[i64])]),
    cycles: u64,
) -> Vec<String> {
    let mut out = vec![];
    for (id, found) in unloaded {
        let expected = expected.raw.iter().find(|(raw, _)| raw == id);
        let expected = expected.map_or(&[][..], |(_, raw)| raw);
        let pairs = expected.iter().zip(*found).enumerate();
        let mut wrong = pairs.filter(|(_, (expected, found))| expected != found);
        if let Some((element, (expected, found))) = wrong.next() {
            let of = built.program.vector(*id);
            let of = of.map_or("a vector", |of| of.name.as_str());
            let more = wrong.count();
            out.push(format!(
                "element {element} of `{of}`: {expected} expected, {found} found; {more} more"
            ));
        }
    }
    let mut number = |what: &str, expected: i64, found: i64| {
        if expected != found {
            out.push(format!("{what}: {expected} expected, {found} found"));
        }
    };
    if let Some(steps) = found.steps {
        number("steps", expected.run.steps as i64, steps);
    }
    if let Some(status) = found.status {
        number(
            "status",
            schedule::interface::status_code(Some(expected.status)),
            status,
        );
    }
    number(
        "cycles",
        expected.run.cycles.unwrap_or(0) as i64,
        cycles as i64,
    );
    out
}
