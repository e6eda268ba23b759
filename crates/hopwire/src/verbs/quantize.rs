//! `quantize`: float weights to words, and what that costs.

use std::path::PathBuf;

use program::Format;
use quantize::Constants;
use quantize::activation::{Figures, Kind};
use quantize::contraction::Distance;
use quantize::margin::Margin;
use quantize::range::Observation;
use quantize::search::Exploration;
use serde::Serialize;

use crate::arguments::QuantizeArguments;
use crate::built::{Built, format_argument};
use crate::error::HopwireError;
use crate::exit::Exit;
use crate::facts::integer_facts;
use crate::margins;
use crate::progress::Progress;
use crate::project::Project;
use crate::report::Report;
use crate::simulation::calibration::{calibration, loads};
use crate::{ranges, search, staged};

/// What quantisation chose.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct QuantizeReport {
    /// Formats, errors, and what was tried.
    #[serde(flatten)]
    pub report: quantize::Report,
    /// Bits of each sum's accumulator, the fewest that no sum can leave, and the largest sum's
    /// magnitude in units of its last bit.
    pub sums: Vec<SumReport>,
    /// Facts that hold of the network in real numbers and not of the integers.
    pub lost_facts: Vec<&'static str>,
    /// How firmly each stored pattern is held; none where none were learned.
    pub patterns: Vec<Margin>,
    /// How far the integers stray from the network in real numbers: bounded, or measured.
    pub distance: Distance,
    /// The file with the whole program and this report, where one was asked for.
    pub program: Option<PathBuf>,
    /// The file with the certificate, where one was asked for.
    pub certificate: Option<PathBuf>,
    /// What a search found, where one was asked for.
    pub search: Option<Exploration>,
    /// The file with the plot of it.
    pub pareto: Option<PathBuf>,
    /// What every value was on calibration data, where that was asked for.
    pub ranges: Option<Observation>,
}

/// The range of the sums of a stage, and their word.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SumReport {
    /// The stage.
    pub stage: String,
    /// The vector that is summed up.
    pub source: String,
    /// The accumulator.
    pub format: Format,
    /// The smallest sum that can occur, raw.
    pub low: i64,
    /// The largest.
    pub high: i64,
    /// Bits of the narrowest accumulator that no sum can leave.
    pub smallest_width: u32,
}

impl Report for QuantizeReport {
    const VERB: &'static str = "quantize";

    /// A search that finds no words within its wish has not kept what it was to keep.
    fn holds(&self) -> bool {
        let search = self.search.as_ref();
        search.is_none_or(|found| found.chosen().is_some())
    }

    fn summary(&self) -> String {
        let report = &self.report;
        let mut text = String::new();
        for (of, format) in &report.formats {
            text.push_str(&format!("{of:<20} {format}\n"));
        }
        if report.exact {
            text.push_str("every weight is exact\n");
        } else {
            let error = report.max_abs_error;
            text.push_str(&format!("largest error of a weight: {error:.3e}\n"));
        }
        text.push_str(&format!(
            "{} bits of weights and states\n",
            report.bits_total
        ));
        for tried in &report.tried {
            let mark = if tried.loses_nothing {
                "loses nothing"
            } else {
                "loses some"
            };
            text.push_str(&format!(
                "tried {}: kept {} of {}, score {}: {mark}\n",
                tried.format, tried.kept, tried.of, tried.score
            ));
        }
        for sum in &self.sums {
            text.push_str(&format!(
                "sums of {}: {} to {}, so that {} bits can never overflow\n",
                sum.stage, sum.low, sum.high, sum.smallest_width
            ));
        }
        for constants in &report.constants {
            text.push_str(&constant_text(constants));
        }
        for figures in &report.activations {
            text.push_str(&activation_text(figures));
        }
        text.push_str(&margins::table(&self.patterns));
        text.push_str(&format!("{}\n", self.distance.text()));
        if !self.lost_facts.is_empty() {
            text.push_str(&format!(
                "true of the real numbers, and lost or not assured in the integers: {}\n",
                self.lost_facts.join(", ")
            ));
        }
        if let Some(ranges) = &self.ranges {
            text.push_str(&ranges::table(ranges));
        }
        if let Some(search) = &self.search {
            text.insert_str(0, &search::table(search));
        }
        for path in [&self.program, &self.certificate, &self.pareto]
            .into_iter()
            .flatten()
        {
            text.push_str(&format!("wrote {}\n", path.display()));
        }
        text
    }
}

/// What constants cost, where they are multiplied by more than signs.
fn constant_text(of: &Constants) -> String {
    if of.source_is_sign || of.weights == 0 {
        return String::new();
    }
    format!(
        "constants of {}: {} weights in {} signed digits, {} in binary; {} adders saved\n",
        of.gather, of.weights, of.signed_digits, of.binary_digits, of.adders_saved
    )
}

/// How an activation function is made, and its largest error over every word.
fn activation_text(figures: &Figures) -> String {
    let made = match figures.kind {
        Kind::Operations => "operations".into(),
        Kind::Full => format!("a table of {} entries", figures.entries),
        Kind::Half => format!("a mirrored table of {} entries", figures.entries),
        Kind::Linear => format!("{} straight pieces", figures.entries),
    };
    format!(
        "activation: {made}, {}; largest error over every word {:.4e}, at {}\n",
        if figures.monotone {
            "monotone"
        } else {
            "not monotone"
        },
        figures.largest_error,
        figures.largest_error_at
    )
}

/// Runs the verb.
///
/// # Errors
/// The description, a format that does not do, or a file that cannot be written.
pub fn run(
    arguments: &QuantizeArguments,
    progress: &Progress,
) -> Result<QuantizeReport, HopwireError> {
    let weights = match &arguments.weights {
        None => None,
        Some(text) => Some(format_argument(text, "--weights")?),
    };
    let given = &arguments.calibration;
    if !arguments.ranges && given.is_given() {
        return Err(HopwireError::Argument {
            argument: "--input",
            message: "there is nothing to run on it".into(),
            expected: "--ranges beside it".into(),
        });
    }
    let project = Project::load(&arguments.file)?;
    let (built, search) = match search::wish(&arguments.search, &project)? {
        None => (Built::new(project, weights)?, None),
        Some(wish) => {
            let (built, found) = search::run(project, wish, &arguments.search, progress)?;
            (built, Some(found))
        }
    };
    if let (Some(path), Some(search)) = (&arguments.search.pareto, &search) {
        let plot = search::pareto(search);
        let plot = plot.map_err(|error| HopwireError::level(&error, Exit::Tool))?;
        staged::write_file(path, plot.as_bytes())?;
    }
    if let Some(path) = &arguments.output {
        staged::write_file(path, built.program_text().as_bytes())?;
    }
    if let Some(path) = &arguments.certificate {
        staged::write_file(path, built.certificate_text()?.as_bytes())?;
    }
    let ranges = arguments.ranges.then(|| {
        let starts = calibration(&arguments.calibration, &built)?;
        let _bar = progress.stage("watching every value");
        built.observed(&loads(&built, &starts))
    });
    Ok(QuantizeReport {
        ranges: ranges.transpose()?,
        sums: sums(&built)?,
        lost_facts: lost(&built),
        patterns: margins::of(&built.project.network, &built.program),
        distance: Distance::of(&built.project.network, &built.program, &built.report),
        report: built.report,
        program: arguments.output.clone(),
        certificate: arguments.certificate.clone(),
        search,
        pareto: arguments.search.pareto.clone(),
    })
}

/// Facts that the integers have lost.
fn lost(built: &Built) -> Vec<&'static str> {
    let network = &built.project.network;
    let integer = integer_facts(network, &built.program);
    let held = |name: &str| {
        let mut facts = integer.iter().filter(|fact| fact.name == name);
        facts.any(|fact| fact.holds == Some(true))
    };
    let known = |name: &str| integer.iter().any(|fact| fact.name == name);
    let float = network.facts().into_iter();
    float
        .filter(|fact| fact.holds == Some(true) && known(fact.name) && !held(fact.name))
        .map(|fact| fact.name)
        .collect()
}

fn sums(built: &Built) -> Result<Vec<SumReport>, HopwireError> {
    let ranges = built.ranges()?;
    let stages = ranges.stages.into_iter().flat_map(|stage| {
        let name = stage.name;
        stage.gathers.into_iter().map(move |gather| SumReport {
            stage: name.clone(),
            source: gather.source,
            format: gather.format,
            low: gather.low,
            high: gather.high,
            smallest_width: gather.minimal_width,
        })
    });
    Ok(stages.collect())
}
