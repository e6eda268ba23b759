//! `simulate`: runs the network, in real numbers, in integers, or cycle by cycle.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use hw_sim::TraceFormat;
use network::Network;
use network::dynamics::{Answer, Part};
use network::learning::overlap;
use network::sequence::Score;
use program::{Role, VectorId};
use serde::Serialize;

use crate::arguments::SimulateArguments;
use crate::built::Built;
use crate::error::HopwireError;
use crate::hardware::Beats;
use crate::progress::Progress;
use crate::project::Project;
use crate::report::Report;
use crate::simulation::integer::{self, IntegerRun};
use crate::simulation::paths::{self, Paths};
use crate::simulation::picture;
use crate::simulation::replicas;
use crate::simulation::run::{self, Run};
use crate::simulation::start::{Starts, starts};
use crate::simulation::ticks::{self, TickRun, Trace};
use crate::staged;

/// What a simulation gave.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SimulateReport {
    /// `float`, `integer` or `ticks`.
    pub level: &'static str,
    /// The first run.
    #[serde(flatten)]
    pub run: Run,
    /// The final state of the first run, or the file that holds those of all runs.
    #[serde(rename = "final")]
    pub final_state: Final,
    /// How many runs there were.
    pub runs: usize,
    /// With `--replicas`: the one of the lowest energy, from 0, whose run this is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub best: Option<usize>,
    /// How the runs ended, where there were several.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub all: Vec<Ended>,
    /// Where the network has patterns: the one nearest to the final state, and the overlap.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub nearest_pattern: Option<Nearest>,
    /// Of a sequence network with targets: how near its outputs are to them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub score: Option<Score>,
    /// Of a network that gives best paths, in integers: where they differ from those in real numbers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub paths: Option<Paths>,
    /// With `--ticks`: whether the hardware gave the same state, steps and status as the integers,
    /// in as many cycles as the closed form says.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub agrees: Option<bool>,
    /// What differs, where something does.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub differences: Vec<String>,
    /// The waveform.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub trace: Option<PathBuf>,
    /// The start and the final state as pictures of characters.
    #[serde(skip)]
    pub pictures: Vec<String>,
}

/// A final state.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Final {
    /// The file that holds it.
    Path(PathBuf),
    /// Its values.
    Values(Vec<f64>),
}

/// How a run ended.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Ended {
    /// Steps made.
    pub steps: u64,
    /// Clock cycles.
    pub cycles: Option<u64>,
    /// `stable`, `period` or `budget`.
    pub status: &'static str,
    /// The energy at the end, where one is defined.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub energy: Option<f64>,
    /// 1 for a fixed point, else the number of states of the cycle.
    pub period: Option<u64>,
    /// What the final state means, for networks that solve a problem.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub answer: Option<Answer>,
    /// The nearest pattern and the overlap with it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub nearest_pattern: Option<Nearest>,
}

/// A learned pattern near a state.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Nearest {
    /// Its number, from 0.
    pub pattern: usize,
    /// The overlap with it, from -1 to 1.
    pub overlap: f64,
}

impl Report for SimulateReport {
    const VERB: &'static str = "simulate";

    fn holds(&self) -> bool {
        self.agrees != Some(false)
    }

    fn summary(&self) -> String {
        let run = &self.run;
        let mut text = self.pictures.join("\n");
        if self.runs > 1 {
            text.push_str(&self.overview());
            match self.best {
                Some(best) => text.push_str(&format!("the best, number {best}: ")),
                None => text.push_str("the first: "),
            }
        }
        text.push_str(&run.ending());
        if let Some(cycles) = run.cycles {
            text.push_str(&format!(", {cycles} cycles"));
        }
        if let (Some(first), Some(last)) = (run.energy.first(), run.energy.last()) {
            text.push_str(&format!(", energy {first} to {last}"));
        }
        text.push('\n');
        for (name, values) in &run.outputs {
            let largest = values.iter().fold(0.0, |most: f64, of| most.max(of.abs()));
            text.push_str(&format!("{name}: at most {largest}\n"));
        }
        if let Some(answer) = &run.answer {
            text.push_str(&answered(answer));
        }
        if let Some(nearest) = self.nearest_pattern {
            let Nearest { pattern, overlap } = nearest;
            text.push_str(&format!("nearest pattern: {pattern}, overlap {overlap}\n"));
        }
        if let Some(score) = self.score {
            text.push_str(&scored(score));
        }
        if let Some(paths) = &self.paths {
            text.push_str(&paths.text());
        }
        match self.agrees {
            Some(true) => text.push_str("the hardware agrees with the integers, cycles included\n"),
            Some(false) => {
                text.push_str("the hardware and the integers differ:\n");
                self.differences
                    .iter()
                    .for_each(|line| text.push_str(&format!("  {line}\n")));
            }
            None => {}
        }
        if let Final::Path(path) = &self.final_state {
            text.push_str(&format!("wrote {}\n", path.display()));
        }
        if let Some(trace) = &self.trace {
            text.push_str(&format!("wrote {}\n", trace.display()));
        }
        text
    }
}

impl SimulateReport {
    /// How often the runs ended in each way, and how often in a pattern.
    fn overview(&self) -> String {
        let mut ways: BTreeMap<(&str, u64), usize> = BTreeMap::new();
        for run in &self.all {
            *ways
                .entry((run.status, run.period.unwrap_or(0)))
                .or_default() += 1;
        }
        let ways = ways.iter().map(|((status, period), count)| match *status {
            "period" => format!("{count} in a cycle of {period}"),
            status => format!("{count} {status}"),
        });
        let ways: Vec<String> = ways.collect();
        let mut text = format!("{} runs: {}", self.runs, ways.join(", "));
        let answers = || self.all.iter().filter_map(|run| run.answer.as_ref());
        if let Some(first) = answers().next() {
            let values = || answers().map(|answer| answer.value);
            let (low, high) = (
                values().fold(f64::INFINITY, f64::min),
                values().fold(f64::NEG_INFINITY, f64::max),
            );
            let valid = answers().filter(|answer| answer.valid).count();
            text.push_str(&format!(
                "; {} {low} to {high}, {valid} valid",
                first.measure
            ));
        }
        let overlaps = self.all.iter().filter_map(|run| run.nearest_pattern);
        let (near, exact) = overlaps.fold((0, 0), |(near, exact), nearest| {
            (near + 1, exact + usize::from(nearest.overlap == 1.0))
        });
        if near > 0 {
            text.push_str(&format!("; {exact} ended in a pattern"));
        }
        text.push('\n');
        text
    }
}

/// A score in words.
fn scored(score: Score) -> String {
    let of = score.of;
    match score.right {
        Some(right) => {
            let percent = 100.0 * right as f64 / of as f64;
            let whole = score.whole.map_or(String::new(), |whole| {
                format!("; {whole} sequences are right as a whole")
            });
            format!("targets: {right} of {of} are right, {percent:.1} %{whole}\n")
        }
        None => {
            let normalised = score
                .normalised
                .map(|share| format!(", {share:.4} of the standard deviation of the targets"));
            format!(
                "targets: {of} numbers, root mean square error {:.5}{}\n",
                score.rms,
                normalised.unwrap_or_default()
            )
        }
    }
}

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

/// An answer in words.
fn answered(answer: &Answer) -> String {
    let valid = if answer.valid { "" } else { ", not valid" };
    let first = format!("{} {}{valid}\n", answer.measure, answer.value);
    let lines = answer.lines.iter().map(|line| format!("  {line}\n"));
    lines.fold(first, |text, line| text + &line)
}

/// What the runs of a level gave.
struct Outcome {
    runs: Vec<Run>,
    /// The replica that was kept, and its whole run.
    best: Option<(usize, Run)>,
    differences: Option<Vec<String>>,
    paths: Option<Paths>,
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

fn in_integers(
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

fn on_hardware(
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
