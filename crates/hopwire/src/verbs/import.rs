//! `import`: a trained model becomes the description of a sequence network.

use std::path::{Path, PathBuf};

use import::{
    Draft, ImportError, Imported, OnnxOptions, compare, import_onnx, import_safetensors,
    network_name,
};
use network::{SequenceNetwork, Tensor};
use serde::Serialize;

use crate::arguments::ImportArguments;
use crate::error::HopwireError;
use crate::report::Report;
use crate::staged::{self, ScratchDirectory};

/// What `import` did.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ImportReport {
    /// Elements of an input vector.
    pub inputs: usize,
    /// Elements of an output vector.
    pub outputs: usize,
    /// The layers, from the input on.
    pub layers: Vec<LayerReport>,
    /// What was folded or left out.
    pub notes: Vec<String>,
    /// How far the network is from its model, where that was checked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub check: Option<CheckReport>,
    /// The description; none where none is written.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path: Option<PathBuf>,
    /// The weights beside it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub weights: Option<PathBuf>,
}

/// A layer.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct LayerReport {
    /// Its kind.
    pub kind: &'static str,
    /// Its units; 0 where it has no weights.
    pub units: usize,
    /// How it reads.
    pub direction: &'static str,
    /// Where it comes from.
    pub origin: String,
}

/// How far a network is from its model.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct CheckReport {
    /// Whether the largest difference is allowed.
    pub holds: bool,
    /// The largest difference.
    pub max_abs_error: f64,
    /// What is allowed.
    pub tolerance: f64,
    /// Where it is, as indices of the model's array.
    pub position: String,
    /// What the network gives there.
    pub found: f64,
    /// What the model gave.
    pub wanted: f64,
    /// How many numbers were compared.
    pub compared: usize,
}

impl Report for ImportReport {
    const VERB: &'static str = "import";

    fn holds(&self) -> bool {
        self.check.as_ref().is_none_or(|check| check.holds)
    }

    fn summary(&self) -> String {
        let mut text = format!(
            "a chain from {} to {} elements\n",
            self.inputs, self.outputs
        );
        for layer in &self.layers {
            let LayerReport {
                kind,
                units,
                direction,
                origin,
            } = layer;
            let units = match units {
                0 => String::new(),
                1 => " of 1 unit".into(),
                units => format!(" of {units} units"),
            };
            let direction = match *direction {
                "forward" => String::new(),
                other => format!(", {other}"),
            };
            text.push_str(&format!("  {kind}{units}{direction}, from {origin}\n"));
        }
        for note in &self.notes {
            text.push_str(&format!("note: {note}\n"));
        }
        if let Some(check) = &self.check {
            let CheckReport {
                compared,
                max_abs_error: largest,
                tolerance,
                ..
            } = check;
            text.push_str(&match check.holds {
                true => format!(
                    "the network gives what the model gave: {compared} numbers, largest difference \
                     {largest:.1e}, allowed {tolerance:e}\n"
                ),
                false => format!(
                    "the network does NOT give what the model gave: of {compared} numbers the one \
                     at {} is {} instead of {}, a difference of {largest:.1e}, allowed {tolerance:e}\n",
                    check.position, check.found, check.wanted
                ),
            });
        }
        match &self.path {
            Some(path) => {
                let path = path.display();
                text.push_str(&format!("wrote {path}\nnext: hopwire check {path}\n"));
            }
            None => text.push_str("nothing was written\n"),
        }
        text
    }
}

/// Runs the verb. Where the check does not hold, nothing is written.
///
/// # Errors
/// What is wrong with the model, with everything that stands in the way; files that exist or cannot
/// be written.
pub fn run(arguments: &ImportArguments) -> Result<ImportReport, HopwireError> {
    let draft = draft(arguments)?;
    let output = arguments.output.as_deref();
    let name = output.unwrap_or(&arguments.model).file_stem();
    let name = network_name(&name.unwrap_or_default().to_string_lossy());
    let file = format!("{name}_weights.npz");
    let imported = draft.finish(&name, &file)?;
    let network = built(&imported, &file, output.unwrap_or(Path::new("net.toml")))?;
    let mut report = ImportReport {
        inputs: draft.inputs,
        outputs: draft.outputs(),
        layers: layers(&draft),
        notes: draft.notes.clone(),
        check: check(arguments, &draft, &network)?,
        path: None,
        weights: None,
    };
    if let Some(output) = output.filter(|_| report.holds()) {
        let weights = output.with_file_name(&file);
        for path in [output, &weights] {
            if path.exists() && !arguments.force {
                return Err(HopwireError::OutputExists {
                    path: path.to_owned(),
                });
            }
        }
        staged::write_file(&weights, &imported.weights)?;
        staged::write_file(output, imported.description.as_bytes()).inspect_err(|_| {
            // A description is what makes weights of use.
            let _ = std::fs::remove_file(&weights);
        })?;
        (report.path, report.weights) = (Some(output.to_owned()), Some(weights));
    }
    Ok(report)
}

fn draft(arguments: &ImportArguments) -> Result<Draft, HopwireError> {
    let model = &arguments.model;
    let ending = model.extension().map(|ending| ending.to_ascii_lowercase());
    let ending = ending.as_deref().and_then(|ending| ending.to_str());
    let wrong = |argument, message: &str, expected: &str| HopwireError::Argument {
        argument,
        message: message.into(),
        expected: expected.into(),
    };
    match (ending, &arguments.layers) {
        (Some("onnx"), None) => {
            let options = OnnxOptions {
                output: arguments.model_output.clone(),
                external_data: arguments.external_data,
                zero_states: arguments.zero_states,
            };
            Ok(import_onnx(model, &options)?)
        }
        (Some("onnx"), Some(_)) => Err(wrong(
            "--layers",
            "an ONNX model says itself which layers it has",
            "`--layers` only with safetensors; else leave it out",
        )),
        (Some("safetensors"), Some(layers)) => {
            let of_onnx = arguments.model_output.is_some()
                || arguments.external_data
                || arguments.zero_states;
            if of_onnx {
                return Err(wrong(
                    "--model-output, --external-data, --zero-states",
                    "an archive of tensors has neither outputs nor inputs",
                    "these only with ONNX; else leave them out",
                ));
            }
            Ok(import_safetensors(model, layers)?)
        }
        (Some("safetensors"), None) => Err(wrong(
            "--layers",
            "an archive of tensors does not say which layers they are",
            "`--layers FILE`, see docs/import.md",
        )),
        _ => Err(wrong(
            "MODEL",
            &format!("`{}` has no known ending", model.display()),
            "a file ending in .onnx or .safetensors",
        )),
    }
}

/// The network, which proves that the description and the weights are good.
fn built(imported: &Imported, file: &str, output: &Path) -> Result<SequenceNetwork, HopwireError> {
    let scratch = ScratchDirectory::new()?;
    staged::write_file(&scratch.path().join(file), &imported.weights)?;
    let shown = output.file_name().unwrap_or_default().to_string_lossy();
    Ok(imported.network(&shown, scratch.path())?)
}

fn layers(draft: &Draft) -> Vec<LayerReport> {
    let layer = |layer: &import::LayerDraft| LayerReport {
        kind: layer.kind.name(),
        units: layer.units,
        direction: layer.direction,
        origin: layer.origin.clone(),
    };
    draft.layers.iter().map(layer).collect()
}

/// Compares the network with what its model gave, where that is asked for.
fn check(
    arguments: &ImportArguments,
    draft: &Draft,
    network: &SequenceNetwork,
) -> Result<Option<CheckReport>, HopwireError> {
    let Some([x, y]) = arguments.check.as_deref() else {
        return Ok(None);
    };
    let tolerance = arguments.tolerance;
    if !(tolerance >= 0.0 && tolerance.is_finite()) {
        return Err(HopwireError::Argument {
            argument: "--tolerance",
            message: format!("{tolerance} is no tolerance"),
            expected: "a number, 0 or more".into(),
        });
    }
    let load = |file: &str| {
        Tensor::load(Path::new(""), file).map_err(|problem| ImportError::Network(problem.into()))
    };
    let lengths = arguments.lengths.as_deref().map(load).transpose()?;
    let lengths: Option<Vec<usize>> =
        lengths.map(|lengths| lengths.values.iter().map(|&it| it as usize).collect());
    let found = compare(
        network,
        &draft.layout,
        &load(x)?,
        &load(y)?,
        lengths.as_deref(),
    )?;
    Ok(Some(CheckReport {
        holds: found.largest <= tolerance && found.compared > 0,
        max_abs_error: found.largest,
        tolerance,
        position: found.position,
        found: found.found,
        wanted: found.wanted,
        compared: found.compared,
    }))
}
