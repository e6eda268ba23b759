//! A description that is being made.

use std::fmt::Write;
use std::path::Path;

use network::activation::{Activation, Function};
use network::description::{LayerWord, check_name};
use network::sequence::{Axis, Window};
use network::tensor::npz_bytes;
use network::{Description, Network, NetworkError, Problem, SequenceNetwork, Tensor};

use crate::axes::Layout;
use crate::error::{ImportError, one_line};

/// A description that is being made.
#[derive(Debug, Clone, PartialEq)]
pub struct Draft {
    /// The model's own name for itself.
    pub title: String,
    /// Elements of each input vector.
    pub inputs: usize,
    /// The layers.
    pub layers: Vec<LayerDraft>,
    /// Whether the output of the last step alone is given.
    pub last: bool,
    /// Where steps and elements stand in the model's arrays.
    pub layout: Layout,
    /// What was folded or left out, a line each.
    pub notes: Vec<String>,
}

/// A layer that is being made.
#[derive(Debug, Clone, PartialEq)]
pub struct LayerDraft {
    /// Its kind.
    pub kind: LayerWord,
    /// The node or the tensors that it comes from, in one line.
    pub origin: String,
    /// Its units; 0 of a layer without weights.
    pub units: usize,
    /// Its directions: `forward`, `reverse` or `bidirectional`.
    pub direction: &'static str,
    /// Its weights, by the keys of the description.
    pub arrays: Vec<(&'static str, Tensor)>,
    /// Its activations; those that are the default of the kind go without saying.
    pub activations: Vec<Activation>,
    /// The largest magnitude of arguments.
    pub clip: Option<f64>,
    /// Whether the forget gate is coupled.
    pub coupled: bool,
    /// Whether the reset comes after the product.
    pub reset_after: bool,
    /// Whether it gives its last state alone.
    pub last_state: bool,
    /// How a convolution or a pool goes over its input.
    pub window: Option<WindowDraft>,
}

/// How a convolution or a pool goes over its input.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WindowDraft {
    /// The window.
    pub window: Window,
    /// Its dimensions: 1, where its second axis alone counts, or 2.
    pub dimensions: usize,
    /// Whether a pool of means counts zeros beyond the input.
    pub count_padding: bool,
}

/// A description, its weights, and what is to be said of them.
#[derive(Debug, Clone, PartialEq)]
pub struct Imported {
    /// The text of the description.
    pub description: String,
    /// The bytes of the archive of weights that it names.
    pub weights: Vec<u8>,
    /// What was folded or left out, a line each.
    pub notes: Vec<String>,
    /// Where steps and elements stand in the model's arrays.
    pub layout: Layout,
}

impl LayerDraft {
    /// A layer of which nothing is known yet.
    pub fn new(kind: LayerWord, origin: &str) -> LayerDraft {
        LayerDraft {
            kind,
            origin: one_line(origin),
            units: 0,
            direction: "forward",
            arrays: vec![],
            activations: vec![],
            clip: None,
            coupled: false,
            reset_after: false,
            last_state: false,
            window: None,
        }
    }

    /// The biases of a layer of so many units that is not recurrent; 0 where it had none.
    pub fn bias(&mut self, units: usize) -> &mut [f64] {
        if !self.arrays.iter().any(|(key, _)| *key == "bias") {
            let (shape, values) = (vec![units], vec![0.0; units]);
            self.arrays.push(("bias", Tensor { shape, values }));
        }
        let mut arrays = self.arrays.iter_mut();
        let bias = arrays.find(|(key, _)| *key == "bias");
        bias.map_or(&mut [], |(_, bias)| bias.values.as_mut_slice())
    }

    /// Its directions.
    pub fn cells(&self) -> usize {
        if self.direction == "bidirectional" {
            2
        } else {
            1
        }
    }

    /// Elements of what it gives.
    pub fn outputs(&self, inputs: usize) -> usize {
        if let Some(draft) = &self.window {
            let channels = match self.kind.is_pool() {
                true => draft.window.channels,
                false => self.units,
            };
            let (rows, columns) = draft.places().unwrap_or_default();
            return channels.saturating_mul(rows).saturating_mul(columns);
        }
        match self.kind {
            LayerWord::Activation | LayerWord::Softmax => inputs,
            LayerWord::Argmax => 1,
            _ => self.units * self.cells(),
        }
    }

    fn write(&self, number: usize, file: &str, text: &mut String) {
        let mut line = |words: String| {
            text.push_str(&words);
            text.push('\n');
        };
        line(format!("\n# {}", self.origin));
        line(format!("[[layer]]\nkind = \"{}\"", self.kind.name()));
        if self.units > 0 {
            line(format!("units = {}", self.units));
        }
        if self.direction != "forward" {
            line(format!("direction = \"{}\"", self.direction));
        }
        if let Some(draft) = &self.window {
            line(format!("window = {{ {} }}", draft.keys()));
        }
        for (key, _) in &self.arrays {
            line(format!("{key} = \"{file}:{}\"", array_name(number, key)));
        }
        let words: Vec<String> = self.activations.iter().map(activation).collect();
        match self.kind.is_recurrent() {
            true if !words.is_empty() => line(format!("activations = [{}]", words.join(", "))),
            false => words
                .iter()
                .for_each(|word| line(format!("activation = {word}"))),
            true => {}
        }
        if let Some(clip) = self.clip {
            line(format!("clip = {clip:?}"));
        }
        for (given, words) in [
            (self.coupled, "coupled = true"),
            (self.reset_after, "reset = \"after\""),
            (self.last_state, "gives = \"last_state\""),
        ] {
            if given {
                line(words.into());
            }
        }
    }
}

impl WindowDraft {
    /// Of a window of so many dimensions.
    pub fn new(window: Window, dimensions: usize) -> WindowDraft {
        WindowDraft {
            window,
            dimensions,
            count_padding: false,
        }
    }

    /// Rows and columns of what it gives.
    ///
    /// # Errors
    /// When the window does not fit.
    pub fn places(&self) -> Result<(usize, usize), Problem> {
        self.window.places()
    }

    /// As a description writes it; what is the default goes without saying.
    fn keys(&self) -> String {
        let axes = self.window.axes.iter().skip(2 - self.dimensions.min(2));
        let all = |of: fn(&Axis) -> usize| axes.clone().map(of).collect::<Vec<usize>>();
        let padding = [all(|it| it.padding.0), all(|it| it.padding.1)].concat();
        let shape = [vec![self.window.channels], all(|it| it.input)].concat();
        let mut keys = vec![
            format!("shape = {shape:?}"),
            format!("kernel = {:?}", all(|it| it.kernel)),
        ];
        for (key, list, default) in [
            ("stride", all(|it| it.stride), 1),
            ("dilation", all(|it| it.dilation), 1),
            ("padding", padding, 0),
            ("output_padding", all(|it| it.output_padding), 0),
        ] {
            if list.iter().any(|&it| it != default) {
                keys.push(format!("{key} = {list:?}"));
            }
        }
        if self.window.groups > 1 {
            keys.push(format!("groups = {}", self.window.groups));
        }
        if self.count_padding {
            keys.push("count_padding = true".into());
        }
        keys.join(", ")
    }
}

fn array_name(number: usize, key: &str) -> String {
    format!("layer{number}_{key}")
}

/// An activation as a description writes it.
fn activation(given: &Activation) -> String {
    let word = given
        .function()
        .word()
        .map_or("identity", |word| word.name());
    match given.function() {
        Function::Affine { slope, offset } | Function::HardSigmoid { slope, offset } => {
            format!("{{ function = \"{word}\", slope = {slope:?}, offset = {offset:?} }}")
        }
        Function::ScaledTanh { scale, slope } => {
            format!("{{ function = \"{word}\", scale = {scale:?}, slope = {slope:?} }}")
        }
        Function::LeakyRelu { slope } => format!("{{ function = \"{word}\", slope = {slope:?} }}"),
        Function::ThresholdedRelu { threshold } => {
            format!("{{ function = \"{word}\", threshold = {threshold:?} }}")
        }
        Function::Elu { scale } => format!("{{ function = \"{word}\", scale = {scale:?} }}"),
        _ => format!("\"{word}\""),
    }
}

impl Draft {
    /// Elements of what the layers so far give.
    pub fn outputs(&self) -> usize {
        let wider = |width, layer: &LayerDraft| layer.outputs(width);
        self.layers.iter().fold(self.inputs, wider)
    }

    /// The description of a network of this name, whose weights stand in the archive `file` beside
    /// it.
    ///
    /// # Errors
    /// Weights that no archive holds.
    pub fn finish(&self, name: &str, file: &str) -> Result<Imported, ImportError> {
        self.in_steps().written(name, file)
    }

    /// The same with the last state of a layer that reads from the start written as what it gives in
    /// the last step: the layers behind it, which see no steps, then make theirs in each.
    fn in_steps(&self) -> Draft {
        let mut draft = self.clone();
        for layer in &mut draft.layers {
            if layer.last_state && layer.direction == "forward" {
                layer.last_state = false;
                draft.last = true;
            }
        }
        draft
    }

    fn written(&self, name: &str, file: &str) -> Result<Imported, ImportError> {
        let mut text = String::new();
        // Writing to a string does not fail.
        let _ = writeln!(text, "# Imported from a model{}.", self.titled());
        for note in &self.notes {
            let _ = writeln!(text, "# Note: {note}");
        }
        let output = if self.last { "last" } else { "every_step" };
        let _ = writeln!(
            text,
            "\n[network]\nkind = \"sequence\"\nname = \"{name}\"\ninputs = {}\noutput = \"{output}\"",
            self.inputs
        );
        let mut arrays = vec![];
        for (number, layer) in self.layers.iter().enumerate() {
            layer.write(number, file, &mut text);
            let named = layer.arrays.iter();
            arrays.extend(named.map(|(key, array)| (array_name(number, key), array.clone())));
        }
        let weights = npz_bytes(&arrays, Path::new(file));
        let weights = weights.map_err(|problem| ImportError::Model {
            message: problem.to_string(),
            expected: problem.expected(),
        })?;
        Ok(Imported {
            description: text,
            weights,
            notes: self.notes.clone(),
            layout: self.layout.clone(),
        })
    }

    fn titled(&self) -> String {
        match self.title.is_empty() {
            true => String::new(),
            false => format!(", `{}`", one_line(&self.title)),
        }
    }
}

impl Imported {
    /// The network of the description, once both files stand in `folder`.
    ///
    /// # Errors
    /// What is wrong with the numbers of the model: a NaN, or a layer that is too large.
    pub fn network(&self, file: &str, folder: &Path) -> Result<SequenceNetwork, NetworkError> {
        let description = Description::parse(&self.description, file, folder)?;
        match Network::from_description(&description)? {
            Network::Sequence(network) => Ok(network),
            other => Err(NetworkError::from(Problem::WrongValue {
                found: format!("a network of the kind `{}`", other.kind().name()),
                expected: "a sequence network".into(),
            })),
        }
    }
}

/// A name for a network, made of any text: its letters, digits and underscores.
pub fn network_name(text: &str) -> String {
    let kept: String = text
        .chars()
        .map(|letter| {
            if letter.is_ascii_alphanumeric() {
                letter
            } else {
                '_'
            }
        })
        .take(60)
        .collect();
    let kept = kept.trim_matches('_');
    match check_name(kept) {
        Ok(()) => kept.to_string(),
        Err(_) => {
            let other = format!("net_{kept}");
            match check_name(&other) {
                Ok(()) => other,
                Err(_) => "imported".into(),
            }
        }
    }
}
