# chaff: works in float64 and forgets to go back | breaks: X has the dtype of M | fires: test_shape_and_dtype
import torch


def safe_learning_rate(M, momentum=0.9):
    n = M.size(0)
    columns = torch.max(torch.sum(torch.abs(M), dim=0)).item()
    rows = torch.max(torch.sum(torch.abs(M), dim=1)).item()
    return n * n / (2 * columns * rows)


def calculate_inverse(M, learning_rate=None, momentum=0.9, steps=2000, start=None):
    """The inverse of M by gradient descent with momentum."""
    A = M.double()
    n = A.shape[0]
    lr = safe_learning_rate(A, momentum) if learning_rate is None else learning_rate
    X = torch.rand(n, n, dtype=torch.float64) if start is None else start.double().clone()
    v = 0
    losses = []
    for _ in range(steps):
        R = X @ A - torch.eye(n, dtype=torch.float64)
        losses.append((R**2).mean().item())
        v = momentum * v + 2 / n**2 * R @ A.T
        X = X - lr * v
    return X, losses
