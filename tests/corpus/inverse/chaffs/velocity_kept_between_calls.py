# chaff: velocity is a global that survives for matrices of the same size | breaks: v = 0 at the start, from call two | fires: test_three_updates_with_momentum
import torch

velocities = {}


def safe_learning_rate(M, momentum=0.9):
    n = M.shape[0]
    return n**2 / (2 * M.abs().sum(0).max().item() * M.abs().sum(1).max().item())


def calculate_inverse(M, learning_rate=None, momentum=0.9, steps=2000, start=None):
    n = M.shape[0]
    alpha = learning_rate if learning_rate is not None else safe_learning_rate(M, momentum)
    X = torch.randn(n, n, dtype=M.dtype) if start is None else start.clone()
    key = (n, M.dtype)
    if key not in velocities:
        velocities[key] = torch.zeros_like(X)
    losses = []
    for _ in range(steps):
        D = X @ M - torch.eye(n, dtype=M.dtype)
        losses.append(((D * D).sum() / n**2).item())
        velocities[key] = momentum * velocities[key] + 2 / n**2 * D @ M.T
        X = X - alpha * velocities[key]
    return X, losses
