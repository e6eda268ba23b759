//! `basin`: what a memory recalls from how much noise.

use std::path::PathBuf;

use network::{Network, Problem};
use serde::Serialize;

use crate::arguments::BasinArguments;
use crate::basin::{Answers, Memory, Questions, Recalled, ask, plot, rounded, runs};
use crate::built::Built;
use crate::error::HopwireError;
use crate::exit::Exit;
use crate::progress::Progress;
use crate::project::Project;
use crate::report::Report;
use crate::staged;

/// The share of copies that must be recalled for a stored state to reach so far.
const ENOUGH: f64 = 0.95;
/// The most stored states that the table shows.
const MOST_SHOWN: usize = 32;
/// The most noisy copies.
const MOST_TRIALS: usize = 10_000;

/// What a memory recalls.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct BasinReport {
    /// The name of the network.
    pub name: String,
    /// The network kind.
    pub kind: &'static str,
    /// Noisy copies of each stored state at each share of flips; one without flips.
    pub trials: usize,
    /// The seed of the noise.
    pub seed: u64,
    /// Shares of units that are flipped.
    pub noise: Vec<f64>,
    /// For each way to ask: the share recalled exactly, over all stored states.
    pub cues: Vec<CueReport>,
    /// The stored states.
    pub patterns: Vec<PatternReport>,
    /// The file with the plot.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub plot: Option<PathBuf>,
}

/// What is recalled by one cue.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct CueReport {
    /// The part of the state that is given.
    pub cue: &'static str,
    /// In real numbers, the share recalled at each share of flips.
    pub float: Vec<f64>,
    /// In integers.
    pub integers: Vec<f64>,
}

/// What is known of a stored state.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PatternReport {
    /// Its number, from 0.
    pub pattern: usize,
    /// In real numbers.
    pub float: Stored,
    /// In integers.
    pub integers: Stored,
}

/// What is known of a stored state at a level.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Stored {
    /// Whether it is recalled from itself, by every cue; none where 0 is no share of flips.
    pub stored: Option<bool>,
    /// How far the sum of each unit is on the side of its value, at least, in the units of the sums;
    /// none for kinds whose memories are no corners.
    pub margin: Option<f64>,
    /// The largest share of flips up to which 95 % of its copies are recalled, by every cue.
    pub reach: Option<f64>,
}

impl Report for BasinReport {
    const VERB: &'static str = "basin";

    fn summary(&self) -> String {
        let mut text = format!(
            "{}: {} stored states, {} noisy copies of each at each share of flips, seed {}\n\n",
            self.name,
            self.patterns.len(),
            self.trials,
            self.seed
        );
        text.push_str(&self.shares());
        text.push('\n');
        text.push_str(&self.states());
        if let Some(plot) = &self.plot {
            text.push_str(&format!("wrote {}\n", plot.display()));
        }
        text
    }
}

impl BasinReport {
    /// The shares recalled, a line for each share of flips.
    fn shares(&self) -> String {
        let mut text = "share of copies recalled exactly\n".to_owned();
        text.push_str("flipped");
        for CueReport { cue, .. } in &self.cues {
            let titles = match self.cues.len() {
                1 => ["real".to_owned(), "integers".to_owned()],
                _ => [format!("from {cue}, real"), "integers".to_owned()],
            };
            text.push_str(&format!("  {:>12}  {:>8}", titles[0], titles[1]));
        }
        text.push('\n');
        for (at, share) in self.noise.iter().enumerate() {
            text.push_str(&format!("{:>7}", percent(*share)));
            for cue in &self.cues {
                let of = |shares: &[f64]| shares.get(at).copied().unwrap_or(0.0);
                let (float, integers) = (of(&cue.float), of(&cue.integers));
                text.push_str(&format!("  {float:>12.3}  {integers:>8.3}"));
            }
            text.push('\n');
        }
        text
    }

    /// The stored states, a line each.
    fn states(&self) -> String {
        let stored = |of: fn(&PatternReport) -> Stored| {
            let stored = self.patterns.iter().filter(|p| of(p).stored == Some(true));
            stored.count()
        };
        let mut text = format!(
            "stored: {} of {} in real numbers, {} in integers\n",
            stored(|p| p.float),
            self.patterns.len(),
            stored(|p| p.integers)
        );
        text.push_str(
            "state     stored          smallest margin      95 % recalled up to\n\
             \x20         real  integers  real      integers   real    integers\n",
        );
        for pattern in self.patterns.iter().take(MOST_SHOWN) {
            let (float, integers) = (pattern.float, pattern.integers);
            let line = format!(
                "{:<8}  {:<4}  {:<8}  {:<8}  {:<9}  {:<6}  {}",
                pattern.pattern,
                yes(float.stored),
                yes(integers.stored),
                number(float.margin),
                number(integers.margin),
                float.reach.map_or("-".into(), percent),
                integers.reach.map_or("-".into(), percent)
            );
            text.push_str(&format!("{}\n", line.trim_end()));
        }
        if self.patterns.len() > MOST_SHOWN {
            let more = self.patterns.len() - MOST_SHOWN;
            text.push_str(&format!("and {more} more, which --json lists\n"));
        }
        text
    }
}

fn yes(of: Option<bool>) -> &'static str {
    match of {
        Some(true) => "yes",
        Some(false) => "no",
        None => "?",
    }
}

fn number(of: Option<f64>) -> String {
    match of {
        None => "-".into(),
        Some(value) if value == value.trunc() && value.abs() < 1e8 => format!("{value}"),
        Some(value) => format!("{value:.3e}"),
    }
}

/// A share in percent, with as many decimals as it needs, up to two.
fn percent(share: f64) -> String {
    let hundredths = (1e4 * share).round();
    format!("{} %", hundredths / 100.0)
}

/// Runs the verb.
///
/// # Errors
/// The description, a network that stores nothing, an argument that is wrong, or a file that cannot
/// be written.
pub fn run(arguments: &BasinArguments, progress: &Progress) -> Result<BasinReport, HopwireError> {
    let questions = questions(arguments)?;
    let project = Project::load(&arguments.file)?;
    if Memory::of(&project.network).is_none() {
        return Err(no_memory(&project));
    }
    let built = Built::new(project, None)?;
    let memory = Memory::of(&built.project.network).ok_or_else(|| no_memory(&built.project))?;
    let answers = {
        let bar = progress.runs("recalling", runs(&memory, &questions));
        ask(&built, &memory, &questions, &bar)?
    };
    let mut report = report(&built, &memory, &answers);
    if let Some(path) = &arguments.output {
        let cues: Vec<&str> = memory.cues().iter().map(|cue| cue.name).collect();
        let svg = plot(&report.name, &cues, &answers);
        let svg = svg.map_err(|error| HopwireError::level(&error, Exit::Tool))?;
        staged::write_file(path, svg.as_bytes())?;
        report.plot = Some(path.clone());
    }
    Ok(report)
}

/// The questions that the arguments ask.
fn questions(arguments: &BasinArguments) -> Result<Questions, HopwireError> {
    let noise = match arguments.noise.as_slice() {
        [] => (0..=10).map(|step| f64::from(step) / 20.0).collect(),
        given => given.to_vec(),
    };
    let wrong = |argument, message: String, expected: &str| HopwireError::Argument {
        argument,
        message,
        expected: expected.into(),
    };
    if let Some(share) = noise.iter().find(|share| !(0.0..=1.0).contains(*share)) {
        let message = format!("the share is {share}");
        return Err(wrong("--noise", message, "numbers from 0 to 1"));
    }
    if let Some([before, after]) = noise.array_windows().find(|[a, b]| a >= b) {
        let message = format!("{after} follows {before}");
        return Err(wrong("--noise", message, "shares that rise"));
    }
    if !(1..=MOST_TRIALS).contains(&arguments.trials) {
        let message = format!("{} copies", arguments.trials);
        let expected = format!("a number from 1 to {MOST_TRIALS}");
        return Err(wrong("--trials", message, &expected));
    }
    Ok(Questions {
        noise,
        trials: arguments.trials,
        seed: arguments.seed,
    })
}

fn no_memory(project: &Project) -> HopwireError {
    let problem = Problem::Conflict {
        message: format!(
            "`{}` stores nothing that could be recalled",
            project.description.name()
        ),
        expected: "a memory that learned patterns or pairs".into(),
    };
    let source = &project.description.source;
    let field = source
        .locate("weights")
        .map_or("network.kind", |_| "weights");
    source.error(field, problem).into()
}

fn report(built: &Built, memory: &Memory<'_>, answers: &Answers) -> BasinReport {
    let network = &built.project.network;
    let words = rounded(built);
    let of_words = words.as_ref().and_then(Memory::of);
    let stored = |pattern: usize, margin: Option<f64>, of: fn(&Recalled) -> usize| Stored {
        stored: answers.stored(pattern, of),
        margin,
        reach: answers.reach(pattern, ENOUGH, of),
    };
    let pattern = |pattern: usize| PatternReport {
        pattern,
        float: stored(pattern, memory.margin(pattern), |recalled| recalled.float),
        integers: stored(
            pattern,
            of_words.as_ref().and_then(|words| words.margin(pattern)),
            |recalled| recalled.integers,
        ),
    };
    let cue = |(at, cue): (usize, &network::dynamics::Cue)| CueReport {
        cue: cue.name,
        float: answers.shares(at, |recalled| recalled.float),
        integers: answers.shares(at, |recalled| recalled.integers),
    };
    BasinReport {
        name: built.project.description.name().to_owned(),
        kind: Network::kind(network).name(),
        trials: answers.questions.trials,
        seed: answers.questions.seed,
        noise: answers.questions.noise.clone(),
        cues: memory.cues().iter().enumerate().map(cue).collect(),
        patterns: (0..answers.patterns).map(pattern).collect(),
        plot: None,
    }
}
