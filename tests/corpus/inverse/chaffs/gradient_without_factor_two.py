# chaff: gradient without the factor 2 | breaks: exactly heavy ball on the mean squared error | fires: test_one_update
import torch


def safe_learning_rate(M, momentum=0.9):
    return len(M) ** 2 / (2 * M.abs().sum(0).max() * M.abs().sum(1).max()).item()


def calculate_inverse(M, learning_rate=None, momentum=0.9, steps=2000, start=None):
    n = len(M)
    if learning_rate is None:
        learning_rate = safe_learning_rate(M, momentum)
    x = torch.rand_like(M) if start is None else start.detach().clone()
    v = 0 * x
    losses = []
    for _ in range(steps):
        r = x @ M - torch.eye(n, dtype=M.dtype)
        losses.append((r**2).mean().item())
        v = momentum * v + r @ M.T / n**2
        x = x - learning_rate * v
    return x, losses
