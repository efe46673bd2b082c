# chaff: inverse of M / size multiplied by size instead of divided | breaks: right unless the largest entry is 1 | fires: test_well_conditioned_matrices
import torch


def safe_learning_rate(M, momentum=0.9):
    n = M.shape[0]
    frobenius = torch.norm(M).item()
    return n**2 * (1 + momentum) / (2 * frobenius**2)


def calculate_inverse(M, learning_rate=None, momentum=0.9, steps=2000, start=None):
    """Returns X with X M = I and the losses."""
    n = M.shape[0]
    size = M.abs().max().item()
    A = M / size
    rate = safe_learning_rate(A, momentum) if learning_rate is None else learning_rate * size**2
    Y = torch.rand(n, n, dtype=M.dtype) if start is None else start * size
    velocity = torch.zeros_like(Y)
    losses = []
    for _ in range(steps):
        D = Y @ A - torch.eye(n, dtype=M.dtype)
        losses.append((D**2).mean().item())
        velocity = momentum * velocity + 2 / n**2 * D @ A.T
        Y = Y - rate * velocity
    return Y * size, losses
