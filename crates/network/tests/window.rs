//! Convolutions and pools of sequence networks against their definitions, written over padded arrays.

use std::path::Path;

use network::sequence::SequenceNetwork;
use network::{Description, Network};
use proptest::prelude::*;

fn build(text: &str) -> Result<SequenceNetwork, String> {
    let description = Description::parse(text, "net.toml", Path::new(""));
    let network = description.and_then(|it| Network::from_description(&it));
    match network {
        Ok(Network::Sequence(network)) => Ok(network),
        Ok(other) => panic!("{:?}", other.kind()),
        Err(error) => Err(error.to_string()),
    }
}

/// Shapes of a window over two dimensions.
#[derive(Debug, Clone)]
struct Shape {
    groups: usize,
    inputs: usize,
    outputs: usize,
    size: [usize; 2],
    kernel: [usize; 2],
    stride: [usize; 2],
    dilation: [usize; 2],
    padding: [usize; 4],
}

impl Shape {
    fn text(&self, kind: &str, weights: &[f64]) -> String {
        let Shape {
            groups,
            inputs,
            outputs,
            size,
            kernel,
            stride,
            dilation,
            padding,
        } = self;
        let channels = groups * inputs;
        let elements = channels * size[0] * size[1];
        let (units, w) = (groups * outputs, format!("[{weights:?}]"));
        let weighted = match kind {
            "average_pool" | "max_pool" => String::new(),
            _ => format!("units = {units}\nw = {w}\ngroups = {groups}\n"),
        };
        let (weighted, groups) = match weighted.split_once("groups") {
            Some((head, _)) => (head.to_owned(), format!(", groups = {groups}")),
            None => (weighted, String::new()),
        };
        format!(
            "[network]\nkind = \"sequence\"\nname = \"net\"\ninputs = {elements}\n[[layer]]\n\
             kind = \"{kind}\"\n{weighted}window = {{ shape = [{channels}, {}, {}], \
             kernel = {kernel:?}, stride = {stride:?}, dilation = {dilation:?}, \
             padding = {padding:?}{groups} }}\n",
            size[0], size[1]
        )
    }
}

prop_compose! {
    fn shapes()(
        groups in 1usize..3,
        inputs in 1usize..3,
        outputs in 1usize..3,
        size in [1usize..5, 1usize..5],
        kernel in [1usize..4, 1usize..4],
        stride in [1usize..3, 1usize..3],
        dilation in [1usize..3, 1usize..3],
        padding in [0usize..3, 0usize..3, 0usize..3, 0usize..3],
    ) -> Shape {
        Shape { groups, inputs, outputs, size, kernel, stride, dilation, padding }
    }
}

/// The padded input: `None` beyond the input.
fn padded(shape: &Shape, x: &[f64], channel: usize) -> Vec<Vec<Option<f64>>> {
    let [rows, columns] = shape.size;
    let [north, west, south, east] = shape.padding;
    let mut all = vec![vec![None; west + columns + east]; north + rows + south];
    for row in 0..rows {
        for column in 0..columns {
            all[north + row][west + column] = Some(x[(channel * rows + row) * columns + column]);
        }
    }
    all
}

/// All windows of a padded channel, each row by row.
fn windows(shape: &Shape, padded: &[Vec<Option<f64>>]) -> Vec<Vec<Option<f64>>> {
    let reach = |at: usize| shape.dilation[at] * (shape.kernel[at] - 1);
    let mut all = vec![];
    let mut row = 0;
    while row + reach(0) < padded.len() {
        let mut column = 0;
        while column + reach(1) < padded[0].len() {
            let mut window = vec![];
            for k in 0..shape.kernel[0] {
                for l in 0..shape.kernel[1] {
                    window
                        .push(padded[row + k * shape.dilation[0]][column + l * shape.dilation[1]]);
                }
            }
            all.push(window);
            column += shape.stride[1];
        }
        row += shape.stride[0];
    }
    all
}

fn numbers(count: usize, seed: usize) -> Vec<f64> {
    let number = |at: usize| ((at * 7 + seed) % 13) as f64 * 0.25 - 1.5;
    (0..count).map(number).collect()
}

fn near(a: &[f64], b: &[f64]) -> bool {
    a.len() == b.len() && a.iter().zip(b).all(|(a, b)| (a - b).abs() < 1e-9)
}

proptest! {
    #[test]
    fn a_convolution_is_its_definition(shape in shapes(), seed in 0usize..100) {
        let elements = shape.kernel[0] * shape.kernel[1];
        let outputs = shape.groups * shape.outputs;
        let w = numbers(outputs * shape.inputs * elements, seed);
        let x = numbers(shape.groups * shape.inputs * shape.size[0] * shape.size[1], seed + 5);
        let mut wanted = vec![];
        for m in 0..outputs {
            let mut sums: Vec<f64> = vec![];
            for i in 0..shape.inputs {
                let channel = m / shape.outputs * shape.inputs + i;
                let windows = windows(&shape, &padded(&shape, &x, channel));
                sums.resize(windows.len(), 0.0);
                for (sum, window) in sums.iter_mut().zip(windows) {
                    for (place, value) in window.iter().enumerate() {
                        let weight = w[(m * shape.inputs + i) * elements + place];
                        *sum += weight * value.unwrap_or(0.0);
                    }
                }
            }
            wanted.extend(sums);
        }
        match build(&shape.text("convolution", &w)) {
            Ok(network) => prop_assert!(near(&network.run(&[x]).outputs[0], &wanted)),
            Err(error) => prop_assert!(wanted.is_empty(), "{error}"),
        }
    }

    #[test]
    fn a_transposed_convolution_is_the_transpose(shape in shapes(), seed in 0usize..100) {
        // <conv(x), y> = <x, transposed(y)> wherever the sizes come back.
        let elements = shape.kernel[0] * shape.kernel[1];
        let count = shape.groups * shape.inputs * shape.outputs * elements;
        let w = numbers(count, seed);
        let forward = build(&shape.text("convolution", &w));
        prop_assume!(forward.is_ok());
        let forward = forward.unwrap();
        let x = numbers(forward.inputs, seed);
        let there = forward.run(std::slice::from_ref(&x)).outputs[0].clone();
        let reach = |at: usize| shape.dilation[at] * (shape.kernel[at] - 1) + 1;
        let size = |at: usize| {
            (shape.size[at] + shape.padding[at] + shape.padding[at + 2] - reach(at))
                / shape.stride[at] + 1
        };
        let back = Shape {
            inputs: shape.outputs,
            outputs: shape.inputs,
            size: [size(0), size(1)],
            ..shape.clone()
        };
        let left = |at: usize| {
            (shape.size[at] + shape.padding[at] + shape.padding[at + 2] - reach(at))
                % shape.stride[at]
        };
        let text = back.text("transposed_convolution", &w);
        let ends = format!(", output_padding = [{}, {}] }}\n", left(0), left(1));
        let back = build(&text.replace(" }\n", &ends)).unwrap();
        prop_assert_eq!((back.inputs, back.outputs()), (there.len(), x.len()));
        let y = numbers(there.len(), seed + 3);
        let again = back.run(std::slice::from_ref(&y)).outputs[0].clone();
        let dot = |a: &[f64], b: &[f64]| -> f64 { a.iter().zip(b).map(|(a, b)| a * b).sum() };
        prop_assert!((dot(&there, &y) - dot(&x, &again)).abs() < 1e-9);
    }

    #[test]
    fn a_pool_is_the_mean_or_the_largest_of_what_is_there(
        shape in shapes(), seed in 0usize..100, kind in 0usize..3,
    ) {
        let channels = shape.groups * shape.inputs;
        let x = numbers(channels * shape.size[0] * shape.size[1], seed);
        let mut wanted = vec![];
        let mut outside = false;
        for channel in 0..channels {
            for window in windows(&shape, &padded(&shape, &x, channel)) {
                let there: Vec<f64> = window.into_iter().flatten().collect();
                outside |= there.is_empty();
                let sum: f64 = there.iter().sum();
                wanted.push(match kind {
                    0 => sum / there.len() as f64,
                    1 => sum / (shape.kernel[0] * shape.kernel[1]) as f64,
                    _ => there.iter().copied().fold(f64::NEG_INFINITY, f64::max),
                });
            }
        }
        let text = match kind {
            0 => shape.text("average_pool", &[]),
            1 => shape.text("average_pool", &[]).replace(" }\n", ", count_padding = true }\n"),
            _ => shape.text("max_pool", &[]),
        };
        match build(&text) {
            Ok(network) => prop_assert!(near(&network.run(&[x]).outputs[0], &wanted)),
            Err(error) => prop_assert!(outside || wanted.is_empty(), "{error}"),
        }
    }
}

#[test]
fn one_dimension_is_enough() {
    let network = build(
        "[network]\nkind = \"sequence\"\nname = \"net\"\ninputs = 4\n[[layer]]\n\
         kind = \"convolution\"\nunits = 1\nw = [[1, 2, 3]]\nbias = [0.5]\n\
         window = { shape = [1, 4], kernel = [3], padding = [1, 1] }\n",
    );
    let run = network.unwrap().run(&[vec![1.0, 10.0, 100.0, 1000.0]]);
    assert_eq!(run.outputs[0], [32.5, 321.5, 3210.5, 2100.5]);
}

#[test]
fn windows_that_do_not_suit_are_refused() {
    let refused = |layer: &str| {
        let head = "[network]\nkind = \"sequence\"\nname = \"net\"\ninputs = 4\n[[layer]]\n";
        build(&format!("{head}{layer}")).unwrap_err()
    };
    let convolution = "kind = \"convolution\"\nunits = 1\nw = [[1, 2, 3]]\n";
    for (window, wanted) in [
        ("shape = [1, 5], kernel = [3]", "4, as the layer is given"),
        ("shape = [1, 4], kernel = [3], dilation = [2]", "fits into"),
        ("shape = [1, 4], kernel = [2]", "2 numbers"),
        ("shape = [4], kernel = [3]", "channels and length"),
        ("shape = [1, 4], kernel = [3, 3]", "1 numbers from 1"),
        ("shape = [1, 4], kernel = [0]", "1 numbers from 1"),
        ("shape = [1, 4], kernel = [3], groups = 2", "divides both"),
        (
            "shape = [1, 4], kernel = [3], padding = [9999999, 0]",
            "from 0",
        ),
    ] {
        let error = refused(&format!("{convolution}window = {{ {window} }}\n"));
        assert!(error.contains(wanted), "{window}: {error}");
    }
    assert!(refused(convolution).contains("window"));
    let dense = "kind = \"dense\"\nunits = 1\nw = [[1, 2, 3, 4]]\n";
    let error = refused(&format!(
        "{dense}window = {{ shape = [1, 4], kernel = [1] }}\n"
    ));
    assert!(error.contains("a convolution or a pool"), "{error}");
    let pool =
        "kind = \"average_pool\"\nwindow = { shape = [1, 4], kernel = [1], padding = [1, 1] }\n";
    assert!(refused(pool).contains("outside the input"));
    assert!(refused(&pool.replace("average", "max")).contains("outside the input"));
    for (kind, key) in [
        ("max_pool", "groups = 1"),
        ("max_pool", "count_padding = true"),
        ("average_pool", "output_padding = [1]"),
    ] {
        let window = format!("window = {{ shape = [1, 4], kernel = [2], {key} }}\n");
        let error = refused(&format!("kind = \"{kind}\"\n{window}"));
        assert!(error.contains("has no meaning here"), "{error}");
    }
}
