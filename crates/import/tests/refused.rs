//! Models that are refused: what is in the way, and files that mean harm.

use std::path::Path;
use std::time::{Duration, Instant};

use import::{ImportError, OnnxOptions, parse_onnx};
use proptest::prelude::*;

mod models;

use models::{
    Writer, declared, float_attribute, int_attribute, model, new, node, refused_as, shown, tensor,
    text_attribute, texts_attribute,
};

/// An LSTM of 3 units and 2 inputs, with these attributes.
fn lstm(attributes: &[Writer]) -> Vec<u8> {
    let node = node("LSTM", &["x", "w", "r"], &["y"], attributes);
    let weights = [tensor("w", &[1, 12, 2]), tensor("r", &[1, 12, 3])];
    model(
        &[node],
        &weights,
        &[declared("x", &[5, 1, 2])],
        &[declared("y", &[5, 1, 1, 3])],
    )
}

fn refused(bytes: &[u8]) -> ImportError {
    refused_as("a model that is refused", bytes)
}

macro_rules! snapshot {
    ($text:expr) => {
        insta::with_settings!({ omit_expression => true }, { insta::assert_snapshot!($text) })
    };
}

#[test]
fn an_lstm_of_this_test_is_read() {
    let draft = parse_onnx(&lstm(&[]), Path::new(""), &OnnxOptions::default()).unwrap();
    assert_eq!(
        (draft.inputs, draft.layers.len(), draft.outputs()),
        (2, 1, 3)
    );
}

#[test]
fn attributes_that_cannot_be_built() {
    snapshot!(shown(&[
        (
            "an unknown attribute",
            lstm(&[int_attribute("output_sequence", 1)])
        ),
        (
            "an unknown direction",
            lstm(&[text_attribute("direction", "sideways")])
        ),
        ("a clip below 0", lstm(&[float_attribute("clip", -1.0)])),
        (
            "a clip that is no number",
            lstm(&[text_attribute("clip", "3")])
        ),
        (
            "too few functions",
            lstm(&[texts_attribute("activations", &["Sigmoid", "Tanh"])])
        ),
        (
            "an unknown function",
            lstm(&[texts_attribute(
                "activations",
                &["Sigmoid", "Tanh", "Gelu\n\"`"]
            )])
        ),
        (
            "a function without its parameter",
            lstm(&[texts_attribute(
                "activations",
                &["Sigmoid", "ScaledTanh", "Tanh"]
            )])
        ),
        (
            "another hidden size",
            lstm(&[int_attribute("hidden_size", 4)])
        ),
        (
            "input_forget of 2",
            lstm(&[int_attribute("input_forget", 2)])
        ),
        (
            "weights of two directions",
            lstm(&[text_attribute("direction", "bidirectional")])
        ),
    ]));
}

#[test]
fn everything_in_the_way_is_listed() {
    let nodes = [
        node(
            "LSTM",
            &["x", "w", "r"],
            &["y0"],
            &[float_attribute("clip", -1.0)],
        ),
        node("Squeeze", &["y0"], &["y1"], &[]),
        node("LayerNormalization", &["y1", "s"], &["y2"], &[]),
        node("MatMul", &["y2", "m"], &["y3"], &[]),
        node("Gelu", &["y3"], &["y4"], &[]),
        node("Loop", &["y4"], &["other"], &[]),
        node("Mish", &["y4"], &["y"], &[]),
    ];
    let weights = [
        tensor("w", &[1, 12, 2]),
        tensor("r", &[1, 12, 3]),
        tensor("s", &[3]),
        tensor("m", &[3, 2]),
    ];
    let bytes = model(
        &nodes,
        &weights,
        &[declared("x", &[5, 1, 2])],
        &[declared("y", &[5, 1, 2])],
    );
    snapshot!(shown(&[("many", bytes)]));
}

#[test]
fn graphs_that_are_no_chain() {
    let x = || declared("x", &[5, 1, 3]);
    let y = || declared("y", &[5, 1, 3]);
    let square = || tensor("m", &[3, 3]);
    let on = |nodes: &[Writer]| {
        model(
            nodes,
            &[square()],
            &[x(), declared("z", &[5, 1, 3])],
            &[y()],
        )
    };
    let matmul = |input: &str, output: &str| node("MatMul", &[input, "m"], &[output], &[]);
    snapshot!(shown(&[
        (
            "a branch",
            on(&[
                matmul("x", "a"),
                matmul("a", "b"),
                node("Add", &["a", "b"], &["y"], &[])
            ])
        ),
        (
            "a branch behind a function",
            on(&[
                matmul("x", "a"),
                node("Tanh", &["a"], &["b"], &[]),
                matmul("a", "c"),
                node("Concat", &["b", "c"], &["y"], &[int_attribute("axis", 2)]),
            ])
        ),
        (
            "two inputs",
            on(&[matmul("x", "a"), node("Gemm", &["a", "z"], &["y"], &[])])
        ),
        ("no layer", on(&[node("Identity", &["x"], &["y"], &[])])),
        ("an output from nowhere", on(&[matmul("x", "a")])),
        (
            "nodes in the wrong order",
            on(&[matmul("a", "y"), matmul("x", "a")])
        ),
        (
            "weights on the left",
            on(&[node("MatMul", &["m", "x"], &["y"], &[])])
        ),
        (
            "another width",
            model(&[matmul("x", "y")], &[tensor("m", &[4, 3])], &[x()], &[y()])
        ),
        (
            "no output",
            model(&[matmul("x", "y")], &[square()], &[x()], &[])
        ),
        (
            "a softmax over steps",
            on(&[
                matmul("x", "a"),
                node("Softmax", &["a"], &["y"], &[int_attribute("axis", 0)])
            ])
        ),
        (
            "an operator of others",
            on(&[
                matmul("x", "a"),
                node("FusedLSTM", &["a"], &["y"], &[]).text(7, "com.microsoft")
            ])
        ),
    ]));
}

#[test]
fn parts_that_cannot_be_built() {
    let ints = |key: &str, value: i64| models::ints_attribute(key, &[value]);
    let slice = |input: &str, output: &str, (axis, start, end): (i64, i64, i64)| {
        let bounds = [ints("starts", start), ints("ends", end), ints("axes", axis)];
        node("Slice", &[input], &[output], &bounds)
    };
    let on = |nodes: &[Writer]| {
        let both = node(
            "RNN",
            &["x", "w", "r"],
            &["h", "last"],
            &[text_attribute("direction", "bidirectional")],
        );
        let weights = [tensor("w", &[2, 3, 2]), tensor("r", &[2, 3, 3])];
        let nodes = [&[both], nodes].concat();
        let output = declared("y", &[5, 1, 3]);
        model(&nodes, &weights, &[declared("x", &[5, 2, 2])], &[output])
    };
    let join = |a: &str, b: &str| node("Concat", &[a, b], &["y"], &[int_attribute("axis", 3)]);
    snapshot!(shown(&[
        ("some steps", on(&[slice("h", "y", (0, 1, 4))])),
        ("a step in the middle", on(&[slice("h", "y", (0, 2, 3))])),
        ("some sequences", on(&[slice("h", "y", (2, 0, 1))])),
        ("nothing", on(&[slice("h", "y", (3, 2, 2))])),
        (
            "the first step of the direction from the start",
            on(&[slice("h", "a", (0, 0, 1)), slice("a", "y", (1, 0, 1))])
        ),
        (
            "the first step of both directions",
            on(&[slice("h", "y", (0, 0, 1))])
        ),
        (
            "directions in the wrong order",
            on(&[
                slice("h", "l", (0, -1, i64::MAX)),
                slice("h", "f", (0, 0, 1)),
                slice("f", "a", (1, 1, 2)),
                slice("l", "b", (1, 0, 1)),
                join("a", "b"),
            ])
        ),
        (
            "two parts of one vector",
            on(&[
                node(
                    "Split",
                    &["last"],
                    &["a", "b"],
                    &[
                        int_attribute("axis", 2),
                        models::ints_attribute("split", &[1, 2])
                    ]
                ),
                join("a", "b"),
            ])
        ),
    ]));
}

#[test]
fn the_last_step_is_not_that_of_sequences_that_end_sooner() {
    let lengths = declared("lengths", &[2]);
    let nodes = [
        node("RNN", &["x", "w", "r", "", "lengths"], &["h"], &[]),
        node("Gather", &["h", "minus"], &["y"], &[]),
    ];
    let minus = new()
        .int(2, 7)
        .text(8, "minus")
        .bytes(9, &(-1i64).to_le_bytes());
    let weights = [tensor("w", &[1, 3, 2]), tensor("r", &[1, 3, 3]), minus];
    let inputs = [declared("x", &[5, 2, 2]), lengths];
    let error = refused(&model(
        &nodes,
        &weights,
        &inputs,
        &[declared("y", &[1, 2, 3])],
    ));
    assert!(
        error.to_string().contains("at which others have ended"),
        "{error}"
    );
}

#[test]
fn files_that_are_no_model() {
    let good = lstm(&[]);
    let mut longer = good.clone();
    longer.extend([0x3a, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f]);
    snapshot!(shown(&[
        ("nothing", vec![]),
        ("a text", b"this is no model".to_vec()),
        ("cut short", good[..good.len() / 2].to_vec()),
        ("a length beyond the end", longer),
        ("a number without end", vec![0xff; 20]),
        ("a group", vec![0x0b]),
        (
            "a name that is not UTF-8",
            new().message(7, new().bytes(2, &[0xff, 0xfe])).0
        ),
    ]));
}

#[test]
fn tensors_that_are_not_what_they_claim() {
    let named = |name: &str, r: Writer| {
        let node = node("RNN", &["x", "w", name], &["y"], &[]);
        model(
            &[node],
            &[tensor("w", &[1, 3, 2]), r],
            &[declared("x", &[5, 1, 2])],
            &[declared("y", &[5, 1, 1, 3])],
        )
    };
    let with = |r: Writer| named("r", r);
    let head = |shape: &[i64], element: i64| {
        let shaped = shape
            .iter()
            .fold(new(), |writer, &length| writer.int(1, length));
        shaped.int(2, element).text(8, "r")
    };
    let external = |location: &str| {
        let entry = new().text(1, "location").text(2, location);
        head(&[1, 3, 3], 1).message(13, entry).int(14, 1)
    };
    let odd = "r\"`\n\u{1b}[31m";
    snapshot!(shown(&[
        (
            "more elements than bytes",
            with(head(&[1, 3, 3], 1).bytes(9, &[0; 8]))
        ),
        (
            "a claim of gigabytes",
            with(head(&[1, 1 << 20, 1 << 20], 1).bytes(9, &[0; 8]))
        ),
        (
            "a claim beyond 64 bits",
            with(head(&[i64::MAX, i64::MAX, 9], 1))
        ),
        ("an axis below 0", with(head(&[1, -3, 3], 1))),
        ("texts", with(head(&[1, 3, 3], 8))),
        (
            "numbers one by one, too few",
            with(head(&[1, 3, 3], 1).float(4, 1.0))
        ),
        ("data elsewhere", with(external("weights.bin"))),
        (
            "a name with quotes and newlines",
            named(odd, new().int(1, 9).int(2, 8).text(8, odd))
        ),
    ]));
}

#[test]
fn data_in_other_files_stays_inside_the_folder() {
    let folder = tempfile::tempdir().unwrap();
    let inside = folder.path().join("model");
    std::fs::create_dir(&inside).unwrap();
    std::fs::write(folder.path().join("secret.bin"), [0; 36]).unwrap();
    std::fs::write(inside.join("short.bin"), [0; 8]).unwrap();
    let quarter: Vec<u8> = (0..10).flat_map(|_| 0.25f32.to_le_bytes()).collect();
    std::fs::write(inside.join("good.bin"), quarter).unwrap();
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink(folder.path().join("secret.bin"), inside.join("link.bin"))
            .unwrap();
        std::os::unix::fs::symlink(folder.path(), inside.join("up")).unwrap();
    }
    let with = |location: &str, offset: &str| {
        let entry = |key: &str, value: &str| new().text(1, key).text(2, value);
        let r = [1, 3, 3]
            .iter()
            .fold(new(), |writer, &length| writer.int(1, length));
        let r = r.int(2, 1).text(8, "r").int(14, 1);
        let r = r
            .message(13, entry("location", location))
            .message(13, entry("offset", offset));
        let node = node("RNN", &["x", "w", "r"], &["y"], &[]);
        model(
            &[node],
            &[tensor("w", &[1, 3, 2]), r],
            &[declared("x", &[5, 1, 2])],
            &[declared("y", &[5, 1, 1, 3])],
        )
    };
    let options = OnnxOptions {
        external_data: true,
        ..OnnxOptions::default()
    };
    let read =
        |location: &str, offset: &str| parse_onnx(&with(location, offset), &inside, &options);
    assert!(read("good.bin", "4").is_ok());
    let absolute = folder.path().join("secret.bin").display().to_string();
    let outside = [
        "../secret.bin",
        "up/secret.bin",
        "link.bin",
        "",
        ".",
        "a/../../secret.bin",
        &absolute,
        "c:secret.bin",
        "..\\secret.bin",
    ];
    for location in outside {
        let error = read(location, "0").expect_err(location).to_string();
        assert!(
            error.contains("not inside") || error.contains("link"),
            "{location}: {error}"
        );
    }
    for (location, offset) in [
        ("short.bin", "0"),
        ("good.bin", "8"),
        ("good.bin", "18446744073709551615"),
        ("good.bin", "-1"),
        ("none.bin", "0"),
    ] {
        let error = read(location, offset).expect_err(location);
        assert_eq!(error.code(), "HW1403", "{location}: {error}");
    }
}

#[test]
fn nesting_does_no_harm() {
    // A graph in an attribute of a node of a graph in an attribute ...
    let mut graph = new();
    for _ in 0..10_000 {
        let attribute = new().text(1, "body").message(6, graph).int(20, 5);
        graph = new().message(1, new().text(2, "y").text(4, "If").message(5, attribute));
    }
    let output = declared("y", &[1]);
    let bytes = new().message(7, graph.message(12, output)).0;
    assert!(matches!(refused(&bytes), ImportError::Unsupported { .. }));
    // The same with types of types, models of models, and with nothing but beginnings.
    for field in [1, 2, 5, 7, 13] {
        let mut message = new();
        for _ in 0..10_000 {
            message = new().message(field, message);
        }
        refused(&message.0);
    }
    refused(&[0x3a, 0x7f].repeat(100_000));
}

#[test]
fn a_flood_of_parts_is_refused() {
    let nodes = [0x0a, 0x00].repeat(1 << 20);
    assert_eq!(refused(&new().bytes(7, &nodes).0).code(), "HW1402");
}

#[test]
fn small_files_cannot_make_much() {
    let x = || declared("x", &[i64::MAX / 2, 1 << 40, 3]);
    let y = || declared("y", &[5, 1, 3]);
    let start = Instant::now();
    // Joined with itself again and again, sliced where axes are endless, and of endless empty axes.
    let name = |at: usize| format!("c{at}");
    let mut nodes: Vec<Writer> = (0..60)
        .map(|at| {
            let axis = [int_attribute("axis", 0)];
            node("Concat", &[&name(at), &name(at)], &[&name(at + 1)], &axis)
        })
        .collect();
    nodes.push(node("MatMul", &["x", &name(60)], &["y"], &[]));
    refused(&model(&nodes, &[tensor("c0", &[3, 3])], &[x()], &[y()]));
    let shapes = |of: &str| {
        let mut nodes = vec![node("Shape", &["x"], &["c0"], &[])];
        nodes.extend((0..60).map(|at| {
            let axis = [int_attribute("axis", 0)];
            node("Concat", &[&name(at), &name(at)], &[&name(at + 1)], &axis)
        }));
        nodes.push(node("Reshape", &[of, "c60"], &["y"], &[]));
        model(&nodes, &[], &[x()], &[y()])
    };
    refused(&shapes("x"));
    let ints = |key: &str, value: i64| new().text(1, key).int(8, value).int(20, 7);
    let bounds = [
        ints("starts", 1),
        ints("ends", i64::MAX - 1),
        ints("axes", 0),
    ];
    let sliced = node("Slice", &["x"], &["y"], &bounds);
    refused(&model(&[sliced], &[], &[x()], &[y()]));
    let empty = |shape: &[i64]| {
        let shaped = shape
            .iter()
            .fold(new(), |writer, &length| writer.int(1, length));
        shaped.int(2, 1).text(8, "c0").bytes(9, &[])
    };
    for shape in [
        &[0, i64::MAX, 3][..],
        &[1 << 26, 1 << 26, 0],
        &[1 << 40, 0, 1 << 40],
    ] {
        for at in 0..3 {
            let nodes = [
                node(
                    "Concat",
                    &["c0", "c0"],
                    &["c1"],
                    &[int_attribute("axis", at)],
                ),
                node(
                    "Slice",
                    &["c1"],
                    &["c2"],
                    &[ints("starts", 0), ints("ends", i64::MAX), ints("axes", at)],
                ),
                node("MatMul", &["x", "c2"], &["y"], &[]),
            ];
            refused(&model(&nodes, &[empty(shape)], &[x()], &[y()]));
        }
    }
    let long: Vec<Writer> = (0..5000)
        .map(|at| {
            node(
                "Tanh",
                &[&if at == 0 { "x".into() } else { name(at) }],
                &[&name(at + 1)],
                &[],
            )
        })
        .collect();
    refused(&model(&long, &[], &[x()], &[declared("c5000", &[5, 1, 3])]));
    assert!(start.elapsed() < Duration::from_secs(20));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    /// Whatever is done to a model, it is read or refused.
    #[test]
    fn no_file_does_harm(changes in proptest::collection::vec((any::<usize>(), any::<u8>()), 1..12), cut in any::<usize>()) {
        let mut bytes = lstm(&[texts_attribute("activations", &["Sigmoid", "Tanh", "Relu"]), int_attribute("hidden_size", 3)]);
        for (at, byte) in changes {
            let at = at % bytes.len();
            bytes[at] = byte;
        }
        if cut % 3 == 0 {
            bytes.truncate(cut % bytes.len());
        }
        if let Ok(draft) = parse_onnx(&bytes, Path::new(""), &OnnxOptions::default()) {
            prop_assert!(draft.finish("net", "w.npz").is_ok());
        }
    }
}
