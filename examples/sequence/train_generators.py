"""Trains the networks that draw digits; made with Python 3.13, numpy 2 and jax 0.10.

    python3 train_generators.py     # a few minutes on one core; writes the .npz and .npy files

A generator and a discriminator, each against the other: the discriminator says which of ten digits a
picture shows, or, as number 10, that the generator has drawn it; the generator is asked for a digit
and draws what the discriminator takes for it (K + 1 classes as in T. Salimans and others, Improved
techniques for training GANs, 2016; gradient penalty R1 as in L. Mescheder, A. Geiger, S. Nowozin,
Which training methods for GANs do actually converge?, 2018). And a recurrent generator, the decoder
of a variational autoencoder (D. Kingma, M. Welling, 2014), that draws a digit row by row.

The numbers that a generator is given are normally distributed ones, then the digit that it is asked
for: a 1 among ten places.
"""

import os

import jax
import jax.numpy as jnp
import numpy as np

HERE = os.path.dirname(os.path.abspath(__file__))
jax.config.update("jax_platforms", "cpu")
LATENT, CLASSES, TRAINED = 16, 10, 1400
CODE, UNITS = 8, 24


def path(name):
    return os.path.join(HERE, name)


def data():
    rows = np.loadtxt(path("../digits/digits.csv"), delimiter=",")
    return (rows[:, :64] / 16).astype(np.float32), rows[:, 64].astype(int)


def save(name, p):
    arrays = {key: np.asarray(value, dtype=np.float32) for key, value in p.items()}
    np.savez_compressed(path(name), **arrays)


def adam(rate, b1):
    zeros = lambda p: (jax.tree.map(jnp.zeros_like, p), jax.tree.map(jnp.zeros_like, p), 0.0)

    def move(p, g, state):
        m, s, t = state
        t = t + 1.0
        m = jax.tree.map(lambda m, g: b1 * m + (1 - b1) * g, m, g)
        s = jax.tree.map(lambda s, g: 0.99 * s + 0.01 * g * g, s, g)
        scale = lambda m, s: (m / (1 - b1**t)) / (jnp.sqrt(s / (1 - 0.99**t)) + 1e-8)
        return jax.tree.map(lambda p, m, s: p - rate * scale(m, s), p, m, s), (m, s, t)

    return zeros, move


def leaky(x):
    return jnp.where(x > 0, x, 0.25 * x)


def drawn(p, z):
    """Pictures of 64 numbers from 0 to 1."""
    x = jax.nn.relu(z @ p["w1"].T + p["b1"]).reshape(-1, 8, 4, 4)
    # A transposed convolution of ONNX is a convolution of the input with zeros in between, with the
    # kernel turned by half a turn.
    w = jnp.flip(p["w2"], (2, 3)).transpose(1, 0, 2, 3)
    x = jax.lax.conv_general_dilated(x, w, (1, 1), ((2, 2), (2, 2)), lhs_dilation=(2, 2))
    return jax.nn.sigmoid(x + p["b2"][None, :, None, None]).reshape(-1, 64)


def judged(p, x):
    """Eleven scores: those of the digits, and that of a drawn picture."""
    x = x.reshape(-1, 1, 8, 8)
    for w, b in (("w1", "b1"), ("w2", "b2")):
        x = jax.lax.conv(x, p[w], (2, 2), ((1, 1), (1, 1)))
        x = leaky(x + p[b][None, :, None, None])
    return x.reshape(len(x), -1) @ p["v"].T + p["c"]


def asked(key, labels):
    z = jax.random.normal(key, (len(labels), LATENT))
    return jnp.concatenate([z, jax.nn.one_hot(labels, CLASSES)], axis=1)


def chosen(scores, labels):
    return -jnp.mean(jax.nn.log_softmax(scores)[jnp.arange(len(labels)), labels])


def adversarial(steps=6000, batch=64):
    x, labels = data()
    train, wanted = jnp.asarray(x[:TRAINED]), jnp.asarray(labels[:TRAINED])
    keys = jax.random.split(jax.random.PRNGKey(11), 5)
    normal = lambda key, *shape, scale: scale * jax.random.normal(key, shape)
    g = {
        "w1": normal(keys[0], 128, LATENT + CLASSES, scale=0.25),
        "b1": jnp.zeros(128),
        "w2": normal(keys[1], 8, 1, 4, 4, scale=0.2),
        "b2": jnp.full(1, -1.0),
    }
    d = {
        "w1": normal(keys[2], 8, 1, 3, 3, scale=0.3),
        "b1": jnp.zeros(8),
        "w2": normal(keys[3], 16, 8, 3, 3, scale=0.12),
        "b2": jnp.zeros(16),
        "v": normal(keys[4], CLASSES + 1, 64, scale=0.12),
        "c": jnp.zeros(CLASSES + 1),
    }
    zeros, move = adam(2e-3, 0.5)

    def loss_d(d, g, x, labels, key):
        fake = drawn(g, asked(key, labels))
        real = lambda picture, label: jax.nn.log_softmax(judged(d, picture[None])[0])[label]
        slopes = jax.vmap(jax.grad(real))(x, labels)
        penalty = 0.02 * jnp.mean(jnp.sum(slopes**2, axis=1))
        size = 1e-4 * sum(jnp.sum(q * q) for q in jax.tree.leaves(d))
        none = jnp.full(len(labels), CLASSES)
        return chosen(judged(d, x), labels) + chosen(judged(d, fake), none) + penalty + size

    def loss_g(g, d, labels, key):
        return chosen(judged(d, drawn(g, asked(key, labels))), labels)

    def step(carry, key):
        g, d, at_g, at_d, mean = carry
        pick, one, two, more = jax.random.split(key, 4)
        at = jax.random.randint(pick, (batch,), 0, TRAINED)
        value_d, grad = jax.value_and_grad(loss_d)(d, g, train[at], wanted[at], one)
        d, at_d = move(d, grad, at_d)
        asked_for = jax.random.randint(more, (batch,), 0, CLASSES)
        value_g, grad = jax.value_and_grad(loss_g)(g, d, asked_for, two)
        g, at_g = move(g, grad, at_g)
        mean = jax.tree.map(lambda m, p: 0.998 * m + 0.002 * p, mean, g)
        return (g, d, at_g, at_d, mean), (value_d, value_g)

    rounds = jax.jit(lambda carry, keys: jax.lax.scan(step, carry, keys))
    carry = (g, d, zeros(g), zeros(d), g)
    for part in range(steps // 500):
        keys = jax.random.split(jax.random.PRNGKey(100 + part), 500)
        carry, (value_d, value_g) = rounds(carry, keys)
        losses = f"discriminator {float(value_d.mean()):.3f}, generator {float(value_g.mean()):.3f}"
        print(f"adversarial, {500 * (part + 1)} steps: {losses}")
    return carry[4], carry[1]


def adversaries():
    """Ten pictures of each digit, drawn, and as many real ones that were not trained on."""
    g, d = adversarial()
    labels = jnp.repeat(jnp.arange(CLASSES), 10)
    z = asked(jax.random.PRNGKey(5), labels)
    pictures = np.asarray(drawn(g, z), dtype=np.float32)
    x, digits = data()
    x, digits = x[TRAINED:], digits[TRAINED:]
    real = np.concatenate([np.flatnonzero(digits == digit)[:10] for digit in range(CLASSES)])
    rows = np.concatenate([x[real], pictures])
    numbers = np.concatenate([digits[real], np.full(len(pictures), CLASSES)])
    scores = np.asarray(judged(d, rows)).argmax(1)
    print(f"discriminator: {np.mean(scores == numbers):.3f} of {len(rows)} right")
    tens = lambda values: np.asarray(values).reshape(-1, 10, np.size(values) // len(values))
    save("digits_generator.npz", {**g, "z": tens(z), "digits": tens(labels)})
    save("digits_discriminator.npz", {**d, "pictures": tens(rows), "numbers": tens(numbers)})


def rows_drawn(p, z):
    """Eight rows of eight pixels, by gated recurrent units that are given z with each row."""
    given = z @ p["w"].T + p["b"]

    def step(h, _):
        wz, wr, wn = jnp.split(given, 3, axis=1)
        rz, rr, rn = jnp.split(h @ p["r"].T, 3, axis=1)
        update, reset = jax.nn.sigmoid(wz + rz), jax.nn.sigmoid(wr + rr)
        new = jnp.tanh(wn + reset * (rn + p["a"]))
        h = (1 - update) * new + update * h
        return h, jax.nn.sigmoid(h @ p["v"].T + p["c"])

    _, rows = jax.lax.scan(step, jnp.zeros((len(z), UNITS)), None, length=8)
    return rows.transpose(1, 0, 2)


def coded(p, x, labels):
    """The mean and the logarithm of the deviation of the code of a picture."""
    x = jnp.concatenate([x, jax.nn.one_hot(labels, CLASSES)], axis=1)
    return jnp.split(leaky(x @ p["e"].T + p["f"]) @ p["k"].T + p["l"], 2, axis=1)


def recurrent(steps=4000, batch=100):
    """Pictures that were not trained on, drawn anew from eight numbers and their digit."""
    x, labels = data()
    train, wanted = jnp.asarray(x[:TRAINED]), jnp.asarray(labels[:TRAINED])
    keys = jax.random.split(jax.random.PRNGKey(12), 5)
    normal = lambda key, *shape: jax.random.normal(key, shape) / np.sqrt(shape[-1])
    p = {
        "w": normal(keys[0], 3 * UNITS, CODE + CLASSES),
        "r": normal(keys[1], 3 * UNITS, UNITS),
        "b": jnp.zeros(3 * UNITS),
        "a": jnp.zeros(UNITS),
        "v": normal(keys[2], 8, UNITS),
        "c": jnp.zeros(8),
    }
    e = {
        "e": normal(keys[3], 64, 64 + CLASSES),
        "f": jnp.zeros(64),
        "k": 0.3 * normal(keys[4], 2 * CODE, 64),
        "l": jnp.zeros(2 * CODE),
    }
    zeros, move = adam(3e-3, 0.9)

    def loss(both, x, labels, key):
        p, e = both
        mean, deviation = coded(e, x, labels)
        code = mean + jnp.exp(deviation) * jax.random.normal(key, mean.shape)
        rows = rows_drawn(p, jnp.concatenate([code, jax.nn.one_hot(labels, CLASSES)], axis=1))
        wrong = jnp.sum((rows.reshape(-1, 64) - x) ** 2, axis=1)
        far = jnp.sum(mean**2 + jnp.exp(2 * deviation) - 2 * deviation - 1, axis=1)
        size = 1e-4 * sum(jnp.sum(q * q) for q in jax.tree.leaves(both))
        return jnp.mean(wrong + 0.02 * far) + size

    def step(carry, key):
        both, state = carry
        pick, noise = jax.random.split(key)
        at = jax.random.randint(pick, (batch,), 0, TRAINED)
        value, grad = jax.value_and_grad(loss)(both, train[at], wanted[at], noise)
        return move(both, grad, state), value

    rounds = jax.jit(lambda carry, keys: jax.lax.scan(step, carry, keys))
    both = (p, e)
    keys = jax.random.split(jax.random.PRNGKey(13), steps)
    ((p, e), _), values = rounds((both, zeros(both)), keys)
    x, labels = jnp.asarray(x[TRAINED:]), jnp.asarray(labels[TRAINED:])
    code = coded(e, x, labels)[0]
    z = jnp.concatenate([code, jax.nn.one_hot(labels, CLASSES)], axis=1)
    rms = jnp.sqrt(jnp.mean((rows_drawn(p, z).reshape(-1, 64) - x) ** 2))
    mean = jnp.sqrt(jnp.mean((train.mean(axis=0) - x) ** 2))
    print(f"recurrent: loss {float(values[-100:].mean()):.3f}, rms {float(rms):.4f}, mean picture {float(mean):.4f}")
    # Both biases, those of w and then those of r.
    biases = jnp.concatenate([p["b"], jnp.zeros(2 * UNITS), p["a"]])
    del p["a"]
    z = jnp.repeat(z[:, None], 8, axis=1)
    save("digits_rows.npz", {**p, "b": biases, "z": z, "rows": x.reshape(-1, 8, 8)})


adversaries()
recurrent()
