//! The walk through the nodes of a model.

use std::collections::{HashMap, HashSet};
use std::path::Path;

use super::OnnxOptions;
use super::arithmetic::is_arithmetic;
use super::attributes::{Attributes, Reason};
use super::model::{Model, Node, Setting};
use super::numbers::numbers;
use super::track::Value;
use crate::axes::{Atom, Layout};
use crate::draft::Draft;
use crate::error::{Blocker, ImportError, one_line};

/// The most numbers that are read and made, in all: a gibibyte of them.
const BUDGET: usize = 1 << 27;
/// The most names that a note lists.
const LISTED: usize = 20;

/// A chain of layers that is being made of a model.
pub struct Importer<'a> {
    pub(super) model: &'a Model<'a>,
    pub(super) options: &'a OnnxOptions,
    folder: Option<&'a Path>,
    values: HashMap<&'a str, Value>,
    pub(super) draft: Draft,
    /// Counts the changes of the chain, so that nothing is made of what stands before one.
    pub(super) version: usize,
    /// The number of atoms that there are.
    atoms: usize,
    /// Lengths of atoms that were not declared and became known.
    pub(super) learned: HashMap<usize, usize>,
    /// The parts of atoms that were cut.
    pub(super) parts: HashMap<usize, Vec<Atom>>,
    /// The input that the vectors come from, with what its axes run over.
    pub(super) source: Option<(usize, Vec<Vec<Atom>>)>,
    /// The atoms of an input vector, once a layer takes it.
    pub(super) entry: Option<Vec<Atom>>,
    /// What runs over steps and over sequences, once a recurrent layer says so.
    pub(super) steps: Option<[Vec<Atom>; 2]>,
    /// The input that gives the steps of each sequence, once a recurrent layer says so.
    pub(super) sequence_lengths: Option<Option<String>>,
    /// The directions of the last recurrent layer, where they are two.
    pub(super) directions: Option<Atom>,
    blockers: Vec<Blocker>,
    /// The names on which the output depends.
    needed: HashSet<&'a str>,
    /// How many numbers may still be read or made.
    budget: usize,
}

impl<'a> Importer<'a> {
    /// Of a model whose other files stand in `folder`, where they may be read.
    pub fn new(
        model: &'a Model<'a>,
        folder: Option<&'a Path>,
        options: &'a OnnxOptions,
    ) -> Importer<'a> {
        Importer {
            model,
            options,
            folder,
            values: HashMap::new(),
            draft: Draft {
                title: model.graph.name.to_string(),
                inputs: 0,
                layers: vec![],
                last: false,
                layout: Layout::default(),
                notes: vec![],
            },
            version: 0,
            atoms: 0,
            learned: HashMap::new(),
            parts: HashMap::new(),
            source: None,
            entry: None,
            steps: None,
            sequence_lengths: None,
            directions: None,
            blockers: vec![],
            needed: HashSet::new(),
            budget: BUDGET,
        }
    }

    /// Makes the chain.
    pub fn import(mut self) -> Result<Draft, ImportError> {
        let graph = &self.model.graph;
        let output = self.output()?;
        self.needed = needed(&graph.nodes, output);
        let needed = self.needed.clone();
        for tensor in graph.tensors.iter().filter(|it| needed.contains(it.name)) {
            let value = Value::of(numbers(tensor, self.folder)?);
            self.spend(&value)?;
            self.values.insert(tensor.name, value);
        }
        for (number, input) in graph.inputs.iter().enumerate() {
            self.values
                .entry(input.name)
                .or_insert(Value::Input(number));
        }
        let is_needed = |node: &&Node<'_>| node.outputs.iter().any(|name| needed.contains(name));
        for node in graph.nodes.iter().filter(is_needed) {
            self.node(node)?;
        }
        if !self.blockers.is_empty() {
            return Err(ImportError::Unsupported {
                blockers: self.blockers,
            });
        }
        let ignored = graph.nodes.iter().filter(|node| !is_needed(node)).count();
        if ignored > 0 {
            let shown = one_line(output);
            let nodes = if ignored == 1 {
                "node was"
            } else {
                "nodes were"
            };
            self.note(format!(
                "{ignored} {nodes} left out, on which `{shown}` does not depend"
            ));
        }
        let others = graph.outputs.iter().filter(|it| it.name != output);
        for other in others.clone().take(LISTED) {
            self.note(format!(
                "the output `{}` was left out",
                one_line(other.name)
            ));
        }
        let more = others.count().saturating_sub(LISTED);
        if more > 0 {
            self.note(format!("{more} more outputs were left out"));
        }
        self.finish(output)
    }

    /// Whether the output depends on a name.
    pub(super) fn is_needed(&self, name: &str) -> bool {
        self.needed.contains(name)
    }

    /// What a name stands for.
    pub(super) fn value(&self, name: &str) -> Option<Value> {
        self.values.get(name).cloned()
    }

    /// Counts numbers that are kept, so that a small file cannot make many.
    fn spend(&mut self, value: &Value) -> Result<(), ImportError> {
        let count = value.constant().map_or(0, |tensor| tensor.values.len());
        let left = self.budget.checked_sub(count);
        self.budget = left.ok_or_else(|| ImportError::Model {
            message: format!("the model holds and makes more than {BUDGET} numbers"),
            expected: "a smaller model".into(),
        })?;
        Ok(())
    }

    /// Counts numbers that are gone through, as those that are kept.
    pub(super) fn count(&mut self, numbers: usize) -> Result<(), Reason> {
        let left = self.budget.checked_sub(numbers);
        self.budget = left.ok_or("the model makes more numbers than are built")?;
        Ok(())
    }

    /// The output that is built.
    fn output(&self) -> Result<&'a str, ImportError> {
        let outputs = &self.model.graph.outputs;
        let found = match &self.options.output {
            Some(name) => outputs.iter().find(|output| output.name == name),
            None => outputs.first(),
        };
        let names: Vec<String> = outputs
            .iter()
            .take(20)
            .map(|it| format!("`{}`", one_line(it.name)))
            .collect();
        found
            .map(|output| output.name)
            .ok_or_else(|| ImportError::Model {
                message: match &self.options.output {
                    Some(name) => format!("the model has no output `{}`", one_line(name)),
                    None => "the model has no output".into(),
                },
                expected: match names.is_empty() {
                    true => "a model that gives something".into(),
                    false => format!("one of {}", names.join(", ")),
                },
            })
    }

    /// Says what was folded or left out.
    pub(super) fn note(&mut self, note: impl Into<String>) {
        let note = note.into();
        if !self.draft.notes.contains(&note) {
            self.draft.notes.push(note);
        }
    }

    /// Something new that axes may run over; none for a length of 1.
    pub(super) fn atom(&mut self, length: Option<usize>) -> Option<Atom> {
        if length == Some(1) {
            return None;
        }
        self.atoms += 1;
        Some(Atom {
            id: self.atoms,
            length,
        })
    }

    /// The name of a node in messages: its own, or that of what it gives.
    fn shown(node: &Node<'_>) -> String {
        let mut given = node.outputs.iter().filter(|name| !name.is_empty());
        let first = given.next().copied().unwrap_or_default();
        one_line(if node.name.is_empty() {
            first
        } else {
            node.name
        })
    }

    /// A node in notes: its operator and its name.
    pub(super) fn label(node: &Node<'_>) -> String {
        format!("{} `{}`", one_line(node.operator), Importer::shown(node))
    }

    fn node(&mut self, node: &'a Node<'a>) -> Result<(), ImportError> {
        let known = |name: &&'a str| match *name {
            "" => None,
            name => Some(self.values.get(name).cloned().unwrap_or(Value::Blocked)),
        };
        let inputs: Vec<Option<Value>> = node.inputs.iter().map(known).collect();
        let is_open = |name: &&&str| !name.is_empty() && !self.values.contains_key(**name);
        let open = node.inputs.iter().find(is_open).map(|name| one_line(name));
        let given = match (node.operator, node.attributes.as_slice()) {
            ("Constant", [attribute]) if attribute.name == "value" => match &attribute.value {
                Setting::Tensor(tensor) => Ok(vec![Value::of(numbers(tensor, self.folder)?)]),
                _ => Err("`value` is no tensor".into()),
            },
            _ => match open {
                Some(name) => Err(format!("it takes `{name}`, which nothing before it gives")),
                None => self.apply(node, &inputs),
            },
        };
        let mut given = match given {
            Ok(given) => given.into_iter(),
            Err(reason) => {
                self.blockers.push(Blocker {
                    node: Importer::shown(node),
                    operator: one_line(node.operator),
                    reason,
                });
                vec![].into_iter()
            }
        };
        for name in &node.outputs {
            let value = given.next().unwrap_or(Value::Blocked);
            self.spend(&value)?;
            if !name.is_empty() {
                self.values.insert(name, value);
            }
        }
        Ok(())
    }

    /// What a node gives; nothing where what it takes is blocked.
    fn apply(
        &mut self,
        node: &'a Node<'a>,
        inputs: &[Option<Value>],
    ) -> Result<Vec<Value>, Reason> {
        if !matches!(node.domain, "" | "ai.onnx") {
            let domain = one_line(node.domain);
            return Err(format!("operators of `{domain}` are not known"));
        }
        let blocked = inputs
            .iter()
            .flatten()
            .any(|it| matches!(it, Value::Blocked));
        let label = Importer::label(node);
        match node.operator {
            "RNN" | "GRU" | "LSTM" => self.recurrent(node, inputs, blocked, &label),
            "Conv" | "ConvTranspose" => self.convolution(node, inputs, blocked, &label),
            "MaxPool" | "AveragePool" => self.pool(node, inputs, blocked, &label),
            "GlobalMaxPool" | "GlobalAveragePool" | "ReduceMax" | "ReduceMean" => {
                self.reduced(node, inputs, blocked, &label)
            }
            "BatchNormalization" => self.normalised(node, inputs, blocked, &label),
            "Gemm" | "MatMul" if blocked => Ok(vec![]),
            "Gemm" => self.gemm(node, inputs, &label),
            "MatMul" => self.matmul(node, inputs, &label),
            "Softmax" | "ArgMax" if blocked => Ok(vec![]),
            "Softmax" => self.softmax(node, inputs, &label),
            "ArgMax" => self.argmax(node, inputs, &label),
            "Pad" if blocked => Ok(vec![]),
            "Pad" => self.pad(node, inputs, &label),
            operator if is_arithmetic(operator) => self.arithmetic(node, inputs, blocked, &label),
            operator => match self.shaping(node, inputs, blocked)? {
                Some(given) => Ok(given),
                None if super::elementwise::is_known(operator) => {
                    self.elementwise(node, inputs, blocked, &label)
                }
                None => Err("this operator is not built".into()),
            },
        }
    }
}

/// The names on which an output depends.
fn needed<'a>(nodes: &'a [Node<'a>], output: &'a str) -> HashSet<&'a str> {
    let mut needed = HashSet::from([output]);
    // Nodes stand behind those that they depend on.
    for node in nodes.iter().rev() {
        if node.outputs.iter().any(|name| needed.contains(name)) {
            needed.extend(node.inputs.iter().copied().filter(|name| !name.is_empty()));
        }
    }
    needed
}

/// The attributes of a node that has none.
pub(super) fn no_attributes<'a>(node: &'a Node<'a>) -> Result<Attributes<'a>, Reason> {
    Attributes::of(node, &[])
}
