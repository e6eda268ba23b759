//! Every model of `oracle/cases` is read, and its network gives what ONNX Runtime gave.

use std::path::{Path, PathBuf};

use import::{Draft, Imported, OnnxOptions, compare, import_onnx};
use network::{SequenceNetwork, Tensor};

/// The largest difference from ONNX Runtime, which computes in 32 bits.
const TOLERANCE: f64 = 1e-6;

fn cases() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("oracle/cases")
}

/// The names of the models that begin so.
fn names(prefix: &str) -> Vec<String> {
    let files = std::fs::read_dir(cases()).unwrap();
    let name = |file: std::io::Result<std::fs::DirEntry>| {
        let name = file.unwrap().file_name().into_string().unwrap();
        name.strip_suffix(".onnx").map(str::to_string)
    };
    let mut names: Vec<String> = files.filter_map(name).collect();
    names.retain(|name| name.starts_with(prefix));
    names.sort();
    names
}

fn array(name: &str, key: &str) -> Option<Tensor> {
    Tensor::load(&cases(), &format!("{name}.npz:{key}")).ok()
}

fn built(draft: &Draft) -> (Imported, SequenceNetwork) {
    let folder = tempfile::tempdir().unwrap();
    let imported = draft.finish("imported", "weights.npz").unwrap();
    std::fs::write(folder.path().join("weights.npz"), &imported.weights).unwrap();
    match imported.network("net.toml", folder.path()) {
        Ok(network) => (imported, network),
        Err(error) => panic!("{error}\n{}", imported.description),
    }
}

/// Compares every output of a model; how many there were.
fn hold(name: &str) -> usize {
    let x = array(name, "x").unwrap();
    let lengths = array(name, "lengths");
    let lengths = lengths.map(|all| all.values.iter().map(|&it| it as usize).collect::<Vec<_>>());
    let mut outputs = 0;
    for key in ["Y", "Y_h", "y"] {
        let Some(wanted) = array(name, key) else {
            continue;
        };
        let options = OnnxOptions {
            output: Some(key.into()),
            ..OnnxOptions::default()
        };
        let draft = match import_onnx(&cases().join(format!("{name}.onnx")), &options) {
            Ok(draft) => draft,
            Err(error) => panic!("{name}: {error}"),
        };
        let (imported, network) = built(&draft);
        let found = compare(&network, &imported.layout, &x, &wanted, lengths.as_deref());
        let found =
            found.unwrap_or_else(|error| panic!("{name} {key}: {error}: {:?}", error.expected()));
        assert!(
            found.largest <= TOLERANCE,
            "{name} {key}: {found:?}\n{}",
            imported.description
        );
        if lengths.is_none() {
            assert_eq!(found.compared, wanted.values.len(), "{name} {key}");
        }
        assert!(found.compared > 0 && wanted.values.iter().any(|&it| it != 0.0));
        outputs += 1;
    }
    assert!(outputs > 0, "{name} has no output");
    outputs
}

#[test]
fn combinations_of_attributes() {
    let names = names("a_");
    assert!(names.len() >= 70, "{}", names.len());
    for name in names {
        assert_eq!(hold(&name), 2, "{name}");
    }
}

#[test]
fn node_tests_of_the_package() {
    let names = names("n_");
    assert_eq!(names.len(), 18);
    for name in names {
        hold(&name);
    }
}

#[test]
fn convolutions_and_pools() {
    let names = names("w_");
    assert!(names.len() >= 70, "{}", names.len());
    for name in names {
        assert_eq!(hold(&name), 1, "{name}");
    }
}

#[test]
fn chains_as_exporters_write_them() {
    let names = names("c_");
    assert!(names.len() >= 7);
    for name in names {
        assert_eq!(hold(&name), 1, "{name}");
    }
}

#[test]
fn the_last_state_of_a_forward_layer_is_its_last_step() {
    let path = cases().join("c_gru_last_state.onnx");
    let draft = import_onnx(&path, &OnnxOptions::default()).unwrap();
    assert!(draft.layers[0].last_state);
    let (imported, network) = built(&draft);
    assert!(network.is_causal() && network.gives_one());
    assert!(imported.description.contains("output = \"last\""));
    assert!(!imported.description.contains("last_state"));
}

#[test]
fn what_is_written_of_a_chain() {
    let path = cases().join("c_lstm_two_layers.onnx");
    let draft = import_onnx(&path, &OnnxOptions::default()).unwrap();
    let (imported, _) = built(&draft);
    insta::with_settings!({ omit_expression => true }, {
        insta::assert_snapshot!(imported.description);
    });
}
