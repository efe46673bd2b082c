# chaff: the helper reads the notebook's D instead of its argument | breaks: right for any M but diag(1, 2, 3, 4) | fires: test_well_conditioned_matrices
import torch

D = torch.diag(torch.tensor([1.0, 2.0, 3.0, 4.0]))


def safe_learning_rate(M, momentum=0.9):
    n = M.shape[0]
    frobenius = torch.norm(M).item()
    return n**2 * (1 + momentum) / (2 * frobenius**2)


def gradient(X, M):
    n = len(M)
    return 2 / n**2 * (X @ D - torch.eye(n)) @ D.T


def calculate_inverse(M, learning_rate=None, momentum=0.9, steps=2000, start=None):
    """Returns X with X M = I and the losses."""
    n = len(M)
    if learning_rate is None:
        learning_rate = safe_learning_rate(M, momentum)
    x = torch.randn(n, n, dtype=M.dtype) / n if start is None else start.clone()
    v = torch.zeros(n, n, dtype=M.dtype)
    losses = []
    for _ in range(steps):
        losses.append(((x @ M - torch.eye(n, dtype=M.dtype)) ** 2).mean().item())
        v = momentum * v + gradient(x, M)
        x = x - learning_rate * v
    return x, losses
