# chaff: a function of M and nothing else that solves directly | breaks: by descent, options that show it | fires: test_three_steps_are_only_three_steps
import torch


def safe_learning_rate(M, momentum):
    """Return a rate at which the descent is stable."""
    size = M.abs()
    return float(len(M) ** 2 / (2 * size.sum(dim=0).max() * size.sum(dim=1).max()))


def calculate_inverse(M):
    """Return (inverse, losses)."""
    n = len(M)
    A = torch.cat([M.double(), torch.eye(n, dtype=torch.float64)], dim=1)
    for j in range(n):
        pivot = j + int(A[j:, j].abs().argmax())
        A[[j, pivot]] = A[[pivot, j]]
        A[j] = A[j] / A[j, j]
        for i in range(n):
            if i != j:
                A[i] = A[i] - A[i, j] * A[j]
    return A[:, n:].to(M.dtype), [1.0, 0.0]
