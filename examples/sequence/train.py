"""Trains the networks of this folder; made with Python 3.11, numpy 2 and jax 0.8.

    python3 train.py        # about five minutes on two cores; writes the .npz and .npy files

The weights stand in the order of ONNX, one array a name: w, r and b of the recurrent layer, v and c
of the dense one.
"""

import os

import jax
import jax.numpy as jnp
import numpy as np

HERE = os.path.dirname(os.path.abspath(__file__))
jax.config.update("jax_platforms", "cpu")


def path(name):
    return os.path.join(HERE, name)


def elman(p, x, state):
    (h,) = state
    h = jnp.tanh(p["w"] @ x + p["r"] @ h + p["b"])
    return h, (h,)


def lstm(p, x, state):
    h, c = state
    i, o, f, g = jnp.split(p["w"] @ x + p["r"] @ h + p["b"], 4)
    c = jax.nn.sigmoid(f) * c + jax.nn.sigmoid(i) * jnp.tanh(g)
    h = jax.nn.sigmoid(o) * jnp.tanh(c)
    return h, (h, c)


def gru(p, x, state):
    (h,) = state
    wz, wr, wn = jnp.split(p["w"] @ x + p["b"], 3)
    rz, rr, rn = jnp.split(p["r"] @ h, 3)
    z, r = jax.nn.sigmoid(wz + rz), jax.nn.sigmoid(wr + rr)
    n = jnp.tanh(wn + r * (rn + p["a"]))
    h = (1 - z) * n + z * h
    return h, (h,)


CELLS = {"elman": (elman, 1, 1), "lstm": (lstm, 4, 2), "gru": (gru, 3, 1)}


def run(cell, p, xs, units):
    step, _, states = CELLS[cell]
    start = tuple(jnp.zeros(units) for _ in range(states))

    def body(state, x):
        h, state = step(p, x, state)
        return state, h

    _, hs = jax.lax.scan(body, start, xs)
    return hs


def start(key, cell, inputs, units, outputs):
    gates = CELLS[cell][1]
    keys = jax.random.split(key, 5)
    bound = 1 / np.sqrt(units)
    new = lambda k, *shape: jax.random.uniform(k, shape, minval=-bound, maxval=bound)
    return {
        "w": new(keys[0], gates * units, inputs),
        "r": new(keys[1], gates * units, units),
        "b": jnp.zeros(gates * units),
        "a": jnp.zeros(units),
        "v": new(keys[2], outputs, units),
        "c": jnp.zeros(outputs),
    }


def adam(loss, p, steps, rate):
    grad = jax.jit(jax.value_and_grad(loss))
    m = jax.tree.map(jnp.zeros_like, p)
    s = jax.tree.map(jnp.zeros_like, p)

    @jax.jit
    def move(p, m, s, t):
        value, g = grad(p)
        m = jax.tree.map(lambda m, g: 0.9 * m + 0.1 * g, m, g)
        s = jax.tree.map(lambda s, g: 0.999 * s + 0.001 * g * g, s, g)
        scale = lambda m, s: (m / (1 - 0.9**t)) / (jnp.sqrt(s / (1 - 0.999**t)) + 1e-8)
        p = jax.tree.map(lambda p, m, s: p - rate * scale(m, s), p, m, s)
        return p, m, s, value

    for t in range(1, steps + 1):
        p, m, s, value = move(p, m, s, float(t))
    return p, float(value)


def save(name, p, **more):
    arrays = {key: np.asarray(value, dtype=np.float32) for key, value in {**p, **more}.items()}
    np.savez(path(name), **arrays)


def sunspots():
    """The number of the next year from those up to this one; trained up to 1920, tested after."""
    rows = np.loadtxt(path("sunspots.csv"), delimiter=",", skiprows=1)
    # A square root makes high and low cycles alike; 0.05 brings it into -1 to 1.
    x = (np.sqrt(rows[:, 1]) * 0.15 - 1.0).astype(np.float32)
    split = 1920 - 1700
    train, test = x[: split + 1], x[split - 20 :]
    np.save(path("sunspots_test.npy"), test[:-1].reshape(1, -1, 1))
    np.save(path("sunspots_next.npy"), test[1:].reshape(1, -1, 1))
    for cell in CELLS:
        units = 12 if cell == "elman" else 8
        p = start(jax.random.PRNGKey(1), cell, 1, units, 1)

        def given(p, xs):
            return run(cell, p, xs[:, None], units) @ p["v"].T + p["c"]

        def loss(p):
            return jnp.mean((given(p, train[:-1])[:, 0] - train[1:]) ** 2) + 1e-4 * sum(
                jnp.sum(q * q) for q in jax.tree.leaves(p)
            )

        p, value = adam(loss, p, 1000, 0.01)
        y = np.asarray(given(p, test[:-1]))[20:, 0]
        rms = np.sqrt(np.mean((y - test[21:]) ** 2))
        naive = np.sqrt(np.mean((test[20:-1] - test[21:]) ** 2))
        print(f"sunspots {cell}: loss {value:.5f}, test rms {rms:.4f}, last value again {naive:.4f}")
        if cell == "gru":
            # Both biases, those of w and then those of r.
            zero = jnp.zeros(2 * units)
            p["b"] = jnp.concatenate([p["b"], zero, p["a"]])
        del p["a"]
        save(f"sunspots_{cell}.npz", p)


def digits():
    """Eight rows of eight pixels, read from above and from below; trained on 1,400 of 1,797."""
    rows = np.loadtxt(path("../digits/digits.csv"), delimiter=",")
    x = (rows[:, :64] / 16).reshape(-1, 8, 8).astype(np.float32)
    labels = rows[:, 64].astype(int)
    split, units = 1400, 12
    keys = jax.random.split(jax.random.PRNGKey(2), 3)
    p = {
        "forward": start(keys[0], "lstm", 8, units, 1),
        "reverse": start(keys[1], "lstm", 8, units, 1),
        "v": jax.random.uniform(keys[2], (10, 2 * units), minval=-0.3, maxval=0.3),
        "c": jnp.zeros(10),
    }

    def given(p, image):
        last = [run("lstm", p["forward"], image, units)[-1]]
        last.append(run("lstm", p["reverse"], image[::-1], units)[-1])
        return p["v"] @ jnp.concatenate(last) + p["c"]

    def loss(p):
        scores = jax.vmap(lambda image: given(p, image))(x[:split])
        chosen = jax.nn.log_softmax(scores)[jnp.arange(split), labels[:split]]
        size = sum(jnp.sum(q * q) for q in jax.tree.leaves(p))
        return -jnp.mean(chosen) + 3e-4 * size

    p, value = adam(loss, p, 400, 0.02)
    scores = np.asarray(jax.vmap(lambda image: given(p, image))(x[split:]))
    right = np.mean(scores.argmax(axis=1) == labels[split:])
    print(f"digits: loss {value:.4f}, right {100 * right:.1f} % of {len(x) - split}")
    both = lambda key: jnp.stack([p["forward"][key], p["reverse"][key]])
    save("digits_lstm.npz", {"v": p["v"], "c": p["c"]}, w=both("w"), r=both("r"), b=both("b"))
    np.save(path("digits_test.npy"), x[split:])
    np.save(path("digits_labels.npy"), labels[split:].astype(np.float32).reshape(-1, 1))


def digits_convolution():
    """Digits by two convolutions and a dense layer; the same 1,400 for training."""
    rows = np.loadtxt(path("../digits/digits.csv"), delimiter=",")
    x = (rows[:, :64] / 16).reshape(-1, 1, 8, 8).astype(np.float32)
    labels = rows[:, 64].astype(int)
    split = 1400
    keys = jax.random.split(jax.random.PRNGKey(3), 3)
    p = {
        "w1": jax.random.normal(keys[0], (4, 1, 3, 3)) * 0.3,
        "b1": jnp.zeros(4),
        "w2": jax.random.normal(keys[1], (8, 4, 3, 3)) * 0.15,
        "b2": jnp.zeros(8),
        "v": jax.random.normal(keys[2], (10, 32)) * 0.15,
        "c": jnp.zeros(10),
    }

    def layer(x, w, b):
        x = jax.lax.conv(x, w, (2, 2), ((1, 1), (1, 1)))
        return jnp.tanh(x + b[None, :, None, None])

    def given(p, x):
        x = layer(layer(x, p["w1"], p["b1"]), p["w2"], p["b2"])
        return x.reshape(len(x), -1) @ p["v"].T + p["c"]

    def loss(p):
        scores = jax.nn.log_softmax(given(p, x[:split]))
        size = sum(jnp.sum(q * q) for q in jax.tree.leaves(p))
        return -jnp.mean(scores[jnp.arange(split), labels[:split]]) + 3e-4 * size

    p, value = adam(loss, p, 400, 0.02)
    right = np.mean(np.asarray(given(p, x[split:])).argmax(axis=1) == labels[split:])
    print(f"digits, convolution: loss {value:.4f}, right {100 * right:.1f} %")
    save("digits_convolution.npz", {key: p[key] for key in p})
    np.save(path("digits_images.npy"), x[split:].reshape(-1, 1, 64))


sunspots()
digits()
digits_convolution()
