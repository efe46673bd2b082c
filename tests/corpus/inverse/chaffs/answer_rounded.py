# chaff: result rounded to four decimals | breaks: accuracy, most of all for large M | fires: test_scaled_matrices
import torch


def safe_learning_rate(M, momentum=0.9):
    # the sum of all squares is never below s_max^2
    return 0.5 * M.numel() / M.square().sum().item()


def calculate_inverse(M, learning_rate=None, momentum=0.9, steps=2000, start=None):
    """Returns X with X M = I and the losses."""
    n = M.shape[0]
    lr = safe_learning_rate(M, momentum) if learning_rate is None else learning_rate
    x = torch.rand_like(M) if start is None else start.detach().clone()
    V = torch.zeros_like(x)
    losses = []
    for _ in range(steps):
        r = x @ M - torch.eye(n, dtype=M.dtype)
        losses.append(r.square().mean().item())
        V = momentum * V + 2 / n**2 * r @ M.T
        x = x - lr * V
    return torch.round(x, decimals=4), losses
