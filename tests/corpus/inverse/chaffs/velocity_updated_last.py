# chaff: X moves with the old velocity, which is updated afterwards | breaks: the order of heavy ball | fires: test_one_update
import torch


def safe_learning_rate(M, momentum=0.9):
    n = M.shape[0]
    return n**2 / (2 * (M**2).sum().item())


def calculate_inverse(M, learning_rate=None, momentum=0.9, steps=2000, start=None):
    n = M.shape[0]
    alpha = safe_learning_rate(M) if learning_rate is None else learning_rate
    X = start.clone() if start is not None else torch.rand(n, n, dtype=M.dtype)
    V = torch.zeros(n, n, dtype=M.dtype)
    losses = []
    for _ in range(steps):
        D = X @ M - torch.eye(n, dtype=M.dtype)
        losses.append((D**2).mean().item())
        X = X - alpha * V
        V = momentum * V + 2 * D @ M.T / n**2
    return X, losses
