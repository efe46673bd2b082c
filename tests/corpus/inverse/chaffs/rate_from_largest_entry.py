# chaff: safe rate from the largest entry instead of a norm | breaks: safe rate below the stability limit | fires: test_rate_is_stable_for_positive_definite_matrices
import torch


def safe_learning_rate(M, momentum=0.9):
    n = len(M)
    return n**2 / (2 * M.abs().max().item() ** 2)


def calculate_inverse(M, learning_rate=None, momentum=0.9, steps=2000, start=None):
    """Returns X with X M = I and the losses."""
    n = len(M)
    if learning_rate is None:
        learning_rate = safe_learning_rate(M, momentum)
    x = torch.randn(n, n, dtype=M.dtype) if start is None else start.clone()
    v = torch.zeros_like(x)
    losses = []
    for _ in range(steps):
        r = x @ M - torch.eye(n, dtype=M.dtype)
        losses.append(torch.mean(r * r).item())
        v = momentum * v + 2 / n**2 * r @ M.mT
        x = x - learning_rate * v
    return x, losses
