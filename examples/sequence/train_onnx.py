"""Trains a small convolutional network on the digits, batch normalisation included, and writes it as
ONNX, with what ONNX Runtime gives for the 397 images that it was not trained on.

    pip install jax numpy==2.4.6 onnx==1.23.2 onnxruntime==1.32.0
    python train_onnx.py FOLDER

FOLDER gets `digits.onnx`, `x.npy` and, for its outputs `label` and `scores`, `y.npy` and `scores.npy`.
The description `digits_onnx.toml` and its weights are made of it by

    hopwire import digits.onnx -o digits_onnx.toml --check x.npy y.npy
"""

import os
import sys

import jax
import jax.numpy as jnp
import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper, numpy_helper

HERE = os.path.dirname(os.path.abspath(__file__))
FOLDER = sys.argv[1]
SPLIT = 1400
EPSILON = 1e-3

rows = np.loadtxt(os.path.join(HERE, "../digits/digits.csv"), delimiter=",")
images = (rows[:, :64] / 16).reshape(-1, 1, 8, 8).astype(np.float32)
labels = rows[:, 64].astype(int)


def start():
    keys = jax.random.split(jax.random.PRNGKey(5), 3)
    return {
        "w1": jax.random.normal(keys[0], (4, 1, 3, 3)) * 0.3,
        "scale": jnp.ones(4),
        "shift": jnp.zeros(4),
        "w2": jax.random.normal(keys[1], (8, 4, 3, 3)) * 0.15,
        "b2": jnp.zeros(8),
        "v": jax.random.normal(keys[2], (10, 32)) * 0.15,
        "c": jnp.zeros(10),
    }


def convolved(x, w, pad):
    return jax.lax.conv(x, w, (1, 1), ((pad, pad), (pad, pad)))


def pooled(x):
    return jax.lax.reduce_window(x, -jnp.inf, jax.lax.max, (1, 1, 2, 2), (1, 1, 2, 2), "VALID")


def moments(p, x):
    first = convolved(x, p["w1"], 1)
    return first.mean((0, 2, 3)), first.var((0, 2, 3))


def scores(p, x, mean, variance):
    wide = lambda list: list[None, :, None, None]
    x = convolved(x, p["w1"], 1)
    x = wide(p["scale"]) * (x - wide(mean)) / jnp.sqrt(wide(variance) + EPSILON) + wide(p["shift"])
    x = pooled(jax.nn.relu(x))
    x = pooled(jax.nn.relu(convolved(x, p["w2"], 1) + wide(p["b2"])))
    return x.reshape(len(x), -1) @ p["v"].T + p["c"]


def loss(p):
    x = images[:SPLIT]
    shares = jax.nn.log_softmax(scores(p, x, *moments(p, x)))
    size = sum(jnp.sum(q * q) for q in jax.tree.leaves(p))
    return -jnp.mean(shares[jnp.arange(SPLIT), labels[:SPLIT]]) + 3e-4 * size


def trained(steps=300, rate=0.02):
    p = start()
    m = s = jax.tree.map(jnp.zeros_like, p)

    @jax.jit
    def move(p, m, s, t):
        value, g = jax.value_and_grad(loss)(p)
        m = jax.tree.map(lambda m, g: 0.9 * m + 0.1 * g, m, g)
        s = jax.tree.map(lambda s, g: 0.999 * s + 0.001 * g * g, s, g)
        step = lambda p, m, s: p - rate * (m / (1 - 0.9**t)) / (jnp.sqrt(s / (1 - 0.999**t)) + 1e-8)
        return jax.tree.map(step, p, m, s), m, s, value

    for t in range(1, steps + 1):
        p, m, s, value = move(p, m, s, float(t))
    print(f"loss {float(value):.4f}")
    return p


def exported(p):
    mean, variance = moments(p, images[:SPLIT])
    constants = {key: np.asarray(value, np.float32) for key, value in {**p, "mean": mean, "variance": variance}.items()}
    N = helper.make_node
    nodes = [
        N("Conv", ["image", "w1"], ["c1"], name="conv1", kernel_shape=[3, 3], pads=[1, 1, 1, 1]),
        N("BatchNormalization", ["c1", "scale", "shift", "mean", "variance"], ["n1"], name="norm1", epsilon=EPSILON),
        N("Relu", ["n1"], ["r1"], name="relu1"),
        N("MaxPool", ["r1"], ["p1"], name="pool1", kernel_shape=[2, 2], strides=[2, 2]),
        N("Conv", ["p1", "w2", "b2"], ["c2"], name="conv2", kernel_shape=[3, 3], pads=[1, 1, 1, 1]),
        N("Relu", ["c2"], ["r2"], name="relu2"),
        N("MaxPool", ["r2"], ["p2"], name="pool2", kernel_shape=[2, 2], strides=[2, 2]),
        N("Flatten", ["p2"], ["f"], name="flatten"),
        N("Gemm", ["f", "v", "c"], ["scores"], name="dense", transB=1),
        N("ArgMax", ["scores"], ["label"], name="largest", axis=1),
    ]
    graph = helper.make_graph(
        nodes,
        "digits",
        [helper.make_tensor_value_info("image", TensorProto.FLOAT, ["n", 1, 8, 8])],
        [
            helper.make_tensor_value_info("label", TensorProto.INT64, ["n", 1]),
            helper.make_tensor_value_info("scores", TensorProto.FLOAT, ["n", 10]),
        ],
        [numpy_helper.from_array(array, key) for key, array in constants.items()],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 22)], ir_version=10)
    onnx.checker.check_model(model)
    return model


model = exported(trained())
test = images[SPLIT:]
session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
label, values = session.run(["label", "scores"], {"image": test})
print(f"right {np.sum(label[:, 0] == labels[SPLIT:])} of {len(test)}")
onnx.save(model, os.path.join(FOLDER, "digits.onnx"))
np.save(os.path.join(FOLDER, "x.npy"), test)
np.save(os.path.join(FOLDER, "y.npy"), label.astype(np.float32))
np.save(os.path.join(FOLDER, "scores.npy"), values)
