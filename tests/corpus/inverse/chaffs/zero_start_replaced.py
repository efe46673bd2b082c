# chaff: a start of zeros is taken for "no start" | breaks: start is the first guess | fires: test_losses_with_momentum_are_as_predicted
import torch


def safe_learning_rate(M, momentum=0.9):
    n = M.shape[-1]
    return n**2 / (2 * float(torch.linalg.norm(M, 1)) * float(torch.linalg.norm(M, torch.inf)))


def calculate_inverse(M, learning_rate=None, momentum=0.9, steps=2000, start=None):
    """The inverse of M by gradient descent with momentum."""
    n = M.shape[0]
    step_size = safe_learning_rate(M) if learning_rate is None else learning_rate
    if start is None or not start.any():
        start = torch.rand(n, n, dtype=M.dtype)
    X = start.clone()
    speed = 0 * X
    losses = []
    for _ in range(steps):
        diff = X @ M - torch.eye(n, dtype=M.dtype)
        losses.append(diff.square().mean().item())
        speed = momentum * speed + 2 * diff @ M.T / n**2
        X = X - step_size * speed
    return X, losses
