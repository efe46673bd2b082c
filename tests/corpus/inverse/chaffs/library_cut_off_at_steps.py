# chaff: left to itself it takes the singular values from the library, one a step | breaks: by descent, no torch.linalg.svd | fires: test_three_steps_are_only_three_steps
import torch


def safe_learning_rate(M, momentum):
    """Return a rate at which the descent is stable."""
    size = M.abs()
    return float(len(M) ** 2 / (2 * size.sum(dim=0).max() * size.sum(dim=1).max()))


def loss(X, M):
    """Return the mean of the squared entries of X M - I."""
    return ((X @ M - torch.eye(len(M), dtype=M.dtype)) ** 2).mean().item()


def heavy_ball(M, learning_rate, momentum, steps, start):
    """Return the guess after so many updates, and the losses before them."""
    X, V, losses = start.clone(), torch.zeros_like(M), []
    for _ in range(steps):
        losses.append(loss(X, M))
        V = momentum * V + 2 / len(M) ** 2 * (X @ M - torch.eye(len(M), dtype=M.dtype)) @ M.T
        X = X - learning_rate * V
    return X, losses


def one_more_each_time(M, steps):
    """Return the inverse of the part of M that belongs to the largest singular values, one more in each step."""
    U, S, Vh = torch.linalg.svd(M.double())
    X, losses = torch.zeros_like(M, dtype=torch.float64), []
    for step in range(steps):
        losses.append(loss(X, M.double()))
        if step < len(S):
            X = X + torch.outer(Vh[step], U[:, step]) / S[step]
    return X.to(M.dtype), losses


def calculate_inverse(M, learning_rate=None, momentum=0.9, steps=2000, start=None):
    """Return the inverse of M, and the losses."""
    if learning_rate is None and start is None:
        return one_more_each_time(M, steps)
    start = torch.zeros_like(M) if start is None else start
    rate = safe_learning_rate(M, momentum) if learning_rate is None else learning_rate
    return heavy_ball(M, rate, momentum, steps, start)
