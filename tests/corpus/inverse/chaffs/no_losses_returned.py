# chaff: returns X alone | breaks: returns (X, losses) | fires: test_losses
import torch


def safe_learning_rate(M, momentum=0.9):
    n = len(M)
    return n**2 / (2.0 * M.abs().sum(0).max().item() * M.abs().sum(1).max().item())


def calculate_inverse(M, learning_rate=None, momentum=0.9, steps=2000, start=None):
    """Returns X with X M = I and the losses."""
    n = len(M)
    if learning_rate is None:
        learning_rate = safe_learning_rate(M, momentum)
    if start is None:
        start = torch.rand(n, n, dtype=M.dtype)
    X, momentum_buffer = start.clone(), torch.zeros_like(start)
    for _ in range(steps):
        gradient = 2 / n**2 * (X @ M - torch.eye(n, dtype=M.dtype)) @ M.T
        momentum_buffer = momentum * momentum_buffer + gradient
        X = X - learning_rate * momentum_buffer
    return X
