//! Every file of the corpus of the fuzz targets is read or refused.

use std::path::{Path, PathBuf};

use import::{OnnxOptions, import_safetensors, parse_onnx};

fn files(format: &str) -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/corpus");
    let files = std::fs::read_dir(folder.join(format)).unwrap();
    let mut files: Vec<PathBuf> = files.map(|file| file.unwrap().path()).collect();
    files.sort();
    files
}

#[test]
fn onnx() {
    let mut read = 0;
    for file in files("onnx") {
        let bytes = std::fs::read(&file).unwrap();
        if let Ok(draft) = parse_onnx(&bytes, Path::new(""), &OnnxOptions::default()) {
            assert!(
                draft.finish("net", "weights.npz").is_ok(),
                "{}",
                file.display()
            );
            read += 1;
        }
    }
    assert!(read >= 7, "{read} models are read");
}

#[test]
fn safetensors() {
    let folder = tempfile::tempdir().unwrap();
    let layers = folder.path().join("layers.toml");
    std::fs::write(&layers, "[[layer]]\nkind = \"lstm\"\nname = \"net.rnn\"\n").unwrap();
    let read = files("safetensors");
    let read = read
        .iter()
        .filter(|file| import_safetensors(file, &layers).is_ok());
    assert_eq!(read.count(), 1);
}
