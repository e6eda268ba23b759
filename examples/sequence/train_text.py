"""Trains the networks over text of this folder; made with Python 3.11, numpy 2 and jax 0.10.

    python3 train_text.py        # about two minutes on one core; writes the .npz and .npy files

Gates stand in the order of ONNX, z, r and h; the biases of w, then those of r.
"""

import collections
import os

import jax
import jax.numpy as jnp
import numpy as np

HERE = os.path.dirname(os.path.abspath(__file__))
jax.config.update("jax_platforms", "cpu")

# The tokens of alice.txt, by their number.
ALPHABET = " abcdefghijklmnopqrstuvwxyz."
AUTHORS = ["carroll", "milton", "shakespeare"]


def path(name):
    return os.path.join(HERE, name)


def save(name, arrays):
    np.savez(path(name), **{key: np.asarray(of, dtype=np.float32) for key, of in arrays.items()})


def adam(loss, p, batches, rate):
    """Adam, with a rate that falls to nothing along half a cosine."""
    grad = jax.value_and_grad(loss)
    m = jax.tree.map(jnp.zeros_like, p)
    s = jax.tree.map(jnp.zeros_like, p)
    total = len(batches)

    @jax.jit
    def move(p, m, s, t, batch):
        value, g = grad(p, batch)
        now = rate * 0.5 * (1 + jnp.cos(jnp.pi * t / total))
        m = jax.tree.map(lambda m, g: 0.9 * m + 0.1 * g, m, g)
        s = jax.tree.map(lambda s, g: 0.999 * s + 0.001 * g * g, s, g)
        scale = lambda m, s: (m / (1 - 0.9**t)) / (jnp.sqrt(s / (1 - 0.999**t)) + 1e-8)
        p = jax.tree.map(lambda p, m, s: p - now * scale(m, s), p, m, s)
        return p, m, s, value

    for t, batch in enumerate(batches, 1):
        p, m, s, value = move(p, m, s, float(t), batch)
    return p, float(value)


def letters():
    """The text of alice.txt as numbers of ALPHABET."""
    with open(path("alice.txt")) as file:
        text = " ".join(file.read().split())
    return np.array([ALPHABET.index(letter) for letter in text])


def sampler():
    """The next letter from those before, by an embedding of 8 and a GRU of 32 units."""
    text = letters()
    split = len(text) * 9 // 10
    tokens, width, units, steps = len(ALPHABET), 8, 32, 64
    keys = jax.random.split(jax.random.PRNGKey(4), 5)
    near = lambda key, *shape: jax.random.uniform(key, shape, minval=-1, maxval=1) / np.sqrt(units)
    p = {
        "e": jax.random.normal(keys[0], (tokens, width)) * 0.5,
        "w": near(keys[1], 3 * units, width),
        "r": near(keys[2], 3 * units, units),
        "b": jnp.zeros(6 * units),
        "v": near(keys[3], tokens, units),
        "c": jnp.zeros(tokens),
    }

    def scores(p, xs):
        own, back = jnp.split(p["b"], 2)

        def step(h, x):
            wz, wr, wn = jnp.split(p["w"] @ p["e"][x] + own, 3)
            rz, rr, rn = jnp.split(p["r"] @ h + back, 3)
            z, r = jax.nn.sigmoid(wz + rz), jax.nn.sigmoid(wr + rr)
            h = (1 - z) * jnp.tanh(wn + r * rn) + z * h
            return h, h

        _, hs = jax.lax.scan(step, jnp.zeros(units), xs)
        return hs @ p["v"].T + p["c"]

    def loss(p, batch):
        given = jax.nn.log_softmax(jax.vmap(lambda xs: scores(p, xs[:-1]))(batch))
        return -jnp.mean(jnp.take_along_axis(given, batch[:, 1:, None], axis=2))

    rng = np.random.default_rng(4)
    starts = rng.integers(0, split - steps - 1, (1500, 32))
    batches = [np.stack([text[at : at + steps + 1] for at in row]) for row in starts]
    p, value = adam(loss, p, batches, 0.01)
    test = text[split:]
    test = test[: (len(test) - 1) // steps * steps + 1]
    rows = np.stack([test[at : at + steps + 1] for at in range(0, len(test) - steps, steps)])
    held = float(loss(p, rows))
    print(f"sampler: loss {value:.3f}, on text not seen {held:.3f} nats a letter")
    save("alice_gru.npz", p)


def markov():
    """How often each letter follows each other one in alice.txt."""
    text = letters()
    pairs = np.zeros((len(ALPHABET), len(ALPHABET)))
    np.add.at(pairs, (text[:-1], text[1:]), 1)
    rows = pairs / pairs.sum(axis=1, keepdims=True)
    np.save(path("alice_markov.npy"), rows)
    entropy = -np.sum(pairs / pairs.sum() * np.log(np.maximum(rows, 1e-12)))
    print(f"markov: {entropy:.3f} nats a letter")


def bag(name, numbers, buckets, labels, vocabulary, split):
    """A dense layer over counts: numbers of words to the author, by the cross entropy."""
    counts = np.zeros((len(numbers), max(buckets) + 1), dtype=np.float32)
    for row, words in enumerate(numbers):
        np.add.at(counts[row], [buckets[word] for word in words], 1)
    counts = np.minimum(counts, 7)
    p = {"v": jnp.zeros((len(AUTHORS), counts.shape[1])), "c": jnp.zeros(len(AUTHORS))}

    def scores(p, counts):
        return counts @ p["v"].T + p["c"]

    def loss(p, _):
        given = jax.nn.log_softmax(scores(p, counts[:split]))
        size = jnp.sum(p["v"] ** 2)
        return -jnp.mean(given[jnp.arange(split), labels[:split]]) + 1e-3 * size

    p, value = adam(loss, p, [0] * 400, 0.05)
    chosen = np.asarray(scores(p, counts[split:])).argmax(axis=1)
    right = np.mean(chosen == labels[split:])
    print(f"{name}: loss {value:.3f}, right {100 * right:.1f} % of {len(numbers) - split}")
    save(f"{name}.npz", p)


def hashed(token, buckets, factor):
    """The bucket of a token, as hopwire states it."""
    return (((token * factor) & 0xFFFFFFFF) >> 16) * buckets >> 16


def authors():
    """Sentences to their authors, by how often the words of a vocabulary occur."""
    with open(path("authors.tsv")) as file:
        rows = [line.rstrip("\n").split("\t") for line in file]
    labels = np.array([AUTHORS.index(author) for author, _ in rows])
    split = len(rows) * 5 // 6
    seen = collections.Counter(word for _, text in rows[:split] for word in text.split())
    for name, size, buckets in [("authors_bag", 256, None), ("authors_hashed", 2048, 256)]:
        # Token 0 is every word that is not among the most frequent ones.
        ranked = sorted(seen, key=lambda word: (-seen[word], word))
        known = {word: at for at, word in enumerate(ranked[: size - 1], 1)}
        numbers = [[known.get(word, 0) for word in text.split()] for _, text in rows]
        # The factor of seed 1.
        place = lambda token: token if buckets is None else hashed(token, buckets, FACTOR)
        bag(name, numbers, [place(token) for token in range(size)], labels, size, split)
        steps = max(map(len, numbers[split:]))
        test = np.zeros((len(rows) - split, steps, 1), dtype=np.uint16)
        for row, words in enumerate(numbers[split:]):
            test[row, : len(words), 0] = words
        np.save(path(f"{name}_test.npy"), test)
    lengths = [len(words) for words in numbers[split:]]
    np.save(path("authors_labels.npy"), labels[split:].astype(np.uint8).reshape(-1, 1))
    print(f"lengths = {lengths}")


def factor(seed):
    """The upper half of the first number of SplitMix64, made odd."""
    mask = 0xFFFFFFFFFFFFFFFF
    mixed = (seed + 0x9E3779B97F4A7C15) & mask
    mixed = ((mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9) & mask
    mixed = ((mixed ^ (mixed >> 27)) * 0x94D049BB133111EB) & mask
    return (mixed ^ (mixed >> 31)) >> 32 | 1


FACTOR = factor(1)

sampler()
markov()
authors()
