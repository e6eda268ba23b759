//! What the nodes of a model give.

use std::rc::Rc;

use network::Tensor;

use crate::axes::Atom;

/// What a node gives.
#[derive(Debug, Clone)]
pub enum Value {
    /// Numbers.
    Constant(Rc<Tensor>),
    /// The same number everywhere, in a shape that is known only when the model runs.
    Filled(f64),
    /// Lengths of axes, some of which are known only when the model runs.
    Lengths(Vec<Option<i64>>),
    /// An input of the model, by its number, of which nothing has been made yet.
    Input(usize),
    /// Vectors on their way through the chain.
    Track(Track),
    /// What a node would give that cannot be built.
    Blocked,
}

/// Vectors on their way through the chain of layers.
#[derive(Debug, Clone)]
pub struct Track {
    /// What each axis runs over.
    pub axes: Vec<Vec<Atom>>,
    /// The atoms of a vector, the slower first; none of the model's input, of which it is not known
    /// before a layer takes it.
    pub vector: Option<Vec<Atom>>,
    /// The state of the chain whose output this is.
    pub version: usize,
    /// Which output of the layer.
    pub take: Take,
    /// Whether only the last step is left.
    pub last: bool,
    /// Whether only the first step is left, of a layer that reads both ways: the last state of the
    /// direction that reads from the end, once that is chosen.
    pub first: bool,
    /// The direction that was chosen of a bidirectional layer.
    pub part: Option<usize>,
    /// Zeros before and behind each axis, which only a window takes; empty where there are none. The
    /// axes are as long as without them.
    pub zeros: Vec<(usize, usize)>,
    /// What is still to be done to each element, the first first.
    pub scalings: Vec<Rc<Scaling>>,
}

/// `factor x + offset` of each element.
#[derive(Debug, Clone, PartialEq)]
pub struct Scaling {
    /// The node that asks for it, in one line.
    pub label: String,
    /// What the numbers run over, the slower first; nothing where there is one of each.
    pub atoms: Vec<Atom>,
    /// The factors.
    pub factors: Vec<f64>,
    /// The offsets, as many.
    pub offsets: Vec<f64>,
}

/// Which output of a recurrent layer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Take {
    /// That of each step, `Y`; all that other layers have.
    Steps,
    /// `Y_h`.
    LastState,
    /// `Y_c`.
    LastCells,
}

impl Value {
    /// The numbers, where they are known.
    pub fn constant(&self) -> Option<&Tensor> {
        match self {
            Value::Constant(tensor) => Some(tensor),
            _ => None,
        }
    }

    /// Whole numbers of a shape, axis or index, each known or not.
    pub fn lengths(&self) -> Option<Vec<Option<i64>>> {
        match self {
            Value::Constant(tensor) => {
                // Beyond 2^53 only the ends of slices stand, for which any large number will do.
                Some(
                    tensor
                        .values
                        .iter()
                        .map(|&value| Some(value as i64))
                        .collect(),
                )
            }
            Value::Lengths(lengths) => Some(lengths.clone()),
            _ => None,
        }
    }

    /// Whole numbers, all of them known.
    pub fn integers(&self) -> Option<Vec<i64>> {
        self.lengths()?.into_iter().collect()
    }

    /// Numbers as a value.
    pub fn of(tensor: Tensor) -> Value {
        Value::Constant(Rc::new(tensor))
    }
}
