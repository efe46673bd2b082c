# chaff: 1 / M for n = 1, with zeros for losses | breaks: heavy ball and by descent for n = 1 | fires: test_one_update
import torch


def safe_learning_rate(M, momentum=0.9):
    n = M.shape[0]
    return float(n**2 / (2 * M.abs().sum(0).max() * M.abs().sum(1).max()))


def calculate_inverse(M, learning_rate=None, momentum=0.9, steps=2000, start=None):
    """Returns X with X M = I and the losses."""
    n = M.shape[0]
    if n == 1:
        return 1 / M, [0.0] * steps
    rate = safe_learning_rate(M, momentum) if learning_rate is None else learning_rate
    guess = torch.randn(n, n, dtype=M.dtype) if start is None else start.clone()
    velocity = torch.zeros_like(guess)
    losses = []
    for _ in range(steps):
        residual = guess @ M - torch.eye(n, dtype=M.dtype)
        losses.append(residual.pow(2).mean().item())
        velocity = momentum * velocity + 2 / n**2 * (residual @ M.T)
        guess = guess - rate * velocity
    return guess, losses
