"""RNN, GRU and LSTM: combinations of attributes, and the node tests of the package."""

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper
from onnx.backend.test.case.node import collect_testcases

from models import drawn, model_of, run, write

GATES = {"RNN": 1, "GRU": 3, "LSTM": 4}


def cell(op, name, units=3, inputs=2, steps=5, batch=2, bias=True, lengths=None, initial=False,
         peepholes=False, spread=1.0, layout=0, scale=0.7, **attributes):
    """A node of one of the three operators, its values by ONNX Runtime."""
    both = 2 if attributes.get("direction") == "bidirectional" else 1
    gates = GATES[op]
    constants = {
        "W": drawn(both, gates * units, inputs, scale=scale),
        "R": drawn(both, gates * units, units, scale=scale),
    }
    names = ["X", "W", "R", "", "", "", "", ""]
    if bias:
        constants["B"], names[3] = drawn(both, 2 * gates * units), "B"
    if lengths is not None:
        names[4] = "lengths"
    if initial:
        # The same for every sequence, as the state of a layer is.
        for at, what in [(5, "H")] + ([(6, "C")] if op == "LSTM" else []):
            constants[what] = np.repeat(drawn(both, 1, units), batch, axis=1)
            names[at] = what
    if peepholes:
        constants["P"], names[7] = drawn(both, 3 * units), "P"
    while names[-1] == "":
        names.pop()
    x = drawn(steps, batch, inputs, scale=spread)
    feed = {"X": x}
    given = [("X", TensorProto.FLOAT, [None, batch, inputs])]
    if lengths is not None:
        feed["lengths"] = np.array(lengths, np.int32)
        given.append(("lengths", TensorProto.INT32, [batch]))
    outputs = ["Y", "Y_h"]
    shapes = {"Y": [None, both, batch, units], "Y_h": [both, batch, units]}
    node = helper.make_node(op, names, outputs, hidden_size=units, **attributes)
    declared = [(o, TensorProto.FLOAT, shapes[o]) for o in outputs]
    model = model_of([node], given, declared, constants)
    arrays = dict(zip(outputs, run(model, feed)))
    if layout == 1:
        turned = {k: np.swapaxes(a, 0, 1) if k in "HC" else a for k, a in constants.items()}
        node = helper.make_node(op, names, outputs, hidden_size=units, layout=1, **attributes)
        given[0] = ("X", TensorProto.FLOAT, [batch, None, inputs])
        declared = [("Y", TensorProto.FLOAT, [batch, None, both, units]),
                    ("Y_h", TensorProto.FLOAT, [batch, both, units])]
        model = model_of([node], given, declared, turned)
        arrays = {"Y": arrays["Y"].transpose(2, 0, 1, 3), "Y_h": arrays["Y_h"].transpose(1, 0, 2)}
        x = x.transpose(1, 0, 2)
    arrays["x"] = x
    if lengths is not None:
        arrays["lengths"] = np.array(lengths, np.int32)
    write(f"a_{op.lower()}_{name}", model, arrays)


def attributes():
    for op in GATES:
        cell(op, "plain")
        cell(op, "no_bias", bias=False)
        cell(op, "reverse", direction="reverse")
        cell(op, "bidirectional", direction="bidirectional")
        cell(op, "initial", initial=True)
        cell(op, "bidirectional_initial", initial=True, direction="bidirectional")
        cell(op, "clip", clip=0.4, spread=2.0)
        cell(op, "clip_wide", clip=2.0, spread=4.0, steps=14, scale=1.2)
        cell(op, "lengths", lengths=[5, 3])
        cell(op, "lengths_bidirectional", lengths=[2, 5], direction="bidirectional", initial=True)
        cell(op, "layout", layout=1)
        cell(op, "layout_bidirectional", layout=1, direction="bidirectional", initial=True)
        cell(op, "one", units=1, inputs=1, batch=1, steps=7)
        cell(op, "wide", units=20, inputs=6, steps=20, batch=1, scale=0.3)
    for name, functions in {
        "relu": ["Relu"], "sigmoid": ["Sigmoid"], "softsign": ["Softsign"],
        "softplus": ["Softplus"], "elu": ["Elu"], "leaky": ["LeakyRelu"], "hard": ["HardSigmoid"],
    }.items():
        cell("RNN", f"f_{name}", activations=functions, scale=0.4)
    cell("RNN", "f_affine", activations=["Affine"], activation_alpha=[0.8], activation_beta=[0.1], scale=0.3)
    cell("RNN", "f_scaled", activations=["ScaledTanh"], activation_alpha=[1.5], activation_beta=[0.5])
    cell("RNN", "f_thresholded", activations=["ThresholdedRelu"], activation_alpha=[0.3], scale=0.3)
    cell("RNN", "f_elu_alpha", activations=["Elu"], activation_alpha=[0.5], scale=0.3)
    cell("RNN", "f_leaky_alpha", activations=["LeakyRelu"], activation_alpha=[0.25], scale=0.3)
    cell("RNN", "f_hard_alpha", activations=["HardSigmoid"], activation_alpha=[0.4], activation_beta=[0.3])
    cell("RNN", "f_two", direction="bidirectional", activations=["Relu", "Tanh"], scale=0.4)
    for name, more in {
        "linear": {}, "linear_reverse": {"direction": "reverse"},
        "linear_bidirectional": {"direction": "bidirectional", "initial": True},
        "linear_clip": {"clip": 0.5}, "linear_lengths": {"lengths": [1, 4]},
        "linear_no_bias": {"bias": False},
    }.items():
        cell("GRU", name, linear_before_reset=1, **more)
    cell("GRU", "functions", activations=["HardSigmoid", "Softsign"])
    cell("GRU", "functions_parameters", activations=["HardSigmoid", "ScaledTanh"],
         activation_alpha=[0.25, 1.25], activation_beta=[0.5, 0.75])
    cell("GRU", "functions_both", direction="bidirectional", linear_before_reset=1,
         activations=["Sigmoid", "Tanh", "HardSigmoid", "LeakyRelu"],
         activation_alpha=[0.3, 0.05], activation_beta=[0.4])
    cell("LSTM", "peepholes", peepholes=True)
    cell("LSTM", "peepholes_bidirectional", peepholes=True, direction="bidirectional", initial=True)
    cell("LSTM", "coupled", input_forget=1)
    cell("LSTM", "coupled_peepholes", input_forget=1, peepholes=True)
    cell("LSTM", "clip_peepholes", clip=0.6, peepholes=True, spread=2.0)
    cell("LSTM", "everything", clip=1.5, peepholes=True, input_forget=1, direction="bidirectional",
         initial=True, lengths=[4, 5], spread=2.0)
    cell("LSTM", "functions", activations=["HardSigmoid", "Softsign", "Relu"], scale=0.4)
    cell("LSTM", "functions_parameters", activations=["HardSigmoid", "ScaledTanh", "Elu"],
         activation_alpha=[0.25, 1.25, 0.5], activation_beta=[0.5, 0.75], scale=0.4)
    cell("LSTM", "functions_both", direction="bidirectional",
         activations=["Sigmoid", "Tanh", "Softplus", "Sigmoid", "Affine", "Tanh"],
         activation_alpha=[0.5], activation_beta=[0.1], scale=0.4)


def node_tests():
    count = 0
    for case in collect_testcases(None):
        nodes = case.model.graph.node
        if case.kind != "node" or len(nodes) != 1 or nodes[0].op_type not in GATES:
            continue
        (inputs, outputs), = case.data_sets[:1]
        model = onnx.ModelProto()
        model.CopyFrom(case.model)
        graph = model.graph
        kept = [graph.input[0]]
        for declared, array in list(zip(graph.input, inputs))[1:]:
            graph.initializer.append(numpy_helper.from_array(array, declared.name))
        del graph.input[:]
        graph.input.extend(kept)
        arrays = {o.name: a for o, a in zip(graph.output, outputs) if a is not None}
        arrays["x"] = inputs[0]
        count += 1
        write(f"n_{case.name.removeprefix('test_')}", model, arrays)
    return count
