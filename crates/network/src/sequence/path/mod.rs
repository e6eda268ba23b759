//! Layers that give the best path of hidden states or tags through a whole sequence: hidden Markov
//! models and linear-chain conditional random fields.

mod build;
mod probability;
mod scores;

pub use probability::logarithms;
pub use scores::Scores;

use super::gates::{list, sane, shape};
use super::tokens::{one_token, place as token};
use super::{Layer, Output, SequenceNetwork};
use crate::matrix::Matrix;
use crate::problem::Problem;

/// The longest sequence that may be stated.
pub const MAX_LONGEST: usize = 16_384;

/// The most hidden states or tags.
pub const MAX_TAGS: usize = 64;

/// The path of the largest score `s_{y_1} + sum_t a_{y_t y_{t+1}} + sum_t b_{y_t}(x_t) + e_{y_T}` over
/// the tags y of a sequence x, one tag a step.
///
/// A hidden Markov model has logarithms of probabilities as scores, and `e = 0`: the path is the most
/// probable one (Rabiner, A tutorial on hidden Markov models, Proceedings of the IEEE 77, 1989). A
/// conditional random field has weights, and its `b` comes from the layers before it (Lafferty, McCallum
/// and Pereira, Conditional random fields, ICML 2001).
#[derive(Debug, Clone, PartialEq)]
pub struct BestPath {
    /// s, [tags].
    pub start: Vec<f64>,
    /// a, [tags, tags], from row to column.
    pub transition: Matrix,
    /// e, [tags].
    pub end: Vec<f64>,
    /// b.
    pub emission: Emission,
    /// The most steps of a sequence.
    pub longest: usize,
}

/// Where the scores of the tags in a step come from.
#[derive(Debug, Clone, PartialEq)]
pub enum Emission {
    /// Hidden Markov: the input is a token, the number of a symbol; a table [tags, symbols]. One beyond
    /// the vocabulary has the score 0 in every tag.
    Symbols(Matrix),
    /// Conditional random field: the input is the scores.
    Given,
}

impl BestPath {
    /// Its tags.
    pub fn tags(&self) -> usize {
        self.start.len()
    }

    /// The number of symbols; `None` where it is given scores.
    pub fn vocabulary(&self) -> Option<usize> {
        match &self.emission {
            Emission::Symbols(table) => Some(table.columns()),
            Emission::Given => None,
        }
    }

    /// Its scores along a path.
    pub fn scores(&self) -> Scores<f64> {
        let transition = &self.transition;
        let rows =
            (0..transition.rows()).map(|row| transition.row(row).map(|(_, of)| of).collect());
        Scores {
            start: self.start.clone(),
            transition: rows.collect(),
            end: self.end.clone(),
        }
    }

    /// The scores of the tags in the steps of a sequence, [step, tag].
    pub fn emissions(&self, sequence: &[Vec<f64>]) -> Vec<Vec<f64>> {
        let of = |x: &Vec<f64>| match &self.emission {
            Emission::Given => x.clone(),
            Emission::Symbols(table) => {
                let symbol = token(x);
                let score = |tag| symbol.map_or(0.0, |symbol| table.get(tag, symbol));
                (0..table.rows()).map(score).collect()
            }
        };
        sequence.iter().map(of).collect()
    }

    /// The best path through a sequence.
    pub fn path(&self, sequence: &[Vec<f64>]) -> Vec<usize> {
        self.scores().best_path(&self.emissions(sequence))
    }

    /// The vectors that it gives for a sequence: the number of a tag in each step.
    pub fn run(&self, sequence: &[Vec<f64>]) -> Vec<Vec<f64>> {
        let path = self.path(sequence).into_iter();
        path.map(|tag| vec![tag as f64]).collect()
    }

    /// That its parts fit each other and so many inputs.
    pub(super) fn check(&self, inputs: usize) -> Result<(), Problem> {
        let tags = self.tags();
        sane(tags, None)?;
        shape("the matrix of transitions", &self.transition, tags, tags)?;
        list("the list of end scores", &self.end, tags)?;
        match &self.emission {
            Emission::Symbols(table) => {
                one_token(inputs)?;
                shape("the matrix of emissions", table, tags, table.columns())
            }
            Emission::Given if inputs == tags => Ok(()),
            Emission::Given => Err(Problem::Shape {
                what: "the input of the layer",
                found: format!("{inputs} elements"),
                expected: format!("{tags} elements, a score for each tag"),
            }),
        }
    }
}

/// That a layer that gives the best path stands last, and that each sequence is by itself and gives its
/// whole path.
pub(super) fn place(network: &SequenceNetwork, number: usize) -> Result<(), Problem> {
    if network
        .layers
        .get(number)
        .and_then(Layer::best_path)
        .is_none()
    {
        return Ok(());
    }
    let last = number + 1 == network.layers.len();
    let wrong = [
        (
            !last,
            "a layer takes the best path",
            "the best path as the last layer",
        ),
        (
            network.output == Output::Last,
            "the best path is known for every step, and only the last one is given",
            "`output = \"every_step\"`",
        ),
        (
            network.carry,
            "the best path belongs to one sequence, and states are carried on",
            "no `carry`",
        ),
    ];
    first_conflict(wrong)
}

/// The first of some conflicts that is one: whether it is, what it is, and what would be right.
pub(super) fn first_conflict<const N: usize>(
    conflicts: [(bool, &'static str, &'static str); N],
) -> Result<(), Problem> {
    match conflicts.into_iter().find(|(wrong, _, _)| *wrong) {
        None => Ok(()),
        Some((_, message, expected)) => Err(Problem::Conflict {
            message: message.into(),
            expected: expected.into(),
        }),
    }
}
