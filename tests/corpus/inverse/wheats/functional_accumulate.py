# wheat: functional style, states from itertools.accumulate
from itertools import accumulate, repeat

import torch


def safe_learning_rate(M, momentum=0.9):
    absolute = M.abs()
    return M.numel() / (2 * absolute.sum(0).max().item() * absolute.sum(1).max().item())


def residual(X, M):
    return X @ M - torch.eye(M.shape[0], dtype=M.dtype)


def mean_square(R):
    return R.square().mean().item()


def calculate_inverse(M, learning_rate=None, momentum=0.9, steps=2000, start=None):
    rate = safe_learning_rate(M, momentum) if learning_rate is None else learning_rate
    first = torch.rand(M.shape, dtype=M.dtype) if start is None else start.clone()

    def roll(state, _):
        X, v = state
        v = momentum * v + 2 / M.numel() * residual(X, M) @ M.T
        return X - rate * v, v

    states = list(accumulate(repeat(None, steps), roll, initial=(first, torch.zeros_like(first))))
    losses = [mean_square(residual(X, M)) for X, _ in states[:-1]]
    return states[-1][0], losses
