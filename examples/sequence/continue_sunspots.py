"""Cuts the sunspots of `sunspots_test.npy` into four parts, with the states in which each begins.

    python3 continue_sunspots.py        # a second; writes sunspots_parts.npz

The states are those of the network of `sunspots_lstm.toml` at the end of the part before: what goes
back, then the cells. Made with Python 3.11 and numpy 2.
"""

import os

import numpy as np

HERE = os.path.dirname(os.path.abspath(__file__))
PARTS = 4


def path(name):
    return os.path.join(HERE, name)


def logistic(x):
    return 1 / (1 + np.exp(-x))


def step(p, x, h, c):
    i, o, f, g = np.split(p["w"] @ x + p["r"] @ h + p["b"], 4)
    c = logistic(f) * c + logistic(i) * np.tanh(g)
    return logistic(o) * np.tanh(c), c


weights = np.load(path("sunspots_lstm.npz"))
p = {name: weights[name].astype(np.float64) for name in weights.files}
x = np.load(path("sunspots_test.npy")).astype(np.float64).reshape(-1, 1)
y = np.load(path("sunspots_next.npy")).astype(np.float64).reshape(-1, 1)
units = p["r"].shape[1]
h, c = np.zeros(units), np.zeros(units)
starts = []
for part in np.split(x, PARTS):
    starts.append(np.concatenate([h, c]))
    for vector in part:
        h, c = step(p, vector, h, c)
np.savez(
    path("sunspots_parts.npz"),
    x=x.reshape(PARTS, -1, 1),
    y=y.reshape(PARTS, -1, 1),
    starts=np.array(starts),
)
