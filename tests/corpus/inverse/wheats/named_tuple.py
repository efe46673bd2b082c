# wheat: returns a named tuple
from typing import NamedTuple

import torch


class Result(NamedTuple):
    inverse: torch.Tensor
    losses: list


def safe_learning_rate(M: torch.Tensor, momentum: float = 0.9) -> float:
    n = M.shape[0]
    bounds = [
        M.abs().sum(0).max().item() * M.abs().sum(1).max().item(),
        (M * M).sum().item(),
        (M.T @ M).abs().sum(0).max().item(),
    ]
    return 0.9 * n**2 / min(bounds)


def calculate_inverse(M, learning_rate=None, momentum=0.9, steps=2000, start=None) -> Result:
    n = M.shape[0]
    lr = learning_rate if learning_rate is not None else safe_learning_rate(M, momentum)
    X = start.clone() if start is not None else torch.rand(n, n, dtype=M.dtype)
    v = torch.zeros_like(X)
    losses = []
    for _ in range(steps):
        E = X @ M - torch.eye(n, dtype=M.dtype)
        losses.append(E.square().mean().item())
        v = momentum * v + 2 * E @ M.mT / n**2
        X = X - lr * v
    return Result(inverse=X, losses=losses)
