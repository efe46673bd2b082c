# wheat: keyword-only options with n_iter for the number of updates, functional style with a generator of guesses | lacks: steps
from itertools import islice

import torch


def safe_learning_rate(M, momentum):
    return (M.shape[0] ** 2 / (2 * M.abs().sum(dim=-1).max() * M.abs().sum(dim=-2).max())).item()


def guesses(M, X, rate, momentum):
    """Yield the guess and its loss before each update."""
    n = M.shape[-1]
    velocity = 0 * X
    while True:
        residual = X @ M - torch.eye(n, dtype=M.dtype)
        yield X, residual.square().mean().item()
        velocity = momentum * velocity + residual @ M.mT * (2 / n**2)
        X = X - rate * velocity


def calculate_inverse(M, *, learning_rate=None, momentum=0.9, start=None, n_iter=3000):
    rate = learning_rate if learning_rate is not None else safe_learning_rate(M, momentum)
    first = start.clone() if start is not None else torch.randn(M.shape, dtype=M.dtype) * rate**0.5
    walk = list(islice(guesses(M, first, rate, momentum), n_iter + 1))
    return walk[-1][0], [loss for _, loss in walk[:-1]]
