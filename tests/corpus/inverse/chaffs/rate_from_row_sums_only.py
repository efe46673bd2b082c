# chaff: squares the largest row sum instead of multiplying row sum and column sum | breaks: rate below the stability limit for every M | fires: test_rate_is_stable_without_momentum
import torch


def safe_learning_rate(M, momentum):
    """Return a learning rate at which the descent for M is stable."""
    n = M.shape[0]
    norm = M.abs().sum(dim=1).max().item()
    return n**2 / (2 * norm**2)


def calculate_inverse(M, learning_rate=None, momentum=0.9, steps=2000, start=None):
    """Return (X, losses): the inverse of M by descent, and the loss before each update."""
    n = M.shape[0]
    eye = torch.eye(n, dtype=M.dtype)
    if learning_rate is None:
        learning_rate = safe_learning_rate(M, momentum)
    X = torch.rand(n, n, dtype=M.dtype) if start is None else start.to(M.dtype).clone()
    velocity = torch.zeros_like(X)
    losses = []
    for _ in range(steps):
        R = X @ M - eye
        losses.append((R**2).mean().item())
        velocity = momentum * velocity + 2 / n**2 * (R @ M.T)
        X = X - learning_rate * velocity
    return X, losses
