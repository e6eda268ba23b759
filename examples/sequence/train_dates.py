"""Trains dates.npz and dates_dot.npz and makes their test data; made with Python 3.11, numpy 2 and
jax 0.10.

    python3 train_dates.py       # about a minute on one core; writes .npz and .npy files

A date in words, a token a word, becomes the ten characters of its ISO form and an end token: `the fourth
of july nineteen oh six` is 1906-07-04. An encoder reads the words both ways; a decoder looks at what the
encoder gave by attention. No date of the test was trained on, in any wording.

Gates stand in the order of ONNX, z, r and h; the biases of w, then those of r.
"""

import datetime
import os

import jax
import jax.numpy as jnp
import numpy as np

HERE = os.path.dirname(os.path.abspath(__file__))
jax.config.update("jax_platforms", "cpu")

UNITS = ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven",
         "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"]
TENS = ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]
ORDINALS = ["first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth",
            "tenth", "eleventh", "twelfth", "thirteenth", "fourteenth", "fifteenth", "sixteenth",
            "seventeenth", "eighteenth", "nineteenth", "twentieth"]
MONTHS = ["january", "february", "march", "april", "may", "june", "july", "august", "september",
          "october", "november", "december"]
DAYS = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
# The tokens of the words, by their number.
WORDS = ["the", "of", "and", "oh", "hundred", "thousand", "thirtieth"] + UNITS + TENS + ORDINALS + MONTHS + DAYS
# The tokens of what is given; the last one begins and ends it.
SYMBOLS = "0123456789-."
END = len(SYMBOLS) - 1
LONGEST, GIVEN = 12, 11
FIRST, LAST = datetime.date(1800, 1, 1), datetime.date(2099, 12, 31)
EMBEDDING, ENCODER, DECODER, ATTENTION, SYMBOL = 12, 20, 32, 24, 8


def below_hundred(number):
    if number < 20:
        return [UNITS[number - 1]]
    return [TENS[number // 10 - 2]] + ([UNITS[number % 10 - 1]] if number % 10 else [])


def year(number, random):
    """A year in words."""
    century, rest = divmod(number, 100)
    joined = ["and"] if random.random() < 0.5 else []
    if century == 20 and (rest < 10 or random.random() < 0.5):
        return ["two", "thousand"] + (joined + below_hundred(rest) if rest else [])
    head = below_hundred(century)
    if rest == 0:
        return head + ["hundred"]
    if random.random() < 0.3:
        return head + ["hundred"] + joined + below_hundred(rest)
    return head + (["oh"] if rest < 10 else []) + below_hundred(rest)


def day(number):
    if number <= 20:
        return [ORDINALS[number - 1]]
    if number == 30:
        return ["thirtieth"]
    return [TENS[number // 10 - 2], ORDINALS[number % 10 - 1]]


def words(date, random):
    """A date in words, in one of the ways in which dates are said."""
    named = [DAYS[date.weekday()]] if random.random() < 0.25 else []
    month, number = [MONTHS[date.month - 1]], day(date.day)
    way = random.integers(3)
    if way == 0:
        return named + ["the"] + number + ["of"] + month + year(date.year, random)
    if way == 1:
        return named + month + ["the"] + number + year(date.year, random)
    return named + month + number + year(date.year, random)


def tokens(date, random):
    said = [WORDS.index(word) for word in words(date, random)]
    given = [SYMBOLS.index(letter) for letter in date.isoformat()] + [END]
    return said + [0] * (LONGEST - len(said)), len(said), given


def drawn(dates, count, random):
    rows = [tokens(dates[at], random) for at in random.integers(len(dates), size=count)]
    return [np.array(column) for column in zip(*rows)]


def path(name):
    return os.path.join(HERE, name)


def gru(w, r, bias, x, h):
    own, back = jnp.split(bias, 2)
    wz, wr, wn = jnp.split(w @ x + own, 3)
    rz, rr, rn = jnp.split(r @ h + back, 3)
    z, reset = jax.nn.sigmoid(wz + rz), jax.nn.sigmoid(wr + rr)
    return (1 - z) * jnp.tanh(wn + reset * rn) + z * h


def encode(p, said, length):
    """What the encoder gives for each word, those beyond the length included."""
    xs = p["words"][said]
    inside = jnp.arange(LONGEST) < length

    def read(direction, order):
        own = lambda key: p[key][direction]

        def step(h, at):
            new = gru(own("w"), own("r"), own("bias"), xs[at], h)
            h = jnp.where(inside[at], new, h)
            return h, h

        _, hs = jax.lax.scan(step, jnp.zeros(ENCODER), order)
        return hs

    ahead = jnp.arange(LONGEST)
    back = read(1, ahead[::-1])[::-1]
    return jnp.concatenate([read(0, ahead), back], axis=1), inside


def decoder(p, kind, encoded, inside):
    """The function of a step: state and token before to state and scores."""
    keys = encoded @ p["key"].T + p["key_bias"]

    def step(h, before):
        if kind == "additive":
            near = jnp.tanh(keys + p["query"] @ h) @ p["score"]
        else:
            near = keys @ h
        share = jax.nn.softmax(jnp.where(inside, near, -1e9))
        x = jnp.concatenate([p["symbols"][before], share @ encoded])
        h = gru(p["decoder_w"], p["decoder_r"], p["decoder_bias"], x, h)
        return h, p["readout"] @ h + p["readout_bias"]

    return step


def loss(p, kind, batch):
    def one(said, length, given):
        step = decoder(p, kind, *encode(p, said, length))
        before = jnp.concatenate([jnp.array([END]), given[:-1]])
        _, scores = jax.lax.scan(step, jnp.zeros(DECODER), before)
        own = jnp.take_along_axis(jax.nn.log_softmax(scores), given[:, None], axis=1)
        return -jnp.mean(own)

    return jnp.mean(jax.vmap(one)(*batch))


def greedy(p, kind, said, length):
    step = decoder(p, kind, *encode(p, said, length))

    def next_one(state, _):
        h, scores = step(*state)
        token = jnp.argmax(scores)
        return (h, token), token

    return jax.lax.scan(next_one, (jnp.zeros(DECODER), END), None, length=GIVEN)[1]


def start(kind, seed):
    keys = iter(jax.random.split(jax.random.PRNGKey(seed), 16))

    def near(*shape):
        return jax.random.uniform(next(keys), shape, minval=-1, maxval=1) / np.sqrt(shape[-1])

    wide = 2 * ENCODER
    keyed = ATTENTION if kind == "additive" else DECODER
    p = {
        "words": near(len(WORDS), EMBEDDING),
        "w": near(2, 3 * ENCODER, EMBEDDING),
        "r": near(2, 3 * ENCODER, ENCODER),
        "bias": jnp.zeros((2, 6 * ENCODER)),
        "symbols": near(len(SYMBOLS), SYMBOL),
        "key": near(keyed, wide),
        "key_bias": jnp.zeros(keyed),
        "decoder_w": near(3 * DECODER, SYMBOL + wide),
        "decoder_r": near(3 * DECODER, DECODER),
        "decoder_bias": jnp.zeros(6 * DECODER),
        "readout": near(len(SYMBOLS), DECODER),
        "readout_bias": jnp.zeros(len(SYMBOLS)),
    }
    if kind == "additive":
        p["query"] = near(ATTENTION, DECODER)
        p["score"] = near(ATTENTION)
    return p


def train(name, kind, dates, test, steps=4000):
    random = np.random.default_rng(7)
    p = start(kind, 7)
    grad = jax.value_and_grad(lambda p, batch: loss(p, kind, batch))
    m, s = jax.tree.map(jnp.zeros_like, p), jax.tree.map(jnp.zeros_like, p)

    @jax.jit
    def move(p, m, s, t, batch):
        value, g = grad(p, batch)
        size = jnp.sqrt(sum(jnp.sum(of**2) for of in jax.tree.leaves(g)))
        g = jax.tree.map(lambda g: g / jnp.maximum(1.0, size), g)
        rate = 0.005 * 0.5 * (1 + jnp.cos(jnp.pi * t / steps))
        m = jax.tree.map(lambda m, g: 0.9 * m + 0.1 * g, m, g)
        s = jax.tree.map(lambda s, g: 0.999 * s + 0.001 * g * g, s, g)
        scale = lambda m, s: (m / (1 - 0.9**t)) / (jnp.sqrt(s / (1 - 0.999**t)) + 1e-8)
        p = jax.tree.map(lambda p, m, s: p - rate * (scale(m, s) + 1e-3 * p), p, m, s)
        return p, m, s, value

    for t in range(1, steps + 1):
        p, m, s, value = move(p, m, s, float(t), drawn(dates, 64, random))
    said, length, given = test
    found = jax.vmap(lambda said, length: greedy(p, kind, said, length))(said, length)
    whole = np.all(np.asarray(found) == given, axis=1)
    print(f"{name}: loss {float(value):.4f}, {whole.sum()} of {len(whole)} dates right")
    # The dense matrices of both directions stand one behind the other.
    flat = {key: np.asarray(of, dtype=np.float32) for key, of in p.items()}
    for key in ["w", "r", "bias"]:
        of = flat[key]
        flat[key] = of.reshape(-1, of.shape[-1]) if of.ndim == 3 else of.reshape(-1)
    np.savez(path(name + ".npz"), **flat)


def main():
    random = np.random.default_rng(1)
    span = (LAST - FIRST).days + 1
    dates = [FIRST + datetime.timedelta(int(at)) for at in random.permutation(span)]
    tested, dates = dates[:240], dates[240:]
    rows = [tokens(date, random) for date in tested]
    test = [np.array(column) for column in zip(*rows)]
    np.save(path("dates_words.npy"), test[0].astype(np.uint8)[:, :, None])
    np.save(path("dates_iso.npy"), test[2].astype(np.uint8)[:, :, None])
    print("lengths =", ", ".join(str(of) for of in test[1]))
    train("dates", "additive", dates, test)
    train("dates_dot", "dot", dates, test)


if __name__ == "__main__":
    main()
