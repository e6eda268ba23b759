//! Any bytes are read as an archive of tensors or refused.
#![no_main]

use import::import_safetensors;

const LAYERS: &str = "[[layer]]\nkind = \"lstm\"\nname = \"net.rnn\"\n";

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let Ok(folder) = tempfile::tempdir() else {
        return;
    };
    let (model, layers) = (
        folder.path().join("m.safetensors"),
        folder.path().join("l.toml"),
    );
    if std::fs::write(&model, bytes).is_ok() && std::fs::write(&layers, LAYERS).is_ok() {
        let _ = import_safetensors(&model, &layers);
    }
});
