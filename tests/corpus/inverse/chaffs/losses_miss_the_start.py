# chaff: loss of the start is not recorded | breaks: losses[0] belongs to start, `steps` numbers | fires: test_losses
import torch


def safe_learning_rate(M, momentum=0.9):
    n = M.shape[0]
    return n**2 / (2 * (M**2).sum().item())


def calculate_inverse(M, learning_rate=None, momentum=0.9, steps=2000, start=None):
    """Returns X with X M = I and the losses."""
    n = M.shape[0]
    if learning_rate is None:
        learning_rate = safe_learning_rate(M, momentum)
    x = torch.randn(n, n, dtype=M.dtype) if start is None else start.clone()
    v = 0 * x
    losses = []
    for step in range(steps):
        r = x @ M - torch.eye(n, dtype=M.dtype)
        if step > 0:
            losses.append(float((r**2).mean()))
        v = momentum * v + 2 / n**2 * r @ M.T
        x = x - learning_rate * v
    return x, losses
