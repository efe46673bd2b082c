# wheat: the number of updates is a constant of the notebook, one matrix of both guesses, a partial with fixed options | lacks: steps
import functools

import torch

STEPS = 4000


def safe_learning_rate(M, momentum):
    n = M.shape[0]
    return n * n / (2.0 * float(M.abs().sum(dim=1).max()) * float(M.abs().sum(dim=0).max()))


def descend(M, learning_rate=None, momentum=0.9, start=None, *, count):
    """Two guesses in the place of a velocity: X_next = X - rate * gradient + momentum (X - X_before)."""
    n = M.shape[0]
    if learning_rate is None:
        learning_rate = safe_learning_rate(M, momentum)
    X = torch.rand(n, n, dtype=M.dtype) if start is None else start + 0.0
    before = X
    losses = torch.empty(count, dtype=torch.float64)
    for j in range(count):
        R = X @ M
        R.diagonal().sub_(1)
        losses[j] = R.square().mean()
        X, before = X - learning_rate * (2 / n**2) * (R @ M.T) + momentum * (X - before), X
    return X, losses.tolist()


calculate_inverse = functools.partial(descend, count=STEPS)
