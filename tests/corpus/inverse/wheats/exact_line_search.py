# wheat: steepest descent with the exact step of a quadratic
import torch


def safe_learning_rate(M, momentum=0.9):
    n = M.shape[0]
    column_sums = M.abs().sum(dim=0)
    row_sums = M.abs().sum(dim=1)
    return (n**2 / (2 * column_sums.max() * row_sums.max())).item()


def calculate_inverse(M, learning_rate=None, momentum=0.9, steps=2000, start=None):
    n = M.shape[0]
    X = start.clone() if start is not None else torch.rand(n, n, dtype=M.dtype)
    R = X @ M - torch.eye(n, dtype=M.dtype)
    V = torch.zeros_like(X)
    losses = []
    for _ in range(steps):
        losses.append(torch.mean(R * R).item())
        G = 2 / n**2 * R @ M.T
        if learning_rate is None:
            # loss(X - t G) is a parabola in t; go to its lowest point
            GM = G @ M
            bottom = (GM * GM).sum()
            t = (R * GM).sum() / bottom if bottom > 0 else 0.0
            X = X - t * G
        else:
            V = momentum * V + G
            X = X - learning_rate * V
        R = X @ M - torch.eye(n, dtype=M.dtype)
    return X, losses
