//! Convolutions and pools that are refused.

use models::{
    Writer, declared, float_attribute, int_attribute, ints_attribute, model, new, node, shown,
    tensor, text_attribute,
};

mod models;

/// One node over an input of 2 channels of 6 rows and 5 columns, with weights `w` for 3 channels.
fn one(operator: &str, weighted: bool, attributes: &[Writer]) -> Vec<u8> {
    let names: &[&str] = if weighted { &["x", "w"] } else { &["x"] };
    let node = node(operator, names, &["y"], attributes);
    chain(&[node])
}

fn chain(nodes: &[Writer]) -> Vec<u8> {
    let pair: Vec<u8> = [0.5f32, 0.25]
        .into_iter()
        .flat_map(f32::to_le_bytes)
        .collect();
    let step = [2, 1, 1, 1]
        .into_iter()
        .fold(new(), |writer, length| writer.int(1, length));
    let step = step.int(2, 1).text(8, "step").bytes(9, &pair);
    let weights = [
        tensor("w", &[3, 2, 3, 3]),
        tensor("t", &[2, 3, 3, 3]),
        tensor("four", &[4]),
        tensor("deep", &[3, 2, 1, 1, 1]),
        step,
    ];
    let input = declared("x", &[2, 2, 6, 5]);
    model(nodes, &weights, &[input], &[declared("y", &[2, 3, 4, 3])])
}

fn conv(attributes: &[Writer]) -> Vec<u8> {
    one("Conv", true, attributes)
}

fn transposed(attributes: &[Writer]) -> Vec<u8> {
    chain(&[node("ConvTranspose", &["x", "t"], &["y"], attributes)])
}

fn average(attributes: &[Writer]) -> Vec<u8> {
    let kernel = ints_attribute("kernel_shape", &[3, 3]);
    one("AveragePool", false, &[&[kernel], attributes].concat())
}

/// `Pad` of an input of 2 channels of 6 rows and 5 columns, and a node behind it.
fn padded(pads: &[i64], more: &[Writer], behind: (&str, &[&str], &[Writer])) -> Vec<u8> {
    let pads = ints_attribute("pads", pads);
    let (operator, names, attributes) = behind;
    chain(&[
        node("Pad", &["x"], &["p"], &[&[pads], more].concat()),
        node(operator, names, &["y"], attributes),
    ])
}

#[test]
fn zeros_that_cannot_be_built() {
    let ints = ints_attribute;
    let kernel = || ints("kernel_shape", &[3, 3]);
    let all = [0, 0, 1, 1, 0, 0, 1, 1];
    let conv = ("Conv", &["p", "w"][..], &[][..]);
    let float = float_attribute;
    insta::with_settings!({ omit_expression => true }, { insta::assert_snapshot!(shown(&[
        ("another mode", padded(&all, &[text_attribute("mode", "reflect")], conv)),
        ("other numbers", padded(&all, &[float("value", 0.5)], conv)),
        ("less than nothing", padded(&[0, 0, -1, 0, 0, 0, 0, 0], &[], conv)),
        ("too few", padded(&[1, 1], &[], conv)),
        ("beyond all lengths", padded(&[0, 0, i64::MAX, 0, 0, 0, 0, 0], &[], conv)),
        ("zeros as channels", padded(&[0, 1, 0, 0, 0, 0, 0, 0], &[], conv)),
        ("padding that depends on the length", padded(&all, &[], (
            "Conv", &["p", "w"], &[text_attribute("auto_pad", "SAME_UPPER")],
        ))),
        ("more output than windows reach", padded(&all, &[], ("ConvTranspose", &["p", "t"], &[]))),
        ("zeros that may be the largest", padded(&all, &[], ("MaxPool", &["p"], &[kernel()]))),
        ("zeros that count and others that do not", padded(&all, &[], (
            "AveragePool", &["p"], &[kernel(), ints("pads", &[1, 1, 1, 1])],
        ))),
        ("zeros that a function takes", padded(&all, &[], ("Relu", &["p"], &[]))),
        ("zeros that are joined with channels", padded(&all, &[], ("Flatten", &["p"], &[]))),
        ("zeros that are given", chain(&[node("Pad", &["x"], &["y"], &[ints("pads", &all)])])),
    ])) });
}

#[test]
fn windows_that_cannot_be_built() {
    let ints = ints_attribute;
    let same = || text_attribute("auto_pad", "SAME_UPPER");
    insta::with_settings!({ omit_expression => true }, { insta::assert_snapshot!(shown(&[
        ("an unknown attribute", conv(&[int_attribute("causal", 1)])),
        ("an unknown padding", conv(&[text_attribute("auto_pad", "SAME")])),
        ("a stride of 0", conv(&[ints("strides", &[1, 0])])),
        ("a stride below 0", conv(&[ints("strides", &[1, -2])])),
        ("a stride beyond all lengths", conv(&[ints("strides", &[1, i64::MAX])])),
        ("padding below 0", conv(&[ints("pads", &[0, -1, 0, 0])])),
        ("padding of one side alone", conv(&[ints("pads", &[1, 1])])),
        ("two paddings", conv(&[ints("pads", &[1, 1, 1, 1]), same()])),
        ("dilations with the same length", conv(&[ints("dilations", &[2, 2]), same()])),
        ("another kernel than the weights have", conv(&[ints("kernel_shape", &[3, 2])])),
        ("groups that do not divide", conv(&[int_attribute("group", 2)])),
        ("groups below 0", conv(&[int_attribute("group", -1)])),
        ("a window beyond the input", conv(&[ints("dilations", &[3, 1])])),
        ("three dimensions", chain(&[node("Conv", &["x", "deep"], &["y"], &[])])),
        ("a bias for others", chain(&[node("Conv", &["x", "w", "four"], &["y"], &[])])),
        ("weights for other channels", chain(&[node("Conv", &["x", "t"], &["y"], &[])])),
        ("a longer output than windows reach", transposed(&[ints("output_shape", &[9, 7])])),
        ("an output shape and padding", transposed(&[
            ints("output_shape", &[6, 5]), ints("pads", &[1, 1, 1, 1]),
        ])),
        ("padding that no kernel reaches", average(&[ints("pads", &[4, 0, 0, 0])])),
        ("counted padding, rounded up", average(&[
            ints("strides", &[2, 3]), ints("pads", &[1, 1, 1, 1]), int_attribute("ceil_mode", 1),
            int_attribute("count_include_pad", 1),
        ])),
        ("a pool without a kernel", one("MaxPool", false, &[])),
        ("the places of the largest", chain(&[
            node("MaxPool", &["x"], &["y", "places"], &[ints("kernel_shape", &[2, 2])]),
        ])),
        ("a mean over channels", one("ReduceMean", false, &[ints("axes", &[1])])),
        ("normalisation in training", chain(&[
            node("BatchNormalization", &["x", "four", "four", "four", "four"], &["y"],
                &[int_attribute("training_mode", 1)]),
        ])),
        ("normalisation of other channels", chain(&[
            node("BatchNormalization", &["x", "four", "four", "four", "four"], &["y"], &[]),
        ])),
        ("numbers that differ between sequences", chain(&[
            node("Conv", &["x", "w"], &["a"], &[]),
            node("Relu", &["a"], &["b"], &[]),
            node("Mul", &["b", "step"], &["c"], &[]),
            node("Flatten", &["c"], &["y"], &[]),
        ])),
        ("everything in the way", chain(&[
            node("Conv", &["x", "w"], &["a"], &[float_attribute("strides", 1.0)]),
            node("BatchNormalization", &["a", "four"], &["b"], &[int_attribute("spatial", 0)]),
            node("LpPool", &["b"], &["c"], &[]),
            node("MaxPool", &["c"], &["y"], &[ints("kernel_shape", &[2, 0])]),
        ])),
    ])) });
}
