# wheat: Newton-Schulz from M' / (norm * norm) when neither rate nor start is given
import torch


def safe_learning_rate(M, momentum=0.9):
    n = len(M)
    return n**2 / (2 * M.abs().sum(0).max() * M.abs().sum(1).max()).item()


def calculate_inverse(M, learning_rate=None, momentum=0.9, steps=2000, start=None):
    n = len(M)
    I = torch.eye(n, dtype=M.dtype)  # noqa: E741
    losses = []

    if learning_rate is None and start is None:
        X = M.T / (M.abs().sum(0).max() * M.abs().sum(1).max())
        for _ in range(steps):
            R = I - X @ M
            losses.append((R * R).mean().item())
            X = X + R @ X
        return X, losses

    if learning_rate is None:  # Newton-Schulz runs away from most starts, so roll instead
        learning_rate = safe_learning_rate(M, momentum)
    X = torch.rand(n, n, dtype=M.dtype) if start is None else start.clone()
    V = torch.zeros_like(X)
    for _ in range(steps):
        R = X @ M - I
        losses.append((R * R).mean().item())
        V = momentum * V + 2 / n**2 * R @ M.T
        X = X - learning_rate * V
    return X, losses
