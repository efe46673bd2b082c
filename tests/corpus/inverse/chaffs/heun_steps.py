# chaff: averages the gradient here and one step ahead | breaks: one gradient for each step, exactly heavy ball | fires: test_one_update
import torch


def safe_learning_rate(M, momentum=0.9):
    n = M.size(0)
    columns = torch.max(torch.sum(torch.abs(M), dim=0)).item()
    rows = torch.max(torch.sum(torch.abs(M), dim=1)).item()
    return n * n / (2 * columns * rows)


def grad(X, M):
    n = M.shape[0]
    return 2 / n**2 * (X @ M - torch.eye(n, dtype=M.dtype)) @ M.T


def calculate_inverse(M, learning_rate=None, momentum=0.9, steps=2000, start=None):
    """The inverse of M by gradient descent with momentum."""
    n = M.shape[0]
    lr = learning_rate
    if lr is None:
        lr = safe_learning_rate(M, momentum)
    X = torch.randn(n, n, dtype=M.dtype) if start is None else start.clone()
    v = torch.zeros_like(X)
    losses = []
    for _ in range(steps):
        losses.append((X @ M - torch.eye(n, dtype=M.dtype)).pow(2).mean().item())
        g = grad(X, M)
        v = momentum * v + (g + grad(X - lr * g, M)) / 2
        X = X - lr * v
    return X, losses
