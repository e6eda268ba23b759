//! `simulate`: runs the network, in real numbers, in integers, or cycle by cycle.

mod levels;
mod report;

use network::Network;
use network::dynamics::Part;
use network::learning::overlap;
use network::sequence::Score;

use crate::arguments::SimulateArguments;
use crate::built::Built;
use crate::error::HopwireError;
use crate::progress::Progress;
use crate::project::Project;
use crate::simulation::paths;
use crate::simulation::picture;
use crate::simulation::replicas;
use crate::simulation::run::Run;
use crate::simulation::start::{Starts, starts};

pub use levels::float;
use levels::{Outcome, in_integers, on_hardware};
pub use report::{Ended, Final, Nearest, SimulateReport};

/// How near the runs of a sequence network are to the targets of the description.
fn score(arguments: &SimulateArguments, project: &Project, runs: &[Run]) -> Option<Score> {
    let Network::Sequence(network) = &project.network else {
        return None;
    };
    if arguments.input.is_some() {
        return None;
    }
    let first = if arguments.all {
        0
    } else {
        arguments.probe.unwrap_or(0)
    };
    let runs = runs.iter().enumerate();
    network.score(runs.map(|(at, run)| (first + at, run.state.as_slice())))
}

/// Runs the verb.
///
/// # Errors
/// The description, a start that does not suit, or a file that cannot be written.
pub fn run(
    arguments: &SimulateArguments,
    progress: &Progress,
) -> Result<SimulateReport, HopwireError> {
    let project = Project::load(&arguments.file)?;
    if let Some(count) = arguments.replicas {
        return searched(arguments, project, count, progress);
    }
    let starts = starts(arguments, &project)?;
    let hardware = arguments.ticks || arguments.trace.is_some();
    let (project, outcome) = if arguments.float {
        let runs = float(&project, &starts);
        (
            project,
            Outcome {
                runs,
                best: None,
                differences: None,
                paths: None,
            },
        )
    } else {
        let built = Built::new(project, None)?;
        let mut outcome = if hardware {
            on_hardware(&built, &starts, arguments.trace.as_deref(), progress)?
        } else {
            in_integers(&built, &starts, progress)?
        };
        outcome.paths = paths::paths(&built, &starts)?;
        (built.project, outcome)
    };
    let level = match (arguments.float, hardware) {
        (true, _) => "float",
        (false, false) => "integer",
        (false, true) => "ticks",
    };
    report(arguments, &project, &starts, level, outcome)
}

/// Runs replicas and keeps the best.
fn searched(
    arguments: &SimulateArguments,
    project: Project,
    count: usize,
    progress: &Progress,
) -> Result<SimulateReport, HopwireError> {
    let (project, level, search) = if arguments.float {
        let _bar = progress.stage("searching in real numbers");
        let search = replicas::in_reals(&project, count)?;
        (project, "float", search)
    } else {
        let built = Built::new(project, None)?;
        let timing = built.scheduled()?.timing;
        let _bar = progress.stage("searching in integers");
        let search = replicas::in_integers(&built, &timing, count)?;
        (built.project, "integer", search)
    };
    let outcome = Outcome {
        runs: search.ends,
        best: Some((search.best, search.run)),
        differences: None,
        paths: None,
    };
    let starts = Starts::Vectors(vec![search.start]);
    report(arguments, &project, &starts, level, outcome)
}

fn report(
    arguments: &SimulateArguments,
    project: &Project,
    starts: &Starts,
    level: &'static str,
    outcome: Outcome,
) -> Result<SimulateReport, HopwireError> {
    let Outcome {
        runs,
        best,
        differences,
        paths,
    } = outcome;
    let (best, kept) = best.unzip();
    let first = kept
        .or_else(|| runs.first().cloned())
        .ok_or_else(|| HopwireError::Internal {
            message: "no run was made".into(),
        })?;
    let ended = |run: &Run| Ended {
        steps: run.steps,
        cycles: run.cycles,
        status: run.status,
        energy: run.energy.last().copied(),
        period: run.period,
        answer: run.answer.clone(),
        nearest_pattern: nearest(project, &run.state),
    };
    let final_state = match &arguments.output {
        None => Final::Values(first.state.clone()),
        Some(path) => {
            let values: Vec<f64> = runs.iter().flat_map(|run| run.state.clone()).collect();
            picture::write(path, project, &values)?;
            Final::Path(path.clone())
        }
    };
    Ok(SimulateReport {
        level,
        final_state,
        runs: runs.len(),
        best,
        all: if runs.len() > 1 {
            runs.iter().map(ended).collect()
        } else {
            vec![]
        },
        nearest_pattern: nearest(project, &first.state),
        score: score(arguments, project, &runs),
        paths,
        agrees: differences.as_ref().map(Vec::is_empty),
        differences: differences.unwrap_or_default(),
        trace: arguments.trace.clone(),
        pictures: pictures(project, starts, &first),
        run: first,
    })
}

fn pictures(project: &Project, starts: &Starts, end: &Run) -> Vec<String> {
    if !end.parts.is_empty() {
        return parts(project, starts, end);
    }
    let start = starts.shown(&project.network);
    let shown = |title: &str, values: &[f64]| {
        let picture = picture::text(project, values)?;
        Some(format!("{title}:\n{picture}"))
    };
    [shown("start", &start), shown("end", &end.state)]
        .into_iter()
        .flatten()
        .collect()
}

/// The parts of the start and of the final state.
fn parts(project: &Project, starts: &Starts, end: &Run) -> Vec<String> {
    let shown = |title: &str, parts: &[Part]| -> Vec<String> {
        let part = |part: &Part| {
            let grid = part.grid.unwrap_or((1, part.values.len()));
            let picture = picture::rows_of(grid, &part.values)?;
            Some(format!("{title}, {}:\n{picture}", part.name))
        };
        parts.iter().filter_map(part).collect()
    };
    let start = match (starts, project.network.dynamics()) {
        (Starts::Vectors(starts), Some(network)) => {
            let first = starts.first();
            first.map_or(vec![], |start| network.parts(&network.begin(start)))
        }
        _ => vec![],
    };
    [shown("start", &start), shown("end", &end.parts)].concat()
}

/// The learned pattern that is nearest to a state, where there are any.
pub fn nearest(project: &Project, state: &[f64]) -> Option<Nearest> {
    let signs = |values: &[f64]| -> Vec<i8> {
        let sign = |&value: &f64| if value < 0.0 { -1 } else { 1 };
        values.iter().map(sign).collect()
    };
    let patterns = match &project.network {
        Network::Hopfield(network) => network.patterns.clone(),
        other => {
            let patterns = other
                .dynamics()
                .map_or(&[][..], |network| network.patterns());
            patterns.iter().map(|pattern| signs(pattern)).collect()
        }
    };
    let state = signs(state);
    let overlaps = patterns.iter().map(|pattern| overlap(pattern, &state));
    let overlaps = overlaps.enumerate();
    let best = overlaps.reduce(|best, next| if next.1 > best.1 { next } else { best });
    best.map(|(pattern, overlap)| Nearest { pattern, overlap })
}
