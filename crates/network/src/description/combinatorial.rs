//! The section `[problem]`: a combinatorial problem whose Ising model a network minimises.

use schemars::JsonSchema;
use serde::Deserialize;

use super::checks::{Checked, Checker};
use crate::combinatorial::{GraphFormat, TourFormat, TourMapping};

/// A combinatorial problem that is mapped to couplings and fields, and whose answers are read off
/// the final state.
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ProblemSection {
    /// The kind of problem.
    pub kind: ProblemWord,
    /// The file that holds the graph, the function or the cities; its path counts from the folder
    /// of the description.
    pub file: Option<String>,
    /// How the file is written; what it looks like where this is not given.
    pub format: Option<ProblemFormat>,
    /// `queens` only: rows of the board.
    pub size: Option<usize>,
    /// `colouring` only: the number of colours, 1 to 64.
    pub colours: Option<usize>,
    /// `tsp` only: how tours are written in bits. Default `one_hot`.
    pub mapping: Option<TourMapping>,
    /// `tsp` only: the unit in which distances are counted, rounded to whole numbers. Default: 1
    /// where all distances are whole and at most 1023, else a 127th of the largest.
    pub unit: Option<f64>,
    /// `tsp`, `queens` and `colouring`: the weight of what must hold exactly once; a city or
    /// position of a tour (in units of the distance), a row or column of the board, the colour of
    /// a vertex. Default: enough for every ground state to be an answer.
    pub penalty: Option<f64>,
    /// `queens` and `colouring`: the weight of two queens on a diagonal (default 2), or of
    /// neighbours with one colour (default 1).
    pub conflict: Option<f64>,
}

/// The kinds of combinatorial problems.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ProblemWord {
    /// The heaviest cut of a graph.
    MaxCut,
    /// The smallest value of a quadratic function of bits: lines `i j q`, i and j from 0, or a
    /// file of qbsolv.
    Qubo,
    /// The shortest round tour of cities (travelling salesman).
    Tsp,
    /// Queens on a board that do not attack each other.
    Queens,
    /// Colours for the vertices of a graph, neighbours with different ones.
    Colouring,
}

impl ProblemWord {
    /// The word.
    pub fn name(self) -> &'static str {
        match self {
            ProblemWord::MaxCut => "max_cut",
            ProblemWord::Qubo => "qubo",
            ProblemWord::Tsp => "tsp",
            ProblemWord::Queens => "queens",
            ProblemWord::Colouring => "colouring",
        }
    }
}

/// How problem files are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ProblemFormat {
    /// A graph: `vertices edges`, then `i j weight` for each edge; vertices are numbers from 1.
    Gset,
    /// A graph: `a b` or `a b weight` for each edge, where a and b name vertices; a name by itself
    /// is a vertex without edges.
    Edges,
    /// A graph in the DIMACS format: `p edge vertices edges`, then `e i j` for each edge.
    Dimacs,
    /// Cities: `x y` or `name x y` for each; distances are Euclidean.
    Coordinates,
    /// Cities: a row of distances for each.
    Matrix,
}

impl ProblemSection {
    /// A problem of this kind without anything else.
    pub fn of(kind: ProblemWord) -> ProblemSection {
        ProblemSection {
            kind,
            file: None,
            format: None,
            size: None,
            colours: None,
            mapping: None,
            unit: None,
            penalty: None,
            conflict: None,
        }
    }

    /// The format of a graph, where it is given.
    pub fn graph_format(&self) -> Option<GraphFormat> {
        match self.format? {
            ProblemFormat::Gset => Some(GraphFormat::Gset),
            ProblemFormat::Edges => Some(GraphFormat::Edges),
            ProblemFormat::Dimacs => Some(GraphFormat::Dimacs),
            ProblemFormat::Coordinates | ProblemFormat::Matrix => None,
        }
    }

    /// The format of cities, where it is given.
    pub fn tour_format(&self) -> Option<TourFormat> {
        match self.format? {
            ProblemFormat::Coordinates => Some(TourFormat::Coordinates),
            ProblemFormat::Matrix => Some(TourFormat::Matrix),
            ProblemFormat::Gset | ProblemFormat::Edges | ProblemFormat::Dimacs => None,
        }
    }

    /// Checks what can be checked without the file.
    pub(in crate::description) fn check(&self, check: &Checker<'_>) -> Checked {
        use ProblemWord::{Colouring, MaxCut, Qubo, Queens, Tsp};
        let one_of = |kinds: &[ProblemWord]| kinds.contains(&self.kind);
        let only = |key: &str, given: bool, kinds: &[ProblemWord]| {
            let names: Vec<String> = kinds
                .iter()
                .map(|of| format!("\"{}\"", of.name()))
                .collect();
            let when = format!("kind = {}", names.join(" or "));
            check.only(&format!("problem.{key}"), given, one_of(kinds), &when)
        };
        only("file", self.file.is_some(), &[MaxCut, Qubo, Tsp, Colouring])?;
        only("format", self.format.is_some(), &[MaxCut, Tsp, Colouring])?;
        only("size", self.size.is_some(), &[Queens])?;
        only("colours", self.colours.is_some(), &[Colouring])?;
        only("mapping", self.mapping.is_some(), &[Tsp])?;
        only("unit", self.unit.is_some(), &[Tsp])?;
        only("penalty", self.penalty.is_some(), &[Tsp, Queens, Colouring])?;
        only("conflict", self.conflict.is_some(), &[Queens, Colouring])?;
        let needed = |key: &str, given: bool, case: bool| match case && !given {
            true => {
                let message = format!("`{key}` is missing");
                let kind = self.kind.name();
                let expected = format!("`{key}` beside kind = \"{kind}\"");
                check.conflict("problem", message, &expected)
            }
            false => Ok(()),
        };
        needed("file", self.file.is_some(), self.kind != Queens)?;
        needed("size", self.size.is_some(), self.kind == Queens)?;
        needed("colours", self.colours.is_some(), self.kind == Colouring)?;
        let format = match self.kind {
            Tsp => self.tour_format().is_some(),
            _ => self.graph_format().is_some(),
        };
        if self.format.is_some() && !format {
            let expected = match self.kind {
                Tsp => "`coordinates` or `matrix`",
                _ => "`gset`, `edges` or `dimacs`",
            };
            let message = "this format is one of another kind of problem";
            check.conflict("problem.format", message, expected)?;
        }
        if let Some(colours) = self.colours {
            check.count(
                "problem.colours",
                "the number of colours",
                colours,
                MAX_COLOURS,
            )?;
        }
        let weights = [
            ("problem.unit", "the unit", self.unit),
            ("problem.penalty", "the penalty", self.penalty),
            (
                "problem.conflict",
                "the weight of a conflict",
                self.conflict,
            ),
        ];
        for (field, what, value) in weights {
            if let Some(value) = value {
                check.range(field, what, value, 1e-9, 1e9)?;
            }
        }
        Ok(())
    }
}

/// The most colours.
const MAX_COLOURS: usize = 64;
