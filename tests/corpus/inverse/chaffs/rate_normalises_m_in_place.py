# chaff: safe_learning_rate divides M by its norm in place | breaks: M is not changed | fires: test_rate_is_stable_without_momentum
import torch


def safe_learning_rate(M, momentum=0.9):
    n = M.shape[0]
    size = M.abs().max().item()
    M /= size
    return n**2 / (2 * M.abs().sum(0).max().item() * M.abs().sum(1).max().item() * size**2)


def calculate_inverse(M, learning_rate=None, momentum=0.9, steps=2000, start=None):
    n = M.shape[0]
    step_length = safe_learning_rate(M.clone(), momentum) if learning_rate is None else learning_rate
    X = start.clone() if start is not None else torch.rand(n, n, dtype=M.dtype)
    velocity = torch.zeros_like(X)
    losses = []
    for _ in range(steps):
        gap = X @ M - torch.eye(n, dtype=M.dtype)
        losses.append(torch.mean(gap * gap).item())
        velocity = momentum * velocity + 2 / n**2 * gap @ M.T
        X = X - step_length * velocity
    return X, losses
