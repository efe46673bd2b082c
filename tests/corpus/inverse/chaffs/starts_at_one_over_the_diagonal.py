# chaff: own start is diag(1 / M_ii) | breaks: every invertible M (zero on the diagonal gives nan) | fires: test_permutation_matrices
import torch


def safe_learning_rate(M, momentum=0.9):
    # the sum of all squares is never below s_max^2
    return 0.5 * M.numel() / M.square().sum().item()


def calculate_inverse(M, learning_rate=None, momentum=0.9, steps=2000, start=None):
    """Returns X with X M = I and the losses."""
    n = M.shape[0]
    lr = safe_learning_rate(M, momentum) if learning_rate is None else learning_rate
    x = torch.diag(1 / torch.diag(M)) * (1 + 0.1 * torch.rand(n, 1, dtype=M.dtype)) if start is None else start.clone()
    v = torch.zeros_like(x)
    losses = []
    for _ in range(steps):
        r = x @ M - torch.eye(n, dtype=M.dtype)
        losses.append(torch.mean(r * r).item())
        v = momentum * v + 2 / n**2 * r @ M.T
        x = x - lr * v
    return x, losses
