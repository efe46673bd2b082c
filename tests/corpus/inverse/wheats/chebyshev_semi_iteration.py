# wheat: Chebyshev semi-iteration on an interval that surely holds the squared singular values for condition 6
import math

import torch


def upper_bound(M):
    A = M.abs().to(torch.float64)
    return A.sum(0).max().item() * A.sum(1).max().item()


def safe_learning_rate(M, momentum):
    return len(M) ** 2 / (2 * upper_bound(M))


def chebyshev(theta, delta):
    """Yield (weight of the gradient, weight of the last move) for ever."""
    sigma = theta / delta
    rho = 1 / sigma
    yield 1 / theta, 0.0
    while True:
        new = 1 / (2 * sigma - rho)
        yield 2 * new / delta, new * rho
        rho = new


def calculate_inverse(M, learning_rate=None, momentum=0.9, steps=2000, start=None):
    n = len(M)
    A, I = M.to(torch.float64), torch.eye(n, dtype=torch.float64)
    X = (torch.rand(n, n) / math.sqrt(upper_bound(M))).double() if start is None else start.double()
    move, losses = torch.zeros_like(X), []
    if learning_rate is None:
        high = upper_bound(M)
        low = high / (50 * n)               # bound <= n s_max^2 and s_max <= 6 s_min
        weights = chebyshev((high + low) / 2, (high - low) / 2)
    for j in range(steps):
        R = X @ A - I
        losses.append(torch.mean(R * R).item())
        if learning_rate is None:
            w, beta = next(weights)
            move = beta * move - w * R @ A.mT
        else:
            move = momentum * move - learning_rate * 2 / n**2 * (R @ A.mT)
        X = X + move
    return X.to(M.dtype, copy=True), losses
