# chaff: loss measured after the update | breaks: losses[j] belongs to X before update j | fires: test_losses
import torch


def safe_learning_rate(M, momentum=0.9):
    A = M.T @ M
    return float(M.shape[0] ** 2 / (2 * A.abs().sum(dim=0).max()))


def calculate_inverse(M, learning_rate=None, momentum=0.9, steps=2000, start=None):
    n = M.shape[0]
    I = torch.eye(n, dtype=M.dtype)  # noqa: E741
    lr = safe_learning_rate(M, momentum) if learning_rate is None else learning_rate
    X = torch.randn(n, n, dtype=M.dtype) if start is None else start.clone()
    v = torch.zeros(n, n, dtype=M.dtype)
    losses = []
    for _ in range(steps):
        v = momentum * v + 2 / n**2 * (X @ M - I) @ M.T
        X = X - lr * v
        losses.append(((X @ M - I) ** 2).mean().item())
    return X, losses
