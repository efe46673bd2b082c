# chaff: row and column sums without abs() | breaks: safe rate below the limit, positive, for entries of both signs | fires: test_rate_is_stable_without_momentum
import torch


def safe_learning_rate(M, momentum=0.9):
    n = M.shape[0]
    norm_1 = M.sum(dim=0).max().item()
    norm_inf = M.sum(dim=1).max().item()
    return n**2 / (2 * norm_1 * norm_inf)


def calculate_inverse(M, learning_rate=None, momentum=0.9, steps=2000, start=None):
    """The inverse of M by gradient descent with momentum."""
    n = M.shape[0]
    I = torch.eye(n, dtype=M.dtype)  # noqa: E741
    lr = learning_rate
    if lr is None:
        lr = safe_learning_rate(M, momentum)
    X = torch.rand_like(M) if start is None else start.detach().clone()
    V = torch.zeros_like(X)
    losses = []
    for _ in range(steps):
        losses.append(torch.mean((X @ M - I) ** 2).item())
        V = momentum * V + 2 / n**2 * (X @ M - I) @ M.T
        X = X - lr * V
    return X, losses
