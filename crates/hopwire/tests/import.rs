//! The verb `import`: what is written, what is printed, and what is refused.

mod support;

use std::path::PathBuf;

use network::tensor::npy_bytes;
use network::{Description, Network, Tensor};
use support::Scratch;

/// A case of the importer's own tests, copied into the folder; its arrays as `x.npy` and `y.npy`.
fn case(scratch: &Scratch, name: &str, output: &str) {
    let cases = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../import/oracle/cases");
    let model = std::fs::read(cases.join(format!("{name}.onnx"))).expect("a case");
    scratch.write("model.onnx", model);
    for (key, file) in [("x", "x.npy"), (output, "y.npy")] {
        let array = Tensor::load(&cases, &format!("{name}.npz:{key}")).expect("an array");
        scratch.write(file, npy_bytes(&array));
    }
}

#[test]
fn a_model_is_written_and_checked() {
    let scratch = Scratch::new();
    case(&scratch, "c_gru_last_state", "y");
    let words = [
        "import",
        "model.onnx",
        "-o",
        "my net.toml",
        "--check",
        "x.npy",
        "y.npy",
    ];
    let ran = scratch.run(&words);
    assert_eq!((ran.code, ran.stderr.as_str()), (0, ""), "{}", ran.stdout);
    assert!(
        ran.stdout.contains("gru of 4 units, from GRU `h`"),
        "{}",
        ran.stdout
    );
    assert!(
        ran.stdout.contains("the network gives what the model gave"),
        "{}",
        ran.stdout
    );
    let files = [
        "model.onnx",
        "my net.toml",
        "my_net_weights.npz",
        "x.npy",
        "y.npy",
    ];
    assert_eq!(scratch.listing(), files);
    let description = Description::load(scratch.path().join("my net.toml")).expect("a description");
    let Network::Sequence(network) = Network::from_description(&description).expect("a network")
    else {
        panic!("another kind");
    };
    assert_eq!(
        (network.inputs, network.outputs(), network.name.as_str()),
        (3, 3, "my_net")
    );

    // The same again gives the same bytes, and only by force.
    let before = (
        scratch.read("my net.toml"),
        scratch.read("my_net_weights.npz"),
    );
    let again = scratch.run(&words);
    assert_eq!(again.code, 2);
    assert!(again.stderr.contains("HW1104"), "{}", again.stderr);
    let object = scratch.json(&[&words[..], &["--force"]].concat(), 0);
    assert_eq!(object["schema"], "hopwire.import/1");
    assert_eq!(object["layers"][1]["kind"], "dense");
    assert_eq!(object["check"]["compared"], 6);
    assert!(object["check"]["max_abs_error"].as_f64().expect("a number") < 1e-6);
    assert_eq!(
        (
            scratch.read("my net.toml"),
            scratch.read("my_net_weights.npz")
        ),
        before
    );
}

#[test]
fn a_model_that_gives_something_else_is_not_written() {
    let scratch = Scratch::new();
    case(&scratch, "c_rnn_both_states", "y");
    let mut wanted = Tensor::load(scratch.path(), "y.npy").expect("an array");
    wanted.values[3] += 0.001;
    scratch.write("y.npy", npy_bytes(&wanted));
    let words = [
        "import",
        "model.onnx",
        "-o",
        "net.toml",
        "--check",
        "x.npy",
        "y.npy",
    ];
    let ran = scratch.run(&words);
    assert_eq!(ran.code, 1, "{}", ran.stderr);
    assert!(
        ran.stdout.contains("at row 1, column 1 is"),
        "{}",
        ran.stdout
    );
    assert!(
        ran.stdout.ends_with("nothing was written\n"),
        "{}",
        ran.stdout
    );
    assert_eq!(scratch.listing(), ["model.onnx", "x.npy", "y.npy"]);
    let tolerant = scratch.run(&[&words[..], &["--tolerance", "0.002"]].concat());
    assert_eq!(tolerant.code, 0, "{}", tolerant.stdout);
}

/// The model of the gallery, and what ONNX Runtime gave for some of its images.
fn digits(scratch: &Scratch) {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../..");
    let stored = |name: &str| std::fs::read(root.join(name)).expect("a stored file");
    scratch.write("digits.onnx", stored("examples/sequence/digits.onnx"));
    for key in ["x", "label", "scores"] {
        let file = format!("digits_{key}.npy");
        scratch.write(
            &file,
            stored(&format!("crates/import/oracle/gallery/{file}")),
        );
    }
}

#[test]
fn digits_of_the_gallery_are_what_onnx_runtime_gave() {
    let scratch = Scratch::new();
    digits(&scratch);
    let import = |words: &str| {
        let words: Vec<&str> = words.split(' ').collect();
        let ran = scratch.run(&words);
        let shown = format!(
            "$ hopwire {}\n{}{}",
            words.join(" "),
            ran.stdout,
            ran.stderr
        );
        (ran.code, shown)
    };
    let labels = "import digits.onnx -o digits_onnx.toml --check digits_x.npy digits_label.npy";
    let (code, label) = import(labels);
    assert_eq!(code, 0, "{label}");
    // The gallery's weights are those that this writes.
    let gallery = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../examples/sequence");
    let weights = std::fs::read(gallery.join("digits_onnx_weights.npz")).expect("weights");
    assert!(scratch.read("digits_onnx_weights.npz") == weights);

    // Scores, up to 21, in 32 bits.
    let before = scratch.listing();
    let scores = "import digits.onnx -o scores.toml --model-output scores --check digits_x.npy \
                  digits_scores.npy";
    let exact = scratch.json(&scores.split(' ').collect::<Vec<_>>(), 0);
    assert_eq!(exact["check"]["compared"], 400);
    for file in ["scores.toml", "scores_weights.npz"] {
        std::fs::remove_file(scratch.path().join(file)).expect("written");
    }
    let (code, beyond) = import(&format!("{scores} --tolerance 1e-9"));
    assert_eq!(code, 1, "{beyond}");

    // One number that the model did not give, and one label.
    let other = |file: &str, at: usize, by: f64| {
        let mut array = Tensor::load(scratch.path(), file).expect("an array");
        array.values[at] += by;
        scratch.write(file, npy_bytes(&array));
    };
    other("digits_scores.npy", 123, 0.25);
    let (code, score) = import(scores);
    assert_eq!(code, 1, "{score}");
    other("digits_label.npy", 7, 1.0);
    let (code, wrong) = import(&labels.replace("digits_onnx", "other"));
    assert_eq!(code, 1, "{wrong}");
    assert_eq!(scratch.listing(), before);
    insta::with_settings!({ omit_expression => true }, {
        insta::assert_snapshot!([label, beyond, score, wrong].concat());
    });
}

#[test]
fn what_is_refused() {
    let scratch = Scratch::new();
    case(&scratch, "a_lstm_lengths", "Y");
    scratch.write("text.onnx", "no model");
    scratch.write("net.pt", "no model");
    scratch.write("x2.csv", "1, 2\n3, 4\n");
    let mut all = String::new();
    for words in [
        &["import", "none.onnx", "-o", "net.toml"][..],
        &["import", "text.onnx", "-o", "net.toml"],
        &["import", "net.pt", "-o", "net.toml"],
        &["import", "model.onnx"],
        &[
            "import",
            "model.onnx",
            "-o",
            "net.toml",
            "--model-output",
            "Z",
        ],
        &[
            "import",
            "model.onnx",
            "-o",
            "net.toml",
            "--layers",
            "x2.csv",
        ],
        &["import", "model.onnx", "--check", "x2.csv", "y.npy"],
        &["import", "model.onnx", "--check", "x.npy", "x2.csv"],
        &[
            "import",
            "model.onnx",
            "--check",
            "x.npy",
            "y.npy",
            "--tolerance",
            "nan",
        ],
        &["import", "x.safetensors", "-o", "net.toml"],
    ] {
        let before = scratch.listing();
        let ran = scratch.run(words);
        assert_eq!(ran.code, 2, "{words:?}: {}{}", ran.stdout, ran.stderr);
        assert_eq!(scratch.listing(), before);
        all += &format!("$ hopwire {}\n{}", words.join(" "), ran.stderr);
    }
    insta::assert_snapshot!(all);
}
