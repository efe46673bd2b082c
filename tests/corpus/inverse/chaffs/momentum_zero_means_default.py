# chaff: `momentum or 0.9`, so 0 becomes 0.9 | breaks: momentum is a number from 0 up to 1 | fires: test_losses_without_momentum_are_as_predicted
import torch


def safe_learning_rate(M, momentum=0.9):
    n = M.shape[0]
    return (n**2 / (2 * M.abs().sum(0).max() * M.abs().sum(1).max())).item()


def calculate_inverse(M, learning_rate=None, momentum=0.9, steps=2000, start=None):
    n = M.shape[0]
    momentum = momentum or 0.9
    if learning_rate is None:
        learning_rate = safe_learning_rate(M, momentum)
    B = torch.randn(n, n, dtype=M.dtype) if start is None else start.clone()
    v = 0 * B
    curve = []
    for _ in range(steps):
        difference = B @ M - torch.eye(n, dtype=M.dtype)
        curve.append((difference * difference).mean().item())
        v = momentum * v + 2 / n**2 * (difference @ M.T)
        B = B - learning_rate * v
    return B, curve
