# wheat: no velocity, the two last guesses instead
import torch


def safe_learning_rate(M, momentum=0.9):
    n = len(M)
    s1 = M.abs().sum(0).max()
    s2 = M.abs().sum(1).max()
    return ((1 + momentum) * n * n / (2.2 * s1 * s2)).item()


def calculate_inverse(M, learning_rate=None, momentum=0.9, steps=2000, start=None):
    n = len(M)
    if learning_rate is None:
        learning_rate = safe_learning_rate(M, momentum)
    X = torch.randn(M.shape, dtype=M.dtype) if start is None else start.clone()
    X_before = X
    losses = []
    for _ in range(steps):
        R = X @ M - torch.eye(n, dtype=M.dtype)
        losses.append((R * R).mean().item())
        G = (2.0 / (n * n)) * (R @ M.T)
        X, X_before = X - learning_rate * G + momentum * (X - X_before), X
    return X, losses
