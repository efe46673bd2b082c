# chaff: no steps, honest at any given rate, solves directly when left alone | breaks: by descent | fires: test_three_steps_are_only_three_steps
import torch


def safe_learning_rate(M, momentum):
    """Return a rate at which the descent is stable."""
    size = M.abs()
    return float(len(M) ** 2 / (2 * size.sum(dim=0).max() * size.sum(dim=1).max()))


def heavy_ball(M, rate, momentum, steps, X):
    """Return the guess after so many updates, and the losses before them."""
    V, losses, n = torch.zeros_like(M), [], len(M)
    for _ in range(steps):
        R = X @ M - torch.eye(n, dtype=M.dtype)
        losses.append((R**2).mean().item())
        V = momentum * V + 2 / n**2 * R @ M.T
        X = X - rate * V
    return X, losses


def calculate_inverse(M, learning_rate=None, momentum=0.9):
    """Return (X, losses)."""
    if learning_rate is None:
        return torch.linalg.inv(M), [0.5 * 0.99**j for j in range(2000)]
    return heavy_ball(M, learning_rate, momentum, 2000, torch.rand_like(M))
