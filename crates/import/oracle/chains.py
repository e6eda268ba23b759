"""Chains as PyTorch, Keras and skl2onnx write them."""

import numpy as np
from onnx import helper, numpy_helper

from models import chain, drawn, int64


def exported():
    """As PyTorch, Keras and skl2onnx write them."""
    N = helper.make_node
    # nn.LSTM(batch_first, bidirectional, two layers) with zero states, Linear, by torch.onnx.
    constants = {
        "W0": drawn(2, 16, 3), "R0": drawn(2, 16, 4), "B0": drawn(2, 32),
        "W1": drawn(2, 16, 8), "R1": drawn(2, 16, 4), "B1": drawn(2, 32),
        "L": drawn(5, 8), "b": drawn(5), "four": int64(4), "two": int64(2),
        "join": int64(0, 0, -1), "axis0": int64(0), "zero0": np.array(0, np.int64),
    }
    states = [
        N("Shape", ["x"], ["s"]),
        N("Gather", ["s", "zero0"], ["batch"], axis=0),
        N("Unsqueeze", ["batch", "axis0"], ["batch1"]),
        N("Concat", ["two", "batch1", "four"], ["sizes"], axis=0),
        N("ConstantOfShape", ["sizes"], ["h0"], value=numpy_helper.from_array(np.zeros(1, np.float32))),
    ]
    nodes = states + [
        N("Transpose", ["x"], ["t"], perm=[1, 0, 2]),
        N("LSTM", ["t", "W0", "R0", "B0", "", "h0", "h0"], ["y0", "", ""], hidden_size=4,
          direction="bidirectional", name="/rnn/LSTM"),
        N("Transpose", ["y0"], ["y0t"], perm=[0, 2, 1, 3]),
        N("Reshape", ["y0t", "join"], ["y0r"]),
        N("LSTM", ["y0r", "W1", "R1", "B1", "", "h0", "h0"], ["y1", "", ""], hidden_size=4,
          direction="bidirectional", name="/rnn/LSTM_1"),
        N("Transpose", ["y1"], ["y1t"], perm=[0, 2, 1, 3]),
        N("Reshape", ["y1t", "join"], ["y1r"]),
        N("Transpose", ["y1r"], ["back"], perm=[1, 0, 2]),
        N("Transpose", ["L"], ["Lt"], perm=[1, 0]),
        N("MatMul", ["back", "Lt"], ["m"], name="/fc/MatMul"),
        N("Add", ["b", "m"], ["y"], name="/fc/Add"),
    ]
    chain("lstm_two_layers", nodes, ["batch", "time", 3], constants, drawn(2, 6, 3),
          shape_out=["batch", "time", 5])

    # nn.GRU, the last state of the last layer, Linear, ReLU, Linear, softmax.
    constants = {
        "W": drawn(1, 12, 3), "R": drawn(1, 12, 4), "B": drawn(1, 24), "d": int64(0),
        "L1": drawn(6, 4), "b1": drawn(6), "L2": drawn(3, 6), "b2": drawn(3), "minus": np.array(-1, np.int64),
    }
    gru = N("GRU", ["x", "W", "R", "B"], ["", "h"], hidden_size=4, linear_before_reset=1)
    head = [
        N("Gemm", ["v", "L1", "b1"], ["g1"], transB=1, alpha=1.0, beta=1.0),
        N("Relu", ["g1"], ["r1"]),
        N("Gemm", ["r1", "L2", "b2"], ["g2"], transB=1, alpha=0.5, beta=2.0),
        N("Softmax", ["g2"], ["y"], axis=1),
    ]
    nodes = [gru, N("Gather", ["h", "minus"], ["v"], axis=0)] + head
    chain("gru_last_state", nodes, ["time", "batch", 3], {k: v for k, v in constants.items() if k != "d"},
          drawn(7, 2, 3), shape_out=["batch", 3])
    nodes = [gru, N("Squeeze", ["h", "d"], ["v"])] + head[:-1] + [N("Identity", ["g2"], ["y"])]
    chain("gru_squeezed", nodes, [7, 2, 3], {k: v for k, v in constants.items() if k != "minus"},
          drawn(7, 2, 3), shape_out=[2, 3])

    # Both last states of a bidirectional layer, as torch.cat((h[-2], h[-1]), 1).
    constants = {
        "W": drawn(2, 4, 3), "R": drawn(2, 4, 4), "B": drawn(2, 8), "L": drawn(2, 8), "b": drawn(2),
        "m2": np.array(-2, np.int64), "m1": np.array(-1, np.int64),
    }
    nodes = [
        N("RNN", ["x", "W", "R", "B"], ["", "h"], hidden_size=4, direction="bidirectional"),
        N("Gather", ["h", "m2"], ["f"], axis=0),
        N("Gather", ["h", "m1"], ["r"], axis=0),
        N("Concat", ["f", "r"], ["v"], axis=1),
        N("Gemm", ["v", "L", "b"], ["g"], transB=1),
        N("Tanh", ["g"], ["y"]),
    ]
    chain("rnn_both_states", nodes, ["time", "batch", 3], constants, drawn(5, 3, 3),
          shape_out=["batch", 2])

    # The last step of a forward layer, y[:, -1], by a slice.
    constants = {
        "W": drawn(1, 16, 2), "R": drawn(1, 16, 4), "B": drawn(1, 32), "L": drawn(4, 1),
        "from": int64(-1), "to": int64(np.iinfo(np.int64).max), "axis": int64(1), "dirs": int64(1),
    }
    nodes = [
        N("Transpose", ["x"], ["t"], perm=[1, 0, 2]),
        N("LSTM", ["t", "W", "R", "B"], ["y0"], hidden_size=4),
        N("Squeeze", ["y0", "dirs"], ["y1"]),
        N("Transpose", ["y1"], ["y2"], perm=[1, 0, 2]),
        N("Slice", ["y2", "from", "to", "axis"], ["y3"]),
        N("Squeeze", ["y3", "axis"], ["y4"]),
        N("MatMul", ["y4", "L"], ["y5"]),
        N("Sigmoid", ["y5"], ["y"]),
    ]
    chain("lstm_last_step", nodes, ["batch", "time", 2], constants, drawn(3, 4, 2),
          shape_out=["batch", 1])

    # A dense layer over joined steps and sequences, then a recurrent one; Keras does this.
    constants = {
        "D": drawn(3, 4), "bd": drawn(4), "W": drawn(1, 5, 4), "R": drawn(1, 5, 5, scale=0.2), "flat": int64(-1, 3),
        "deep": int64(6, 2, 4), "dirs": int64(1),
    }
    nodes = [
        N("Reshape", ["x", "flat"], ["f"]),
        N("MatMul", ["f", "D"], ["m"]),
        N("Add", ["m", "bd"], ["a"]),
        N("LeakyRelu", ["a"], ["l"], alpha=0.125),
        N("Reshape", ["l", "deep"], ["d"]),
        N("RNN", ["d", "W", "R"], ["r"], hidden_size=5, activations=["Relu"]),
        N("Squeeze", ["r", "dirs"], ["y"]),
    ]
    chain("dense_then_rnn", nodes, [6, 2, 3], constants, drawn(6, 2, 3), producer="tf2onnx",
          shape_out=[6, 2, 5])

    # A net without recurrence: an image as a vector.
    constants = {"L1": drawn(6, 16), "b1": drawn(6), "L2": drawn(4, 6), "b2": drawn(4)}
    nodes = [
        N("Flatten", ["x"], ["v"], axis=1),
        N("Gemm", ["v", "L1", "b1"], ["g1"], transB=1),
        N("Elu", ["g1"], ["e1"]),
        N("Dropout", ["e1"], ["d1"]),
        N("Gemm", ["d1", "L2", "b2"], ["g2"], transB=1),
        N("HardSigmoid", ["g2"], ["y"]),
    ]
    chain("dense_image", nodes, ["batch", 4, 4], constants, drawn(5, 4, 4), shape_out=["batch", 4])


def batch_normalisation(name, channels):
    """Constants of a BatchNormalization under their names, and its inputs."""
    constants = {
        f"{name}_s": drawn(channels) + 1.2, f"{name}_b": drawn(channels), f"{name}_m": drawn(channels),
        f"{name}_v": np.abs(drawn(channels)) + np.float32(0.3),
    }
    return constants, list(constants)


def images():
    """Chains of convolutions and pools, as PyTorch and tf2onnx write them."""
    N = helper.make_node
    # nn.Conv2d, ReLU, MaxPool2d twice, then mean and Linear.
    constants = {
        "w1": drawn(4, 1, 3, 3), "b1": drawn(4), "w2": drawn(5, 4, 3, 3, scale=0.3), "b2": drawn(5),
        "L": drawn(3, 5), "b": drawn(3),
    }
    nodes = [
        N("Conv", ["x", "w1", "b1"], ["c1"], kernel_shape=[3, 3], pads=[1, 1, 1, 1], strides=[1, 1],
          dilations=[1, 1], group=1, name="/conv1/Conv"),
        N("Relu", ["c1"], ["r1"]),
        N("MaxPool", ["r1"], ["p1"], kernel_shape=[2, 2], strides=[2, 2], pads=[0, 0, 0, 0],
          dilations=[1, 1], ceil_mode=0),
        N("Conv", ["p1", "w2", "b2"], ["c2"], name="/conv2/Conv"),
        N("LeakyRelu", ["c2"], ["r2"], alpha=0.125),
        N("GlobalAveragePool", ["r2"], ["g"]),
        N("Flatten", ["g"], ["f"], axis=1),
        N("Gemm", ["f", "L", "b"], ["y"], transB=1),
    ]
    chain("conv_image", nodes, ["batch", 1, 8, 8], constants, drawn(3, 1, 8, 8), shape_out=["batch", 3])
    mean = [
        N("ReduceMean", ["r2", "places"], ["g"], keepdims=0),
        N("Gemm", ["g", "L", "b"], ["y"], transB=1),
    ]
    chain("conv_image_reduced", nodes[:5] + mean, [1, 1, 8, 8], {**constants, "places": int64(2, 3)},
          drawn(1, 1, 8, 8), shape_out=[1, 3])

    # Batch normalisation behind a convolution, and behind its ReLU, where it goes through the pool into
    # the convolution behind; a padded one takes no shift, and keeps it before itself.
    for name, pads, signs in [("folded", [0, 0, 0, 0], False), ("padded", [1, 1, 1, 1], False),
                              ("falling", [0, 0, 0, 0], True)]:
        one, ones = batch_normalisation("n1", 3)
        two, twos = batch_normalisation("n2", 3)
        if signs:
            two["n2_s"] = -two["n2_s"]
        three, threes = batch_normalisation("n3", 2)
        constants = {"w1": drawn(3, 2, 3, 3, scale=0.2), "w2": drawn(2, 3, 2, 2, scale=0.3), "b2": drawn(2), "flat": int64(0, -1),
                     "L": drawn(2 * (16 if pads[0] else 4), 4, scale=0.2), **one, **two, **three}
        nodes = [
            N("Conv", ["x", "w1"], ["c1"]),
            N("BatchNormalization", ["c1"] + ones, ["a1"], epsilon=0.001, momentum=0.9, name="bn1"),
            N("Relu", ["a1"], ["r1"]),
            N("BatchNormalization", ["r1"] + twos, ["a2"], name="bn2"),
            N("MaxPool", ["a2"], ["p"], kernel_shape=[2, 2], strides=[2, 2]),
            N("Conv", ["p", "w2", "b2"], ["c2"], pads=pads),
            N("BatchNormalization", ["c2"] + threes, ["a3"], name="bn3"),
            N("Tanh", ["a3"], ["t"]),
            N("Reshape", ["t", "flat"], ["f"]),
            N("MatMul", ["f", "L"], ["y"]),
        ]
        chain(f"batch_normalisation_{name}", nodes, ["batch", 2, 8, 8], constants, drawn(2, 2, 8, 8),
              shape_out=["batch", 4])

    # Keras, channels last, by tf2onnx: a transpose before and behind, then Flatten and Dense.
    constants = {
        "w1": drawn(3, 2, 3, 3), "b1": drawn(3), "flat": int64(-1, 48), "L": drawn(48, 5, scale=0.3), "b": drawn(5),
    }
    nodes = [
        N("Transpose", ["x"], ["t"], perm=[0, 3, 1, 2]),
        N("Conv", ["t", "w1", "b1"], ["c1"], auto_pad="SAME_UPPER", strides=[2, 2], kernel_shape=[3, 3]),
        N("Relu", ["c1"], ["r1"]),
        N("Transpose", ["r1"], ["back"], perm=[0, 2, 3, 1]),
        N("Reshape", ["back", "flat"], ["f"]),
        N("MatMul", ["f", "L"], ["m"]),
        N("Add", ["m", "b"], ["a"]),
        N("Softmax", ["a"], ["y"]),
    ]
    chain("conv_channels_last", nodes, ["batch", 8, 7, 2], constants, drawn(3, 8, 7, 2), "tf2onnx", ["batch", 5])

    # A generator of images from vectors, by PyTorch.
    one, ones = batch_normalisation("n1", 4)
    constants = {"L": drawn(36, 5), "b": drawn(36), "image": int64(-1, 4, 3, 3), "w1": drawn(4, 3, 3, 3),
                 "w2": drawn(3, 1, 4, 4), "b2": drawn(1), **one}
    nodes = [
        N("Gemm", ["x", "L", "b"], ["g"], transB=1),
        N("Reshape", ["g", "image"], ["i"]),
        N("BatchNormalization", ["i"] + ones, ["a1"], name="bn1"),
        N("Relu", ["a1"], ["r1"]),
        N("ConvTranspose", ["r1", "w1"], ["c1"], strides=[2, 2], pads=[1, 1, 1, 1], output_padding=[1, 1]),
        N("LeakyRelu", ["c1"], ["r2"], alpha=0.2),
        N("ConvTranspose", ["r2", "w2", "b2"], ["c2"], strides=[2, 2], pads=[1, 1, 1, 1]),
        N("Tanh", ["c2"], ["y"]),
    ]
    chain("generator", nodes, ["batch", 5], constants, drawn(2, 5), shape_out=["batch", 1, 12, 12])

    # The same by Keras: the vector is an image with the channels last, and so is the result.
    one, ones = batch_normalisation("n1", 3)
    constants = {"L": drawn(5, 36), "image": int64(-1, 3, 3, 4), "w1": drawn(4, 3, 3, 3), "w2": drawn(3, 2, 3, 3), **one}
    nodes = [
        N("MatMul", ["x", "L"], ["g"]),
        N("LeakyRelu", ["g"], ["r0"], alpha=0.3),
        N("Reshape", ["r0", "image"], ["i"]),
        N("Transpose", ["i"], ["t"], perm=[0, 3, 1, 2]),
        N("ConvTranspose", ["t", "w1"], ["c1"], strides=[2, 2], pads=[0, 0, 1, 1]),
        N("BatchNormalization", ["c1"] + ones, ["a1"], name="bn1"),
        N("Relu", ["a1"], ["r1"]),
        N("ConvTranspose", ["r1", "w2"], ["c2"], pads=[1, 1, 1, 1]),
        N("Tanh", ["c2"], ["h"]),
        N("Transpose", ["h"], ["y"], perm=[0, 2, 3, 1]),
    ]
    chain("generator_channels_last", nodes, ["batch", 5], constants, drawn(2, 5), "tf2onnx", ["batch", 6, 6, 2])

    # A flat vector seen as an image, with numbers taken off and divided by.
    constants = {"image": int64(-1, 2, 4, 3), "mean": drawn(1, 2, 1, 1), "deviation": np.abs(drawn(2, 1, 1)) + np.float32(0.5),
                 "w1": drawn(4, 1, 2, 2), "b1": drawn(4), "low": np.array(0, np.float32), "high": np.array(6, np.float32),
                 "w2": drawn(3, 4, 1, 1), "slope": np.array([0.25], np.float32)}
    nodes = [
        N("Reshape", ["x", "image"], ["i"]),
        N("Sub", ["i", "mean"], ["s"], name="/Sub"),
        N("Div", ["s", "deviation"], ["d"], name="/Div"),
        N("Conv", ["d", "w1", "b1"], ["c1"], group=2),
        N("Clip", ["c1", "low", "high"], ["k"]),
        N("Conv", ["k", "w2"], ["c2"]),
        N("PRelu", ["c2", "slope"], ["p"]),
        N("Flatten", ["p"], ["y"]),
    ]
    chain("scaled_image", nodes, ["batch", 24], constants, drawn(2, 24, scale=2), shape_out=["batch", 18])
    # The same numbers before a window that sees zeros beyond the input.
    nodes[3] = N("Conv", ["d", "w1", "b1"], ["c1"], group=2, pads=[1, 0, 0, 1])
    chain("scaled_image_padded", nodes, ["batch", 24], constants, drawn(2, 24, scale=2), shape_out=["batch", 36])

    # A normalisation that its exporter took apart.
    constants = {"L": drawn(3, 4), "m": drawn(4), "v": np.abs(drawn(4)), "e": np.array(1e-3, np.float32), "s": drawn(4),
                 "b": drawn(4), "half": np.array(0.5, np.float32)}
    nodes = [
        N("Mul", ["x", "half"], ["h"]),
        N("MatMul", ["h", "L"], ["d"]),
        N("Tanh", ["d"], ["t"]),
        N("Add", ["v", "e"], ["ve"]),
        N("Sqrt", ["ve"], ["root"]),
        N("Div", ["s", "root"], ["f"]),
        N("Sub", ["t", "m"], ["c"]),
        N("Mul", ["f", "c"], ["z"]),
        N("Add", ["z", "b"], ["y"]),
    ]
    chain("unfused_normalisation", nodes, ["batch", 3], constants, drawn(4, 3), shape_out=["batch", 4])


def mixed():
    """Convolutions before and behind recurrent layers, and numbers around them."""
    N = helper.make_node
    # A convolution of each image of a sequence, then an LSTM over the sequence.
    constants = {
        "w1": drawn(3, 1, 3, 3), "b1": drawn(3), "W": drawn(1, 16, 12, scale=0.3), "R": drawn(1, 16, 4), "B": drawn(1, 32),
        "L": drawn(4, 2), "zero": np.array(0, np.int64), "one": np.array(1, np.int64), "axis0": int64(0),
        "image": int64(1, 6, 6), "rest": int64(-1), "minus": np.array(-1, np.int64), "dirs": int64(1),
    }
    sizes = [
        N("Shape", ["x"], ["s"]),
        N("Gather", ["s", "zero"], ["batch"]),
        N("Gather", ["s", "one"], ["time"]),
        N("Mul", ["batch", "time"], ["all"]),
        N("Unsqueeze", ["all", "axis0"], ["all1"]),
        N("Concat", ["all1", "image"], ["flat"], axis=0),
        N("Unsqueeze", ["batch", "axis0"], ["batch1"]),
        N("Unsqueeze", ["time", "axis0"], ["time1"]),
        N("Concat", ["batch1", "time1", "rest"], ["deep"], axis=0),
    ]
    nodes = sizes + [
        N("Reshape", ["x", "flat"], ["i"]),
        N("Conv", ["i", "w1", "b1"], ["c"]),
        N("Relu", ["c"], ["r"]),
        N("AveragePool", ["r"], ["p"], kernel_shape=[2, 2], strides=[2, 2]),
        N("Reshape", ["p", "deep"], ["v"]),
        N("Transpose", ["v"], ["t"], perm=[1, 0, 2]),
        N("LSTM", ["t", "W", "R", "B"], ["h"], hidden_size=4),
        N("Squeeze", ["h", "dirs"], ["h1"]),
        N("Transpose", ["h1"], ["h2"], perm=[1, 0, 2]),
        N("MatMul", ["h2", "L"], ["y"]),
    ]
    chain("conv_then_lstm", nodes, ["batch", "time", 1, 6, 6], constants, drawn(2, 4, 1, 6, 6),
          shape_out=["batch", "time", 2])

    # A recurrent layer whose output is an image in each step.
    constants = {
        "W": drawn(1, 36, 3), "R": drawn(1, 36, 12, scale=0.3), "B": drawn(1, 72), "dirs": int64(1),
        "image": int64(10, 3, 2, 2), "w": drawn(3, 2, 2, 2), "deep": int64(5, 2, 18),
    }
    nodes = [
        N("GRU", ["x", "W", "R", "B"], ["h"], hidden_size=12, linear_before_reset=1),
        N("Squeeze", ["h", "dirs"], ["h1"]),
        N("Reshape", ["h1", "image"], ["i"]),
        N("ConvTranspose", ["i", "w"], ["c"]),
        N("Sigmoid", ["c"], ["a"]),
        N("Reshape", ["a", "deep"], ["y"]),
    ]
    chain("gru_then_transposed", nodes, [5, 2, 3], constants, drawn(5, 2, 3), shape_out=[5, 2, 18])

    # Numbers before, between and behind recurrent layers; both directions by a split.
    one, ones = batch_normalisation("n1", 8)
    constants = {
        "mean": drawn(3), "scale": drawn(1, 1, 3), "W0": drawn(2, 12, 3), "R0": drawn(2, 12, 4),
        "two": int64(1, 1), "dirs": int64(1), "W1": drawn(1, 20, 8), "R1": drawn(1, 20, 5), "B1": drawn(1, 40),
        "factor": np.array(0.5, np.float32), "more": drawn(5), **one,
    }
    nodes = [
        N("Sub", ["x", "mean"], ["s"]),
        N("Mul", ["s", "scale"], ["m"]),
        N("GRU", ["m", "W0", "R0"], ["h"], hidden_size=4, direction="bidirectional"),
        N("Split", ["h", "two"], ["f", "r"], axis=1),
        N("Squeeze", ["f", "dirs"], ["f1"]),
        N("Squeeze", ["r", "dirs"], ["r1"]),
        N("Concat", ["f1", "r1"], ["j"], axis=2),
        N("Transpose", ["j"], ["j1"], perm=[1, 2, 0]),
        N("BatchNormalization", ["j1"] + ones, ["j2"], name="bn"),
        N("Transpose", ["j2"], ["j3"], perm=[2, 0, 1]),
        N("LSTM", ["j3", "W1", "R1", "B1"], ["k"], hidden_size=5),
        N("Squeeze", ["k", "dirs"], ["k1"]),
        N("Mul", ["factor", "k1"], ["k2"]),
        N("Sub", ["more", "k2"], ["y"]),
    ]
    chain("scaled_recurrent", nodes, ["time", "batch", 3], constants, drawn(6, 2, 3), "keras",
          shape_out=["time", "batch", 5])
