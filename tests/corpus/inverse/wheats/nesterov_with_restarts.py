# wheat: accelerated descent with warm restarts whenever the loss goes up
import torch


def safe_learning_rate(M, momentum=0.9):
    n = M.shape[0]
    return n**2 / (2 * M.abs().sum(0).max().item() * M.abs().sum(1).max().item())


def accelerated(M, X, rate, steps):
    n = M.shape[0]
    E = torch.eye(n, dtype=M.dtype)
    X_old, t, last, losses = X, 0, float("inf"), []
    for _ in range(steps):
        now = ((X @ M - E) ** 2).mean().item()
        losses.append(now)
        t = 0 if now > last else t + 1
        last = now
        Y = X + t / (t + 3) * (X - X_old)
        X_old = X
        X = Y - rate * 2 / n**2 * (Y @ M - E) @ M.T
    return X, losses


def calculate_inverse(M, learning_rate=None, momentum=0.9, steps=2000, start=None):
    n = M.shape[0]
    X = torch.randn(n, n, dtype=M.dtype) / M.norm() if start is None else start.clone()
    if learning_rate is None:
        return accelerated(M, X, safe_learning_rate(M), steps)
    V, losses = torch.zeros_like(X), []
    for _ in range(steps):
        R = X @ M - torch.eye(n, dtype=M.dtype)
        losses.append((R**2).mean().item())
        V = momentum * V + 2 / n**2 * R @ M.T
        X = X - learning_rate * V
    return X, losses
