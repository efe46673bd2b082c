# wheat: heavy ball from M' / |M|^2 plus a little noise instead of a wild guess
import torch


def safe_learning_rate(M, momentum=0.9):
    n = M.shape[0]
    return n**2 / (2 * float(M.square().sum()))


def first_guess(M):
    guess = M.T / M.square().sum()
    return guess * (1 + 0.1 * torch.rand_like(guess))


def calculate_inverse(M, learning_rate=None, momentum=0.9, steps=2000, start=None):
    n = M.shape[0]
    rate = learning_rate
    if rate is None:
        rate = safe_learning_rate(M, momentum)
    X = first_guess(M) if start is None else start.clone()
    speed = torch.zeros_like(X)
    losses = []
    while len(losses) < steps:
        error = X @ M - torch.eye(n, dtype=M.dtype)
        losses.append(error.square().sum().item() / n**2)
        speed = momentum * speed + 2 / n**2 * error @ M.T
        X = X - rate * speed
    return X, losses
