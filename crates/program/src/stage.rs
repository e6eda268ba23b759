//! Stages: what is gathered, and what is applied to it.

use serde::{Deserialize, Serialize};

use crate::format::Format;
use crate::rounding::{Overflow, Rounding};

/// A vector of a program, by its place in [`crate::Program::vectors`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct VectorId(pub usize);

/// The arrangement of a vector's elements.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Shape {
    /// So many units in a row.
    Units(usize),
    /// Cells row by row from the north, each row from the west.
    Grid {
        /// Rows.
        rows: usize,
        /// Cells of a row.
        columns: usize,
    },
}

impl Shape {
    /// The number of elements.
    pub fn elements(self) -> usize {
        match self {
            Shape::Units(units) => units,
            Shape::Grid { rows, columns } => rows * columns,
        }
    }
}

/// What a vector is for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Loaded before a run, rewritten each step, unloaded after it.
    State,
    /// Loaded before a run, then fixed.
    Input,
    /// Written by the stages that run once, then fixed.
    Derived,
    /// Known when the program is made: raw values.
    Parameter(Vec<i64>),
    /// Written by one stage of every step, and read after it in the same step; neither loaded nor
    /// unloaded, nor part of what a fixed point is.
    Signal,
    /// As [`Role::Signal`], but unloaded with the final state.
    Output,
    /// As [`Role::Signal`], but unloaded after every step. A program with such vectors has neither
    /// states nor outputs, which would leave at the end.
    Emitted,
    /// Given anew for each step, or for each step of a phase that feeds: in the t-th of these (from
    /// 0) it is the t-th of the vectors that were loaded for the run, which ends where none is left
    /// for another step at the latest.
    Sequence,
    /// One element, an unsigned bit: 1 from the step that is given the last vectors of the sequences
    /// on, until a run's first vectors are given.
    Last,
    /// Rewritten each step as a state is, but not unloaded, and loaded only where that is said.
    Kept(Kept),
    /// Elements of other vectors of the same format, one after the other, as they stand when a
    /// stage reads them. All elements of the parts together are those of the vector.
    Joined(Vec<Part>),
    /// One raw value a step, the same for every element: that of step t (from 0) is the t-th, and
    /// the last one from there on. At least one.
    Schedule(Vec<i64>),
    /// Random bits, new for every element of every step; see [`crate::noise`]. The format is
    /// unsigned, of at most 32 bits.
    Noise {
        /// Seeds the generator; only the low 32 bits count, and 0 stands for 1.
        seed: u64,
    },
    /// What another vector was some steps before.
    Past(Past),
    /// What another vector was when it was written to a place of a memory.
    Recalled(Recalled),
}

impl Role {
    /// Whether one value for each element is loaded before a run.
    pub fn is_loaded(&self) -> bool {
        match self {
            Role::State | Role::Input => true,
            Role::Kept(kept) => kept.begins == Begins::Loaded,
            _ => false,
        }
    }
}

/// A word of a memory of whole vectors, of the same shape and format as its vector.
///
/// Its value in a step is the word at address `read`, as that stands when the step begins. After a
/// step that gives `of` a value (a stage that runs in it writes `of`, or `of` is a sequence that the
/// step was given), that is stored at address `write`, as it stands then. Words that were never
/// stored are 0 (-1 where bipolar); words stay from one run to the next, and through a reset.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Recalled {
    /// What is stored: a sequence, a signal, an emitted or a kept vector.
    pub of: VectorId,
    /// One element, kept; its format is that of the addresses, unsigned and without a fraction, at
    /// most [`Recalled::MAX_BITS`] wide. The memory has a word for each.
    pub read: VectorId,
    /// One element of the same format: kept, or a signal that is written in every step that stores.
    pub write: VectorId,
    /// Words of the memory: one for each address.
    pub words: usize,
}

impl Recalled {
    /// The widest address.
    pub const MAX_BITS: u32 = 16;

    /// The vectors that are read to make it: what is stored, and the addresses.
    pub fn reads(&self) -> [VectorId; 3] {
        [self.of, self.read, self.write]
    }
}

/// How a vector begins that is kept from step to step.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Kept {
    /// Its raw values before the first step.
    pub start: Vec<i64>,
    /// What a run finds there.
    pub begins: Begins,
}

/// What a run finds in a vector that is kept from step to step.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Begins {
    /// The start values.
    Anew,
    /// What the run before left; the first run finds the start values.
    Across,
    /// What it was loaded with, as a state is.
    Loaded,
}

/// Some elements of a vector.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Part {
    /// The vector: one that is loaded, fed or written by a stage.
    pub of: VectorId,
    /// The first of them.
    pub first: usize,
    /// How many, at least 1.
    pub count: usize,
}

/// A vector as it was some steps before, of the same shape and format.
///
/// In step t (from 0), with delay d, it has the value that a state had before step t - d, or that a
/// signal or output was given in step t - d. Where that is before step 0, its value is that of
/// `start[d - t - 1]`, or of the last of `start`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Past {
    /// The vector: a state, signal or output.
    pub of: VectorId,
    /// How many steps before.
    pub delay: Delay,
    /// What stands for the time before step 0, one step before it first: inputs, derived vectors,
    /// parameters, or states as they were loaded; at least one.
    pub start: Vec<VectorId>,
}

/// A number of steps, at least 1.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Delay {
    /// Always the same.
    Steps(usize),
    /// That of step t (from 0) is the t-th, and the last one from there on; at least one.
    Schedule(Vec<usize>),
}

impl Delay {
    /// The delay in step `step`, from 0.
    pub fn at(&self, step: u64) -> usize {
        match self {
            Delay::Steps(steps) => *steps,
            Delay::Schedule(steps) => scheduled(steps, step).unwrap_or(1),
        }
    }

    /// The longest delay.
    pub fn longest(&self) -> usize {
        match self {
            Delay::Steps(steps) => *steps,
            Delay::Schedule(steps) => steps.iter().copied().max().unwrap_or(1),
        }
    }
}

/// The value of a schedule in step `step`, from 0: the last one goes on.
pub fn scheduled<T: Copy>(values: &[T], step: u64) -> Option<T> {
    let last = values.len().checked_sub(1)?;
    let place = usize::try_from(step).unwrap_or(last).min(last);
    values.get(place).copied()
}

/// A vector of words of one format.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Vector {
    /// Its name, an identifier, unique in the program.
    pub name: String,
    /// How its elements are arranged.
    pub shape: Shape,
    /// The format of an element.
    pub format: Format,
    /// What it is for.
    pub role: Role,
}

impl Vector {
    /// Words that stand for it from one step to the next: its elements, those of a schedule, or
    /// those of all the steps that are remembered; none for what is computed anew in each step.
    pub fn kept_words(&self) -> usize {
        let elements = self.shape.elements();
        match &self.role {
            Role::State | Role::Input | Role::Parameter(_) | Role::Sequence | Role::Kept(_) => {
                elements
            }
            Role::Derived
            | Role::Signal
            | Role::Output
            | Role::Emitted
            | Role::Joined(_)
            | Role::Last
            | Role::Noise { .. } => 0,
            Role::Schedule(values) => values.len(),
            Role::Past(past) => elements.saturating_mul(past.delay.longest()),
            Role::Recalled(recalled) => elements.saturating_mul(recalled.words),
        }
    }
}

/// When a stage runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum When {
    /// Once, after loading and before the first step.
    Once,
    /// In every step.
    EveryStep,
    /// In every step of the phase of this number, from 0.
    Phase(usize),
}

impl When {
    /// Whether it runs in steps, not before the first.
    pub fn in_steps(self) -> bool {
        self != When::Once
    }

    /// Whether it runs in the steps of a phase; of `None` where steps are all alike.
    pub fn runs_in(self, phase: Option<usize>) -> bool {
        match self {
            When::Once => false,
            When::EveryStep => true,
            When::Phase(of) => phase == Some(of),
        }
    }
}

/// One stage: for each element i of its targets, gather, then apply.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stage {
    /// Its name, an identifier, unique in the program.
    pub name: String,
    /// When it runs.
    pub when: When,
    /// What is summed up; [`Operation::Gathered`] names these by place.
    pub gathers: Vec<Gather>,
    /// What is computed for each element.
    pub apply: Expression,
    /// The vectors that are written, with the node of `apply` that they take. All targets have as
    /// many elements as the gathers have rows. Synchronously, no target's new value is seen
    /// within the stage.
    pub writes: Vec<(VectorId, NodeId)>,
    /// A truth node of `apply` that says whether an element is at rest. Where there is none, it is
    /// at rest when its states do not change.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rest: Option<NodeId>,
}

impl Stage {
    /// The vectors that it reads: sources of its gathers, and own elements; with repetitions.
    pub fn reads(&self) -> impl Iterator<Item = VectorId> {
        let gathered = self.gathers.iter().map(|gather| gather.source);
        let elements = self.apply.nodes.iter();
        let elements = elements.filter_map(|node| match node.operation {
            Operation::Element(vector) => Some(vector),
            _ => None,
        });
        gathered.chain(elements)
    }
}

/// `accumulator_i = offset_i + sum_j weight_ij * map(source_j)`, exact.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Gather {
    /// The vector that is read.
    pub source: VectorId,
    /// What is made of a source element before it is weighted, as an expression in which
    /// [`Operation::Element`] of the source stands for it; nothing where `None`.
    pub map: Option<(Expression, NodeId)>,
    /// The weights.
    pub weights: Weights,
    /// A parameter vector that the sum starts from, in the accumulator's fraction.
    pub offset: Option<VectorId>,
    /// The format of the sum; its fraction is that of weight and mapped source together, and its
    /// width holds the worst case, so that no partial sum overflows.
    pub accumulator: Format,
}

/// Weights of a gather: raw values and how they are arranged.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Weights {
    /// The format of a weight.
    pub format: Format,
    /// How they are arranged.
    pub arrangement: Arrangement,
    /// Where the hardware keeps them.
    pub storage: Storage,
}

/// Where the hardware keeps weights.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Storage {
    /// In a memory with fixed contents, or in logic.
    Rom,
    /// In a memory that can be loaded at run time over a stream; it starts with the weights of the
    /// description.
    Ram,
}

/// How weights are arranged.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Arrangement {
    /// A full matrix, row by row: `values[i * columns + j]` leads from source j to element i.
    Dense {
        /// Elements written.
        rows: usize,
        /// Elements of the source.
        columns: usize,
        /// `rows * columns` raw weights.
        values: Vec<i64>,
    },
    /// A few weights a row.
    Sparse {
        /// Elements of the source.
        columns: usize,
        /// For each element written: (source, raw weight), sources rising.
        rows: Vec<Vec<(usize, i64)>>,
    },
    /// One square template for every cell of a grid: the coefficient at row `k`, column `l`
    /// weighs the neighbour `k - radius` rows south and `l - radius` columns east of the cell.
    Stencil {
        /// 1 for 3x3, 2 for 5x5.
        radius: usize,
        /// `(2 radius + 1)^2` raw coefficients, row by row from the north-west.
        coefficients: Vec<i64>,
        /// What stands for cells beyond the edge.
        boundary: Boundary,
    },
}

/// What stands for cells beyond the edge of a grid.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Boundary {
    /// This raw value, in the format of the mapped source.
    Fixed(i64),
    /// The nearest cell of the grid.
    ZeroFlux,
    /// The cell at the opposite edge: the grid is a torus.
    Periodic,
}

/// A node of an expression, by its place in [`Expression::nodes`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct NodeId(pub usize);

/// What is computed for one element: nodes in order, each over earlier ones.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Expression {
    /// The nodes.
    pub nodes: Vec<Node>,
}

/// A node: a name for the reader of the hardware, what it computes, and in which format.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Node {
    /// An identifier, unique in the expression; it names the net in the Verilog.
    pub name: String,
    /// What it computes.
    pub operation: Operation,
    /// The format of its value.
    pub format: Format,
}

/// What a node computes. Arithmetic is exact: the node's format must hold every result that can
/// occur; only [`Operation::Resize`] rounds and saturates.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Operation {
    /// The sum of a gather of the stage, in its accumulator's format.
    Gathered(usize),
    /// Element i of a vector (of the same shape as the targets), as it stands before it is written.
    Element(VectorId),
    /// A raw value in the node's format.
    Constant(i64),
    /// Sum; both operands and the node have one fraction.
    Add(NodeId, NodeId),
    /// Difference; both operands and the node have one fraction.
    Subtract(NodeId, NodeId),
    /// Product; the node's fraction is the sum of the operands' fractions.
    Multiply(NodeId, NodeId),
    /// The same word with its point moved: the node has the operand's coding and width, and any
    /// fraction. Costs nothing; multiplies by a power of two.
    Scale(NodeId),
    /// 1 where the left is below the right; operands of one fraction, the node is `u1f0`.
    Less(NodeId, NodeId),
    /// `if condition then high else low`; the branches have the node's format.
    Select {
        /// A `u1f0` node.
        condition: NodeId,
        /// The value where the condition is 1.
        high: NodeId,
        /// The value where it is 0.
        low: NodeId,
    },
    /// The smaller one; operands have the node's format.
    Minimum(NodeId, NodeId),
    /// The larger one; operands have the node's format.
    Maximum(NodeId, NodeId),
    /// The value in the node's format, rounded and fitted.
    Resize {
        /// The operand.
        of: NodeId,
        /// What happens to dropped fraction bits.
        rounding: Rounding,
        /// What happens to values out of range.
        overflow: Overflow,
    },
    /// The entry of a table for the operand, which has the table's input format; the node has its
    /// output format.
    Lookup {
        /// The operand.
        of: NodeId,
        /// The table.
        table: TableId,
    },
}

impl Operation {
    /// The nodes whose values the operation takes, in order.
    pub fn operands(self) -> Vec<NodeId> {
        match self {
            Operation::Gathered(_) | Operation::Element(_) | Operation::Constant(_) => vec![],
            Operation::Scale(a) => vec![a],
            Operation::Resize { of, .. } | Operation::Lookup { of, .. } => vec![of],
            Operation::Add(a, b)
            | Operation::Subtract(a, b)
            | Operation::Multiply(a, b)
            | Operation::Less(a, b)
            | Operation::Minimum(a, b)
            | Operation::Maximum(a, b) => vec![a, b],
            Operation::Select {
                condition,
                high,
                low,
            } => vec![condition, high, low],
        }
    }
}

/// A table of a program, by its place in [`crate::Program::tables`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct TableId(pub usize);

/// A function of one word: an entry for each.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Table {
    /// Its name, an identifier, unique among the program's tables.
    pub name: String,
    /// The format of the argument, signed or unsigned, at most [`Table::MAX_BITS`] wide.
    pub input: Format,
    /// The format of the entries.
    pub output: Format,
    /// The raw entry for each raw argument, from the smallest to the largest.
    pub entries: Vec<i64>,
}

impl Table {
    /// The widest argument.
    pub const MAX_BITS: u32 = 16;

    /// The number of entries that an argument of this format needs.
    pub fn length(input: Format) -> usize {
        1usize.checked_shl(input.width()).unwrap_or(0)
    }

    /// The entry for a raw argument; `None` for one of another format.
    pub fn entry(&self, raw: i64) -> Option<i64> {
        let place = raw.checked_sub(self.input.min_raw())?;
        self.entries.get(usize::try_from(place).ok()?).copied()
    }

    /// The smallest and largest entry for raw arguments of an interval within the input format.
    pub fn hull(&self, low: i64, high: i64) -> Option<(i64, i64)> {
        let place = |raw: i64| usize::try_from(raw.checked_sub(self.input.min_raw())?).ok();
        let entries = self.entries.get(place(low)?..=place(high)?)?;
        Some((*entries.iter().min()?, *entries.iter().max()?))
    }
}

impl Expression {
    /// Adds a node.
    pub fn push(&mut self, name: &str, operation: Operation, format: Format) -> NodeId {
        self.nodes.push(Node {
            name: name.into(),
            operation,
            format,
        });
        NodeId(self.nodes.len() - 1)
    }

    /// The format of a node; `None` for a node of another expression.
    pub fn format(&self, node: NodeId) -> Option<Format> {
        self.nodes.get(node.0).map(|node| node.format)
    }
}
