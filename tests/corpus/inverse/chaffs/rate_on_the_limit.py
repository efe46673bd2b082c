# chaff: rate n^2 / sum of squares, which is the limit itself for n = 1 | breaks: safe rate below the limit | fires: test_rate_is_stable_without_momentum
import torch


def safe_learning_rate(M, momentum=0.9):
    n = M.shape[0]
    # the bound is never below s_max^2, so the rate is never above n^2 / s_max^2 ... but it may be equal
    return n**2 * (1 + momentum) / M.double().square().sum().item()


def calculate_inverse(M, learning_rate=None, momentum=0.9, steps=2000, start=None):
    """The inverse of M by gradient descent with momentum."""
    n = M.shape[0]
    if learning_rate is None:
        learning_rate = 0.5 * safe_learning_rate(M, momentum)
    X = torch.rand_like(M) if start is None else start.detach().clone()
    V = torch.zeros_like(X)
    losses = []
    for _ in range(steps):
        R = X @ M - torch.eye(n, dtype=M.dtype)
        losses.append((R**2).mean().item())
        V = momentum * V + 2 / n**2 * R @ M.T
        X = X - learning_rate * V
    return X, losses
