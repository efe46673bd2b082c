# wheat: torch.vmap over the rows of X
import torch


def safe_learning_rate(M, momentum=0.9):
    n = M.shape[0]
    return (n**2 / (2 * torch.linalg.norm(M, ord=1) * torch.linalg.norm(M, ord=float("inf")))).item()


def calculate_inverse(M, learning_rate=None, momentum=0.9, steps=2000, start=None):
    n = M.shape[0]

    def row_loss(x, e):
        return ((x @ M - e) ** 2).sum() / n**2

    slope = torch.vmap(torch.func.grad_and_value(row_loss))
    I = torch.eye(n, dtype=M.dtype)  # noqa: E741
    lr = safe_learning_rate(M, momentum) if learning_rate is None else learning_rate
    X = torch.rand(n, n, dtype=M.dtype) if start is None else start.clone()
    V = torch.zeros_like(X)
    losses = []
    for _ in range(steps):
        G, per_row = slope(X, I)
        losses.append(per_row.sum().item())
        V = momentum * V + G
        X = X - lr * V
    return X, losses
