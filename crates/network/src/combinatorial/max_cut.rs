//! The heaviest cut of a graph.

use std::path::Path;

use super::binary::{Mapped, compact};
use super::{Graph, GraphFormat, bit};
use crate::diagnostic::NetworkError;
use crate::dynamics::Answer;
use crate::ising::Ising;

/// A graph whose vertices are to be parted so that the edges between the parts weigh most.
#[derive(Debug, Clone, PartialEq)]
pub struct MaxCut {
    /// The graph.
    pub graph: Graph,
}

/// Names of a side that are shown at most.
const SHOWN: usize = 24;

impl MaxCut {
    /// Reads the graph.
    ///
    /// # Errors
    /// What is wrong with the file, at its line.
    pub fn read(path: &Path, format: Option<GraphFormat>) -> Result<MaxCut, NetworkError> {
        let graph = Graph::read(path, format, true)?;
        Ok(MaxCut { graph })
    }

    /// `cut = (sum w - sum w s s) / 2`, so that `J = -w` and the energy is the sum of `w s s`.
    pub fn mapped(&self) -> Mapped {
        let links = self.graph.edges().iter().flat_map(|edge| {
            let [a, b] = edge.ends;
            [(a, b, -edge.weight), (b, a, -edge.weight)]
        });
        let total: f64 = self.graph.edges().iter().map(|edge| edge.weight).sum();
        let vertices = self.graph.vertices();
        Mapped {
            model: Ising {
                couplings: compact(vertices, &links.collect::<Vec<_>>()),
                field: vec![0.0; vertices],
            },
            scale: -2.0,
            constant: total / 2.0,
        }
    }

    /// The weight of a cut.
    pub fn cut(&self, bits: &[bool]) -> f64 {
        let edges = self.graph.edges().iter();
        let between = edges.filter(|edge| {
            let [a, b] = edge.ends;
            bit(bits, a) != bit(bits, b)
        });
        between.map(|edge| edge.weight).sum()
    }

    /// The weight of the cut, and the smaller of its sides.
    pub fn answer(&self, bits: &[bool]) -> Answer {
        let labels = self.graph.labels().iter().enumerate();
        let (one, other): (Vec<_>, Vec<_>) = labels.partition(|(place, _)| bit(bits, *place));
        let (few, many) = match one.len() <= other.len() {
            true => (one, other.len()),
            false => (other, one.len()),
        };
        let mut shown: Vec<&str> = few.iter().take(SHOWN).map(|(_, it)| it.as_str()).collect();
        if few.len() > SHOWN {
            shown.push("..");
        }
        Answer {
            measure: "cut",
            value: self.cut(bits),
            valid: true,
            lines: vec![format!(
                "{} vertices against {many}: {}",
                few.len(),
                shown.join(" ")
            )],
        }
    }
}
