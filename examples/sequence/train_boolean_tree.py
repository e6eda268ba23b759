"""Trains boolean_tree.npz and makes its test data; made with Python 3.11, numpy 2 and jax 0.8.

    python3 train_boolean_tree.py        # about a minute on one core; writes .npz and .npy files

A program is an expression in postfix, one token a step: F and T push a vector, `not` replaces the top
of the stack, `and`, `or` and `xor` take two values and push one. Trained on programs of 1 to 9 tokens,
tested on programs of 41.
"""

import os

import jax
import jax.numpy as jnp
import numpy as np

HERE = os.path.dirname(os.path.abspath(__file__))
jax.config.update("jax_platforms", "cpu")

# Leaves, then unary operators, then binary ones: a token is a place in this list.
TOKENS = ["F", "T", "not", "and", "or", "xor"]
LEAVES, UNARY, BINARY = 2, 1, 3
UNITS, STACK = 4, 8
VALUES = [lambda a, b: a & b, lambda a, b: a | b, lambda a, b: a ^ b]


def expression(random, tokens):
    """A random program of so many tokens."""
    if tokens == 1:
        return [int(random.integers(LEAVES))]
    if tokens == 2 or random.random() < 0.2:
        return expression(random, tokens - 1) + [LEAVES]
    left = int(random.integers(1, tokens - 1))
    operator = LEAVES + UNARY + int(random.integers(BINARY))
    return expression(random, left) + expression(random, tokens - 1 - left) + [operator]


def evaluated(program):
    """Its value, and the most values that stand on the stack."""
    stack, most = [], 0
    for token in program:
        if token < LEAVES:
            stack.append(token)
        elif token < LEAVES + UNARY:
            stack.append(1 - stack.pop())
        else:
            right, left = stack.pop(), stack.pop()
            stack.append(VALUES[token - LEAVES - UNARY](left, right))
        most = max(most, len(stack))
    return stack.pop(), most


def programs(random, count, lengths):
    """Programs that the stack holds, and their values."""
    found = []
    while len(found) < count:
        program = expression(random, int(random.choice(lengths)))
        value, most = evaluated(program)
        if most <= STACK:
            found.append((program, value))
    return found


def step(p, state, given):
    """What a token does; one that is negative stands behind the end. Noise is added to what it puts
    on the stack."""
    (stack, depth), (token, noise) = state, given
    top = stack[depth - 1]
    below = stack[depth - 2]
    operator = token - LEAVES - UNARY
    leaf = p["embedding"][jnp.clip(token, 0, LEAVES - 1)]
    unary = jnp.tanh(p["u"][0] @ top + p["u_bias"][0])
    w, bias = p["w"][jnp.clip(operator, 0)], p["bias"][jnp.clip(operator, 0)]
    binary = jnp.tanh(w @ jnp.concatenate([below, top]) + bias)
    value = jnp.where(token < LEAVES, leaf, jnp.where(operator < 0, unary, binary))
    after = depth + jnp.where(token < LEAVES, 1, jnp.where(operator < 0, 0, -1))
    moved = stack.at[after - 1].set(value + noise), after
    return jax.tree.map(lambda a, b: jnp.where(token < 0, a, b), state, moved), None


def scores(p, program, noise):
    start = jnp.zeros((STACK, UNITS)), 0
    (stack, _), _ = jax.lax.scan(lambda s, t: step(p, s, t), start, (program, noise))
    return p["v"] @ stack[0] + p["c"]


def padded(found):
    longest = max(len(program) for program, _ in found)
    rows = [program + [-1] * (longest - len(program)) for program, _ in found]
    return jnp.array(rows), jnp.array([value for _, value in found])


def train(found):
    keys = jax.random.split(jax.random.PRNGKey(4), 4)
    p = {
        "embedding": jax.random.normal(keys[0], (LEAVES, UNITS)) * 0.5,
        "u": jax.random.normal(keys[1], (UNARY, UNITS, UNITS)) * 0.5,
        "u_bias": jnp.zeros((UNARY, UNITS)),
        "w": jax.random.normal(keys[2], (BINARY, UNITS, 2 * UNITS)) * 0.5,
        "bias": jnp.zeros((BINARY, UNITS)),
        "v": jax.random.normal(keys[3], (2, UNITS)) * 0.5,
        "c": jnp.zeros(2),
    }
    x, labels = padded(found)

    def loss(p, x, labels, key):
        # What was learned with noise stands rounding, and does not fade in long programs.
        noise = 0.2 * jax.random.normal(key, (*x.shape, UNITS))
        logs = jax.nn.log_softmax(jax.vmap(lambda *row: scores(p, *row))(x, noise))
        size = sum(jnp.sum(q * q) for q in jax.tree.leaves(p))
        return -jnp.mean(logs[jnp.arange(len(labels)), labels]) + 1e-5 * size

    grad = jax.value_and_grad(loss)
    m = jax.tree.map(jnp.zeros_like, p)
    s = jax.tree.map(jnp.zeros_like, p)

    @jax.jit
    def move(p, m, s, t, x, labels, key):
        value, g = grad(p, x, labels, key)
        m = jax.tree.map(lambda m, g: 0.9 * m + 0.1 * g, m, g)
        s = jax.tree.map(lambda s, g: 0.999 * s + 0.001 * g * g, s, g)
        scale = lambda m, s: (m / (1 - 0.9**t)) / (jnp.sqrt(s / (1 - 0.999**t)) + 1e-8)
        p = jax.tree.map(lambda p, m, s: p - 0.01 * scale(m, s), p, m, s)
        return p, m, s, value

    random = np.random.default_rng(5)
    for t in range(1, 3001):
        batch = random.integers(0, len(found), 256)
        key = jax.random.fold_in(keys[0], t)
        p, m, s, value = move(p, m, s, float(t), x[batch], labels[batch], key)
    return p, float(value)


random = np.random.default_rng(6)
p, value = train(programs(random, 4000, range(1, 10)))
longer = programs(random, 300, [41])
x, labels = padded(longer)
silent = np.zeros((x.shape[1], UNITS))
found = np.asarray(jax.vmap(lambda row: scores(p, row, silent))(x)).argmax(axis=1)
right = np.mean(found == labels)
print(f"boolean expressions: loss {value:.4f}, right {100 * right:.1f} % of {len(longer)}")

arrays = {key: np.asarray(value, dtype=np.float32) for key, value in p.items()}
np.savez(os.path.join(HERE, "boolean_tree.npz"), **arrays)
np.save(os.path.join(HERE, "boolean_tree_test.npy"), np.asarray(x, dtype=np.float32)[:, :, None])
values = np.asarray(labels, dtype=np.float32).reshape(-1, 1)
np.save(os.path.join(HERE, "boolean_tree_values.npy"), values)
