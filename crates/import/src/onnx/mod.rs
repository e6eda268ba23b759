//! ONNX models.
//!
//! The nodes are gone through once, in the order of the file. What each gives is a [`Value`]: numbers
//! that are known, a shape that is computed from the input's, or the vectors on their way through
//! the chain of layers that is being made. Nodes that turn, join and split axes change what is known
//! of the axes ([`crate::axes`]); nodes with weights add layers. What cannot be built is noted with
//! its reason, and the rest is gone through all the same, so that everything in the way is found.

mod arithmetic;
mod attributes;
mod chain;
mod constants;
mod dense;
mod elementwise;
mod finish;
mod graph;
mod model;
mod numbers;
mod padding;
mod recurrent;
mod scaling;
mod selecting;
mod shaping;
mod taking;
mod track;
mod window;
mod wire;

use std::path::Path;

use network::tensor::read_bounded;

use crate::draft::Draft;
use crate::error::ImportError;
use graph::Importer;
use model::Model;

/// What an import is asked for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct OnnxOptions {
    /// The output of the model that is built; by default its first.
    pub output: Option<String>,
    /// Whether tensors may stand in other files of the model's folder.
    pub external_data: bool,
    /// Whether initial states that the model takes as inputs are 0.
    pub zero_states: bool,
}

/// Reads the model at `path`.
///
/// # Errors
/// A file that cannot be read, or as [`parse_onnx`].
pub fn import_onnx(path: &Path, options: &OnnxOptions) -> Result<Draft, ImportError> {
    let bytes = read_bounded(path).map_err(|problem| ImportError::unreadable(path, &problem))?;
    parse_onnx(&bytes, path.parent().unwrap_or(Path::new("")), options)
}

/// Reads a model from memory; `folder` is where other files of it stand.
///
/// # Errors
/// What is no ONNX, tensors that are not what they claim, and everything that cannot be built.
pub fn parse_onnx(
    bytes: &[u8],
    folder: &Path,
    options: &OnnxOptions,
) -> Result<Draft, ImportError> {
    let model = Model::read(bytes)?;
    let folder = options.external_data.then_some(folder);
    Importer::new(&model, folder, options).import()
}
