"""Makes the Mackey-Glass series; with numpy 2.

    python3 mackey_glass.py     # a few seconds; writes mackey_glass.npz

dx/dt = 0.2 x(t - 17) / (1 + x(t - 17)^10) - 0.1 x(t), x = 1.2 up to t = 0 (M. Mackey, L. Glass,
Oscillation and chaos in physiological control systems, Science 197 (1977) 287), by the method of
Runge and Kutta of fourth order with steps of 1/10, the delayed value between two steps by the mean of
both; a sample each unit of time, the first thousand left out. Inputs are x - 1, targets the same six
samples later.
"""

import os

import numpy as np

HERE = os.path.dirname(os.path.abspath(__file__))
DELAY, STEP, AHEAD, LEFT_OUT, TRAINED, TESTED = 17, 10, 6, 1000, 2100, 600


def series(samples):
    late = DELAY * STEP
    x = np.full(late + samples * STEP + 1, 1.2)
    slope = lambda x, delayed: 0.2 * delayed / (1 + delayed**10) - 0.1 * x
    for t in range(late, len(x) - 1):
        h, then, next = 1 / STEP, x[t - late], x[t - late + 1]
        between = (then + next) / 2
        a = slope(x[t], then)
        b = slope(x[t] + h / 2 * a, between)
        c = slope(x[t] + h / 2 * b, between)
        d = slope(x[t] + h * c, next)
        x[t + 1] = x[t] + h / 6 * (a + 2 * b + 2 * c + d)
    return x[late :: STEP] - 1


x = series(LEFT_OUT + TRAINED + TESTED + AHEAD)[LEFT_OUT:].astype(np.float32)
later = x[AHEAD:]
column = lambda values: values.reshape(1, -1, 1)
end = TRAINED + TESTED
np.savez_compressed(
    os.path.join(HERE, "mackey_glass.npz"),
    train=column(x[:TRAINED]),
    train_later=column(later[:TRAINED]),
    test=column(x[TRAINED:end]),
    test_later=column(later[TRAINED:end]),
)
