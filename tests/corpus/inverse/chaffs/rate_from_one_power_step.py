# chaff: one power iteration from the ones vector, no margin | breaks: below the limit where M 1 is small | fires: test_rate_is_stable_without_momentum
import torch


def safe_learning_rate(M, momentum=0.9):
    n = M.shape[0]
    v = torch.ones(n, dtype=M.dtype) / n**0.5
    sigma = (M @ v).norm().item()
    return 0.9 * n**2 / sigma**2


def calculate_inverse(M, learning_rate=None, momentum=0.9, steps=2000, start=None):
    n = M.shape[0]
    if learning_rate is None:
        learning_rate = safe_learning_rate(M, momentum)
    guess = torch.randn(n, n, dtype=M.dtype) if start is None else start.clone()
    velocity = torch.zeros_like(guess)
    losses = []
    for _ in range(steps):
        residual = guess @ M - torch.eye(n, dtype=M.dtype)
        losses.append(torch.mean(residual**2).item())
        velocity = momentum * velocity + 2 / n**2 * residual @ M.T
        guess = guess - learning_rate * velocity
    return guess, losses
