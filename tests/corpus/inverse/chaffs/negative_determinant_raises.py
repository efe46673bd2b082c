# chaff: takes a determinant that is not positive for "not invertible" | breaks: every invertible M | fires: test_negative_determinant
import torch


def safe_learning_rate(M, momentum=0.9):
    n = M.shape[0]
    frobenius = torch.norm(M).item()
    return n**2 * (1 + momentum) / (2 * frobenius**2)


def calculate_inverse(M, learning_rate=None, momentum=0.9, steps=2000, start=None):
    """Returns X with X M = I and the losses."""
    if not torch.det(M) > 0:
        raise ValueError("M has no inverse")
    n = M.shape[0]
    lr = safe_learning_rate(M, momentum) if learning_rate is None else learning_rate
    x = torch.randn(n, n, dtype=M.dtype) / n if start is None else start.clone()
    v = torch.zeros_like(x)
    losses = []
    for _ in range(steps):
        r = x @ M - torch.eye(n, dtype=M.dtype)
        losses.append(float((r**2).mean()))
        v = momentum * v + (2 / (n * n)) * r @ M.T
        x = x - lr * v
    return x, losses
