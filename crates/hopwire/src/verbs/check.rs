//! `check`: validates a description, and says what is known about its network before it runs.

use std::collections::BTreeMap;

use network::dynamics::stray;
use network::{Fact, Level};
use program::{Format, Program};
use quantize::contraction::Distance;
use quantize::margin::Margin;
use schedule::Timing;
use serde::Serialize;

use crate::arguments::CheckArguments;
use crate::built::Built;
use crate::error::HopwireError;
use crate::facts::integer_facts;
use crate::margins;
use crate::report::Report;

/// What is known about a network.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct CheckReport {
    /// The network kind.
    pub kind: &'static str,
    /// The name.
    pub name: String,
    /// Units or cells.
    pub units: usize,
    /// The shape of each vector of the program.
    pub shapes: BTreeMap<String, Vec<usize>>,
    /// The format of each vector and of each stage's weights and sum.
    pub formats: BTreeMap<String, Format>,
    /// What was checked, in real numbers and again in integers.
    pub facts: Vec<Fact>,
    /// How firmly the integers hold each stored pattern; none where none were learned.
    pub patterns: Vec<Margin>,
    /// How far the integers stray from the network in real numbers: bounded, or measured.
    pub distance: Distance,
    /// Clock cycles of a step; of a whole frame for a streaming design.
    pub cycles_per_step: u64,
    /// The same for each phase, where steps differ; a step has the cycles of the longest one at most.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub phases: Vec<PhaseCycles>,
    /// The share of lane-cycles that do work, in percent; where steps differ, in one step of each phase.
    pub utilisation_percent: u64,
    /// The same in the cycles alone in which weights are taken: what the fold leaves unused.
    pub fold_percent: u64,
}

/// Clock cycles of a step of a phase.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PhaseCycles {
    /// Its name.
    pub name: String,
    /// Clock cycles.
    pub cycles: u64,
}

impl PhaseCycles {
    fn of(program: &Program, timing: &Timing) -> Vec<PhaseCycles> {
        let phases = program.phases.iter().flat_map(|of| &of.phases);
        let phases = phases.zip(&timing.phases);
        let named = phases.map(|(phase, &cycles)| PhaseCycles {
            name: phase.name.clone(),
            cycles,
        });
        named.collect()
    }
}

impl CheckReport {
    fn phases_in_words(&self) -> String {
        if self.phases.is_empty() {
            return String::new();
        }
        let phases = self.phases.iter();
        let phases = phases.map(|of| format!("{} {}", of.name, of.cycles));
        let phases: Vec<String> = phases.collect();
        format!(" at most ({})", phases.join(", "))
    }
}

impl Report for CheckReport {
    const VERB: &'static str = "check";

    fn summary(&self) -> String {
        let (name, kind, units) = (&self.name, self.kind, self.units);
        let article = match kind.starts_with(['a', 'e', 'i', 'o', 'u']) {
            true => "an",
            false => "a",
        };
        let mut text = format!("{name}: {article} {kind} network of {units} units\n");
        let formats = self
            .formats
            .iter()
            .map(|(of, format)| format!("{of} {format}"));
        let formats: Vec<String> = formats.collect();
        text.push_str(&format!("formats: {}\n", formats.join(", ")));
        text.push_str(&format!(
            "hardware: {} cycles a step{}, {} % of lane-cycles do work ({} % while weights are taken)\n",
            self.cycles_per_step,
            self.phases_in_words(),
            self.utilisation_percent,
            self.fold_percent
        ));
        for level in [Level::Float, Level::Integer] {
            text.push_str(match level {
                Level::Float => "in real numbers:\n",
                Level::Integer => "in integers:\n",
            });
            for fact in self.facts.iter().filter(|fact| fact.level == level) {
                let mark = match fact.holds {
                    Some(true) => "yes",
                    Some(false) => "no ",
                    None => "?  ",
                };
                text.push_str(&format!("  {mark} {}: {}\n", fact.name, fact.text));
            }
        }
        text
    }
}

/// Runs the verb.
///
/// # Errors
/// The first thing found wrong with the description, its data, or its wishes for the hardware.
pub fn run(arguments: &CheckArguments) -> Result<CheckReport, HopwireError> {
    let built = Built::load(&arguments.file)?;
    let scheduled = built.scheduled()?;
    let network = &built.project.network;
    let mut facts = network.facts();
    facts.extend(network.dynamics().and_then(stray));
    facts.extend(integer_facts(network, &built.program));
    let distance = Distance::of(network, &built.program, &built.report);
    facts.push(crate::facts::distance(&distance));
    let shape = |shape| match shape {
        program::Shape::Units(units) => vec![units],
        program::Shape::Grid { rows, columns } => vec![rows, columns],
    };
    let vectors = built.program.vectors.iter();
    Ok(CheckReport {
        kind: network.kind().name(),
        name: built.program.name.clone(),
        units: network.units(),
        shapes: vectors
            .map(|vector| (vector.name.clone(), shape(vector.shape)))
            .collect(),
        formats: built.report.formats.clone(),
        facts,
        patterns: margins::of(network, &built.program),
        distance,
        cycles_per_step: scheduled.timing.interval.unwrap_or(scheduled.timing.step),
        phases: PhaseCycles::of(&built.program, &scheduled.timing),
        utilisation_percent: scheduled.timing.utilisation_percent(),
        fold_percent: scheduled.timing.fold_percent(),
    })
}
