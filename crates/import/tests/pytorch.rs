//! Archives with PyTorch's names and orders: the weights of the ONNX cases, put into these, must give
//! what ONNX Runtime gave.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use import::{Draft, OnnxOptions, compare, import_onnx, import_safetensors};
use network::{SequenceNetwork, Tensor};
use safetensors::tensor::{Dtype, TensorView};

fn cases() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("oracle/cases")
}

type Archive = BTreeMap<String, (Vec<usize>, Vec<f64>)>;

fn write(folder: &Path, archive: &Archive, layers: &str) -> (PathBuf, PathBuf) {
    let bytes: Vec<(String, Vec<usize>, Vec<u8>)> = archive
        .iter()
        .map(|(name, (shape, values))| {
            let bytes = values
                .iter()
                .flat_map(|&value| (value as f32).to_le_bytes());
            (name.clone(), shape.clone(), bytes.collect())
        })
        .collect();
    let views = bytes.iter().map(|(name, shape, bytes)| {
        (
            name.as_str(),
            TensorView::new(Dtype::F32, shape.clone(), bytes).unwrap(),
        )
    });
    let (model, text) = (folder.join("model.safetensors"), folder.join("layers.toml"));
    std::fs::write(&model, safetensors::serialize(views, None).unwrap()).unwrap();
    std::fs::write(&text, layers).unwrap();
    (model, text)
}

/// The tensors of PyTorch for the first layer of an ONNX case. `order` says for each of PyTorch's
/// gates which block of ONNX it is.
fn archive(case: &str, order: &[usize]) -> (Archive, usize) {
    let path = cases().join(format!("{case}.onnx"));
    let draft = import_onnx(&path, &OnnxOptions::default()).unwrap();
    let layer = &draft.layers[0];
    let (units, directions) = (layer.units, layer.cells());
    let rows = order.len() * units;
    let mut archive = Archive::new();
    for (key, tensor) in &layer.arrays {
        let own = tensor.values.chunks(tensor.values.len() / directions);
        for (direction, values) in own.enumerate() {
            let suffix = ["", "_reverse"][direction];
            let turned = |values: &[f64]| -> Vec<f64> {
                let size = values.len() / order.len();
                order
                    .iter()
                    .flat_map(|&at| values[at * size..][..size].to_vec())
                    .collect()
            };
            let name = |part: &str| format!("net.rnn.{part}_l0{suffix}");
            match *key {
                "w" => {
                    let shape = vec![rows, values.len() / rows];
                    archive.insert(name("weight_ih"), (shape, turned(values)));
                }
                "r" => {
                    archive.insert(name("weight_hh"), (vec![rows, units], turned(values)));
                }
                "bias" => {
                    archive.insert(name("bias_ih"), (vec![rows], turned(&values[..rows])));
                    archive.insert(name("bias_hh"), (vec![rows], turned(&values[rows..])));
                }
                other => panic!("{other}"),
            }
        }
    }
    (archive, directions)
}

fn network(draft: &Draft, folder: &Path) -> SequenceNetwork {
    let imported = draft.finish("net", "w.npz").unwrap();
    std::fs::write(folder.join("w.npz"), &imported.weights).unwrap();
    imported.network("net.toml", folder).unwrap()
}

/// Compares with the ONNX case, whose Y is [steps, directions, sequences, units].
fn hold(case: &str, kind: &str, order: &[usize]) {
    let folder = tempfile::tempdir().unwrap();
    let (archive, directions) = archive(case, order);
    let layers = format!("batch_first = false\n[[layer]]\nkind = \"{kind}\"\nname = \"net.rnn\"\n");
    let (model, text) = write(folder.path(), &archive, &layers);
    let draft = import_safetensors(&model, &text).unwrap();
    let network = network(&draft, folder.path());
    let load = |key: &str| Tensor::load(&cases(), &format!("{case}.npz:{key}")).unwrap();
    let (x, y) = (load("x"), load("Y"));
    let [steps, _, sequences, units] = y.shape[..] else {
        panic!("{:?}", y.shape)
    };
    let mut joined = vec![];
    for (step, sequence) in (0..steps).flat_map(|step| (0..sequences).map(move |it| (step, it))) {
        for direction in 0..directions {
            let at = ((step * directions + direction) * sequences + sequence) * units;
            joined.extend_from_slice(&y.values[at..at + units]);
        }
    }
    let wanted = Tensor {
        shape: vec![steps, sequences, directions * units],
        values: joined,
    };
    let found = compare(&network, &draft.layout, &x, &wanted, None).unwrap();
    assert!(found.largest < 1e-6, "{case}: {found:?}");
    assert_eq!(found.compared, wanted.values.len());
}

#[test]
fn recurrent_modules_in_pytorchs_order() {
    for case in ["a_lstm_plain", "a_lstm_bidirectional", "a_lstm_no_bias"] {
        hold(case, "lstm", &[0, 2, 3, 1]);
    }
    for case in ["a_gru_linear", "a_gru_linear_no_bias"] {
        hold(case, "gru", &[1, 0, 2]);
    }
    for case in ["a_rnn_plain", "a_rnn_bidirectional"] {
        hold(case, "rnn", &[0]);
    }
}

#[test]
fn a_chain_of_modules() {
    let folder = tempfile::tempdir().unwrap();
    let (mut archive, _) = archive("a_lstm_plain", &[0, 2, 3, 1]);
    // A second layer, a linear one, and something that is not used.
    for (part, columns) in [("weight_ih", 3), ("weight_hh", 3)] {
        archive.insert(
            format!("net.rnn.{part}_l1"),
            (vec![12, columns], vec![0.125; 12 * columns]),
        );
    }
    archive.insert("head.weight".into(), (vec![1, 3], vec![1.0, 2.0, 3.0]));
    archive.insert("head.bias".into(), (vec![1], vec![0.5]));
    archive.insert("odd\"\nname".into(), (vec![1], vec![0.0]));
    let layers = "[[layer]]\nkind = \"lstm\"\nname = \"net.rnn\"\nlast_state = true\n\
        [[layer]]\nkind = \"linear\"\nname = \"head\"\n[[layer]]\nkind = \"sigmoid\"\n";
    let (model, text) = write(folder.path(), &archive, layers);
    let draft = import_safetensors(&model, &text).unwrap();
    let kinds: Vec<_> = draft.layers.iter().map(|layer| layer.kind.name()).collect();
    assert_eq!(kinds, ["lstm", "lstm", "dense"]);
    assert_eq!(draft.notes, ["the tensor `odd\\\"\\nname` was left out"]);
    let network = network(&draft, folder.path());
    let run = network.run(&[vec![0.5, 1.0], vec![0.0, -1.0]]);
    assert_eq!(run.outputs.len(), 1);
    assert!(run.outputs[0][0] > 0.5 && run.outputs[0][0] < 1.0);
}

#[test]
fn what_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let (good, _) = archive("a_lstm_plain", &[0, 2, 3, 1]);
    let lstm = "[[layer]]\nkind = \"lstm\"\nname = \"net.rnn\"\n";
    let with = |name: &str, shape: &[usize]| {
        let mut archive = good.clone();
        archive.insert(
            name.into(),
            (shape.to_vec(), vec![0.0; shape.iter().product()]),
        );
        archive
    };
    let without = |name: &str| {
        let mut archive = good.clone();
        archive.remove(name);
        archive
    };
    let cases = [
        ("no text", good.clone(), "layers"),
        (
            "an unknown key",
            good.clone(),
            "[[layer]]\nkind = \"lstm\"\nnmae = \"net\"\n",
        ),
        (
            "an unknown kind",
            good.clone(),
            "[[layer]]\nkind = \"lsmt\"\n",
        ),
        ("no weights", good.clone(), "[[layer]]\nkind = \"relu\"\n"),
        (
            "another name",
            good.clone(),
            "[[layer]]\nkind = \"lstm\"\nname = \"rnn\"\n",
        ),
        (
            "another kind",
            good.clone(),
            "[[layer]]\nkind = \"gru\"\nname = \"net.rnn\"\n",
        ),
        (
            "a nonlinearity of an lstm",
            good.clone(),
            "[[layer]]\nkind = \"lstm\"\nnonlinearity = \"relu\"\n",
        ),
        (
            "an unknown nonlinearity",
            archive("a_rnn_plain", &[0]).0,
            "[[layer]]\nkind = \"rnn\"\nname = \"net.rnn\"\nnonlinearity = \"elu\"\n",
        ),
        ("a projection", with("net.rnn.weight_hr_l0", &[2, 3]), lstm),
        (
            "a bias of another length",
            with("net.rnn.bias_hh_l0", &[11]),
            lstm,
        ),
        (
            "half of two directions",
            with("net.rnn.weight_ih_l0_reverse", &[12, 2]),
            lstm,
        ),
        (
            "no recurrent weights",
            without("net.rnn.weight_hh_l0"),
            lstm,
        ),
    ];
    let texts = cases.map(|(title, archive, layers)| {
        let (model, text) = write(folder.path(), &archive, layers);
        let error = import_safetensors(&model, &text).expect_err(title);
        format!(
            "--- {title}\n{}: {error}\nexpected: {}\n",
            error.code(),
            error.expected().unwrap_or_default()
        )
    });
    insta::with_settings!({ omit_expression => true }, {
        insta::assert_snapshot!(texts.concat());
    });
    let model = folder.path().join("model.safetensors");
    std::fs::write(&model, [0xff; 64]).unwrap();
    let error = import_safetensors(&model, &folder.path().join("layers.toml")).unwrap_err();
    assert_eq!(error.code(), "HW1402");
}
