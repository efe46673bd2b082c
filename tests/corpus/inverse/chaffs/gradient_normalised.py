# chaff: gradient divided by its norm when a rate is given | breaks: exactly heavy ball | fires: test_one_update
import torch


def safe_learning_rate(M, momentum=0.9):
    n = M.shape[0]
    return n**2 / (2 * float((M**2).sum()))


def calculate_inverse(M, learning_rate=None, momentum=0.9, steps=2000, start=None):
    """Returns X with X M = I and the losses."""
    n = M.shape[0]
    eye = torch.eye(n, dtype=M.dtype)
    free = learning_rate is None
    rate = safe_learning_rate(M, momentum) if free else learning_rate
    X = torch.randn(n, n, dtype=M.dtype) / n if start is None else start.clone()
    v = 0
    losses = []
    for _ in range(steps):
        difference = X @ M - eye
        losses.append(difference.square().mean().item())
        g = 2 / n**2 * difference @ M.T
        if not free:
            g = g / g.norm().clamp(min=1e-12)
        v = momentum * v + g
        X = X - rate * v
    return X, losses
