"""Zeros around arrays, and parts of vectors, as exporters write them."""

import numpy as np
from onnx import TensorProto, helper, numpy_helper

from chains import batch_normalisation
from models import chain, drawn, int64


def padded():
    """Zeros around what convolutions and pools take."""
    N = helper.make_node
    zero = {"zero": np.array(0, np.float32)}
    # torch.nn.functional.pad of an image, with all the nodes that its exporter writes.
    constants = {"pad": int64(1, 2, 0, 1), "more": int64(4), "pairs": int64(-1, 2), "start": int64(-1),
                 "end": int64(np.iinfo(np.int64).min), "axis0": int64(0), "back": int64(-1), "flat": int64(-1),
                 "w": drawn(3, 2, 3, 2), "b": drawn(3)}
    nodes = [
        N("ConstantOfShape", ["more"], ["others"], value=numpy_helper.from_array(np.zeros(1, np.int64))),
        N("Concat", ["pad", "others"], ["all"], axis=0),
        N("Reshape", ["all", "pairs"], ["paired"]),
        N("Slice", ["paired", "start", "end", "axis0", "back"], ["turned"]),
        N("Transpose", ["turned"], ["sides"], perm=[1, 0]),
        N("Reshape", ["sides", "flat"], ["listed"]),
        N("Cast", ["listed"], ["pads"], to=TensorProto.INT64),
        N("Pad", ["x", "pads", ""], ["p"], mode="constant", name="/Pad"),
        N("Conv", ["p", "w", "b"], ["c"], strides=[1, 2], pads=[1, 0, 0, 0]),
        N("Relu", ["c"], ["y"]),
    ]
    chain("pad_conv", nodes, ["batch", 2, 5, 6], constants, drawn(2, 2, 5, 6), shape_out=["batch", 3, 5, 4])

    # ZeroPadding2D of an image with the channels last.
    constants = {"pads": int64(0, 1, 2, 0, 0, 1, 0, 0), "w": drawn(4, 2, 3, 3), **zero}
    nodes = [
        N("Pad", ["x", "pads", "zero"], ["p"]),
        N("Transpose", ["p"], ["t"], perm=[0, 3, 1, 2]),
        N("Conv", ["t", "w"], ["c"]),
        N("Sigmoid", ["c"], ["s"]),
        N("GlobalAveragePool", ["s"], ["y"]),
    ]
    chain("pad_channels_last", nodes, ["batch", 4, 5, 2], constants, drawn(2, 4, 5, 2), "tf2onnx", ["batch", 4, 1, 1])

    # A causal convolution, as Conv1D writes it: an image of one row.
    constants = {"pads": int64(4, 0), "axes": int64(1), "w": drawn(3, 2, 1, 3), "b": drawn(3), "rows": int64(2)}
    nodes = [
        N("Pad", ["x", "pads", "", "axes"], ["p"]),
        N("Transpose", ["p"], ["t"], perm=[0, 2, 1]),
        N("Unsqueeze", ["t", "rows"], ["u"]),
        N("Conv", ["u", "w", "b"], ["c"], dilations=[1, 2]),
        N("Squeeze", ["c", "rows"], ["q"]),
        N("Tanh", ["q"], ["y"]),
    ]
    chain("pad_causal", nodes, ["batch", 7, 2], constants, drawn(2, 7, 2), "tf2onnx", ["batch", 3, 7])

    # As attributes, which they were before operator set 11; and twice.
    constants = {"w": drawn(2, 2, 2)}
    nodes = [
        N("Pad", ["x"], ["p"], pads=[0, 0, 1, 0, 0, 0], value=0.0),
        N("Pad", ["p"], ["q"], pads=[0, 0, 0, 0, 0, 1]),
        N("Conv", ["q", "w"], ["y"]),
    ]
    chain("pad_attributes", nodes, [2, 2, 5], constants, drawn(2, 2, 5), shape_out=[2, 2, 6], opset=9)

    # Before a transposed convolution, as much as its own padding takes away.
    constants = {"pads": int64(0, 0, 1, 0, 0, 1), "w": drawn(3, 2, 4), "b": drawn(2)}
    nodes = [
        N("Pad", ["x", "pads"], ["p"]),
        N("ConvTranspose", ["p", "w", "b"], ["y"], strides=[2], pads=[3, 2]),
    ]
    chain("pad_transposed", nodes, [2, 3, 5], constants, drawn(2, 3, 5), shape_out=[2, 2, 11])

    # Means count zeros; the largest of what is not below 0 is the same with them.
    pads = {"pads": int64(0, 0, 1, 1, 0, 0, 1, 0)}
    for name, attributes in {"average": {}, "average_counted": {"pads": [0, 1, 1, 0], "count_include_pad": 1}}.items():
        nodes = [
            N("Pad", ["x", "pads"], ["p"]),
            N("AveragePool", ["p"], ["y"], kernel_shape=[3, 3], strides=[2, 1], **attributes),
        ]
        chain(f"pad_{name}", nodes, [2, 2, 5, 6], pads, drawn(2, 2, 5, 6), shape_out=[2, 2, None, None])
    nodes = [
        N("Conv", ["x", "w", "b"], ["c"]),
        N("Relu", ["c"], ["r"]),
        N("Pad", ["r", "pads"], ["p"]),
        N("MaxPool", ["p"], ["y"], kernel_shape=[3, 2], strides=[2, 2], pads=[0, 0, 0, 1]),
    ]
    constants = {"w": drawn(2, 2, 2, 2), "b": drawn(2), **pads}
    chain("pad_max", nodes, [2, 2, 5, 6], constants, drawn(2, 2, 5, 6), shape_out=[2, 2, None, None])

    # Numbers before zeros, which see none of them.
    one, ones = batch_normalisation("n1", 2)
    nodes = [
        N("BatchNormalization", ["x"] + ones, ["a"], name="bn"),
        N("Pad", ["a", "pads"], ["p"]),
        N("Conv", ["p", "w", "b"], ["y"]),
    ]
    chain("pad_scaled", nodes, [2, 2, 5, 6], {**constants, **one}, drawn(2, 2, 5, 6), shape_out=[2, 2, 6, 6])


def parts():
    """Some elements of vectors, and of what layers give."""
    N = helper.make_node
    recurrent = {"W": drawn(1, 12, 3), "R": drawn(1, 12, 4), "B": drawn(1, 24)}
    bounds = {"from": int64(1), "to": int64(4), "two": int64(2), "two2": int64(2)}
    gru = N("GRU", ["v", "W", "R", "B"], ["h"], hidden_size=4, linear_before_reset=1)
    nodes = [N("Slice", ["x", "from", "to", "two"], ["v"]), gru, N("Squeeze", ["h", "from"], ["y"])]
    chain("part_of_input", nodes, ["time", "batch", 5], {**recurrent, "from": int64(1), "to": int64(4), "two": int64(2)},
          drawn(5, 2, 5), shape_out=["time", "batch", 4])

    constants = {**recurrent, **bounds, "L": drawn(4, 7), "b": drawn(7), "dirs": int64(1), "six": int64(6)}
    nodes = [
        N("MatMul", ["x", "L"], ["m"]), N("Add", ["m", "b"], ["a"]), N("Tanh", ["a"], ["t"]),
        N("Slice", ["t", "from", "six", "two", "two2"], ["v"]), gru, N("Squeeze", ["h", "dirs"], ["y"]),
    ]
    constants.pop("to")
    chain("part_of_dense", nodes, ["time", "batch", 4], constants, drawn(5, 2, 4), shape_out=["time", "batch", 4])

    # Elements of a recurrent layer: a slice, a list, one of them, and a split of which one part is used.
    gru = N("GRU", ["x", "W", "R", "B"], ["h"], hidden_size=4, linear_before_reset=1)
    squeezed = [gru, N("Squeeze", ["h", "dirs"], ["s"])]
    dense = N("MatMul", ["part", "L"], ["y"])
    of = {
        "slice": ([N("Slice", ["s", "from", "to", "two", "two2"], ["part"]), dense],
                  {"from": int64(0), "to": int64(4), "two": int64(2), "two2": int64(2), "L": drawn(2, 3)}),
        "gather": ([N("Gather", ["s", "list"], ["part"], axis=-1), dense], {"list": int64(3, 0, -2), "L": drawn(3, 3)}),
        "one": ([N("Gather", ["s", "one"], ["y"], axis=2)], {"one": np.array(2, np.int64)}),
        "split": ([N("Split", ["s", "sizes"], ["other", "part"], axis=2), dense], {"sizes": int64(1, 3), "L": drawn(3, 3)}),
    }
    for name, (nodes, constants) in of.items():
        chain(f"part_{name}", squeezed + nodes, ["time", "batch", 3], {**recurrent, "dirs": int64(1), **constants},
              drawn(5, 2, 3), shape_out=["time", "batch"] if name == "one" else ["time", "batch", 3])

    # A temporal convolutional network: what looks ahead is cut off behind each convolution.
    constants = {"w1": drawn(3, 2, 3), "b1": drawn(3), "w2": drawn(4, 3, 3), "b2": drawn(4), "L": drawn(2, 4),
                 "start": int64(0), "end1": int64(-2), "end2": int64(-4), "axis": int64(2), "minus": np.array(-1, np.int64)}
    nodes = [
        N("Conv", ["x", "w1", "b1"], ["c1"], pads=[2, 2]),
        N("Slice", ["c1", "start", "end1", "axis"], ["s1"]),
        N("Relu", ["s1"], ["r1"]),
        N("Conv", ["r1", "w2", "b2"], ["c2"], pads=[4, 4], dilations=[2]),
        N("Slice", ["c2", "start", "end2", "axis"], ["s2"]),
        N("Relu", ["s2"], ["r2"]),
        N("Gather", ["r2", "minus"], ["g"], axis=2),
        N("Gemm", ["g", "L"], ["y"], transB=1),
    ]
    chain("part_temporal", nodes, ["batch", 2, 9], constants, drawn(2, 2, 9), shape_out=["batch", 2])

    # Images that are cut: behind a transposed convolution, a convolution with a stride, a pool, and channels.
    crop = {"from": int64(1, 2), "to": int64(-1, 100), "axes": int64(2, 3)}
    cut = N("Slice", ["c", "from", "to", "axes"], ["y"])
    for name, node, constants in [
        ("transposed", N("ConvTranspose", ["x", "w"], ["c"], strides=[2, 2]), {"w": drawn(2, 3, 3, 3), **crop}),
        ("stride", N("Conv", ["x", "w"], ["c"], strides=[2, 1], pads=[2, 2, 4, 0]), {"w": drawn(3, 2, 3, 3), **crop}),
        ("pool", N("AveragePool", ["x"], ["c"], kernel_shape=[2, 2]), crop),
        ("channels", N("Conv", ["x", "w"], ["c"]),
         {"w": drawn(5, 2, 2, 2), "from": int64(1), "to": int64(4), "axes": int64(1)}),
    ]:
        chain(f"part_{name}", [node, cut], [2, 2, 5, 6], constants, drawn(2, 2, 5, 6), shape_out=[2, None, None, None])

    # y[:, -1, :units] and y[:, 0, units:] of a layer that reads both ways.
    constants = {"W": drawn(2, 16, 3), "R": drawn(2, 16, 4), "B": drawn(2, 32), "join": int64(0, 0, -1), "L": drawn(2, 8),
                 "minus": np.array(-1, np.int64), "none": np.array(0, np.int64), "zero": int64(0), "units": int64(4),
                 "end": int64(np.iinfo(np.int64).max), "one": int64(1)}
    nodes = [
        N("Transpose", ["x"], ["t"], perm=[1, 0, 2]),
        N("LSTM", ["t", "W", "R", "B"], ["h"], hidden_size=4, direction="bidirectional"),
        N("Transpose", ["h"], ["h1"], perm=[0, 2, 1, 3]),
        N("Reshape", ["h1", "join"], ["h2"]),
        N("Transpose", ["h2"], ["h3"], perm=[1, 0, 2]),
        N("Gather", ["h3", "minus"], ["last"], axis=1),
        N("Slice", ["last", "zero", "units", "one"], ["forward"]),
        N("Gather", ["h3", "none"], ["first"], axis=1),
        N("Slice", ["first", "units", "end", "one"], ["backward"]),
        N("Concat", ["forward", "backward"], ["v"], axis=1),
        N("Gemm", ["v", "L"], ["g"], transB=1),
        N("Selu", ["g"], ["y"]),
    ]
    chain("both_ends", nodes, ["batch", "time", 3], constants, drawn(2, 6, 3), shape_out=["batch", 2])
