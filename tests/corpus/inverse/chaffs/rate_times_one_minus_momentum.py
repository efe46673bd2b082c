# chaff: the rate is multiplied by (1 - momentum), nothing is left of it near 1 | breaks: at least 1/300 of the limit for every momentum from 0 up to 1 | fires: test_rate_is_useful
import torch


def safe_learning_rate(M, momentum):
    n = M.shape[0]
    bound = M.abs().sum(0).max().item() * M.abs().sum(1).max().item()
    return n**2 / (2 * bound) * (1 - momentum)


def calculate_inverse(M, learning_rate=None, momentum=0.9, steps=2000, start=None):
    n, dtype = len(M), M.dtype
    I = torch.eye(n, dtype=dtype)
    lr = n**2 / (2 * M.norm().item() ** 2) if learning_rate is None else learning_rate
    X = torch.rand(n, n, dtype=dtype) if start is None else start.clone()
    V, losses = torch.zeros_like(X), []
    for _ in range(steps):
        R = X @ M - I
        losses.append((R**2).mean().item())
        V = momentum * V + 2 / n**2 * R @ M.T
        X = X - lr * V
    return X, losses
