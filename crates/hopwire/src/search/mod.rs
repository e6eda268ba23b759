//! The search for words behind `quantize`: its wish, its record on disk, its table and its plot.

mod journal;
mod pareto;

use quantize::search::{Exploration, Keep, Point, Record, Wish, explore};
use quantize::{Quantized, search};

use crate::arguments::{ErrorArgument, KeepArgument, SearchArguments};
use crate::built::{Built, quantize_error};
use crate::error::HopwireError;
use crate::estimate::estimate;
use crate::hardware;
use crate::progress::Progress;
use crate::project::Project;
use crate::target::Family;
use journal::Journal;
pub use pareto::pareto;

/// The most trials; each is a run of the network for every candidate.
const MAX_TRIALS: usize = 1_000_000;

/// What the arguments ask for; `None` where they ask for no search.
///
/// # Errors
/// A number out of its range.
pub fn wish(arguments: &SearchArguments, project: &Project) -> Result<Option<Wish>, HopwireError> {
    let keep = match (arguments.keep, arguments.target_error) {
        (Some(KeepArgument::Recall), _) => Keep::Recall,
        (Some(KeepArgument::Stability), _) => Keep::Stability,
        (Some(KeepArgument::Labels), _) => Keep::Labels,
        (Some(KeepArgument::Argmin), _) => Keep::Argmin,
        (None, Some(_)) => match arguments.error_of {
            ErrorArgument::End => Keep::Values,
            ErrorArgument::Trajectory => Keep::Trajectory,
        },
        (None, None) if arguments.budget_lut.is_some() => match &project.network {
            network::Network::Hopfield(network) if !network.patterns.is_empty() => Keep::Recall,
            _ => Keep::Values,
        },
        (None, None) => return not_searched(arguments),
    };
    let tolerance = arguments.within.or(arguments.target_error).unwrap_or(0.0);
    let argument = if arguments.within.is_some() {
        "--within"
    } else {
        "--target-error"
    };
    let limit = match keep {
        Keep::Values | Keep::Trajectory | Keep::Argmin => f64::MAX,
        Keep::Recall | Keep::Stability | Keep::Labels => 1.0,
    };
    between(tolerance, limit, argument)?;
    between(arguments.noise, 1.0, "--noise")?;
    if arguments.trials > MAX_TRIALS {
        return Err(HopwireError::Argument {
            argument: "--trials",
            message: format!("{} are too many", arguments.trials),
            expected: format!("at most {MAX_TRIALS}"),
        });
    }
    Ok(Some(Wish {
        keep,
        tolerance,
        noise: arguments.noise,
        trials: arguments.trials,
        seed: arguments.seed,
        budget_lut: arguments.budget_lut,
    }))
}

/// The most weights and cells of networks whose words are searched without being asked for.
const CHEAP_WEIGHTS: usize = 1 << 13;
const CHEAP_CELLS: usize = 1 << 12;

/// A search that takes little time and needs no wish: what a memory recalls, or an array's cells;
/// the ends of another network; none
/// for large networks.
pub fn cheap(project: &Project) -> Option<Wish> {
    let keep = match &project.network {
        network::Network::Hopfield(network) => {
            let small = network.weights.entries() <= CHEAP_WEIGHTS;
            (small && !network.patterns.is_empty()).then_some(Keep::Recall)
        }
        network::Network::Cellular(network) => {
            (network.cells() <= CHEAP_CELLS).then_some(Keep::Labels)
        }
        network => network.dynamics().and_then(cheap_moving),
    };
    Some(Wish {
        keep: keep?,
        tolerance: 0.0,
        noise: 0.1,
        trials: 100,
        seed: 1,
        budget_lut: None,
    })
}

/// Units times units times steps of networks whose runs are so short.
const CHEAP_WORK: u64 = 1 << 25;

/// The energy of what solves a problem, else the numbers where runs end.
fn cheap_moving(network: &dyn network::Dynamics) -> Option<Keep> {
    let variables = network.variables();
    let elements: u64 = variables.iter().map(|of| of.length as u64).sum();
    let work = elements.saturating_mul(elements);
    let starts = network.starts();
    let work = work.saturating_mul(network.stop().max_steps.saturating_mul(starts.len() as u64));
    let solves = starts.first().is_some_and(|start| {
        let begun = network.begin(start);
        network.answer(&begun).is_some() && network.energy(&begun).is_some()
    });
    let keep = if solves { Keep::Argmin } else { Keep::Values };
    (work <= CHEAP_WORK && !starts.is_empty()).then_some(keep)
}

fn not_searched(arguments: &SearchArguments) -> Result<Option<Wish>, HopwireError> {
    let files = [
        ("--resume", &arguments.resume),
        ("--pareto", &arguments.pareto),
    ];
    match files.into_iter().find(|(_, file)| file.is_some()) {
        None => Ok(None),
        Some((argument, _)) => Err(HopwireError::Argument {
            argument,
            message: "nothing is searched".into(),
            expected: "--keep, --target-error or --budget-lut with it".into(),
        }),
    }
}

fn between(value: f64, limit: f64, argument: &'static str) -> Result<(), HopwireError> {
    if (0.0..=limit).contains(&value) {
        return Ok(());
    }
    let expected = if limit == 1.0 {
        "a number from 0 to 1"
    } else {
        "a number of 0 or more"
    };
    Err(HopwireError::Argument {
        argument,
        message: format!("{value} is out of range"),
        expected: expected.into(),
    })
}

/// Searches, and builds the project with what was found.
///
/// # Errors
/// Those of the search, and a record that cannot be read or written.
pub fn run(
    project: Project,
    wish: Wish,
    arguments: &SearchArguments,
    progress: &Progress,
) -> Result<(Built, Exploration), HopwireError> {
    let journal = Journal::open(arguments.resume.as_deref(), &project, &wish)?;
    let bar = progress.candidates("searching words");
    let began = |candidates| bar.up_to(candidates as u64);
    let found = |place: usize, judgement: &search::Judgement| {
        journal.keep(place, judgement);
        bar.advance();
    };
    let record = Record {
        known: journal.known(),
        began: Some(&began),
        found: Some(&found),
    };
    let tables = |program: &program::Program| {
        let scheduled = hardware::scheduled(&project, program).ok()?;
        Some(estimate(&scheduled.design, Family::Ecp5).lut)
    };
    let explored = explore(
        &project.description,
        &project.network,
        wish,
        &tables,
        &record,
    );
    let (exploration, quantized) = explored.map_err(|error| quantize_error(&project, &error))?;
    drop(bar);
    journal.close()?;
    let Quantized { program, report } = quantized;
    let built = Built {
        project,
        program,
        report,
    };
    Ok((built, exploration))
}

/// The front as a table, the cheapest first, and the lines of the description that make the answer.
pub fn table(exploration: &Exploration) -> String {
    let wish = &exploration.wish;
    let (what, float) = match wish.keep {
        Keep::Recall => ("recalled", Some(exploration.float)),
        Keep::Stability => ("fixed points", Some(exploration.float)),
        Keep::Labels => ("right labels", Some(exploration.float)),
        Keep::Argmin => ("no worse", None),
        Keep::Values => ("error", None),
        Keep::Trajectory => ("largest error", None),
    };
    let mut text = match float {
        Some(float) => format!("{what} in real numbers: {:.1} %\n", 100.0 * float),
        None => String::new(),
    };
    let shown = exploration.points.iter();
    let shown: Vec<&Point> = shown.filter(|of| of.on_front || of.chosen).collect();
    let words = |point: &Point| fields(point).join(", ");
    let width = shown.iter().map(|point| words(point).len()).max();
    let width = width.unwrap_or(0).max("words".len());
    text.push_str(&format!(
        "{:<width$} {:>10} {:>13} {:>9}\n",
        "words", "bits", what, "lost"
    ));
    for point in shown {
        let kept = match wish.keep {
            Keep::Values | Keep::Trajectory => format!("{:.3e}", point.error),
            _ => format!("{:.1} %", 100.0 * point.kept),
        };
        text.push_str(&format!(
            "{:<width$} {:>10} {kept:>13} {:>9.4}",
            words(point),
            point.cost.total(),
            point.error
        ));
        if let Some(lut) = point.lut {
            text.push_str(&format!(", {lut} LUT"));
        }
        if !point.lost.is_empty() {
            text.push_str(&format!(", no longer {}", point.lost.join(", ")));
        }
        text.push_str(if point.chosen { "  <- chosen\n" } else { "\n" });
    }
    text.push_str(&match exploration.chosen() {
        Some(point) => format!(
            "to keep it, write in [format]: {}\n",
            fields(point).join(", ")
        ),
        None => "no words keep as much; those that lose least follow\n".into(),
    });
    text
}

/// The lines of the description.
pub fn fields(point: &Point) -> Vec<String> {
    let fields = point.fields.iter();
    fields
        .map(|(name, value)| format!("{name} = {value}"))
        .collect()
}
