# chaff: safe rate clamped to [1e-6, 1] | breaks: scaling of the rate; default convergence for small and large M | fires: test_rate_follows_the_scale
import torch


def safe_learning_rate(M, momentum=0.9):
    n = len(M)
    rate = n**2 / (2 * M.abs().sum(0).max().item() * M.abs().sum(1).max().item())
    return min(max(rate, 1e-6), 1.0)


def calculate_inverse(M, learning_rate=None, momentum=0.9, steps=2000, start=None):
    n = len(M)
    eye = torch.eye(n, dtype=M.dtype)
    if learning_rate is None:
        learning_rate = safe_learning_rate(M, momentum)
    x = torch.rand(n, n, dtype=M.dtype) if start is None else start.clone()
    v = torch.zeros(n, n, dtype=M.dtype)
    losses = []
    for _ in range(steps):
        r = x @ M - eye
        losses.append((r**2).mean().item())
        v = momentum * v + r @ M.T * (2 / n**2)
        x = x - learning_rate * v
    return x, losses
