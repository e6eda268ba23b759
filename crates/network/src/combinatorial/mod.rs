//! Combinatorial problems: read from files, mapped to Ising models, and their answers read off
//! spins again.
//!
//! A problem is written as a quadratic function of bits ([`Binary`]) whose smallest value is the
//! best answer; where only some bit patterns are answers, penalties make all others larger, and
//! each says why it is large enough ([`Penalty`]).

mod binary;
mod colouring;
mod graph;
mod max_cut;
mod penalty;
mod qubo;
mod queens;
mod text;
mod torus;
mod tour;

use std::path::Path;

pub use binary::{Binary, Mapped};
pub use colouring::Colouring;
pub use graph::{Graph, GraphFormat};
pub use max_cut::MaxCut;
pub use penalty::Penalty;
pub use qubo::Qubo;
pub use queens::Queens;
pub use torus::torus;
pub use tour::{Tour, TourFormat, TourMapping};

use crate::description::{ProblemSection, ProblemWord};
use crate::diagnostic::NetworkError;
use crate::dynamics::Answer;
use crate::problem::Problem;

/// The most spins of a mapped problem.
pub const MAX_UNITS: usize = 4096;

/// The most couplings of a mapped problem.
pub const MAX_COUPLINGS: usize = 1 << 21;

/// A problem of some kind.
#[derive(Debug, Clone, PartialEq)]
pub enum Instance {
    /// The heaviest cut of a graph.
    MaxCut(MaxCut),
    /// The smallest value of a quadratic function of bits.
    Qubo(Qubo),
    /// The shortest round tour.
    Tour(Tour),
    /// Queens that do not attack each other.
    Queens(Queens),
    /// Colours for vertices, neighbours with different ones.
    Colouring(Colouring),
}

impl Instance {
    /// The problem that a section of a description names; its file counts from `folder`.
    ///
    /// # Errors
    /// What is wrong with the file, at its line, or with the section.
    pub fn from_section(section: &ProblemSection, folder: &Path) -> Result<Instance, NetworkError> {
        let file = || folder.join(section.file.as_deref().unwrap_or_default());
        Ok(match section.kind {
            ProblemWord::MaxCut => Instance::MaxCut(MaxCut::read(&file(), section.graph_format())?),
            ProblemWord::Qubo => Instance::Qubo(Qubo::read(&file())?),
            ProblemWord::Tsp => Instance::Tour(Tour::read(&file(), section)?),
            ProblemWord::Queens => Instance::Queens(Queens::new(section)?),
            ProblemWord::Colouring => Instance::Colouring(Colouring::read(&file(), section)?),
        })
    }

    /// The problem as an Ising model.
    pub fn mapped(&self) -> Mapped {
        match self {
            Instance::MaxCut(problem) => problem.mapped(),
            Instance::Qubo(problem) => problem.binary().mapped(),
            Instance::Tour(problem) => problem.binary().mapped(),
            Instance::Queens(problem) => problem.binary().mapped(),
            Instance::Colouring(problem) => problem.binary().mapped(),
        }
    }

    /// The number of spins.
    pub fn units(&self) -> usize {
        match self {
            Instance::MaxCut(problem) => problem.graph.vertices(),
            Instance::Qubo(problem) => problem.binary().bits(),
            Instance::Tour(problem) => problem.units(),
            Instance::Queens(problem) => problem.size * problem.size,
            Instance::Colouring(problem) => problem.graph.vertices() * problem.colours,
        }
    }

    /// What a bit pattern (one bit a spin, missing ones 0) means.
    pub fn answer(&self, bits: &[bool]) -> Answer {
        match self {
            Instance::MaxCut(problem) => problem.answer(bits),
            Instance::Qubo(problem) => problem.answer(bits),
            Instance::Tour(problem) => problem.answer(bits),
            Instance::Queens(problem) => problem.answer(bits),
            Instance::Colouring(problem) => problem.answer(bits),
        }
    }

    /// The penalty weights, and from which value on each makes every ground state an answer.
    pub fn penalties(&self) -> Vec<Penalty> {
        match self {
            Instance::MaxCut(_) | Instance::Qubo(_) => vec![],
            Instance::Tour(problem) => problem.penalties(),
            Instance::Queens(problem) => problem.penalties(),
            Instance::Colouring(problem) => problem.penalties(),
        }
    }

    /// What a reader of the problem should know before it is solved: parts that no edge joins.
    pub fn notes(&self) -> Vec<String> {
        match self {
            Instance::MaxCut(problem) => problem.graph.notes(),
            Instance::Colouring(problem) => problem.graph.notes(),
            Instance::Qubo(_) | Instance::Tour(_) | Instance::Queens(_) => vec![],
        }
    }

    /// The problem in a few words, as `max-cut of 800 vertices and 1600 edges`.
    pub fn title(&self) -> String {
        match self {
            Instance::MaxCut(problem) => format!("max-cut of {}", problem.graph.title()),
            Instance::Qubo(problem) => format!("QUBO of {} bits", problem.binary().bits()),
            Instance::Tour(problem) => format!("tour of {} cities", problem.names.len()),
            Instance::Queens(problem) => format!("{} queens", problem.size),
            Instance::Colouring(problem) => {
                let colours = problem.colours;
                format!("{colours} colours for {}", problem.graph.title())
            }
        }
    }
}

/// Refuses what would be mapped to too many spins, before memory is spent.
fn within(what: &'static str, found: Option<usize>, limit: usize) -> Result<usize, Problem> {
    match found {
        Some(found) if found <= limit => Ok(found),
        _ => Err(Problem::ProblemTooLarge {
            what,
            found: found.map_or("more than a word counts".into(), |found| found.to_string()),
            limit,
        }),
    }
}

/// Whether bit `place` is set.
fn bit(bits: &[bool], place: usize) -> bool {
    bits.get(place).copied().unwrap_or(false)
}
