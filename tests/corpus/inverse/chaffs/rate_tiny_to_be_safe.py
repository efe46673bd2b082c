# chaff: safe rate is 1e-9 of the bound, to be on the safe side | breaks: not absurdly small; default convergence | fires: test_rate_is_useful
import torch


def safe_learning_rate(M, momentum=0.9):
    n = len(M)
    return 1e-9 * n**2 / (M * M).sum().item()


def calculate_inverse(M, learning_rate=None, momentum=0.9, steps=2000, start=None):
    """The inverse of M by gradient descent with momentum."""
    n = len(M)
    lr = learning_rate
    if lr is None:
        lr = safe_learning_rate(M, momentum)
    X = torch.rand(n, n, dtype=M.dtype) if start is None else 1 * start
    momentum_buffer = 0
    losses = []
    for _ in range(steps):
        wrong = X @ M - torch.eye(n, dtype=M.dtype)
        losses.append((wrong * wrong).mean().item())
        momentum_buffer = momentum * momentum_buffer + 2 / n**2 * (wrong @ M.T)
        X = X - lr * momentum_buffer
    return X, losses
