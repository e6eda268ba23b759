//! What a simulation gave, in words and numbers.

use std::collections::BTreeMap;
use std::path::PathBuf;

use network::dynamics::Answer;
use network::sequence::Score;
use serde::Serialize;

use crate::report::Report;
use crate::simulation::paths::Paths;
use crate::simulation::run::Run;

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

/// An answer in words.
fn answered(answer: &Answer) -> String {
    let valid = if answer.valid { "" } else { ", not valid" };
    let first = format!("{} {}{valid}\n", answer.measure, answer.value);
    let lines = answer.lines.iter().map(|line| format!("  {line}\n"));
    lines.fold(first, |text, line| text + &line)
}
