# chaff: abs() of the entries of M | breaks: right for M with negative entries | fires: test_well_conditioned_matrices
import torch


def safe_learning_rate(M, momentum=0.9):
    n = M.size(0)
    columns = torch.max(torch.sum(torch.abs(M), dim=0)).item()
    rows = torch.max(torch.sum(torch.abs(M), dim=1)).item()
    return n * n / (2 * columns * rows)


def calculate_inverse(M, learning_rate=None, momentum=0.9, steps=2000, start=None):
    """The inverse of M by gradient descent with momentum."""
    M = M.abs()
    n = M.shape[0]
    rate = learning_rate if learning_rate is not None else safe_learning_rate(M, momentum)
    X = torch.rand(M.shape, dtype=M.dtype) if start is None else 1.0 * start
    v = 0
    losses = []
    for _ in range(steps):
        R = X @ M - torch.eye(n, dtype=M.dtype)
        losses.append((R**2).mean().item())
        v = momentum * v + 2 / n**2 * R @ M.mT
        X = X - rate * v
    return X, losses
