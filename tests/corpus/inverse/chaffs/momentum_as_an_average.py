# chaff: v = momentum v + (1 - momentum) g | breaks: exactly heavy ball (one step is ten times too short) | fires: test_one_update, test_three_updates_with_momentum
import torch


def safe_learning_rate(M, momentum=0.9):
    n = len(M)
    return n**2 / (2 * M.abs().sum(0).max() * M.abs().sum(1).max()).item()


def calculate_inverse(M, learning_rate=None, momentum=0.9, steps=2000, start=None):
    """The inverse of M by gradient descent with momentum."""
    n = len(M)
    if learning_rate is None:
        learning_rate = safe_learning_rate(M, momentum) / (1 - momentum)
    W = torch.randn(n, n, dtype=M.dtype) if start is None else start.clone()
    average = torch.zeros_like(W)
    losses = []
    for _ in range(steps):
        delta = W @ M - torch.eye(n, dtype=M.dtype)
        losses.append((delta**2).mean().item())
        gradient = 2 / n**2 * delta @ M.T
        average = momentum * average + (1 - momentum) * gradient
        W = W - learning_rate * average
    return W, losses
