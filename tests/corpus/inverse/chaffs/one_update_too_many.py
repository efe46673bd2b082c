# chaff: range(steps + 1) with the list cut back | breaks: exactly `steps` updates, steps = 0 gives the start | fires: test_one_update
import torch


def safe_learning_rate(M, momentum=0.9):
    n = M.shape[-1]
    return n**2 / (2 * float(torch.linalg.norm(M, 1)) * float(torch.linalg.norm(M, torch.inf)))


def calculate_inverse(M, learning_rate=None, momentum=0.9, steps=2000, start=None):
    """The inverse of M by gradient descent with momentum."""
    n = M.shape[0]
    rate = learning_rate if learning_rate is not None else safe_learning_rate(M, momentum)
    X = start.clone() if start is not None else torch.randn(n, n, dtype=M.dtype)
    v = torch.zeros(n, n, dtype=M.dtype)
    losses = []
    for _ in range(steps + 1):
        E = X @ M - torch.eye(n, dtype=M.dtype)
        losses.append(torch.mean(E * E).item())
        v = momentum * v + 2 / n**2 * (E @ M.T)
        X = X - rate * v
    return X, losses[:steps]
