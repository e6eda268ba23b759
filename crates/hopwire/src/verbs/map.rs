//! `map`: a combinatorial problem becomes the description of a network that solves it.

use std::path::{Path, PathBuf};

use network::combinatorial::{Instance, Penalty, TourMapping, torus};
use network::description::{ProblemFormat, ProblemSection, ProblemWord};
use network::{Description, Network, NetworkError, Problem};
use serde::Serialize;

use crate::arguments::{
    CitiesArgument, GraphArgument, MapArguments, MapProblem, MapTarget, MapTorus, TourArgument,
};
use crate::error::HopwireError;
use crate::mapping::{Mapped, suited};
use crate::report::Report;
use crate::staged::{self, ScratchDirectory};

/// What `map` did.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct MapReport {
    /// The problem in words.
    pub problem: String,
    /// The kind of network.
    pub kind: &'static str,
    /// Spins of a replica.
    pub units: usize,
    /// Pairs of spins that are coupled.
    pub couplings: usize,
    /// The penalties, with what each must be above, and why.
    pub penalties: Vec<Penalty>,
    /// What one should know of the problem.
    pub notes: Vec<String>,
    /// The description.
    pub path: PathBuf,
    /// The file of the problem beside it; none where there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub data: Option<PathBuf>,
}

impl Report for MapReport {
    const VERB: &'static str = "map";

    fn summary(&self) -> String {
        let mut text = format!(
            "{}: {} units, {} couplings\n",
            self.problem, self.units, self.couplings
        );
        for penalty in &self.penalties {
            let Penalty {
                name,
                value,
                above,
                reason,
            } = penalty;
            let enough = if penalty.is_enough() {
                format!("enough above {above}")
            } else {
                format!("NOT enough, which it is above {above}")
            };
            text.push_str(&format!("{name} {value}, {enough}: {reason}\n"));
        }
        for note in &self.notes {
            text.push_str(&format!("note: {note}\n"));
        }
        let path = self.path.display();
        text.push_str(&format!(
            "wrote {path}, a network of the kind {}\n",
            self.kind
        ));
        text.push_str(&format!("next: hopwire simulate --replicas 20 {path}\n"));
        text
    }
}

/// A problem that is asked for.
struct Asked<'a> {
    section: ProblemSection,
    /// Where its file is.
    file: Option<PathBuf>,
    /// The bytes of a file that is made.
    made: Option<String>,
    target: &'a MapTarget,
}

/// Runs the verb.
///
/// # Errors
/// What is wrong with the problem, at its line; files that exist or cannot be written.
pub fn run(arguments: &MapArguments) -> Result<MapReport, HopwireError> {
    let asked = asked(&arguments.problem)?;
    let target = asked.target;
    let output = &target.output;
    let stem = output.file_stem().map(|stem| stem.to_string_lossy());
    let stem = stem.unwrap_or_default();
    let scratch = ScratchDirectory::new()?;
    let (file, beside) = placed(&asked, output, &stem, scratch.path())?;
    let mut section = asked.section.clone();
    section.file = beside.as_deref().map(file_name);
    // The file is read where it is now, and named as it will be beside the description.
    let folder = file
        .as_deref()
        .and_then(Path::parent)
        .unwrap_or(Path::new(""));
    let mut now = section.clone();
    now.file = file.as_deref().map(file_name);
    let instance = Instance::from_section(&now, folder).map_err(|error| at(&file, error))?;
    let network = target.network.unwrap_or_else(|| suited(&instance));
    let mapped = |section: &ProblemSection| {
        let of = Mapped {
            instance: &instance,
            section,
            network,
            stem: &stem,
            steps: target.steps,
            replicas: target.replicas,
        };
        of.text()
    };
    let shown = file_name(output);
    let built = Description::parse(&mapped(&now), &shown, folder)
        .and_then(|description| Network::from_description(&description))?;
    write(&asked, output, &mapped(&section), (&file, &beside))?;
    let mapped = instance.mapped().model;
    Ok(MapReport {
        problem: instance.title(),
        kind: built.kind().name(),
        units: mapped.units(),
        couplings: mapped.couplings.links().count() / 2,
        penalties: instance.penalties(),
        notes: instance.notes(),
        path: output.clone(),
        data: beside,
    })
}

/// The last part of a path.
fn file_name(path: &Path) -> String {
    let name = path.file_name();
    name.map_or(String::new(), |name| name.to_string_lossy().into_owned())
}

/// An error that stands at no line is one of the argument.
fn at(file: &Option<PathBuf>, error: NetworkError) -> HopwireError {
    let found = error.diagnostic();
    let argument = if file.is_some() { "FILE" } else { "SIZE" };
    match found.place {
        Some(_) => error.into(),
        None => NetworkError::at(found.problem.clone(), None, argument).into(),
    }
}

/// Where the file of the problem is now, and where it will be: beside the description.
fn placed(
    asked: &Asked<'_>,
    output: &Path,
    stem: &str,
    scratch: &Path,
) -> Result<(Option<PathBuf>, Option<PathBuf>), HopwireError> {
    let folder = output.parent().unwrap_or(Path::new(""));
    if let Some(text) = &asked.made {
        let name = format!("{stem}.txt");
        let now = scratch.join(&name);
        staged::write_file(&now, text.as_bytes())?;
        return Ok((Some(now), Some(folder.join(name))));
    }
    let beside = asked.file.as_ref().map(|file| folder.join(file_name(file)));
    Ok((asked.file.clone(), beside))
}

/// Writes the description, and the file of the problem beside it where it is not there already.
fn write(
    asked: &Asked<'_>,
    output: &Path,
    text: &str,
    (file, beside): (&Option<PathBuf>, &Option<PathBuf>),
) -> Result<(), HopwireError> {
    let force = asked.target.force;
    let free = |path: &Path| match path.exists() && !force {
        true => Err(HopwireError::OutputExists {
            path: path.to_owned(),
        }),
        false => Ok(()),
    };
    free(output)?;
    let mut made = None;
    if let (Some(file), Some(beside)) = (file, beside) {
        let bytes = std::fs::read(file).map_err(|error| {
            NetworkError::from(Problem::UnreadableData {
                path: file.clone(),
                reason: error.to_string(),
            })
        })?;
        let there = std::fs::read(beside).is_ok_and(|there| there == bytes);
        if !there {
            free(beside)?;
            staged::write_file(beside, &bytes)?;
            made = Some(beside);
        }
    }
    staged::write_file(output, text.as_bytes()).inspect_err(|_| {
        // Half of an output is none.
        made.map(std::fs::remove_file);
    })
}

fn asked(problem: &MapProblem) -> Result<Asked<'_>, HopwireError> {
    let of = |kind: ProblemWord, file: Option<&PathBuf>| {
        let mut section = ProblemSection::of(kind);
        section.file = file.map(|file| file_name(file));
        section
    };
    let asked = |section, file: Option<&PathBuf>, target| Asked {
        section,
        file: file.cloned(),
        made: None,
        target,
    };
    Ok(match problem {
        MapProblem::MaxCut(graph) => {
            let mut section = of(ProblemWord::MaxCut, Some(&graph.file));
            section.format = graph.format.map(graph_format);
            asked(section, Some(&graph.file), &graph.target)
        }
        MapProblem::Torus(torus) => toroidal(torus)?,
        MapProblem::Qubo(qubo) => {
            let section = of(ProblemWord::Qubo, Some(&qubo.file));
            asked(section, Some(&qubo.file), &qubo.target)
        }
        MapProblem::Tsp(tour) => {
            let section = ProblemSection {
                format: tour.format.map(|format| match format {
                    CitiesArgument::Coordinates => ProblemFormat::Coordinates,
                    CitiesArgument::Matrix => ProblemFormat::Matrix,
                }),
                mapping: tour.mapping.map(|mapping| match mapping {
                    TourArgument::OneHot => TourMapping::OneHot,
                    TourArgument::HopfieldTank => TourMapping::HopfieldTank,
                }),
                unit: tour.unit,
                penalty: tour.penalty,
                ..of(ProblemWord::Tsp, Some(&tour.file))
            };
            asked(section, Some(&tour.file), &tour.target)
        }
        MapProblem::Queens(queens) => {
            let section = ProblemSection {
                size: Some(queens.size),
                penalty: queens.penalty,
                conflict: queens.conflict,
                ..of(ProblemWord::Queens, None)
            };
            asked(section, None, &queens.target)
        }
        MapProblem::Colouring(graph) => {
            let section = ProblemSection {
                format: graph.format.map(graph_format),
                colours: Some(graph.colours),
                penalty: graph.penalty,
                conflict: graph.conflict,
                ..of(ProblemWord::Colouring, Some(&graph.file))
            };
            asked(section, Some(&graph.file), &graph.target)
        }
    })
}

fn graph_format(format: GraphArgument) -> ProblemFormat {
    match format {
        GraphArgument::Gset => ProblemFormat::Gset,
        GraphArgument::Edges => ProblemFormat::Edges,
        GraphArgument::Dimacs => ProblemFormat::Dimacs,
    }
}

/// A toroidal grid, made here.
fn toroidal(asked: &MapTorus) -> Result<Asked<'_>, HopwireError> {
    let sides = asked.size.split_once('x');
    let sides = sides.and_then(|(rows, columns)| Some((rows.parse().ok()?, columns.parse().ok()?)));
    let (rows, columns) = sides.ok_or_else(|| HopwireError::Argument {
        argument: "SIZE",
        message: format!("`{}` is no size", asked.size.escape_debug()),
        expected: "rows and columns, as 8x16".into(),
    })?;
    let graph = torus(rows, columns, asked.seed);
    let graph = graph.map_err(|problem| NetworkError::at(problem, None, "SIZE"))?;
    let mut section = ProblemSection::of(ProblemWord::MaxCut);
    section.format = Some(ProblemFormat::Gset);
    Ok(Asked {
        section,
        file: None,
        made: Some(graph.gset_text()),
        target: &asked.target,
    })
}
