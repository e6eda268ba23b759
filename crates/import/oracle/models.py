"""Models with drawn weights, and how they are run and stored."""

import pathlib

import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper, numpy_helper

FOLDER = pathlib.Path(__file__).parent / "cases"
OPSET = 22
rng = np.random.default_rng(20240607)


def drawn(*shape, scale=0.7):
    return (rng.normal(size=shape) * scale).astype(np.float32)


def write(name, model, arrays):
    onnx.save(model, FOLDER / f"{name}.onnx")
    np.savez_compressed(FOLDER / f"{name}.npz", **arrays)


def model_of(nodes, inputs, outputs, constants, producer="make.py", opset=OPSET):
    graph = helper.make_graph(
        nodes,
        "g",
        [helper.make_tensor_value_info(n, t, s) for n, t, s in inputs],
        [helper.make_tensor_value_info(n, t, s) for n, t, s in outputs],
        [numpy_helper.from_array(a, n) for n, a in constants.items()],
    )
    model = helper.make_model(
        graph, opset_imports=[helper.make_opsetid("", opset)], ir_version=10, producer_name=producer
    )
    onnx.checker.check_model(model)
    return model


def run(model, feed):
    session = onnxruntime.InferenceSession(
        model.SerializeToString(), providers=["CPUExecutionProvider"]
    )
    return session.run(None, feed)


def int64(*values):
    return np.array(values, np.int64)


def chain(name, nodes, shape, constants, x, producer="pytorch", shape_out=None, prefix="c", opset=OPSET):
    given = [("x", TensorProto.FLOAT, shape)]
    model = model_of(nodes, given, [("y", TensorProto.FLOAT, shape_out)], constants, producer, opset)
    (y,) = run(model, {"x": x})
    write(f"{prefix}_{name}", model, {"x": x, "y": y})
