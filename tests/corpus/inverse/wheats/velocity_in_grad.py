# wheat: backward() with the velocity kept in X.grad
import torch


def safe_learning_rate(M, momentum=0.9):
    """Frobenius norm instead of the largest singular value, and momentum raises the limit."""
    n = M.shape[0]
    frobenius_squared = float((M * M).sum())
    return 0.5 * (1 + momentum) * n**2 / frobenius_squared


def calculate_inverse(M, learning_rate=None, momentum=0.9, steps=2000, start=None):
    M = M.detach()
    lr = safe_learning_rate(M, momentum) if learning_rate is None else learning_rate
    I = torch.eye(M.shape[0], dtype=M.dtype)  # noqa: E741
    X = torch.rand_like(M) if start is None else start.detach().clone().to(M.dtype)
    X.requires_grad_(True)
    losses = []
    for _ in range(steps):
        cost = ((X @ M - I) ** 2).mean()
        cost.backward()
        losses.append(cost.item())
        with torch.no_grad():
            X -= lr * X.grad
            X.grad *= momentum
    return X.detach(), losses
