//! Every file of the corpus of the fuzz targets is read or refused.

use std::path::{Path, PathBuf};

use import::{OnnxOptions, import_safetensors, parse_onnx};
use network::Description;
use network::combinatorial::Instance;
use network::description::{ProblemSection, ProblemWord};
use network::image::parse_png;
use network::tensor::{parse_csv, parse_mat, parse_npy, parse_npz};

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
    assert!(read >= 10, "{read} models are read");
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

/// How many files of a format are read.
fn count<T, E>(format: &str, read: impl Fn(&[u8], &Path) -> Result<T, E>) -> usize {
    let is_read = |file: &&PathBuf| {
        let bytes = std::fs::read(file).unwrap();
        read(&bytes, file).is_ok()
    };
    files(format).iter().filter(is_read).count()
}

#[test]
fn arrays_and_images() {
    let found = [
        count("npy", parse_npy),
        count("npz", |bytes, path| parse_npz(bytes, Some("x"), path)),
        count("mat", |bytes, path| parse_mat(bytes, None, path)),
        count("csv", parse_csv),
        count("png", parse_png),
    ];
    let least = [1, 2, 3, 2, 1];
    let enough = found
        .iter()
        .zip(least)
        .all(|(&found, least)| found >= least);
    assert!(enough, "{found:?} are read, of {least:?} at least");
}

#[test]
fn descriptions() {
    let read = count("description", |bytes, path| {
        let text = String::from_utf8_lossy(bytes);
        Description::parse(&text, "net.toml", path.parent().unwrap())
    });
    assert!(read >= 13, "{read} descriptions are read");
}

#[test]
fn problems() {
    let of = |kind: ProblemWord| {
        count("problems", |_, path| {
            let section = ProblemSection {
                file: Some(path.file_name().unwrap().to_string_lossy().into_owned()),
                colours: (kind == ProblemWord::Colouring).then_some(3),
                ..ProblemSection::of(kind)
            };
            Instance::from_section(&section, path.parent().unwrap())
        })
    };
    let kinds = [
        ProblemWord::MaxCut,
        ProblemWord::Tsp,
        ProblemWord::Colouring,
    ];
    let found = kinds.map(of);
    assert!(found.iter().all(|&found| found >= 1), "{found:?} are read");
    of(ProblemWord::Qubo);
}

/// No folder of the corpus is forgotten here, and each has its target.
#[test]
fn every_folder_has_a_reader() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz");
    let names = |folder: &str| {
        let entries = std::fs::read_dir(root.join(folder)).unwrap();
        let stem = |path: PathBuf| path.file_stem().unwrap().to_str().unwrap().to_owned();
        let mut names: Vec<String> = entries.map(|entry| stem(entry.unwrap().path())).collect();
        names.sort();
        names
    };
    let read = [
        "csv",
        "description",
        "mat",
        "npy",
        "npz",
        "onnx",
        "png",
        "problems",
        "safetensors",
    ];
    assert_eq!(
        (names("corpus"), names("fuzz_targets")),
        (read.map(String::from).into(), read.map(String::from).into())
    );
}
