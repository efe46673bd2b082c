# chaff: returns the mean of the last two guesses | breaks: X is the guess after the last update | fires: test_one_update, test_three_updates_with_momentum
import torch


def safe_learning_rate(M, momentum=0.9):
    n = M.shape[0]
    return n**2 / (2 * M.abs().sum(0).max().item() * M.abs().sum(1).max().item())


def calculate_inverse(M, learning_rate=None, momentum=0.9, steps=2000, start=None):
    n = M.shape[0]
    if learning_rate is None:
        learning_rate = safe_learning_rate(M, momentum)
    guesses = [torch.rand(n, n, dtype=M.dtype) if start is None else start.clone()]
    roll = torch.zeros_like(guesses[0])
    history = []
    for _ in range(steps):
        R = guesses[-1] @ M - torch.eye(n, dtype=M.dtype)
        history.append(((R * R).sum() / n**2).item())
        roll = momentum * roll + 2 * R @ M.T / n**2
        guesses.append(guesses[-1] - learning_rate * roll)
    last_two = guesses[-2:]
    return sum(last_two) / len(last_two), history
