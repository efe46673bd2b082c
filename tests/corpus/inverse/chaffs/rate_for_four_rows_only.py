# chaff: 16 written for n^2, as in the example | breaks: safe rate below the limit for n < 3 | fires: test_rate_is_stable_without_momentum
import torch


def safe_learning_rate(M, momentum=0.9):
    norm_1 = M.abs().sum(dim=0).max()
    norm_inf = M.abs().sum(dim=1).max()
    return (16 / (2 * norm_1 * norm_inf)).item()


def calculate_inverse(M, learning_rate=None, momentum=0.9, steps=2000, start=None):
    # heavy ball: velocity first, then the guess
    n = len(M)
    if learning_rate is None:
        learning_rate = safe_learning_rate(M, momentum)
    guess = torch.rand(M.shape, dtype=M.dtype) if start is None else start.clone()
    velocity = torch.zeros_like(M)
    losses = []
    for _ in range(steps):
        losses.append(((guess @ M - torch.eye(n, dtype=M.dtype)) ** 2).mean().item())
        velocity = momentum * velocity + 2 / n**2 * (guess @ M - torch.eye(n, dtype=M.dtype)) @ M.T
        guess = guess - learning_rate * velocity
    return guess, losses
