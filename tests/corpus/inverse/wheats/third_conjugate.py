# wheat: nonlinear conjugate gradients (Polak-Ribiere, exact line search) when left alone, heavy ball when a rate is given
import math

import torch


def safe_learning_rate(M, momentum):
    """The largest singular value is below (sum of s^16)^(1/16): the trace of a power of M^T M."""
    M = M.detach().double()
    biggest = M.abs().max().item()
    G = (M / biggest).mT @ (M / biggest)
    for _ in range(3):
        G = G @ G
    bound = G.trace().item() ** (1 / 8) * biggest**2
    return M.shape[0] ** 2 / (2 * bound)


def calculate_inverse(M, learning_rate=None, momentum=0.9, steps=2000, start=None):
    A = M.detach().double()
    n = A.shape[0]
    I = torch.eye(n, dtype=torch.float64)
    if start is not None:
        X = start.detach().double().clone()
    else:
        X = torch.randn(n, n, dtype=torch.float64) / n

    direction = torch.zeros_like(X)
    before = None
    losses = []
    for _ in range(steps):
        R = X @ A - I
        losses.append(float((R * R).sum()) / n**2)
        g = 2 / n**2 * (R @ A.T)
        if learning_rate is not None:
            direction = momentum * direction - g
            X = X + float(learning_rate) * direction
            continue
        beta = 0.0
        if before is not None:
            old = float((before * before).sum())
            if old > 0:
                beta = max(0.0, float((g * (g - before)).sum()) / old)
        direction = -g + beta * direction
        before = g
        D = direction @ A
        bottom = float((D * D).sum())
        length = -float((R * D).sum()) / bottom if bottom > 0 else 0.0
        if math.isfinite(length):
            X = X + length * direction
    return X.to(M.dtype), losses
