# wheat: gradient by the formula, helpers as in the hand-out
import torch


def mse(Y_hat, Y):
    return ((Y_hat - Y) ** 2).mean()


def loss(X, M):
    return mse(X @ M, torch.eye(len(M), dtype=M.dtype))


def gradient(X, M):
    n = len(M)
    return 2 / n**2 * (X @ M - torch.eye(n, dtype=M.dtype)) @ M.T


def safe_learning_rate(M, momentum=0.9):
    n = len(M)
    norm_1 = M.abs().sum(dim=0).max()
    norm_inf = M.abs().sum(dim=1).max()
    return (n**2 / (2 * norm_1 * norm_inf)).item()


def calculate_inverse(M, learning_rate=None, momentum=0.9, steps=2000, start=None):
    if learning_rate is None:
        learning_rate = safe_learning_rate(M, momentum)
    X = torch.rand(M.shape, dtype=M.dtype) if start is None else start.clone()
    v = torch.zeros_like(M)
    losses = []
    for _ in range(steps):
        losses.append(loss(X, M).item())
        v = momentum * v + gradient(X, M)
        X = X - learning_rate * v
    return X, losses
