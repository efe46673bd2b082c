# chaff: the momentum is 0.5 unless it is given | breaks: momentum=0.9 in the signature | fires: test_three_updates_with_momentum
import torch


def safe_learning_rate(M, momentum):
    n = len(M)
    columns = M.abs().sum(dim=0).max().item()
    rows = M.abs().sum(dim=1).max().item()
    return n**2 / (2 * columns * rows)


def calculate_inverse(M, learning_rate=None, momentum=0.5, steps=2000, start=None):
    n = M.shape[0]
    I = torch.eye(n, dtype=M.dtype)
    lr = safe_learning_rate(M, momentum) if learning_rate is None else learning_rate
    X = torch.rand(n, n, dtype=M.dtype) if start is None else start.clone()
    V = torch.zeros_like(X)
    losses = []
    for _ in range(steps):
        R = X @ M - I
        losses.append((R**2).mean().item())
        V = momentum * V + 2 / n**2 * R @ M.T
        X = X - lr * V
    return X, losses
