# chaff: Nesterov momentum also when a rate is given | breaks: exactly heavy ball | fires: test_one_update
import torch


def safe_learning_rate(M, momentum=0.9):
    n = M.shape[0]
    return n**2 / (2 * M.abs().sum(0).max() * M.abs().sum(1).max()).item()


def calculate_inverse(M, learning_rate=None, momentum=0.9, steps=2000, start=None):
    n = M.shape[0]
    rate = safe_learning_rate(M, momentum) if learning_rate is None else learning_rate
    X = torch.rand(n, n, dtype=M.dtype) if start is None else start.clone()
    V = torch.zeros_like(X)
    losses = []
    for _ in range(steps):
        error = X @ M - torch.eye(n, dtype=M.dtype)
        losses.append((error * error).mean().item())
        G = 2 / n**2 * error @ M.T
        V = momentum * V + G
        X = X - rate * (G + momentum * V)
    return X, losses
