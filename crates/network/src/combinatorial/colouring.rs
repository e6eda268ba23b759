//! Colours for the vertices of a graph, neighbours with different ones.

use std::path::Path;

use super::{Binary, Graph, MAX_COUPLINGS, MAX_UNITS, Penalty, bit, within};
use crate::description::ProblemSection;
use crate::diagnostic::NetworkError;
use crate::dynamics::Answer;

/// A graph whose vertices get one of so many colours each.
#[derive(Debug, Clone, PartialEq)]
pub struct Colouring {
    /// The graph; its weights play no part.
    pub graph: Graph,
    /// The number of colours.
    pub colours: usize,
    /// The weight of a vertex without exactly one colour.
    pub penalty: f64,
    /// The weight of an edge between vertices of one colour.
    pub conflict: f64,
}

impl Colouring {
    /// Reads the graph that a section names.
    ///
    /// # Errors
    /// What is wrong with the file, at its line.
    pub fn read(path: &Path, section: &ProblemSection) -> Result<Colouring, NetworkError> {
        let graph = Graph::read(path, section.graph_format(), false)?;
        let colours = section.colours.unwrap_or(1).max(1);
        let conflict = section.conflict.unwrap_or(1.0);
        within(
            "vertices x colours",
            graph.vertices().checked_mul(colours),
            MAX_UNITS,
        )?;
        let pairs = colours * (colours - 1) / 2 * graph.vertices();
        let edges = colours.checked_mul(graph.edges().len());
        within(
            "couplings",
            edges.and_then(|edges| edges.checked_add(pairs)),
            MAX_COUPLINGS,
        )?;
        let mut problem = Colouring {
            graph,
            colours,
            penalty: 0.0,
            conflict,
        };
        problem.penalty = section.penalty.unwrap_or(problem.bound() + conflict);
        Ok(problem)
    }

    /// What the penalty must be above: a vertex without a colour gets the one that the fewest of
    /// its neighbours have, at most a colours-th of them.
    fn bound(&self) -> f64 {
        self.conflict * (self.graph.largest_degree() / self.colours) as f64
    }

    fn place(&self, vertex: usize, colour: usize) -> usize {
        vertex * self.colours + colour
    }

    /// The weighted number of conflicts, with a penalty for vertices without exactly one colour.
    pub fn binary(&self) -> Binary {
        let mut binary = Binary::new(self.graph.vertices() * self.colours);
        for vertex in 0..self.graph.vertices() {
            let places: Vec<usize> = (0..self.colours).map(|of| self.place(vertex, of)).collect();
            binary.exactly(1.0, &places, self.penalty);
        }
        for edge in self.graph.edges() {
            let [a, b] = edge.ends;
            for colour in 0..self.colours {
                binary.add(self.place(a, colour), self.place(b, colour), self.conflict);
            }
        }
        binary
    }

    /// The penalty of vertices without exactly one colour.
    pub fn penalties(&self) -> Vec<Penalty> {
        let (degree, colours) = (self.graph.largest_degree(), self.colours);
        vec![
            Penalty {
                name: "penalty",
                value: self.penalty,
                above: self.bound(),
                reason: format!(
                    "a vertex has {degree} neighbours at most, so that one of {colours} colours is \
                     that of {} of them at most: to give a vertex its colour costs that many \
                     conflicts and saves the penalty, and a second colour only costs; so every \
                     ground state has one colour a vertex, and as few conflicts as can be",
                    degree / colours
                ),
            },
            Penalty {
                name: "conflict",
                value: self.conflict,
                above: 0.0,
                reason: "the unit of the objective".into(),
            },
        ]
    }

    /// The colours, and the number of edges between vertices of one colour.
    pub fn answer(&self, bits: &[bool]) -> Answer {
        let of = |vertex: usize| -> Vec<usize> {
            let colours = 0..self.colours;
            colours
                .filter(|&colour| bit(bits, self.place(vertex, colour)))
                .collect()
        };
        let colours: Vec<Vec<usize>> = (0..self.graph.vertices()).map(of).collect();
        let shared = |&[a, b]: &[usize; 2]| match (colours.get(a), colours.get(b)) {
            (Some(a), Some(b)) => a.iter().any(|colour| b.contains(colour)),
            _ => false,
        };
        let edges = self.graph.edges().iter().map(|edge| edge.ends);
        let conflicts = edges.filter(shared).count();
        let line = |(label, colours): (&String, &Vec<usize>)| match colours[..] {
            [] => format!("{label}: no colour"),
            [colour] => format!("{label}: {colour}"),
            _ => format!("{label}: {} colours", colours.len()),
        };
        Answer {
            measure: "conflicts",
            value: conflicts as f64,
            valid: conflicts == 0 && colours.iter().all(|of| of.len() == 1),
            lines: self.graph.labels().iter().zip(&colours).map(line).collect(),
        }
    }
}
