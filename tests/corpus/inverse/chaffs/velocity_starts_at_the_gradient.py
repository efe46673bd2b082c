# chaff: velocity starts at the first gradient instead of 0 | breaks: exactly heavy ball (v = 0 at the start) | fires: test_one_update
import torch


def safe_learning_rate(M, momentum=0.9):
    n = M.shape[0]
    return (n**2 / (2 * M.abs().sum(0).max() * M.abs().sum(1).max())).item()


def slope(X, M):
    n = M.shape[0]
    return 2 / n**2 * (X @ M - torch.eye(n, dtype=M.dtype)) @ M.T


def calculate_inverse(M, learning_rate=None, momentum=0.9, steps=2000, start=None):
    # heavy ball: velocity first, then the guess
    n = M.shape[0]
    step_size = learning_rate if learning_rate is not None else safe_learning_rate(M, momentum)
    X = torch.rand(n, n, dtype=M.dtype) if start is None else start.clone()
    speed = slope(X, M)
    losses = []
    for _ in range(steps):
        losses.append((X @ M - torch.eye(n, dtype=M.dtype)).pow(2).mean().item())
        speed = momentum * speed + slope(X, M)
        X = X - step_size * speed
    return X, losses
