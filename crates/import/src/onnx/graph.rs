//! The walk through the nodes of a model.

use std::collections::{HashMap, HashSet};
use std::path::Path;

use network::description::MAX_LAYERS;

use super::OnnxOptions;
use super::attributes::{Attributes, Reason};
use super::model::{Model, Node, Setting};
use super::numbers::numbers;
use super::track::{Take, Track, Value};
use crate::axes::{Atom, Layout, Role, total};
use crate::draft::{Draft, LayerDraft};
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
    learned: HashMap<usize, usize>,
    /// The input that the vectors come from, with what its axes run over.
    source: Option<(usize, Vec<Vec<Atom>>)>,
    /// The atoms of an input vector, once a layer takes it.
    entry: Option<Vec<Atom>>,
    /// What runs over steps and over sequences, once a recurrent layer says so.
    pub(super) steps: Option<[Vec<Atom>; 2]>,
    /// The input that gives the steps of each sequence, once a recurrent layer says so.
    pub(super) sequence_lengths: Option<Option<String>>,
    /// The directions of the last recurrent layer, where they are two.
    pub(super) directions: Option<Atom>,
    blockers: Vec<Blocker>,
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
            source: None,
            entry: None,
            steps: None,
            sequence_lengths: None,
            directions: None,
            blockers: vec![],
            budget: BUDGET,
        }
    }

    /// Makes the chain.
    pub fn import(mut self) -> Result<Draft, ImportError> {
        let graph = &self.model.graph;
        let output = self.output()?;
        let needed = needed(&graph.nodes, output);
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
        let label = format!("{} `{}`", one_line(node.operator), Importer::shown(node));
        match node.operator {
            "RNN" | "GRU" | "LSTM" => self.recurrent(node, inputs, blocked, &label),
            "Gemm" | "MatMul" | "Add" if blocked => Ok(vec![]),
            "Gemm" => self.gemm(node, inputs, &label),
            "MatMul" => self.matmul(node, inputs, &label),
            "Add" => self.add(node, inputs),
            "Softmax" | "ArgMax" if blocked => Ok(vec![]),
            "Softmax" => self.softmax(node, inputs, &label),
            "ArgMax" => self.argmax(node, inputs, &label),
            operator => match self.shaping(node, inputs, blocked)? {
                Some(given) => Ok(given),
                None if super::elementwise::is_known(operator) => {
                    self.elementwise(node, inputs, blocked, &label)
                }
                None => Err("this operator is not built".into()),
            },
        }
    }

    /// The vectors that a node takes.
    pub(super) fn track(&mut self, value: Option<&Option<Value>>) -> Result<Track, Reason> {
        match value {
            Some(Some(Value::Track(track))) => Ok(track.clone()),
            Some(Some(Value::Input(number))) => self.begin(*number),
            _ => Err("it does not take what comes from the input of the model".into()),
        }
    }

    /// The vectors of an input of the model.
    fn begin(&mut self, number: usize) -> Result<Track, Reason> {
        let input = self.model.graph.inputs.get(number);
        let name = one_line(input.map_or("", |input| input.name));
        let axes = match &self.source {
            Some((source, axes)) if *source == number => axes.clone(),
            Some(_) => return Err(format!("`{name}` is a second input of vectors")),
            None => {
                let shape = input.and_then(|input| input.shape.clone());
                let shape =
                    shape.ok_or_else(|| format!("the input `{name}` has no declared shape"))?;
                let axes: Vec<Vec<Atom>> = shape
                    .into_iter()
                    .map(|length| self.atom(length).into_iter().collect())
                    .collect();
                self.source = Some((number, axes.clone()));
                axes
            }
        };
        Ok(Track {
            axes,
            vector: None,
            version: 0,
            take: Take::Steps,
            last: false,
            part: None,
        })
    }

    /// That the next layer may take these vectors; settles what the one before gives.
    pub(super) fn join(&mut self, track: &Track) -> Result<(), Reason> {
        if track.version != self.version {
            return Err("it takes what other layers take too: branches are not built".into());
        }
        if track.part.is_some() {
            return Err("it takes one direction of a bidirectional layer without the other".into());
        }
        match (track.take, self.draft.layers.last_mut()) {
            (Take::Steps, _) => {}
            (Take::LastState, Some(layer)) => layer.last_state = true,
            _ => return Err("it takes the state of the cells (`Y_c`), which is not given".into()),
        }
        self.draft.last |= track.last;
        Ok(())
    }

    /// That an axis runs over whole vectors of `inputs` elements, if so many are known.
    pub(super) fn vectors(
        &mut self,
        track: &mut Track,
        axis: usize,
        inputs: Option<usize>,
    ) -> Result<(), Reason> {
        let found = track.axes.get(axis).cloned().unwrap_or_default();
        match &track.vector {
            Some(vector) if *vector != found => {
                return Err("it works along an axis that does not hold whole vectors".into());
            }
            _ => track.vector = Some(found.clone()),
        }
        self.entry.get_or_insert_with(|| found.clone());
        let Some(inputs) = inputs else {
            return Ok(());
        };
        if let [atom] = found.as_slice()
            && atom.length.is_none()
        {
            self.learned.insert(atom.id, inputs);
        }
        let length = |atom: &Atom| atom.length.or(self.learned.get(&atom.id).copied());
        let known = total(found.iter().map(length));
        let so_far = self.draft.outputs();
        if self.draft.inputs == 0 && so_far == 0 {
            self.draft.inputs = inputs;
        }
        if known != Some(inputs) || self.draft.outputs() != inputs {
            let found = known.unwrap_or(so_far);
            return Err(format!(
                "it has weights for {inputs} elements, and vectors have {found}"
            ));
        }
        Ok(())
    }

    /// Adds a layer; what it gives has these axes and vectors.
    pub(super) fn push(
        &mut self,
        layer: LayerDraft,
        axes: Vec<Vec<Atom>>,
        vector: Vec<Atom>,
    ) -> Result<Track, Reason> {
        self.add_layer(layer)?;
        Ok(Track {
            axes,
            vector: Some(vector),
            version: self.version,
            take: Take::Steps,
            last: false,
            part: None,
        })
    }

    /// Adds a layer to the chain.
    pub(super) fn add_layer(&mut self, layer: LayerDraft) -> Result<(), Reason> {
        if self.draft.layers.len() >= MAX_LAYERS {
            return Err(format!(
                "it would be layer number {}, of {MAX_LAYERS} at most",
                MAX_LAYERS + 1
            ));
        }
        self.draft.layers.push(layer);
        self.version += 1;
        Ok(())
    }

    /// Whether steps are still told apart.
    pub(super) fn has_steps(&self, track: &Track) -> bool {
        let gone = self.draft.layers.iter().any(|layer| layer.last_state);
        !(gone || self.draft.last || track.last || track.take != Take::Steps)
    }

    /// Settles the output, and where everything stands.
    fn finish(mut self, output: &str) -> Result<Draft, ImportError> {
        let fail = |message: String| ImportError::Model {
            message,
            expected: "one input of vectors, a chain of layers, and an output of vectors".into(),
        };
        let value = self.values.get(output).cloned();
        let track = self.track(Some(&value)).and_then(|track| {
            self.join(&track)?;
            Ok(track)
        });
        let shown = one_line(output);
        let track = track.map_err(|reason| fail(format!("the output `{shown}`: {reason}")))?;
        if self.draft.layers.is_empty() {
            return Err(fail("the model has no layer".into()));
        }
        let vector = track.vector.clone().unwrap_or_default();
        self.draft.layout = self.layout(&track, &vector).map_err(fail)?;
        if self.draft.inputs == 0 {
            let elements = self.draft.layout.input.iter().flatten();
            let lengths = elements.filter_map(|role| match role {
                Role::Element(length) => Some(Some(*length)),
                _ => None,
            });
            self.draft.inputs = total(lengths).unwrap_or(0);
        }
        if self.draft.inputs == 0 {
            return Err(fail(
                "the number of elements of an input vector is not known".into(),
            ));
        }
        Ok(self.draft)
    }

    /// Where steps and elements stand in the arrays of the model.
    fn layout(&self, track: &Track, vector: &[Atom]) -> Result<Layout, String> {
        let Some((_, input)) = &self.source else {
            return Err("no layer takes an input of the model".into());
        };
        let [mut steps, mut sequences] = self.steps.clone().unwrap_or_default();
        let is_outer = |atom: &Atom| input.iter().flatten().any(|it| it == atom);
        let outer = |axes: &[Vec<Atom>]| -> Vec<Atom> {
            let all = axes.iter().flatten().copied();
            all.filter(|atom| is_outer(atom) && !vector.contains(atom))
                .collect()
        };
        if self.steps.is_none() {
            // Nothing tells sequences from steps: the first axis counts the sequences.
            let mut left = outer(&track.axes).into_iter();
            sequences = left.next().into_iter().collect();
            steps = left.collect();
        }
        let role = |atom: &Atom| match () {
            () if steps.contains(atom) => Role::Step,
            () if sequences.contains(atom) => Role::Sequence,
            () => Role::Element(
                atom.length
                    .or(self.learned.get(&atom.id).copied())
                    .unwrap_or(0),
            ),
        };
        let roles = |axes: &[Vec<Atom>]| -> Vec<Vec<Role>> {
            axes.iter()
                .map(|axis| axis.iter().map(role).collect())
                .collect()
        };
        let last: Vec<Atom> = track.axes.concat();
        let own: Vec<Atom> = last
            .iter()
            .copied()
            .filter(|atom| vector.contains(atom))
            .collect();
        if own != vector {
            return Err(
                "the elements of the output stand in another order than in its layer".into(),
            );
        }
        if let Some(entry) = &self.entry {
            let all = input.iter().flatten().copied();
            let own: Vec<Atom> = all.filter(|atom| entry.contains(atom)).collect();
            if own != *entry {
                return Err(
                    "the elements of the input stand in another order than it takes".into(),
                );
            }
        }
        let others = last.iter().filter(|atom| !vector.contains(atom));
        if steps.len() > 1 || others.clone().any(|atom| !is_outer(atom)) {
            return Err("the axes of the output are not steps, sequences and elements".into());
        }
        Ok(Layout {
            input: roles(input),
            output: roles(&track.axes),
        })
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
