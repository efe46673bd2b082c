# wheat: Newton-Schulz from a scaled transpose when left alone, heavy ball from any given start; generators and itertools
import itertools

import torch


def safe_learning_rate(M, momentum):
    one = M.abs().sum(dim=0).amax()
    inf = M.abs().sum(dim=1).amax()
    return (M.numel() / (2 * one * inf)).item()


def newton_schulz(M):
    I = torch.eye(len(M), dtype=M.dtype)
    X = M.mT / (M.abs().sum(0).max() * M.abs().sum(1).max()) * (0.5 + 0.5 * torch.rand(1, dtype=M.dtype))
    while True:
        R = X @ M - I
        yield X, R
        X = X - R @ X


def ball(M, X, lr, momentum):
    I = torch.eye(len(M), dtype=M.dtype)
    V = 0 * X
    while True:
        R = X @ M - I
        yield X, R
        V = momentum * V + (2 / M.numel()) * (R @ M.mT)
        X = X - lr * V


def calculate_inverse(M, learning_rate=None, momentum=0.9, steps=2000, start=None):
    if learning_rate is None and start is None:
        path = newton_schulz(M)
    else:
        lr = safe_learning_rate(M, momentum) if learning_rate is None else learning_rate
        X0 = torch.rand_like(M) if start is None else start.clone()
        path = ball(M, X0, lr, momentum)
    losses = []
    for X, R in itertools.islice(path, steps):
        losses.append((R * R).mean().item())
    X, _ = next(path)
    return X, losses
