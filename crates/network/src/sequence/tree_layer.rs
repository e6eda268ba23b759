//! From the description of a tree network to the layer, and the programs that it is given.

use super::build::{Reader, matrix};
use super::{Cell, Postfix, SequenceNetwork, Tree};
use crate::activation::Activation;
use crate::description::TreeSection;
use crate::diagnostic::NetworkError;
use crate::problem::Problem;

impl Reader<'_> {
    /// A tree network.
    ///
    /// # Errors
    /// Weights of another shape.
    pub(super) fn tree(&self) -> Result<Tree, NetworkError> {
        let none = || Problem::MissingKey {
            key: "tree".into(),
            expected: "`tree`: the tokens and the stack".into(),
        };
        let section = self.section;
        let described = section.tree.as_ref().ok_or_else(none);
        let described = self.fit("tree", described)?;
        let units = self.units();
        let rows = |operators: &[String]| operators.len().saturating_mul(units);
        let (unary, binary) = (rows(&described.unary), rows(&described.binary));
        let leaves = (described.leaves.len(), units);
        let (source, what) = (Some(described.embedding.clone()), "the matrix of leaves");
        let embedding = self.array(&source, leaves, what, "tree.embedding")?;
        let what = "the matrix of unary operators";
        let u = self.array(&described.u, (unary, units), what, "tree.u")?;
        let what = "the list of biases of unary operators";
        let a = self.list(&described.u_bias, unary, what, "tree.u_bias")?;
        let both = units.saturating_mul(2);
        let what = "the matrix of binary operators";
        let w = self.array(&section.w, (binary, both), what, "w")?;
        let what = "the list of biases of binary operators";
        let b = self.list(&section.bias, binary, what, "bias")?;
        let mut activations = self.activations(0)?.into_iter();
        Ok(Tree {
            postfix: postfix(described),
            embedding: matrix(leaves.0, leaves.1, embedding.as_ref(), 0),
            unary: matrix(unary, units, u.as_ref(), 0),
            unary_bias: a.of(0).to_vec(),
            binary: matrix(binary, both, w.as_ref(), 0),
            binary_bias: b.of(0).to_vec(),
            activation: activations.next().unwrap_or_else(Activation::identity),
        })
    }
}

fn postfix(described: &TreeSection) -> Postfix {
    Postfix {
        leaves: described.leaves.clone(),
        unary: described.unary.clone(),
        binary: described.binary.clone(),
        depth: described.depth,
    }
}

impl SequenceNetwork {
    /// Where the network takes programs: what their tokens do.
    pub fn postfix(&self) -> Option<&Postfix> {
        self.cells().find_map(|cell| match cell {
            Cell::Tree(tree) => Some(&tree.postfix),
            _ => None,
        })
    }

    /// That every sequence is a program, where the network takes programs.
    ///
    /// # Errors
    /// [`Problem::Postfix`] of the first one that is none.
    pub(super) fn check_programs(&self, sequences: &[Vec<Vec<f64>>]) -> Result<(), Problem> {
        let Some(postfix) = self.postfix() else {
            return Ok(());
        };
        let mut numbered = sequences.iter().enumerate();
        numbered.try_for_each(|(number, sequence)| postfix.check(number, sequence))
    }
}
