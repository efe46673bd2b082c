# chaff: returns (losses, X) | breaks: returns (X, losses) | fires: test_losses
import torch


def safe_learning_rate(M, momentum=0.9):
    A = M.T @ M
    return float(M.shape[0] ** 2 / (2 * A.abs().sum(dim=0).max()))


def calculate_inverse(M, learning_rate=None, momentum=0.9, steps=2000, start=None):
    n = M.shape[0]
    lr = safe_learning_rate(M, momentum) if learning_rate is None else learning_rate
    X = start.clone() if start is not None else torch.rand(n, n, dtype=M.dtype)
    v = torch.zeros(n, n, dtype=M.dtype)
    losses = []
    for _ in range(steps):
        R = X @ M - torch.eye(n, dtype=M.dtype)
        losses.append(R.square().mean().item())
        v = momentum * v + (2 / (n * n)) * R @ M.T
        X = X - lr * v
    return losses, X
