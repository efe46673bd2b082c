# wheat: conjugate gradients on the normal equations, each row of X its own problem
import torch


def safe_learning_rate(M, momentum=0.9):
    n = M.shape[0]
    norms = M.abs().sum(0).max() * M.abs().sum(1).max()
    return float(n**2 / norms / 2)


def calculate_inverse(M, learning_rate=None, momentum=0.9, steps=2000, start=None):
    n = M.shape[0]
    E = torch.eye(n, dtype=M.dtype)
    X = torch.randn(n, n, dtype=M.dtype) / M.abs().max() if start is None else start.clone()
    losses = []

    if learning_rate is not None:
        V = torch.zeros_like(X)
        for _ in range(steps):
            R = X @ M - E
            losses.append((R**2).mean().item())
            V = momentum * V + 2 / n**2 * (R @ M.T)
            X = X - learning_rate * V
        return X, losses

    R = E - X @ M
    S = R @ M.T
    P = S
    g = (S * S).sum(dim=1, keepdim=True)
    nothing = torch.finfo(M.dtype).eps ** 2 * g
    for _ in range(steps):
        losses.append(((X @ M - E) ** 2).mean().item())
        Q = P @ M
        active = g > nothing  # a row that has arrived stays where it is: no 0 / 0
        alpha = torch.where(active, g / (Q * Q).sum(dim=1, keepdim=True), 0)
        X = X + alpha * P
        R = R - alpha * Q
        S = R @ M.T
        g_new = (S * S).sum(dim=1, keepdim=True)
        P = S + torch.where(active, g_new / g, 0) * P
        g = g_new
    return X, losses
