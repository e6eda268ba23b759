//! Archives of tensors that PyTorch names: safetensors, with a text that says which layers they are.

use std::collections::BTreeSet;
use std::path::Path;

use network::Tensor;
use network::activation::Activation;
use network::description::{FunctionWord, LayerWord};
use network::tensor::{parse_safetensors, read_bounded, safetensors_names};
use serde::Deserialize;

use crate::axes::{Layout, Role};
use crate::draft::{Draft, LayerDraft};
use crate::error::{ImportError, one_line};

/// The most layers of one module.
const MOST_LAYERS: usize = 64;
/// The largest text of layers, in bytes.
const MOST_BYTES: u64 = 1 << 20;

/// The most names that notes list.
const LISTED: usize = 20;

/// Which layers an archive holds, from the input on.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Layers {
    /// Whether arrays are sequences x steps x elements, as with `batch_first=True`; else steps x
    /// sequences x elements.
    #[serde(default = "yes")]
    batch_first: bool,
    /// Whether the output of the last step alone is given.
    #[serde(default)]
    last: bool,
    /// The modules.
    layer: Vec<Module>,
}

fn yes() -> bool {
    true
}

/// A module.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Module {
    /// `rnn`, `lstm`, `gru`, `linear`, `softmax`, `argmax`, or an activation function.
    kind: String,
    /// What its tensors' names begin with, as `encoder.rnn`.
    #[serde(default)]
    name: String,
    /// `rnn`: its function, `tanh` or `relu`.
    nonlinearity: Option<String>,
    /// A recurrent module: whether it gives its last states alone.
    #[serde(default)]
    last_state: bool,
}

/// Reads the archive at `path` with the text at `layers`.
///
/// # Errors
/// A file that cannot be read, a text that says something else than the archive, and what cannot be
/// built.
pub fn import_safetensors(path: &Path, layers: &Path) -> Result<Draft, ImportError> {
    let unreadable = |path: &Path, reason: String| ImportError::Unreadable {
        path: path.to_path_buf(),
        reason,
    };
    let size = layers.metadata().map(|found| found.len());
    let size = size.map_err(|error| unreadable(layers, error.to_string()))?;
    if size > MOST_BYTES {
        return Err(unreadable(
            layers,
            format!("it has {size} bytes, more than {MOST_BYTES}"),
        ));
    }
    let text = std::fs::read_to_string(layers);
    let text = text.map_err(|error| unreadable(layers, error.to_string()))?;
    let bytes = read_bounded(path).map_err(|problem| ImportError::unreadable(path, &problem))?;
    Archive::open(&bytes, path)?.import(&text)
}

struct Archive<'a> {
    bytes: &'a [u8],
    path: &'a Path,
    names: BTreeSet<String>,
    used: BTreeSet<String>,
}

fn wrong(message: impl Into<String>, expected: impl Into<String>) -> ImportError {
    ImportError::Layers {
        message: message.into(),
        expected: expected.into(),
    }
}

impl<'a> Archive<'a> {
    fn open(bytes: &'a [u8], path: &'a Path) -> Result<Archive<'a>, ImportError> {
        let names = safetensors_names(bytes, path).map_err(|problem| ImportError::Broken {
            kind: "safetensors",
            offset: 0,
            reason: problem.to_string(),
        })?;
        Ok(Archive {
            bytes,
            path,
            names: names.into_iter().collect(),
            used: BTreeSet::new(),
        })
    }

    fn import(mut self, text: &str) -> Result<Draft, ImportError> {
        let layers: Layers = toml::from_str(text).map_err(|error| {
            wrong(
                format!("the text of layers cannot be read: {}", error.message()),
                "sections `[[layer]]` with `kind` and `name`; see docs/import.md",
            )
        })?;
        let title = self
            .path
            .file_name()
            .map(|name| name.to_string_lossy().into_owned());
        let mut draft = Draft {
            title: title.unwrap_or_default(),
            inputs: 0,
            layers: vec![],
            last: layers.last,
            layout: Layout::default(),
            notes: vec![],
        };
        for module in &layers.layer {
            if draft.layers.len() > MOST_LAYERS {
                let message = format!("there are more than {MOST_LAYERS} layers");
                return Err(wrong(message, "fewer layers"));
            }
            self.module(module, &mut draft)?;
        }
        if draft.inputs == 0 {
            return Err(wrong("no layer has weights", "a recurrent or linear layer"));
        }
        let left: Vec<&String> = self.names.difference(&self.used).collect();
        for name in left.iter().take(LISTED) {
            let note = format!("the tensor `{}` was left out", one_line(name));
            draft.notes.push(note);
        }
        if left.len() > LISTED {
            let more = left.len() - LISTED;
            draft
                .notes
                .push(format!("{more} more tensors were left out"));
        }
        let one = layers.last || draft.layers.iter().any(|layer| layer.last_state);
        let element = |length: usize| vec![Role::Element { length, stride: 1 }];
        let outer = |steps: bool| match (layers.batch_first, steps) {
            (_, false) => vec![vec![Role::Sequence]],
            (true, true) => vec![vec![Role::Sequence], vec![Role::Step]],
            (false, true) => vec![vec![Role::Step], vec![Role::Sequence]],
        };
        let with = |mut axes: Vec<Vec<Role>>, length: usize| {
            axes.push(element(length));
            axes
        };
        draft.layout = Layout {
            input: with(outer(true), draft.inputs),
            output: with(outer(!one), draft.outputs()),
        };
        Ok(draft)
    }

    /// Adds the layers of a module.
    fn module(&mut self, module: &Module, draft: &mut Draft) -> Result<(), ImportError> {
        let recurrent = match module.kind.as_str() {
            "rnn" => Some(LayerWord::Elman),
            "lstm" => Some(LayerWord::Lstm),
            "gru" => Some(LayerWord::Gru),
            _ => None,
        };
        if module.nonlinearity.is_some() && module.kind != "rnn" {
            let message = format!("`nonlinearity` of a layer `{}`", one_line(&module.kind));
            return Err(wrong(message, "`nonlinearity` only of `rnn`"));
        }
        if module.last_state && recurrent.is_none() {
            let message = format!("`last_state` of a layer `{}`", one_line(&module.kind));
            return Err(wrong(
                message,
                "`last_state` only of `rnn`, `lstm` and `gru`",
            ));
        }
        match (module.kind.as_str(), recurrent) {
            (_, Some(kind)) => self.recurrent(module, kind, draft),
            ("linear", _) => self.linear(module, draft),
            ("softmax", _) => {
                draft
                    .layers
                    .push(LayerDraft::new(LayerWord::Softmax, "softmax"));
                Ok(())
            }
            ("argmax", _) => {
                draft
                    .layers
                    .push(LayerDraft::new(LayerWord::Argmax, "argmax"));
                Ok(())
            }
            (word, _) => {
                let function = FunctionWord::named(word).map_err(|problem| {
                    let known =
                        "`rnn`, `lstm`, `gru`, `linear`, `softmax`, `argmax`, or an activation";
                    wrong(
                        format!("`{}` is no kind of layer", one_line(word)),
                        format!("{known}: {}", problem.expected()),
                    )
                })?;
                let activation = activation(function)?;
                let last = draft.layers.last_mut();
                match last.filter(|it| it.kind == LayerWord::Dense && it.activations.is_empty()) {
                    Some(dense) => dense.activations.push(activation),
                    None => {
                        let mut layer = LayerDraft::new(LayerWord::Activation, word);
                        layer.activations.push(activation);
                        draft.layers.push(layer);
                    }
                }
                Ok(())
            }
        }
    }

    /// A tensor by its name; none where there is none.
    fn tensor(&mut self, name: &str) -> Result<Option<Tensor>, ImportError> {
        if !self.names.contains(name) {
            return Ok(None);
        }
        self.used.insert(name.to_string());
        let tensor = parse_safetensors(self.bytes, Some(name), self.path);
        tensor.map(Some).map_err(|problem| ImportError::Tensor {
            tensor: one_line(name),
            reason: format!("cannot be read: {problem}"),
        })
    }

    /// A matrix that must be there, with so many columns and rows where that is known.
    fn matrix(
        &mut self,
        name: &str,
        rows: Option<usize>,
        columns: Option<usize>,
    ) -> Result<Tensor, ImportError> {
        let tensor = self.tensor(name)?.ok_or_else(|| {
            let known: Vec<String> = self
                .names
                .iter()
                .take(20)
                .map(|it| format!("`{}`", one_line(it)))
                .collect();
            wrong(
                format!("the archive has no tensor `{}`", one_line(name)),
                format!("one of {}", known.join(", ")),
            )
        })?;
        let fits = match tensor.shape.as_slice() {
            [found, width] => {
                *found > 0
                    && *width > 0
                    && rows.is_none_or(|rows| rows == *found)
                    && columns.is_none_or(|columns| columns == *width)
            }
            _ => false,
        };
        if fits {
            return Ok(tensor);
        }
        let word = |number: Option<usize>| number.map_or("any".into(), |number| number.to_string());
        Err(ImportError::Tensor {
            tensor: one_line(name),
            reason: format!(
                "has the shape {}, and should have {} x {}",
                tensor.shape_text(),
                word(rows),
                word(columns)
            ),
        })
    }

    /// A list of so many numbers; none where it is not there.
    fn list(&mut self, name: &str, length: usize) -> Result<Option<Vec<f64>>, ImportError> {
        match self.tensor(name)? {
            None => Ok(None),
            Some(tensor) if tensor.shape == [length] => Ok(Some(tensor.values)),
            Some(tensor) => Err(ImportError::Tensor {
                tensor: one_line(name),
                reason: format!(
                    "has the shape {}, and should have {length}",
                    tensor.shape_text()
                ),
            }),
        }
    }

    /// `torch.nn.Linear`: weight [outputs, inputs], bias [outputs].
    fn linear(&mut self, module: &Module, draft: &mut Draft) -> Result<(), ImportError> {
        let so_far = Some(draft.outputs()).filter(|&width| width > 0);
        let weight = self.matrix(&named(module, "weight"), None, so_far)?;
        let [outputs, inputs] = weight.shape.as_slice() else {
            return Ok(());
        };
        let (outputs, inputs) = (*outputs, *inputs);
        if so_far.is_none() {
            draft.inputs = inputs;
        }
        let bias = self.list(&named(module, "bias"), outputs)?;
        let mut layer = LayerDraft::new(LayerWord::Dense, &module.name);
        layer.units = outputs;
        layer.arrays = vec![("w", weight)];
        layer
            .arrays
            .extend(bias.map(|values| ("bias", row(values))));
        draft.layers.push(layer);
        Ok(())
    }

    /// `torch.nn.RNN`, `LSTM` or `GRU`: a layer for each number behind `_l`.
    fn recurrent(
        &mut self,
        module: &Module,
        kind: LayerWord,
        draft: &mut Draft,
    ) -> Result<(), ImportError> {
        let projected = named(module, "weight_hr_l0");
        if self.names.contains(&projected) {
            return Err(ImportError::Tensor {
                tensor: one_line(&projected),
                reason: "projects the output of an LSTM (`proj_size`), which is not built".into(),
            });
        }
        let both = self.names.contains(&named(module, "weight_ih_l0_reverse"));
        let mut number = 0;
        loop {
            let layer = self.one(module, kind, both, number, draft)?;
            draft.layers.push(layer);
            number += 1;
            let next = named(module, &format!("weight_ih_l{number}"));
            if number == MOST_LAYERS || !self.names.contains(&next) {
                break;
            }
        }
        if let Some(layer) = draft.layers.last_mut() {
            layer.last_state = module.last_state;
        }
        Ok(())
    }

    /// One layer of a recurrent module, in the orders of a description.
    fn one(
        &mut self,
        module: &Module,
        kind: LayerWord,
        both: bool,
        number: usize,
        draft: &mut Draft,
    ) -> Result<LayerDraft, ImportError> {
        let suffixes: &[&str] = if both { &["", "_reverse"] } else { &[""] };
        let so_far = Some(draft.outputs()).filter(|&width| width > 0);
        let (mut w, mut r, mut bias) = (vec![], vec![], vec![]);
        let (mut units, mut inputs, mut biased) = (None, so_far, false);
        for suffix in suffixes {
            let name = |part: &str| named(module, &format!("{part}_l{number}{suffix}"));
            let hidden = self.matrix(&name("weight_hh"), None, units)?;
            let [rows, columns] = hidden.shape.as_slice() else {
                continue;
            };
            let (rows, columns) = (*rows, *columns);
            if rows != columns.saturating_mul(kind.gates()) {
                let (name, gates) = (one_line(&name("weight_hh")), kind.gates());
                return Err(ImportError::Tensor {
                    tensor: name,
                    reason: format!("has {rows} rows, and {gates} gates of {columns} units"),
                });
            }
            let input = self.matrix(&name("weight_ih"), Some(rows), inputs)?;
            units = Some(columns);
            inputs = input.shape.last().copied();
            w.extend(reordered(kind, &input.values));
            r.extend(reordered(kind, &hidden.values));
            for part in ["bias_ih", "bias_hh"] {
                let values = self.list(&name(part), rows)?;
                biased |= values.is_some();
                bias.extend(reordered(kind, &values.unwrap_or_else(|| vec![0.0; rows])));
            }
        }
        let (units, inputs) = (units.unwrap_or(0), inputs.unwrap_or(0));
        if so_far.is_none() {
            draft.inputs = inputs;
        }
        let mut layer = LayerDraft::new(kind, &named(module, &format!("_l{number}")));
        layer.units = units;
        layer.direction = if both { "bidirectional" } else { "forward" };
        let rows = units.saturating_mul(kind.gates());
        let shaped = |columns: usize, values| Tensor {
            shape: vec![suffixes.len(), rows, columns],
            values,
        };
        layer.arrays = vec![("w", shaped(inputs, w)), ("r", shaped(units, r))];
        if biased {
            layer.arrays.push(("bias", row(bias)));
        }
        layer.reset_after = kind == LayerWord::Gru;
        match module.nonlinearity.as_deref() {
            None | Some("tanh") => {}
            Some("relu") => layer.activations = vec![activation(FunctionWord::Relu)?],
            Some(other) => {
                let message = format!("`{}` is no nonlinearity of PyTorch", one_line(other));
                return Err(wrong(message, "`tanh` or `relu`"));
            }
        }
        Ok(layer)
    }
}

fn activation(word: FunctionWord) -> Result<Activation, ImportError> {
    // PyTorch's hard sigmoid has the slope 1/6.
    let function = word.function((word == FunctionWord::HardSigmoid).then_some(1.0 / 6.0));
    Activation::new(function, 1.0).map_err(|problem| wrong(problem.to_string(), problem.expected()))
}

fn named(module: &Module, part: &str) -> String {
    match module.name.is_empty() {
        true => part.to_string(),
        false => format!("{}.{part}", module.name),
    }
}

fn row(values: Vec<f64>) -> Tensor {
    Tensor {
        shape: vec![values.len()],
        values,
    }
}

/// The gates of PyTorch in the order of a description: of i, f, g, o the order i, o, f, c, and of
/// r, z, n the order z, r, h.
fn reordered(kind: LayerWord, values: &[f64]) -> Vec<f64> {
    let order: &[usize] = match kind {
        LayerWord::Lstm => &[0, 3, 1, 2],
        LayerWord::Gru => &[1, 0, 2],
        _ => &[0],
    };
    let size = values.len() / order.len();
    let block = |&at: &usize| values.get(at * size..(at + 1) * size).unwrap_or_default();
    order.iter().flat_map(block).copied().collect()
}
