# chaff: safe rate from the largest column sum squared, rows forgotten | breaks: below the limit for non-symmetric M | fires: test_rate_is_stable_without_momentum
import torch


def safe_learning_rate(M, momentum=0.9):
    n = M.shape[0]
    column_sum = M.abs().sum(dim=0).max().item()
    return n**2 / (2 * column_sum**2)


def calculate_inverse(M, learning_rate=None, momentum=0.9, steps=2000, start=None):
    n = M.shape[0]
    identity = torch.eye(n, dtype=M.dtype)
    rate = safe_learning_rate(M, momentum) if learning_rate is None else learning_rate
    guess = torch.randn(n, n, dtype=M.dtype) if start is None else start.clone()
    velocity = torch.zeros_like(guess)
    losses = []
    for _ in range(steps):
        wrong = guess @ M - identity
        losses.append(wrong.pow(2).mean().item())
        velocity = momentum * velocity + 2 / n**2 * wrong @ M.T
        guess = guess - rate * velocity
    return guess, losses
