# chaff: an honest descent without steps that goes on until the loss is small, however long that takes | breaks: an answer comes within the time, at any given rate | fires: test_three_steps_are_only_three_steps
import torch


def safe_learning_rate(M, momentum):
    """Return a rate at which the descent is stable."""
    size = M.abs()
    return float(len(M) ** 2 / (2 * size.sum(dim=0).max() * size.sum(dim=1).max()))


def calculate_inverse(M, learning_rate=None, momentum=0.9):
    """Return (inverse, losses)."""
    A, n = M.double(), len(M)
    rate = safe_learning_rate(A, momentum) if learning_rate is None else learning_rate
    X, V = torch.rand_like(A), torch.zeros_like(A)
    R = X @ A - torch.eye(n, dtype=A.dtype)
    losses = [R.square().mean().item()]
    while losses[-1] > 1e-12:
        V = momentum * V + 2 / n**2 * R @ A.T
        X = X - rate * V
        R = X @ A - torch.eye(n, dtype=A.dtype)
        losses.append(R.square().mean().item())
    return X.to(M.dtype), losses
