//! Reads trained models as descriptions of sequence networks.
//!
//! A model becomes a [`Draft`]: the text of a description, the arrays of weights that it names, and
//! notes of all that was folded or left out. What cannot be built exactly is refused, with every
//! node that stands in the way.

mod axes;
mod check;
mod draft;
mod error;
mod onnx;
mod pytorch;

pub use axes::{Layout, Role};
pub use check::{Deviation, compare};
pub use draft::{Draft, Imported, LayerDraft, WindowDraft, network_name};
pub use error::{Blocker, ImportError};
pub use onnx::{OnnxOptions, import_onnx, parse_onnx};
pub use pytorch::import_safetensors;
