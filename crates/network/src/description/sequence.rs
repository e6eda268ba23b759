//! The sections that describe a sequence network.

use schemars::JsonSchema;
use serde::Deserialize;

use super::Source;
use super::activation::ActivationTable;
use super::checks::{Checked, Checker, MAX_SIDE};
use super::dynamic::{Described, RealFormat};
use super::hopfield::Fold;
use super::layer_word::LayerWord;
use super::sequence_layer::{LayerSection, layer_field};
use super::values::{NamedFiles, TensorSource, named};
use crate::diagnostic::NetworkError;
use crate::network::Network;
use crate::sequence::{MAX_GENERATED, SequenceNetwork};

/// The most layers.
pub const MAX_LAYERS: usize = 64;
/// The most sequences, and the most steps of one, that are made.
const MAX_MADE: usize = 4096;

/// A sequence network: a chain of layers over vectors that arrive one a step. The recurrent layers
/// are those of ONNX, with the same order of gates.
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SequenceDescription {
    /// What is built.
    pub network: SequenceSection,
    /// The layers, from the input on, each a section `[[layer]]`.
    pub layer: Vec<LayerSection>,
    /// The word formats.
    #[serde(default)]
    pub format: RealFormat,
    /// How much of the arithmetic is done at the same time.
    #[serde(default)]
    pub hardware: Fold,
    /// The sequences.
    #[serde(default)]
    pub data: SequenceData,
}

/// The word `sequence`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum SequenceKind {
    /// A sequence network.
    Sequence,
}

/// What is built: kind, name, and what goes in and out.
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SequenceSection {
    /// The network kind.
    pub kind: SequenceKind,
    /// Name of the network and of its Verilog top module: a letter, then letters, digits or `_`.
    #[schemars(regex(pattern = r"^[A-Za-z][A-Za-z0-9_]{0,62}$"))]
    pub name: String,
    /// Elements of each input vector, 1 to 4096.
    #[schemars(range(min = 1, max = 4096))]
    pub inputs: usize,
    /// What a run gives. Default `every_step`.
    #[serde(default)]
    pub output: OutputWord,
    /// How the network feeds itself: the token that a step gives is the input of the next, and nothing
    /// but the first one goes in. The last layer is one that gives a token.
    pub generate: Option<GenerateSection>,
    /// Whether a sequence begins with the states in which the one before it ended. Default false:
    /// each begins with the initial states.
    #[serde(default)]
    pub carry: bool,
    /// Rows and columns of the pictures that the outputs are, one after another, as `simulate -o` writes
    /// them to a .png file. A picture may be the outputs of several steps.
    pub picture: Option<[usize; 2]>,
    /// How the activation functions of layers are made in hardware, where they need a table.
    #[serde(default)]
    pub table: ActivationTable,
}

/// How a network feeds itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct GenerateSection {
    /// Steps of a run, 1 to 65535.
    pub steps: usize,
    /// The token that the first step takes, where a run is given no other one. Default 0.
    #[serde(default)]
    pub start: usize,
}

/// What a run gives.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum OutputWord {
    /// The output vector of every step.
    #[default]
    EveryStep,
    /// That of the last step.
    Last,
}

/// The sequences.
#[derive(Debug, Clone, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct SequenceData {
    /// An array sequences x steps x inputs; one sequence may stand by itself, as rows of inputs.
    pub sequences: Option<TensorSource>,
    /// The steps of each sequence, where they are fewer than the array holds; the rest is not read.
    pub lengths: Option<Vec<usize>>,
    /// The initial states that the sequences bring: a row for each, with the states of all layers that
    /// are `loaded` side by side, in the order of the layers: what goes back, then the cells of an `lstm`;
    /// of a bidirectional layer those of the forward direction first. Default: `initial` of the layers.
    pub starts: Option<TensorSource>,
    /// What the network should give: an array sequences x steps x outputs; where one vector is given
    /// for a sequence, sequences x outputs.
    pub targets: Option<TensorSource>,
    /// The first steps of each sequence that are not judged: neither does the score of its targets
    /// know of them, nor does a `ridge` learn from them. Default 0.
    pub washout: Option<usize>,
    /// Sequences of evenly distributed numbers, instead of given ones. Default: 4 of 16 steps.
    pub random: Option<RandomSequences>,
}

/// Sequences that are made of evenly distributed numbers.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct RandomSequences {
    /// How many, 1 to 4096.
    pub sequences: usize,
    /// Steps of each, 1 to 4096.
    pub steps: usize,
    /// The largest magnitude of the numbers. Default 1.
    pub magnitude: f64,
    /// Seed of the generator.
    pub seed: u64,
}

impl Default for RandomSequences {
    fn default() -> RandomSequences {
        RandomSequences {
            sequences: 4,
            steps: 16,
            magnitude: 1.0,
            seed: 1,
        }
    }
}

impl SequenceData {
    fn check(&self, check: &Checker<'_>) -> Checked {
        let given = self.sequences.is_some();
        let with = "`sequences`";
        check.only("data.lengths", self.lengths.is_some(), given, with)?;
        check.only("data.targets", self.targets.is_some(), given, with)?;
        check.only("data.washout", self.washout.is_some(), given, with)?;
        let Some(random) = self.random else {
            return Ok(());
        };
        if given {
            let message = "both `sequences` and `random` are given";
            check.conflict("data.random", message, "one of the two")?;
        }
        let RandomSequences {
            sequences,
            steps,
            magnitude,
            ..
        } = random;
        let (field, what) = ("data.random.sequences", "the number of sequences");
        check.count(field, what, sequences, MAX_MADE)?;
        let (field, what) = ("data.random.steps", "the number of steps");
        check.count(field, what, steps, MAX_MADE)?;
        let (field, what) = ("data.random.magnitude", "the magnitude");
        check.range(field, what, magnitude, f64::MIN_POSITIVE, 1e6)
    }
}

impl Described for SequenceDescription {
    fn name(&self) -> &str {
        &self.network.name
    }

    fn check(&self, source: &Source) -> Checked {
        let check = Checker { source };
        check.name(&self.network.name)?;
        let inputs = self.network.inputs;
        let (field, what) = ("network.inputs", "the number of inputs");
        check.count(field, what, inputs, MAX_SIDE)?;
        for side in self.network.picture.into_iter().flatten() {
            let (field, what) = ("network.picture", "a side of the picture");
            check.count(field, what, side, MAX_SIDE)?;
        }
        check.count(
            "layer",
            "the number of layers",
            self.layer.len(),
            MAX_LAYERS,
        )?;
        for (number, layer) in self.layer.iter().enumerate() {
            layer.check(&check, number)?;
        }
        self.check_readout(&check)?;
        if self.network.carry {
            self.check_carry(&check)?;
        }
        self.check_starts(&check)?;
        self.check_generate(&check)?;
        self.check_programs(&check)?;
        self.data.check(&check)?;
        self.network.table.check(check.source, "network.table")?;
        check.real_formats(&self.format)?;
        let most = self.layer.iter().filter_map(LayerSection::rows).max();
        check.fold(&self.hardware, most.unwrap_or(inputs).max(inputs))
    }

    fn build(&self, source: &Source) -> Result<Network, NetworkError> {
        SequenceNetwork::from_description(self, source).map(Network::Sequence)
    }

    fn files(&self) -> NamedFiles {
        let layers = self.layer.iter().enumerate();
        let mut files: NamedFiles = layers
            .flat_map(|(number, layer)| layer.files(number))
            .collect();
        files.extend(named([
            ("data.sequences", self.data.sequences.as_ref()),
            ("data.starts", self.data.starts.as_ref()),
            ("data.targets", self.data.targets.as_ref()),
        ]));
        files
    }

    fn fold(&self) -> Fold {
        self.hardware.clone()
    }
}

impl SequenceDescription {
    /// A read-out is learned from what the network should give, and so nothing but a choice follows.
    fn check_readout(&self, check: &Checker<'_>) -> Checked {
        let mut layers = self.layer.iter().enumerate();
        let learned = layers.find_map(|(number, layer)| Some((number, layer.ridge.as_ref()?)));
        let Some((number, ridge)) = learned else {
            return Ok(());
        };
        let field = layer_field(number, "ridge");
        let after = self.layer.get(number + 1..).unwrap_or_default();
        let chooses = after.iter().all(|layer| layer.kind == LayerWord::Argmax);
        if after.len() > 1 || !chooses {
            let message = format!("layer {number} learns from the targets, and others follow");
            let expected = "`ridge` in the last layer, or the one before `argmax`";
            check.conflict(&field, message, expected)?;
        }
        if ridge.targets.is_none() && self.data.targets.is_none() {
            let message = "the weights are to be learned, and no targets are given";
            let expected = "`sequences` and `targets` in `ridge`, or in `[data]`";
            check.conflict(&field, message, expected)?;
        }
        Ok(())
    }

    /// A network that feeds itself is given no sequences.
    fn check_generate(&self, check: &Checker<'_>) -> Checked {
        let Some(generate) = self.network.generate else {
            return Ok(());
        };
        let (field, what) = ("network.generate.steps", "the number of steps");
        check.count(field, what, generate.steps, MAX_GENERATED)?;
        let given = [
            ("data.sequences", self.data.sequences.is_some()),
            ("data.random", self.data.random.is_some()),
        ];
        match given.iter().find(|(_, given)| *given) {
            Some((field, _)) => {
                let message = "sequences are given, and the network feeds itself";
                check.conflict(field, message, "one of the two")
            }
            None => Ok(()),
        }
    }

    /// Programs are given whole, each in a sequence of its own.
    fn check_programs(&self, check: &Checker<'_>) -> Checked {
        let tree = |layer: &LayerSection| layer.kind == LayerWord::Tree;
        let Some(number) = self.layer.iter().position(tree) else {
            return Ok(());
        };
        let keys = [
            ("carry", self.network.carry),
            ("generate", self.network.generate.is_some()),
        ];
        match keys.iter().find(|(_, given)| *given) {
            Some((key, _)) => {
                let message = format!("layer {number} takes programs, and `{key}` is wanted");
                let expected = format!("no `{key}`: each sequence is a program of its own");
                check.conflict(&format!("network.{key}"), message, &expected)
            }
            None => Ok(()),
        }
    }

    /// The numbers of the layers, from 0, whose initial states come with each sequence.
    pub fn loaded(&self) -> impl Iterator<Item = usize> {
        let layers = self.layer.iter().enumerate();
        let loaded = layers.filter(|(_, layer)| layer.loaded == Some(true));
        loaded.map(|(number, _)| number)
    }

    /// The most steps of a sequence that layers which read from the end state.
    pub fn remembered(&self) -> Option<usize> {
        let layers = self.layer.iter();
        let backward = layers.filter(|layer| layer.reads_backward());
        backward.filter_map(|layer| layer.longest).min()
    }

    /// States are loaded, or carried on, but not both; and what is given is loaded.
    fn check_starts(&self, check: &Checker<'_>) -> Checked {
        let Some(number) = self.loaded().next() else {
            let when = "a recurrent layer with `loaded = true`";
            return check.only("data.starts", self.data.starts.is_some(), false, when);
        };
        if self.network.carry {
            let message = format!("the states of layer {number} are loaded, and `carry` is wanted");
            let expected = "`loaded` or `carry`";
            return check.conflict(&layer_field(number, "loaded"), message, expected);
        }
        Ok(())
    }

    /// States go on from one sequence to the next only where sequences are read from the start.
    fn check_carry(&self, check: &Checker<'_>) -> Checked {
        let backward = self.layer.iter().position(LayerSection::reads_backward);
        let Some(number) = backward else {
            return Ok(());
        };
        let message = format!("layer {number} reads from the end, and `carry` is wanted");
        let expected = "`direction = \"forward\"` in every layer, or no `carry`";
        check.conflict("network.carry", message, expected)
    }
}
