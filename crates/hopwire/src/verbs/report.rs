//! `report`: everything that is known about a network, as one HTML page that stands alone.

use std::path::PathBuf;

use serde::Serialize;

use crate::arguments::{ReportArguments, SynthArguments};
use crate::built::{Built, format_argument};
use crate::error::HopwireError;
use crate::exit::Exit;
use crate::page::{Material, render};
use crate::progress::Progress;
use crate::project::Project;
use crate::report::Report;
use crate::simulation::calibration::calibration;
use crate::{search, staged};

/// The page that was written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PageReport {
    /// The file.
    pub output: PathBuf,
    /// Its size.
    pub bytes: usize,
    /// The names of its sections, as they stand in its links.
    pub sections: Vec<&'static str>,
    /// The file with the plot of a search, where one was asked for.
    pub pareto: Option<PathBuf>,
}

impl Report for PageReport {
    const VERB: &'static str = "report";

    fn summary(&self) -> String {
        let sections = self.sections.join(", ");
        let mut text = format!(
            "wrote {}, {} KB: {sections}\n",
            self.output.display(),
            self.bytes.div_ceil(1000)
        );
        if let Some(path) = &self.pareto {
            text.push_str(&format!("wrote {}\n", path.display()));
        }
        text
    }
}

/// Runs the verb.
///
/// # Errors
/// The description, its data, hardware that does not suit, or a file that cannot be written.
pub fn run(arguments: &ReportArguments, progress: &Progress) -> Result<PageReport, HopwireError> {
    let weights = match &arguments.weights {
        None => None,
        Some(text) => Some(format_argument(text, "--weights")?),
    };
    let project = Project::load(&arguments.file)?;
    let wish = match search::wish(&arguments.search, &project)? {
        Some(wish) => Some(wish),
        None => search::cheap(&project),
    };
    let found = match wish {
        None => None,
        Some(wish) => Some(search::run(project.clone(), wish, &arguments.search, progress)?.1),
    };
    let built = Built::new(project, weights)?;
    let starts = calibration(&arguments.calibration, &built)?;
    let mut material = Material::gather(&built, &starts, progress)?;
    material.synth = match &arguments.synth {
        None => None,
        Some(target) => Some(super::synth::run(
            &SynthArguments {
                file: arguments.file.clone(),
                target: target.clone(),
                out: None,
                force: false,
            },
            progress,
        )?),
    };
    if let (Some(path), Some(found)) = (&arguments.search.pareto, &found) {
        let plot = search::pareto(found);
        let plot = plot.map_err(|error| HopwireError::level(&error, Exit::Tool))?;
        staged::write_file(path, plot.as_bytes())?;
    }
    material.search = found;
    let page = material.page()?;
    let text = render(&page)?;
    staged::write_file(&arguments.output, text.as_bytes())?;
    Ok(PageReport {
        output: arguments.output.clone(),
        bytes: text.len(),
        sections: page.sections.iter().map(|section| section.id).collect(),
        pareto: arguments.search.pareto.clone(),
    })
}
