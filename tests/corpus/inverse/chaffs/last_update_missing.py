# chaff: returns the guess that the last loss belongs to, one update too few | breaks: X is after the last update | fires: test_one_update
import torch


def safe_learning_rate(M, momentum=0.9):
    A = M.T @ M
    return float(M.shape[0] ** 2 / (2 * A.abs().sum(dim=0).max()))


def calculate_inverse(M, learning_rate=None, momentum=0.9, steps=2000, start=None):
    n = M.shape[0]
    rate = safe_learning_rate(M, momentum) if learning_rate is None else learning_rate
    X = torch.rand_like(M) if start is None else start.detach().clone()
    V = torch.zeros(n, n, dtype=M.dtype)
    losses = []
    for k in range(steps):
        D = X @ M - torch.eye(n, dtype=M.dtype)
        losses.append(D.pow(2).mean().item())
        if k == steps - 1:
            break
        V = momentum * V + 2 / n**2 * torch.matmul(D, M.T)
        X = X - rate * V
    return X, losses
