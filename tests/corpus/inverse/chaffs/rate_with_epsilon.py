# chaff: "+ 1e-6" against division by zero swamps the norms of a small matrix | breaks: for 10 * M the rate is a hundred times smaller; at least 1/300 of the limit | fires: test_rate_follows_the_scale
import torch


def safe_learning_rate(M, momentum):
    n = M.shape[0]
    bound = M.abs().sum(0).max().item() * M.abs().sum(1).max().item()
    return n**2 / (2 * bound + 1e-6)


def calculate_inverse(M, learning_rate=None, momentum=0.9, steps=2000, start=None):
    n = M.shape[0]
    I = torch.eye(n, dtype=M.dtype)
    scale = M.abs().max().item() if learning_rate is None else 1.0
    A = M / scale
    lr = safe_learning_rate(A, momentum) if learning_rate is None else learning_rate
    X = torch.rand(n, n, dtype=M.dtype) if start is None else start * scale
    V, losses = torch.zeros_like(X), []
    for _ in range(steps):
        R = X @ A - I
        losses.append((R**2).mean().item())
        V = momentum * V + 2 / n**2 * R @ A.T
        X = X - lr * V
    return X / scale, losses
