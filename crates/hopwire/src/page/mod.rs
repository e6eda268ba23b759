//! The report: one HTML page that stands alone, with everything that is known about a network on its
//! way to hardware.
//!
//! [`Material`] is what is known; each section is made of it by a module of its own, in the few kinds
//! of blocks of [`view`], and [`render`] fills the layout.

mod error;
mod front;
mod hardware;
mod numbers;
mod overview;
mod pictures;
mod ranges;
mod render;
mod runs;
pub mod view;
mod waveform;
mod words;

use network::Fact;
use program::Program;
use quantize::contraction::Distance;
use quantize::range::Observation;
use quantize::search::Exploration;
use schedule::Scheduled;

use crate::built::Built;
use crate::error::HopwireError;
use crate::facts::integer_facts;
use crate::hardware::{Beats, Loads};
use crate::progress::Progress;
use crate::simulation::calibration;
use crate::simulation::integer::{self, IntegerRun};
use crate::simulation::run::Run;
use crate::simulation::start::Starts;
use crate::verbs::simulate::float;
use crate::verbs::synth::SynthReport;
pub use render::render;
use view::{Page, Section};
use waveform::Watched;

/// Runs that are shown.
const RUNS: usize = 8;

/// A run in real numbers and in integers from one start.
#[derive(Debug, Clone)]
struct Pair {
    start: Option<Starts>,
    float: Option<Run>,
    integer: IntegerRun,
}

/// What is known about a network.
#[derive(Debug)]
pub struct Material<'a> {
    built: &'a Built,
    scheduled: Scheduled,
    facts: Vec<Fact>,
    /// How far the integers stray from the network in real numbers.
    distance: Distance,
    /// The number of starts that there are.
    starts: usize,
    pairs: Vec<Pair>,
    observation: Observation,
    watched: Watched,
    /// What a search found.
    pub search: Option<Exploration>,
    /// What synthesis measured.
    pub synth: Option<SynthReport>,
}

impl<'a> Material<'a> {
    /// Runs the network from the given starts at every level.
    ///
    /// # Errors
    /// Hardware that does not suit, or a value that leaves a format whose overflow mode is `error`.
    pub fn gather(
        built: &'a Built,
        starts: &[Starts],
        progress: &Progress,
    ) -> Result<Material<'a>, HopwireError> {
        let scheduled = built.scheduled()?;
        let loads = calibration::loads(built, starts);
        let pairs = pairs(built, &scheduled, starts, &loads)?;
        let bar = progress.stage("watching every value");
        let observation = built.observed(&loads)?;
        drop(bar);
        let none = vec![];
        let beats = Beats::of(&scheduled, loads.first().unwrap_or(&none));
        let steps = pairs.first().map_or(1, |pair| pair.integer.run.steps);
        let watched = waveform::watch(&scheduled, &beats, steps, progress)?;
        let network = &built.project.network;
        let mut facts = network.facts();
        facts.extend(integer_facts(network, &built.program));
        let distance = Distance::of(network, &built.program, &built.report);
        facts.push(crate::facts::distance(&distance));
        Ok(Material {
            built,
            scheduled,
            facts,
            distance,
            starts: starts.len(),
            pairs,
            observation,
            watched,
            search: None,
            synth: None,
        })
    }

    fn program(&self) -> &Program {
        &self.built.program
    }

    /// The page.
    ///
    /// # Errors
    /// Only where a plot or the certificate cannot be made.
    pub fn page(&self) -> Result<Page, HopwireError> {
        let sections: Vec<Option<Section>> = vec![
            Some(overview::network(self)),
            pictures::section(self)?,
            Some(overview::facts(self)),
            Some(words::section(self)),
            Some(ranges::certificate(self)?),
            Some(ranges::section(self)?),
            Some(runs::section(self)?),
            Some(error::section(self)?),
            Some(front::section(self)?),
            Some(hardware::timing(self)),
            Some(hardware::waveform(self)?),
            Some(hardware::resources(self)),
        ];
        let network = &self.built.project.network;
        let hash = hw_ir::json::hash(&self.scheduled.design);
        Ok(Page {
            title: self.program().name.clone(),
            subtitle: format!(
                "{} network of {} elements, in integers and on hardware",
                spaced(network.kind().name()),
                numbers::count(network.units() as u64)
            ),
            style: include_str!("report.css"),
            sections: sections.into_iter().flatten().collect(),
            footer: format!(
                "Made by hopwire {}. Design {hash}.",
                env!("CARGO_PKG_VERSION")
            ),
        })
    }
}

/// A word of the description as words.
fn spaced(word: &str) -> String {
    let mut text = word.replace('_', " ");
    if let Some(first) = text.get_mut(0..1) {
        first.make_ascii_uppercase();
    }
    text
}

fn pairs(
    built: &Built,
    scheduled: &Scheduled,
    starts: &[Starts],
    loads: &[Loads],
) -> Result<Vec<Pair>, HopwireError> {
    let pairs = loads.iter().take(RUNS).enumerate().map(|(at, loads)| {
        let start = starts.get(at).cloned();
        let float = start
            .as_ref()
            .and_then(|start| float(&built.project, start).into_iter().next());
        let loads: Loads = loads
            .iter()
            .filter(|(_, values)| !values.is_empty())
            .cloned()
            .collect();
        let integer = integer::run(built, &scheduled.timing, &loads)?;
        Ok(Pair {
            start,
            float,
            integer,
        })
    });
    pairs.collect()
}
