//! Any bytes are read as an ONNX model or refused, and what is read can be written.
#![no_main]

use std::path::Path;

use import::{OnnxOptions, parse_onnx};

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    if let Ok(draft) = parse_onnx(bytes, Path::new(""), &OnnxOptions::default()) {
        let _ = draft.finish("net", "weights.npz");
    }
});
