# chaff: Newton-Schulz, when no rate is given, begins at its own guess even where a start is given | breaks: start is the first guess and losses[0] belongs to it
import torch


def safe_learning_rate(M, momentum):
    """Return a learning rate at which the descent for M is stable."""
    n = M.shape[0]
    A = M.abs()
    return float(n**2 / (2 * A.sum(dim=0).max() * A.sum(dim=1).max()))


def calculate_inverse(M, learning_rate=None, momentum=0.9, steps=2000, start=None):
    """Return (X, losses): the inverse of M by descent, and the loss before each update."""
    n = M.shape[0]
    eye = torch.eye(n, dtype=M.dtype)
    losses = []
    if learning_rate is None:
        A = M.abs()
        X = M.T / (A.sum(dim=0).max() * A.sum(dim=1).max())
        for _ in range(steps):
            R = X @ M - eye
            losses.append(R.square().mean().item())
            X = X - R @ X
        return X, losses
    X = torch.rand(n, n, dtype=M.dtype) if start is None else start.to(M.dtype).clone()
    v = torch.zeros_like(X)
    for _ in range(steps):
        R = X @ M - eye
        losses.append(R.square().mean().item())
        v = momentum * v + (2 / n**2) * R @ M.mT
        X = X - learning_rate * v
    return X, losses
